/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The rounds of a result of ay_work_gains(), or its "stopped_early", as the steps of a waterfall:
 * the loss before and after each, and what was said beside them. */
typedef struct
{
  guint n;
  char **names;             /* n: the rounds' numbers, NULL-terminated */
  double *before, *after;   /* n; NaN where nothing could be told */
  double *residual;         /* n; NaN likewise */
  char *sentence;           /* the whole gain, what moved up and down, the residual */
} AyGainsSteps;

/* (transfer full) */
AyGainsSteps *ay_gains_steps_new (JsonObject *gains);
void ay_gains_steps_free (AyGainsSteps *self);

/* Lines to be read with the result, one each: notes on what was left out, rounds that are not split
 * and why, classes that became known, and whether the history tells selection from volume.
 * (transfer full) (element-type utf8) */
GPtrArray *ay_gains_remarks (JsonObject *gains);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyGainsSteps, ay_gains_steps_free)

G_END_DECLS
