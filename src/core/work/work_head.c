/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/shim/number.h"
#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/work/job_memory.h"
#include "core/work/work_private.h"

#include <math.h>
#include <string.h>

/* Head and target parameters: the same names wherever a head is fitted, remembered as JSON texts
 * under the names a person types. */

static const char *const names[]
    = { "lambda_mean", "lambda", "standardise", "scale", "tolerance", "target", "slice" };

gboolean
ay_work_is_head_parameter (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i], name) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
bad_value (GError **error, const char *name, const char *value, const char *wanted)
{
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%s=%s: %s is wanted"), name, value, wanted);
  return FALSE;
}

static gboolean
set_positive (double *field, const char *name, const char *value, GError **error)
{
  double number;

  if (!ay_number_parse (value, strlen (value), &number) || !(number > 0.0))
    return bad_value (error, name, value, N_ ("a number above 0"));
  *field = number;
  return TRUE;
}

static gboolean
set_lambda_mean (AyWork *self, const char *value, GError **error)
{
  self->head_options.lambda = 0.0;
  self->head_options.lambda_auto = strcmp (value, "auto") == 0;
  return self->head_options.lambda_auto
         || set_positive (&self->head_options.lambda_mean, "lambda_mean", value, error);
}

static gboolean
set_one (AyWork *self, const char *name, const char *value, GError **error)
{
  AyHeadOptions *options = &self->head_options;

  if (strcmp (name, "lambda_mean") == 0)
    return set_lambda_mean (self, value, error);
  if (strcmp (name, "lambda") == 0)
    {
      options->lambda_auto = FALSE;
      return set_positive (&options->lambda, name, value, error);
    }
  if (strcmp (name, "scale") == 0)
    return set_positive (&options->scale, name, value, error);
  if (strcmp (name, "tolerance") == 0)
    return set_positive (&options->tolerance, name, value, error);
  if (strcmp (name, "slice") == 0)
    {
      g_free (self->slice);
      self->slice = *value != '\0' ? g_strdup (value) : NULL;
      return TRUE;
    }
  if (strcmp (name, "target") == 0)
    {
      if (strcmp (value, "plain") != 0 && strcmp (value, "balanced") != 0)
        return bad_value (error, name, value, N_ ("plain or balanced"));
      self->target_kind = *value == 'b' ? AY_TARGET_BALANCED : AY_TARGET_PLAIN;
      return TRUE;
    }
  if (strcmp (value, "yes") != 0 && strcmp (value, "no") != 0)
    return bad_value (error, name, value, N_ ("yes or no"));
  options->standardise = *value == 'y';
  return TRUE;
}

/* As set_one() reads them; only what differs from the defaults. */
static char *
options_to_json (const AyWork *self)
{
  const AyHeadOptions *options = &self->head_options;
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  char text[AY_NUMBER_SIZE];

  if (options->lambda_auto)
    json_object_set_string_member (object, "lambda_mean", "auto");
  else
    {
      ay_number_format (options->lambda_mean, text);
      json_object_set_string_member (object, "lambda_mean", text);
    }
  if (options->lambda > 0.0)
    {
      ay_number_format (options->lambda, text);
      json_object_set_string_member (object, "lambda", text);
    }
  json_object_set_string_member (object, "standardise", options->standardise ? "yes" : "no");
  ay_number_format (options->scale, text);
  json_object_set_string_member (object, "scale", text);
  ay_number_format (options->tolerance, text);
  json_object_set_string_member (object, "tolerance", text);
  json_object_set_string_member (object, "target",
                                 self->target_kind == AY_TARGET_BALANCED ? "balanced" : "plain");
  if (self->slice != NULL)
    json_object_set_string_member (object, "slice", self->slice);
  json_node_take_object (node, object);
  return ay_json_to_text (node, FALSE);
}

gboolean
ay_work_load_head_options (AyWork *self, GError **error)
{
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;

  if (!ay_workspace_has (self->store, AY_KIND_SETTING, AY_SETTING_HEAD))
    return TRUE;
  json = ay_workspace_get_json (self->store, AY_KIND_SETTING, AY_SETTING_HEAD, error);
  node = json != NULL ? ay_json_read (json, -1, error) : NULL;
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  object = json_node_get_object (node);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (json_object_has_member (object, names[i])
        && !set_one (self, names[i], json_object_get_string_member (object, names[i]), error))
      return FALSE;
  return TRUE;
}

gboolean
ay_work_keep_parameters (AyWork *self, GError **error)
{
  g_autofree char *json = options_to_json (self);

  return ay_workspace_put_json (self->store, AY_KIND_SETTING, AY_SETTING_HEAD, json, error);
}

gboolean
ay_work_set_parameters (AyWork *self, GHashTable *parameters, GError **error)
{
  AyHeadOptions before = self->head_options;
  AyTargetKind kind = self->target_kind;
  g_autofree char *slice = g_strdup (self->slice);
  gboolean any = FALSE, ok = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (names) && ok; i++)
    {
      const char *value = parameters != NULL ? g_hash_table_lookup (parameters, names[i]) : NULL;

      any = any || value != NULL;
      ok = value == NULL || set_one (self, names[i], value, error);
    }
  if (!any)
    return TRUE;
  if (ok && self->store != NULL && !ay_workspace_is_read_only (self->store))
    ok = ay_work_keep_parameters (self, error);
  if (!ok)
    {
      self->head_options = before;
      self->target_kind = kind;
      g_free (self->slice);
      self->slice = g_steal_pointer (&slice);
      return FALSE;
    }
  g_clear_pointer (&self->context, ay_score_context_free);
  return TRUE;
}

const AyHeadOptions *
ay_work_head_options (const AyWork *self)
{
  return &self->head_options;
}

gboolean
ay_work_keep_flagged (AyWork *self, GError **error)
{
  const AyFlagged *flagged
      = self->context != NULL ? ay_score_context_flagged (self->context) : NULL;
  g_autofree char *head = NULL, *json = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;

  if (flagged == NULL || !flagged->left_out)
    return TRUE;
  head = options_to_json (self);
  node = json_node_new (JSON_NODE_OBJECT);
  object = json_object_new ();
  json_object_set_string_member (object, "head", head);
  json_object_set_double_member (object, "share", flagged->share);
  json_object_set_int_member (object, "rows", (gint64) flagged->rows);
  json_node_take_object (node, object);
  json = ay_json_to_text (node, FALSE);
  return ay_workspace_put_json (self->store, AY_KIND_SETTING, AY_SETTING_FLAGGED, json, error);
}

/* A share that cannot be read is found again, as if it had not been kept. */
static void
recall_flagged (AyWork *self)
{
  g_autofree char *head = options_to_json (self), *json = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;
  AyFlagged flagged;

  if (self->store == NULL
      || !ay_workspace_has (self->store, AY_KIND_SETTING, AY_SETTING_FLAGGED))
    return;
  json = ay_workspace_get_json (self->store, AY_KIND_SETTING, AY_SETTING_FLAGGED, NULL);
  node = json != NULL ? ay_json_read (json, -1, NULL) : NULL;
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  object = json_node_get_object (node);
  flagged.share = json_object_get_double_member_with_default (object, "share", NAN);
  flagged.rows = (gsize) json_object_get_int_member_with_default (object, "rows", 0);
  flagged.left_out = TRUE;
  if (g_strcmp0 (json_object_get_string_member_with_default (object, "head", NULL), head) == 0
      && flagged.share >= 0.0 && flagged.share <= 1.0)
    ay_score_context_set_flagged (self->context, &flagged);
}

static gboolean
aim (AyWork *self, const char *where, AyJob *job, GError **error)
{
  g_autoptr (AyBitset) slice = where != NULL ? ay_work_select (self, where, job, error) : NULL;
  char *copy = g_strdup (where);

  g_free (self->aim);
  self->aim = copy;
  if (where != NULL && slice == NULL)
    {
      g_clear_pointer (&self->context, ay_score_context_free);
      return FALSE;
    }
  if (self->context == NULL)
    {
      self->context = ay_score_context_new (self->data, &self->head_options, NULL);
      ay_score_context_set_ranks (self->context, self->ranks);
      recall_flagged (self);
    }
  ay_score_context_set_target (self->context, self->target_kind, slice, where);
  return TRUE;
}

AyScoreContext *
ay_work_context (AyWork *self, AyJob *job, GError **error)
{
  if ((self->context == NULL || g_strcmp0 (self->aim, self->slice) != 0)
      && !aim (self, self->slice, job, error))
    return NULL;
  return self->context;
}

AyScoreContext *
ay_work_context_on (AyWork *self, const char *slice, AyJob *job, GError **error)
{
  /* which rows a condition holds for may have changed with a decision */
  if ((self->context == NULL || slice != NULL || self->aim != NULL)
      && !aim (self, slice, job, error))
    return NULL;
  return self->context;
}

AyHead *
ay_work_head (AyWork *self, AyJob *job, GError **error)
{
  AyScoreContext *context;

  if (self->context == NULL && !ay_work_plan_one (self, "head", job, error))
    return NULL;
  context = ay_work_context (self, job, error);
  return context != NULL ? ay_score_context_head (context, job, error) : NULL;
}

const AyFitness *
ay_work_fitness (AyWork *self, AyJob *job, GError **error)
{
  AyScoreContext *context = ay_work_context (self, job, error);

  return context != NULL ? ay_score_context_fitness (context, job, error) : NULL;
}
