/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger of a history.
 *
 * Idea. Only optima matter: W_r is the head on all rows taken up to round r, with lambda (sum
 * form), centre and scale held. Round r's gain is L (W_{r-1}) - L (W_r) on the validation rows, and
 * path credits (path_credits.h) split it over the round's rows. Gains telescope, credits add up to
 * each, and both are additive over validation rows: one path serves the whole loss, each group of
 * validation rows, and the single rows that flip.
 *
 * A class first seen has no bounded loss before. Its rows are taken in first, as one step of its
 * own that is not split; then the other rows of the round go along the path from there. Validation
 * rows of a class are judged from when it is known.
 *
 * Accuracy has no derivative. Row t that flips brings +- its share of the validation rows, which is
 * split over the new rows in proportion to their credits for t's loss alone; where the loss of t
 * went the other way, or its credits mostly cancel, the flip is left to the remainder. In large
 * rounds the flips to right are split together, and those to wrong, by the credits for the sum of
 * their losses.
 *
 * Cost and memory: those of the paths, one after the other; flips and groups add solves where they
 * are fewer than the new rows, else nothing. Threads: those of the paths. */
#include "core/gain/ledger.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/gain/ledger_stage.h"

#include <math.h>
#include <string.h>

/* Below this share of the credits' absolute sum they cancel, and shares of a flip would be many
 * times the flip. */
#define LEAST_NET 0.5

typedef struct
{
  const AyLedgerInput *input;
  const AyLedgerOptions *options;
  AyLedger *out;
  guint8 *known;   /* classes of the full list */
  guint8 *taken;   /* training rows so far */
  AyStage stage;   /* of the known classes */
  AyHead *head;    /* (nullable) on the rows taken so far, of stage's classes */
  AyJob *job;
} Walk;

const char *
ay_round_state_name (AyRoundState state)
{
  static const char *const names[] = { "split", "refused", "opened", "empty", "no_head" };

  return names[state];
}

void
ay_ledger_free (AyLedger *self)
{
  if (self == NULL)
    return;
  for (guint r = 0; r < self->n_rounds; r++)
    {
      AyLedgerRound *round = &self->round[r];

      g_free (round->why);
      g_clear_pointer (&round->opened, g_array_unref);
      g_free (round->opened_rows);
      g_free (round->rows);
      g_free (round->credit);
      g_free (round->by_group);
      g_free (round->at_start);
      g_free (round->at_end);
      g_free (round->accuracy_credit);
      g_free (round->group_gain);
      g_free (round->group_residual);
    }
  g_free (self->round);
  g_free (self->method);
  g_free (self);
}

static gboolean
stop (GError **error, const char *why)
{
  g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE, why);
  return FALSE;
}

static gboolean
check_input (const AyLedgerInput *input, GError **error)
{
  const AyProblem *on = input->on;
  double sum = 0.0;

  for (gsize t = 0; t < on->n; t++)
    sum += ay_problem_weight (on, t);
  if (!(sum > 0.0))
    return stop (error, N_ ("there is no validation row to judge the rounds by"));
  for (gsize t = 0; t < on->n && input->group != NULL; t++)
    if (input->group[t] >= input->n_groups)
      return stop (error, N_ ("a validation row is of no group"));
  for (gsize i = 0; i < input->train->n; i++)
    if (input->round_of[i] != AY_LEDGER_NEVER && input->round_of[i] > input->n_rounds)
      return stop (error, N_ ("a row is of a round that there is not"));
  return TRUE;
}

/* --- the state: rows and classes known so far --- */

static void
learn (Walk *self, const guint8 *rows)
{
  const AyProblem *train = self->input->train;

  for (gsize i = 0; i < train->n; i++)
    if (rows[i])
      {
        self->taken[i] = 1;
        if (train->label != NULL)
          self->known[train->label[i]] = 1;
      }
  ay_stage_clear (&self->stage);
  ay_stage_init (&self->stage, self->input, self->known);
}

static gboolean
can_fit (const Walk *self)
{
  gboolean any = FALSE;

  for (gsize i = 0; i < self->input->train->n && !any; i++)
    any = self->taken[i];
  return any && (self->input->like->n_classes == 0 || self->stage.n_known >= 2);
}

/* The head on what is taken so far. */
static gboolean
fit (Walk *self, const AyHead *from, GError **error)
{
  g_auto (AyTaken) taken = { 0 };
  AyHead *head;

  ay_taken_init (&taken, &self->stage, self->taken);
  head = ay_stage_fit (&self->stage, &taken, from, self->options->path.head_tolerance, self->job,
                       error);
  if (head == NULL)
    return FALSE;
  g_clear_pointer (&self->head, ay_head_unref);
  self->head = head;
  return TRUE;
}

/* --- classes first seen --- */

/* Marks the round's rows, and those of them whose class is new. */
static gsize
mark_round (const Walk *self, guint r, guint8 *fresh, guint8 *opening, gsize *n_opening)
{
  const AyProblem *train = self->input->train;
  gsize n = 0;

  *n_opening = 0;
  for (gsize i = 0; i < train->n; i++)
    {
      double weight = ay_problem_weight (train, i);

      fresh[i] = self->input->round_of[i] == r && weight > 0.0;
      opening[i] = fresh[i] && train->label != NULL && !self->known[train->label[i]];
      n += fresh[i];
      *n_opening += opening[i];
    }
  return n;
}

static void
list_classes (Walk *self, const guint8 *opening, AyLedgerRound *round)
{
  const AyProblem *train = self->input->train;
  g_autofree gsize *count = g_new0 (gsize, self->input->like->n_classes);

  round->opened_rows = g_new (guint32, round->n_opened);
  for (gsize i = 0, k = 0; i < train->n; i++)
    if (opening[i])
      {
        round->opened_rows[k++] = train->rows[i];
        count[train->label[i]]++;
      }
  for (guint c = 0; c < self->input->like->n_classes; c++)
    if (count[c] > 0)
      {
        AyClassOpened one = { .label = (gint32) c, .n_rows = count[c], .recall = NAN };

        g_array_append_val (round->opened, one);
      }
}

static void
judge_classes (const Walk *self, const guint8 *right, AyLedgerRound *round)
{
  const AyStage *stage = &self->stage;

  for (guint k = 0; k < round->opened->len; k++)
    {
      AyClassOpened *one = &g_array_index (round->opened, AyClassOpened, k);
      double hit = 0.0, all = 0.0;

      for (gsize t = 0; t < stage->on.n; t++)
        if (stage->on_label[t] == stage->code[one->label])
          {
            one->n_judged++;
            all += stage->on_share[t];
            hit += right[t] ? stage->on_share[t] : 0.0;
          }
      one->recall = all > 0.0 ? hit / all : NAN;
    }
}

static gboolean
open_classes (Walk *self, const guint8 *opening, AyLedgerRound *round, GError **error)
{
  double loss, before = NAN, after;
  g_autofree guint8 *right = g_new0 (guint8, self->input->on->n);

  if (self->head != NULL
      && !ay_stage_judge (&self->stage, self->head, &loss, &before, NULL, self->job, error))
    return FALSE;
  list_classes (self, opening, round);
  learn (self, opening);
  if (!can_fit (self))
    return TRUE;
  if (!fit (self, NULL, error)
      || !ay_stage_judge (&self->stage, self->head, &loss, &after, right, self->job, error))
    return FALSE;
  round->opened_accuracy = after - before;
  judge_classes (self, right, round);
  return TRUE;
}

/* --- the rows that are split --- */

typedef struct
{
  guint n_groups, n_flips; /* targets: the loss, then the groups if more than one, then flips */
  gsize m, n_targets;
  double *a;               /* n_targets x m */
  guint32 *flip_of;        /* m: flip of a validation row, or none */
  double *value;           /* n_flips: change of accuracy */
} Targets;

#define NO_FLIP G_MAXUINT32

static void
targets_clear (Targets *self)
{
  g_free (self->a);
  g_free (self->flip_of);
  g_free (self->value);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Targets, targets_clear)

/* Flips one by one, or those to right and those to wrong together. */
static void
list_flips (const Walk *self, const guint8 *before, const guint8 *after, Targets *targets,
            AyLedgerRound *round)
{
  const AyStage *stage = &self->stage;
  gboolean together;

  for (gsize t = 0; t < stage->on.n; t++)
    {
      round->to_right += after[t] > before[t];
      round->to_wrong += after[t] < before[t];
    }
  together = round->n > self->options->single_rows
             || round->to_right + round->to_wrong > self->options->max_flips;
  targets->n_flips = together ? 2 : round->to_right + round->to_wrong;
  targets->flip_of = g_new (guint32, MAX (stage->on.n, 1));
  targets->value = g_new0 (double, MAX (targets->n_flips, 1));
  for (gsize t = 0, k = 0; t < stage->on.n; t++)
    {
      gsize flip = together ? after[t] < before[t] : k;

      targets->flip_of[t] = after[t] != before[t] ? (guint32) flip : NO_FLIP;
      if (after[t] == before[t])
        continue;
      targets->value[flip] += (after[t] - before[t]) * stage->on_share[t];
      k++;
    }
}

static gboolean
make_targets (const Walk *self, Targets *targets, GError **error)
{
  const AyStage *stage = &self->stage;
  gsize m = targets->m = stage->on.n;
  double *row;

  targets->n_groups = self->input->group != NULL ? self->input->n_groups : 1;
  targets->n_targets = 1 + (targets->n_groups > 1 ? targets->n_groups : 0) + targets->n_flips;
  targets->a = row = ay_try_alloc (targets->n_targets * m, sizeof (double), "the targets", error);
  if (row == NULL)
    return FALSE;
  memcpy (row, stage->on_share, m * sizeof (double));
  for (gsize t = 0; t < m && targets->n_groups > 1; t++)
    row[(1 + self->input->group[stage->on_position[t]]) * m + t] = stage->on_share[t];
  row += (targets->n_targets - targets->n_flips) * m;
  for (gsize t = 0; t < m; t++)
    if (targets->flip_of[t] != NO_FLIP)
      row[targets->flip_of[t] * m + t] = stage->on_share[t];
  return TRUE;
}

/* Splits each flip in proportion to the credits for its row alone. */
static void
split_flips (const AyPathCredits *credits, const Targets *targets, AyLedgerRound *round)
{
  gsize first = targets->n_targets - targets->n_flips;

  for (guint f = 0; f < targets->n_flips; f++)
    {
      double value = targets->value[f];
      gsize k = first + f;
      const double *credit = credits->credit + k * round->n;
      double sum = credits->gain[k] - credits->residual[k];

      if (sum * value <= 0.0 || fabs (sum) < LEAST_NET * credits->absolute[k]
          || !ay_path_credits_add_up (credits, k))
        round->accuracy_rest += value;
      else
        for (gsize i = 0; i < round->n; i++)
          round->accuracy_credit[i] += value * credit[i] / sum;
    }
}

static void
fill (double *x, gsize n, double value)
{
  for (gsize i = 0; i < n; i++)
    x[i] = value;
}

static void
keep_groups (const AyPathCredits *credits, const Targets *targets, AyLedgerRound *round)
{
  round->group_gain = g_new (double, targets->n_groups);
  round->group_residual = g_new (double, targets->n_groups);
  if (targets->n_groups == 1)
    {
      round->group_gain[0] = round->gain;
      round->group_residual[0] = round->residual;
      return;
    }
  round->by_group = g_memdup2 (credits->credit + round->n,
                               targets->n_groups * round->n * sizeof (double));
  for (guint g = 0; g < targets->n_groups; g++)
    {
      round->group_gain[g] = credits->gain[1 + g];
      round->group_residual[g] = credits->residual[1 + g];
      if (!ay_path_credits_add_up (credits, 1 + g))
        fill (round->by_group + g * round->n, round->n, NAN);
    }
}

static void
keep (const Walk *self, const AyPathCredits *credits, const Targets *targets, AyLedgerRound *round)
{
  gsize n = round->n;

  round->gain = credits->gain[0];
  round->residual = credits->residual[0];
  round->floor = ay_path_credits_floor (credits, 0);
  round->nodes = credits->nodes;
  round->iterations = credits->iterations;
  round->solve_residual = credits->solve_residual;
  round->at_start = g_memdup2 (credits->at_start, n * sizeof (double));
  round->at_end = g_memdup2 (credits->at_end, n * sizeof (double));
  round->credit = g_memdup2 (credits->credit, n * sizeof (double));
  round->accuracy_credit = g_new0 (double, n);
  for (gsize i = 0; i < n; i++)
    *(round->credit[i] > 0.0 ? &round->positive : &round->negative) += round->credit[i];
  keep_groups (credits, targets, round);
  if (self->input->like->n_classes > 0)
    split_flips (credits, targets, round);
  else
    {
      fill (round->accuracy_credit, n, NAN);
      round->accuracy_rest = NAN;
    }
  round->why = ay_path_credits_refused (credits, 0);
  if (round->why == NULL)
    return;
  round->state = AY_ROUND_REFUSED;
  fill (round->credit, n, NAN);
  fill (round->accuracy_credit, n, NAN);
  if (round->by_group != NULL)
    fill (round->by_group, n * targets->n_groups, NAN);
  round->positive = round->negative = round->accuracy_rest = NAN;
}

/* The head after the round; then the path from the head before to it. */
static gboolean
split (Walk *self, const guint8 *fresh, AyLedgerRound *round, GError **error)
{
  const AyStage *stage = &self->stage;
  AyPathOptions path = self->options->path;
  g_auto (AyTaken) taken = { 0 };
  g_auto (Targets) targets = { 0 };
  g_autofree guint8 *is_new = NULL, *before = g_new0 (guint8, MAX (stage->on.n, 1));
  g_autofree guint8 *after = g_new0 (guint8, MAX (stage->on.n, 1));
  g_autoptr (AyPathCredits) credits = NULL;
  g_autoptr (AyHead) from = g_steal_pointer (&self->head);

  for (gsize i = 0; i < self->input->train->n; i++)
    self->taken[i] = self->taken[i] || fresh[i];
  ay_taken_init (&taken, stage, self->taken);
  is_new = g_new (guint8, taken.problem.n);
  for (gsize i = 0; i < taken.problem.n; i++)
    is_new[i] = fresh[taken.position[i]];
  if (!fit (self, from, error)
      || !ay_stage_judge (stage, from, &round->loss_before, &round->accuracy_before, before,
                          self->job, error)
      || !ay_stage_judge (stage, self->head, &round->loss_after, &round->accuracy_after, after,
                          self->job, error))
    return FALSE;
  list_flips (self, before, after, &targets, round);
  if (!make_targets (self, &targets, error))
    return FALSE;
  path.before = from;
  path.after = self->head;
  path.n_leading = 1;
  credits = ay_path_credits_new (&taken.problem, is_new, self->head, &stage->on, targets.a,
                                 targets.n_targets, &path, self->job, error);
  if (credits != NULL)
    keep (self, credits, &targets, round);
  return credits != NULL;
}

/* --- a round --- */

static void
set_aside (AyLedgerRound *round, AyRoundState state, const char *why)
{
  round->state = state;
  round->why = g_strdup (why);
  round->loss_before = round->loss_after = round->gain = round->residual = NAN;
  round->positive = round->negative = round->floor = NAN;
  round->accuracy_before = round->accuracy_after = round->accuracy_rest = NAN;
}

static void
list_rows (const Walk *self, const guint8 *fresh, AyLedgerRound *round)
{
  const AyProblem *train = self->input->train;

  round->rows = g_new (guint32, MAX (round->n, 1));
  for (gsize i = 0, k = 0; i < train->n; i++)
    if (fresh[i])
      round->rows[k++] = train->rows[i];
}

static gboolean
take_round (Walk *self, guint r, GError **error)
{
  AyLedgerRound *round = &self->out->round[r - 1];
  gsize n = self->input->train->n;
  g_autofree guint8 *fresh = g_new (guint8, MAX (n, 1)), *opening = g_new (guint8, MAX (n, 1));

  round->opened = g_array_new (FALSE, FALSE, sizeof (AyClassOpened));
  round->n = mark_round (self, r, fresh, opening, &round->n_opened);
  if (round->n == 0)
    {
      set_aside (round, AY_ROUND_EMPTY, "none of its rows is a training row");
      return TRUE;
    }
  if (self->head == NULL && can_fit (self) && !fit (self, NULL, error))
    return FALSE;
  if (self->head == NULL)
    {
      list_rows (self, fresh, round);
      learn (self, fresh);
      set_aside (round, AY_ROUND_NO_HEAD, "no head could be fitted before it: the ledger starts "
                                          "from its rows");
      return TRUE;
    }
  if (round->n_opened > 0 && !open_classes (self, opening, round, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    fresh[i] = fresh[i] && !opening[i];
  round->n -= round->n_opened;
  list_rows (self, fresh, round);
  round->n_judged = self->stage.on.n;
  round->n_unjudged = self->input->on->n - self->stage.on.n;
  if (round->n > 0 && self->stage.on.n > 0)
    return split (self, fresh, round, error);
  learn (self, fresh);
  set_aside (round, round->n == 0 ? AY_ROUND_OPENED : AY_ROUND_REFUSED,
             round->n == 0 ? "all its rows are of classes first seen"
                           : "no validation row is of a class that is known");
  return round->n == 0 || fit (self, NULL, error);
}

static gboolean
walk (Walk *self, GError **error)
{
  const AyLedgerInput *input = self->input;
  g_autofree guint8 *start = g_new0 (guint8, MAX (input->train->n, 1));

  for (gsize i = 0; i < input->train->n; i++)
    {
      start[i] = input->round_of[i] == 0;
      self->out->n_start += start[i];
    }
  learn (self, start);
  for (guint r = 1; r <= input->n_rounds; r++)
    {
      const AyLedgerRound *round = &self->out->round[r - 1];

      ay_job_set_phase (self->job, "splitting the gains of the rounds");
      ay_job_set_fraction (self->job, (r - 1.0) / input->n_rounds);
      if (!take_round (self, r, error))
        {
          g_prefix_error (error, "round %u: ", r);
          return FALSE;
        }
      if (round->state == AY_ROUND_SPLIT)
        {
          self->out->gain += round->gain;
          self->out->residual += round->residual;
        }
    }
  return TRUE;
}

AyLedger *
ay_ledger_new (const AyLedgerInput *input, const AyLedgerOptions *options, AyJob *job,
               GError **error)
{
  g_autoptr (AyLedger) out = g_new0 (AyLedger, 1);
  Walk self = { .input = input, .options = options, .out = out, .job = job };
  gboolean done;

  if (!check_input (input, error))
    return NULL;
  out->n_rounds = input->n_rounds;
  out->n_groups = input->group != NULL ? input->n_groups : 1;
  out->round = g_new0 (AyLedgerRound, MAX (input->n_rounds, 1));
  out->lambda = input->like->lambda;
  out->method = g_strdup_printf (
      "weighting path between optima, nested quadrature to %g of |gain|, at most %u heads a round, "
      "heads to a gradient of %g", options->path.tolerance, options->path.max_nodes,
      options->path.head_tolerance);
  self.known = g_new0 (guint8, MAX (input->like->n_classes, 1));
  self.taken = g_new0 (guint8, MAX (input->train->n, 1));
  done = walk (&self, error);
  ay_stage_clear (&self.stage);
  ay_head_unref (self.head);
  g_free (self.known);
  g_free (self.taken);
  return done ? g_steal_pointer (&out) : NULL;
}
