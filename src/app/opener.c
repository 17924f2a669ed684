/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/opener.h"

#include "app/paths.h"
#include "core/work/near_copies.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char *path;
  AyLoadOptions *roles; /* (nullable) */
  AyWork *work;         /* the result */
  AssayOpened opened;
  gpointer user;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *self = data;

  g_free (self->path);
  g_clear_pointer (&self->roles, ay_load_options_free);
  g_clear_pointer (&self->work, ay_work_unref);
  g_free (self);
}

gboolean
assay_opener_is_workspace (const char *path)
{
  return g_str_has_suffix (path, ".assay");
}

/* NAME.assay beside the data; for the sample, and where that place cannot be written, a name of its
 * own in the user's data folder. */
static char *
workspace_path (const char *data)
{
  g_autofree char *folder = g_path_get_dirname (data);
  g_autofree char *base = g_path_get_basename (data);
  g_autofree char *hash = NULL;
  g_autofree char *own = NULL;
  g_autofree char *sample = assay_paths_sample ();
  char *dot = strchr (base + 1, '.');

  if (dot != NULL && !g_file_test (data, G_FILE_TEST_IS_DIR))
    *dot = '\0';
  if (g_strcmp0 (sample, data) != 0 && access (folder, W_OK) == 0)
    return g_strdup_printf ("%s/%s.assay", folder, base);
  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, data, -1);
  own = assay_paths_workspaces ();
  return g_strdup_printf ("%s/%s-%.8s.assay", own, base, hash);
}

/* With roles of its own a data file gets a workspace of its own: "NAME 2.assay" and so on. */
static char *
free_path (const char *path)
{
  g_autofree char *stem = g_strndup (path, strlen (path) - strlen (".assay"));
  char *free_one = g_strdup (path);

  for (guint i = 2; g_file_test (free_one, G_FILE_TEST_EXISTS); i++)
    {
      g_free (free_one);
      free_one = g_strdup_printf ("%s %u.assay", stem, i);
    }
  return free_one;
}

static AyWork *
make_workspace (Opening *self, const char *path, AyJob *job, GError **error)
{
  AyWork *work;

  if (self->roles == NULL)
    {
      char *inputs[] = { self->path, NULL };

      self->roles = ay_load_options_new ();
      g_strfreev (self->roles->inputs);
      self->roles->inputs = g_strdupv (inputs);
    }
  self->roles->source.latin1 = TRUE; /* where it is not UTF-8, and then it is said */
  work = ay_work_new (path, self->roles, job, error);
  if (work != NULL && !ay_job_commit (job, error))
    {
      g_clear_pointer (&work, ay_work_unref);
      g_unlink (path);
    }
  return work;
}

/* Read here, since the first page would read them in the main loop: a quarter of a second of a
 * million rows. The work keeps them; what goes wrong is said when the session asks. */
static void
read_columns (AyWork *work)
{
  g_autoptr (AyTable) columns = ay_work_columns (work, NULL);
}

static gboolean
open_in_thread (AyJob *job, AyWork *none, gpointer data, GError **error)
{
  Opening *self = data;
  g_autofree char *path = NULL;

  if (assay_opener_is_workspace (self->path))
    self->work = ay_work_open (self->path, AY_WORKSPACE_WRITE, NULL, job, error);
  else
    {
      path = workspace_path (self->path);
      if (self->roles == NULL && g_file_test (path, G_FILE_TEST_EXISTS))
        self->work = ay_work_open (path, AY_WORKSPACE_WRITE, NULL, job, error);
      else
        {
          g_autofree char *unused = free_path (path);

          self->work = make_workspace (self, unused, job, error);
        }
    }
  if (self->work != NULL)
    read_columns (self->work);
  return self->work != NULL;
}

static void
open_done (GObject *object, gpointer data, const GError *error)
{
  AssaySession *session = ASSAY_SESSION (object);
  Opening *self = data;

  if (error == NULL)
    {
      assay_session_set_work (session, self->work);
      if (ay_workspace_is_read_only (ay_work_store (self->work)))
        {
          g_autofree char *text = g_strdup_printf (
              _ ("Opened to read only: %s"),
              ay_workspace_read_only_reason (ay_work_store (self->work)));

          assay_session_tell (session, text, FALSE);
        }
      assay_opener_score (session);
    }
  self->opened (self->user, error);
}

AssayTask *
assay_opener_start (AssaySession *session, GFile *file, const AyLoadOptions *roles,
                    AssayOpened opened, gpointer user)
{
  Opening *self = g_new0 (Opening, 1);
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *title = g_strdup_printf (_ ("Opening %s"), name);

  self->path = g_file_get_path (file);
  self->roles = roles != NULL ? ay_load_options_copy (roles) : NULL;
  self->opened = opened;
  self->user = user;
  return assay_session_run_apart (session, title, open_in_thread, open_done, self,
                                  opening_free);
}

/* What a first look needs, a task each: the map and what colours it are there at once; what takes
 * longer follows while the person looks. Scores that the data does not allow are left out. */
static const char *const first_scores[] = { "influence", NULL };
static const char *const later_scores[] = { "self_confidence", "label_issue", NULL };
static const char *const copies[] = { "redundant", "group", NULL };

static gboolean
map_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  g_autoptr (AyTable) columns = ay_work_columns (work, error);
  g_autoptr (GHashTable) parameters = g_hash_table_new (g_str_hash, g_str_equal);
  AyMapRequest request = { "pca", parameters, 0, NULL };

  if (columns == NULL || ay_table_find (columns, "map_x") != NULL)
    return columns != NULL;
  /* comparing neighbours would keep a large file waiting: the person asks for it */
  g_hash_table_insert (parameters, (gpointer) "honesty", (gpointer) "no");
  request.seed = ay_work_load_options (work)->seed;
  return ay_work_map (work, &request, job, error);
}

static void
map_done (GObject *object, gpointer data, const GError *error)
{
  assay_session_columns_changed (ASSAY_SESSION (object));
  if (error != NULL)
    assay_session_fail (ASSAY_SESSION (object), error);
}

static gboolean
score_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  const char *const *ids = data;
  g_autoptr (AyTable) columns = ay_work_columns (work, error);
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();
  guint64 seed = ay_work_load_options (work)->seed;

  if (columns == NULL)
    return FALSE;
  for (; *ids != NULL; ids++)
    {
      const AyScoreMethod *method = ay_score_find (*ids);
      gboolean allowed = !(method->needs & AY_NEEDS_CLASSES) || ay_work_data (work)->n_classes > 0;

      if (allowed && ay_table_find (columns, *ids) == NULL)
        g_ptr_array_add (wanted, (gpointer) *ids);
    }
  if (wanted->len == 0)
    return TRUE;
  g_ptr_array_add (wanted, NULL);
  return ay_work_score (work, (const char *const *) wanted->pdata, NULL, seed, job, error);
}

/* What tells a person most at first: influence, once it is told from zero in some rows; else all
 * marks would be hollow, and the labels have the colours. */
static const char *
first_colors (AssaySession *session)
{
  AyColumn *influence = assay_session_find_column (session, "influence");
  g_autoptr (AyBitset) uncertain = assay_session_dup_uncertain (session, "influence");
  gsize known;

  if (influence == NULL)
    return "label";
  known = ay_column_rows (influence) - ay_column_count_missing (influence);
  return uncertain == NULL || ay_bitset_count (uncertain) < known ? "influence" : "label";
}

static void
score_done (GObject *object, gpointer data, const GError *error)
{
  AssaySession *session = ASSAY_SESSION (object);

  assay_session_columns_changed (session);
  if (assay_session_get_color_by (session) == NULL)
    assay_session_set_color_by (session, first_colors (session));
  if (error != NULL)
    assay_session_fail (session, error);
}

AssayTask *
assay_opener_score (AssaySession *session)
{
  if (ay_workspace_is_read_only (ay_work_store (assay_session_get_work (session))))
    {
      score_done (G_OBJECT (session), NULL, NULL);
      return NULL;
    }
  assay_session_run (session, _ ("Placing the rows"), map_in_thread, map_done, NULL, NULL);
  assay_session_run (session, _ ("Scoring"), score_in_thread, score_done, (gpointer) first_scores,
                     NULL);
  if (ay_near_copies_tell (assay_session_get_data (session)))
    assay_session_run (session, _ ("Looking for near copies"), score_in_thread, score_done,
                       (gpointer) copies, NULL);
  return assay_session_run (session, _ ("Looking for label errors"), score_in_thread, score_done,
                            (gpointer) later_scores, NULL);
}
