/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_ranks.h"

#include "core/base/error.h"
#include "core/work/work_private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* --- all ranks see the same data --- */

#define N_FACTS 6

typedef struct
{
  guint64 fact[N_FACTS];
} Facts;

static const struct
{
  const char *what;
  gboolean number; /* it says something to a reader */
} facts[N_FACTS] = {
  { "rows", TRUE }, { "feature columns", TRUE }, { "classes", TRUE }, { "class names", FALSE },
  { "labels", FALSE }, { "parts or weights", FALSE },
};

/* FNV-1a */
static guint64
hash (guint64 seed, const void *data, gsize size)
{
  const guint8 *at = data;
  guint64 h = seed ^ 0xcbf29ce484222325u;

  for (gsize i = 0; i < size; i++)
    h = (h ^ at[i]) * 0x100000001b3u;
  return h;
}

static Facts
facts_of (const AyDataset *data)
{
  Facts self = { { data->n, ay_matrix_cols (data->features), data->n_classes, 0, 0, 0 } };

  for (guint c = 0; c < data->n_classes; c++)
    self.fact[3] = hash (self.fact[3], data->class_names[c], strlen (data->class_names[c]) + 1);
  if (data->label != NULL)
    self.fact[4] = hash (0, data->label, data->n * sizeof *data->label);
  if (data->target != NULL)
    self.fact[4] = hash (0, data->target, data->n * sizeof *data->target);
  self.fact[5] = hash (0, data->split, data->n);
  if (data->weight != NULL)
    self.fact[5] = hash (self.fact[5], data->weight, data->n * sizeof *data->weight);
  return self;
}

static void
say_difference (guint rank, guint k, guint64 it, guint64 first, GError **error)
{
  if (facts[k].number)
    g_set_error (error, AY_ERROR, AY_ERROR_CHANGED,
                 "rank %u reads %" G_GUINT64_FORMAT " %s, rank 0 %" G_GUINT64_FORMAT
                 ": the files are not the same", rank, it, facts[k].what, first);
  else
    g_set_error (error, AY_ERROR, AY_ERROR_CHANGED,
                 "rank %u reads other %s than rank 0: the files are not the same", rank,
                 facts[k].what);
}

static gboolean
agree (AyRanks *ranks, const AyDataset *data, GError **error)
{
  guint size = ranks != NULL ? ranks->size : 1;
  g_autofree Facts *all = g_new0 (Facts, size);
  Facts mine = facts_of (data);

  if (!ay_ranks_gather_each (ranks, &mine, sizeof mine, all, error))
    return FALSE;
  for (guint r = 1; r < size; r++)
    for (guint k = 0; k < N_FACTS; k++)
      if (all[r].fact[k] != all[0].fact[k])
        {
          say_difference (r, k, all[r].fact[k], all[0].fact[k], error);
          return FALSE;
        }
  return TRUE;
}

/* --- loading --- */

/* From the first rank to the others: size bytes at data. */
static gboolean
tell (AyRanks *ranks, gpointer data, gsize size, GError **error)
{
  g_autofree gsize *sizes = g_new0 (gsize, ranks->size);
  g_autofree char *mine = g_memdup2 (data, size);

  sizes[0] = size;
  return ay_ranks_gather (ranks, mine, sizes, data, error);
}

static gboolean
is_first (const AyRanksScore *run)
{
  return run->ranks == NULL || run->ranks->rank == 0;
}

/* The first rank draws the parts; the others are told. */
static AyWork *
load (const AyRanksScore *run, AyJob *job, GError **error)
{
  g_autoptr (AyWork) self = is_first (run) ? ay_work_load_new (run->load, job, error) : NULL;
  g_autofree guint8 *split = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint64 n = self != NULL ? self->data->n : 0;

  if (is_first (run) && self == NULL)
    return NULL;
  if (run->ranks == NULL)
    return g_steal_pointer (&self);
  if (!tell (run->ranks, &n, sizeof n, error))
    return NULL;
  split = self != NULL ? g_memdup2 (self->data->split, n) : g_new0 (guint8, n + 1);
  if (!tell (run->ranks, split, n, error))
    return NULL;
  if (self == NULL)
    {
      bytes = g_bytes_new (split, n);
      self = ay_work_load_told (run->load, bytes, job, error);
      if (self == NULL)
        return NULL;
      if (self->data->n == n)
        memcpy (self->data->split, split, n);
    }
  return agree (run->ranks, self->data, error) ? g_steal_pointer (&self) : NULL;
}

/* --- writing --- */

/* A name beside the workspace, for while it is written. (transfer full) */
static char *
temporary_name (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path), *base = g_path_get_basename (path);
  g_autofree char *name = g_strdup_printf (".%s.%d.assay", base, (int) getpid ());

  return g_build_filename (folder, name, NULL);
}

static gboolean
write_there (AyWork *self, const AyRanksScore *run, GPtrArray *results, const char *path,
             AyJob *job, GError **error)
{
  return ay_work_create (self, path, NULL, job, error)
         && (run->parameters == NULL || g_hash_table_size (run->parameters) == 0
             || ay_work_keep_parameters (self, error))
         && ay_work_keep_scores (self, run->ids, run->parameters, results, error);
}

/* Takes self. The workspace appears whole under its name. */
static gboolean
write_workspace (AyWork *self, const AyRanksScore *run, GPtrArray *results, AyJob *job,
                 GError **error)
{
  g_autofree char *path = temporary_name (run->path);
  gboolean ok = write_there (self, run, results, path, job, error);

  ay_work_unref (self); /* closes the file */
  ok = ok && ay_work_is_free (run->path, error);
  if (ok && g_rename (path, run->path) != 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO, "%s: %s", run->path, g_strerror (errno));
      ok = FALSE;
    }
  if (!ok)
    g_unlink (path);
  return ok;
}

/* --- the whole --- */

gboolean
ay_ranks_can_score (const char *id)
{
  static const char *const able[] = { "influence", "loo", "self_influence", "knn_shapley",
                                      "knn_banzhaf", "knn_beta", NULL };

  return g_strv_contains (able, id);
}

static gboolean
check (const AyRanksScore *run, GError **error)
{
  static const char *const refused[] = { "slice", "of" };

  for (gsize k = 0; k < G_N_ELEMENTS (refused) && run->parameters != NULL; k++)
    if (g_hash_table_contains (run->parameters, refused[k]))
      {
        g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                     "%s= is asked of the workspace, once it is there", refused[k]);
        return FALSE;
      }
  for (const char *const *id = run->ids; *id != NULL; id++)
    if (!ay_ranks_can_score (*id))
      {
        g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                     "%s is not shared out to ranks: score it in the workspace, once it is there",
                     *id);
        return FALSE;
      }
  return !is_first (run) || ay_work_is_free (run->path, error);
}

gboolean
ay_work_score_by_ranks (const AyRanksScore *run, AyJob *job, GError **error)
{
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (AyWork) self = NULL;
  guint8 done = 1;

  if (!check (run, error))
    return FALSE;
  self = load (run, job, error);
  if (self == NULL)
    return FALSE;
  self->ranks = run->ranks;
  results = ay_work_compute_scores (self, run->ids, run->parameters, run->seed, job, error);
  if (results == NULL
      || (is_first (run) && !write_workspace (g_steal_pointer (&self), run, results, job, error)))
    return FALSE;
  return run->ranks == NULL || tell (run->ranks, &done, 1, error);
}
