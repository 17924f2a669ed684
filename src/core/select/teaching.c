/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A teacher is held against two yardsticks: the even mixture, which chooses nothing, and the arm
 * that one would have stayed with, had one known. Both are shown whatever they say. */
#include "core/select/teaching.h"

#include "core/base/stats.h"
#include "core/select/compare.h"

#include <math.h>
#include <string.h>

gboolean
ay_strategy_is_teacher (const AyStrategy *strategy)
{
  return strategy->run == NULL || strcmp (strategy->id, "policy") == 0;
}

static void
add_once (GPtrArray *into, const AyStrategy *one)
{
  if (!g_ptr_array_find (into, one, NULL))
    g_ptr_array_add (into, (gpointer) one);
}

void
ay_strategies_add (GPtrArray *into, const AyStrategy *strategy)
{
  add_once (into, strategy);
  if (!ay_strategy_is_teacher (strategy))
    return;
  for (guint arm = 0; arm < AY_TEACHER_ARMS; arm++)
    add_once (into, ay_teacher_arms ()[arm]);
  add_once (into, ay_strategy_find ("mixture"));
}

static double
mean_area (const AySimulation *s, guint strategy)
{
  double sum = 0.0;

  for (guint k = 0; k < s->repeats; k++)
    sum += ay_curve_area (ay_simulation_loop (s, strategy, k)->accuracy, s->rounds) / s->repeats;
  return sum;
}

static gint
place_of (const AySimulation *s, const AyStrategy *strategy)
{
  for (guint k = 0; k < s->n_strategies; k++)
    if (s->strategies[k] == strategy)
      return (gint) k;
  return -1;
}

/* x, repeats: how far the yardstick is above. */
static void
apart (const AySimulation *s, guint teacher, guint yardstick, guint round, double *x)
{
  for (guint k = 0; k < s->repeats; k++)
    x[k] = ay_curve_area (ay_simulation_loop (s, yardstick, k)->accuracy, round)
           - ay_curve_area (ay_simulation_loop (s, teacher, k)->accuracy, round);
}

static void
hold_against (AyYardstick *self, const AySimulation *s, guint teacher, gint yardstick)
{
  g_autofree double *x = g_new (double, s->repeats);

  self->regret = g_new0 (double, s->rounds + 1);
  self->half = g_new0 (double, s->rounds + 1);
  if (yardstick >= 0)
    self->strategy = s->strategies[yardstick];
  for (guint r = 1; r <= s->rounds; r++)
    {
      if (yardstick >= 0)
        apart (s, teacher, (guint) yardstick, r, x);
      self->regret[r] = yardstick >= 0 ? ay_mean (x, s->repeats) : NAN;
      self->half[r] = yardstick >= 0 ? ay_half_width (x, s->repeats) : NAN;
    }
}

static gint
best_arm (const AySimulation *s)
{
  gint best = -1;

  for (guint k = 0; k < AY_TEACHER_ARMS; k++)
    {
      gint place = place_of (s, ay_teacher_arms ()[k]);

      if (place >= 0 && (best < 0 || mean_area (s, (guint) place) > mean_area (s, (guint) best)))
        best = place;
    }
  return best;
}

AyTeaching *
ay_teaching_new (const AySimulation *s, guint strategy)
{
  gint mixture = place_of (s, ay_strategy_find ("mixture"));
  AyTeaching *self;

  if (ay_simulation_loop (s, strategy, 0)->teacher == NULL)
    return NULL;
  self = g_new0 (AyTeaching, 1);
  self->strategy = s->strategies[strategy];
  self->n_arms = AY_TEACHER_ARMS;
  self->arms = ay_teacher_arms ();
  self->rounds = s->rounds;
  self->weight = g_new0 (double, s->rounds * self->n_arms);
  self->reward = g_new0 (double, s->rounds);
  for (guint k = 0; k < s->repeats; k++)
    {
      const AyTeacher *teacher = ay_simulation_loop (s, strategy, k)->teacher;

      for (guint i = 0; i < s->rounds * self->n_arms; i++)
        self->weight[i] += teacher->weight[i] / s->repeats;
      for (guint r = 0; r < s->rounds; r++)
        self->reward[r] += teacher->reward[r] / s->repeats;
      self->n_clipped += (double) teacher->n_clipped / s->repeats;
      self->n_again += (double) teacher->n_again / s->repeats;
    }
  hold_against (&self->mixture, s, strategy, mixture);
  hold_against (&self->best, s, strategy, best_arm (s));
  self->p_mixture = NAN;
  if (mixture >= 0)
    {
      g_autofree double *x = g_new (double, s->repeats);

      apart (s, strategy, (guint) mixture, s->rounds, x);
      self->p_mixture = ay_wilcoxon (x, s->repeats);
    }
  return self;
}

void
ay_teaching_free (AyTeaching *self)
{
  if (self == NULL)
    return;
  g_free (self->weight);
  g_free (self->reward);
  g_free (self->mixture.regret);
  g_free (self->mixture.half);
  g_free (self->best.regret);
  g_free (self->best.half);
  g_free (self);
}
