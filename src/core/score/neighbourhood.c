/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a row's nearest other rows say of it, without labels: density, outlier, uniqueness.
 *
 * density = 1 / (1 + m / M), m the mean distance to the k nearest, M its median over the rows: 1
 * for a row among copies, 1/2 in the middle. outlier: the local outlier factor (Breunig et al.
 * 2000): with reach (i, j) = max (d(i, j), distance of j to its k-th) and lrd_i = 1 / (mean over
 * the k nearest of reach (i, j) + 1e-10), the mean of lrd_j / lrd_i: about 1 inside a cloud, more
 * outside. uniqueness = d / (d + D), d the distance to the nearest, D its median over the rows with
 * d > 0: 0 for copies. One neighbour search for all three (core/graph); O(n k) beyond it. */
#include "core/score/parameters.h"
#include "core/base/words.h"
#include "core/score/score_private.h"
#include "core/score/uniqueness.h"

#include "core/base/error.h"
#include "core/base/stats.h"
#include "core/graph/neighbours.h"
#include "core/model/scales.h"

#include <math.h>

#define SMALL 1e-10 /* as scikit-learn has it, so that copies have a density */

typedef enum { DENSITY, OUTLIER, UNIQUENESS } Which;

static const char *const metrics[] = { "euclidean", "cosine", NULL };

/* By the training rows where there are any, else by all. */
static gboolean
scales_of (AyScales *self, const AyDataset *data, AyJob *job, GError **error)
{
  gsize n_train;
  g_autofree guint32 *train = ay_dataset_rows_of (data, AY_SPLIT_TRAIN, &n_train);
  g_autofree guint32 *all = g_new (guint32, data->n + 1);
  AyProblem problem = { .features = data->features, .rows = train, .n = n_train };

  for (gsize i = 0; i < data->n; i++)
    all[i] = (guint32) i;
  if (n_train == 0)
    {
      problem.rows = all;
      problem.n = data->n;
    }
  return ay_scales_init (self, &problem, job, error);
}

static AyNeighbours *
search (AyScoreContext *context, gsize k, guint metric, gsize approximate_above, AyJob *job,
        GError **error)
{
  const AyDataset *data = ay_score_context_data (context);
  g_auto (AyScales) scales = { 0 };
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  AyPoints points = { .features = data->features, .n = data->n,
                      .distance = metric == 0 ? AY_DISTANCE_EUCLIDEAN : AY_DISTANCE_COSINE };

  if (!scales_of (&scales, data, job, error))
    return NULL;
  ay_scales_apply (&scales, &points);
  options.k = (guint) k;
  options.seed = ay_score_context_seed (context);
  options.approximate_above = approximate_above;
  ay_job_set_phase (job, "nearest neighbours of all rows");
  return ay_neighbours_find (&points, &options, job, error);
}

static const AyNeighbours *
neighbours_of (AyScoreContext *context, AyJob *job, GError **error)
{
  gsize k = 20, above = 0;
  guint metric = 0;
  g_autofree char *key = NULL;
  AyNeighbours *found;

  if (!ay_score_parameter_count (context, "neighbours", 1, &k, error)
      || !ay_score_parameter_count (context, "approximate_above", 0, &above, error)
      || !ay_score_parameter_choice (context, "metric", metrics, &metric, error))
    return NULL;
  key = g_strdup_printf ("neighbours %zu %u %zu", k, metric, above);
  found = ay_score_context_kept (context, key);
  if (found != NULL)
    return found;
  k = MIN (k, G_MAXINT32);
  found = search (context, k, metric, above, job, error);
  if (found != NULL)
    ay_score_context_keep (context, key, found, (GDestroyNotify) ay_neighbours_unref);
  return found;
}

/* Neighbours that a row has; index and distances of its first. */
static guint
count_of (const AyNeighbours *self, gsize i)
{
  guint count = 0;

  while (count < self->k && self->index[i * self->k + count] != G_MAXUINT32)
    count++;
  return count;
}

static void
fill_mean_distances (const AyNeighbours *self, double *out)
{
  for (gsize i = 0; i < self->n; i++)
    {
      guint count = count_of (self, i);
      double sum = 0.0;

      for (guint k = 0; k < count; k++)
        sum += self->distances[i * self->k + k];
      out[i] = count > 0 ? sum / count : NAN;
    }
}

static void
fill_density (const AyNeighbours *self, double *out)
{
  double middle;

  fill_mean_distances (self, out);
  middle = ay_quantile (out, self->n, 0.5);
  for (gsize i = 0; i < self->n; i++)
    out[i] = isnan (out[i]) ? NAN : middle > 0.0 ? 1.0 / (1.0 + out[i] / middle) : out[i] == 0.0;
}

static double
reach (const AyNeighbours *self, gsize i, guint k)
{
  gsize j = self->index[i * self->k + k];

  return MAX (self->distances[i * self->k + k],
              self->distances[j * self->k + count_of (self, j) - 1]);
}

static void
fill_outlier (const AyNeighbours *self, double *out)
{
  g_autofree double *lrd = g_new (double, self->n + 1);

  for (gsize i = 0; i < self->n; i++)
    {
      guint count = count_of (self, i);
      double sum = 0.0;

      for (guint k = 0; k < count; k++)
        sum += reach (self, i, k);
      lrd[i] = count > 0 ? 1.0 / (sum / count + SMALL) : NAN;
    }
  for (gsize i = 0; i < self->n; i++)
    {
      guint count = count_of (self, i);
      double sum = 0.0;

      for (guint k = 0; k < count; k++)
        sum += lrd[self->index[i * self->k + k]];
      out[i] = count > 0 ? sum / count / lrd[i] : NAN;
    }
}

static gboolean
run (AyScoreContext *context, Which which, AyScoreResult *out, AyJob *job, GError **error)
{
  const AyNeighbours *found = neighbours_of (context, job, error);

  out->values = found != NULL ? ay_score_blank (ay_score_context_data (context)->n, error) : NULL;
  if (out->values == NULL)
    return FALSE;
  switch (which)
    {
    case DENSITY: fill_density (found, out->values); break;
    case OUTLIER: fill_outlier (found, out->values); break;
    default: ay_uniqueness_fill (found, out->values); break;
    }
  ay_score_text (out, "search", found->method);
  ay_score_number (out, "recall", found->recall);
  ay_score_count (out, "neighbours", found->k);
  ay_score_text (out, "features", "standardised on train, all rows");
  out->missing_because = g_strdup (N_ ("rows without neighbours: of features that are all 0, "
                                       "under the cosine distance"));
  return TRUE;
}

gboolean
ay_run_density (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  return run (context, DENSITY, out, job, error);
}

gboolean
ay_run_outlier (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  return run (context, OUTLIER, out, job, error);
}

gboolean
ay_run_uniqueness (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  return run (context, UNIQUENESS, out, job, error);
}
