/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Retraining values: sets are trained side by side, each by one thread from the head of all rows;
 * which rows a set has is drawn again from its number wherever it is needed, so a set keeps one
 * number (Banzhaf) or none. Cost: `models` warm fits. Memory: a few numbers a row and worker. */
#include "core/score/retrain.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/base/words.h"

#include <math.h>
#include <string.h>

#define SET_STREAM 1000
#define MOST_PLAYERS 16

AyHead *
ay_retrain_fit (const AyRetrain *self, const double *weight, gint32 *only, AyJob *job,
                GError **error)
{
  const AyProblem *train = self->train;
  AyProblem part = *train;
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autofree double *product = g_new (double, train->n + 1);
  guint classes = 0;
  g_autofree guint8 *seen = g_new0 (guint8, train->n_classes + 1);

  *only = -1;
  for (gsize i = 0; i < train->n; i++)
    {
      product[i] = weight[i] * ay_problem_weight (train, i);
      if (product[i] > 0.0 && !seen[train->label[i]])
        {
          seen[train->label[i]] = 1;
          *only = train->label[i];
          classes++;
        }
    }
  if (classes < 2)
    return NULL;
  *only = -1;
  part.weight = product;
  options.tolerance = self->tolerance;
  return ay_head_fit (&part, &options, self->head, job, error);
}

gboolean
ay_retrain_utility (const AyRetrain *self, const AyProblem *target, const double *weight,
                    AyUtility *utility, AyJob *job, GError **error)
{
  g_autoptr (GError) failed = NULL;
  gint32 only;
  g_autoptr (AyHead) head = ay_retrain_fit (self, weight, &only, job, &failed);
  guint n = target->n_classes;
  g_autofree double *p = NULL;
  double sum[2] = { 0.0, 0.0 }, total[2] = { 0.0, 0.0 };

  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  p = g_new (double, target->n * n + 1);
  if (head != NULL
      && !ay_head_predict (head, target->features, target->rows, target->n, p, job, error))
    return FALSE;
  for (gsize t = 0; t < target->n; t++)
    {
      double w = ay_problem_weight (target, t);

      total[t % 2] += w;
      sum[t % 2] += w * (head != NULL ? p[t * n + target->label[t]]
                         : only >= 0  ? target->label[t] == only
                                      : 1.0 / n);
    }
  utility->whole = (sum[0] + sum[1]) / (total[0] + total[1]);
  for (guint h = 0; h < 2; h++)
    utility->half[h] = sum[h] / total[h];
  return TRUE;
}

/* --- many sets --- */

typedef struct
{
  const AyRetrain *retrain;
  const AyProblem *target;
  gsize n;
  guint64 seed;
  gboolean every;      /* set = its number's bits */
  AyUtility *utility;  /* a set each */
  guint32 *right, *out;
  AyJob *job;
  GMutex lock;
  GError *error;       /* the first */
} Sets;

static void
fail (Sets *self, GError *error)
{
  g_mutex_lock (&self->lock);
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
  g_mutex_unlock (&self->lock);
}

/* Rows in set `number`: 0 or 1. */
static void
draw_half (const Sets *self, gsize number, double *weight)
{
  AyRng rng;

  ay_rng_init (&rng, self->seed, SET_STREAM + number);
  for (gsize i = 0; i < self->n; i += 64)
    {
      guint64 bits = ay_rng_next (&rng);

      for (gsize k = i; k < MIN (i + 64, self->n); k++, bits >>= 1)
        weight[k] = bits & 1;
    }
}

static void
judge_set (gsize number, guint worker, gpointer data)
{
  Sets *self = data;
  g_autofree double *weight = g_new (double, self->n);
  GError *error = NULL;

  if (self->error != NULL)
    return;
  if (self->every)
    for (gsize i = 0; i < self->n; i++)
      weight[i] = number >> i & 1;
  else
    draw_half (self, number, weight);
  if (!ay_retrain_utility (self->retrain, self->target, weight, &self->utility[number], self->job,
                           &error))
    fail (self, error);
}

static gboolean
judge_sets (Sets *self, gsize count, AyBlockFunc func, GError **error)
{
  gboolean done;

  g_mutex_init (&self->lock);
  done = ay_parallel_for (count, func, self, self->job, error);
  g_mutex_clear (&self->lock);
  if (self->error == NULL)
    return done;
  if (done)
    g_propagate_error (error, self->error);
  else
    g_error_free (self->error);
  return FALSE;
}

/* --- Banzhaf --- */

typedef struct
{
  double n, sum, square;
} Side;

static double
variance_of_mean (const Side *s)
{
  double mean = s->sum / s->n;

  return (s->square - s->n * mean * mean) / (s->n - 1.0) / s->n;
}

/* Sets first, first + step ... and what they are judged by: a half, or -1 for the whole. */
typedef struct
{
  guint first, step, models;
  int half;
} Part;

static double
utility_of (const Sets *self, const Part *part, guint set)
{
  return part->half < 0 ? self->utility[set].whole : self->utility[set].half[part->half];
}

/* From the sets' utilities, less their mean, which only helps the rounding. */
static gboolean
compare_sides (Sets *self, const Part *part, double *value, double *error_of, GError **error)
{
  g_autofree double *weight = g_new (double, self->n);
  g_autofree Side *sides = ay_try_alloc (2 * self->n + 1, sizeof (Side), "the values", error);
  double mean = 0.0;

  if (sides == NULL)
    return FALSE;
  for (guint b = part->first; b < part->models; b += part->step)
    mean += utility_of (self, part, b) / part->models;
  for (guint b = part->first; b < part->models; b += part->step)
    {
      double u = utility_of (self, part, b) - mean;

      draw_half (self, b, weight);
      for (gsize i = 0; i < self->n; i++)
        {
          Side *side = &sides[2 * i + (weight[i] > 0.0)];

          side->n += 1.0;
          side->sum += u;
          side->square += u * u;
        }
    }
  for (gsize i = 0; i < self->n; i++)
    {
      const Side *without = &sides[2 * i], *with = without + 1;
      gboolean known = without->n > 1.0 && with->n > 1.0;

      value[i] = known ? with->sum / with->n - without->sum / without->n : NAN;
      if (error_of != NULL)
        error_of[i] = known ? sqrt (MAX (variance_of_mean (with) + variance_of_mean (without),
                                         0.0))
                            : NAN;
    }
  return TRUE;
}

gboolean
ay_retrain_banzhaf (const AyRetrain *self, const AyProblem *target,
                    const AyRetrainOptions *options, AyBanzhaf *out, AyJob *job, GError **error)
{
  g_autofree AyUtility *utility = g_new0 (AyUtility, options->models + 1);
  Sets sets = { .retrain = self, .target = target, .n = self->train->n, .seed = options->seed,
                .utility = utility, .job = job };
  const Part all = { 0, 1, options->models, -1 };
  const Part halves[2] = { { 0, 2, options->models, 0 }, { 1, 2, options->models, 1 } };

  ay_job_set_phase (job, "retraining on random halves");
  return judge_sets (&sets, options->models, judge_set, error)
         && compare_sides (&sets, &all, out->value, out->error, error)
         && compare_sides (&sets, &halves[0], out->half[0], NULL, error)
         && compare_sides (&sets, &halves[1], out->half[1], NULL, error);
}

/* --- enumeration --- */

/* Probability of a certain set of `size` among n - 1 others. */
static double
weight_of_size (const AySemivalue *law, gsize n, gsize size)
{
  double others = n - 1.0;

  if (law->p > 0.0)
    return pow (law->p, size) * pow (1.0 - law->p, others - size);
  return exp (lgamma (law->in + size) + lgamma (law->out + others - size)
              - lgamma (law->in + law->out + others) - lgamma (law->in) - lgamma (law->out)
              + lgamma (law->in + law->out));
}

gboolean
ay_retrain_enumerate (const AyRetrain *self, const AyProblem *target, const AySemivalue *law,
                      double *value, AyJob *job, GError **error)
{
  gsize n = self->train->n, count = (gsize) 1 << MIN (n, MOST_PLAYERS);
  g_autofree AyUtility *utility = g_new0 (AyUtility, count);
  Sets sets = { .retrain = self, .target = target, .n = n, .every = TRUE, .utility = utility,
                .job = job };

  if (n > MOST_PLAYERS)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("%zu training rows: every set can be trained "
                       "for at most %d"),
                   n, MOST_PLAYERS);
      return FALSE;
    }
  ay_job_set_phase (job, "retraining on every set");
  if (!judge_sets (&sets, count, judge_set, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      value[i] = 0.0;
      for (gsize set = 0; set < count; set++)
        if (!(set >> i & 1))
          value[i] += weight_of_size (law, n, __builtin_popcountll (set))
                      * (utility[set | (gsize) 1 << i].whole - utility[set].whole);
    }
  return TRUE;
}

/* --- out of bag --- */

static void
bootstrap (gsize number, guint worker, gpointer data)
{
  Sets *self = data;
  const AyProblem *train = self->retrain->train;
  guint n_classes = train->n_classes;
  g_autofree double *weight = g_new0 (double, self->n), *p = NULL;
  g_autoptr (AyHead) head = NULL;
  GError *error = NULL;
  gint32 only;
  AyRng rng;

  if (self->error != NULL)
    return;
  ay_rng_init (&rng, self->seed, SET_STREAM + number);
  for (gsize i = 0; i < self->n; i++)
    weight[ay_rng_below (&rng, self->n)] += 1.0;
  head = ay_retrain_fit (self->retrain, weight, &only, self->job, &error);
  p = g_new (double, self->n * n_classes + 1);
  if (error != NULL
      || (head != NULL && !ay_head_predict (head, train->features, train->rows, self->n, p,
                                            self->job, &error)))
    {
      fail (self, error);
      return;
    }
  for (gsize i = 0; i < self->n; i++)
    if (weight[i] == 0.0)
      {
        gint32 best = only;

        for (guint k = 0; head != NULL && k < n_classes; k++)
          if (best < 0 || p[i * n_classes + k] > p[i * n_classes + best])
            best = (gint32) k;
        __atomic_fetch_add (&self->out[i], 1, __ATOMIC_RELAXED);
        if (best == train->label[i])
          __atomic_fetch_add (&self->right[i], 1, __ATOMIC_RELAXED);
      }
}

gboolean
ay_retrain_out_of_bag (const AyRetrain *self, const AyRetrainOptions *options, guint32 *right,
                       guint32 *out, AyJob *job, GError **error)
{
  Sets sets = { .retrain = self, .n = self->train->n, .seed = options->seed, .right = right,
                .out = out, .job = job };

  memset (right, 0, self->train->n * sizeof *right);
  memset (out, 0, self->train->n * sizeof *out);
  ay_job_set_phase (job, "retraining on bootstraps");
  return judge_sets (&sets, options->models, bootstrap, error);
}
