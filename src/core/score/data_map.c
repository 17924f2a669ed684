/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Swayamdipta et al. 2020 take a third of the rows each for easy (highest confidence), hard
 * (lowest) and ambiguous (highest variability); their thirds overlap and leave rows out. Here the
 * regions are cut so that they add up to the rows: ambiguous is the third of highest variability
 * (above the two-thirds quantile); the others are easy from the median of their confidence on, and
 * hard below it. No fixed confidence would do: a short run is sure of few rows. Cost: two sorts. */
#include "core/score/data_map.h"

#include "core/base/stats.h"

#include <math.h>

#define CALM_SHARE (2.0 / 3.0)

AyDataMap *
ay_data_map_new (const double *confidence, const double *variability, gsize n)
{
  AyDataMap *self = g_new0 (AyDataMap, 1);
  g_autofree double *both = g_new (double, n + 1), *calm = g_new (double, n + 1);

  self->n = n;
  self->region = g_new0 (guint8, n + 1);
  for (gsize i = 0; i < n; i++)
    both[i] = isnan (confidence[i]) ? NAN : variability[i];
  self->variability = ay_quantile (both, n, CALM_SHARE);
  for (gsize i = 0; i < n; i++)
    calm[i] = both[i] <= self->variability ? confidence[i] : NAN;
  self->confidence = ay_quantile (calm, n, 0.5);
  for (gsize i = 0; i < n; i++)
    {
      if (!isnan (both[i]))
        self->region[i] = both[i] > self->variability         ? AY_REGION_AMBIGUOUS
                          : confidence[i] >= self->confidence ? AY_REGION_EASY
                                                              : AY_REGION_HARD;
      self->count[self->region[i]]++;
    }
  return self;
}

void
ay_data_map_free (AyDataMap *self)
{
  if (self == NULL)
    return;
  g_free (self->region);
  g_free (self);
}

const char *
ay_region_name (AyRegion region)
{
  static const char *const names[AY_N_REGIONS] = { "none", "easy", "ambiguous", "hard" };

  return names[region];
}

const char *
ay_region_meaning (AyRegion region)
{
  static const char *const meanings[AY_N_REGIONS] = {
    "not in the training run",
    "the third that the run was surest of: much of it is alike",
    "the third that the run changed its mind about most",
    "the third that the run was least sure of: rare, difficult, or mislabelled",
  };

  return meanings[region];
}
