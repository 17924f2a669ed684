/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/update_private.h"

#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/data/content.h"

#include <math.h>
#include <string.h>

void
ay_updating_free (AyUpdating *self)
{
  if (self == NULL)
    return;
  ay_update_clear_rows (&self->found);
  g_clear_pointer (&self->found.unmatched, g_ptr_array_unref);
  g_clear_pointer (&self->found.stale, g_ptr_array_unref);
  g_clear_pointer (&self->found.carried, g_ptr_array_unref);
  g_clear_pointer (&self->decisions, g_ptr_array_unref);
  ay_work_unref (self->now);
  ay_work_unref (self->earlier);
  g_free (self);
}

const AyUpdate *
ay_updating_found (const AyUpdating *self)
{
  return &self->found;
}

const AyDataset *
ay_updating_data (const AyUpdating *self)
{
  return self->now->data;
}

/* --- the roles of the new version --- */

static gboolean
is_file (const char *role)
{
  return role != NULL && strstr (role, "file:") != NULL;
}

/* A role that a file gave cannot hold for other rows: it is named anew, or `may_go`. */
static gboolean
take_source (char **role, const char *given, const char *name, gboolean may_go, GError **error)
{
  if (given != NULL)
    {
      g_free (*role);
      *role = g_strdup (given);
      return TRUE;
    }
  if (!is_file (*role))
    return TRUE;
  if (may_go)
    {
      g_clear_pointer (role, g_free);
      return TRUE;
    }
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
               N_ ("%s came from %s: name that of the new version with --%s"), name, *role, name);
  return FALSE;
}

static AyLoadOptions *
roles_of_update (AyWork *earlier, const AyUpdateSources *sources, GError **error)
{
  g_autoptr (AyLoadOptions) roles = ay_load_options_copy (earlier->load);

  if (roles->id == NULL && sources->id == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                   N_ ("%s: its rows have no id but their number, by which another version cannot "
                       "be "
                       "joined; make it with --id"),
                   ay_work_path (earlier));
      return NULL;
    }
  g_strfreev (roles->inputs);
  roles->inputs = g_strdupv ((char **) sources->inputs);
  if (!take_source (&roles->features, sources->features, "features", FALSE, error)
      || !take_source (roles->target != NULL ? &roles->target : &roles->label, sources->label,
                       "label", FALSE, error)
      || !take_source (&roles->id, sources->id, "id", FALSE, error)
      || !take_source (&roles->probabilities, sources->probabilities, "probabilities", TRUE, error)
      || !take_source (&roles->dynamics, sources->dynamics, "dynamics", TRUE, error)
      || !take_source (&roles->split, NULL, "split", TRUE, error)
      || !take_source (&roles->weight, NULL, "weight", TRUE, error)
      || !take_source (&roles->group, NULL, "group", TRUE, error)
      || !take_source (&roles->time, NULL, "time", TRUE, error))
    return NULL;
  return g_steal_pointer (&roles);
}

/* --- parts --- */

/* A row that was there keeps its part: what was reported by must not be chosen by. A new row whose
 * like (same or nearly the same content, or group) was there goes to that part; all others stay as
 * drawn. */
static gboolean
keep_parts (AyUpdating *self, AyJob *job, GError **error)
{
  const AyDataset *was = self->earlier->data;
  AyDataset *is = self->now->data;
  AyContent content = { .matrix = is->features };
  g_autofree guint32 *first = NULL;
  g_autofree guint32 *unit = NULL;
  g_autofree guint8 *part_of = NULL;

  if (!is->test_drawn || !was->test_drawn)
    return TRUE;
  first = ay_content_first (&content, is->n, NULL, job, error);
  unit = first != NULL ? ay_content_units (first, is->near, is->n, is->group, error) : NULL;
  if (unit == NULL)
    return FALSE;
  part_of = g_new (guint8, MAX (is->n, 1));
  memset (part_of, AY_SPLIT_POOL, is->n);
  for (gsize i = 0; i < is->n; i++)
    if (self->found.was_of[i] != AY_ROW_NONE && part_of[unit[i]] == AY_SPLIT_POOL)
      part_of[unit[i]] = was->split[self->found.was_of[i]];
  for (gsize i = 0; i < is->n; i++)
    {
      guint32 row = self->found.was_of[i];
      guint8 part = row != AY_ROW_NONE ? was->split[row] : part_of[unit[i]];

      if (is->split[i] != AY_SPLIT_POOL && part != AY_SPLIT_POOL)
        is->split[i] = part;
      else if (is->split[i] != AY_SPLIT_POOL && row != AY_ROW_NONE)
        is->split[i] = AY_SPLIT_TRAIN; /* it was chosen to be labelled, not drawn at random */
    }
  if (is->near != NULL && ay_dataset_tears (is, is->near))
    {
      g_free (is->near_said);
      is->near_said = g_strdup ("near copies of rows that were there before may lie in two parts: "
                                "these rows keep their part");
    }
  return TRUE;
}

/* --- scores --- */

static gboolean
sort_scores (AyUpdating *self, GError **error)
{
  g_autoptr (GPtrArray) scores = ay_work_scores (self->earlier, error);

  if (scores == NULL)
    return FALSE;
  self->found.stale = g_ptr_array_new_with_free_func (g_free);
  self->found.carried = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < scores->len; i++)
    {
      const AyScoreInfo *info = scores->pdata[i];
      const char *how = info->certificate != NULL
                            ? json_object_get_string_member_with_default (info->certificate,
                                                                          "method", "")
                            : "";

      if (strcmp (info->id, "added") == 0 || strcmp (info->id, "changed") == 0)
        continue;
      g_ptr_array_add (strcmp (how, AY_METHOD_IMPORTED) == 0 ? self->found.carried
                                                             : self->found.stale,
                       g_strdup (info->id));
    }
  return TRUE;
}

AyUpdating *
ay_work_update (AyWork *earlier, const AyUpdateSources *sources, AyJob *job, GError **error)
{
  g_autoptr (AyUpdating) self = g_new0 (AyUpdating, 1);
  g_autoptr (AyLoadOptions) roles = roles_of_update (earlier, sources, error);

  self->earlier = ay_work_ref (earlier);
  if (roles == NULL)
    return NULL;
  self->now = ay_work_load_new (roles, NULL, job, error);
  if (self->now == NULL || !ay_update_compare_rows (self, job, error)
      || !keep_parts (self, job, error) || !ay_update_carry_decisions (self, error)
      || !sort_scores (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* --- the new workspace --- */

static gboolean
put_decisions (AyUpdating *self, AyWorkspace *store, GError **error)
{
  g_autoptr (AyJournal) journal = ay_journal_open (store, self->now->data->n, error);

  for (guint i = 0; journal != NULL && i < self->decisions->len; i++)
    {
      const AyPlannedDecision *one = self->decisions->pdata[i];
      AyDecision decision = { one->kind, one->rows, one->value, one->why, one->time };

      if (!ay_journal_decide (journal, &decision, error))
        return FALSE;
    }
  return journal != NULL;
}

static gboolean
put_flag (AyUpdating *self, const char *id, const char *title, const double *values,
          GError **error)
{
  g_autoptr (JsonObject) certificate = json_object_new ();
  g_autofree char *sentence
      = g_strdup_printf ("1 for rows that the new version of the data has %s.", title);
  g_autofree char *from = g_path_get_basename (ay_work_path (self->earlier));
  AyScoreRecord record = { id, title, sentence, "0/1", NULL, AY_SCORE_FLAG, AY_DIRECTION_NONE,
                           certificate };

  json_object_set_string_member (certificate, "method", "joined by id");
  json_object_set_string_member (certificate, "earlier", from);
  return ay_work_store_score (self->now, &record, values, error);
}

static gboolean
put_flags (AyUpdating *self, GError **error)
{
  gsize n = self->now->data->n;
  g_autofree double *added = g_new0 (double, MAX (n, 1));
  g_autofree double *changed = g_new0 (double, MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    added[i] = self->found.was_of[i] == AY_ROW_NONE;
  for (guint i = 0; i < self->found.changes->len; i++)
    changed[((const AyRowChange *) self->found.changes->pdata[i])->is] = 1.0;
  return put_flag (self, "added", "added", added, error)
         && put_flag (self, "changed", "changed", changed, error);
}

static gboolean
put_carried_one (AyUpdating *self, const AyScoreInfo *info, GError **error)
{
  g_autofree double *was = ay_work_score_values (self->earlier, info->id, error);
  g_autofree double *is = g_new (double, MAX (self->found.n_is, 1));
  AyScoreRecord record = { info->id, info->title, info->sentence, info->unit,
                           info->missing_because, info->kind, info->direction,
                           info->certificate };

  if (was == NULL)
    return FALSE;
  for (gsize i = 0; i < self->found.n_is; i++)
    is[i] = self->found.was_of[i] != AY_ROW_NONE ? was[self->found.was_of[i]] : NAN;
  if (self->found.n_added > 0 && record.missing_because == NULL)
    record.missing_because = "the row is new in this version of the data";
  return ay_work_store_score (self->now, &record, is, error);
}

static gboolean
put_carried (AyUpdating *self, GError **error)
{
  g_autoptr (GPtrArray) scores = ay_work_scores (self->earlier, error);

  for (guint i = 0; scores != NULL && i < scores->len; i++)
    {
      const AyScoreInfo *info = scores->pdata[i];

      if (g_ptr_array_find_with_equal_func (self->found.carried, info->id, g_str_equal, NULL)
          && !put_carried_one (self, info, error))
        return FALSE;
    }
  return scores != NULL;
}

static gboolean
put_settings (AyUpdating *self, AyWorkspace *store, GError **error)
{
  static const char *const names[] = { AY_SETTING_HEAD, AY_SETTING_OPENINGS, AY_SETTING_SAVINGS };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *json = NULL;

      if (!ay_workspace_has (self->earlier->store, AY_KIND_SETTING, names[i]))
        continue;
      json = ay_workspace_get_json (self->earlier->store, AY_KIND_SETTING, names[i], error);
      if (json == NULL || !ay_workspace_put_json (store, AY_KIND_SETTING, names[i], json, error))
        return FALSE;
    }
  return TRUE;
}

static char *
describe_counts (const AyUpdating *self)
{
  const AyUpdate *found = &self->found;
  g_autofree char *from = g_path_get_basename (ay_work_path (self->earlier));
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_node_take_object (node, object);
  json_object_set_string_member (object, "earlier", from);
  json_object_set_int_member (object, "n_before", (gint64) found->n_was);
  json_object_set_int_member (object, "n", (gint64) found->n_is);
  json_object_set_int_member (object, "n_added", (gint64) found->n_added);
  json_object_set_int_member (object, "n_gone", (gint64) found->n_gone);
  json_object_set_int_member (object, "n_changed", (gint64) found->n_changed);
  json_object_set_int_member (object, "n_relabelled", (gint64) found->n_relabelled);
  json_object_set_int_member (object, "n_moved", (gint64) found->n_moved);
  json_object_set_int_member (object, "n_unmatched", found->unmatched->len);
  return ay_json_to_text (node, FALSE);
}

static gboolean
fill (AyWorkspace *store, gpointer data, GError **error)
{
  AyUpdating *self = data;
  g_autofree char *counts = describe_counts (self);
  g_autoptr (JsonNode) aside = ay_update_describe_aside (self);
  g_autofree char *set_aside = ay_json_to_text (aside, FALSE);
  gboolean ok;

  self->now->store = store; /* not its own yet: scores are stored into the file in the making */
  ok = put_settings (self, store, error) && put_decisions (self, store, error)
       && put_flags (self, error) && put_carried (self, error)
       && ay_workspace_put_json (store, AY_KIND_UPDATE, AY_UPDATE_COUNTS, counts, error)
       && ay_workspace_put_json (store, AY_KIND_UPDATE, AY_UPDATE_ASIDE, set_aside, error);
  self->now->store = NULL;
  return ok;
}

AyWork *
ay_updating_write (AyUpdating *self, const char *path, AyJob *job, GError **error)
{
  AyWorkspaceFiller filler = { fill, self };

  if (!ay_work_is_free (path, error) || !ay_job_commit (job, error)
      || !ay_work_create (self->now, path, &filler, job, error)
      || !ay_work_load_head_options (self->now, error))
    return NULL;
  return ay_work_ref (self->now);
}

JsonObject *
ay_work_update_counts (AyWork *self, GError **error)
{
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (!ay_workspace_has (self->store, AY_KIND_UPDATE, AY_UPDATE_COUNTS))
    return NULL;
  json = ay_workspace_get_json (self->store, AY_KIND_UPDATE, AY_UPDATE_COUNTS, error);
  node = json != NULL ? ay_json_read (json, -1, error) : NULL;
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_dup_object (node) : NULL;
}
