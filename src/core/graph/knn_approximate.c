/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Approximate neighbours by inverted lists (Jegou, Douze and Schmid 2011; FAISS's IndexIVFFlat).
 *
 * Points fall into about 4 sqrt (n) cells by k-means on a seeded sample; a query looks into the
 * cells nearest to it. How many is not guessed: exact neighbours of a seeded sample of points are
 * found first, and cells are added until the sample's recall reaches what is asked for. That recall
 * is what the result says of itself. Distances are then summed again in double and ordered like
 * exact ones.
 *
 * Cost: sample x cells x d a round of k-means, n x cells x d to assign, n x d x (probes / cells)
 * x n to search. Memory: n x d floats in the lists. Threads: blocks of BLOCK points; FAISS itself
 * runs on one. */
#include "core/graph/knn_approximate.h"

#include "assay-config.h"

#include "core/base/error.h"

#ifdef AY_HAVE_FAISS

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/shim/ivf.h"

#include <math.h>
#include <stdlib.h>

#define BLOCK 512
#define ROWS_A_CELL 50      /* of the sample that cells are made of */
#define RECALL_SAMPLE 1000
#define SPARE 3
#define LARGE 500000        /* points above which the lower recall is aimed at */

typedef struct
{
  double square;
  guint32 position;
} Near;

typedef struct
{
  const AyPointSet *points;
  AyNeighbours *out;
  AyJob *job;
  AyIvf *index;
  guint cells, probes;
  gsize first;              /* block of points being assigned */
  float *rows;              /* GROUP x d */
  gint64 *cell;             /* GROUP */
  const guint32 *asked;     /* (nullable) positions searched for */
  gsize n_asked;
  char *failure;            /* (nullable) what FAISS said; set under lock */
  GMutex lock;
} Approximate;

#define GROUP (BLOCK * 64)

static void
fail (Approximate *self, char *what)
{
  g_mutex_lock (&self->lock);
  if (self->failure == NULL)
    self->failure = what;
  else
    g_free (what);
  g_mutex_unlock (&self->lock);
}

static gboolean
check_failure (const Approximate *self, GError **error)
{
  if (self->failure == NULL)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_NOMEM, "approximate neighbours: FAISS: %s",
               self->failure);
  return FALSE;
}

static gboolean
train (Approximate *self, guint64 seed, GError **error)
{
  gsize n = self->points->n, d = self->points->d;
  gsize count = MIN (n, (gsize) self->cells * ROWS_A_CELL);
  g_autofree guint32 *positions = NULL;
  g_autofree float *rows = ay_try_alloc (count * d, sizeof (float), "cells", error);
  AyRng rng;

  if (rows == NULL)
    return FALSE;
  ay_job_set_phase (self->job, "dividing the space into cells");
  ay_rng_init (&rng, seed, 3);
  positions = ay_rng_sample (&rng, n, count);
  ay_point_set_load (self->points, positions, 0, count, rows);
  self->index = ay_ivf_new (rows, count, d, self->cells, seed, &self->failure);
  return check_failure (self, error);
}

static void
assign_block (gsize block, guint worker, gpointer data)
{
  Approximate *self = data;
  gsize n = MIN (self->points->n - self->first, GROUP), d = self->points->d;
  gsize from = block * BLOCK, count = MIN (BLOCK, n - from);
  float *rows = self->rows + from * d;
  char *what = NULL;

  ay_point_set_load (self->points, NULL, self->first + from, count, rows);
  if (!ay_ivf_assign (self->index, rows, count, self->cell + from, &what))
    fail (self, what);
  for (gsize i = from; i < from + count; i++)
    if (ay_point_is_zero (self->points, self->first + i))
      self->cell[i] = -1;
}

static gboolean
fill (Approximate *self, GError **error)
{
  gsize n = self->points->n;
  g_autofree gint64 *cell = g_new (gint64, GROUP), *number = g_new (gint64, GROUP);
  g_autofree float *rows = ay_try_alloc (GROUP * self->points->d, sizeof (float), "cells", error);

  if (rows == NULL)
    return FALSE;
  self->rows = rows;
  self->cell = cell;
  for (self->first = 0; self->first < n; self->first += GROUP)
    {
      gsize count = MIN (GROUP, n - self->first);

      if (!ay_parallel_for (ay_n_blocks (count, BLOCK), assign_block, self, self->job, error))
        return FALSE;
      for (gsize i = 0; i < count; i++)
        number[i] = (gint64) (self->first + i);
      if (self->failure != NULL
          || !ay_ivf_add (self->index, rows, count, cell, number, &self->failure))
        return check_failure (self, error);
    }
  return TRUE;
}

static int
compare_near (const void *a, const void *b)
{
  const Near *x = a, *y = b;

  if (x->square != y->square)
    return x->square < y->square ? -1 : 1;
  return (x->position > y->position) - (x->position < y->position);
}

/* Exact distances of the points found for query, the k nearest into row `at` of the result. */
static void
take (Approximate *self, gsize at, gsize query, const gint64 *found, double *x, double *scratch)
{
  AyNeighbours *out = self->out;
  guint k = out->k, asked = k + 1 + SPARE;
  Near near[AY_APPROXIMATE_MOST + 1 + SPARE];
  guint n = 0;

  ay_point_set_get (self->points, query, x);
  for (guint c = 0; c < asked; c++)
    if (found[c] >= 0 && found[c] != (gint64) query)
      {
        near[n].position = (guint32) found[c];
        near[n].square = ay_point_set_square_from (self->points, x, near[n].position, scratch);
        n++;
      }
  qsort (near, n, sizeof *near, compare_near);
  for (guint c = 0; c < k; c++)
    {
      out->index[at * k + c] = c < n ? near[c].position : G_MAXUINT32;
      out->distances[at * k + c]
          = c < n ? (float) ay_distance_of_square (out->distance, near[c].square) : NAN;
    }
}

static void
search_block (gsize block, guint worker, gpointer data)
{
  Approximate *self = data;
  gsize d = self->points->d, from = block * BLOCK, count = MIN (BLOCK, self->n_asked - from);
  guint asked = self->out->k + 1 + SPARE;
  g_autofree float *rows = g_new (float, count * d), *squares = g_new (float, count * asked);
  g_autofree gint64 *found = g_new (gint64, count * asked);
  g_autofree double *x = g_new (double, d), *scratch = g_new (double, d);
  char *what = NULL;

  ay_point_set_load (self->points, self->asked != NULL ? self->asked + from : NULL, from, count,
                     rows);
  if (!ay_ivf_search (self->index, rows, count, asked, self->probes, squares, found, &what))
    {
      fail (self, what);
      return;
    }
  for (gsize i = 0; i < count; i++)
    {
      gsize query = self->asked != NULL ? self->asked[from + i] : from + i;

      for (guint c = 0; c < asked && ay_point_is_zero (self->points, query); c++)
        found[i * asked + c] = -1;
      take (self, from + i, query, found + i * asked, x, scratch);
    }
  if (self->asked == NULL)
    ay_job_set_fraction (self->job, (double) (from + count) / (double) self->n_asked);
}

static gboolean
search (Approximate *self, const guint32 *asked, gsize n, GError **error)
{
  self->asked = asked;
  self->n_asked = n;
  return ay_parallel_for (ay_n_blocks (n, BLOCK), search_block, self, self->job, error)
         && check_failure (self, error);
}

/* Share of the exact neighbours of the sample that are among those found. Equal distances count:
 * any of several points as far as the last is as good. */
static double
recall_of (const AyNeighbours *found, const AyNeighbours *exact, gsize n)
{
  gsize hits = 0, all = 0;

  for (gsize i = 0; i < n; i++)
    {
      const float *row = exact->distances + i * exact->k;
      float last = 0.0f;

      for (guint c = 0; c < exact->k && !isnan (row[c]); c++, all++)
        last = row[c];
      for (guint c = 0; c < found->k && all > 0; c++)
        hits += found->distances[i * found->k + c] <= last;
    }
  return all > 0 ? MIN ((double) hits / (double) all, 1.0) : 1.0;
}

/* The sample's exact neighbours: k + 1 of the whole set, less the point itself. (transfer full) */
static AyNeighbours *
exact_of (const Approximate *self, const guint32 *sample, gsize n, GError **error)
{
  const AyPoints *points = &self->points->points;
  g_autofree guint32 *rows = g_new (guint32, n);
  AyPoints queries = *points;
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  AyNeighbours *found;

  for (gsize i = 0; i < n; i++)
    rows[i] = ay_point_row (self->points, sample[i]);
  queries.rows = rows;
  queries.n = n;
  options.k = self->out->k + 1;
  found = ay_neighbours_query (&queries, points, &options, self->job, error);
  for (gsize i = 0; found != NULL && i < n; i++)
    {
      guint32 *index = found->index + i * found->k;
      float *distance = found->distances + i * found->k;
      guint self_at = 0;

      while (self_at + 1 < found->k && index[self_at] != sample[i])
        self_at++;
      for (guint c = self_at; c + 1 < found->k; c++)
        {
          index[c] = index[c + 1];
          distance[c] = distance[c + 1];
        }
      distance[found->k - 1] = NAN;
    }
  return found;
}

/* More cells until the sample's recall is reached. */
static gboolean
choose_probes (Approximate *self, const AyNeighboursOptions *options, GError **error)
{
  gsize n = MIN (self->points->n, RECALL_SAMPLE);
  double wanted = options->recall > 0.0 ? options->recall
                  : self->points->n > LARGE ? 0.95 : 0.99;
  g_autofree guint32 *sample = NULL;
  g_autoptr (AyNeighbours) exact = NULL;
  AyRng rng;

  ay_rng_init (&rng, options->seed, 4);
  sample = ay_rng_sample (&rng, self->points->n, n);
  exact = exact_of (self, sample, n, error);
  if (exact == NULL)
    return FALSE;
  self->out->recall_sample = n;
  for (self->probes = MIN (4, self->cells);; )
    {
      if (!search (self, sample, n, error))
        return FALSE;
      self->out->recall = recall_of (self->out, exact, n);
      if (self->out->recall >= wanted || self->probes == self->cells)
        return TRUE;
      self->probes = MIN (self->probes + MAX (self->probes / 5, 1), self->cells);
    }
}

gboolean
ay_knn_approximate (const AyPointSet *points, const AyNeighboursOptions *options,
                    AyNeighbours *out, AyJob *job, GError **error)
{
  Approximate self = { .points = points, .out = out, .job = job };
  gboolean done;

  if (out->k > AY_APPROXIMATE_MOST)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   "%u approximate neighbours: expected %d at most", out->k, AY_APPROXIMATE_MOST);
      return FALSE;
    }
  g_mutex_init (&self.lock);
  self.cells = (guint) CLAMP (4.0 * sqrt ((double) points->n), 1.0, 65536.0);
  done = train (&self, options->seed, error) && fill (&self, error);
  if (done)
    {
      ay_job_set_phase (job, "finding neighbours");
      done = choose_probes (&self, options, error) && search (&self, NULL, points->n, error);
    }
  out->method = "ivf";
  ay_ivf_free (self.index);
  g_free (self.failure);
  g_mutex_clear (&self.lock);
  return done;
}

#else

gboolean
ay_knn_approximate (const AyPointSet *points, const AyNeighboursOptions *options,
                    AyNeighbours *out, AyJob *job, GError **error)
{
  g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                       "approximate neighbours are not supported: built without faiss");
  return FALSE;
}

#endif
