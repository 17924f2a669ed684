/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing the penalty by folds inside train.
 *
 * The grid is walked from the strongest penalty down, each fold's head starting from its last one,
 * and left once the loss has risen twice: the weak penalties, whose fits cost most, are seldom
 * reached when they are of no use. Rows whose class no other fold holds do not count, as their loss
 * has no bound. */
#include "core/model/lambda_folds.h"

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/base/stats.h"

#include <math.h>
#include <stdlib.h>

#define FOLDS 5
#define MAX_ROWS 50000
#define TOLERANCE 1e-5

static const double grid[] = { 1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5 };

/* A part of a problem, owning its arrays. */
typedef struct
{
  AyProblem problem;
  guint32 *rows;
  gint32 *label;
  double *target, *weight;
} Part;

typedef struct
{
  const AyProblem *train;
  AyHeadOptions options;
  guint32 *positions; /* of train, ascending */
  guint8 *fold;       /* of each position */
  gsize n;
  Part fit[FOLDS], judge[FOLDS];
  AyHead *head[FOLDS];
} Folds;

/* Rows that count, at most MAX_ROWS of them, dealt out to the folds class by class. */
static void
deal (Folds *self)
{
  const AyProblem *train = self->train;
  g_autofree guint *next = g_new0 (guint, MAX (train->n_classes, 1));
  g_autofree guint32 *order = g_new (guint32, train->n);
  g_autofree guint8 *fold_of = g_new (guint8, train->n);
  gsize n = 0;
  AyRng rng;

  for (gsize i = 0; i < train->n; i++)
    if (ay_problem_weight (train, i) > 0.0)
      order[n++] = i;
  ay_rng_init (&rng, self->options.seed, 0x666f6c64);
  ay_rng_shuffle (&rng, order, n);
  self->n = MIN (n, MAX_ROWS);
  for (guint c = 0; c < train->n_classes; c++)
    next[c] = c; /* so that classes of one row are spread over the folds */
  for (gsize i = 0; i < self->n; i++)
    fold_of[order[i]] = next[train->n_classes > 0 ? train->label[order[i]] : 0]++ % FOLDS;
  self->positions = g_memdup2 (order, MAX (self->n, 1) * sizeof *order);
  qsort (self->positions, self->n, sizeof *self->positions, ay_compare_u32);
  self->fold = g_new (guint8, MAX (self->n, 1));
  for (gsize i = 0; i < self->n; i++)
    self->fold[i] = fold_of[self->positions[i]];
}

static void
part_make (Part *part, const Folds *self, guint fold, gboolean inside)
{
  const AyProblem *train = self->train;
  gsize n = 0;

  part->rows = g_new (guint32, MAX (self->n, 1));
  part->label = g_new0 (gint32, MAX (self->n, 1));
  part->target = g_new0 (double, MAX (self->n, 1));
  part->weight = g_new (double, MAX (self->n, 1));
  for (gsize i = 0; i < self->n; i++)
    {
      gsize at = self->positions[i];

      if ((self->fold[i] == fold) != inside)
        continue;
      part->rows[n] = train->rows[at];
      if (train->n_classes > 0)
        part->label[n] = train->label[at];
      else
        part->target[n] = train->target[at];
      part->weight[n++] = ay_problem_weight (train, at);
    }
  part->problem = *train;
  part->problem.rows = part->rows;
  part->problem.n = n;
  part->problem.label = train->n_classes > 0 ? part->label : NULL;
  part->problem.target = train->n_classes > 0 ? NULL : part->target;
  part->problem.weight = part->weight;
}

static void
part_clear (Part *part)
{
  g_free (part->rows);
  g_free (part->label);
  g_free (part->target);
  g_free (part->weight);
}

/* Makes the parts of a fold; FALSE when nothing can be fitted or judged there. */
static gboolean
fold_make (Folds *self, guint fold)
{
  g_autofree guint8 *seen = g_new0 (guint8, self->train->n_classes + 1);
  Part *fit = self->fit + fold, *judge = self->judge + fold;
  guint classes = 0;
  gboolean judged = FALSE;

  part_make (fit, self, fold, FALSE);
  part_make (judge, self, fold, TRUE);
  if (self->train->n_classes == 0)
    return fit->problem.n >= 2 && judge->problem.n > 0;
  for (gsize i = 0; i < fit->problem.n; i++)
    {
      classes += !seen[fit->label[i]];
      seen[fit->label[i]] = 1;
    }
  for (gsize i = 0; i < judge->problem.n; i++)
    {
      judge->weight[i] = seen[judge->label[i]] ? judge->weight[i] : 0.0;
      judged |= judge->weight[i] > 0.0;
    }
  return classes >= 2 && judged;
}

static AyHead *
fit_next (const Folds *self, guint fold, double lambda_mean, AyJob *job, GError **error)
{
  AyHeadOptions options = self->options;
  AyHead *before = self->head[fold];

  options.lambda_auto = FALSE;
  options.lambda = 0.0;
  options.lambda_mean = lambda_mean;
  options.tolerance = MAX (options.tolerance, TOLERANCE);
  if (before != NULL) /* the folds' heads are nobody else's yet */
    before->lambda = lambda_mean * before->sum_weight;
  return ay_head_fit (&self->fit[fold].problem, &options, before, job, error);
}

/* Mean loss over the folds' judged rows. */
static gboolean
loss_at (Folds *self, double lambda_mean, double *loss, AyJob *job, GError **error)
{
  double sum = 0.0, total = 0.0;

  for (guint fold = 0; fold < FOLDS; fold++)
    {
      AyHead *head = fit_next (self, fold, lambda_mean, job, error);
      const AyProblem *judge = &self->judge[fold].problem;
      double weight = 0.0;
      AyFit fit;

      if (head == NULL)
        return FALSE;
      ay_head_unref (self->head[fold]);
      self->head[fold] = head;
      if (!ay_head_evaluate (head, judge, &fit, job, error))
        return FALSE;
      for (gsize i = 0; i < judge->n; i++)
        weight += judge->weight[i];
      sum += weight * fit.loss;
      total += weight;
    }
  *loss = sum / total;
  return TRUE;
}

static gboolean
walk (Folds *self, double *lambda_mean, char **note, AyJob *job, GError **error)
{
  guint best = 0, tried = 0;
  double losses[G_N_ELEMENTS (grid)];

  for (; tried < G_N_ELEMENTS (grid); tried++)
    {
      ay_job_set_fraction (job, (double) tried / G_N_ELEMENTS (grid));
      if (!loss_at (self, grid[tried], losses + tried, job, error))
        return FALSE;
      best = losses[tried] < losses[best] ? tried : best;
      if (tried >= best + 2)
        {
          tried++;
          break;
        }
    }
  *lambda_mean = grid[best];
  *note = g_strdup_printf ("lambda_mean %g, chosen by %d folds inside train (%zu rows) among 0.1 "
                           "to %g: loss %.4g%s",
                           grid[best], FOLDS, self->n, grid[tried - 1], losses[best],
                           best == 0 || best == G_N_ELEMENTS (grid) - 1
                               ? ", at the end of the grid" : "");
  return TRUE;
}

gboolean
ay_lambda_by_folds (const AyProblem *train, const AyHeadOptions *options, double *lambda_mean,
                    char **note, AyJob *job, GError **error)
{
  Folds self = { .train = train, .options = *options };
  gboolean usable = TRUE, done = TRUE;

  ay_job_set_phase (job, "choosing lambda by folds");
  deal (&self);
  for (guint fold = 0; fold < FOLDS; fold++)
    usable &= fold_make (&self, fold);
  if (usable)
    done = walk (&self, lambda_mean, note, job, error);
  else
    *note = g_strdup_printf ("lambda_mean %g, the default: too few rows for folds", *lambda_mean);
  for (guint fold = 0; fold < FOLDS; fold++)
    {
      part_clear (self.fit + fold);
      part_clear (self.judge + fold);
      ay_head_unref (self.head[fold]);
    }
  g_free (self.positions);
  g_free (self.fold);
  return done;
}
