/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What jobs take of memory.
 *
 * n rows, t of train, d features, C classes, p = C (d + 1) parameters. Buffers that grow with one
 * of these are counted as their files make them; blocks of rows that stay in a cache are not, but
 * for one sum at the end (SMALL). Where code looks at what is free and takes another way (fewer
 * codes, points in a file, fewer validation rows at a time, conjugate gradients), so does the sum.
 * What depends on the numbers themselves is taken as it mostly is: few near copies, few iterations.
 * Peaks of jobs in one run are not added up, what their results leave is. */
#include "core/work/job_memory.h"

#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/base/words.h"
#include "core/model/reduced.h"
#include "core/work/work_private.h"

#include <math.h>
#include <string.h>

#define MB (1024.0 * 1024.0)
#define SMALL (4.0 * MB)     /* a job's blocks, tables and text */
#define NODES 25.0           /* of a path of weights, as a rule */
#define FLIPS 2.0            /* targets of a round for the rows whose prediction it turns */
#define ROW_AS_JSON 1200.0
#define RESULT 48.0          /* bytes a row: a score's values, their noise, and the column stored */

typedef AyJobShape Shape;

static double
parameters_of (const Shape *s)
{
  return (s->d + 1.0) * s->outputs;
}

/* Sums that parts of the rows have each (softmax_pass.c, curvature.c): 64 MB of them at most, but
 * two at least. */
static double
part_sums (const Shape *s, double numbers)
{
  double parts = CLAMP (64.0 * MB / (8.0 * numbers), 2.0, 64.0);

  return MIN (parts, s->train / 64.0 + 1.0) * 8.0 * numbers;
}

/* --- heads and their Hessian --- */

static double
head_memory (const Shape *s)
{
  double d = s->d, p = parameters_of (s), metric = 0.0, scales;

  scales = MIN (256.0, s->train / 64.0 + 1.0) * 3.0 * 8.0 * d;
  if (s->outputs < 2) /* ridge_fit.c: matrices of parts, up to 256 MB of them */
    {
      double square = 8.0 * d * d, parts = CLAMP (256.0 * MB / (square + 1.0), 1.0, 16.0);

      return d > 5000.0 ? 40.0 * p + part_sums (s, p) : square * (1.0 + parts) + 16.0 * MB;
    }
  if (d <= 4096.0 && d * d <= 16.0 * s->train * s->outputs) /* metric.c */
    metric = 8.0 * d * d + 4.0 * MIN (s->train * d, (double) (4 << 20)) + 8.0 * s->outputs * d;
  return MAX (scales, metric + 30.0 * 8.0 * p + part_sums (s, p)
                          + s->threads * 3.0 * (160 << 10));
}

/* The probabilities of the training rows, in double where that is cheap. */
static double
curvature_memory (const Shape *s)
{
  gboolean wide = s->train * parameters_of (s) <= 1e7;

  return s->train * (8.0 + s->outputs * (wide ? 8.0 : 4.0));
}

static double
reduced_parameters (const Shape *s)
{
  return (s->d + 1.0) * ay_reduced_outputs (s->outputs);
}

static double
dense_memory (const Shape *s)
{
  double r = reduced_parameters (s), columns = MIN (9.0, s->outputs * (s->outputs + 1.0) / 2.0);

  return 8.0 * r * r
         + s->threads * 8.0 * (1024.0 + s->d) * (s->d + 1.0 + 64.0 * columns);
}

/* hessian.c: a matrix where it is small, else conjugate gradients with class blocks or a Kronecker
 * product before them. k: right-hand sides at once. */
static double
hessian_memory (const Shape *s, double k)
{
  double p = parameters_of (s), r = reduced_parameters (s), width = s->d + 1.0;
  double blocks = 2.0 * s->outputs * width * width, way;

  if (p <= 6000.0 && r <= 2048.0)
    way = dense_memory (s);
  else if (s->outputs > 1 && s->d <= 4096 && blocks <= 512.0 * MB)
    way = blocks + s->threads * 4.0 * width * width;
  else
    way = s->d <= 4096 ? 128.0 * MB + 5.0 * 8.0 * width * width : 40.0 * width;
  return curvature_memory (s) + way + (k + 1.0) * 5.0 * 8.0 * p
         + part_sums (s, k * p) + s->threads * 3.0 * (160 << 10);
}

static double
influence_memory (const Shape *s)
{
  double solved = hessian_memory (s, 1.0) + s->train * 8.0 * (4.0 + s->outputs);

  return MAX (head_memory (s), solved) + RESULT * s->n;
}

/* loo.c: from the inverse, or by five refits side by side with nothing but their rows' outputs. */
static double
refit_memory (const Shape *s)
{
  return curvature_memory (s) + 24.0 * s->train * s->outputs + 10.0 * 8.0 * parameters_of (s)
         + part_sums (s, parameters_of (s));
}

static double
left_out_memory (const Shape *s)
{
  double p = parameters_of (s), r = reduced_parameters (s), outputs = 8.0 * s->train * s->outputs;
  double own = 3.0 * outputs + 6.0 * 8.0 * s->train;

  if (p <= 6000.0 && s->outputs <= 512)
    own += dense_memory (s) + 4.0 * r * r + curvature_memory (s)
           + s->threads * 64.0 * 8.0 * (3.0 * r + s->judged * s->outputs)
           + 12.0 * s->judged * (s->d + 1.0);
  else
    own += hessian_memory (s, 1.0) + refit_memory (s);
  return MAX (head_memory (s), own) + RESULT * s->n;
}

static double
retrained_memory (const Shape *s)
{
  double one = refit_memory (s) + 8.0 * s->judged * s->outputs;

  return MAX (head_memory (s), hessian_memory (s, 1.0) + s->threads * one + 60.0 * s->train)
         + RESULT * s->n;
}

/* path_credits.c, one round after another: what the nodes of its path keep, and the right-hand
 * sides of a solve, of as many targets as there are classes and some; then the rows as JSON. */
static double
gains_memory (const Shape *s)
{
  double taken = s->taken > 0 ? s->taken : s->train / 2.0, p = parameters_of (s);
  double rows = s->largest > 0 ? s->largest : taken, classes = s->outputs > 1 ? s->outputs : 0.0;
  double targets = 1.0 + classes + FLIPS, sides = MIN (targets, rows), kept = targets * p;
  double nodes;

  if (49.0 * 8.0 * kept > 256.0 * MB)
    kept = 0.0;
  nodes = NODES * 8.0 * (p + targets * rows + kept);
  return MAX (MAX (head_memory (s), hessian_memory (s, sides) + nodes + 24.0 * targets * rows
                                        + 8.0 * targets * s->judged),
              ROW_AS_JSON * taken)
         + 8.0 * taken * (classes + 4.0) + 2.0 * RESULT * s->n;
}

static double
run_memory (const Shape *s) /* dynamics: one run of descent */
{
  return 44.0 * s->train + 8.0 * s->train * s->outputs + 3.0 * 8.0 * parameters_of (s)
         + RESULT * s->n;
}

/* dynamics_score.c: gradients of groups of validation rows, and each row's value for each. */
static double
traced_memory (const Shape *s)
{
  double p = parameters_of (s), n = MAX (s->train, 1.0), numbers = 1 << 24, groups;

  groups = MIN (MIN (numbers / n, numbers / p), MIN (4096.0 / s->outputs, 256.0));
  groups = s->judged <= groups ? s->judged : MAX (groups, 2.0);
  return run_memory (s) + groups * 8.0 * (n + p);
}

static double
learned_memory (const Shape *s) /* dvrl.c */
{
  return head_memory (s) + s->train * 8.0 * (10.0 + s->outputs)
         + MIN (s->judged, 512.0) * 8.0 * (s->d + 1.0 + s->outputs)
         + s->threads * 32.0 * s->train + RESULT * s->n;
}

/* --- neighbours --- */

/* knn_values.c */
static double
knn_memory (const Shape *s)
{
  double n = MAX (s->train, 1.0), laws = MAX (s->k, 1.0), row = 4.0 * n, left = s->left, tile;
  double groups = CLAMP (256.0 * MB / (16.0 * n), 2.0, 64.0), sums = groups * laws * n * 16.0;

  tile = CLAMP (512.0 * MB / row, 64.0, 512.0);
  left = (left - MIN (left, sums)) / 2.0;
  while (tile > groups && tile * row > left)
    tile = MAX (tile / 2.0, groups);
  tile = MIN (tile, s->judged);
  return sums + tile * (row + 4.0 * s->d) + laws * 32.0 * n + 8.0 * n
         + s->threads * (40.0 * n + 4.0 * 512.0 * s->d) + laws * 16.0 * n + RESULT * s->n;
}

/* neighbours.h among all rows: what is searched with, what is found. */
static double
exact_memory (const Shape *s, double k)
{
  double n = s->n, d = s->d, codes = 3.0 * d * n, left = s->left / 2.0;
  double strip = CLAMP ((2 << 20) / (512.0 * d), 1.0, 4.0) * 512.0;

  if (n < 2048.0 || d < 16.0 || d > 8192.0 || codes > MIN (2048.0 * MB, left))
    codes = 0.0; /* knn_screen.c: products by 8 bits before those by 16 */
  return n * (8.0 * (k + 8.0) + 4.0 + 12.0) + codes + (codes > 0.0 ? 20.0 * n : 0.0)
         + s->threads * 4.0 * ((520.0 + strip) * (d + 1.0) + 520.0 * strip);
}

static double
cells_memory (const Shape *s, double k, gboolean *in_file)
{
  double n = s->n, d = s->d, cells = CLAMP (1.5 * sqrt (n), 1.0, 8192.0), stored = 2.0 * d * n;
  double sample = 4.0 * d * MIN (n, 32.0 * cells), left = s->left / 2.0;
  double first = n * (8.0 * 9.0 + 12.0 + 8.0), search;

  *in_file = stored > left && stored > 16.0 * MB;
  search = n * 16.0 + (*in_file ? 4.0 * n : stored)
           + s->threads * (4096.0 * (8.0 * (k + 4.0) + 8.0 * cells / 16.0) + 4.0 * 1024.0 * d);
  return 12.0 * n + 12.0 * cells * d
         + MAX (MAX (first, search), *in_file && sample <= left ? sample + 4.0 * n : 0.0);
}

static double
neighbours_memory (const Shape *s, double k, const char **way)
{
  gboolean in_file = FALSE, approximate = s->approximate_above > 0 && s->n > s->approximate_above;
  double search = approximate ? cells_memory (s, k, &in_file) : exact_memory (s, k);

  if (in_file)
    *way = "points and rows in a file, in the order of their cells";
  return 12.0 * s->n + 8.0 * s->n * k + search;
}

static double
lists_memory (const Shape *s, double k) /* what is left of them */
{
  return 8.0 * s->n * k;
}

static double
spread_memory (const Shape *s, const char **way)
{
  double graph = 16.0 * s->n + 2.0 * 16.0 * 10.0 * s->n;
  double spread = s->n * (4.0 * s->outputs + 4.0 + 33.0 * 8.0);

  return MAX (neighbours_memory (s, 10.0, way), lists_memory (s, 10.0) + graph + spread)
         + RESULT * s->n;
}

static double
groups_memory (const Shape *s) /* pair_search.c: few pairs a row */
{
  return s->n * (4.0 * 17.0 + 12.0 + 4.0 + 64.0 + 40.0)
         + s->threads * 512.0 * (12.0 * s->d + 8.0 * 512.0);
}

/* --- maps and clusters --- */

static double
pca_memory (const Shape *s)
{
  double d = s->d, n = s->n, k = 2.0;

  if (n < d && n <= 4096.0)
    return 8.0 * n * n * 2.0 + 8.0 * k * (n + d) + 32.0 * MB + 4.0 * k * n;
  if (d <= 512.0)
    return 8.0 * d * d * 2.0 + 8.0 * 8.0 * d * d + s->threads * 8.0 * 1024.0 * d + 4.0 * k * n;
  if (d <= 4096.0)
    return 8.0 * d * d * 2.0 + 32.0 * MB + 4.0 * k * n;
  return 18.0 * 8.0 * 8.0 * d + 64.0 * MB + 4.0 * k * n;
}

/* Two axes and the rows' shares, and what comparing neighbours takes. */
static double
places_memory (const Shape *s)
{
  return s->n * (8.0 + 8.0 + 4.0 * 30.0 + 3.0 * 8.0 + 16.0);
}

static double
map_memory (const Shape *s, double k, double layout, const char **way)
{
  double found = neighbours_memory (s, k, way);

  return MAX (MAX (found, lists_memory (s, k) + pca_memory (s)),
              lists_memory (s, k) + 8.0 * s->n + MAX (layout, places_memory (s)));
}

static double
clusters_memory (const Shape *s, double k) /* kmeans.c */
{
  double d = s->d;

  return 4.0 * k * d * 2.0 + MIN (64.0 * MB, 32.0 * 8.0 * k * d) + s->n * (4.0 + 4.0 + 4.0 + 60.0)
         + s->threads * 4.0 * 256.0 * (k + d) + 12.0 * 1024.0 * d;
}

static double
play_memory (const Shape *s) /* simulate.c, loop_state.c: as many loops as threads at a time */
{
  double rows = s->train + s->judged, pool = rows;
  double one = pool * (4.0 * s->d + 8.0 * s->outputs * 2.0 + 64.0) + head_memory (s);

  return s->threads * one + s->loops * 12.0 * rows + 60.0 * rows;
}

/* --- the table --- */

static double
of_head (const Shape *s, const char **way) { return head_memory (s); }
static double
of_influence (const Shape *s, const char **way) { return influence_memory (s); }
static double
of_left_out (const Shape *s, const char **way) { return left_out_memory (s); }
static double
of_refits (const Shape *s, const char **way) { return retrained_memory (s); }
static double
of_gains (const Shape *s, const char **way) { return gains_memory (s); }
static double
of_run (const Shape *s, const char **way) { return run_memory (s); }
static double
of_trace (const Shape *s, const char **way) { return traced_memory (s); }
static double
of_learned (const Shape *s, const char **way) { return learned_memory (s); }
static double
of_knn (const Shape *s, const char **way) { return knn_memory (s); }
static double
of_spread (const Shape *s, const char **way) { return spread_memory (s, way); }
static double
of_groups (const Shape *s, const char **way) { return groups_memory (s) + RESULT * s->n; }
static double
of_play (const Shape *s, const char **way) { return play_memory (s); }

static double
of_neighbours (const Shape *s, const char **way)
{
  return neighbours_memory (s, MAX (s->k, 20.0), way) + RESULT * s->n;
}

static double
of_pca (const Shape *s, const char **way)
{
  return map_memory (s, MAX (s->k, 15.0), 0.0, way);
}

static double
of_umap (const Shape *s, const char **way)
{
  double k = MAX (s->k, 15.0);

  return map_memory (s, k, s->n * (16.0 + 8.0 * k + 2.0 * 8.0 * k + 16.0), way);
}

static double
of_tsne (const Shape *s, const char **way)
{
  double k = MAX (s->k, 90.0);

  return map_memory (s, k, s->n * (16.0 + 4.0 * k + 2.0 * 8.0 * k + 48.0) + 64.0 * MB, way);
}

static double
of_clusters (const Shape *s, const char **way)
{
  return clusters_memory (s, MAX (s->k, 10.0));
}

static double
of_density (const Shape *s, const char **way)
{
  return neighbours_memory (s, MAX (s->k, 15.0), way) + 100.0 * s->n;
}

static const struct
{
  const char *kinds; /* with a blank around each */
  double (*memory) (const Shape *shape, const char **way);
} table[] = {
  { " head ", of_head },
  { " influence self_influence grand ", of_influence },
  { " whatif retention label_value outdated trivial ", of_refits },
  { " gains ", of_gains },
  { " loo self_confidence normalized_margin confidence_weighted_entropy label_issue ",
    of_left_out },
  { " knn_shapley knn_banzhaf knn_beta ", of_knn },
  { " forgetting aum confidence variability correctness ", of_run },
  { " tracin ", of_trace },
  { " banzhaf data_oob ", of_refits },
  { " dvrl ", of_learned },
  { " density outlier uniqueness ", of_neighbours },
  { " redundant group redundancy ", of_groups },
  { " pseudo_label pseudo_confidence label_disagreement ", of_spread },
  { " pca ", of_pca },
  { " umap ", of_umap },
  { " tsne ", of_tsne },
  { " kmeans ", of_clusters },
  { " density-clusters ", of_density },
  { " simulate suggest ", of_play },
};

guint64
ay_job_memory (const char *kind, const AyJobShape *shape, const char **way)
{
  g_autofree char *word = g_strconcat (" ", kind, " ", NULL);
  const char *taken = NULL;
  double bytes = 0.0;

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (strstr (table[i].kinds, word) != NULL)
      bytes = SMALL + table[i].memory (shape, &taken);
  if (way != NULL)
    *way = taken;
  return bytes < 1e19 ? (guint64) bytes : G_MAXUINT64;
}

AyJobShape
ay_job_shape (AyWork *work)
{
  const AyDataset *data = work->data;
  AyJobShape shape = { .n = data->n, .d = ay_matrix_cols (data->features),
                       .outputs = MAX (data->n_classes, 1),
                       .threads = MAX (ay_threads (), g_get_num_processors ()),
                       .standardised = work->head_options.standardise,
                       .left = ay_memory_free () };

  for (gsize i = 0; i < data->n; i++)
    {
      shape.train += data->split[i] == AY_SPLIT_TRAIN;
      shape.judged += data->split[i] == AY_SPLIT_VALID;
    }
  return shape;
}

gboolean
ay_work_plan_memory (AyWork *work, const char *const *kinds, const AyJobShape *shape, AyJob *job,
                     GError **error)
{
  AyJobShape own = ay_job_shape (work);
  AyJobPlan plan = { 0, own.left, NULL };
  const char *largest = NULL;

  for (guint i = 0; kinds[i] != NULL; i++)
    {
      const char *way;
      guint64 bytes = ay_job_memory (kinds[i], shape != NULL ? shape : &own, &way);

      bytes += (guint64) (i * RESULT) * own.n; /* of those before */
      if (bytes <= plan.needed)
        continue;
      plan.needed = bytes;
      plan.way = way;
      largest = kinds[i];
    }
  ay_job_set_plan (job, &plan);
  if (plan.needed <= plan.left)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_NOMEM,
               N_ ("%s: needs about %zu MB of memory, %zu MB are free"), largest,
               (gsize) (plan.needed >> 20), (gsize) (plan.left >> 20));
  return FALSE;
}

gboolean
ay_work_plan_one (AyWork *work, const char *kind, AyJob *job, GError **error)
{
  const char *const kinds[] = { kind, NULL };

  return ay_work_plan_memory (work, kinds, NULL, job, error);
}
