/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distances by products.
 *
 * |q - x|^2 = |q|^2 + |x|^2 - 2 q.x, the products by one gemm for a tile of queries and a block of
 * rows, which is read and standardised for it: 2 d flop a pair, and d / tile numbers read. Memory:
 * tile x n distances, a block of rows a worker. The sum cancels for near duplicates, so what orders
 * the first few is computed again as sum (q - x)^2 in double wherever two neighbours of the order
 * are nearer than the products' rounding. */
#include "core/score/knn_distances.h"

#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/model/standardise.h"
#include "core/score/distance_order.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#define BLOCK AY_KNN_BLOCK /* rows of a product */
#define DOUBT 4.0  /* units of rounding of |q|^2 + |x|^2, and a quarter of root d more */

struct _AyKnnDistances
{
  const AyProblem *rows;
  AyKnnDistancesOptions options;
  AyParts parts;              /* blocks of rows */
  gsize first, n, d;          /* own rows: first .. first + n - 1 */
  float *centre, *inv_scale;  /* one piece */
  float *query;               /* tile x d, standardised */
  double *wide_query;         /* (nullable) the same */
  double *query_square;       /* tile */
  double *square;             /* n */
  float *block;               /* a worker: BLOCK x d */
  double *wide_block;         /* (nullable) */
  float *distance;            /* tile x n, or */
  double *wide_distance;      /* tile x n */
  gsize count;                /* queries of the present tile */
  double doubt;               /* relative to |q|^2 + |x|^2 */
};

/* Standardised rows into z. */
static void
read_rows (const AyKnnDistances *self, const guint32 *rows, gsize count, float *z)
{
  gsize d = self->d;

  ay_standardise_block (self->rows->features, rows, count, self->centre, self->inv_scale, z);
  for (gsize i = 0; i < count && self->options.cosine; i++)
    {
      float norm = cblas_snrm2 (d, z + i * d, 1);

      if (norm > 0.0f)
        cblas_sscal (d, 1.0f / norm, z + i * d, 1);
    }
}

/* |z|^2; 1 for a zero row of the cosine distance, which puts it at 2 from every unit row. */
static double
square_of (const AyKnnDistances *self, const float *z)
{
  double sum = 0.0;

  for (gsize j = 0; j < self->d; j++)
    sum += (double) z[j] * z[j];
  return self->options.cosine && sum == 0.0 ? 1.0 : sum;
}

static gboolean
allocate (AyKnnDistances *self, GError **error)
{
  gsize n = self->n, d = self->d, tile = self->options.tile, workers = ay_threads ();
  gboolean wide = self->options.wide;

  self->query = ay_try_alloc (tile * d, sizeof (float), "rows judged", error);
  self->block = self->query != NULL ? ay_try_alloc (workers * BLOCK * d, sizeof (float),
                                                    "a block of rows", error)
                                    : NULL;
  self->square = self->block != NULL ? ay_try_alloc (n + tile, sizeof (double), "the lengths",
                                                     error)
                                     : NULL;
  if (self->square == NULL)
    return FALSE;
  self->query_square = self->square + n;
  if (!wide)
    {
      self->distance = ay_try_alloc (MAX (tile * n, 1), sizeof (float), "the distances", error);
      return self->distance != NULL;
    }
  self->wide_query = ay_try_alloc ((tile + workers * BLOCK) * d, sizeof (double), "rows judged",
                                   error);
  if (self->wide_query == NULL)
    return FALSE;
  self->wide_block = self->wide_query + tile * d;
  self->wide_distance = ay_try_alloc (tile * n, sizeof (double), "the distances", error);
  return self->wide_distance != NULL;
}

AyKnnDistances *
ay_knn_distances_new (const AyProblem *rows, const AyKnnDistancesOptions *options, AyJob *job,
                      GError **error)
{
  g_autoptr (AyKnnDistances) self = g_new0 (AyKnnDistances, 1);
  g_autoptr (AyMoments) moments = ay_moments_of (rows, job, error);
  double rounding = options->wide ? DBL_EPSILON : FLT_EPSILON;

  if (moments == NULL)
    return NULL;
  self->rows = rows;
  self->options = *options;
  self->d = moments->d;
  self->parts = ay_parts_by (rows->ranks, rows->n, BLOCK);
  self->n = ay_parts_rows_of_rank (&self->parts, ay_ranks_own (rows->ranks), &self->first);
  self->doubt = rounding * (DOUBT + 0.25 * sqrt (self->d));
  self->centre = g_new (float, 2 * self->d + 1);
  self->inv_scale = self->centre + self->d;
  if (!ay_moments_scaling (moments, FALSE, 1.0, self->centre, self->inv_scale, error)
      || !allocate (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
ay_knn_distances_free (AyKnnDistances *self)
{
  if (self == NULL)
    return;
  g_free (self->centre);
  g_free (self->query);
  g_free (self->wide_query);
  g_free (self->square);
  g_free (self->block);
  g_free (self->distance);
  g_free (self->wide_distance);
  g_free (self);
}

gsize
ay_knn_distances_n_features (const AyKnnDistances *self)
{
  return self->d;
}

gsize
ay_knn_distances_own (const AyKnnDistances *self, gsize *first)
{
  *first = self->first;
  return self->n;
}

static void
widen (const float *from, gsize count, double *to)
{
  for (gsize i = 0; i < count; i++)
    to[i] = from[i];
}

/* distance = query_square + square - 2 products, never below 0. */
#define DEFINE_FINISH(NAME, TYPE)                                                                 \
  static void NAME (TYPE *distance, gsize count, double of_query, const double *square)           \
  {                                                                                               \
    for (gsize j = 0; j < count; j++)                                                             \
      {                                                                                           \
        TYPE sum = distance[j] + (TYPE) (of_query + square[j]);                                   \
                                                                                                  \
        distance[j] = sum > 0 ? sum : 0;                                                          \
      }                                                                                           \
  }

DEFINE_FINISH (finish_narrow, float)
DEFINE_FINISH (finish_wide, double)

static void
multiply_narrow (AyKnnDistances *self, gsize first, gsize count, const float *z)
{
  gsize n = self->n, d = self->d;

  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, self->count, count, d, -2.0f, self->query,
               d, z, d, 0.0f, self->distance + first, n);
  for (gsize t = 0; t < self->count; t++)
    finish_narrow (self->distance + t * n + first, count, self->query_square[t],
                   self->square + first);
}

static void
multiply_wide (AyKnnDistances *self, gsize first, gsize count, const float *z, double *wide)
{
  gsize n = self->n, d = self->d;

  widen (z, count * d, wide);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, self->count, count, d, -2.0,
               self->wide_query, d, wide, d, 0.0, self->wide_distance + first, n);
  for (gsize t = 0; t < self->count; t++)
    finish_wide (self->wide_distance + t * n + first, count, self->query_square[t],
                 self->square + first);
}

static void
load_block (gsize block, guint worker, gpointer data)
{
  AyKnnDistances *self = data;
  gsize from = block * BLOCK, count = MIN (BLOCK, self->rows->n - from);
  gsize first = from - self->first; /* among the own */
  float *z = self->block + worker * BLOCK * self->d;

  read_rows (self, self->rows->rows + from, count, z);
  for (gsize i = 0; i < count; i++)
    self->square[first + i] = square_of (self, z + i * self->d);
  if (self->options.wide)
    multiply_wide (self, first, count, z, self->wide_block + worker * BLOCK * self->d);
  else
    multiply_narrow (self, first, count, z);
}

gboolean
ay_knn_distances_load (AyKnnDistances *self, const guint32 *queries, gsize count, AyJob *job,
                       GError **error)
{
  AyParts shares = ay_parts_by (self->rows->ranks, count, 1);

  shares.what = "validation rows";
  self->count = count;
  read_rows (self, queries + shares.first, shares.last - shares.first,
             self->query + shares.first * self->d);
  if (!ay_parts_gather (&shares, self->query, self->d * sizeof (float), error))
    return FALSE;
  for (gsize t = 0; t < count; t++)
    self->query_square[t] = square_of (self, self->query + t * self->d);
  if (self->options.wide)
    widen (self->query, count * self->d, self->wide_query);
  return ay_parts_for (&self->parts, load_block, self, job, error);
}

const float *
ay_knn_distances_of (const AyKnnDistances *self, gsize t, float *scratch)
{
  const double *wide;

  if (!self->options.wide)
    return self->distance + t * self->n;
  wide = self->wide_distance + t * self->n;
  for (gsize i = 0; i < self->n; i++)
    scratch[i] = (float) wide[i];
  return scratch;
}

/* --- the order in doubt --- */

static double
direct (const AyKnnDistances *self, gsize t, gsize row, float *z)
{
  const float *q = self->query + t * self->d;
  double sum = 0.0;

  read_rows (self, self->rows->rows + row, 1, z);
  for (gsize j = 0; j < self->d; j++)
    sum += ((double) q[j] - z[j]) * ((double) q[j] - z[j]);
  if (self->options.cosine && cblas_snrm2 (self->d, z, 1) == 0.0f)
    sum = self->query_square[t] + 1.0;
  return sum;
}

void
ay_knn_distances_exact (const AyKnnDistances *self, gsize t, const guint64 *entry, gsize count,
                        AyKnnExact *exact, float *scratch)
{
  for (gsize i = 0; i < count; i++)
    {
      gsize row = ay_order_row (entry[i]);

      exact[i] = (AyKnnExact) { self->square[row - self->first], direct (self, t, row, scratch) };
    }
}

/* Of place i of a list. */
static double
length_at (const AyKnnDistances *self, const AyKnnList *list, gsize i)
{
  return list->known != NULL ? list->known[i].length
                             : self->square[ay_order_row (list->entry[i]) - self->first];
}

static double
direct_at (const AyKnnDistances *self, gsize t, const AyKnnList *list, gsize i, float *scratch)
{
  return list->known != NULL ? list->known[i].direct
                             : direct (self, t, ay_order_row (list->entry[i]), scratch);
}

typedef struct
{
  double squared;
  guint64 entry;
} Placed;

static int
compare_placed (const void *a, const void *b)
{
  const Placed *x = a, *y = b;
  guint32 row = ay_order_row (x->entry), other = ay_order_row (y->entry);

  if (x->squared != y->squared)
    return x->squared > y->squared ? 1 : -1;
  return (row > other) - (row < other);
}

static void
sort_run (guint64 *list, double *squared, gsize count)
{
  g_autofree Placed *placed = g_new (Placed, count);

  for (gsize i = 0; i < count; i++)
    placed[i] = (Placed) { squared[i], list[i] };
  qsort (placed, count, sizeof *placed, compare_placed);
  for (gsize i = 0; i < count; i++)
    {
      squared[i] = placed[i].squared;
      list[i] = placed[i].entry;
    }
}

/* Computes the runs of doubt that begin before `depth` and ends them before `limit`. */
static void
settle (const AyKnnDistances *self, gsize t, const AyKnnList *list, gsize depth, gsize limit,
        float *scratch)
{
  double *squared = list->squared;

  for (gsize i = 0, end; i < depth; i = end)
    {
      for (end = i + 1; end < limit; end++)
        if (squared[end] - squared[end - 1]
            > self->doubt * (self->query_square[t] + length_at (self, list, end)))
          break;
      if (end - i < 2)
        continue;
      for (gsize k = i; k < end; k++)
        squared[k] = direct_at (self, t, list, k, scratch);
      sort_run (list->entry + i, squared + i, end - i);
    }
}

gsize
ay_knn_distances_refine (const AyKnnDistances *self, gsize t, const AyKnnList *list, gsize depth,
                         float *scratch)
{
  gboolean wide = self->options.wide;
  gsize limit = wide ? list->count : ay_knn_refined (list->count, depth);

  for (gsize i = 0; i < limit; i++)
    list->squared[i] = wide ? self->wide_distance[t * self->n + ay_order_row (list->entry[i])]
                            : ay_order_distance (list->entry[i]);
  if (wide)
    sort_run (list->entry, list->squared, limit);
  settle (self, t, list, wide ? limit : MIN (depth, limit), limit, scratch);
  return limit;
}
