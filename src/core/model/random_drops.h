/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/removal.h"

G_BEGIN_DECLS

/* What dropping as many training rows at random does: the comparison of every removal. Each draw is
 * refitted, everything else held, and judged on one target. */
typedef struct
{
  const AyProblem *train;
  const AyHead *head;
  AyHessian *hessian;       /* (nullable) */
  const AyProblem *target;  /* judged on */
  gsize n_drop;
  guint repeats;            /* at least 2 */
  guint64 seed;
} AyRandomDrops;

/* Changes of accuracy and loss of each draw, `repeats` of each (loss nullable; NaN where a class
 * lost its last row). Errors: those of ay_removal_run(). */
gboolean ay_random_drops_run (const AyRandomDrops *self, double *accuracy, double *loss, AyJob *job,
                              GError **error);

/* Mean of n numbers and the 95 % band of that mean by Student's t; n >= 2. */
typedef struct
{
  double mean, low, high;
} AyMeanBand;

AyMeanBand ay_mean_band (const double *x, gsize n);

G_END_DECLS
