/* SPDX-License-Identifier: GPL-3.0-or-later */
/* k-means by Lloyd's rounds (Lloyd 1982): every point goes to the nearest mean, every mean becomes
 * that of its points, until none changes.
 *
 * The distances of a block of points to all means are one matrix product in float; sums of points
 * are kept in double, one set for each part of the points (parts.h): the same bytes for any number
 * of threads and ranks, which tell each other a round's sums. A mean that lost all its points takes
 * the point farthest from its own. Several starts (kmeans_seed.c); the one with the smallest sum is
 * kept, and its sum computed again in double from the rows. Time: 2 n d k a round; memory: 12 bytes
 * a point, parts k d 8 bytes for the sums (at most 64 MB, but for very many means). */
#include "core/graph/kmeans_private.h"

#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/base/words.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define MOST_PARTS 32
#define FEWEST_PARTS 4
#define EXACT_PARTS 1024
#define SUM_BYTES ((gsize) 64 << 20)

typedef struct
{
  const AyPointSet *set;
  gsize n, d;
  guint k;
  float *centre;      /* k x d, as points are loaded */
  float *half;        /* k: half of the squared length */
  guint32 *cluster;   /* n */
  float *away;        /* n: squared distance to its mean */
  AyParts parts;
  gsize size;         /* of a part's sums */
  double *sum;        /* own parts x size: k x d coordinates, k counts of points, the objective, and
                         how many points changed their cluster; then of all parts the first */
  AyJob *job;
  float **x, **dot;   /* a worker each: a block of points, their products with the means */
  guint n_workers;
} Lloyd;

static void
lloyd_clear (Lloyd *self)
{
  g_free (self->centre);
  g_free (self->half);
  g_free (self->cluster);
  g_free (self->away);
  g_free (self->sum);
  for (guint w = 0; w < self->n_workers; w++)
    {
      g_free (self->x[w]);
      g_free (self->dot[w]);
    }
  g_free (self->x);
  g_free (self->dot);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lloyd, lloyd_clear)

AyKmeans *
ay_kmeans_ref (AyKmeans *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_kmeans_unref (AyKmeans *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  g_free (self->cluster);
  g_free (self->centre);
  g_free (self->size);
  g_free (self);
}

static gboolean
lloyd_init (Lloyd *self, GError **error)
{
  gsize each = MAX ((gsize) self->k * self->d * sizeof (double), 1);

  self->parts = ay_parts (self->set->points.ranks, self->n, AY_KMEANS_ROWS,
                          CLAMP (SUM_BYTES / each, FEWEST_PARTS, MOST_PARTS));
  self->parts.what = "sums of clusters";
  self->n_workers = ay_threads ();
  self->x = g_new0 (float *, self->n_workers);
  self->dot = g_new0 (float *, self->n_workers);
  self->half = g_new0 (float, self->k);
  self->centre = ay_try_alloc (self->k, self->d * sizeof (float), "the k-means", error);
  self->sum = self->centre != NULL
                  ? ay_try_alloc (ay_parts_own (&self->parts),
                                  ((gsize) self->k * (self->d + 1) + 2) * sizeof (double),
                                  "the k-means", error)
                  : NULL;
  self->cluster = self->sum != NULL ? ay_try_alloc (self->n, sizeof (guint32), "the k-means", error)
                                    : NULL;
  self->away = self->cluster != NULL ? ay_try_alloc (self->n, sizeof (float), "the k-means", error)
                                     : NULL;
  for (guint w = 0; w < self->n_workers && self->away != NULL; w++)
    {
      self->x[w] = g_try_malloc_n (AY_KMEANS_ROWS * self->d, sizeof (float));
      self->dot[w] = ay_try_alloc (AY_KMEANS_ROWS, self->k * sizeof (float), "the k-means", error);
      if (self->x[w] == NULL || self->dot[w] == NULL)
        return FALSE;
    }
  return self->away != NULL;
}

/* Of sums of a part: how many points each cluster has, the objective, and how many points changed
 * their cluster. */
static double *
counts_of (const Lloyd *self, double *sum)
{
  return sum + (gsize) self->k * self->d;
}

static double *
objective_of (const Lloyd *self, double *sum)
{
  return counts_of (self, sum) + self->k;
}

static double *
changed_of (const Lloyd *self, double *sum)
{
  return objective_of (self, sum) + 1;
}

/* The nearest mean of each point of a block, the first of equals; into the part's sums. */
static void
assign_block (Lloyd *self, double *sum, gsize first, guint worker)
{
  gsize count = MIN (AY_KMEANS_ROWS, self->n - first), d = self->d;
  float *x = self->x[worker], *dot = self->dot[worker];

  ay_point_set_load (self->set, NULL, first, count, x);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) count, (int) self->k, (int) d, 1.0f,
               x, (int) d, self->centre, (int) d, 0.0f, dot, (int) self->k);
  for (gsize i = 0; i < count; i++)
    {
      const float *row = dot + i * self->k, *point = x + i * d;
      guint best = 0;
      double *into;

      self->away[first + i] = 0.0f;
      if (ay_point_is_zero (self->set, first + i))
        continue;
      for (guint c = 1; c < self->k; c++)
        if (row[c] - self->half[c] > row[best] - self->half[best])
          best = c;
      self->away[first + i] = MAX (self->set->square[first + i]
                                       - 2.0f * (row[best] - self->half[best]), 0.0f);
      *changed_of (self, sum) += self->cluster[first + i] != best;
      self->cluster[first + i] = best;
      *objective_of (self, sum) += self->away[first + i];
      counts_of (self, sum)[best] += 1.0;
      into = sum + best * d;
      for (gsize j = 0; j < d; j++)
        into[j] += point[j];
    }
}

static void
assign_part (gsize part, guint worker, gpointer data)
{
  Lloyd *self = data;
  gsize end = MIN ((part + 1) * self->parts.rows, self->n);
  double *sum = self->sum + (part - self->parts.first) * self->size;

  memset (sum, 0, self->size * sizeof (double));
  for (gsize first = part * self->parts.rows; first < end && !ay_job_is_cancelled (self->job);
       first += AY_KMEANS_ROWS)
    assign_block (self, sum, first, worker);
}

static gboolean
assign (Lloyd *self, AyJob *job, GError **error)
{
  self->size = (gsize) self->k * (self->d + 1) + 2;
  return ay_parts_for (&self->parts, assign_part, self, job, error)
         && ay_parts_sum (&self->parts, self->sum, self->size, job, error);
}

static void
set_halves (Lloyd *self)
{
  for (guint c = 0; c < self->k; c++)
    {
      double square = 0.0;

      for (gsize j = 0; j < self->d; j++)
        square += (double) self->centre[c * self->d + j] * self->centre[c * self->d + j];
      self->half[c] = (float) (0.5 * square);
    }
}

/* A point, and how far it is from its mean. */
typedef struct
{
  guint64 position;
  double away;
} Far;

/* An empty cluster's mean becomes the point farthest from its own (the first of equals), which
 * counts as 0 away then. */
static gboolean
fill_empty (Lloyd *self, guint c, GError **error)
{
  AyRanks *ranks = self->parts.ranks;
  guint n_ranks = ranks != NULL ? ranks->size : 1;
  gsize first, count = ay_parts_rows_of_rank (&self->parts, ay_ranks_own (ranks), &first);
  g_autofree Far *all = g_new0 (Far, n_ranks);
  Far far = { first, count > 0 ? self->away[first] : -1.0 };

  for (gsize i = first; i < first + count; i++)
    if (self->away[i] > far.away)
      far = (Far) { i, self->away[i] };
  if (!ay_ranks_gather_each (ranks, "farthest point", &far, sizeof far, all, error))
    return FALSE;
  far = all[0];
  for (guint r = 1; r < n_ranks; r++)
    if (all[r].away > far.away)
      far = all[r];
  ay_point_set_load (self->set, NULL, far.position, 1, self->centre + c * self->d);
  self->away[far.position] = 0.0f;
  return TRUE;
}

/* The means of their points; by how much they moved, squared. */
static gboolean
move_centres (Lloyd *self, double *moved, GError **error)
{
  *moved = 0.0;
  for (guint c = 0; c < self->k; c++)
    {
      float *centre = self->centre + c * self->d;
      double count = counts_of (self, self->sum)[c];

      if (count == 0.0)
        {
          if (!fill_empty (self, c, error))
            return FALSE;
          *moved = INFINITY;
          continue;
        }
      for (gsize j = 0; j < self->d; j++)
        {
          double old = centre[j];

          centre[j] = (float) (self->sum[c * self->d + j] / count);
          *moved += (centre[j] - old) * (centre[j] - old);
        }
    }
  set_halves (self);
  return TRUE;
}

/* Rounds from the means as they are; the sum at the end, NaN on error. */
static double
run_rounds (Lloyd *self, const AyKmeansOptions *options, double least_move, AyKmeans *out,
            AyJob *job, GError **error)
{
  gboolean settled = FALSE;
  guint round = 0;

  for (gsize i = 0; i < self->n; i++)
    self->cluster[i] = AY_CLUSTER_NONE;
  set_halves (self);
  do
    {
      double moved;

      if (!assign (self, job, error))
        return NAN;
      if (settled || round >= options->max_rounds)
        break; /* the means are those that the points were last put to */
      if (!move_centres (self, &moved, error))
        return NAN;
      settled = *changed_of (self, self->sum) == 0.0 || moved <= least_move;
      round++;
    }
  while (TRUE);
  out->rounds = round;
  out->converged = settled;
  return *objective_of (self, self->sum);
}

/* Mean over the columns of the points' variance: of the loaded rows, whose mean is 0. */
static double
mean_variance (const AyPointSet *set)
{
  double sum = 0.0;

  for (gsize i = 0; i < set->n; i++)
    if (!ay_point_is_zero (set, i))
      sum += set->square[i];
  return sum / MAX ((double) set->n * (double) set->d, 1.0);
}

typedef struct
{
  const AyPointSet *set;
  const AyKmeans *out;
  AyParts parts;
  double *sum; /* own parts */
  const AyJob *job;
} Exact;

static void
sum_part (gsize part, guint worker, gpointer data)
{
  Exact *self = data;
  gsize d = self->set->d, end = MIN ((part + 1) * self->parts.rows, self->set->n);
  double *sum = self->sum + (part - self->parts.first);
  g_autofree double *x = g_new (double, d);

  for (gsize i = part * self->parts.rows; i < end; i++)
    {
      const double *centre;

      if (i % AY_KMEANS_ROWS == 0 && ay_job_is_cancelled (self->job))
        return;
      if (self->out->cluster[i] == AY_CLUSTER_NONE)
        continue;
      centre = self->out->centre + self->out->cluster[i] * d;
      ay_point_set_get (self->set, i, x);
      for (gsize j = 0; j < d; j++)
        *sum += (x[j] - centre[j]) * (x[j] - centre[j]);
    }
}

/* The objective from the rows themselves. */
static gboolean
sum_exactly (const AyPointSet *set, AyKmeans *out, AyJob *job, GError **error)
{
  AyParts parts = ay_parts (set->points.ranks, set->n, AY_KMEANS_ROWS, EXACT_PARTS);
  g_autofree double *sum = g_new0 (double, ay_parts_own (&parts));
  Exact exact = { set, out, parts, sum, job };

  parts.what = "sum of squares";
  if (!ay_parts_for (&parts, sum_part, &exact, job, error)
      || !ay_parts_sum (&parts, sum, 1, job, error))
    return FALSE;
  out->objective = sum[0];
  return TRUE;
}

/* Keeps the present state, of the clusters of points the own ones; an empty cluster (copies of one
 * point) leaves the numbering. */
static void
keep (const Lloyd *self, AyKmeans *out)
{
  g_autofree guint *number = g_new0 (guint, self->k);
  gsize first, count = ay_parts_rows_of_rank (&self->parts, ay_ranks_own (self->parts.ranks),
                                              &first);
  guint k = 0;

  for (guint c = 0; c < self->k; c++)
    {
      double size = counts_of (self, self->sum)[c];

      if (size == 0.0)
        continue;
      for (gsize j = 0; j < self->d; j++)
        out->centre[k * self->d + j] = self->centre[c * self->d + j] + self->set->shift[j];
      out->size[k] = (gsize) size;
      number[c] = k++;
    }
  for (gsize i = first; i < first + count; i++)
    out->cluster[i] = self->cluster[i] != AY_CLUSTER_NONE ? number[self->cluster[i]]
                                                          : AY_CLUSTER_NONE;
  out->k = k;
}

static gboolean
run_starts (Lloyd *self, const AyKmeansOptions *options, AyKmeans *out, AyJob *job, GError **error)
{
  double least_move = options->tolerance * mean_variance (self->set), best = INFINITY;
  AyParts parts = self->parts;
  guint asked = self->k;

  ay_job_set_phase (job, "k-means");
  for (guint s = 0; s < MAX (options->starts, 1); s++)
    {
      AyKmeans now = { .k = 0 };
      double sum;
      AyRng rng;

      ay_rng_init (&rng, options->seed, s);
      self->k = ay_kmeans_seed (self->set, asked, &rng, self->centre, job, error);
      if (self->k == 0)
        return FALSE;
      sum = run_rounds (self, options, least_move, &now, job, error);
      if (isnan (sum))
        return FALSE;
      if (sum < best)
        {
          best = sum;
          keep (self, out);
          out->rounds = now.rounds;
          out->converged = now.converged;
        }
      ay_job_set_fraction (job, (s + 1.0) / MAX (options->starts, 1));
    }
  parts.what = "clusters of points";
  return ay_parts_gather (&parts, out->cluster, sizeof (guint32), error);
}

AyKmeans *
ay_kmeans_new (const AyPoints *points, const AyKmeansOptions *options, AyJob *job, GError **error)
{
  g_autoptr (AyPointSet) set = ay_point_set_new (points, NULL, job, error);
  g_auto (Lloyd) self = { 0 };
  g_autoptr (AyKmeans) out = NULL;

  if (set == NULL)
    return NULL;
  if (options->k == 0 || set->n_zero == set->n)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   options->k == 0 ? N_ ("k-means: at least one cluster is wanted")
                                   : N_ ("k-means: every row is zero"));
      return NULL;
    }
  self.set = set;
  self.job = job;
  self.n = set->n;
  self.d = set->d;
  self.k = (guint) MIN (options->k, set->n - set->n_zero);
  if (!lloyd_init (&self, error))
    return NULL;
  out = g_new0 (AyKmeans, 1);
  g_atomic_ref_count_init (&out->ref);
  out->n = self.n;
  out->d = self.d;
  out->cluster = g_new (guint32, self.n);
  out->centre = g_new0 (double, (gsize) self.k * self.d);
  out->size = g_new0 (gsize, self.k);
  if (!run_starts (&self, options, out, job, error) || !sum_exactly (set, out, job, error))
    return NULL;
  return g_steal_pointer (&out);
}
