/* SPDX-License-Identifier: GPL-3.0-or-later */
/* k-means by Lloyd's rounds (Lloyd 1982): every point goes to the nearest mean, every mean becomes
 * that of its points, until none changes.
 *
 * The distances of a block of points to all means are one matrix product in float; sums of points
 * are kept in double, one set for each of a fixed number of stretches of points, added in their
 * order: the same bytes for any number of threads. A mean that lost all its points takes the point
 * farthest from its own. Several starts (kmeans_seed.c); the one with the smallest sum is kept, and
 * its sum computed again in double from the rows. Time: 2 n d k a round; memory: 12 bytes a point,
 * stretches k d 8 bytes for the sums (at most 64 MB, but for very many means). */
#include "core/graph/kmeans_private.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define MOST_STRETCHES 32
#define FEWEST_STRETCHES 4
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
  gsize n_stretches, stretch; /* points of each: a multiple of a block */
  double *sum;        /* stretches x k x d */
  gsize *count;       /* stretches x k */
  double *objective;  /* stretches */
  gsize *changed;     /* stretches */
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
  g_free (self->count);
  g_free (self->objective);
  g_free (self->changed);
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
  gsize n_blocks = ay_n_blocks (self->n, AY_KMEANS_ROWS);

  self->n_stretches = CLAMP (SUM_BYTES / each, FEWEST_STRETCHES, MOST_STRETCHES);
  self->stretch = ay_n_blocks (n_blocks, self->n_stretches) * AY_KMEANS_ROWS;
  self->n_stretches = ay_n_blocks (self->n, self->stretch);
  self->n_workers = ay_threads ();
  self->x = g_new0 (float *, self->n_workers);
  self->dot = g_new0 (float *, self->n_workers);
  self->objective = g_new0 (double, self->n_stretches);
  self->changed = g_new0 (gsize, self->n_stretches);
  self->half = g_new0 (float, self->k);
  self->centre = ay_try_alloc (self->k, self->d * sizeof (float), "k-means", error);
  self->count = g_new0 (gsize, self->n_stretches * self->k);
  self->sum = self->centre != NULL ? ay_try_alloc (self->n_stretches, each, "k-means", error)
                                   : NULL;
  self->cluster = self->sum != NULL ? ay_try_alloc (self->n, sizeof (guint32), "k-means", error)
                                    : NULL;
  self->away = self->cluster != NULL ? ay_try_alloc (self->n, sizeof (float), "k-means", error)
                                     : NULL;
  for (guint w = 0; w < self->n_workers && self->away != NULL; w++)
    {
      self->x[w] = g_try_malloc_n (AY_KMEANS_ROWS * self->d, sizeof (float));
      self->dot[w] = ay_try_alloc (AY_KMEANS_ROWS, self->k * sizeof (float), "k-means", error);
      if (self->x[w] == NULL || self->dot[w] == NULL)
        return FALSE;
    }
  return self->away != NULL;
}

/* The nearest mean of each point of a block, the first of equals; into the stretch's sums. */
static void
assign_block (Lloyd *self, gsize stretch, gsize first, guint worker)
{
  gsize count = MIN (AY_KMEANS_ROWS, self->n - first), d = self->d;
  float *x = self->x[worker], *dot = self->dot[worker];
  double *sum = self->sum + stretch * self->k * d;

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
      self->changed[stretch] += self->cluster[first + i] != best;
      self->cluster[first + i] = best;
      self->objective[stretch] += self->away[first + i];
      self->count[stretch * self->k + best]++;
      into = sum + best * d;
      for (gsize j = 0; j < d; j++)
        into[j] += point[j];
    }
}

static void
assign_stretch (gsize stretch, guint worker, gpointer data)
{
  Lloyd *self = data;
  gsize end = MIN ((stretch + 1) * self->stretch, self->n);

  memset (self->sum + stretch * self->k * self->d, 0, self->k * self->d * sizeof (double));
  memset (self->count + stretch * self->k, 0, self->k * sizeof (gsize));
  self->objective[stretch] = 0.0;
  self->changed[stretch] = 0;
  for (gsize first = stretch * self->stretch; first < end && !ay_job_is_cancelled (self->job);
       first += AY_KMEANS_ROWS)
    assign_block (self, stretch, first, worker);
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

/* An empty cluster's mean becomes the point farthest from its own, which counts as 0 away then. */
static void
fill_empty (Lloyd *self, guint c)
{
  gsize far = 0;

  for (gsize i = 1; i < self->n; i++)
    if (self->away[i] > self->away[far])
      far = i;
  ay_point_set_load (self->set, NULL, far, 1, self->centre + c * self->d);
  self->away[far] = 0.0f;
}

/* The means of their points; returns by how much they moved, squared. */
static double
move_centres (Lloyd *self)
{
  double moved = 0.0;

  for (guint c = 0; c < self->k; c++)
    {
      float *centre = self->centre + c * self->d;
      gsize count = 0;

      for (gsize s = 0; s < self->n_stretches; s++)
        count += self->count[s * self->k + c];
      if (count == 0)
        {
          fill_empty (self, c);
          moved = INFINITY;
          continue;
        }
      for (gsize j = 0; j < self->d; j++)
        {
          double sum = 0.0, old = centre[j];

          for (gsize s = 0; s < self->n_stretches; s++)
            sum += self->sum[(s * self->k + c) * self->d + j];
          centre[j] = (float) (sum / (double) count);
          moved += (centre[j] - old) * (centre[j] - old);
        }
    }
  set_halves (self);
  return moved;
}

static double
total (const double *values, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += values[i];
  return sum;
}

static gsize
n_changed (const Lloyd *self)
{
  gsize changed = 0;

  for (gsize s = 0; s < self->n_stretches; s++)
    changed += self->changed[s];
  return changed;
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

      if (!ay_parallel_for (self->n_stretches, assign_stretch, self, job, error))
        return NAN;
      if (settled || round >= options->max_rounds)
        break; /* the means are those that the points were last put to */
      moved = move_centres (self);
      settled = n_changed (self) == 0 || moved <= least_move;
      round++;
    }
  while (TRUE);
  out->rounds = round;
  out->converged = settled;
  return total (self->objective, self->n_stretches);
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
  double *sum; /* blocks */
} Exact;

static void
sum_block (gsize block, guint worker, gpointer data)
{
  Exact *self = data;
  gsize d = self->set->d;
  g_autofree double *x = g_new (double, d);

  for (gsize i = block * AY_KMEANS_ROWS; i < MIN ((block + 1) * AY_KMEANS_ROWS, self->set->n); i++)
    {
      const double *centre;

      if (self->out->cluster[i] == AY_CLUSTER_NONE)
        continue;
      centre = self->out->centre + self->out->cluster[i] * d;
      ay_point_set_get (self->set, i, x);
      for (gsize j = 0; j < d; j++)
        self->sum[block] += (x[j] - centre[j]) * (x[j] - centre[j]);
    }
}

/* The objective from the rows themselves. */
static gboolean
sum_exactly (const AyPointSet *set, AyKmeans *out, AyJob *job, GError **error)
{
  gsize n_blocks = ay_n_blocks (set->n, AY_KMEANS_ROWS);
  g_autofree double *sum = g_new0 (double, MAX (n_blocks, 1));
  Exact exact = { set, out, sum };

  if (!ay_parallel_for (n_blocks, sum_block, &exact, job, error))
    return FALSE;
  out->objective = total (sum, n_blocks);
  return TRUE;
}

/* Keeps the present state; an empty cluster (copies of one point) leaves the numbering. */
static void
keep (const Lloyd *self, AyKmeans *out)
{
  g_autofree guint *number = g_new0 (guint, self->k);
  g_autofree gsize *size = g_new0 (gsize, self->k);
  guint k = 0;

  memcpy (out->cluster, self->cluster, self->n * sizeof (guint32));
  for (gsize i = 0; i < self->n; i++)
    if (self->cluster[i] != AY_CLUSTER_NONE)
      size[self->cluster[i]]++;
  for (guint c = 0; c < self->k; c++)
    if (size[c] > 0)
      {
        for (gsize j = 0; j < self->d; j++)
          out->centre[k * self->d + j] = self->centre[c * self->d + j] + self->set->shift[j];
        out->size[k] = size[c];
        number[c] = k++;
      }
  for (gsize i = 0; i < self->n; i++)
    if (out->cluster[i] != AY_CLUSTER_NONE)
      out->cluster[i] = number[out->cluster[i]];
  out->k = k;
}

static gboolean
run_starts (Lloyd *self, const AyKmeansOptions *options, AyKmeans *out, AyJob *job, GError **error)
{
  double least_move = options->tolerance * mean_variance (self->set), best = INFINITY;
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
  return TRUE;
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
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, options->k == 0
                   ? "k-means: at least one cluster is wanted" : "k-means: every row is zero");
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
