/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/round_history.h"

G_BEGIN_DECLS

/* What the rows of each round are made of, by a column. */
typedef struct
{
  char *title;     /* of a figure of them */
  guint n;         /* rounds that took rows of the data */
  double *number;  /* n: of the rounds */
  guint *round;    /* n: their places in the history */
  guint n_parts;
  char **names;    /* n_parts, NULL-terminated; the last is "none" where rows have no value */
  double *counts;  /* n x n_parts */
} AyRoundParts;

/* column: a category, or whole numbers such as those of clusters, at most 200 different.
 * AY_ERROR_RANGE otherwise. (transfer full) */
AyRoundParts *ay_round_parts_new (const AyHistory *history, const AyColumn *column, GError **error);
void ay_round_parts_free (AyRoundParts *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyRoundParts, ay_round_parts_free)

G_END_DECLS
