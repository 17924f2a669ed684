/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How well the rows that stay stand for all of them: the share of training and pool rows that stay
 * or have, among their k nearest of all, one that stays within the radius, the median distance of a
 * row to its k-th nearest. The search is exact, or above 100000 rows approximate where that is
 * built in. */
#include "core/work/plan_private.h"

#include "core/base/stats.h"
#include "core/graph/neighbours.h"
#include "core/model/scales.h"

#define NEIGHBOURS 15
#define APPROXIMATE_ABOVE 100000

static void
count_covered (AyPlanning *self, const AyNeighbours *found, const guint32 *rows)
{
  AyCoverage *out = &self->plan->coverage;
  guint k = found->k;
  g_autofree double *last = g_new (double, found->n);

  for (gsize i = 0; i < found->n; i++)
    last[i] = found->distances[i * k + k - 1];
  out->k = k;
  out->radius = ay_quantile (last, found->n, 0.5);
  for (gsize i = 0; i < found->n; i++)
    {
      gboolean covered = !ay_bitset_get (self->plan->dropped, rows[i]);

      for (guint j = 0; !covered && j < k; j++)
        covered = found->index[i * k + j] != G_MAXUINT32
                  && found->distances[i * k + j] <= out->radius
                  && !ay_bitset_get (self->plan->dropped, rows[found->index[i * k + j]]);
      out->n_uncovered += !covered;
    }
  out->share = 1.0 - (double) out->n_uncovered / (double) found->n;
}

gboolean
ay_plan_cover (AyPlanning *self, GError **error)
{
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  AyPoints points = { .features = self->data->features };
  g_autofree guint32 *rows = ay_bitset_rows (self->may_go, &points.n);
  g_auto (AyScales) scales = { 0 };
  g_autoptr (AyNeighbours) found = NULL;
  g_autoptr (GError) local = NULL;

  if (points.n < 2)
    return TRUE;
  ay_job_set_phase (self->job, "coverage");
  if (!ay_scales_init_as_asked (&scales, self->data, -1, self->job, error))
    return FALSE;
  ay_scales_apply (&scales, &points);
  points.rows = rows;
  options.k = NEIGHBOURS;
  options.seed = self->seed;
  options.approximate_above = APPROXIMATE_ABOVE;
  found = ay_neighbours_find (&points, &options, self->job, &local);
  if (found == NULL && g_error_matches (local, AY_ERROR, AY_ERROR_UNSUPPORTED))
    {
      options.approximate_above = 0;
      found = ay_neighbours_find (&points, &options, self->job, error);
    }
  else if (found == NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  if (found == NULL)
    return FALSE;
  count_covered (self, found, rows);
  return TRUE;
}
