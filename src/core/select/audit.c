/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which strategy explains the picks of a history.
 *
 * Round by round every strategy is asked for as many rows as were taken, of the rows that could be
 * taken then, with what the history's model said of them where that was logged, else with a head
 * fitted again to the labels of the time. What it shares with the rows taken is held against picks
 * at random, of which it would share a hypergeometric number; over rounds the numbers add up, and
 * their chance is the convolution (by a normal above 2000 rows), adjusted for the number of
 * strategies (Holm). A round is explained by the strategies that share most, ties by the mean rank
 * of the rows taken, when picks at random share as many with a chance below 1 % over the number of
 * strategies. A strategy that draws is asked with the seed that was logged: with none, it can only
 * explain its picks as far as they do not depend on it. Random itself is the null and is not asked.
 *
 * Time: rounds x (a warm fit + all strategies). Memory: 4 n d bytes. */
#include "core/select/audit.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/select/compare.h"
#include "core/select/loop_state.h"
#include "core/select/teaching.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#define CHANCE 0.01
#define MOST_EXACT 2000

typedef struct
{
  const AyDataset *data;
  const AyHistory *history;
  AyAudit *out;
  guint32 *row;         /* n points */
  guint32 *point_of;    /* by row; AY_ROW_NONE */
  gint32 *label;        /* n: of points, or AY_LABEL_MISSING */
  guint8 *taken;        /* n: before the round */
  AyLoopState state;
  gboolean has_labels;  /* of everything taken so far and the start */
  gboolean has_head;    /* of the moment: one class alone, or no row yet, make none */
  AyMatrix *judged;     /* (nullable) */
  AyOwnedProblem *judged_of;
  AyProblem judged_problem;
  guint32 *judged_rows;
  guint repeat;
  guint32 **picks;      /* n_strategies: of the round */
  gboolean *same;       /* n_strategies^2: the same order so far */
  GArray **shares;      /* n_strategies: of Share */
  double *rank_sum;
  gsize *rank_n;
} Audit;

/* A round's part of the null: of n rows, `taken` were taken, and as many picked. */
typedef struct
{
  gsize n, taken;
} Share;

static void
audit_clear (Audit *self)
{
  guint n = self->out != NULL ? self->out->n_strategies : 0;

  for (guint s = 0; s < n; s++)
    {
      g_free (self->picks[s]);
      g_array_unref (self->shares[s]);
    }
  g_free (self->picks);
  g_free (self->shares);
  g_free (self->same);
  g_free (self->rank_sum);
  g_free (self->rank_n);
  g_free (self->row);
  g_free (self->point_of);
  g_free (self->label);
  g_free (self->taken);
  g_free (self->judged_rows);
  g_clear_pointer (&self->judged, ay_matrix_unref);
  g_clear_pointer (&self->judged_of, ay_owned_problem_free);
  ay_loop_state_clear (&self->state);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Audit, audit_clear)

/* --- the points --- */

/* Rows that a loop of this kind could take: those that its model looked at where that was logged,
 * else those without a label (a live loop), of train and valid (a simulation), or of train and the
 * pool. */
static void
mark_candidates (const Audit *self, guint8 *in)
{
  const AyDataset *data = self->data;
  gboolean scored = FALSE, simulated = strcmp (self->history->source, "simulate") == 0;

  for (guint r = 0; r < ay_history_n_rounds (self->history); r++)
    {
      const AyScored *one = ay_history_round (self->history, r)->scored;

      for (gsize i = 0; one != NULL && i < one->n; i++)
        if (one->row[i] < data->n)
          scored = in[one->row[i]] = TRUE;
    }
  for (gsize i = 0; i < data->n && !scored; i++)
    in[i] = simulated ? (data->split[i] == AY_SPLIT_TRAIN || data->split[i] == AY_SPLIT_VALID)
                            && data->label[i] != AY_LABEL_MISSING
                      : data->split[i] == AY_SPLIT_POOL
                            || (data->split[i] == AY_SPLIT_TRAIN
                                && strcmp (self->history->source, "loop") != 0);
}

static gint32
class_of (const AyDataset *data, const char *label)
{
  for (guint c = 0; label != NULL && c < data->n_classes; c++)
    if (strcmp (data->class_names[c], label) == 0)
      return (gint32) c;
  return AY_LABEL_MISSING;
}

/* Labels that were given in the history come before those of the data. */
static void
take_points (Audit *self)
{
  const AyDataset *data = self->data;
  g_autofree guint8 *in = g_new0 (guint8, data->n + 1);
  gsize n_judged = 0;
  g_autofree guint32 *judged = ay_history_judged (self->history, &n_judged);

  mark_candidates (self, in);
  for (gsize i = 0; i < n_judged; i++)
    in[judged[i]] = 0;
  for (gsize i = 0; i < self->history->n_start; i++)
    if (self->history->start[i] < data->n)
      in[self->history->start[i]] = 1;
  for (guint r = 0; r < ay_history_n_rounds (self->history); r++)
    for (gsize i = 0; i < ay_history_round (self->history, r)->n; i++)
      if (ay_history_round (self->history, r)->row[i] < data->n)
        in[ay_history_round (self->history, r)->row[i]] = 1;
  self->row = g_new (guint32, data->n + 1);
  self->point_of = g_new (guint32, data->n + 1);
  self->label = g_new (gint32, data->n + 1);
  for (gsize i = 0; i < data->n; i++)
    {
      self->point_of[i] = in[i] ? (guint32) self->state.n : AY_ROW_NONE;
      if (!in[i])
        continue;
      self->row[self->state.n] = (guint32) i;
      self->label[self->state.n++] = data->label[i];
    }
  for (guint r = 0; r < ay_history_n_rounds (self->history); r++)
    {
      const AyRound *round = ay_history_round (self->history, r);

      for (guint32 i = 0; i < round->n && round->answers->len > 0; i++)
        {
          gint32 label = class_of (data, ay_round_label (round, i, NULL, NULL));

          if (round->row[i] < data->n && label != AY_LABEL_MISSING)
            self->label[self->point_of[round->row[i]]] = label;
        }
    }
  self->taken = g_new0 (guint8, self->state.n + 1);
}

/* What the history says of the head, over what is given. */
static AyHeadOptions
head_of (Audit *self, const AyHeadOptions *head)
{
  AyHeadOptions options = *head;
  g_autoptr (JsonNode) node = self->history->options != NULL
                                  ? ay_json_read (self->history->options, -1, NULL) : NULL;
  JsonObject *said = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node)
                                                                   : NULL;

  if (said == NULL)
    return options;
  options.lambda = json_object_get_double_member_with_default (said, "lambda", options.lambda);
  options.scale = json_object_get_double_member_with_default (said, "scale", options.scale);
  options.standardise = json_object_get_boolean_member_with_default (said, "standardise",
                                                                     options.standardise);
  self->state.distil = json_object_get_boolean_member_with_default (said, "distilled", FALSE);
  self->repeat = (guint) json_object_get_int_member_with_default (said, "repeat", 0);
  return options;
}

/* The rows that metrics are found again on: those the history names, else valid. */
static gboolean
take_judged (Audit *self, GError **error)
{
  gsize n = 0;
  g_autofree guint32 *judged = ay_history_judged (self->history, &n);
  AyProblem *problem = &self->judged_problem;

  self->out->on_judged = judged != NULL;
  self->judged_of = ay_problem_of_split (self->data, AY_SPLIT_VALID);
  *problem = self->judged_of->problem;
  if (judged != NULL)
    {
      g_free (self->judged_of->label);
      self->judged_of->label = g_new (gint32, n + 1);
      for (gsize i = 0; i < n; i++)
        self->judged_of->label[i] = self->data->label[judged[i]];
      *problem = (AyProblem) { .label = self->judged_of->label, .n = n,
                               .n_classes = self->data->n_classes };
    }
  if (problem->n == 0)
    return TRUE;
  self->judged = ay_loop_state_scale (&self->state, self->data->features,
                                      judged != NULL ? judged : self->judged_of->rows, problem->n,
                                      error);
  self->judged_rows = g_new (guint32, problem->n);
  for (gsize i = 0; i < problem->n; i++)
    self->judged_rows[i] = (guint32) i;
  problem->features = self->judged;
  problem->rows = self->judged_rows;
  return self->judged != NULL;
}

/* --- a round --- */

static void
know (Audit *self, guint32 row)
{
  guint32 at = row < self->data->n ? self->point_of[row] : AY_ROW_NONE;

  if (at == AY_ROW_NONE)
    return;
  self->taken[at] = 1;
  self->state.known[at] = self->label[at] != AY_LABEL_MISSING;
  self->state.label[at] = self->label[at];
  self->has_labels = self->has_labels && self->label[at] != AY_LABEL_MISSING;
}

static void
log_or_as_is (const AyScored *scored, gsize i, double *p)
{
  const float *v = scored->values + i * scored->n_classes;
  double sum = 0.0, most = v[0];

  for (guint c = 1; c < scored->n_classes; c++)
    most = MAX (most, v[c]);
  for (guint c = 0; c < scored->n_classes; c++)
    sum += p[c] = scored->kind == AY_SCORED_LOGITS ? exp (v[c] - most) : v[c];
  for (guint c = 0; c < scored->n_classes && sum > 0.0; c++)
    p[c] /= sum;
}

/* Puts the logged model's word in the place of the head's. The pool is what it looked at. */
static gsize
take_scored (Audit *self, const AyScored *scored)
{
  AyPool *pool = &self->state.pool;
  gsize n = 0;
  g_autofree guint8 *looked = g_new0 (guint8, self->state.n + 1);

  if (scored == NULL || scored->n_classes != self->data->n_classes)
    return 0;
  for (gsize i = 0; i < scored->n; i++)
    {
      guint32 at = scored->row[i] < self->data->n ? self->point_of[scored->row[i]] : AY_ROW_NONE;

      if (at == AY_ROW_NONE || self->taken[at] || looked[at])
        continue;
      looked[at] = 1;
      log_or_as_is (scored, i, self->state.p + (gsize) at * pool->n_classes);
      n++;
    }
  if (n == 0)
    return 0;
  pool->n_pool = 0;
  for (gsize k = 0; k < self->state.n; k++)
    if (looked[k])
      self->state.rest[pool->n_pool++] = (guint32) k;
  self->out->from_logits = TRUE;
  return n;
}

/* The head of the moment, where there are labels for it; what it makes of the judged rows. */
static gboolean
refit (Audit *self, guint r, AyJob *job, GError **error)
{
  AyAuditRound *out = r > 0 ? &self->out->rounds[r - 1] : NULL;
  AyPool *pool = &self->state.pool;
  AyFit fit;

  self->has_head = self->has_labels && ay_loop_state_refit (&self->state, r, job, NULL);
  if (self->has_head)
    {
      if (out == NULL || self->judged == NULL)
        return TRUE;
      if (!ay_head_evaluate (self->state.head, &self->judged_problem, &fit, job, error))
        return FALSE;
      out->accuracy_again = fit.accuracy;
      out->loss_again = fit.loss;
      return TRUE;
    }
  pool->head = NULL;
  pool->n_pool = pool->n_labelled = 0;
  pool->round = r;
  for (gsize k = 0; k < self->state.n; k++)
    if (self->taken[k])
      self->state.labelled[pool->n_labelled++] = (guint32) k;
    else
      self->state.rest[pool->n_pool++] = (guint32) k;
  return ay_job_check (job, error);
}

/* Strategies that fit or differentiate heads need labels; the others get by with probabilities. */
static gboolean
can_ask (const Audit *self, const AyStrategy *strategy, gboolean has_p)
{
  static const char *const by_head[] = { "qbc", "bald", "bait", "expected_influence", "badge",
                                         "two_phase", NULL };

  /* nor a mixture: a share of its picks is random's, or another's whole */
  if (strcmp (strategy->id, "random") == 0 || strcmp (strategy->id, "mixture") == 0
      || ay_strategy_is_teacher (strategy))
    return FALSE; /* a teacher's picks are those of its arms */
  if (self->has_head)
    return TRUE;
  return strategy->needs_head ? has_p && !g_strv_contains (by_head, strategy->id) : TRUE;
}

/* Share of the pool that a strategy ranks below the rows taken, summed over these. */
static gboolean
add_ranks (Audit *self, guint s, const guint8 *chosen, gsize n, AyJob *job, GError **error)
{
  const AyPool *pool = &self->state.pool;
  g_autofree AyPick *order = g_new (AyPick, pool->n_pool);

  if (!self->out->strategies[s].strategy->takes_balance || pool->n_pool <= n)
    return TRUE;
  if (!ay_strategy_pick (self->out->strategies[s].strategy, pool, pool->n_pool, order, job, error))
    return FALSE;
  for (gsize k = 0; k < pool->n_pool; k++)
    if (chosen[order[k].position])
      {
        self->rank_sum[s] += 1.0 - (double) k / (double) (pool->n_pool - 1);
        self->rank_n[s]++;
      }
  return TRUE;
}

/* P(at least k shared) when n rows are picked at random of a pool of which n were taken. */
static double *
law_of (gsize pool, gsize n)
{
  double *p = g_new0 (double, n + 1);
  double all = lgamma (pool + 1.0) - lgamma (n + 1.0) - lgamma (pool - n + 1.0);

  for (gsize k = 0; k <= n; k++)
    if (n - k <= pool - n)
      p[k] = exp (lgamma (n + 1.0) - lgamma (k + 1.0) - lgamma (n - k + 1.0)
                  + lgamma (pool - n + 1.0) - lgamma (n - k + 1.0)
                  - lgamma (pool - 2.0 * n + k + 1.0) - all);
  return p;
}

static double
chance_of (gsize pool, gsize n, gsize shared)
{
  g_autofree double *p = law_of (pool, n);
  double sum = 0.0;

  for (gsize k = shared; k <= n; k++)
    sum += p[k];
  return MIN (sum, 1.0);
}

/* Chance that random picks share at least so many over all rounds. */
static double
chance_over (const GArray *shares, gsize shared)
{
  g_autofree double *sum = NULL;
  gsize total = 0;
  double mean = 0.0, variance = 0.0, tail = 0.0;

  for (guint i = 0; i < shares->len; i++)
    {
      Share one = g_array_index (shares, Share, i);
      double share = (double) one.taken / one.n;

      total += one.taken;
      mean += one.taken * share;
      variance += one.n > 1 ? one.taken * share * (1.0 - share) * (one.n - one.taken)
                                  / (one.n - 1.0)
                            : 0.0;
    }
  if (total > MOST_EXACT)
    return variance > 0.0 ? 0.5 * erfc ((shared - 0.5 - mean) / sqrt (2.0 * variance)) : 1.0;
  sum = g_new0 (double, total + 1);
  sum[0] = 1.0;
  total = 0;
  for (guint i = 0; i < shares->len; i++)
    {
      Share one = g_array_index (shares, Share, i);
      g_autofree double *p = law_of (one.n, one.taken);

      for (gsize t = total + one.taken + 1; t-- > 0;)
        {
          double x = 0.0;

          for (gsize k = t > total ? t - total : 0; k <= MIN (one.taken, t); k++)
            x += p[k] * sum[t - k];
          sum[t] = x;
        }
      total += one.taken;
    }
  for (gsize t = shared; t <= total; t++)
    tail += sum[t];
  return MIN (tail, 1.0);
}

/* Asks all strategies for as many rows as were taken. */
static gboolean
ask (Audit *self, AyAuditRound *out, const guint8 *chosen, gboolean has_p, gsize *shared,
     AyJob *job, GError **error)
{
  const AyPool *pool = &self->state.pool;
  gsize n = out->n_taken;
  g_autofree AyPick *picks = g_new (AyPick, n + 1);

  for (guint s = 0; s < self->out->n_strategies; s++)
    {
      AyAuditStrategy *one = &self->out->strategies[s];
      Share share = { pool->n_pool, n };

      g_clear_pointer (&self->picks[s], g_free);
      if (!can_ask (self, one->strategy, has_p))
        continue;
      if (!ay_strategy_pick (one->strategy, pool, n, picks, job, error)
          || !add_ranks (self, s, chosen, n, job, error))
        return FALSE;
      self->picks[s] = g_new (guint32, n);
      for (gsize k = 0; k < n; k++)
        {
          self->picks[s][k] = picks[k].position;
          shared[s] += chosen[picks[k].position];
        }
      one->n_rounds++;
      one->n_taken += n;
      one->n_shared += shared[s];
      one->expected += (double) n * n / pool->n_pool;
      g_array_append_val (self->shares[s], share);
    }
  return TRUE;
}

/* The strategies that share most with what was taken, if that is more than chance. */
static void
name_first (Audit *self, AyAuditRound *out, const gsize *shared)
{
  guint n = self->out->n_strategies, asked = 0;
  gsize most = 0;

  for (guint s = 0; s < n; s++)
    {
      asked += self->picks[s] != NULL;
      if (self->picks[s] != NULL)
        most = MAX (most, shared[s]);
    }
  out->n_shared = (guint) most;
  for (guint s = 0; s < n; s++)
    for (guint t = 0; t < s; t++)
      if (self->picks[s] != NULL || self->picks[t] != NULL) /* else neither could be asked yet */
        self->same[s * n + t] = self->same[s * n + t] && self->picks[s] != NULL
                                && self->picks[t] != NULL
                                && memcmp (self->picks[s], self->picks[t],
                                           out->n_taken * sizeof (guint32)) == 0;
  if (most == 0
      || chance_of (self->state.pool.n_pool, out->n_taken, most) > CHANCE / MAX (asked, 1))
    return;
  for (guint s = 0; s < n; s++)
    if (self->picks[s] != NULL && shared[s] == most)
      {
        out->first[s] = 1;
        self->out->strategies[s].n_first++;
      }
}

static gboolean
look_at_round (Audit *self, guint r, AyJob *job, GError **error)
{
  const AyRound *round = ay_history_round (self->history, r);
  AyAuditRound *out = &self->out->rounds[r];
  g_autofree guint8 *chosen = g_new0 (guint8, self->state.n + 1);
  g_autofree guint8 *may = g_new0 (guint8, self->state.n + 1);
  g_autofree gsize *shared = g_new0 (gsize, self->out->n_strategies);
  AyPool *pool = &self->state.pool;
  gboolean ok = TRUE;

  out->number = round->number;
  out->accuracy = ay_metrics_get (round->metrics, "accuracy");
  out->loss = ay_metrics_get (round->metrics, "loss");
  out->accuracy_again = out->loss_again = NAN;
  out->first = g_new0 (guint8, self->out->n_strategies);
  out->n_pool = pool->n_pool;
  out->n_scored = take_scored (self, round->scored);
  pool->seed = ay_loop_seed (round->has_seed ? round->seed : self->history->seed, self->repeat);
  for (gsize k = 0; k < pool->n_pool; k++)
    may[pool->pool[k]] = 1;
  for (gsize i = 0; i < round->n; i++)
    {
      guint32 at = round->row[i] < self->data->n ? self->point_of[round->row[i]] : AY_ROW_NONE;

      if (at == AY_ROW_NONE || !may[at] || chosen[at])
        continue;
      chosen[at] = 1;
      out->n_taken++;
    }
  if (out->n_taken > 0 && out->n_taken < pool->n_pool && pool->n_labelled > 0)
    {
      ok = ask (self, out, chosen, out->n_scored > 0 || self->has_head, shared, job, error);
      if (ok)
        name_first (self, out, shared);
    }
  for (gsize i = 0; i < round->n; i++)
    know (self, round->row[i]);
  return ok;
}

/* --- what it comes to --- */

static void
find_best (Audit *self)
{
  AyAudit *out = self->out;
  guint n = out->n_strategies;
  g_autofree double *p = g_new (double, n + 1);
  double most = 0.0;

  for (guint s = 0; s < n; s++)
    {
      AyAuditStrategy *one = &out->strategies[s];

      one->same_as = G_MAXUINT;
      one->rank = self->rank_n[s] > 0 ? self->rank_sum[s] / self->rank_n[s] : NAN;
      p[s] = one->n_rounds > 0 ? chance_over (self->shares[s], one->n_shared) : NAN;
      for (guint t = 0; t < s && one->same_as == G_MAXUINT; t++)
        if (one->n_rounds > 0 && out->strategies[t].n_rounds == one->n_rounds
            && self->same[s * n + t])
          one->same_as = t;
    }
  ay_holm (p, n);
  out->best = G_MAXUINT;
  for (guint s = 0; s < n; s++)
    {
      AyAuditStrategy *one = &out->strategies[s];
      double share = one->n_taken > 0 ? (double) one->n_shared / one->n_taken : 0.0;

      one->p = p[s];
      if (one->p < CHANCE && share > most)
        {
          most = share;
          out->best = s;
        }
    }
}

static void
compare_metrics (AyAudit *out)
{
  out->worst_accuracy = out->worst_loss = NAN;
  for (guint r = 0; r < out->n_rounds; r++)
    {
      const AyAuditRound *one = &out->rounds[r];

      out->worst_accuracy = fmax (out->worst_accuracy, fabs (one->accuracy - one->accuracy_again));
      out->worst_loss = fmax (out->worst_loss, fabs (one->loss - one->loss_again));
    }
}

/* "margin and least_confidence explain ..." */
static char *
sentence_of (const AyAudit *out)
{
  const AyAuditStrategy *best = out->best != G_MAXUINT ? &out->strategies[out->best] : NULL;
  g_autoptr (GString) names = NULL;
  gboolean any = FALSE;

  for (guint s = 0; s < out->n_strategies; s++)
    any = any || out->strategies[s].n_rounds > 0;
  if (!any)
    return g_strdup (N_ ("No round could be looked at: no rows are known that were not taken."));
  if (best == NULL)
    return g_strdup (N_ ("No strategy explains the picks better than picks at random do."));
  names = g_string_new (best->strategy->id);
  for (guint s = 0; s < out->n_strategies; s++)
    if (out->strategies[s].same_as == out->best)
      g_string_append_printf (names, " = %s", out->strategies[s].strategy->id);
  return g_strdup_printf (N_ ("%s explains the picks best: it would have taken %.1f %% of them, "
                              "picks at random %.1f %%."),
                          names->str,
                          100.0 * best->n_shared / best->n_taken,
                          100.0 * best->expected / best->n_taken);
}

static void
begin (Audit *self)
{
  AyAudit *out = self->out;
  guint n;
  const AyStrategy *table = ay_strategies (&n);

  out->n_strategies = n;
  out->n_rounds = ay_history_n_rounds (self->history);
  out->strategies = g_new0 (AyAuditStrategy, n);
  out->rounds = g_new0 (AyAuditRound, out->n_rounds + 1);
  self->picks = g_new0 (guint32 *, n);
  self->shares = g_new0 (GArray *, n);
  self->same = g_new (gboolean, n * n);
  self->rank_sum = g_new0 (double, n);
  self->rank_n = g_new0 (gsize, n);
  for (guint s = 0; s < n; s++)
    {
      out->strategies[s].strategy = &table[s];
      self->shares[s] = g_array_new (FALSE, FALSE, sizeof (Share));
    }
  for (guint k = 0; k < n * n; k++)
    self->same[k] = TRUE;
}

static gboolean
run (Audit *self, const AyHeadOptions *head, AyJob *job, GError **error)
{
  AyHeadOptions options = head_of (self, head);
  AyProblem points;

  take_points (self);
  points = (AyProblem) { .features = self->data->features, .rows = self->row, .n = self->state.n,
                         .label = self->label, .n_classes = self->data->n_classes };
  if (!ay_loop_state_init (&self->state, &points, &options, job, error)
      || !take_judged (self, error))
    return FALSE;
  self->has_labels = TRUE;
  for (gsize i = 0; i < self->history->n_start; i++)
    know (self, self->history->start[i]);
  for (guint r = 0; r <= self->out->n_rounds; r++)
    {
      if (!refit (self, r, job, error))
        return FALSE;
      if (r < self->out->n_rounds && !look_at_round (self, r, job, error))
        return FALSE;
      ay_job_set_fraction (job, (r + 1.0) / (self->out->n_rounds + 1.0));
    }
  return TRUE;
}

AyAudit *
ay_audit_new (const AyDataset *data, const AyHistory *history, const AyHeadOptions *head,
              AyJob *job, GError **error)
{
  g_autoptr (AyAudit) out = g_new0 (AyAudit, 1);
  gboolean ok;

  if (data->n_classes == 0 || ay_history_n_rounds (history) == 0 || history->n_rows != data->n)
    {
      g_set_error (error, AY_ERROR, data->n_classes == 0 ? AY_ERROR_UNSUPPORTED : AY_ERROR_RANGE,
                   "\"%s\": %s", history->name,
                   data->n_classes == 0 ? N_ ("an audit needs classes; the target is a number")
                                        : N_ ("has no round of these rows"));
      return NULL;
    }
  ay_job_set_phase (job, "asking the strategies");
  {
    g_auto (Audit) self = { .data = data, .history = history, .out = out };

    begin (&self);
    ok = run (&self, head, job, error);
    if (ok)
      find_best (&self);
  }
  if (!ok)
    return NULL;
  compare_metrics (out);
  out->sentence = sentence_of (out);
  return g_steal_pointer (&out);
}

void
ay_audit_free (AyAudit *self)
{
  if (self == NULL)
    return;
  for (guint r = 0; r < self->n_rounds && self->rounds != NULL; r++)
    g_free (self->rounds[r].first);
  g_free (self->rounds);
  g_free (self->strategies);
  g_free (self->sentence);
  g_free (self);
}
