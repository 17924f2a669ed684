/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_private.h"

#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/shim/number.h"
#include "core/work/near_copies.h"

#include <math.h>
#include <string.h>

#define CLASSES_NAMED 20 /* in a message */

AyWork *
ay_work_ref (AyWork *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_work_unref (AyWork *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  ay_work_changed (self);
  g_clear_pointer (&self->context, ay_score_context_free);
  g_clear_pointer (&self->journal, ay_journal_unref);
  g_clear_pointer (&self->data, ay_dataset_unref);
  g_clear_pointer (&self->inside, ay_inside_free); /* after the data, which reads its files */
  g_clear_pointer (&self->load, ay_load_options_free);
  g_clear_pointer (&self->store, ay_workspace_unref);
  g_free (self->files);
  g_free (self->slice);
  g_free (self->aim);
  g_rec_mutex_clear (&self->lock);
  g_free (self);
}

AyDataset *
ay_work_data (AyWork *self)
{
  return self->data;
}

AyWorkspace *
ay_work_store (AyWork *self)
{
  return self->store;
}

AyJournal *
ay_work_journal (AyWork *self)
{
  return self->journal;
}

const char *
ay_work_path (const AyWork *self)
{
  return ay_workspace_path (self->store);
}

const AyLoadOptions *
ay_work_load_options (const AyWork *self)
{
  return self->load;
}

static AyWork *
work_alloc (void)
{
  AyWork *self = g_new0 (AyWork, 1);

  g_atomic_ref_count_init (&self->ref);
  g_rec_mutex_init (&self->lock);
  self->head_options = (AyHeadOptions) AY_HEAD_OPTIONS_INIT;
  return self;
}

/* Where the data is and what it was. */
static gboolean
put_places (AyWork *self, AyWorkspace *store, JsonNode *files, GError **error)
{
  g_autofree char *load = ay_work_stored_options (store, self->load);
  g_autofree char *described = ay_json_to_text (files, FALSE);

  return ay_workspace_put_json (store, AY_KIND_SETTING, AY_SETTING_LOAD, load, error)
         && ay_workspace_put_json (store, AY_KIND_SETTING, AY_SETTING_FILES, described, error);
}

typedef struct
{
  AyWork *work;
  const AyWorkspaceFiller *more; /* (nullable) */
  AyJob *job;
} FirstItems;

/* What the parts' item says: {"near_copies": SENTENCE}. (transfer full) (nullable) */
static char *
split_to_json (const AyDataset *data)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;

  if (data->near_said == NULL)
    return NULL;
  object = json_object_new ();
  json_object_set_string_member (object, "near_copies", data->near_said);
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  return ay_json_to_text (node, FALSE);
}

/* Everything a new workspace holds. */
static gboolean
store_first (AyWorkspace *store, gpointer data, GError **error)
{
  FirstItems *first = data;
  AyWork *self = first->work;
  g_autoptr (GBytes) parts = g_bytes_new (self->data->split, self->data->n);
  g_autofree char *said = split_to_json (self->data);
  AyItem split = { .kind = (char *) AY_KIND_SETTING, .name = (char *) AY_SETTING_SPLIT,
                   .json = said, .bytes = parts };
  g_autoptr (JsonNode) files = ay_work_files_describe (self, store, first->job, error);

  return files != NULL && put_places (self, store, files, error)
         && ay_workspace_put (store, &split, error)
         && (self->inside == NULL
             || ay_inside_put (self->inside, store, self->load, self->data, first->job, error))
         && (first->more == NULL || first->more->fill (store, first->more->data, error));
}

/* Takes what was loaded. */
static AyWork *
load_first (AyWork *self, AyLoadOptions *options, const AyLoadInside *inside, AyJob *job,
            GError **error)
{
  self->data = ay_dataset_load_inside (options, inside, job, error);
  if (self->data == NULL)
    {
      ay_work_unref (self);
      return NULL;
    }
  self->load = ay_load_options_copy (options);
  self->head_options.seed = options->seed;
  return self;
}

AyWork *
ay_work_load_new (AyLoadOptions *options, AyRanks *ranks, AyJob *job, GError **error)
{
  AyWork *self = work_alloc ();
  AyFeatureKeeper keeper;
  AyLoadInside inside = { .near = ay_near_copies (), .ranks = ranks };

  if (options->embed)
    {
      self->inside = ay_inside_new ();
      keeper = ay_inside_collector (self->inside);
      inside.keeper = &keeper;
    }
  return load_first (self, options, &inside, job, error);
}

AyWork *
ay_work_load_told (AyLoadOptions *options, AyRanks *ranks, GBytes *split, AyJob *job,
                   GError **error)
{
  AyLoadInside inside = { .split = split, .ranks = ranks };

  return load_first (work_alloc (), options, &inside, job, error);
}

gboolean
ay_work_create (AyWork *self, const char *path, const AyWorkspaceFiller *more, AyJob *job,
                GError **error)
{
  FirstItems first = { self, more, job };
  AyWorkspaceFiller filler = { store_first, &first };

  self->store = ay_workspace_create (path, &filler, error);
  if (self->store == NULL)
    return FALSE;
  self->journal = ay_journal_open (self->store, self->data->n, error);
  return self->journal != NULL;
}

gboolean
ay_work_is_free (const char *path, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: exists already"), path);
  return FALSE;
}

AyWork *
ay_work_new (const char *path, AyLoadOptions *options, AyJob *job, GError **error)
{
  g_autoptr (AyWork) self = NULL;

  if (!ay_work_is_free (path, error))
    return NULL;
  self = ay_work_load_new (options, NULL, job, error);
  if (self == NULL || !ay_work_create (self, path, NULL, job, error))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
read_load_options (AyWork *self, GHashTable *moved, AyJob *job, GError **error)
{
  g_autofree char *load
      = ay_workspace_get_json (self->store, AY_KIND_SETTING, AY_SETTING_LOAD, error);
  g_autofree char *files = load != NULL ? ay_workspace_get_json (self->store, AY_KIND_SETTING,
                                                                 AY_SETTING_FILES, error)
                                        : NULL;
  g_autoptr (JsonNode) described = NULL;

  if (files == NULL)
    return FALSE;
  self->load = ay_load_options_from_json (load, error);
  described = self->load != NULL ? ay_json_read (files, -1, error) : NULL;
  if (described == NULL || !JSON_NODE_HOLDS_ARRAY (described))
    {
      if (described != NULL)
        g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("the list of files is none"));
      g_prefix_error (error, "%s: is damaged: ", ay_workspace_path (self->store));
      return FALSE;
    }
  if (!ay_work_files_check (self, described, moved, job, error))
    return FALSE;
  if (moved == NULL || g_hash_table_size (moved) == 0
      || ay_workspace_is_read_only (self->store))
    return TRUE;
  return put_places (self, self->store, described, error); /* the new places are remembered */
}

/* The sentence of the parts' item. (transfer full) (nullable) */
static char *
split_said (const AyItem *item)
{
  g_autoptr (JsonNode) node = item->json != NULL ? ay_json_read (item->json, -1, NULL) : NULL;
  const char *said = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                         ? json_object_get_string_member_with_default (
                               json_node_get_object (node), "near_copies", NULL)
                         : NULL;

  return g_strdup (said);
}

/* The parts are those drawn when the workspace was made, whatever a later version would draw. */
static gboolean
load_data (AyWork *self, AyJob *job, GError **error)
{
  AyFeatureKeeper keeper = ay_inside_finder (self->store);
  g_autoptr (AyItem) item
      = ay_workspace_get (self->store, AY_KIND_SETTING, AY_SETTING_SPLIT, error);
  g_autofree char *said = item != NULL ? split_said (item) : NULL;
  AyLoadInside inside = { .near_said = said };
  gsize n = 0;
  const guint8 *split;

  if (item == NULL)
    return FALSE;
  inside.split = item->bytes;
  if (self->load->embed)
    {
      inside.root = ay_inside_root (self->inside);
      inside.keeper = &keeper;
    }
  self->data = ay_dataset_load_inside (self->load, &inside, job, error);
  if (self->data == NULL)
    return FALSE;
  split = item->bytes != NULL ? g_bytes_get_data (item->bytes, &n) : NULL;
  if (split == NULL || n != self->data->n)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_CHANGED,
                   N_ ("%s: was made of %zu rows, the data has %zu"),
                   ay_work_path (self), n, self->data->n);
      return FALSE;
    }
  memcpy (self->data->split, split, n);
  return TRUE;
}

/* Scores of a head that is not the one that is fitted here. */
static void
say_owners (AyWork *self)
{
  g_autoptr (GPtrArray) scores = ay_work_scores (self, NULL);

  for (guint k = 0; scores != NULL && k < scores->len; k++)
    {
      const AyScoreInfo *info = scores->pdata[k];

      if (info->certificate == NULL || !json_object_has_member (info->certificate, "owners"))
        continue;
      ay_diagnostics_add (self->data->diagnostics, "owners-head",
                          N_ ("stored scores, such as %s, are of a head that several owners fitted "
                              "together; what is computed here is of a head of these rows alone"),
                          info->id);
      return;
    }
}

AyWork *
ay_work_open (const char *path, AyWorkspaceMode mode, GHashTable *moved, AyJob *job,
              GError **error)
{
  g_autoptr (AyWork) self = work_alloc ();

  self->store = ay_workspace_open (path, mode, error);
  if (self->store == NULL || !read_load_options (self, moved, job, error))
    return NULL;
  if (!load_data (self, job, error) || !ay_work_take_labels (self, error))
    return NULL;
  self->head_options.seed = self->load->seed;
  self->journal = ay_journal_open (self->store, self->data->n, error);
  if (self->journal == NULL || !ay_work_load_head_options (self, error))
    return NULL;
  say_owners (self);
  return g_steal_pointer (&self);
}

/* A new label must be one that the data set knows. */
gboolean
ay_work_check_label (const AyDataset *data, const char *label, GError **error)
{
  double number;
  g_autoptr (GString) names = NULL;

  if (data->n_classes == 0)
    {
      if (ay_number_parse (label, strlen (label), &number) && isfinite (number))
        return TRUE;
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("new label \"%s\": a number is predicted, and this is none"), label);
      return FALSE;
    }
  if (g_strv_contains ((const char *const *) data->class_names, label))
    return TRUE;
  names = g_string_new (NULL);
  for (guint k = 0; k < MIN (data->n_classes, CLASSES_NAMED); k++)
    g_string_append_printf (names, "%s%s", k > 0 ? ", " : "", data->class_names[k]);
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("no class called \"%s\"; there are %s%s"),
               label, names->str, data->n_classes > CLASSES_NAMED ? ", ..." : "");
  return FALSE;
}

gboolean
ay_work_decide (AyWork *self, const AyDecision *decision, GError **error)
{
  gboolean ok;

  if (decision->kind == AY_DECISION_RELABEL && decision->value != NULL
      && !ay_work_check_label (self->data, decision->value, error))
    return FALSE;
  g_rec_mutex_lock (&self->lock);
  ok = ay_journal_decide (self->journal, decision, error);
  ay_work_changed (self);
  g_rec_mutex_unlock (&self->lock);
  return ok;
}
