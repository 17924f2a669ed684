/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A retention curve as it is drawn and as it is said: the same in the window, in the report and on
 * the command line. */
#include "core/work/retention.h"

AyRetentionSeries *
ay_retention_series (const AyRetention *of)
{
  AyRetentionSeries *self = g_new0 (AyRetentionSeries, 1);
  guint n = self->n = of->n_points;

  self->name = g_strdup_printf ("%s, %s first", of->score, of->low_first ? "low" : "high");
  self->x = g_new (double, 5 * MAX (n, 1));
  self->own = self->x + n;
  self->random = self->own + n;
  self->low = self->random + n;
  self->high = self->low + n;
  for (guint k = 0; k < n; k++)
    {
      const AyRetentionPoint *point = &of->points[k];

      self->x[k] = 100.0 * point->share;
      self->own[k] = of->on_test ? point->test : point->valid;
      self->random[k] = point->random.mean;
      self->low[k] = point->random.low;
      self->high[k] = point->random.high;
    }
  return self;
}

void
ay_retention_series_free (AyRetentionSeries *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self->x);
  g_free (self);
}

guint
ay_retention_usual_point (const AyRetention *of)
{
  guint at = 0;

  for (guint k = 0; k < of->n_points; k++)
    if (of->points[k].share <= 0.3)
      at = k;
  return at;
}

char *
ay_retention_sentence (const AyRetention *of, guint point)
{
  const AyRetentionPoint *at = &of->points[MIN (point, of->n_points - 1)];

  return g_strdup_printf ("At %.0f %% kept %+.2f points against random (95 %% band over %u draws "
                          "%+.2f to %+.2f). Smallest set no worse on valid: %.0f %%; %s",
                          100.0 * at->share, 100.0 * at->difference.mean, of->repeats,
                          100.0 * at->difference.low, 100.0 * at->difference.high,
                          100.0 * of->points[MIN (of->minimal, of->n_points - 1)].share,
                          of->minimal_sentence);
}
