/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/select/teaching_curves.h"

#include "core/select/strategy.h"

#include <math.h>
#include <string.h>

void
ay_teaching_curves_free (AyTeachingCurves *self)
{
  if (self == NULL)
    return;
  for (guint p = 0; p < self->n; p++)
    {
      for (guint k = 0; k < self->panel[p].n; k++)
        ay_strategy_curve_clear (&self->panel[p].each[k]);
      g_free (self->panel[p].each);
    }
  g_free (self->strategy);
  g_free (self->title);
  g_free (self->sentence);
  g_free (self);
}

/* The teaching of a strategy; NULL: it is no teacher. (transfer none) */
static JsonObject *
find_teaching (JsonObject *comparison, guint at, const char **id)
{
  JsonArray *strategies = json_object_get_array_member (comparison, "strategies");
  JsonObject *one = json_array_get_object_element (strategies, at);

  *id = json_object_get_string_member (one, "strategy");
  return json_object_has_member (one, "teaching")
             ? json_object_get_object_member (one, "teaching") : NULL;
}

GPtrArray *
ay_teaching_names (JsonObject *comparison)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  guint n = json_array_get_length (json_object_get_array_member (comparison, "strategies"));

  for (guint k = 0; k < n; k++)
    {
      const char *id;

      if (find_teaching (comparison, k, &id) != NULL)
        g_ptr_array_add (names, g_strdup (id));
    }
  return names;
}

static double
number_at (JsonArray *array, guint i)
{
  return i < json_array_get_length (array) && !json_array_get_null_element (array, i)
             ? json_array_get_double_element (array, i) : NAN;
}

/* Values of rounds from `first` on; half (nullable): of their band. */
static void
add_curve (AyTeachingPanel *panel, const char *id, const char *name, JsonArray *value,
           JsonArray *half)
{
  guint n = json_array_get_length (value);
  AyStrategyCurve *one;

  panel->each = g_renew (AyStrategyCurve, panel->each, panel->n + 1);
  one = &panel->each[panel->n++];
  *one = (AyStrategyCurve) { .id = g_strdup (id), .name = g_strdup (name), .n = n,
                             .labels = g_new (double, n), .value = g_new (double, n) };
  if (half != NULL)
    {
      one->low = g_new (double, n);
      one->high = g_new (double, n);
    }
  for (guint r = 0; r < n; r++)
    {
      one->labels[r] = half != NULL ? r : r + 1.0; /* a regret starts before the first round */
      one->value[r] = number_at (value, r);
      if (half == NULL)
        continue;
      one->low[r] = one->value[r] - number_at (half, r);
      one->high[r] = one->value[r] + number_at (half, r);
    }
}

static const char *
title_of (const char *id)
{
  const AyStrategy *strategy = ay_strategy_find (id);

  return strategy != NULL ? strategy->title : id;
}

static gboolean
any_number (JsonArray *array)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!isnan (number_at (array, i)))
      return TRUE;
  return FALSE;
}

static void
add_weights (AyTeachingCurves *self, JsonArray *arms)
{
  AyTeachingPanel *panel = &self->panel[self->n++];

  panel->title = "Probability of each arm as the round began";
  panel->unit = "probability";
  for (guint k = 0; k < json_array_get_length (arms); k++)
    {
      JsonObject *arm = json_array_get_object_element (arms, k);
      const char *id = json_object_get_string_member (arm, "strategy");

      add_curve (panel, id, title_of (id), json_object_get_array_member (arm, "weight"), NULL);
    }
}

/* How the teacher stands to a yardstick, whatever it is. */
static AyTeachingVerdict
find_verdict (JsonObject *beside, const char *arm)
{
  JsonArray *regret = json_object_get_array_member (beside, "regret");
  guint last = MAX (json_array_get_length (regret), 1) - 1;
  double at = number_at (regret, last);
  double half = number_at (json_object_get_array_member (beside, "half"), last);
  AyTeachingVerdict out = { arm, AY_TEACHING_NOT_TOLD, 0.0 - at, half };

  if (!isnan (half) && fabs (at) > half)
    {
      out.stand = at < 0.0 ? AY_TEACHING_AHEAD : AY_TEACHING_BEHIND;
      out.apart = fabs (at);
    }
  return out;
}

/* "Ahead of the even mixture by 0.0146 +- 0.0035." */
static void
say_verdict (GString *text, const AyTeachingVerdict *of)
{
  static const char *const words[] = { "Not told from", "Ahead of", "Behind" };

  g_string_append_printf (text, "%s%s ", text->len > 0 ? " " : "", words[of->stand]);
  if (of->arm != NULL)
    g_string_append_printf (text, "the best arm (%s)", of->arm);
  else
    g_string_append (text, "the even mixture");
  g_string_append_printf (text, "%s %.4f", of->stand == AY_TEACHING_NOT_TOLD ? ":" : " by",
                          of->apart);
  if (!isnan (of->half))
    g_string_append_printf (text, " +- %.4f", of->half);
  g_string_append_c (text, '.');
}

static void
add_regret (AyTeachingCurves *self, JsonObject *teaching)
{
  static const struct { const char *member, *name; } yardsticks[AY_TEACHING_YARDSTICKS] = {
    { "beside_mixture", "even mixture" },
    { "beside_best_arm", "best arm" },
  };
  AyTeachingPanel *panel = &self->panel[self->n];
  GString *text = g_string_new (NULL);

  panel->title = "Regret: mean accuracy so far that these are ahead by";
  panel->unit = "accuracy";
  panel->band = "band: 95 % interval of the paired difference";
  for (guint k = 0; k < G_N_ELEMENTS (yardsticks); k++)
    if (json_object_has_member (teaching, yardsticks[k].member))
      {
        JsonObject *one = json_object_get_object_member (teaching, yardsticks[k].member);
        const char *id = json_object_get_string_member (one, "strategy");
        g_autofree char *name
            = k == 0 ? g_strdup (yardsticks[k].name)
                     : g_strdup_printf ("%s, %s", yardsticks[k].name, title_of (id));

        add_curve (panel, id, name, json_object_get_array_member (one, "regret"),
                   json_object_get_array_member (one, "half"));
        id = panel->each[panel->n - 1].id; /* which lives as long */
        self->verdict[self->n_verdicts] = find_verdict (one, k == 0 ? NULL : title_of (id));
        say_verdict (text, &self->verdict[self->n_verdicts++]);
      }
  self->n += panel->n > 0;
  self->sentence = g_string_free (text, FALSE);
}

AyTeachingCurves *
ay_teaching_curves_new (JsonObject *comparison, const char *strategy)
{
  guint n = json_array_get_length (json_object_get_array_member (comparison, "strategies"));

  for (guint k = 0; k < n; k++)
    {
      const char *id;
      JsonObject *teaching = find_teaching (comparison, k, &id);
      AyTeachingCurves *self;
      JsonArray *reward;

      if (teaching == NULL || strcmp (id, strategy) != 0)
        continue;
      self = g_new0 (AyTeachingCurves, 1);
      self->strategy = g_strdup (id);
      self->repeats = (guint) json_object_get_int_member (comparison, "repeats");
      self->title = g_strdup_printf ("How %s taught, mean of %u loops", title_of (id),
                                     self->repeats);
      add_weights (self, json_object_get_array_member (teaching, "arms"));
      reward = json_object_get_array_member (teaching, "reward");
      if (any_number (reward))
        {
          AyTeachingPanel *panel = &self->panel[self->n++];

          panel->title = strcmp (id, "policy") == 0
                             ? "Reward of the round: what a row took off the loss held back"
                             : "Reward of the round: what it learnt from";
          panel->unit = "reward";
          add_curve (panel, "reward", "reward", reward, NULL);
        }
      add_regret (self, teaching);
      return self;
    }
  return NULL;
}
