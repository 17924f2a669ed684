/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/round_history.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Learning curves of strategies, as they are drawn: in the window and in files alike. */

typedef struct
{
  double labels, value;
  char *text;
} AyCurveMark;

typedef struct
{
  char *id, *name;
  guint n;
  double *labels, *value;
  double *low, *high;    /* (nullable) the band */
  gboolean reference;    /* random */
  guint n_marks;
  AyCurveMark *marks;    /* where rules would have stopped */
} AyStrategyCurve;

typedef struct
{
  char *title;
  char *metric;          /* what value is */
  const char *band;      /* (nullable) static: what the bands are */
  guint n;
  AyStrategyCurve *each;
} AyStrategyCurves;

/* Of a comparison of simulated loops (ay_work_comparison). marks: with those of stopping. (transfer
 * full) */
AyStrategyCurves *ay_strategy_curves_of_comparison (JsonObject *comparison, gboolean marks);
/* Of histories (element-type AyHistory), those of one strategy taken together: the mean over runs
 * with the 95 % t interval of the mean, or, where random was run with the same seeds, of the paired
 * difference to it. metric (nullable): accuracy where there is any, else the first. A history
 * without rows has the labels that it logs. (transfer full) */
AyStrategyCurves *ay_strategy_curves_of_histories (GPtrArray *histories, const char *metric);
/* Frees what one curve holds. */
void ay_strategy_curve_clear (AyStrategyCurve *self);
void ay_strategy_curves_free (AyStrategyCurves *self);

/* The strategy of all rounds but a start; "mixed" of several; NULL when none is said. */
const char *ay_history_strategy (const AyHistory *history);
/* Labels once rounds 0..i are in, as logged (n_labelled) where it is, else as rows are counted. */
double ay_history_labels_at (const AyHistory *history, gint i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyStrategyCurves, ay_strategy_curves_free)

G_END_DECLS
