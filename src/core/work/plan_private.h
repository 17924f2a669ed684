/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of a plan share; nobody else includes it. */

#include "core/work/plan.h"
#include "core/work/work_private.h"

G_BEGIN_DECLS

/* A plan in the making. */
typedef struct
{
  AyWork *work;
  const AyDataset *data;
  AyPlan *plan;
  guint64 seed;
  AyBitset *may_go;  /* training and pool rows */
  AyBitset *left;    /* rows of all parts that no step took so far */
  AyBitset *kept;    /* (nullable) rows decided to be kept, while that counts */
  AyJob *job;
} AyPlanning;

/* The rows of may_go that a step would drop if `left` were the data. (transfer full) */
AyBitset *ay_plan_step_take (AyPlanning *self, const AyStep *step, const AyBitset *left,
                             GError **error);
/* Gives rows among `left` new labels; *n of them (transfer full): the rows. */
AyBitset *ay_plan_step_relabel (AyPlanning *self, const AyStep *step, const AyBitset *left,
                                GError **error);
gboolean ay_plan_cover (AyPlanning *self, GError **error);
/* Whether a step looks for near copies by cosines that say nothing of copies on this data. */
gboolean ay_plan_copies_by_chance (const AyPlanning *self, const AyStep *step);
/* Whether a stored score makes findings on this data; one that does not say so does. */
gboolean ay_plan_score_finds (AyWork *work, const char *id, gboolean *finds, GError **error);

G_END_DECLS
