/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/rank_stages.h"

#include "core/base/error.h"
#include "core/work/work_private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/* Items that go when the run is done. */
#define KIND "stage"
#define ASKED "asked"
#define HEAD "head"

char *
ay_stages_path (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path), *base = g_path_get_basename (path);
  g_autofree char *name = g_strdup_printf (".%s.begun.assay", base);

  return g_build_filename (folder, name, NULL);
}

static int
compare_text (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

char *
ay_stages_parameters (GHashTable *parameters)
{
  GString *text = g_string_new (NULL);
  GList *names = parameters != NULL ? g_hash_table_get_keys (parameters) : NULL;

  names = g_list_sort (names, compare_text);
  for (GList *at = names; at != NULL; at = at->next)
    g_string_append_printf (text, "\n%s=%s", (char *) at->data,
                            (char *) g_hash_table_lookup (parameters, at->data));
  g_list_free (names);
  return g_string_free (text, FALSE);
}

char *
ay_stages_asked (const AyRanksScore *run)
{
  g_autofree char *load = ay_load_options_to_json (run->load);
  g_autofree char *ids = g_strjoinv (",", (char **) run->ids);
  g_autofree char *parameters = ay_stages_parameters (run->parameters);

  return g_strdup_printf ("%s\n%s\nseed %" G_GUINT64_FORMAT "%s", load, ids, run->seed,
                          parameters);
}

/* --- begun --- */

static gboolean
check_asked (AyWork *self, const char *asked, GError **error)
{
  g_autoptr (AyItem) item = ay_workspace_get (self->store, KIND, ASKED, error);
  gsize size = 0;
  const char *was = item != NULL && item->bytes != NULL ? g_bytes_get_data (item->bytes, &size)
                                                        : NULL;

  if (item == NULL)
    return FALSE;
  if (ay_workspace_is_read_only (self->store))
    g_set_error (error, AY_ERROR, AY_ERROR_IO, "%s: %s", ay_work_path (self),
                 ay_workspace_read_only_reason (self->store));
  else if (size != strlen (asked) || memcmp (was, asked, size) != 0)
    g_set_error (error, AY_ERROR, AY_ERROR_CHANGED,
                 "%s: was begun with other options: give the same, or begin anew without --resume",
                 ay_work_path (self));
  else
    return TRUE;
  return FALSE;
}

AyWork *
ay_stages_open (const AyRanksScore *run, const char *asked, AyJob *job, GError **error)
{
  g_autofree char *path = ay_stages_path (run->path);
  g_autoptr (AyWork) self = ay_work_open (path, AY_WORKSPACE_WRITE, NULL, job, error);

  return self != NULL && check_asked (self, asked, error) ? g_steal_pointer (&self) : NULL;
}

static gboolean
put_bytes (AyWork *self, const char *name, GBytes *bytes, GError **error)
{
  AyItem item = { .kind = (char *) KIND, .name = (char *) name, .bytes = bytes };

  return ay_workspace_put (self->store, &item, error);
}

static void
remove_files (const char *path)
{
  g_autofree char *journal = g_strconcat (path, "-journal", NULL);

  g_unlink (path);
  g_unlink (journal);
}

/* With the first stage that is done, so that nothing is left of a run before. */
static gboolean
create (AyWork *self, const AyRanksScore *run, const char *asked, GError **error)
{
  g_autofree char *path = ay_stages_path (run->path);
  g_autoptr (GBytes) bytes = g_bytes_new (asked, strlen (asked));

  if (self->store != NULL)
    return TRUE;
  remove_files (path);
  return ay_work_create (self, path, NULL, NULL, error)
         && (run->parameters == NULL || g_hash_table_size (run->parameters) == 0
             || ay_work_keep_parameters (self, error))
         && put_bytes (self, ASKED, bytes, error);
}

/* --- stages --- */

gboolean
ay_stages_has_head (AyWork *self)
{
  return self->store != NULL && ay_workspace_has (self->store, KIND, HEAD);
}

GBytes *
ay_stages_head (AyWork *self)
{
  g_autoptr (AyItem) item = ay_stages_has_head (self)
                                ? ay_workspace_get (self->store, KIND, HEAD, NULL)
                                : NULL;

  return item != NULL && item->bytes != NULL ? g_bytes_ref (item->bytes) : NULL;
}

gboolean
ay_stages_keep_head (AyWork *self, const AyRanksScore *run, const char *asked, GError **error)
{
  AyHead *head = ay_score_context_head (self->context, NULL, error);
  g_autoptr (GBytes) bytes = ay_head_to_bytes (head);

  return create (self, run, asked, error) && put_bytes (self, HEAD, bytes, error);
}

gboolean
ay_stages_has (AyWork *self, const char *id)
{
  const AyRankMap *map = ay_rank_map_find (id);

  return self->store != NULL
         && ay_workspace_has (self->store, map != NULL ? map->kind : AY_KIND_SCORE,
                              map != NULL ? map->name : id);
}

gboolean
ay_stages_keep_score (AyWork *self, const AyRanksScore *run, const char *asked,
                      const AyStageScore *score, GError **error)
{
  const char *const ids[] = { score->id, NULL };
  g_autoptr (GPtrArray) results = g_ptr_array_new ();

  g_ptr_array_add (results, score->result);
  return create (self, run, asked, error)
         && ay_work_keep_scores (self, ids, run->parameters, results, error);
}

gboolean
ay_stages_keep_map (AyWork *self, const AyRanksScore *run, const char *asked,
                    const AyStageMap *map, GError **error)
{
  return create (self, run, asked, error) && map->kind->keep (self, map->made, error);
}

/* --- the end --- */

gboolean
ay_stages_name (const char *path, GError **error)
{
  g_autofree char *begun = ay_stages_path (path);

  if (g_rename (begun, path) == 0)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_IO, "%s: %s", path, g_strerror (errno));
  return FALSE;
}

gboolean
ay_stages_finish (AyWork *self, const AyRanksScore *run, GError **error)
{
  gboolean ok = ay_workspace_delete (self->store, KIND, HEAD, error)
                && ay_workspace_delete (self->store, KIND, ASKED, error);

  ay_work_unref (self); /* closes the file */
  return ok && ay_work_is_free (run->path, error) && ay_stages_name (run->path, error);
}
