/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_private.h"

#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/work/job_memory.h"

#include <math.h>
#include <string.h>

void
ay_score_info_free (AyScoreInfo *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->title);
  g_free (self->sentence);
  g_free (self->unit);
  g_free (self->missing_because);
  g_clear_pointer (&self->certificate, json_object_unref);
  g_free (self);
}

const AyScoreInfo *
ay_score_info_find (GPtrArray *scores, const char *id)
{
  for (guint i = 0; i < scores->len; i++)
    if (g_str_equal (((const AyScoreInfo *) scores->pdata[i])->id, id))
      return scores->pdata[i];
  return NULL;
}

double
ay_score_info_number (const AyScoreInfo *self, const char *name)
{
  JsonNode *node = self->certificate != NULL ? json_object_get_member (self->certificate, name)
                                             : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : NAN;
}

/* Names that a score must not take: the fixed columns and the decisions. */
static gboolean
is_reserved (const char *id)
{
  static const char *const reserved[]
      = { "id", "split", "label", "row", "decision", "new_label", "tags" };

  for (gsize i = 0; i < G_N_ELEMENTS (reserved); i++)
    if (g_ascii_strcasecmp (id, reserved[i]) == 0)
      return TRUE;
  return FALSE;
}

gboolean
ay_work_store_score (AyWork *self, const AyScoreRecord *record, const double *values,
                     GError **error)
{
  gsize n = self->data->n, n_missing = 0;
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *json = NULL;
  g_autoptr (AyColumn) column = NULL;

  json_node_take_object (node, object);
  if (is_reserved (record->id))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("a score cannot be called \"%s\""),
                   record->id);
      return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    n_missing += isnan (values[i]);
  json_object_set_int_member (object, "n_missing", (gint64) n_missing);
  json_object_set_string_member (object, "title", record->title);
  json_object_set_string_member (object, "sentence", record->sentence);
  json_object_set_string_member (object, "unit", record->unit);
  json_object_set_string_member (object, "kind", ay_score_kind_name (record->kind));
  json_object_set_string_member (object, "direction", ay_direction_name (record->direction));
  if (record->missing_because != NULL)
    json_object_set_string_member (object, "missing_because", record->missing_because);
  if (record->certificate != NULL)
    json_object_set_object_member (object, "certificate", json_object_ref (record->certificate));
  json = ay_json_to_text (node, FALSE);
  column = ay_column_take_number (record->id, n, g_memdup2 (values, n * sizeof (double)), FALSE);
  if (!ay_workspace_put_column (self->store, AY_KIND_SCORE, column, json, error)
      || !ay_work_store_noise (self, record, error))
    return FALSE;
  ay_work_changed (self);
  return TRUE;
}

/* Every name is a head parameter or one that a method of this run knows. */
static gboolean
check_parameters (GHashTable *parameters, const char *const *ids, GError **error)
{
  GHashTableIter iter;
  gpointer name;

  if (parameters == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, parameters);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    {
      gboolean known = ay_work_is_head_parameter (name);

      for (gsize i = 0; ids[i] != NULL && !known; i++)
        {
          const AyScoreMethod *method = ay_score_find (ids[i]);
          const AyScoreParameter *p = method != NULL ? method->parameters : NULL;

          for (; p != NULL && p->name != NULL && !known; p++)
            known = strcmp (p->name, name) == 0;
        }
      if (!known)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("no parameter is called \"%s\""),
                       (char *) name);
          return FALSE;
        }
    }
  return TRUE;
}

/* The context of a run, with every method's parameters, so that a family may compute its scores
 * together. */
static AyScoreContext *
context_of_run (AyWork *self, const char *const *ids, GHashTable *parameters, AyJob *job,
                GError **error)
{
  const char *slice = parameters != NULL ? g_hash_table_lookup (parameters, "slice") : NULL;
  AyScoreContext *context
      = ay_work_context_on (self, slice != NULL && *slice != '\0' ? slice : NULL, job, error);

  if (context == NULL)
    return NULL;
  ay_score_context_set_wanted (context, ids);
  for (gsize i = 0; ids[i] != NULL; i++)
    {
      const AyScoreMethod *method = ay_score_find (ids[i]);
      const AyScoreParameter *p;

      if (method == NULL)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("no score is called \"%s\""), ids[i]);
          return NULL;
        }
      for (p = method->parameters; p != NULL && p->name != NULL; p++)
        ay_score_context_set (context, p->name,
                              parameters != NULL ? g_hash_table_lookup (parameters, p->name)
                                                 : NULL);
    }
  return context;
}

/* What is asked of a part of the validation rows is a step of its own, which undo takes away. */
static gboolean
store_result (AyColumnStep *step, const AyScoreMethod *method, GHashTable *parameters,
              const AyScoreResult *result, GError **error)
{
  AyWork *self = step->work;
  AyAsked asked;
  AyScoreRecord record = { NULL, NULL, NULL, NULL, result->missing_because, method->kind,
                           result->direction, result->certificate,
                           { result->errors, result->told, result->rank_low,
                             result->rank_high } };
  gboolean ok = TRUE;

  ay_asked_init (&asked, self, method, parameters);
  record.id = asked.column;
  record.title = asked.title;
  record.sentence = asked.sentence;
  record.unit = asked.unit;
  if (asked.of != NULL)
    {
      json_object_set_string_member (result->certificate, AY_ASKED_OF, asked.of);
      ok = ay_column_step_add (step, AY_KIND_SCORE, asked.column, error);
    }
  ok = ok && ay_work_store_score (self, &record, result->values, error);
  ay_asked_clear (&asked);
  return ok;
}

gboolean
ay_work_keep_scores (AyWork *self, const char *const *ids, GHashTable *parameters,
                     GPtrArray *results, GError **error)
{
  g_autoptr (AyBitset) rows = NULL;
  AyColumnStep step;
  gboolean ok = TRUE;

  if (!ay_column_step_begin (&step, self, error))
    return FALSE;
  for (guint i = 0; i < results->len && ok; i++)
    {
      const AyScoreResult *result = results->pdata[i];

      if (rows == NULL)
        rows = ay_work_known_rows (result->values, self->data->n);
      ok = store_result (&step, ay_score_find (ids[i]), parameters, result, error);
    }
  ok = ok && ay_work_keep_flagged (self, error);
  return ay_column_step_end (&step, ok, rows, NULL, error);
}

/* The parameters that the workspace remembers: not a slice that is of this run. (transfer full) */
static GHashTable *
remembered (GHashTable *parameters)
{
  GHashTable *kept = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer name, value;

  if (parameters == NULL)
    return kept;
  g_hash_table_iter_init (&iter, parameters);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (strcmp (name, "slice") != 0)
      g_hash_table_insert (kept, name, value);
  return kept;
}

AyScoreContext *
ay_work_prepare_scores (AyWork *self, const char *const *ids, GHashTable *parameters, guint64 seed,
                        AyJob *job, GError **error)
{
  g_autoptr (GHashTable) kept = remembered (parameters);

  if (!check_parameters (parameters, ids, error))
    return NULL;
  if (seed != self->head_options.seed)
    {
      self->head_options.seed = seed;
      g_clear_pointer (&self->context, ay_score_context_free);
    }
  if (!ay_work_set_parameters (self, kept, error))
    return NULL;
  return context_of_run (self, ids, parameters, job, error);
}

/* Values of nearest rows are made together. */
static gboolean
plan_memory (AyWork *self, const char *const *ids, AyJob *job, GError **error)
{
  AyJobShape shape = ay_job_shape (self);

  for (gsize i = 0; ids[i] != NULL; i++)
    shape.k += g_str_has_prefix (ids[i], "knn_");
  return ay_work_plan_memory (self, ids, &shape, job, error);
}

/* (transfer full) (element-type AyScoreResult) */
static GPtrArray *
compute (AyWork *self, const char *const *ids, GHashTable *parameters, guint64 seed, AyJob *job,
         GError **error)
{
  g_autoptr (GPtrArray) results
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_score_result_free);
  AyScoreContext *context = ay_work_prepare_scores (self, ids, parameters, seed, job, error);

  if (context == NULL || !plan_memory (self, ids, job, error))
    return NULL;
  for (gsize i = 0; ids[i] != NULL; i++)
    {
      AyScoreResult *result = ay_score_run (ay_score_find (ids[i]), context, job, error);

      if (result == NULL)
        return NULL;
      g_ptr_array_add (results, result);
    }
  return g_steal_pointer (&results);
}

gboolean
ay_work_score (AyWork *self, const char *const *ids, GHashTable *parameters, guint64 seed,
               AyJob *job, GError **error)
{
  g_autoptr (GPtrArray) results = compute (self, ids, parameters, seed, job, error);

  return results != NULL && ay_job_commit (job, error)
         && ay_work_keep_scores (self, ids, parameters, results, error);
}

static const char *
string_member (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, "");
}

static AyScoreInfo *
info_from_json (AyWork *self, const char *id, const char *json, GError **error)
{
  g_autoptr (JsonNode) node = json != NULL ? ay_json_read (json, -1, error) : NULL;
  g_autofree char *errors = ay_noise_column (id, AY_NOISE_ERROR);
  AyScoreInfo *info;
  JsonObject *object;
  const char *direction;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      if (error != NULL && *error == NULL)
        g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("the record of score \"%s\" is damaged"),
                     id);
      return NULL;
    }
  object = json_node_get_object (node);
  info = g_new0 (AyScoreInfo, 1);
  info->id = g_strdup (id);
  info->has_noise = ay_workspace_has (self->store, AY_KIND_NOISE, errors)
                    && !ay_workspace_has (self->store, AY_KIND_SCORE, errors);
  info->title = g_strdup (string_member (object, "title"));
  info->sentence = g_strdup (string_member (object, "sentence"));
  info->unit = g_strdup (string_member (object, "unit"));
  if (json_object_has_member (object, "missing_because"))
    info->missing_because = g_strdup (string_member (object, "missing_because"));
  info->n_missing = (gsize) json_object_get_int_member_with_default (object, "n_missing", 0);
  for (int k = AY_SCORE_VALUE; k <= AY_SCORE_FLAG; k++)
    if (strcmp (ay_score_kind_name (k), string_member (object, "kind")) == 0)
      info->kind = k;
  direction = string_member (object, "direction");
  for (int k = AY_DIRECTION_NONE; k <= AY_DIRECTION_LOW_GOOD; k++)
    if (strcmp (ay_direction_name (k), direction) == 0)
      info->direction = k;
  if (json_object_has_member (object, "certificate"))
    info->certificate = json_object_ref (json_object_get_object_member (object, "certificate"));
  return info;
}

GPtrArray *
ay_work_scores (AyWork *self, GError **error)
{
  g_autoptr (GPtrArray) items = ay_workspace_list (self->store, AY_KIND_SCORE, error);
  g_autoptr (GPtrArray) scores
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_score_info_free);

  if (items == NULL)
    return NULL;
  for (guint i = 0; i < items->len; i++)
    {
      const AyItem *item = items->pdata[i];
      AyScoreInfo *info = info_from_json (self, item->name, item->json, error);

      if (info == NULL)
        return NULL;
      g_ptr_array_add (scores, info);
    }
  return g_steal_pointer (&scores);
}

double *
ay_work_score_values (AyWork *self, const char *id, GError **error)
{
  g_autoptr (AyColumn) column
      = ay_workspace_get_column (self->store, AY_KIND_SCORE, id, NULL, error);

  if (column == NULL)
    return NULL;
  if (ay_column_type (column) != AY_COLUMN_NUMBER || ay_column_rows (column) != self->data->n)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_CHANGED, N_ ("score \"%s\" is not of this data set"),
                   id);
      return NULL;
    }
  return g_memdup2 (ay_column_numbers (column), self->data->n * sizeof (double));
}
