/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/select/strategy_curves.h"

G_BEGIN_DECLS

/* What a simulated teacher did, as it is drawn: in the window and in files alike. Over rounds:
 * the probability of each arm, what it learnt from where it learns, and its regret, the mean
 * accuracy so far that the even mixture of its arms and the arm that was best in hindsight are
 * ahead by (below 0: the teacher is ahead). */
#define AY_TEACHING_PANELS 3
#define AY_TEACHING_YARDSTICKS 2

typedef struct
{
  const char *title, *unit;  /* static */
  const char *band;          /* (nullable) static: what the bands are */
  guint n;
  AyStrategyCurve *each;     /* labels are rounds */
} AyTeachingPanel;

/* How a teacher stands, after the last round, to what it is held against. */
typedef enum
{
  AY_TEACHING_NOT_TOLD, /* the 95 % interval of the difference holds 0, or there is none */
  AY_TEACHING_AHEAD,
  AY_TEACHING_BEHIND,
} AyTeachingStand;

typedef struct
{
  const char *arm;           /* (nullable) borrowed: title of the arm that was best in hindsight;
                                NULL: the even mixture */
  AyTeachingStand stand;
  double apart, half;        /* mean accuracy: its size, not told with its sign (above 0 the teacher
                                has more); half-width of the interval, NaN of a single loop */
} AyTeachingVerdict;

typedef struct
{
  char *strategy, *title;
  guint repeats;
  guint n_verdicts;
  AyTeachingVerdict verdict[AY_TEACHING_YARDSTICKS];
  char *sentence;            /* the same in words */
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
