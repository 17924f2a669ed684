/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/loo.h"

G_BEGIN_DECLS

/* The share of labels that confident learning doubts by what a head says of rows it has not seen:
 * above 15 % the head, not the labels, is to be doubted. Rows of the test part are left alone. */
typedef struct
{
  double share;      /* NAN: not known */
  gsize rows;        /* judged */
  gboolean left_out; /* of train, left out, and valid; else valid alone */
} AyFlagged;
#define AY_FLAGGED_INIT { NAN, 0, FALSE }

/* From what is at hand: loo (nullable) is of train under this head; without it only the validation
 * rows, which the head has not seen either, when they are at least 50. One prediction of valid.
 * Errors: NOMEM, CANCELLED. */
gboolean ay_flagged_find (const AyDataset *data, const AyHead *head, const AyProblem *train,
                          const AyLoo *loo, AyFlagged *out, AyJob *job, GError **error);

G_END_DECLS
