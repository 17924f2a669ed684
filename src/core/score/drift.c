/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drift of what rows teach of a row's label, against chance.
 *
 * Path credits (path_credits.h) can be summed over either side. Along the path on which rows S come
 * in from nothing, the credits of all of S for the loss of one row i sum to the fall of that loss,
 * exactly: loss of the classes' shares (of the mean, for a number) less loss of the head fitted to
 * S. So no path need be followed for them. own_i is that sum with S the rows of i's own time, i
 * itself not among them, latest_i with S the latest rows: what each time says of the label that the
 * row was given. Influence is symmetric in who teaches and who is judged, so these are also, to
 * first order, what row i does for either time; but a row's own effect on a few hundred rows is
 * nearly noise, while what a few hundred rows say of it is not.
 *
 * Chance: the same two sums with the times of S shuffled, both heads refitted. Rows are shuffled
 * within strata by what a head of all times predicts (the class; of a number the eighth of its
 * range), so that a change in how many rows of a kind there are is no drift. The difference
 * latest_i - own_i stands only where own_i > 0 and latest_i is at most `remains` of it, in the
 * shuffles as in the times as they are: like is counted with like.
 *
 * Cost: 2 x (shuffles + 1) fits, each shuffle's begun from a head of all of S. Memory: shuffles x
 * judged rows floats. Threads: over shuffles. */
#include "core/score/drift.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/base/stats.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define EIGHTHS 8           /* strata of a number */
#define HEAD_TOLERANCE 1e-5 /* of the mean objective's gradient: losses are right to a thousandth */

typedef struct
{
  const AyDriftTask *task;
  AyDrift *out;
  AyHead *start;       /* fitted to all of on */
  guint32 *by_stratum; /* on->n: places in on, stratum by stratum */
  gsize *first;        /* n_strata + 1: into by_stratum */
  guint n_strata;
  double *nothing;     /* judged->n: loss of a row before any head */
  GError **failed;     /* shuffles */
  AyJob *job;
} Drift;

void
ay_drift_free (AyDrift *self)
{
  if (self == NULL)
    return;
  g_free (self->own);
  g_free (self->latest);
  g_free (self->difference);
  g_free (self->null);
  g_free (self);
}

/* --- the strata --- */

static void
cut_numbers (const double *predicted, gsize n, guint32 *stratum)
{
  g_autofree guint32 *order = ay_order (predicted, n, FALSE);

  for (gsize k = 0; k < n; k++)
    stratum[order[k]] = (guint32) (k * EIGHTHS / n);
}

static gboolean
make_strata (Drift *self, GError **error)
{
  const AyProblem *on = self->task->on;
  const AyHead *head = self->task->like;
  guint n = head->n_outputs;
  g_autofree double *predicted
      = ay_try_alloc (on->n * n, sizeof (double), "the predictions", error);
  g_autofree guint32 *stratum = g_new (guint32, on->n + 1);
  gsize to = 0;

  if (predicted == NULL
      || !ay_head_predict (head, on->features, on->rows, on->n, predicted, self->job, error))
    return FALSE;
  self->n_strata = head->n_classes > 0 ? n : EIGHTHS;
  self->by_stratum = g_new (guint32, on->n + 1);
  self->first = g_new0 (gsize, self->n_strata + 1);
  for (gsize t = 0; t < on->n && head->n_classes > 0; t++)
    stratum[t] = (guint32) ay_argmax (predicted + t * n, n);
  if (head->n_classes == 0)
    cut_numbers (predicted, on->n, stratum);
  for (guint s = 0; s < self->n_strata; s++)
    {
      self->first[s] = to;
      for (gsize t = 0; t < on->n; t++)
        if (stratum[t] == s)
          self->by_stratum[to++] = (guint32) t;
    }
  self->first[self->n_strata] = to;
  return TRUE;
}

static void
shuffle_marks (const Drift *self, guint shuffle, guint8 *mark)
{
  const AyDriftTask *task = self->task;
  g_autofree guint32 *place = g_memdup2 (self->by_stratum, (task->on->n + 1) * sizeof *place);
  AyRng rng;

  ay_rng_init (&rng, task->seed, task->stream << 32 | shuffle);
  for (guint s = 0; s < self->n_strata; s++)
    ay_rng_shuffle (&rng, place + self->first[s], self->first[s + 1] - self->first[s]);
  for (gsize k = 0; k < task->on->n; k++)
    mark[self->by_stratum[k]] = task->latest[place[k]];
}

/* --- losses of the judged rows --- */

static double
row_loss (const AyProblem *of, gsize i, const double *output)
{
  double residual;

  if (of->n_classes > 0)
    return -log (MAX (output[of->label[i]], DBL_MIN));
  residual = output[0] - of->target[i];
  return 0.5 * residual * residual;
}

/* The rows of one side; no marks: all. Zero weights would do, but cost as much as the rows. */
typedef struct
{
  AyProblem problem;
  guint32 *rows;
  gint32 *label;
  double *target, *weight;
  double sum;
} Side;

static void
side_clear (Side *self)
{
  g_free (self->rows);
  g_free (self->label);
  g_free (self->target);
  g_free (self->weight);
}

static void
take_side (const AyProblem *on, const guint8 *mark, guint8 side, Side *out)
{
  gsize n = 0;

  out->rows = g_new (guint32, on->n + 1);
  out->label = on->label != NULL ? g_new (gint32, on->n + 1) : NULL;
  out->target = on->target != NULL ? g_new (double, on->n + 1) : NULL;
  out->weight = g_new (double, on->n + 1);
  out->sum = 0.0;
  for (gsize t = 0; t < on->n; t++)
    {
      if (mark != NULL && mark[t] != side)
        continue;
      out->rows[n] = on->rows[t];
      if (on->label != NULL)
        out->label[n] = on->label[t];
      if (on->target != NULL)
        out->target[n] = on->target[t];
      out->weight[n] = ay_problem_weight (on, t);
      out->sum += out->weight[n++];
    }
  out->problem = *on;
  out->problem.rows = out->rows;
  out->problem.n = n;
  out->problem.label = out->label;
  out->problem.target = out->target;
  out->problem.weight = out->weight;
}

static AyHead *
fit_side (const Drift *self, const AyHead *from, const guint8 *mark, guint8 side, AyJob *job,
          GError **error)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyHead) start = ay_head_copy (from);
  AyHead *head;
  Side of;

  take_side (self->task->on, mark, side, &of);
  start->lambda = self->task->lambda_mean * of.sum;
  options.tolerance = HEAD_TOLERANCE;
  head = ay_head_fit (&of.problem, &options, start, job, error);
  side_clear (&of);
  return head;
}

static gboolean
side_losses (const Drift *self, const guint8 *mark, guint8 side, double *loss, AyJob *job,
             GError **error)
{
  const AyProblem *judged = self->task->judged;
  guint n = self->start->n_outputs;
  g_autoptr (AyHead) head = fit_side (self, self->start, mark, side, job, error);
  g_autofree double *output = NULL;

  if (head == NULL)
    return FALSE;
  output = ay_try_alloc (judged->n * n, sizeof (double), "the predictions", error);
  if (output == NULL
      || !ay_head_predict (head, judged->features, judged->rows, judged->n, output, job, error))
    return FALSE;
  for (gsize i = 0; i < judged->n; i++)
    loss[i] = row_loss (judged, i, output + i * n);
  return TRUE;
}

/* Before any head each class's share of the rows to learn from is known, or their mean. */
static void
know_nothing (Drift *self)
{
  const AyProblem *on = self->task->on, *judged = self->task->judged;
  guint n = self->task->like->n_outputs;
  g_autofree double *output = g_new0 (double, n + 1);
  double sum = 0.0;

  for (gsize t = 0; t < on->n; t++)
    {
      double w = ay_problem_weight (on, t);

      if (on->n_classes > 0)
        output[on->label[t]] += w;
      else
        output[0] += w * on->target[t];
      sum += w;
    }
  for (guint c = 0; c < n; c++)
    output[c] /= sum;
  self->nothing = g_new (double, judged->n + 1);
  for (gsize i = 0; i < judged->n; i++)
    self->nothing[i] = row_loss (judged, i, output);
}

/* --- as it is, and shuffled --- */

static gboolean
is_outdated (const AyDriftTask *task, double own, double latest)
{
  return own > 0.0 && latest <= task->remains * own;
}

static gboolean
judge_times (Drift *self, GError **error)
{
  const AyDriftTask *task = self->task;
  AyDrift *out = self->out;

  know_nothing (self);
  out->own = g_new (double, out->n + 1);
  out->latest = g_new (double, out->n + 1);
  if (!side_losses (self, task->latest, 0, out->own, self->job, error)
      || !side_losses (self, task->latest, 1, out->latest, self->job, error))
    return FALSE;
  for (gsize i = 0; i < out->n; i++)
    {
      out->own[i] = self->nothing[i] - out->own[i];
      out->latest[i] = self->nothing[i] - out->latest[i];
    }
  return TRUE;
}

static void
judge_shuffle (gsize shuffle, guint worker, gpointer data)
{
  Drift *self = data;
  gsize n = self->out->n;
  g_autofree guint8 *mark = g_new (guint8, self->task->on->n + 1);
  g_autofree double *own = g_new (double, 2 * n + 1);
  float *to = self->out->null + shuffle * n;

  shuffle_marks (self, (guint) shuffle, mark);
  if (side_losses (self, mark, 0, own, self->job, &self->failed[shuffle])
      && side_losses (self, mark, 1, own + n, self->job, &self->failed[shuffle]))
    for (gsize i = 0; i < n; i++)
      to[i] = is_outdated (self->task, self->nothing[i] - own[i], self->nothing[i] - own[n + i])
                  ? (float) (own[i] - own[n + i]) : INFINITY;
}

static gboolean
judge_shuffles (Drift *self, GError **error)
{
  guint shuffles = self->task->shuffles;
  gboolean done;

  self->failed = g_new0 (GError *, shuffles + 1);
  done = ay_parallel_for (shuffles, judge_shuffle, self, self->job, error);
  for (guint b = 0; b < shuffles; b++)
    if (self->failed[b] != NULL && done)
      {
        g_propagate_error (error, g_steal_pointer (&self->failed[b]));
        done = FALSE;
      }
    else
      g_clear_error (&self->failed[b]);
  g_free (self->failed);
  return done;
}

static gboolean
run (Drift *self, GError **error)
{
  const AyDriftTask *task = self->task;
  AyDrift *out = self->out;

  out->difference = ay_try_alloc (out->n, sizeof (float), "the differences", error);
  out->null = out->difference != NULL
                  ? ay_try_alloc (out->n * out->shuffles, sizeof (float), "the shuffles", error)
                  : NULL;
  if (out->null == NULL || !make_strata (self, error))
    return FALSE;
  self->start = fit_side (self, self->task->like, NULL, 0, self->job, error);
  if (self->start == NULL || !judge_times (self, error) || !judge_shuffles (self, error))
    return FALSE;
  for (gsize i = 0; i < out->n; i++)
    out->difference[i] = is_outdated (task, out->own[i], out->latest[i])
                             ? (float) (out->latest[i] - out->own[i]) : INFINITY;
  return TRUE;
}

AyDrift *
ay_drift_new (const AyDriftTask *task, AyJob *job, GError **error)
{
  g_autoptr (AyDrift) out = g_new0 (AyDrift, 1);
  Drift self = { .task = task, .out = out, .job = job };
  gboolean done;

  out->n = task->judged->n;
  out->shuffles = task->shuffles;
  done = run (&self, error);
  g_clear_pointer (&self.start, ay_head_unref);
  g_free (self.by_stratum);
  g_free (self.first);
  g_free (self.nothing);
  return done ? g_steal_pointer (&out) : NULL;
}
