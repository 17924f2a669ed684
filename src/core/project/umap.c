/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UMAP: the graph of fuzzy memberships and the curve; the layout itself is in umap_layout.c.
 *
 * Each point's distances to its neighbours become memberships exp (-(d - rho) / sigma), rho the
 * nearest distance above 0 and sigma found by bisection so that they sum to log2 of the number of
 * neighbours (the point itself counted). The two directions are joined by a + b - a b. The layout
 * then minimises the cross entropy between these and 1 / (1 + a |y_i - y_j|^2b).
 * Source: McInnes, Healy and Melville 2018 (arXiv 1802.03426), sections 3.1 and 4; constants (64
 * halvings, least sigma a thousandth of the mean distance) as in umap-learn.
 * Cost: O(n k) and 12 bytes an edge, in blocks of points on all cores. */
#include "core/project/umap.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/project/umap_layout.h"

#include <math.h>

#define BLOCK 512
#define LEAST_SIGMA 1e-3
#define CURVE_POINTS 300

guint
ay_umap_epochs (const AyUmapOptions *options, gsize n)
{
  return options->epochs != 0 ? options->epochs : n > 10000 ? 200 : 500;
}

/* ---- curve ---- */

/* Sum of squares at (a, b), and the normal equations of a Gauss-Newton step. */
static double
curve_residual (double min_dist, double spread, const double at[2], double normal[3],
                double gradient[2])
{
  double sum = 0.0;

  normal[0] = normal[1] = normal[2] = gradient[0] = gradient[1] = 0.0;
  for (int i = 0; i < CURVE_POINTS; i++)
    {
      double d = 3.0 * spread * i / (CURVE_POINTS - 1);
      double target = d < min_dist ? 1.0 : exp (-(d - min_dist) / spread);
      double power = d > 0.0 ? pow (d, 2.0 * at[1]) : 0.0;
      double value = 1.0 / (1.0 + at[0] * power), residual = value - target;
      double by_a = -power * value * value;
      double by_b = d > 0.0 ? -2.0 * at[0] * power * log (d) * value * value : 0.0;

      sum += residual * residual;
      normal[0] += by_a * by_a;
      normal[1] += by_a * by_b;
      normal[2] += by_b * by_b;
      gradient[0] += by_a * residual;
      gradient[1] += by_b * residual;
    }
  return sum;
}

/* Levenberg and Marquardt's method from a = b = 1. */
void
ay_umap_curve (double min_dist, double spread, double *a, double *b)
{
  double at[2] = { 1.0, 1.0 }, normal[3], gradient[2], damping = 1e-3;
  double sum = curve_residual (min_dist, spread, at, normal, gradient);

  for (int round = 0; round < 200; round++)
    {
      double p = normal[0] * (1.0 + damping), q = normal[1], r = normal[2] * (1.0 + damping);
      double det = p * r - q * q;
      double next[2] = { at[0] - (r * gradient[0] - q * gradient[1]) / det,
                         at[1] - (p * gradient[1] - q * gradient[0]) / det };
      double next_normal[3], next_gradient[2], next_sum = INFINITY;

      if (next[0] > 0.0 && next[1] > 0.0)
        next_sum = curve_residual (min_dist, spread, next, next_normal, next_gradient);
      if (!(next_sum < sum))
        {
          damping *= 10.0;
          if (damping > 1e12)
            break;
          continue;
        }
      at[0] = next[0];
      at[1] = next[1];
      for (int i = 0; i < 3; i++)
        normal[i] = next_normal[i];
      gradient[0] = next_gradient[0];
      gradient[1] = next_gradient[1];
      sum = next_sum;
      damping *= 0.1;
    }
  *a = at[0];
  *b = at[1];
}

/* ---- memberships ---- */

typedef struct
{
  const AyNeighbours *neighbours;
  guint others, k;
  double mean; /* of all distances */
  float *weights;
} Membership;

static double
strength_sum (const float *d, guint k, double rho, double sigma)
{
  double sum = 0.0;

  for (guint j = 0; j < k; j++)
    if (!isnan (d[j]))
      sum += d[j] > rho ? exp (-(d[j] - rho) / sigma) : 1.0;
  return sum;
}

/* sigma for which the strengths sum to `target`. */
static double
find_sigma (const float *d, guint k, double rho, double target)
{
  double low = 0.0, high = INFINITY, sigma = 1.0;

  for (int round = 0; round < 64; round++)
    {
      double sum = strength_sum (d, k, rho, sigma);

      if (fabs (sum - target) < 1e-5)
        break;
      if (sum > target)
        high = sigma;
      else
        low = sigma;
      sigma = isinf (high) ? sigma * 2.0 : 0.5 * (low + high);
    }
  return sigma;
}

static void
weigh_point (const Membership *self, gsize i)
{
  const float *d = self->neighbours->distances + i * self->neighbours->k;
  float *out = self->weights + i * self->k;
  double rho = 0.0, sum = 0.0, sigma, least;
  guint count = 0;

  for (guint j = 0; j < self->k; j++)
    if (!isnan (d[j]))
      {
        sum += d[j];
        count++;
        if (rho == 0.0 && d[j] > 0.0f)
          rho = d[j];
      }
  sigma = find_sigma (d, self->k, rho, log2 ((double) self->others + 1.0));
  least = LEAST_SIGMA * (rho > 0.0 ? sum / (double) MAX (count, 1) : self->mean);
  sigma = MAX (sigma, least);
  for (guint j = 0; j < self->k; j++)
    out[j] = isnan (d[j])                  ? 0.0f
             : d[j] > rho && sigma > 0.0   ? (float) exp (-(d[j] - rho) / sigma)
                                           : 1.0f;
}

static void
weigh_block (gsize block, guint worker, gpointer data)
{
  const Membership *self = data;
  gsize last = MIN ((block + 1) * BLOCK, self->neighbours->n);

  for (gsize i = block * BLOCK; i < last; i++)
    weigh_point (self, i);
}

float *
ay_umap_weights (const AyNeighbours *neighbours, guint others, AyJob *job, GError **error)
{
  Membership self = { .neighbours = neighbours, .others = others,
                      .k = MIN (others, neighbours->k) };
  g_autofree float *weights
      = ay_try_alloc (MAX (neighbours->n * self.k, 1), sizeof (float), "the memberships", error);
  double sum = 0.0, count = 0.0;

  if (weights == NULL)
    return NULL;
  for (gsize i = 0; i < neighbours->n; i++)
    for (guint j = 0; j < self.k; j++)
      {
        float d = neighbours->distances[i * neighbours->k + j];

        sum += isnan (d) ? 0.0 : d;
        count += isnan (d) ? 0.0 : 1.0;
      }
  self.mean = sum / MAX (count, 1.0);
  self.weights = weights;
  if (!ay_parallel_for (ay_n_blocks (neighbours->n, BLOCK), weigh_block, &self, job, error))
    return NULL;
  return g_steal_pointer (&weights);
}

/* ---- all of it ---- */

static gboolean
check_options (const AyUmapOptions *options, GError **error)
{
  const char *what = options->neighbours < 2              ? "neighbours: expected 2 or more"
                     : !(options->spread > 0.0)           ? "spread: expected more than 0"
                     : !(options->min_dist >= 0.0)        ? "min_dist: expected 0 or more"
                     : options->min_dist > options->spread ? "min_dist: expected at most spread"
                     : !(options->rate > 0.0)             ? "rate: expected more than 0"
                     : !(options->repulsion >= 0.0)       ? "repulsion: expected 0 or more"
                                                          : NULL;

  if (what == NULL)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "UMAP: %s", what);
  return FALSE;
}

AyLayout *
ay_umap_fit (const AyNeighbours *neighbours, const AyUmapOptions *options,
             const AyLayoutWatch *watch, AyJob *job, GError **error)
{
  guint others = options->neighbours - 1;
  g_autofree float *weights = NULL;
  g_autoptr (AyLayoutGraph) graph = NULL;
  g_autoptr (AyLayout) layout = NULL;

  if (!check_options (options, error))
    return NULL;
  ay_job_set_phase (job, "weighing the neighbours");
  weights = ay_umap_weights (neighbours, others, job, error);
  graph = weights != NULL ? ay_layout_graph_new (neighbours, others, weights, AY_LAYOUT_UNION, job,
                                                 error)
                          : NULL;
  g_clear_pointer (&weights, g_free);
  if (graph == NULL)
    return NULL;
  layout = g_new0 (AyLayout, 1);
  layout->n = neighbours->n;
  layout->kl = NAN;
  layout->xy = ay_try_alloc (2 * layout->n, sizeof (float), "the map", error);
  if (layout->xy == NULL || !ay_umap_start (graph, options, layout->xy, job, error)
      || !ay_umap_layout (graph, options, layout, watch, job, error))
    return NULL;
  return g_steal_pointer (&layout);
}
