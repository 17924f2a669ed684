/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_gains.h"

#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/gain/ledger.h"
#include "core/gain/round_values.h"
#include "core/work/arms.h"
#include "core/work/gains_early.h"
#include "core/work/job_memory.h"
#include "core/work/work_private.h"

#include <math.h>
#include <string.h>

#define KIND "gains"   /* an item a history, of its name: what ay_work_gains() returns */

/* A history as the ledger wants it, with what had to be left out. */
typedef struct
{
  AyHistory *history;
  guint32 *round_of;     /* by training position */
  guint32 *round_of_row; /* by row of the data: 0, 1 .. or never; those left out too */
  gsize n, n_outside, n_judging, n_pool, n_twice, n_unlabelled;
  AyDiagnostics *notes;
} Taken;

static void
taken_clear (Taken *self)
{
  g_clear_pointer (&self->history, ay_history_unref);
  g_free (self->round_of);
  g_free (self->round_of_row);
  g_clear_pointer (&self->notes, ay_diagnostics_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Taken, taken_clear)

static void
take_row (Taken *self, const AyDataset *data, guint32 row, guint32 round)
{
  self->n++;
  if (row == AY_ROW_NONE || row >= data->n)
    self->n_outside++;
  else if (self->round_of_row[row] != AY_LEDGER_NEVER)
    self->n_twice++;
  else
    {
      self->round_of_row[row] = round;
      self->n_judging += data->split[row] == AY_SPLIT_VALID || data->split[row] == AY_SPLIT_TEST;
      self->n_pool += data->split[row] == AY_SPLIT_POOL;
    }
}

static void
note_left_out (Taken *self, const AyProblem *train)
{
  gsize used = 0;

  for (gsize i = 0; i < train->n; i++)
    used += self->round_of[i] != AY_LEDGER_NEVER;
  if (self->n_outside > 0)
    ay_diagnostics_add (self->notes, "outside",
                        N_ ("%zu of its %zu rows are not in the data set and left out"),
                        self->n_outside, self->n);
  if (self->n_twice > 0)
    ay_diagnostics_add (self->notes, "twice",
                        N_ ("%zu rows are taken more than once: the first time counts"),
                        self->n_twice);
  if (self->n_judging > 0)
    ay_diagnostics_add (self->notes, "judging",
                        N_ ("%zu of its rows are in the validation or test part: they judge and "
                            "are not trained on"), self->n_judging);
  if (self->n_pool > 0)
    ay_diagnostics_add (self->notes, "pool",
                        N_ ("%zu of its rows have no label here and are left out"), self->n_pool);
  if (self->history->n_start == 0)
    ay_diagnostics_add (self->notes, "no-start",
                        N_ ("it does not say which rows had labels before: the ledger starts "
                            "from its first rounds"));
  if (used + self->n_outside + self->n_twice + self->n_judging + self->n_pool < self->n)
    ay_diagnostics_add (self->notes, "unweighted",
                        N_ ("%zu of its training rows have no label or no weight"),
                        self->n - used - self->n_outside - self->n_twice - self->n_judging
                            - self->n_pool);
}

/* Whose gains these are, where the person has a model of their own. */
static gboolean
note_agreement (AyWork *self, AyDiagnostics *notes, AyJob *job, GError **error)
{
  g_autofree char *said = NULL;
  double share;
  gsize n;

  if (!ay_work_agreement (self, &share, &n, job, error))
    return FALSE;
  said = ay_agreement_say (share, n);
  if (said != NULL)
    ay_diagnostics_add (notes, "agreement", "%s", said);
  return TRUE;
}

static gboolean
take (AyWork *self, const char *name, const AyProblem *train, Taken *taken, GError **error)
{
  AyHistory *history = taken->history = ay_work_history (self, name, error);

  if (history == NULL)
    return FALSE;
  taken->notes = ay_diagnostics_new ();
  taken->round_of = g_new (guint32, MAX (train->n, 1));
  taken->round_of_row = g_new (guint32, MAX (self->data->n, 1));
  for (gsize i = 0; i < self->data->n; i++)
    taken->round_of_row[i] = AY_LEDGER_NEVER;
  for (gsize i = 0; i < history->n_start; i++)
    take_row (taken, self->data, history->start[i], 0);
  for (guint r = 0; r < ay_history_n_rounds (history); r++)
    for (gsize i = 0; i < ay_history_round (history, r)->n; i++)
      take_row (taken, self->data, ay_history_round (history, r)->row[i], r + 1);
  for (gsize i = 0; i < train->n; i++)
    taken->round_of[i] = taken->round_of_row[train->rows[i]];
  if (ay_history_n_rounds (history) > 0 && taken->n_outside < taken->n)
    {
      note_left_out (taken, train);
      return TRUE;
    }
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%s: history \"%s\": %s"), ay_work_path (self),
               name, taken->n == 0 || ay_history_n_rounds (history) == 0
                         ? N_ ("it has no round") : N_ ("none of its rows is in this data set"));
  return FALSE;
}

/* --- as JSON --- */

static double
sum_of (const double *x, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n && x != NULL; i++)
    sum += x[i];
  return x != NULL ? sum : NAN;
}

static JsonArray *
describe_rows (AyWork *self, const AyLedgerRound *round)
{
  JsonArray *array = json_array_sized_new ((guint) round->n);

  for (gsize i = 0; i < round->n; i++)
    {
      JsonObject *one = json_object_new ();
      g_autofree char *id = ay_column_dup_text (self->data->id, round->rows[i]);

      json_object_set_string_member (one, "id", id);
      json_object_set_int_member (one, "row", round->rows[i]);
      ay_json_put_number (one, "credit", round->credit != NULL ? round->credit[i] : NAN);
      ay_json_put_number (one, "accuracy",
                          round->accuracy_credit != NULL ? round->accuracy_credit[i] : NAN);
      ay_json_put_number (one, "influence_before",
                          round->at_start != NULL ? round->at_start[i] : NAN);
      ay_json_put_number (one, "influence_after", round->at_end != NULL ? round->at_end[i] : NAN);
      json_array_add_object_element (array, one);
    }
  return array;
}

static JsonArray *
describe_opened (AyWork *self, const AyLedgerRound *round)
{
  JsonArray *array = json_array_new ();

  for (guint k = 0; k < round->opened->len; k++)
    {
      const AyClassOpened *opened = &g_array_index (round->opened, AyClassOpened, k);
      JsonObject *one = json_object_new ();

      json_object_set_string_member (one, "class", self->data->class_names[opened->label]);
      json_object_set_int_member (one, "n", (gint64) opened->n_rows);
      json_object_set_int_member (one, "n_judged", (gint64) opened->n_judged);
      ay_json_put_number (one, "recall", opened->recall);
      json_array_add_object_element (array, one);
    }
  return array;
}

static JsonArray *
describe_judged (AyWork *self, const AyLedgerRound *round, guint n_groups)
{
  JsonArray *array = json_array_new ();

  for (guint g = 0; g < n_groups && round->group_gain != NULL && n_groups > 1; g++)
    {
      JsonObject *one = json_object_new ();

      json_object_set_string_member (one, "class", self->data->class_names[g]);
      ay_json_put_number (one, "gain", round->group_gain[g]);
      ay_json_put_number (one, "residual", round->group_residual[g]);
      json_array_add_object_element (array, one);
    }
  return array;
}

static JsonObject *
describe_round (AyWork *self, const AyRound *of, const AyLedgerRound *round, guint n_groups)
{
  JsonObject *object = json_object_new ();
  const struct { const char *name; double value; } numbers[] = {
    { "loss_before", round->loss_before }, { "loss_after", round->loss_after },
    { "gain", round->gain }, { "residual", round->residual }, { "positive", round->positive },
    { "negative", round->negative }, { "floor", round->floor },
    { "accuracy_before", round->accuracy_before }, { "accuracy_after", round->accuracy_after },
    { "accuracy_rest", round->accuracy_rest },
    { "influence_before", sum_of (round->at_start, round->n) },
    { "influence_after", sum_of (round->at_end, round->n) },
    { "opened_accuracy", round->n_opened > 0 ? round->opened_accuracy : NAN },
  };

  json_object_set_int_member (object, "round", of->number);
  json_object_set_string_member (object, "strategy", of->strategy != NULL ? of->strategy : "");
  json_object_set_string_member (object, "state", ay_round_state_name (round->state));
  if (round->why != NULL)
    json_object_set_string_member (object, "why", round->why);
  else
    json_object_set_null_member (object, "why");
  json_object_set_int_member (object, "n", (gint64) round->n);
  json_object_set_int_member (object, "n_taken", (gint64) of->n);
  json_object_set_int_member (object, "n_opened", (gint64) round->n_opened);
  json_object_set_int_member (object, "n_judged", (gint64) round->n_judged);
  json_object_set_int_member (object, "n_unjudged", (gint64) round->n_unjudged);
  for (gsize k = 0; k < G_N_ELEMENTS (numbers); k++)
    ay_json_put_number (object, numbers[k].name, numbers[k].value);
  json_object_set_int_member (object, "to_right", round->to_right);
  json_object_set_int_member (object, "to_wrong", round->to_wrong);
  json_object_set_int_member (object, "heads", round->nodes);
  json_object_set_array_member (object, "opened", describe_opened (self, round));
  json_object_set_array_member (object, "judged", describe_judged (self, round, n_groups));
  json_object_set_array_member (object, "rows", describe_rows (self, round));
  return object;
}

static JsonArray *
describe_notes (const AyDiagnostics *notes)
{
  JsonArray *array = json_array_new ();

  for (gsize k = 0; k < ay_diagnostics_count (notes); k++)
    json_array_add_string_element (array, ay_diagnostics_get (notes, k)->text);
  return array;
}

static JsonObject *
describe (AyWork *self, const Taken *taken, const AyLedger *ledger, const char *target)
{
  JsonObject *object = json_object_new ();
  JsonArray *rounds = json_array_new ();
  double absolute = 0.0;

  json_object_set_string_member (object, "history", taken->history->name);
  json_object_set_string_member (object, "target", target);
  json_object_set_string_member (object, "method", ledger->method);
  ay_json_put_number (object, "lambda", ledger->lambda);
  json_object_set_int_member (object, "n_start", (gint64) ledger->n_start);
  ay_json_put_number (object, "gain", ledger->gain);
  ay_json_put_number (object, "residual", ledger->residual);
  for (guint r = 0; r < ledger->n_rounds; r++)
    {
      const AyLedgerRound *round = &ledger->round[r];

      if (round->state == AY_ROUND_SPLIT)
        absolute += round->positive - round->negative;
      json_array_add_object_element (rounds,
                                     describe_round (self, ay_history_round (taken->history, r),
                                                     round, ledger->n_groups));
    }
  ay_json_put_number (object, "absolute", absolute);
  json_object_set_array_member (object, "notes", describe_notes (taken->notes));
  json_object_set_array_member (object, "rounds", rounds);
  return object;
}

/* --- the other views of the rounds --- */

static gboolean
add_shapley (const AyLedgerInput *input, const AyLedger *ledger, JsonObject *object, AyJob *job,
             GError **error)
{
  JsonArray *rounds = json_object_get_array_member (object, "rounds");
  g_autoptr (AyRoundShapley) found = ay_round_shapley_new (input, ledger, job, error);

  if (found == NULL)
    return FALSE;
  for (guint r = 0; r < found->n_rounds; r++)
    ay_json_put_number (json_array_get_object_element (rounds, r), "shapley", found->value[r]);
  if (found->why != NULL)
    json_object_set_string_member (object, "shapley_why", found->why);
  else
    json_object_set_null_member (object, "shapley_why");
  return TRUE;
}

static gboolean
add_random (const AyLedgerInput *input, const AyLedger *ledger, const AyGainsOptions *options,
            JsonObject *object, AyJob *job, GError **error)
{
  JsonArray *rounds = json_object_get_array_member (object, "rounds");
  g_autoptr (AyRoundsAgainstRandom) found
      = ay_against_random_new (input, ledger, options->n_draws, options->seed, job, error);

  if (found == NULL)
    return FALSE;
  for (guint r = 0; r < found->n_rounds; r++)
    {
      const AyAgainstRandom *one = &found->round[r];
      JsonObject *into = json_object_new ();

      json_object_set_int_member (into, "draws", options->n_draws);
      ay_json_put_number (into, "gain", one->random.mean);
      ay_json_put_number (into, "low", one->low);
      ay_json_put_number (into, "high", one->high);
      ay_json_put_number (into, "selection", one->selection.mean);
      ay_json_put_number (into, "selection_low", one->selection.low);
      ay_json_put_number (into, "selection_high", one->selection.high);
      ay_json_put_number (into, "beaten", one->beaten);
      if (one->why != NULL)
        json_object_set_string_member (into, "why", one->why);
      else
        json_object_set_null_member (into, "why");
      json_object_set_object_member (json_array_get_object_element (rounds, r), "random", into);
    }
  return TRUE;
}

/* The same for a model that is stopped early. */
static gboolean
add_steps (const AyGainsEarly *of, const AyGainsOptions *options, JsonObject *object, AyJob *job,
           GError **error)
{
  AyStepOptions steps = { options->steps, options->rate };
  JsonObject *found = ay_gains_early_new (of, &steps, job, error);

  if (found != NULL)
    json_object_set_object_member (object, "stopped_early", found);
  return found != NULL;
}

/* --- stored --- */

static gboolean
store_columns (AyWork *self, const Taken *taken, const AyLedger *ledger, GError **error)
{
  gsize n = self->data->n;
  g_autofree double *credit = g_new (double, MAX (n, 1)), *number = g_new (double, MAX (n, 1));
  g_autoptr (JsonObject) certificate = json_object_new ();
  AyScoreRecord records[] = {
    { "credit", "Credit", "Share of the row in the gain of the round that took it: how much the "
      "validation loss fell by it; above 0 the row helped.", "nats",
      "it was taken in no round that could be split", AY_SCORE_VALUE, AY_DIRECTION_HIGH_GOOD,
      certificate },
    { "round", "Round", "Round of the history that took the row; 0: it had its label before.", "",
      "the history did not take it", AY_SCORE_MEASURE, AY_DIRECTION_NONE, certificate },
  };

  json_object_set_string_member (certificate, "history", taken->history->name);
  json_object_set_string_member (certificate, "method", ledger->method);
  ay_json_put_number (certificate, "gain", ledger->gain);
  ay_json_put_number (certificate, "residual", ledger->residual);
  for (gsize i = 0; i < n; i++)
    {
      guint32 r = taken->round_of_row[i];

      credit[i] = NAN;
      number[i] = r == AY_LEDGER_NEVER ? NAN
                  : r == 0 ? 0.0 : (double) ay_history_round (taken->history, r - 1)->number;
    }
  for (guint r = 0; r < ledger->n_rounds; r++)
    for (gsize i = 0; i < ledger->round[r].n && ledger->round[r].credit != NULL; i++)
      credit[ledger->round[r].rows[i]] = ledger->round[r].credit[i];
  return ay_work_store_score (self, &records[0], credit, error)
         && ay_work_store_score (self, &records[1], number, error);
}

static gboolean
store (AyWork *self, const Taken *taken, const AyLedger *ledger, JsonObject *object,
       GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *json = NULL;

  json_node_set_object (node, object);
  json = ay_json_to_text (node, FALSE);
  if (!ay_work_begin (self, error))
    return FALSE;
  return ay_work_end (self, ay_workspace_put_json (self->store, KIND, taken->history->name, json,
                                                   error)
                                && store_columns (self, taken, ledger, error), error);
}

static gboolean
plan (AyWork *self, const Taken *taken, AyJob *job, GError **error)
{
  const char *const kinds[] = { "gains", NULL };
  AyJobShape shape = ay_job_shape (self);

  for (guint r = 0; r < ay_history_n_rounds (taken->history); r++)
    {
      gsize n = ay_history_round (taken->history, r)->n;

      shape.taken += n;
      shape.largest = MAX (shape.largest, n);
    }
  return ay_work_plan_memory (self, kinds, &shape, job, error);
}

JsonObject *
ay_work_gains (AyWork *self, const char *history, const AyGainsOptions *views, AyJob *job,
               GError **error)
{
  AyScoreContext *context = ay_work_context (self, job, error);
  AyLedgerOptions options = AY_LEDGER_OPTIONS_INIT;
  AyLedgerInput input = { 0 };
  AyGainsEarly early;
  g_auto (Taken) taken = { 0 };
  g_autoptr (AyLedger) ledger = NULL;
  g_autoptr (JsonObject) object = NULL;
  g_autofree char *target = NULL;

  input.train = context != NULL ? ay_score_context_train (context, error) : NULL;
  input.on = input.train != NULL ? ay_score_context_target (context, error) : NULL;
  if (input.on == NULL || !take (self, history, input.train, &taken, error)
      || !plan (self, &taken, job, error))
    return NULL;
  input.like = ay_score_context_head (context, job, error);
  target = input.like != NULL ? ay_score_context_describe_target (context, error) : NULL;
  if (target == NULL || !note_agreement (self, taken.notes, job, error))
    return NULL;
  input.round_of = taken.round_of;
  input.n_rounds = ay_history_n_rounds (taken.history);
  input.group = (const guint32 *) input.on->label;
  input.n_groups = MAX (input.on->n_classes, 1);
  ledger = ay_ledger_new (&input, &options, job, error);
  if (ledger == NULL)
    return NULL;
  object = describe (self, &taken, ledger, target);
  early = (AyGainsEarly) { self, taken.history, &input, target };
  if ((views->shapley && !add_shapley (&input, ledger, object, job, error))
      || (views->n_draws > 0 && !add_random (&input, ledger, views, object, job, error))
      || (views->steps > 0
          && !add_steps (&early, views, object, job, error)))
    return NULL;
  if (!ay_job_commit (job, error)
      || (!ay_workspace_is_read_only (self->store)
          && !store (self, &taken, ledger, object, error)))
    return NULL;
  return g_steal_pointer (&object);
}

JsonObject *
ay_work_stored_gains (AyWork *self, const char *history, GError **error)
{
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (!ay_workspace_has (self->store, KIND, history))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("%s: the gains of \"%s\" were not split yet, do so by assay-cli gains"),
                   ay_work_path (self), history);
      return NULL;
    }
  json = ay_workspace_get_json (self->store, KIND, history, error);
  node = json != NULL ? ay_json_read (json, -1, NULL) : NULL;
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node)
      && json_object_has_member (json_node_get_object (node), "rounds"))
    return json_object_ref (json_node_get_object (node));
  if (error != NULL && *error == NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: is damaged: the gains of \"%s\" cannot be read"), ay_work_path (self),
                 history);
  return NULL;
}
