/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/select/strategy_curves.h"

#include "core/base/stats.h"
#include "core/select/compare.h"
#include "core/select/strategy.h"

#include <math.h>
#include <string.h>

static const char *const of_difference = "band: 95 % interval of the paired difference to random";
static const char *const of_mean = "band: 95 % interval of the mean over runs";

void
ay_strategy_curve_clear (AyStrategyCurve *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->labels);
  g_free (self->value);
  g_free (self->low);
  g_free (self->high);
  for (guint m = 0; m < self->n_marks; m++)
    g_free (self->marks[m].text);
  g_free (self->marks);
}

void
ay_strategy_curves_free (AyStrategyCurves *self)
{
  if (self == NULL)
    return;
  for (guint k = 0; k < self->n; k++)
    ay_strategy_curve_clear (&self->each[k]);
  g_free (self->each);
  g_free (self->title);
  g_free (self->metric);
  g_free (self);
}

const char *
ay_history_strategy (const AyHistory *history)
{
  const char *found = NULL;

  for (guint r = 0; r < ay_history_n_rounds (history); r++)
    {
      const char *strategy = ay_history_round (history, r)->strategy;

      if (strategy == NULL || strcmp (strategy, "start") == 0)
        continue;
      if (found != NULL && strcmp (found, strategy) != 0)
        return "mixed";
      found = strategy;
    }
  return found;
}

double
ay_history_labels_at (const AyHistory *history, gint i)
{
  const GArray *metrics = i < 0 ? history->start_metrics
                                : ay_history_round (history, (guint) i)->metrics;
  double logged = ay_metrics_get (metrics, "n_labelled");

  return isnan (logged) ? (double) ay_history_n_labelled (history, i) : logged;
}

static void
band_around (AyStrategyCurve *self, const double *half)
{
  self->low = g_new (double, self->n + 1);
  self->high = g_new (double, self->n + 1);
  for (guint i = 0; i < self->n; i++)
    {
      self->low[i] = self->value[i] - half[i];
      self->high[i] = self->value[i] + half[i];
    }
}

/* --- a comparison --- */

/* Null is NaN. (transfer full) */
static double *
numbers_of (JsonObject *from, const char *name, guint n)
{
  JsonArray *array = json_object_get_array_member (from, name);
  double *out = g_new (double, n + 1);

  for (guint k = 0; k < n; k++)
    out[k] = json_array_get_null_element (array, k) ? NAN
                                                    : json_array_get_double_element (array, k);
  return out;
}

static void
take_marks (AyStrategyCurve *self, JsonArray *rules)
{
  self->marks = g_new0 (AyCurveMark, json_array_get_length (rules) + 1);
  for (guint r = 0; r < json_array_get_length (rules); r++)
    {
      JsonObject *rule = json_array_get_object_element (rules, r);

      if (json_object_get_null_member (rule, "labels"))
        continue;
      self->marks[self->n_marks++] = (AyCurveMark) {
        json_object_get_double_member (rule, "labels"),
        json_object_get_double_member (rule, "accuracy"),
        g_strdup (json_object_get_string_member (rule, "rule"))
      };
    }
}

AyStrategyCurves *
ay_strategy_curves_of_comparison (JsonObject *comparison, gboolean marks)
{
  AyStrategyCurves *self = g_new0 (AyStrategyCurves, 1);
  JsonArray *strategies = json_object_get_array_member (comparison, "strategies");
  guint m = json_array_get_length (json_object_get_array_member (comparison, "labels"));

  self->title = g_strdup_printf ("What labels are worth: mean of %" G_GINT64_FORMAT
                                 " simulated loops",
                                 json_object_get_int_member (comparison, "repeats"));
  self->metric = g_strdup ("accuracy");
  self->band = of_difference;
  self->n = json_array_get_length (strategies);
  self->each = g_new0 (AyStrategyCurve, self->n + 1);
  for (guint k = 0; k < self->n; k++)
    {
      AyStrategyCurve *one = &self->each[k];
      JsonObject *from = json_array_get_object_element (strategies, k);
      g_autofree double *half = numbers_of (from, "half", m);

      one->id = g_strdup (json_object_get_string_member (from, "strategy"));
      one->name = g_strdup (json_object_get_string_member (from, "title"));
      one->n = m;
      one->labels = numbers_of (comparison, "labels", m);
      one->value = numbers_of (from, "mean", m);
      one->reference = strcmp (one->id, "random") == 0;
      if (!one->reference && !isnan (half[0]))
        band_around (one, half);
      if (marks && !one->reference)
        take_marks (one, json_object_get_array_member (from, "stopping"));
    }
  return self;
}

/* --- histories --- */

/* Histories of one strategy. */
typedef struct
{
  char *id;
  GPtrArray *runs; /* of AyHistory, borrowed */
} Group;

static void
free_group (gpointer data)
{
  Group *self = data;

  g_free (self->id);
  g_ptr_array_unref (self->runs);
  g_free (self);
}

static GPtrArray *
group_runs (GPtrArray *histories)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func (free_group);

  for (guint i = 0; i < histories->len; i++)
    {
      AyHistory *history = g_ptr_array_index (histories, i);
      const char *id = ay_history_strategy (history);
      Group *found = NULL;

      id = id != NULL ? id : history->name;
      for (guint g = 0; g < groups->len && found == NULL; g++)
        if (strcmp (((Group *) g_ptr_array_index (groups, g))->id, id) == 0)
          found = g_ptr_array_index (groups, g);
      if (found == NULL)
        {
          found = g_new0 (Group, 1);
          found->id = g_strdup (id);
          found->runs = g_ptr_array_new ();
          g_ptr_array_add (groups, found);
        }
      g_ptr_array_add (found->runs, history);
    }
  return groups;
}

static int
by_value (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* All numbers of labels that a run of the group has a value at. */
static GArray *
places_of (const Group *group, const char *metric)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint k = 0; k < group->runs->len; k++)
    {
      const AyHistory *run = g_ptr_array_index (group->runs, k);

      for (gint r = -1; r < (gint) ay_history_n_rounds (run); r++)
        {
          const GArray *metrics = r < 0 ? run->start_metrics
                                        : ay_history_round (run, (guint) r)->metrics;
          double labels = ay_history_labels_at (run, r);

          if (!isnan (ay_metrics_get (metrics, metric)))
            g_array_append_val (places, labels);
        }
    }
  g_array_sort (places, by_value);
  for (guint i = places->len; i-- > 1;)
    if (g_array_index (places, double, i) == g_array_index (places, double, i - 1))
      g_array_remove_index (places, i);
  return places;
}

/* NaN where the run has none at so many labels. */
static double
value_at (const AyHistory *run, const char *metric, double labels)
{
  for (gint r = (gint) ay_history_n_rounds (run) - 1; r >= -1; r--)
    if (ay_history_labels_at (run, r) == labels)
      {
        double value = ay_metrics_get (r < 0 ? run->start_metrics
                                             : ay_history_round (run, (guint) r)->metrics, metric);

        if (!isnan (value))
          return value;
      }
  return NAN;
}

/* The run of random with the same seed; NULL: there is none, or several. */
static const AyHistory *
partner_of (const Group *random, const Group *group, const AyHistory *run)
{
  const AyHistory *found = NULL;
  guint n = 0;

  for (guint k = 0; random != NULL && random != group && k < random->runs->len; k++)
    {
      const AyHistory *one = g_ptr_array_index (random->runs, k);
      const AyRound *a = ay_history_n_rounds (one) > 0 ? ay_history_round (one, 0) : NULL;
      const AyRound *b = ay_history_n_rounds (run) > 0 ? ay_history_round (run, 0) : NULL;
      gboolean same = a != NULL && b != NULL && a->has_seed && b->has_seed && a->seed == b->seed;

      found = same ? one : found;
      n += same;
    }
  return n == 1 ? found : NULL;
}

static void
take_group (AyStrategyCurve *out, const Group *group, const Group *random, const char *metric)
{
  g_autoptr (GArray) places = places_of (group, metric);
  g_autofree double *half = g_new (double, places->len + 1);
  g_autofree double *x = g_new (double, group->runs->len + 1);
  gboolean any = FALSE;

  out->n = places->len;
  out->labels = g_memdup2 (places->data, places->len * sizeof (double));
  out->value = g_new (double, places->len + 1);
  for (guint i = 0; i < out->n; i++)
    {
      guint n = 0, paired = 0;

      for (guint k = 0; k < group->runs->len; k++)
        {
          double value = value_at (g_ptr_array_index (group->runs, k), metric, out->labels[i]);

          if (!isnan (value))
            x[n++] = value;
        }
      out->value[i] = ay_mean (x, n);
      half[i] = ay_half_width (x, n);
      for (guint k = 0; k < group->runs->len; k++)
        {
          const AyHistory *run = g_ptr_array_index (group->runs, k);
          const AyHistory *other = partner_of (random, group, run);
          double gap = other != NULL ? value_at (run, metric, out->labels[i])
                                           - value_at (other, metric, out->labels[i])
                                     : NAN;

          if (!isnan (gap))
            x[paired++] = gap;
        }
      if (paired == n && n > 1)
        half[i] = ay_half_width (x, paired);
      any = any || !isnan (half[i]);
    }
  if (any && !out->reference)
    band_around (out, half);
}

/* Whether every run but random's has a partner. */
static gboolean
all_paired (GPtrArray *groups, const Group *random)
{
  for (guint g = 0; g < groups->len; g++)
    {
      const Group *group = g_ptr_array_index (groups, g);

      for (guint k = 0; group != random && k < group->runs->len; k++)
        if (partner_of (random, group, g_ptr_array_index (group->runs, k)) == NULL)
          return FALSE;
    }
  return random != NULL && groups->len > 1;
}

static char *
metric_of (GPtrArray *histories, const char *metric)
{
  if (metric != NULL)
    return g_strdup (metric);
  for (guint i = 0; i < histories->len; i++)
    if (ay_history_has_metric (g_ptr_array_index (histories, i), "accuracy"))
      return g_strdup ("accuracy");
  for (guint i = 0; i < histories->len; i++)
    {
      g_autoptr (GPtrArray) names = ay_history_metric_names (g_ptr_array_index (histories, i));

      for (guint k = 0; k < names->len; k++)
        if (strcmp (g_ptr_array_index (names, k), "n_labelled") != 0)
          return g_strdup (g_ptr_array_index (names, k));
    }
  return g_strdup ("accuracy");
}

AyStrategyCurves *
ay_strategy_curves_of_histories (GPtrArray *histories, const char *metric)
{
  AyStrategyCurves *self = g_new0 (AyStrategyCurves, 1);
  g_autoptr (GPtrArray) groups = group_runs (histories);
  const Group *random = NULL;

  self->title = histories->len == 1
                    ? g_strdup (((AyHistory *) g_ptr_array_index (histories, 0))->name)
                    : g_strdup_printf ("%u histories by strategy", histories->len);
  self->metric = metric_of (histories, metric);
  self->n = groups->len;
  self->each = g_new0 (AyStrategyCurve, self->n + 1);
  for (guint g = 0; g < groups->len; g++)
    if (strcmp (((Group *) g_ptr_array_index (groups, g))->id, "random") == 0)
      random = g_ptr_array_index (groups, g);
  for (guint g = 0; g < groups->len; g++)
    {
      const Group *group = g_ptr_array_index (groups, g);
      const AyStrategy *strategy = ay_strategy_find (group->id);

      self->each[g].id = g_strdup (group->id);
      self->each[g].name = g_strdup (strategy != NULL ? strategy->title : group->id);
      self->each[g].reference = group == random;
      take_group (&self->each[g], group, random, self->metric);
      if (self->each[g].low != NULL)
        self->band = all_paired (groups, random) ? of_difference : of_mean;
    }
  return self;
}
