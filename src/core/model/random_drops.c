/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/model/random_drops.h"

#include "core/base/rng.h"
#include "core/base/stats.h"

#include <math.h>
#include <string.h>

#define FIRST_STREAM 10

gboolean
ay_random_drops_run (const AyRandomDrops *self, double *accuracy, double *loss, AyJob *job,
                     GError **error)
{
  AyRemovalOptions options = AY_REMOVAL_OPTIONS_INIT;
  g_autofree guint8 *removed = g_new (guint8, MAX (self->train->n, 1));

  options.verify = TRUE;
  options.compare = FALSE;
  options.max_steps = 2; /* the refit follows in any case */
  for (guint r = 0; r < self->repeats; r++)
    {
      g_autofree guint32 *drawn = NULL;
      AyRemoval one;
      AyRng rng;

      ay_rng_init (&rng, self->seed, FIRST_STREAM + r);
      drawn = ay_rng_sample (&rng, self->train->n, self->n_drop);
      memset (removed, 0, self->train->n);
      for (gsize i = 0; i < self->n_drop; i++)
        removed[drawn[i]] = 1;
      memset (&one, 0, sizeof one);
      if (!ay_removal_run (self->train, self->head, self->hessian, removed, &self->target, 1,
                           &options, &one, job, error))
        return FALSE;
      accuracy[r] = one.after.accuracy - one.before.accuracy;
      if (loss != NULL)
        loss[r] = one.unbounded ? NAN : one.refit;
      ay_removal_clear (&one);
    }
  return TRUE;
}

/* 97.5 % of Student's t for 1.. degrees of freedom; then normal. */
static double
student (gsize degrees)
{
  static const double table[] = { 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262,
                                  2.228,  2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101,
                                  2.093,  2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052,
                                  2.048,  2.045 };

  return degrees <= G_N_ELEMENTS (table) ? table[degrees - 1] : 1.96;
}

AyMeanBand
ay_mean_band (const double *x, gsize n)
{
  double mean = ay_mean (x, n);
  double half = student (n - 1) * sqrt (ay_variance (x, n) / (double) n);

  return (AyMeanBand) { mean, mean - half, mean + half };
}
