/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/model/scales.h"

#include "core/model/standardise.h"

gboolean
ay_scales_init (AyScales *self, const AyProblem *over, AyJob *job, GError **error)
{
  g_autoptr (AyMoments) moments = ay_moments_of (over, job, error);

  if (moments == NULL)
    return FALSE;
  self->centre = g_new (float, MAX (moments->d, 1));
  self->inv_scale = g_new (float, MAX (moments->d, 1));
  return ay_moments_scaling (moments, FALSE, 1.0, self->centre, self->inv_scale, error);
}

gboolean
ay_scales_init_as_asked (AyScales *self, const AyDataset *data, int asked, AyJob *job,
                         GError **error)
{
  g_autoptr (AyOwnedProblem) train = NULL;

  if (asked == 0 || (asked < 0 && (!data->features_of_columns || data->pixels != NULL)))
    return TRUE;
  train = ay_problem_of_split (data, AY_SPLIT_TRAIN);
  train->problem.ranks = self->ranks;
  return ay_scales_init (self, &train->problem, job, error);
}

void
ay_scales_apply (const AyScales *self, AyPoints *points)
{
  points->centre = self->centre;
  points->inv_scale = self->inv_scale;
}

void
ay_scales_clear (AyScales *self)
{
  g_clear_pointer (&self->centre, g_free);
  g_clear_pointer (&self->inv_scale, g_free);
}
