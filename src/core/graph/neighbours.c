/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/graph/neighbours.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/graph/knn_approximate.h"
#include "core/graph/knn_private.h"

#include <math.h>

AyNeighbours *
ay_neighbours_ref (AyNeighbours *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_neighbours_unref (AyNeighbours *self)
{
  if (!g_atomic_ref_count_dec (&self->ref))
    return;
  g_free (self->index);
  g_free (self->distances);
  g_free (self);
}

static AyNeighbours *
result_new (const AyPointSet *queries, gsize k, GError **error)
{
  g_autoptr (AyNeighbours) self = g_new0 (AyNeighbours, 1);

  g_atomic_ref_count_init (&self->ref);
  self->n = queries->n;
  self->k = (guint) k;
  self->distance = queries->points.distance;
  self->method = "exact";
  self->recall = 1.0;
  self->n_zero = queries->n_zero;
  self->index = ay_try_alloc (self->n * k, sizeof *self->index, "the neighbours", error);
  if (self->index == NULL)
    return NULL;
  self->distances = ay_try_alloc (self->n * k, sizeof *self->distances, "the neighbours", error);
  return self->distances != NULL ? g_steal_pointer (&self) : NULL;
}

/* Points that a query may find at most. */
static gsize
most_found (const AyPointSet *queries, const AyPointSet *points)
{
  gsize usable = points->n - points->n_zero;

  return queries == points && usable > 0 ? usable - 1 : usable;
}

static AyNeighbours *
search (const AyPointSet *queries, const AyPointSet *points, guint k, AyJob *job, GError **error)
{
  AyKnn knn = { .queries = queries, .points = points, .same = queries == points,
                .most = most_found (queries, points), .job = job };
  g_autoptr (AyNeighbours) result = NULL;
  gboolean done;

  knn.k = MAX (MIN (k, knn.most), 1);
  knn.keep = MAX (MIN (knn.k + AY_KNN_SPARE, knn.most), 1);
  result = result_new (queries, knn.k, error);
  if (result == NULL)
    return NULL;
  ay_job_set_phase (job, "finding neighbours");
  done = ay_knn_init (&knn, error) && ay_knn_search (&knn, error)
         && ay_knn_refine (&knn, result, error);
  ay_knn_clear (&knn);
  return done ? g_steal_pointer (&result) : NULL;
}

static AyNeighbours *
search_approximate (const AyPointSet *points, const AyNeighboursOptions *options, AyJob *job,
                    GError **error)
{
  gsize most = most_found (points, points);
  g_autoptr (AyNeighbours) result
      = result_new (points, MAX (MIN (options->k, most), 1), error);

  if (result == NULL || !ay_knn_approximate (points, options, result, job, error))
    return NULL;
  return g_steal_pointer (&result);
}

static gboolean
check_k (const AyNeighboursOptions *options, GError **error)
{
  if (options->k > 0)
    return TRUE;
  g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE, N_ ("0 neighbours: expected 1 or more"));
  return FALSE;
}

AyNeighbours *
ay_neighbours_find (const AyPoints *points, const AyNeighboursOptions *options, AyJob *job,
                    GError **error)
{
  g_autoptr (AyPointSet) set = NULL;

  if (!check_k (options, error))
    return NULL;
  if (points->n < 2)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("neighbours of %zu rows: expected 2 or more"), points->n);
      return NULL;
    }
  set = ay_point_set_new (points, NULL, job, error);
  if (set == NULL)
    return NULL;
  if (options->approximate_above > 0 && points->n > options->approximate_above)
    return search_approximate (set, options, job, error);
  return search (set, set, options->k, job, error);
}

AyNeighbours *
ay_neighbours_query (const AyPoints *queries, const AyPoints *points,
                     const AyNeighboursOptions *options, AyJob *job, GError **error)
{
  g_autoptr (AyPointSet) set = NULL, asked = NULL;

  if (!check_k (options, error))
    return NULL;
  set = ay_point_set_new (points, NULL, job, error);
  asked = set != NULL ? ay_point_set_new (queries, set, job, error) : NULL;
  return asked != NULL ? search (asked, set, options->k, job, error) : NULL;
}
