/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small set of rows without which the head says another class.
 *
 * Grow: at the head without the rows taken so far, the first-order effects of all others on the
 * margin over the best other class (one solve); of the rows that lower it most, as many are taken
 * as would cover half of what is left of the margin, at least one; the head follows by two Newton
 * steps. Rows far apart in effect are so taken one by one, many weak ones in few rounds.
 * Shrink: the shortest beginning of the list that flips, by bisection; then every row is tried for
 * leaving, the last taken first. Verify: the head's own solver on what is left; should it not
 * confirm, the rows that were taken out last come back one by one.
 *
 * After Yang, Jain and Wallace (2023), who take one linear estimate and stop: here the estimate is
 * renewed as the head moves, and the set is pruned. Cost: a solve and two steps a round, about
 * log2 (n) + n heads of two steps for a set of n. */
#include "core/gain/flip_set.h"

#include "core/base/error.h"
#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/gain/why.h"
#include "core/model/refit_steps.h"

#include <math.h>
#include <string.h>

#define MOST_ROWS 2000
#define MAX_ROUNDS 60
#define SOLVE_TOLERANCE 1e-3
#define STEP_TOLERANCE 1e-3

typedef struct
{
  AyFlipSet *set;
  const AyProblem *train;
  const AyHead *full;   /* the head of all rows */
  AyHessian *hessian;
  AyHead *head;         /* without the rows taken so far */
  double *z;            /* the row */
  double *weight;       /* n: 0 for rows taken */
  gsize *left;          /* by class: rows of it that are left */
  guint32 *taken;
  gsize n_taken, max_rows;
  AyJob *job;
} Flip;

void
ay_flip_set_free (AyFlipSet *self)
{
  if (self == NULL)
    return;
  g_free (self->position);
  g_free (self);
}

/* Logit of the predicted class over the best other one; *best (nullable) is that. */
static double
margin_of (const Flip *self, const AyHead *head, gint32 *best)
{
  g_autofree double *out = g_new (double, head->n_outputs);
  double own;
  gsize other;

  ay_why_outputs (head, self->z, out);
  own = out[self->set->predicted];
  out[self->set->predicted] = -HUGE_VAL;
  other = ay_argmax (out, head->n_outputs);
  if (best != NULL)
    *best = (gint32) other;
  return own - out[other];
}

static void
set_taken (Flip *self, guint32 row, gboolean taken)
{
  self->weight[row] = taken ? 0.0 : ay_problem_weight (self->train, row);
  if (taken)
    self->left[self->train->label[row]]--;
  else
    self->left[self->train->label[row]]++;
}

/* The head for the present weights, two steps from `from`. (transfer full) */
static AyHead *
follow (Flip *self, const AyHead *from, AyRefitSteps **kept, GError **error)
{
  g_autoptr (AyRefitSteps) steps
      = ay_refit_steps_new (self->train, from, self->hessian, self->weight, NULL, error);

  for (guint k = 0; k < 2; k++)
    if (steps == NULL || !ay_refit_steps_take (steps, STEP_TOLERANCE, self->job, error))
      return NULL;
  self->set->refits++;
  if (kept == NULL)
    return ay_refit_steps_head (steps);
  *kept = g_steal_pointer (&steps);
  return ay_refit_steps_head (*kept);
}

/* Takes rows by their effects on the margin; FALSE when none would lower it. */
static gboolean
take_some (Flip *self, const double *effect, double margin)
{
  g_autofree guint32 *order = ay_order (effect, self->train->n, FALSE);
  double goal = margin / 2.0, sum = 0.0;
  gsize before = self->n_taken;

  for (gsize k = 0; k < self->train->n && self->n_taken < self->max_rows; k++)
    {
      guint32 row = order[k];

      if (!(effect[row] < 0.0) || (self->n_taken > before && sum - effect[row] > goal))
        break;
      if (!(self->weight[row] > 0.0) || self->left[self->train->label[row]] <= 1)
        continue;
      sum -= effect[row];
      self->taken[self->n_taken++] = row;
      set_taken (self, row, TRUE);
    }
  return self->n_taken > before;
}

/* Until the head says another class; *flipped tells. */
static gboolean
grow (Flip *self, gboolean *flipped, GError **error)
{
  gsize stride = self->full->d + 1, p = stride * self->full->n_outputs;
  g_autofree double *v = g_new (double, p), *effect = g_new (double, self->train->n);

  *flipped = FALSE;
  for (guint round = 0; round < MAX_ROUNDS; round++)
    {
      g_autoptr (AyRefitSteps) steps = NULL;
      g_autoptr (AyHead) head = follow (self, self->head, &steps, error);
      gint32 other;
      double margin;

      if (head == NULL)
        return FALSE;
      ay_head_unref (self->head);
      self->head = g_steal_pointer (&head);
      margin = margin_of (self, self->head, &other);
      *flipped = margin < 0.0;
      if (*flipped || self->n_taken >= self->max_rows)
        return TRUE;
      memset (v, 0, p * sizeof *v);
      for (gsize j = 0; j < stride; j++)
        {
          v[(gsize) self->set->predicted * stride + j] = self->z[j];
          v[(gsize) other * stride + j] = -self->z[j];
        }
      if (!ay_refit_steps_effect (steps, v, SOLVE_TOLERANCE, effect, self->job, error))
        return FALSE;
      if (!take_some (self, effect, margin))
        return TRUE;
      ay_job_set_fraction (self->job, MIN (1.0, 1.0 - margin / self->set->margin_before));
    }
  return TRUE;
}

static gboolean
flips (Flip *self, gboolean *does, GError **error)
{
  g_autoptr (AyHead) head = follow (self, self->head, NULL, error);

  if (head == NULL)
    return FALSE;
  *does = margin_of (self, head, NULL) < 0.0;
  return TRUE;
}

/* The shortest beginning that flips; rows after it stay in `taken`, for verify() to take back. */
static gboolean
shorten (Flip *self, GError **error)
{
  gsize low = 0, high = self->n_taken; /* low does not flip, high does */

  while (high - low > 1)
    {
      gsize middle = (low + high) / 2;
      gboolean does;

      for (gsize k = 0; k < self->n_taken; k++)
        if ((self->weight[self->taken[k]] > 0.0) == (k < middle))
          set_taken (self, self->taken[k], k < middle);
      if (!flips (self, &does, error))
        return FALSE;
      if (does)
        high = middle;
      else
        low = middle;
    }
  for (gsize k = 0; k < self->n_taken; k++)
    if ((self->weight[self->taken[k]] > 0.0) == (k < high))
      set_taken (self, self->taken[k], k < high);
  self->n_taken = high;
  return TRUE;
}

/* Each row, the last taken first: does it flip without? `out` gets those that left. */
static gboolean
prune (Flip *self, gsize max_rows, GArray *out, GError **error)
{
  if (self->n_taken > max_rows)
    return TRUE;
  for (gsize k = self->n_taken; k-- > 0 && self->n_taken > 1;)
    {
      guint32 row = self->taken[k];
      gboolean does;

      set_taken (self, row, FALSE);
      if (!flips (self, &does, error))
        return FALSE;
      if (!does)
        {
          set_taken (self, row, TRUE);
          continue;
        }
      g_array_append_val (out, row);
      memmove (self->taken + k, self->taken + k + 1, (--self->n_taken - k) * sizeof *self->taken);
    }
  return TRUE;
}

static gboolean
verify (Flip *self, GArray *out, GError **error)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyProblem rest = *self->train;

  options.tolerance = self->full->tolerance;
  rest.weight = self->weight;
  while (!self->set->found)
    {
      g_autoptr (AyHead) head = ay_head_fit (&rest, &options, self->head, self->job, error);

      if (head == NULL)
        return FALSE;
      self->set->margin_after = margin_of (self, head, &self->set->becomes);
      self->set->gradient_norm = head->gradient_norm;
      self->set->found = self->set->margin_after < 0.0;
      if (self->set->found || out->len == 0)
        break;
      self->taken[self->n_taken++] = g_array_index (out, guint32, out->len - 1);
      set_taken (self, self->taken[self->n_taken - 1], TRUE);
      g_array_set_size (out, out->len - 1);
    }
  return TRUE;
}

static gboolean
run (Flip *self, const AyFlipOptions *options, GError **error)
{
  AyFlipSet *set = self->set;
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (guint32));
  gboolean flipped;

  if (!grow (self, &flipped, error))
    return FALSE;
  set->margin_after = margin_of (self, self->head, NULL);
  if (!flipped)
    return TRUE;
  if (!shorten (self, error) || !prune (self, options->max_pruned, out, error)
      || !verify (self, out, error))
    return FALSE;
  if (!set->found)
    set->becomes = -1;
  else
    {
      set->n = self->n_taken;
      set->position = g_memdup2 (self->taken, set->n * sizeof *set->position);
    }
  return TRUE;
}

AyFlipSet *
ay_flip_set_new (const AyProblem *train, const AyHead *head, AyHessian *hessian, guint32 row,
                 const AyFlipOptions *options, AyJob *job, GError **error)
{
  g_autoptr (AyFlipSet) set = g_new0 (AyFlipSet, 1);
  g_autofree double *z = g_new (double, head->d + 1), *weight = g_new (double, MAX (train->n, 1));
  g_autofree double *logits = g_new (double, head->n_outputs);
  g_autofree gsize *left = g_new0 (gsize, head->n_outputs);
  g_autofree guint32 *taken = NULL;
  Flip self = { .set = set, .train = train, .full = head, .hessian = hessian, .z = z,
                .weight = weight, .left = left, .job = job };
  gboolean done;

  if (head->n_classes == 0)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                           N_ ("a number has no class that could flip"));
      return NULL;
    }
  for (gsize i = 0; i < train->n; i++)
    {
      weight[i] = ay_problem_weight (train, i);
      left[train->label[i]] += weight[i] > 0.0;
    }
  self.max_rows = options->max_rows > 0 ? options->max_rows : MIN (train->n / 2, MOST_ROWS);
  taken = g_new (guint32, self.max_rows + 1);
  self.taken = taken;
  self.head = ay_head_ref ((AyHead *) head);
  ay_why_row (head, train->features, row, z);
  ay_why_outputs (head, z, logits);
  set->predicted = (gint32) ay_argmax (logits, head->n_outputs);
  set->becomes = -1;
  set->margin_before = set->margin_after = margin_of (&self, head, NULL);
  set->gradient_norm = NAN;
  done = run (&self, options, error);
  ay_head_unref (self.head);
  return done ? g_steal_pointer (&set) : NULL;
}
