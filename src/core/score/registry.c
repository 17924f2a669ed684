/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/score/score_private.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/score/noise.h"

#include <math.h>
#include <string.h>

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

gboolean
ay_directions_oppose (AyDirection a, AyDirection b)
{
  return a != AY_DIRECTION_NONE && b != AY_DIRECTION_NONE && a != b;
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
      g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED, N_ ("%s needs labels or a target"),
                   method->id);
      return FALSE;
    }
  if ((method->needs & AY_NEEDS_CLASSES) && data->n_classes == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                   N_ ("%s needs classes; the target is a number"), method->id);
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

JsonObject *
ay_score_tell_head (AyScoreContext *context, const AyHead *head)
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
  return object;
}

/* Whether a head has a part in it: not where the score comes from given probabilities. */
static gboolean
uses_head (const AyScoreMethod *method, AyScoreResult *out)
{
  return !method->no_head
         && g_strcmp0 (json_object_get_string_member_with_default (out->certificate,
                                                                   "probabilities", NULL),
                       AY_PROBABILITIES_GIVEN) != 0;
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
  if (!ay_noise_finish (context, out, error))
    return FALSE;
  if ((method->needs & AY_NEEDS_VALID) && !json_object_has_member (out->certificate, "of_row"))
    {
      g_autofree char *target = ay_score_context_describe_target (context, error);

      if (target == NULL)
        return FALSE;
      ay_score_text (out, "target", target);
    }
  if (uses_head (method, out))
    {
      AyHead *head = ay_score_context_head (context, job, error);
      const AyFitness *fitness = ay_score_context_fitness (context, job, error);

      if (head == NULL || fitness == NULL)
        return FALSE;
      json_object_set_object_member (out->certificate, "head",
                                     ay_score_tell_head (context, head));
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
  g_free (self->told);
  g_free (self->rank_low);
  g_free (self->rank_high);
  g_free (self->missing_because);
  g_clear_pointer (&self->certificate, json_object_unref);
  g_free (self);
}
