/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/score/score_private.h"

#include "core/base/error.h"

#include <math.h>
#include <string.h>

static const AyScoreParameter loo_parameters[] = {
  { "refit_above", "0.5", "rows whose largest eigenvalue of W K is above this are refitted" },
  { "max_refits", "200", "at most so many rows, of highest leverage first" },
  { NULL, NULL, NULL },
};

static const AyScoreParameter label_parameters[] = {
  { "probabilities", "auto",
    "whose probabilities judge: given (with the data), head, or auto (given where there are any)" },
  { "test_rows", "leave",
    "leave: rows of the test part are not judged; judge: they are, and no report on them holds" },
  { NULL, NULL, NULL },
};

static const AyScoreParameter issue_parameters[] = {
  { "probabilities", "auto",
    "whose probabilities judge: given (with the data), head, or auto (given where there are any)" },
  { "test_rows", "leave",
    "leave: rows of the test part are not judged; judge: they are, and no report on them holds" },
  { "filter", "low_normalized_margin",
    "which rows are flagged: low_normalized_margin, low_self_confidence, prune_by_noise_rate, "
    "prune_by_class, both, confident_learning or predicted_neq_given" },
  { NULL, NULL, NULL },
};

static const AyScoreMethod methods[] = {
  { .id = "influence",
    .title = "Influence",
    .sentence = "Change of the mean validation loss if the row were removed from training, to "
                "first order; above 0 the row helps.",
    .kind = AY_SCORE_VALUE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = "nats",
    .needs = AY_NEEDS_LABEL | AY_NEEDS_VALID, .run = ay_run_influence },
  { .id = "loo",
    .title = "Leave-one-out",
    .sentence = "Change of the mean validation loss if the row were removed from training and the "
                "head refitted; above 0 the row helps.",
    .kind = AY_SCORE_VALUE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = "nats",
    .needs = AY_NEEDS_LABEL | AY_NEEDS_VALID, .parameters = loo_parameters, .run = ay_run_loo },
  { .id = "self_influence",
    .title = "Self-influence",
    .sentence = "How much the loss on the row itself would rise if it were removed from training: "
                "rows that only they themselves support stand out.",
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_LOW_GOOD, .unit = "nats",
    .needs = AY_NEEDS_LABEL, .run = ay_run_self_influence },
  { .id = "self_confidence",
    .title = "Self-confidence",
    .sentence = "Probability of the row's own label by a model that has not seen the row; low ones "
                "may be mislabelled.",
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = "probability",
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .parameters = label_parameters,
    .run = ay_run_self_confidence },
  { .id = "normalized_margin",
    .title = "Margin",
    .sentence = "How far the row's own label leads the next likeliest class, 0 to 1, by a model "
                "that has not seen the row; below 0.5 another class is likelier.",
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = "",
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .parameters = label_parameters,
    .run = ay_run_normalized_margin },
  { .id = "label_issue",
    .title = "Label issue",
    .sentence = "1 for rows that confident learning takes for mislabelled: as many rows of lowest "
                "margin as it estimates errors.",
    .kind = AY_SCORE_FLAG, .direction = AY_DIRECTION_LOW_GOOD, .unit = "0/1",
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .parameters = issue_parameters,
    .run = ay_run_label_issue },
};

const AyScoreMethod *
ay_score_methods (guint *n)
{
  *n = G_N_ELEMENTS (methods);
  return methods;
}

const AyScoreMethod *
ay_score_find (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (methods[i].id, id) == 0)
      return &methods[i];
  return NULL;
}

const char *
ay_score_kind_name (AyScoreKind kind)
{
  static const char *const names[] = { "value", "measure", "flag" };

  return (guint) kind < G_N_ELEMENTS (names) ? names[kind] : "";
}

const char *
ay_direction_name (AyDirection direction)
{
  static const char *const names[] = { "none", "high", "low" };

  return (guint) direction < G_N_ELEMENTS (names) ? names[direction] : "";
}

/* --- what the families share --- */

double *
ay_score_blank (gsize n, GError **error)
{
  double *values = ay_try_alloc (MAX (n, 1), sizeof (double), "a score", error);

  for (gsize i = 0; i < n && values != NULL; i++)
    values[i] = NAN;
  return values;
}

void
ay_score_number (AyScoreResult *out, const char *name, double value)
{
  if (isfinite (value))
    json_object_set_double_member (out->certificate, name, value);
  else
    json_object_set_null_member (out->certificate, name);
}

void
ay_score_count (AyScoreResult *out, const char *name, gsize value)
{
  json_object_set_int_member (out->certificate, name, (gint64) value);
}

void
ay_score_text (AyScoreResult *out, const char *name, const char *text)
{
  json_object_set_string_member (out->certificate, name, text);
}

static JsonArray *
flags_of (AyScoreResult *out)
{
  if (!json_object_has_member (out->certificate, "flags"))
    json_object_set_array_member (out->certificate, "flags", json_array_new ());
  return json_object_get_array_member (out->certificate, "flags");
}

void
ay_score_flag (AyScoreContext *context, AyScoreResult *out, const char *id, const char *format, ...)
{
  AyDiagnostics *diagnostics = ay_score_context_data (context)->diagnostics;
  g_autofree char *text = NULL;
  va_list list;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  json_array_add_string_element (flags_of (out), text);
  if (diagnostics != NULL && ay_diagnostics_find (diagnostics, id) == NULL)
    ay_diagnostics_add (diagnostics, id, "%s", text);
}

/* --- a run --- */

static gboolean
check_needs (const AyScoreMethod *method, AyScoreContext *context, GError **error)
{
  const AyDataset *data = ay_score_context_data (context);

  if ((method->needs & AY_NEEDS_LABEL) && data->label == NULL && data->target == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED, "%s needs labels or a target",
                   method->id);
      return FALSE;
    }
  if ((method->needs & AY_NEEDS_CLASSES) && data->n_classes == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                   "%s needs classes; the target is a number", method->id);
      return FALSE;
    }
  return !(method->needs & AY_NEEDS_VALID) || ay_score_context_target (context, error) != NULL;
}

static void
say_parameters (const AyScoreMethod *method, AyScoreContext *context, AyScoreResult *out)
{
  JsonObject *object = json_object_new ();

  for (const AyScoreParameter *p = method->parameters; p != NULL && p->name != NULL; p++)
    {
      const char *value = ay_score_context_get (context, p->name);

      json_object_set_string_member (object, p->name, value != NULL ? value : p->fallback);
    }
  json_object_set_object_member (out->certificate, "parameters", object);
}

static void
say_head (AyScoreContext *context, AyScoreResult *out, const AyHead *head)
{
  const AyHeadOptions *options = ay_score_context_options (context);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "model", head->n_classes > 0
                                 ? "softmax regression on the features, L2, intercept free"
                                 : "ridge regression on the features, intercept free");
  json_object_set_double_member (object, "lambda", head->lambda);
  if (head->lambda_note != NULL)
    json_object_set_string_member (object, "lambda_from", head->lambda_note);
  json_object_set_boolean_member (object, "standardised", options->standardise);
  json_object_set_double_member (object, "scale", options->scale);
  json_object_set_double_member (object, "gradient_norm", head->gradient_norm);
  json_object_set_double_member (object, "tolerance", head->tolerance);
  json_object_set_int_member (object, "iterations", head->iterations);
  json_object_set_string_member (object, "solver", head->solver);
  json_object_set_object_member (out->certificate, "head", object);
}

/* Whether the score comes from given probabilities: no head has a part in it then. */
static gboolean
uses_head (AyScoreContext *context, AyScoreResult *out)
{
  return g_strcmp0 (json_object_get_string_member_with_default (out->certificate, "probabilities",
                                                                NULL),
                    "given with the data") != 0;
}

/* What fitness forbids (TRUTH.md 3, 4). */
static void
say_fitness (AyScoreContext *context, AyScoreResult *out, const AyFitness *fitness)
{
  const AyDataset *data = ay_score_context_data (context);
  const AyDiagnostic *seen = data->diagnostics != NULL
                                 ? ay_diagnostics_find (data->diagnostics, "seen-labels")
                                 : NULL;

  if (fitness->sentence != NULL)
    ay_score_text (out, "fitness", fitness->sentence);
  if (fitness->weak)
    ay_score_flag (context, out, "weak-head",
                   "this head is too weak to judge labels: the ranking is shown, no finding made");
  if (seen != NULL || fitness->may_have_seen)
    ay_score_flag (context, out, "seen-labels-score",
                   "features have seen the labels: errors are hidden");
}

static gboolean
complete (const AyScoreMethod *method, AyScoreContext *context, AyScoreResult *out, AyJob *job,
          GError **error)
{
  ay_score_text (out, "method", method->id);
  ay_score_text (out, "meaning", method->sentence);
  json_object_set_int_member (out->certificate, "seed", (gint64) ay_score_context_seed (context));
  say_parameters (method, context, out);
  if (method->needs & AY_NEEDS_VALID)
    {
      g_autofree char *target = ay_score_context_describe_target (context, error);

      if (target == NULL)
        return FALSE;
      ay_score_text (out, "target", target);
    }
  if (uses_head (context, out))
    {
      AyHead *head = ay_score_context_head (context, job, error);
      const AyFitness *fitness = ay_score_context_fitness (context, job, error);

      if (head == NULL || fitness == NULL)
        return FALSE;
      say_head (context, out, head);
      say_fitness (context, out, fitness);
    }
  json_object_set_boolean_member (out->certificate, "finding",
                                  json_array_get_length (flags_of (out)) == 0);
  return TRUE;
}

AyScoreResult *
ay_score_run (const AyScoreMethod *method, AyScoreContext *context, AyJob *job, GError **error)
{
  g_autoptr (AyScoreResult) out = g_new0 (AyScoreResult, 1);

  out->certificate = json_object_new ();
  out->direction = method->direction;
  if (!check_needs (method, context, error) || !method->run (context, out, job, error)
      || !complete (method, context, out, job, error))
    return NULL;
  return g_steal_pointer (&out);
}

void
ay_score_result_free (AyScoreResult *self)
{
  if (self == NULL)
    return;
  g_free (self->values);
  g_free (self->errors);
  g_free (self->missing_because);
  g_clear_pointer (&self->certificate, json_object_unref);
  g_free (self);
}
