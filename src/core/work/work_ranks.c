/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_ranks.h"

#include "core/base/error.h"
#include "core/base/fnv.h"
#include "core/work/rank_stages.h"
#include "core/work/work_private.h"

#include <string.h>

/* --- all ranks see the same data --- */

static guint64
hash_names (const AyDataset *data)
{
  guint64 hash = AY_FNV;

  for (guint c = 0; c < data->n_classes; c++)
    hash = ay_fnv (hash, data->class_names[c], strlen (data->class_names[c]) + 1);
  return hash;
}

static guint64
hash_labels (const AyDataset *data)
{
  if (data->label != NULL)
    return ay_fnv (AY_FNV, data->label, data->n * sizeof *data->label);
  return data->target != NULL ? ay_fnv (AY_FNV, data->target, data->n * sizeof *data->target) : 0;
}

static guint64
hash_parts (const AyDataset *data)
{
  guint64 hash = ay_fnv (AY_FNV, data->split, data->n);

  return data->weight != NULL ? ay_fnv (hash, data->weight, data->n * sizeof *data->weight) : hash;
}

static gboolean
agree (AyRanks *ranks, const AyDataset *data, GError **error)
{
  const AyRanksFact facts[] = {
    { "rows", data->n, FALSE },
    { "feature columns", ay_matrix_cols (data->features), FALSE },
    { "classes", data->n_classes, FALSE },
    { "class names", hash_names (data), TRUE },
    { "labels", hash_labels (data), TRUE },
    { "parts or weights", hash_parts (data), TRUE },
  };

  return ay_ranks_agree (ranks, facts, G_N_ELEMENTS (facts), error);
}

/* --- loading --- */

static gboolean
is_first (const AyRanksScore *run)
{
  return run->ranks == NULL || run->ranks->rank == 0;
}

/* Bytes that only the first rank has, to the others. (transfer full) (nullable) */
static GBytes *
tell_bytes (AyRanks *ranks, const char *what, GBytes *bytes, GError **error)
{
  guint64 size = bytes != NULL ? g_bytes_get_size (bytes) : 0;
  g_autofree char *text = NULL;

  if (ranks == NULL)
    return bytes != NULL ? g_bytes_ref (bytes) : NULL;
  if (!ay_ranks_tell (ranks, what, &size, sizeof size, error))
    return NULL;
  text = g_malloc0 (size + 1);
  if (bytes != NULL)
    memcpy (text, g_bytes_get_data (bytes, NULL), size);
  return ay_ranks_tell (ranks, what, text, size, error) ? g_bytes_new (text, size) : NULL;
}

static gboolean
is_begun (const AyRanksScore *run)
{
  g_autofree char *path = ay_stages_path (run->path);

  return is_first (run) && run->resume && g_file_test (path, G_FILE_TEST_EXISTS);
}

/* All ranks read the files together. */
static AyWork *
load_new (const AyRanksScore *run, AyJob *job, GError **error)
{
  g_autoptr (AyWork) self = ay_work_load_new (run->load, run->ranks, job, error);

  return self != NULL && (run->ranks == NULL || ay_work_files_share (self, run->ranks, job, error))
             ? g_steal_pointer (&self) : NULL;
}

/* The first rank has what was begun; the others are told its parts. */
static AyWork *
load_begun (const AyRanksScore *run, const char *asked, AyJob *job, GError **error)
{
  g_autoptr (AyWork) self = is_first (run) ? ay_stages_open (run, asked, job, error) : NULL;
  g_autoptr (GBytes) split = NULL, told = NULL;

  if (is_first (run) && self == NULL)
    return NULL;
  if (run->ranks == NULL)
    return g_steal_pointer (&self);
  split = self != NULL ? g_bytes_new (self->data->split, self->data->n) : NULL;
  told = tell_bytes (run->ranks, "parts", split, error);
  if (told == NULL)
    return NULL;
  if (self == NULL)
    {
      self = ay_work_load_told (run->load, run->ranks, told, job, error);
      if (self == NULL)
        return NULL;
      if (self->data->n == g_bytes_get_size (told))
        memcpy (self->data->split, g_bytes_get_data (told, NULL), self->data->n);
    }
  return g_steal_pointer (&self);
}

static AyWork *
load (const AyRanksScore *run, const char *asked, AyJob *job, GError **error)
{
  guint8 begun = is_begun (run);
  g_autoptr (AyWork) self = NULL;

  if (!ay_ranks_tell (run->ranks, "whether it was begun", &begun, sizeof begun, error))
    return NULL;
  self = begun ? load_begun (run, asked, job, error) : load_new (run, job, error);
  return self != NULL && agree (run->ranks, self->data, error) ? g_steal_pointer (&self) : NULL;
}

/* --- the whole --- */

gboolean
ay_ranks_can_make (const char *id)
{
  static const char *const able[] = { "influence", "loo", "self_influence", "knn_shapley",
                                      "knn_banzhaf", "knn_beta", "redundant", "group", NULL };

  return g_strv_contains (able, id) || ay_rank_map_find (id) != NULL;
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
    if (!ay_ranks_can_make (*id))
      {
        g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                     "%s is not shared out to ranks: make it in the workspace, once it is there",
                     *id);
        return FALSE;
      }
  return !is_first (run) || ay_work_is_free (run->path, error);
}

/* One run on one rank. */
typedef struct
{
  const AyRanksScore *run;
  const char *asked;
  AyWork *work;
  AyScoreContext *context;
  AyJob *job;
  guint8 *has; /* by id: whether it is kept */
} Run;

/* What a run before has kept - scores and maps, what it found of the head's labels, the head: the
 * first rank knows. */
static gboolean
recall (const Run *self, GError **error)
{
  AyRanks *ranks = self->run->ranks;
  AyFlagged flagged = *ay_score_context_flagged (self->context);
  g_autoptr (GBytes) kept = is_first (self->run) ? ay_stages_head (self->work) : NULL;
  g_autoptr (GBytes) told = NULL;
  g_autoptr (AyHead) head = NULL;
  gsize n_ids = g_strv_length ((char **) self->run->ids);

  for (gsize k = 0; k < n_ids && is_first (self->run); k++)
    self->has[k] = ay_stages_has (self->work, self->run->ids[k]);
  if (!ay_ranks_tell (ranks, "kept scores", self->has, n_ids, error)
      || !ay_ranks_tell (ranks, "kept share of doubted labels", &flagged, sizeof flagged, error))
    return FALSE;
  ay_score_context_set_flagged (self->context, &flagged);
  told = tell_bytes (ranks, "kept head", kept, error);
  if (told == NULL && ranks != NULL)
    return FALSE;
  if (told == NULL || g_bytes_get_size (told) == 0)
    return TRUE;
  head = ay_head_from_bytes (told, error);
  if (head != NULL)
    ay_score_context_set_head (self->context, head);
  return head != NULL;
}

static gboolean
run_head (const Run *self, GError **error)
{
  gboolean kept = is_first (self->run) && ay_stages_has_head (self->work);

  ay_ranks_set_stage (self->run->ranks, "head");
  return ay_score_context_head (self->context, self->job, error) != NULL
         && (!is_first (self->run) || kept
             || ay_stages_keep_head (self->work, self->run, self->asked, error));
}

static gboolean
run_score (const Run *self, const char *id, GError **error)
{
  g_autoptr (AyScoreResult) result = NULL;
  AyStageScore score = { .id = id };

  if (!ay_score_find (id)->no_head && !run_head (self, error))
    return FALSE;
  ay_ranks_set_stage (self->run->ranks, id);
  score.result = result = ay_score_run (ay_score_find (id), self->context, self->job, error);
  return result != NULL
         && (!is_first (self->run)
             || ay_stages_keep_score (self->work, self->run, self->asked, &score, error));
}

static gboolean
run_map (const Run *self, const AyRankMap *map, GError **error)
{
  g_autoptr (GHashTable) parameters = ay_rank_map_parameters (self->run, map->id);
  AyStageMap stage = { .kind = map };
  gboolean ok;

  ay_ranks_set_stage (self->run->ranks, map->id);
  stage.made = map->make (self->work, parameters, self->run->seed, self->job, error);
  if (stage.made == NULL)
    return FALSE;
  ok = !is_first (self->run)
       || ay_stages_keep_map (self->work, self->run, self->asked, &stage, error);
  map->free (stage.made);
  return ok;
}

/* What the scores among the ids need. (transfer none) */
static AyScoreContext *
prepare (const Run *self, GError **error)
{
  g_autoptr (GPtrArray) scores = g_ptr_array_new ();
  g_autoptr (GHashTable) parameters = ay_rank_map_parameters (self->run, NULL);

  for (const char *const *id = self->run->ids; *id != NULL; id++)
    if (ay_rank_map_find (*id) == NULL)
      g_ptr_array_add (scores, (gpointer) *id);
  g_ptr_array_add (scores, NULL);
  return ay_work_prepare_scores (self->work, (const char *const *) scores->pdata, parameters,
                                 self->run->seed, self->job, error);
}

gboolean
ay_work_score_by_ranks (const AyRanksScore *run, AyJob *job, GError **error)
{
  g_autofree char *asked = ay_stages_asked (run);
  g_autoptr (AyWork) work = NULL;
  g_autofree guint8 *has = g_new0 (guint8, g_strv_length ((char **) run->ids) + 1);
  Run self = { .run = run, .asked = asked, .job = job, .has = has };
  guint8 done = 1;

  if (!check (run, error))
    return FALSE;
  ay_ranks_set_stage (run->ranks, "data");
  self.work = work = load (run, asked, job, error);
  if (work == NULL)
    return FALSE;
  work->ranks = run->ranks;
  self.context = prepare (&self, error);
  if (self.context == NULL || !recall (&self, error))
    return FALSE;
  for (gsize k = 0; run->ids[k] != NULL; k++)
    {
      const AyRankMap *map = ay_rank_map_find (run->ids[k]);

      if (!has[k] && !(map != NULL ? run_map (&self, map, error)
                                   : run_score (&self, run->ids[k], error)))
        return FALSE;
    }
  if (is_first (run) && !ay_stages_finish (g_steal_pointer (&work), run, error))
    return FALSE;
  return ay_ranks_tell (run->ranks, "done", &done, 1, error);
}
