/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Teachers at work in a loop.
 *
 * Hedge: each slot of a round draws an arm and takes the best row of its batch that is still free.
 * The credits of the new rows are the path credits of the mean validation loss (path_credits.h), so
 * they add up to the round's gain.
 *
 * EXP4.P: a row at a time. Every arm advises the row it would take, random the even distribution
 * over all points, labelled ones too; a labelled row that is drawn spends no label, but is learnt
 * from. The reward is the importance-weighted accuracy of the newest head on all rows asked so far.
 * Weights 1 / chance are bounded by n / (N p_min), which a row that only the even arm advises has
 * at an even mixture; how often that happens is counted.
 *
 * Policy: the likeliest arm takes the round (when it explores, as in training, an arm is drawn). */
#include "core/select/teacher.h"

#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/model/path_credits.h"
#include "core/select/exp4p.h"
#include "core/select/hedge.h"

#include <math.h>
#include <string.h>

#define N_ARMS AY_TEACHER_ARMS
#define RATE 0.1
#define FLOOR 0.1
#define DELTA 0.1
#define TOLERANCE 1e-2  /* of credits: to tell arms apart no more is needed */
#define MAX_AGAIN 1000  /* draws of labelled rows in a row, before an unlabelled one is drawn */
#define STREAM 0x7EAC

struct _AyTeacherState
{
  AyExp4p exp4p;
  AyHedge hedge;
  AyRng rng;
  double p[N_ARMS];       /* hedge: what the round was drawn by */
  guint8 *held;           /* hedge: batch x arms */
  double advice[N_ARMS];  /* exp4p: of the row asked last */
  double *asked_weight;   /* exp4p: of all draws */
  guint32 *asked;
  gsize n_asked, n_room, n_learnt; /* draws before n_learnt are learnt from */
  double *asked_advice;   /* n_asked x arms */
  gsize in_round;         /* rewards of the round so far */
};

AyTeacher *
ay_teacher_new (const AyTeacherOptions *options)
{
  AyTeacher *self = g_new0 (AyTeacher, 1);
  AyTeacherState *state = self->state = g_new0 (AyTeacherState, 1);

  self->options = *options;
  self->n_arms = N_ARMS;
  self->weight = g_new0 (double, options->rounds * N_ARMS);
  self->reward = g_new (double, options->rounds);
  self->arm = g_new0 (guint, options->rounds);
  self->context = g_new0 (double, options->rounds * AY_POLICY_CONTEXT);
  for (guint r = 0; r < options->rounds; r++)
    self->reward[r] = NAN;
  ay_rng_init (&state->rng, options->seed, STREAM);
  ay_exp4p_init (&state->exp4p, N_ARMS, (double) options->rounds * options->batch, DELTA);
  ay_hedge_init (&state->hedge, N_ARMS, RATE, FLOOR);
  state->held = g_new0 (guint8, options->batch * N_ARMS);
  return self;
}

void
ay_teacher_free (AyTeacher *self)
{
  if (self == NULL)
    return;
  ay_exp4p_clear (&self->state->exp4p);
  ay_hedge_clear (&self->state->hedge);
  g_free (self->state->held);
  g_free (self->state->asked_weight);
  g_free (self->state->asked_advice);
  g_free (self->state->asked);
  g_free (self->state);
  g_free (self->weight);
  g_free (self->reward);
  g_free (self->arm);
  g_free (self->context);
  g_free (self);
}

gboolean
ay_teacher_one_by_one (const AyTeacher *self)
{
  return self->options.kind == AY_TEACHER_EXP4P;
}

static guint
draw_arm (AyRng *rng, const double *p)
{
  double u = ay_rng_uniform (rng);
  guint k = 0;

  while (k + 1 < N_ARMS && u >= p[k])
    u -= p[k++];
  return k;
}

static gboolean
pick_policy (AyTeacher *self, const AyPool *pool, guint round, gsize count, AyPick *picks,
             AyJob *job, GError **error)
{
  const AyPolicy *policy = self->options.policy != NULL ? self->options.policy
                                                        : ay_policy_frozen ();
  double *context = self->context + round * AY_POLICY_CONTEXT, *p = self->weight + round * N_ARMS;

  if (!ay_policy_context (pool, context, job, error))
    return FALSE;
  ay_policy_probabilities (policy, context, p);
  self->arm[round] = self->options.explore ? draw_arm (&self->state->rng, p)
                                           : (guint) ay_argmax (p, N_ARMS);
  return ay_strategy_pick (ay_teacher_arms ()[self->arm[round]], pool, count, picks, job, error);
}

static gboolean
pick_hedge (AyTeacher *self, const AyPool *pool, gsize count, AyPick *picks, AyJob *job,
            GError **error)
{
  AyTeacherState *state = self->state;
  g_autofree AyPick *each = g_new (AyPick, N_ARMS * count);
  g_autofree guint8 *taken = g_new0 (guint8, pool->n), *holds = g_new0 (guint8, pool->n);
  gsize at[N_ARMS] = { 0 };

  for (guint k = 0; k < N_ARMS; k++)
    {
      if (!ay_strategy_pick (ay_teacher_arms ()[k], pool, count, each + k * count, job, error))
        return FALSE;
      for (gsize i = 0; i < count; i++)
        holds[each[k * count + i].position] |= (guint8) (1 << k);
    }
  for (gsize i = 0; i < count; i++)
    {
      guint k = draw_arm (&state->rng, state->p);
      const AyPick *batch = each + k * count;

      while (taken[batch[at[k]].position])
        at[k]++;
      picks[i] = batch[at[k]++];
      taken[picks[i].position] = 1;
      for (guint j = 0; j < N_ARMS; j++)
        state->held[i * N_ARMS + j] = holds[picks[i].position] >> j & 1;
    }
  return TRUE;
}

static void
note_asked (AyTeacherState *state, guint32 position, double weight, const double *advice)
{
  if (state->n_asked == state->n_room)
    {
      state->n_room = MAX (64, 2 * state->n_room);
      state->asked = g_renew (guint32, state->asked, state->n_room);
      state->asked_weight = g_renew (double, state->asked_weight, state->n_room);
      state->asked_advice = g_renew (double, state->asked_advice, state->n_room * N_ARMS);
    }
  state->asked[state->n_asked] = position;
  state->asked_weight[state->n_asked] = weight;
  memcpy (state->asked_advice + state->n_asked * N_ARMS, advice, N_ARMS * sizeof *advice);
  state->n_asked++;
}

/* The arms' advice for one point. suggested: what each arm but random would take. */
static double
advise (const AyPool *pool, const guint32 *suggested, const double *p, guint32 position,
        double *advice)
{
  double chance = 0.0;

  for (guint k = 0; k < N_ARMS; k++)
    {
      advice[k] = k == 0 ? 1.0 / (double) pool->n : suggested[k] == position ? 1.0 : 0.0;
      chance += p[k] * advice[k];
    }
  return chance;
}

static gboolean
pick_exp4p (AyTeacher *self, const AyPool *pool, AyPick *pick, AyJob *job, GError **error)
{
  AyTeacherState *state = self->state;
  g_autofree guint8 *labelled = g_new0 (guint8, pool->n);
  double bound = (double) pool->n / (N_ARMS * state->exp4p.floor);
  guint32 suggested[N_ARMS] = { 0 };
  double p[N_ARMS], advice[N_ARMS];

  for (guint k = 1; k < N_ARMS; k++)
    {
      if (!ay_strategy_pick (ay_teacher_arms ()[k], pool, 1, pick, job, error))
        return FALSE;
      suggested[k] = pick->position;
    }
  for (gsize i = 0; i < pool->n_labelled; i++)
    labelled[pool->labelled[i]] = 1;
  ay_exp4p_probabilities (&state->exp4p, p);
  for (guint tries = 0;; tries++)
    {
      guint k = draw_arm (&state->rng, p);
      guint32 position = k == 0 ? (guint32) ay_rng_below (&state->rng, pool->n) : suggested[k];
      double chance;

      if (labelled[position] && tries >= MAX_AGAIN)
        position = pool->pool[ay_rng_below (&state->rng, pool->n_pool)];
      chance = advise (pool, suggested, p, position, advice);
      self->n_clipped += 1.0 / chance > bound;
      note_asked (state, position, fmin (1.0 / chance, bound), advice);
      if (!labelled[position])
        {
          *pick = (AyPick) { position, chance };
          return TRUE;
        }
      self->n_again++;
    }
}

gboolean
ay_teacher_pick (AyTeacher *self, const AyPool *pool, guint round, gsize count, AyPick *picks,
                 AyJob *job, GError **error)
{
  switch (self->options.kind)
    {
    case AY_TEACHER_POLICY:
      return pick_policy (self, pool, round, count, picks, job, error);
    case AY_TEACHER_HEDGE:
      ay_hedge_probabilities (&self->state->hedge, self->state->p);
      memcpy (self->weight + round * N_ARMS, self->state->p, sizeof self->state->p);
      return pick_hedge (self, pool, count, picks, job, error);
    default:
      if (isnan (self->reward[round]))
        {
          ay_exp4p_probabilities (&self->state->exp4p, self->weight + round * N_ARMS);
          self->state->in_round = 0;
        }
      return pick_exp4p (self, pool, picks, job, error);
    }
}

static gboolean
learn_hedge (AyTeacher *self, const AyLesson *lesson, guint round, AyJob *job, GError **error)
{
  const AyProblem *known = lesson->known;
  AyPathOptions options = AY_PATH_OPTIONS_INIT;
  g_autofree guint8 *is_new = g_new0 (guint8, known->n);
  g_autofree double *of = g_new0 (double, lesson->pool->n), *credit = g_new (double, lesson->count);
  g_autoptr (AyPathCredits) found = NULL;

  options.tolerance = TOLERANCE;
  options.head_tolerance = 1e-6;
  options.before = lesson->before;
  for (gsize i = 0; i < lesson->count; i++)
    of[lesson->picks[i].position] = 1.0;
  for (gsize i = 0; i < known->n; i++)
    is_new[i] = of[known->rows[i]] > 0.0;
  found = ay_path_credits_new (known, is_new, lesson->pool->head, lesson->valid, NULL, 0, &options,
                               job, error);
  if (found == NULL)
    return FALSE;
  for (gsize i = 0; i < found->n_new; i++)
    of[known->rows[found->position[i]]] = found->credit[i];
  for (gsize i = 0; i < lesson->count; i++)
    credit[i] = of[lesson->picks[i].position];
  self->reward[round] = ay_mean (credit, lesson->count);
  ay_hedge_update (&self->state->hedge, self->state->p, credit, self->state->held, lesson->count);
  return TRUE;
}

static void
learn_exp4p (AyTeacher *self, const AyLesson *lesson, guint round)
{
  AyTeacherState *state = self->state;
  const AyPool *pool = lesson->pool;
  g_autofree guint8 *right = g_new (guint8, state->n_asked);
  double sum = isnan (self->reward[round]) ? 0.0 : self->reward[round] * state->in_round;

  for (gsize i = 0; i < state->n_asked; i++)
    {
      const double *p = pool->p + (gsize) state->asked[i] * pool->n_classes;

      right[i] = (gint32) ay_argmax (p, pool->n_classes) == pool->label[state->asked[i]];
    }
  for (; state->n_learnt < state->n_asked; state->n_learnt++)
    {
      /* rewards lie in [0, 1]; the estimate may lie above */
      double reward = fmin (ay_iw_accuracy (state->asked_weight, right, state->n_learnt + 1,
                                            state->exp4p.budget, pool->n), 1.0);

      ay_exp4p_update (&state->exp4p, state->asked_advice + state->n_learnt * N_ARMS, reward);
      sum += reward;
      state->in_round++;
    }
  self->reward[round] = sum / state->in_round;
}

/* What the round brought, a row, though the policy learns nothing from it: credits add up to the
 * fall of the loss on the rows held back, so that hedge would be rewarded with as much. */
static gboolean
note_reward (AyTeacher *self, const AyLesson *lesson, guint round, AyJob *job, GError **error)
{
  AyFit before, after;

  if (lesson->valid->n == 0 || lesson->count == 0)
    return TRUE;
  if (!ay_head_evaluate (lesson->before, lesson->valid, &before, job, error)
      || !ay_head_evaluate (lesson->pool->head, lesson->valid, &after, job, error))
    return FALSE;
  self->reward[round] = (before.loss - after.loss) / (double) lesson->count;
  return TRUE;
}

gboolean
ay_teacher_learn (AyTeacher *self, const AyLesson *lesson, guint round, AyJob *job, GError **error)
{
  if (self->options.kind == AY_TEACHER_HEDGE)
    return learn_hedge (self, lesson, round, job, error);
  if (self->options.kind == AY_TEACHER_POLICY)
    return note_reward (self, lesson, round, job, error);
  learn_exp4p (self, lesson, round);
  return TRUE;
}
