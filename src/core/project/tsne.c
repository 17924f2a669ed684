/* SPDX-License-Identifier: GPL-3.0-or-later */
/* t-SNE: affinities and the descent; the repulsion is in tsne_grid.c.
 *
 * Each point's squared distances to its 3 x perplexity neighbours become p_j|i = exp (-beta d^2) /
 * sum, beta found by bisection so that the entropy is log perplexity; p_ij = (p_j|i + p_i|j) / 2n.
 * The layout minimises the Kullback-Leibler divergence of q_ij = (1 + |y_i - y_j|^2)^-1 / Z from
 * it. The gradient over 4 is
 *   sum_j p_ij (y_i - y_j) / (1 + d^2) - 1/Z sum_j (y_i - y_j) / (1 + d^2)^2,
 * the first sum over the edges of the graph, the second by interpolation. Descent with momentum
 * 0.85 and gains as in van der Maaten's code, steps no longer than 5, affinities times 12 and
 * momentum 0.5 for the first 250 rounds (Belkina et al. 2019; rate n / exaggeration as in Linderman
 * and Steinerberger 2019), start from PCA scaled to deviation 1e-4 (Kobak and Berens 2019).
 * Every point is moved from the positions at the start of the round, in blocks of points: the same
 * bytes for any number of threads. Cost of a round: about 1 ns an edge and the grid. */
#include "core/project/tsne.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/project/tsne_grid.h"

#include <math.h>
#include <string.h>

#define BLOCK 512
#define PAIR_BLOCK 64
#define ALL_PAIRS 4096 /* points up to which all pairs are faster than the grid */
#define EARLY_MOMENTUM 0.5f
#define MOMENTUM 0.85f
#define LEAST_GAIN 0.01f
#define LONGEST_STEP 5.0f
#define LEAST_RATE 50.0
#define DEVIATION 1e-4

typedef struct
{
  void (*attract) (const float *xy, gsize i, const guint32 *tail, const float *weight, gsize count,
                   double sum[2]);
  void (*repel) (const float *x, const float *y, gsize n, gsize i, float force[2],
                 double *normaliser);
} Kernel;

#define GLUE_(a, b) a##_##b
#define GLUE(a, b) GLUE_ (a, b)
#define LAYOUT(name) GLUE (tsne_##name, SUFFIX)

/* Vectors wider than the machine's are passed between static functions only. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define SUFFIX plain
#define WIDTH 4
#include "core/project/tsne_kernel.inc"
#undef SUFFIX
#undef WIDTH

#if defined __x86_64__
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define SUFFIX avx2
#define WIDTH 8
#include "core/project/tsne_kernel.inc"
#undef SUFFIX
#undef WIDTH
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,fma")
#define SUFFIX avx512
#define WIDTH 16
#include "core/project/tsne_kernel.inc"
#undef SUFFIX
#undef WIDTH
#pragma GCC pop_options
#endif

static const Kernel *
best_kernel (void)
{
#if defined __x86_64__
  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512dq"))
    return &tsne_kernel_avx512;
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    return &tsne_kernel_avx2;
#endif
  return &tsne_kernel_plain;
}

guint
ay_tsne_neighbours (double perplexity)
{
  return (guint) CLAMP (ceil (3.0 * perplexity), 1.0, 1e6);
}

/* ---- affinities ---- */

typedef struct
{
  const AyNeighbours *neighbours;
  guint k;
  double entropy;
  float *affinity;
} Affinities;

/* exp (-beta (d^2 - least)) into p, their sum returned; *entropy of the normalised ones. */
static double
weigh (const float *d, guint k, double beta, double least, double *p, double *entropy)
{
  double sum = 0.0, mean = 0.0;

  for (guint j = 0; j < k; j++)
    {
      double square = isnan (d[j]) ? INFINITY : (double) d[j] * d[j] - least;

      p[j] = isinf (square) ? 0.0 : exp (-beta * square);
      sum += p[j];
      mean += p[j] > 0.0 ? p[j] * square : 0.0;
    }
  *entropy = sum > 0.0 ? log (sum) + beta * mean / sum : 0.0;
  return sum;
}

static void
weigh_point (const Affinities *self, gsize i, double *p)
{
  const float *d = self->neighbours->distances + i * self->neighbours->k;
  float *out = self->affinity + i * self->k;
  double least = isnan (d[0]) ? 0.0 : (double) d[0] * d[0];
  double low = 0.0, high = INFINITY, beta, entropy, sum;
  double last = d[self->k - 1];

  beta = last * last > least ? 1.0 / (last * last - least) : 1.0;
  for (int round = 0; round < 100; round++)
    {
      sum = weigh (d, self->k, beta, least, p, &entropy);
      if (fabs (entropy - self->entropy) < 1e-6)
        break;
      if (entropy > self->entropy)
        low = beta;
      else
        high = beta;
      beta = isinf (high) ? beta * 2.0 : 0.5 * (low + high);
      /* equal distances have the largest entropy whatever beta is */
      if (!isfinite (beta) || beta > 1e300 || beta < 1e-300)
        break;
    }
  for (guint j = 0; j < self->k; j++)
    out[j] = sum > 0.0 ? (float) (p[j] / sum) : 0.0f;
}

static void
weigh_block (gsize block, guint worker, gpointer data)
{
  const Affinities *self = data;
  gsize last = MIN ((block + 1) * BLOCK, self->neighbours->n);
  g_autofree double *p = g_new (double, self->k);

  for (gsize i = block * BLOCK; i < last; i++)
    weigh_point (self, i, p);
}

float *
ay_tsne_affinities (const AyNeighbours *neighbours, double perplexity, guint *used, AyJob *job,
                    GError **error)
{
  Affinities self = { .neighbours = neighbours, .entropy = log (perplexity),
                      .k = MIN (ay_tsne_neighbours (perplexity), neighbours->k) };
  g_autofree float *affinity
      = ay_try_alloc (MAX (neighbours->n * self.k, 1), sizeof (float), "the affinities", error);

  if (affinity == NULL)
    return NULL;
  self.affinity = affinity;
  *used = self.k;
  if (!ay_parallel_for (ay_n_blocks (neighbours->n, BLOCK), weigh_block, &self, job, error))
    return NULL;
  return g_steal_pointer (&affinity);
}

/* ---- descent ---- */

typedef struct
{
  const AyTsneOptions *options;
  const AyLayoutGraph *graph; /* weights sum to 1 */
  const Kernel *kernel;
  AyTsneGrid *grid;           /* NULL: few points, all pairs */
  float *plane;               /* for all pairs: x, then y, each `whole` */
  gsize n, whole;             /* whole: n to a whole number of vectors */
  float *xy, *next, *force, *velocity, *gain; /* n x 2 each */
  double normaliser, exaggeration, rate;
  float momentum;
  double *block_sum;          /* a block: x, y, or the divergence */
} Descent;

static inline float
step_coordinate (const Descent *self, gsize at, double gradient)
{
  float *velocity = &self->velocity[at], *gain = &self->gain[at];

  *gain = (gradient > 0.0) != (*velocity > 0.0f) ? *gain + 0.2f : *gain * 0.8f + LEAST_GAIN;
  *velocity = self->momentum * *velocity - (float) (self->rate * *gain * gradient);
  return *velocity;
}

static void
move_block (gsize block, guint worker, gpointer data)
{
  Descent *self = data;
  const AyLayoutGraph *graph = self->graph;
  gsize last = MIN ((block + 1) * BLOCK, self->n);
  double sum_x = 0.0, sum_y = 0.0;

  for (gsize i = block * BLOCK; i < last; i++)
    {
      gsize first = graph->offset[i];
      double pull[2];
      float x, y, length;

      self->kernel->attract (self->xy, i, graph->tail + first, graph->weight + first,
                             graph->offset[i + 1] - first, pull);
      for (int c = 0; c < 2; c++)
        pull[c] = self->exaggeration * pull[c] - self->force[2 * i + c] / self->normaliser;
      x = step_coordinate (self, 2 * i, pull[0]);
      y = step_coordinate (self, 2 * i + 1, pull[1]);
      length = sqrtf (x * x + y * y);
      if (length > LONGEST_STEP)
        {
          self->velocity[2 * i] = x *= LONGEST_STEP / length;
          self->velocity[2 * i + 1] = y *= LONGEST_STEP / length;
        }
      self->next[2 * i] = self->xy[2 * i] + x;
      self->next[2 * i + 1] = self->xy[2 * i + 1] + y;
      sum_x += self->next[2 * i];
      sum_y += self->next[2 * i + 1];
    }
  self->block_sum[2 * block] = sum_x;
  self->block_sum[2 * block + 1] = sum_y;
}

static void
repel_block (gsize block, guint worker, gpointer data)
{
  Descent *self = data;
  gsize last = MIN ((block + 1) * PAIR_BLOCK, self->n);

  self->block_sum[block] = 0.0;
  for (gsize i = block * PAIR_BLOCK; i < last; i++)
    {
      double sum;

      self->kernel->repel (self->plane, self->plane + self->whole, self->whole, i,
                           self->force + 2 * i, &sum);
      self->block_sum[block] += sum;
    }
}

/* force and normaliser */
static gboolean
repel_all (Descent *self, AyJob *job, GError **error)
{
  gsize blocks = ay_n_blocks (self->n, PAIR_BLOCK);

  if (self->grid != NULL)
    return ay_tsne_grid_sums (self->grid, self->xy, self->force, &self->normaliser, job, error);
  for (gsize i = 0; i < 2 * self->n; i++)
    self->plane[i % 2 * self->whole + i / 2] = self->xy[i];
  if (!ay_parallel_for (blocks, repel_block, self, job, error))
    return FALSE;
  self->normaliser = 0.0;
  for (gsize b = 0; b < blocks; b++)
    self->normaliser += self->block_sum[b];
  return TRUE;
}

static gboolean
descend_round (Descent *self, AyJob *job, GError **error)
{
  gsize blocks = ay_n_blocks (self->n, BLOCK);
  double mean[2] = { 0.0, 0.0 };

  if (!repel_all (self, job, error)
      || !ay_parallel_for (blocks, move_block, self, job, error))
    return FALSE;
  for (gsize b = 0; b < 2 * blocks; b++)
    mean[b % 2] += self->block_sum[b] / (double) self->n;
  for (gsize i = 0; i < 2 * self->n; i++)
    self->xy[i] = self->next[i] - (float) mean[i % 2];
  return TRUE;
}

static void
divergence_block (gsize block, guint worker, gpointer data)
{
  Descent *self = data;
  const AyLayoutGraph *graph = self->graph;
  gsize last = MIN ((block + 1) * BLOCK, self->n);
  double sum = 0.0;

  for (gsize i = block * BLOCK; i < last; i++)
    for (gsize e = graph->offset[i]; e < graph->offset[i + 1]; e++)
      {
        const float *a = self->xy + 2 * i, *b = self->xy + 2 * (gsize) graph->tail[e];
        double dx = (double) a[0] - b[0], dy = (double) a[1] - b[1], p = graph->weight[e];

        if (p > 0.0)
          sum += p * log (p * (1.0 + dx * dx + dy * dy));
      }
  self->block_sum[block] = sum;
}

static gboolean
divergence (Descent *self, double *kl, AyJob *job, GError **error)
{
  gsize blocks = ay_n_blocks (self->n, BLOCK);

  if (!repel_all (self, job, error)
      || !ay_parallel_for (blocks, divergence_block, self, job, error))
    return FALSE;
  *kl = log (self->normaliser);
  for (gsize b = 0; b < blocks; b++)
    *kl += self->block_sum[b];
  return TRUE;
}

static gboolean
descend (Descent *self, AyLayout *layout, const AyLayoutWatch *watch, AyJob *job, GError **error)
{
  const AyTsneOptions *options = self->options;
  AyLayoutLoop loop = { .watch = watch, .job = job };
  gboolean stopped = FALSE;

  ay_job_set_phase (job, "laying out the map");
  layout->planned = options->rounds;
  for (guint round = 0; round < options->rounds && !stopped; round++)
    {
      self->exaggeration = round < options->early_rounds ? options->exaggeration : 1.0;
      self->momentum = round < options->early_rounds ? EARLY_MOMENTUM : MOMENTUM;
      self->rate = options->rate > 0.0 ? options->rate
                                       : MAX ((double) self->n / self->exaggeration, LEAST_RATE);
      if (!descend_round (self, job, error))
        return FALSE;
      layout->rounds = round + 1;
      stopped = !ay_layout_round (&loop, self->xy, self->n, round + 1, options->rounds);
    }
  return divergence (self, &layout->kl, job, error);
}

static gboolean
alloc_descent (Descent *self, GError **error)
{
  gsize size = 2 * self->n;

  self->next = ay_try_alloc (size, sizeof (float), "the map", error);
  self->force = self->next ? ay_try_alloc (size, sizeof (float), "the map", error) : NULL;
  self->velocity = self->force ? ay_try_alloc (size, sizeof (float), "the map", error) : NULL;
  self->gain = self->velocity ? ay_try_alloc (size, sizeof (float), "the map", error) : NULL;
  if (self->gain == NULL)
    return FALSE;
  for (gsize i = 0; i < size; i++)
    self->gain[i] = 1.0f;
  self->block_sum = g_new0 (double, 2 * ay_n_blocks (self->n, PAIR_BLOCK));
  if (self->n > ALL_PAIRS)
    {
      self->grid = ay_tsne_grid_new (self->n, error);
      return self->grid != NULL;
    }
  self->whole = ay_n_blocks (self->n, 16) * 16;
  self->plane = g_aligned_alloc (2 * self->whole, sizeof (float), 64);
  for (gsize i = 0; i < 2 * self->whole; i++)
    self->plane[i] = 1e18f;
  return TRUE;
}

static void
clear_descent (Descent *self)
{
  g_free (self->next);
  g_free (self->force);
  g_free (self->velocity);
  g_free (self->gain);
  g_free (self->block_sum);
  g_aligned_free (self->plane);
  ay_tsne_grid_free (self->grid);
}

/* ---- all of it ---- */

static gboolean
check_options (const AyTsneOptions *options, gsize n, GError **error)
{
  const char *what = n < 4                              ? "a map needs four points or more"
                     : !(options->perplexity > 1.0)     ? "perplexity: expected more than 1"
                     : !(options->exaggeration >= 1.0)  ? "exaggeration: expected 1 or more"
                     : !(options->rate >= 0.0)          ? "rate: expected 0 or more"
                     : options->rounds == 0             ? "rounds: expected 1 or more"
                                                        : NULL;

  if (what == NULL)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "t-SNE: %s", what);
  return FALSE;
}

static AyLayoutGraph *
affinity_graph (const AyNeighbours *neighbours, double perplexity, AyJob *job, GError **error)
{
  guint used;
  g_autofree float *affinity = NULL;
  g_autoptr (AyLayoutGraph) graph = NULL;
  double sum = 0.0;

  ay_job_set_phase (job, "weighing the neighbours");
  affinity = ay_tsne_affinities (neighbours, perplexity, &used, job, error);
  graph = affinity != NULL
              ? ay_layout_graph_new (neighbours, used, affinity, AY_LAYOUT_MEAN, job, error)
              : NULL;
  if (graph == NULL)
    return NULL;
  for (gsize e = 0; e < graph->offset[graph->n]; e++)
    sum += graph->weight[e];
  for (gsize e = 0; e < graph->offset[graph->n]; e++)
    graph->weight[e] = (float) (graph->weight[e] / sum);
  return g_steal_pointer (&graph);
}

AyLayout *
ay_tsne_fit (const AyNeighbours *neighbours, const AyTsneOptions *options,
             const AyLayoutWatch *watch, AyJob *job, GError **error)
{
  AyLayoutStart start = { options->start, options->start_stride, 1.0, DEVIATION, options->seed };
  double perplexity = MIN (options->perplexity, neighbours->k / 3.0);
  g_autoptr (AyLayoutGraph) graph = NULL;
  g_autoptr (AyLayout) layout = NULL;
  Descent descent = { .options = options, .kernel = best_kernel (), .n = neighbours->n };
  gboolean ok;

  if (!check_options (options, neighbours->n, error))
    return NULL;
  graph = affinity_graph (neighbours, MAX (perplexity, 1.0), job, error);
  if (graph == NULL)
    return NULL;
  layout = g_new0 (AyLayout, 1);
  layout->n = neighbours->n;
  layout->xy = ay_try_alloc (2 * layout->n, sizeof (float), "the map", error);
  if (layout->xy == NULL)
    return NULL;
  ay_layout_start (&start, layout->n, layout->xy);
  descent.graph = graph;
  descent.xy = layout->xy;
  ok = alloc_descent (&descent, error) && descend (&descent, layout, watch, job, error);
  clear_descent (&descent);
  return ok ? g_steal_pointer (&layout) : NULL;
}
