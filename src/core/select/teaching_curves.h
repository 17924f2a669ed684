/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/select/strategy_curves.h"

G_BEGIN_DECLS

/* What a simulated teacher did, as it is drawn: in the window and in files alike. Over rounds:
 * the probability of each arm, what it learnt from where it learns, and its regret, the mean
 * accuracy so far that the even mixture of its arms and the arm that was best in hindsight are
 * ahead by (below 0: the teacher is ahead). */
#define AY_TEACHING_PANELS 3

typedef struct
{
  const char *title, *unit;  /* static */
  const char *band;          /* (nullable) static: what the bands are */
  guint n;
  AyStrategyCurve *each;     /* labels are rounds */
} AyTeachingPanel;

typedef struct
{
  char *strategy, *title;
  char *sentence;            /* whether it is ahead of the even mixture and of the best arm */
  guint n;                   /* panels; those of nothing known are left out */
  AyTeachingPanel panel[AY_TEACHING_PANELS];
} AyTeachingCurves;

/* Ids of the teachers in a comparison (ay_work_comparison). (transfer full) (element-type char*) */
GPtrArray *ay_teaching_names (JsonObject *comparison);
/* NULL where the comparison has no teacher of that id. (transfer full) (nullable) */
AyTeachingCurves *ay_teaching_curves_new (JsonObject *comparison, const char *strategy);
void ay_teaching_curves_free (AyTeachingCurves *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyTeachingCurves, ay_teaching_curves_free)

G_END_DECLS
