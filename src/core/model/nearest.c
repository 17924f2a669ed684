/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accuracy of the nearest neighbours, by blocked products.
 *
 * Blocks of training rows are standardised once, by all workers; then tiles of queries take their
 * inner products with the block in one sgemm and keep the k smallest |x|^2 - 2 q.x of each query
 * (|q|^2 orders nothing). Blocks come in row order and only a strictly smaller distance displaces,
 * so ties go to the earlier row. 2 queries x rows x d flop; memory: queries, one block, one tile of
 * products a worker. Ranks share out the tiles. */
#include "core/model/nearest.h"

#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/model/standardise.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TILE 64
#define STRIP 128
#define BLOCK_VALUES (1 << 20)

typedef struct
{
  const AyProblem *problem;
  guint32 *positions; /* into problem, ascending */
  gsize n;
  float *z;
} Side;

typedef struct
{
  const AyHead *scaling;
  gsize d, block_rows, k;
  Side query, train;
  AyParts tiles;        /* of queries */
  gsize first, count;   /* the present block of train */
  float *square;        /* block_rows: |x|^2 */
  float *products;      /* a worker: TILE x block_rows */
  float *distance;      /* queries x k, ascending */
  guint32 *neighbour;   /* queries x k: positions of train */
  Side *loading;
} Search;

static void
side_init (Side *self, const AyProblem *problem, gsize most, guint64 seed, guint64 stream)
{
  gsize n = 0;
  AyRng rng;

  self->problem = problem;
  self->positions = g_new (guint32, MAX (problem->n, 1));
  for (gsize i = 0; i < problem->n; i++)
    if (ay_problem_weight (problem, i) > 0.0)
      self->positions[n++] = i;
  self->n = MIN (n, most);
  if (n <= most)
    return;
  ay_rng_init (&rng, seed, stream);
  ay_rng_shuffle (&rng, self->positions, n);
  qsort (self->positions, self->n, sizeof *self->positions, ay_compare_u32);
}

/* Standardises one strip of the side being loaded, from its row `first` on. */
static void
load_strip (gsize strip, guint worker, gpointer data)
{
  Search *self = data;
  Side *side = self->loading;
  gsize from = strip * STRIP, count = MIN (STRIP, self->count - from), d = self->d;
  float *z = side->z + from * d;
  guint32 rows[STRIP] = { 0 };

  for (gsize i = 0; i < count; i++)
    rows[i] = side->problem->rows[side->positions[self->first + from + i]];
  ay_standardise_block (side->problem->features, rows, count, self->scaling->centre,
                        self->scaling->inv_scale, z);
  if (side == &self->train)
    for (gsize i = 0; i < count; i++)
      self->square[from + i] = cblas_sdot (d, z + i * d, 1, z + i * d, 1);
}

static gboolean
load (Search *self, Side *side, gsize first, gsize count, AyJob *job, GError **error)
{
  self->loading = side;
  self->first = first;
  self->count = count;
  return ay_parallel_for (ay_n_blocks (count, STRIP), load_strip, self, job, error);
}

/* Puts a candidate among a query's k nearest. */
static void
insert (float *distance, guint32 *neighbour, gsize k, float value, guint32 position)
{
  gsize at = k - 1;

  for (; at > 0 && value < distance[at - 1]; at--)
    {
      distance[at] = distance[at - 1];
      neighbour[at] = neighbour[at - 1];
    }
  distance[at] = value;
  neighbour[at] = position;
}

static void
search_tile (gsize tile, guint worker, gpointer data)
{
  Search *self = data;
  gsize first = tile * TILE, count = MIN (TILE, self->query.n - first);
  float *products = self->products + worker * TILE * self->block_rows;

  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, count, self->count, self->d, -2.0f,
               self->query.z + first * self->d, self->d, self->train.z, self->d, 0.0f, products,
               self->block_rows);
  for (gsize i = 0; i < count; i++)
    {
      float *distance = self->distance + (first + i) * self->k;
      guint32 *neighbour = self->neighbour + (first + i) * self->k;
      const float *row = products + i * self->block_rows;

      for (gsize j = 0; j < self->count; j++)
        if (row[j] + self->square[j] < distance[self->k - 1])
          insert (distance, neighbour, self->k, row[j] + self->square[j],
                  self->train.positions[self->first + j]);
    }
}

static gboolean
search (Search *self, AyJob *job, GError **error)
{
  if (!load (self, &self->query, 0, self->query.n, job, error))
    return FALSE;
  for (gsize first = 0; first < self->train.n; first += self->block_rows)
    {
      gsize count = MIN (self->block_rows, self->train.n - first);

      if (!load (self, &self->train, first, count, job, error)
          || !ay_parts_for (&self->tiles, search_tile, self, job, error))
        return FALSE;
    }
  return ay_parts_gather (&self->tiles, self->neighbour, self->k * sizeof *self->neighbour, error);
}

/* The most frequent class of k neighbours, nearest first; votes: n_classes zeros, left zero. */
static gint32
vote (const AyProblem *train, const guint32 *neighbour, gsize k, guint *votes)
{
  gint32 best = train->label[neighbour[0]];
  guint most = 0;

  for (gsize i = 0; i < k; i++)
    votes[train->label[neighbour[i]]]++;
  for (gsize i = 0; i < k; i++)
    if (votes[train->label[neighbour[i]]] > most)
      {
        best = train->label[neighbour[i]];
        most = votes[best];
      }
  for (gsize i = 0; i < k; i++)
    votes[train->label[neighbour[i]]] = 0;
  return best;
}

static double
judge_classes (const Search *self)
{
  const AyProblem *on = self->query.problem, *train = self->train.problem;
  g_autofree guint *votes = g_new0 (guint, train->n_classes);
  double right = 0.0, total = 0.0;

  for (gsize i = 0; i < self->query.n; i++)
    {
      gsize at = self->query.positions[i];
      double weight = ay_problem_weight (on, at);

      total += weight;
      if (vote (train, self->neighbour + i * self->k, self->k, votes) == on->label[at])
        right += weight;
    }
  return right / total;
}

static double
judge_target (const Search *self)
{
  const AyProblem *on = self->query.problem, *train = self->train.problem;
  double total = 0.0, mean = 0.0, error = 0.0, spread = 0.0;

  for (gsize i = 0; i < self->query.n; i++)
    {
      double weight = ay_problem_weight (on, self->query.positions[i]);

      total += weight;
      mean += weight * on->target[self->query.positions[i]];
    }
  mean /= total;
  for (gsize i = 0; i < self->query.n; i++)
    {
      gsize at = self->query.positions[i];
      double said = 0.0;

      for (gsize k = 0; k < self->k; k++)
        said += train->target[self->neighbour[i * self->k + k]] / self->k;
      error += ay_problem_weight (on, at) * (said - on->target[at]) * (said - on->target[at]);
      spread += ay_problem_weight (on, at) * (on->target[at] - mean) * (on->target[at] - mean);
    }
  return spread > 0.0 ? 1.0 - error / spread : NAN;
}

static gboolean
allocate (Search *self, GError **error)
{
  gsize queries = self->query.n;

  self->query.z = ay_try_alloc (queries * self->d, sizeof (float), "judged rows", error);
  if (self->query.z == NULL)
    return FALSE;
  self->train.z
      = ay_try_alloc (self->block_rows * self->d, sizeof (float), "the neighbours", error);
  if (self->train.z == NULL)
    return FALSE;
  self->products = ay_try_alloc (ay_threads () * TILE * self->block_rows, sizeof (float),
                                 "the distances", error);
  self->square = g_new (float, self->block_rows);
  self->distance = g_new (float, queries * self->k);
  self->neighbour = g_new0 (guint32, queries * self->k);
  for (gsize i = 0; i < queries * self->k; i++)
    self->distance[i] = INFINITY;
  return self->products != NULL;
}

static void
clear (Search *self)
{
  g_free (self->query.positions);
  g_free (self->query.z);
  g_free (self->train.positions);
  g_free (self->train.z);
  g_free (self->square);
  g_free (self->products);
  g_free (self->distance);
  g_free (self->neighbour);
}

gboolean
ay_nearest_judge (const AyProblem *train, const AyProblem *on, const AyHead *scaling,
                  const AyNearestOptions *options, AyNearest *out, AyJob *job, GError **error)
{
  Search self = { .scaling = scaling, .d = scaling->d };
  gboolean done = TRUE;

  side_init (&self.query, on, options->max_queries, options->seed, 0);
  side_init (&self.train, train, options->max_rows, options->seed, 1);
  self.tiles = ay_parts_by (on->ranks, self.query.n, TILE);
  self.tiles.what = "nearest to judged rows";
  self.k = MIN (MAX (options->k, 1), self.train.n);
  self.block_rows = CLAMP (BLOCK_VALUES / MAX (self.d, 1), STRIP, 8192);
  *out = (AyNearest) { NAN, self.query.n, self.train.n, self.k };
  if (self.query.n > 0 && self.train.n > 0)
    {
      ay_job_set_phase (job, "asking the nearest neighbours");
      done = allocate (&self, error) && search (&self, job, error);
      if (done)
        out->accuracy = on->n_classes > 0 ? judge_classes (&self) : judge_target (&self);
    }
  clear (&self);
  return done;
}
