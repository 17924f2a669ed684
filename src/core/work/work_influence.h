/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

G_BEGIN_DECLS

/* Which training rows speak for and against the head's answer on single rows. */
typedef struct
{
  guint k;             /* how many of each */
  gboolean prediction; /* of the class that the head predicts, instead of the row's label */
} AyInfluenceQuestion;

typedef struct
{
  gsize m;             /* rows asked of */
  guint k;             /* min (asked, training rows) */
  guint32 *rows;       /* m: of the data set, ascending */
  gint32 *label;       /* (nullable) m: the class whose loss it is; NULL: a numeric target */
  guint32 *helping;    /* m x k: rows of the data set, most helpful first */
  guint32 *hurting;    /* m x k: most hurting first */
  float *help, *hurt;  /* m x k: first-order change of the row's loss if that row were removed */
} AyRowInfluence;

/* Streamed over the training rows. Errors: RANGE (no rows; test rows, which are kept for the
 * report; a row without a label; prediction of a number), UNSUPPORTED (nothing to predict),
 * CANCELLED, NOMEM. (transfer full) */
AyRowInfluence *ay_work_row_influence (AyWork *self, const AyBitset *rows,
                                       const AyInfluenceQuestion *question, AyJob *job,
                                       GError **error);
void ay_row_influence_free (AyRowInfluence *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyRowInfluence, ay_row_influence_free)

G_END_DECLS
