/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_private.h"

#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/select/teaching.h"
#include "core/work/job_memory.h"
#include "core/work/work_history.h"
#include "core/work/work_select.h"

#include <math.h>

#define KIND "simulation" /* one item of that name: what ay_work_comparison() says */

/* Labelled rows of train and valid, ascending, with their classes. */
typedef struct
{
  guint32 *rows;
  gint32 *label;
  AyProblem problem;
} Known;

static void
known_clear (Known *self)
{
  g_free (self->rows);
  g_free (self->label);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Known, known_clear)

static void
known_init (Known *self, const AyDataset *data)
{
  gsize n = 0;

  self->rows = g_new (guint32, MAX (data->n, 1));
  self->label = g_new (gint32, MAX (data->n, 1));
  for (gsize i = 0; i < data->n && data->label != NULL; i++)
    if ((data->split[i] == AY_SPLIT_TRAIN || data->split[i] == AY_SPLIT_VALID)
        && data->label[i] != AY_LABEL_MISSING)
      {
        self->rows[n] = (guint32) i;
        self->label[n++] = data->label[i];
      }
  self->problem = (AyProblem) { .features = data->features, .rows = self->rows, .n = n,
                                .label = data->label != NULL ? self->label : NULL,
                                .n_classes = data->n_classes };
}

static void
put_numbers (JsonObject *object, const char *name, const double *values, guint n)
{
  JsonArray *array = json_array_sized_new (n);

  for (guint k = 0; k < n; k++)
    if (isfinite (values[k]))
      json_array_add_double_element (array, values[k]);
    else
      json_array_add_null_element (array);
  json_object_set_array_member (object, name, array);
}

static JsonArray *
describe_stopping (const AyComparison *one)
{
  JsonArray *array = json_array_new ();

  for (guint k = 0; k < AY_N_STOPPING; k++)
    {
      const AyStopping *rule = &one->stopping[k];
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "rule", rule->id);
      json_object_set_string_member (object, "sentence", rule->sentence);
      json_object_set_int_member (object, "fired", rule->n_fired);
      ay_json_put_number (object, "labels", rule->labels);
      ay_json_put_number (object, "accuracy", rule->accuracy);
      json_array_add_object_element (array, object);
    }
  return array;
}

static JsonObject *
describe_strategy (const AyComparison *one, guint m)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "strategy", one->strategy->id);
  json_object_set_string_member (object, "title", one->strategy->title);
  ay_json_put_number (object, "auc", one->auc);
  ay_json_put_number (object, "auc_sd", one->auc_sd);
  ay_json_put_number (object, "auc_difference", one->auc_difference);
  ay_json_put_number (object, "auc_half", one->auc_half);
  ay_json_put_number (object, "p", one->p);
  ay_json_put_number (object, "p_holm", one->p_holm);
  ay_json_put_number (object, "labels_to_target", one->labels_to_target);
  json_object_set_int_member (object, "reached", one->n_reached);
  ay_json_put_number (object, "labels_of_mean", one->labels_of_mean);
  ay_json_put_number (object, "seconds", one->seconds);
  put_numbers (object, "mean", one->mean, m);
  put_numbers (object, "sd", one->sd, m);
  put_numbers (object, "difference", one->difference, m);
  put_numbers (object, "half", one->half, m);
  json_object_set_array_member (object, "stopping", describe_stopping (one));
  return object;
}

static JsonObject *
describe_yardstick (const AyYardstick *one, guint m)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "strategy", one->strategy->id);
  put_numbers (object, "regret", one->regret, m);
  put_numbers (object, "half", one->half, m);
  return object;
}

/* How a teacher chose and what that cost beside not choosing at all and beside its best arm. */
static void
put_teaching (JsonObject *into, const AySimulation *s, guint strategy)
{
  g_autoptr (AyTeaching) found = ay_teaching_new (s, strategy);
  JsonObject *object;
  JsonArray *arms;

  if (found == NULL)
    return;
  object = json_object_new ();
  arms = json_array_new ();
  for (guint k = 0; k < found->n_arms; k++)
    {
      JsonObject *arm = json_object_new ();
      g_autofree double *weight = g_new (double, found->rounds);

      for (guint r = 0; r < found->rounds; r++)
        weight[r] = found->weight[r * found->n_arms + k];
      json_object_set_string_member (arm, "strategy", found->arms[k]->id);
      put_numbers (arm, "weight", weight, found->rounds);
      json_array_add_object_element (arms, arm);
    }
  json_object_set_array_member (object, "arms", arms);
  put_numbers (object, "reward", found->reward, found->rounds);
  ay_json_put_number (object, "clipped", found->n_clipped);
  ay_json_put_number (object, "asked_again", found->n_again);
  ay_json_put_number (object, "p_mixture", found->p_mixture);
  if (found->mixture.strategy != NULL)
    json_object_set_object_member (object, "beside_mixture",
                                   describe_yardstick (&found->mixture, found->rounds + 1));
  if (found->best.strategy != NULL)
    json_object_set_object_member (object, "beside_best_arm",
                                   describe_yardstick (&found->best, found->rounds + 1));
  json_object_set_object_member (into, "teaching", object);
}

static JsonObject *
describe (const AySimulation *s, double target)
{
  g_autoptr (AyComparisons) found = ay_compare (s, target);
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  json_object_set_int_member (object, "start", s->n_start);
  json_object_set_int_member (object, "batch", s->batch);
  json_object_set_int_member (object, "rounds", s->rounds);
  json_object_set_int_member (object, "repeats", s->repeats);
  json_object_set_int_member (object, "seed", (gint64) s->options.seed);
  json_object_set_int_member (object, "n_pool", (gint64) s->n_pool);
  json_object_set_int_member (object, "n_valid", (gint64) s->n_valid);
  json_object_set_int_member (object, "n_test", (gint64) s->n_test);
  ay_json_put_number (object, "lambda", s->options.head.lambda);
  json_object_set_boolean_member (object, "standardised", s->options.head.standardise);
  ay_json_put_number (object, "scale", s->options.head.scale);
  ay_json_put_number (object, "target", target);
  json_object_set_boolean_member (object, "against_random", found->has_baseline);
  put_numbers (object, "labels", found->labels, s->rounds + 1);
  for (guint k = 0; k < found->n; k++)
    {
      JsonObject *one = describe_strategy (&found->each[k], s->rounds + 1);

      put_teaching (one, s, k);
      json_array_add_object_element (array, one);
    }
  json_object_set_array_member (object, "strategies", array);
  return object;
}

static gboolean
store (AyWork *self, const AySimulation *s, double target, GError **error)
{
  g_autoptr (GPtrArray) histories = g_ptr_array_new_with_free_func ((GDestroyNotify)
                                                                    ay_history_unref);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *json = NULL;

  for (guint k = 0; k < s->n_strategies; k++)
    for (guint r = 0; r < s->repeats; r++)
      g_ptr_array_add (histories, ay_simulation_history (s, k, r, self->data->n));
  json_node_take_object (node, describe (s, target));
  json = ay_json_to_text (node, FALSE);
  if (!ay_workspace_begin (self->store, error))
    return FALSE;
  if (ay_work_put_histories (self, histories, error)
      && ay_workspace_put_json (self->store, KIND, KIND, json, error))
    return ay_workspace_commit (self->store, error);
  ay_workspace_rollback (self->store);
  return FALSE;
}

AySimulation *
ay_work_simulate (AyWork *self, const AyStrategy *const *strategies, guint n_strategies,
                  const AySimulateOptions *options, double target, AyJob *job, GError **error)
{
  static const char *const kinds[] = { "simulate", NULL };
  AyJobShape shape = ay_job_shape (self);
  AySimulateOptions settled = *options;
  g_auto (Known) known = { 0 };
  g_autoptr (AySimulation) out = NULL;

  shape.loops = (gsize) n_strategies * options->repeats;
  if (!ay_work_plan_memory (self, kinds, &shape, job, error))
    return NULL;
  known_init (&known, self->data);
  settled.head = *ay_work_head_options (self);
  out = ay_simulate (&known.problem, strategies, n_strategies, &settled, job, error);
  if (out == NULL || !ay_job_commit (job, error) || !store (self, out, target, error))
    return NULL;
  return g_steal_pointer (&out);
}

gboolean
ay_work_has_comparison (AyWork *self)
{
  return ay_workspace_has (self->store, KIND, KIND);
}

JsonObject *
ay_work_comparison (AyWork *self, GError **error)
{
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (!ay_work_has_comparison (self))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("%s: nothing was simulated yet, do so by assay-cli simulate"),
                   ay_work_path (self));
      return NULL;
    }
  json = ay_workspace_get_json (self->store, KIND, KIND, error);
  node = json != NULL ? ay_json_read (json, -1, NULL) : NULL;
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node)
      && json_object_has_member (json_node_get_object (node), "strategies"))
    return json_object_ref (json_node_get_object (node));
  if (error != NULL && *error == NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: is damaged: the simulation cannot be read"), ay_work_path (self));
  return NULL;
}
