/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_loop.h"

#include "core/base/words.h"
#include "core/work/loop_pool.h"
#include "core/work/work_private.h"

#include <math.h>
#include <string.h>

#define KIND "history"

/* --- which loop --- */

/* Told by the JSON alone, so that big histories of other kinds are not read. */
static gboolean
is_loop (const AyItem *item)
{
  return item->json != NULL && strstr (item->json, "\"source\": \"" AY_LOOP_SOURCE "\"") != NULL;
}

/* Loops in the order in which they were made. (transfer full) (element-type AyHistory) */
static GPtrArray *
loops_of (AyWork *self, GError **error)
{
  g_autoptr (GPtrArray) items = ay_workspace_list (self->store, KIND, error);
  g_autoptr (GPtrArray) loops
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_history_unref);

  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      AyItem *item = g_ptr_array_index (items, i);
      AyHistory *loop = is_loop (item) ? ay_work_history (self, item->name, error) : NULL;

      if (loop != NULL)
        g_ptr_array_add (loops, loop);
      else if (is_loop (item))
        return NULL;
    }
  return items != NULL ? g_steal_pointer (&loops) : NULL;
}

char *
ay_work_loop_name (AyWork *self, GError **error)
{
  g_autoptr (GPtrArray) loops = loops_of (self, error);
  const AyHistory *found = NULL;

  for (guint i = 0; loops != NULL && i < loops->len; i++)
    {
      AyHistory *loop = g_ptr_array_index (loops, i);

      if (found == NULL || ay_history_open_round (loop) != NULL
          || ay_history_open_round (found) == NULL)
        found = loop;
    }
  return found != NULL ? g_strdup (found->name) : NULL;
}

/* A copy of the loop of that name, to be changed; NULL: of the one with an open round. */
static AyHistory *
find_loop (AyWork *self, const char *name, gboolean open, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *found = name != NULL ? g_strdup (name) : ay_work_loop_name (self, &failed);
  g_autoptr (AyHistory) loop = found != NULL ? ay_work_history (self, found, &failed) : NULL;

  if (failed != NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  else if (loop == NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                 N_ ("no round was opened yet, do so by assay-cli suggest --record"));
  else if (strcmp (loop->source, AY_LOOP_SOURCE) != 0)
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("\"%s\" is no loop of this workspace"),
                 found);
  else if (open && ay_history_open_round (loop) == NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("\"%s\" has no open round"), found);
  else
    return g_steal_pointer (&loop);
  return NULL;
}

/* --- labels of closed rounds --- */

static void
take_label (AyDataset *data, guint32 row, const char *label)
{
  for (guint c = 0; row < data->n && label != NULL && c < data->n_classes; c++)
    if (strcmp (data->class_names[c], label) == 0)
      {
        data->label[row] = (gint32) c;
        data->split[row] = AY_SPLIT_TRAIN;
      }
}

static void
take_round (AyDataset *data, const AyRound *round)
{
  for (guint32 i = 0; !round->open && i < round->n; i++)
    take_label (data, round->row[i], ay_round_label (round, i, NULL, NULL));
}

gboolean
ay_work_take_labels (AyWork *self, GError **error)
{
  g_autoptr (GPtrArray) loops = loops_of (self, error);

  for (guint i = 0; loops != NULL && i < loops->len && self->data->label != NULL; i++)
    {
      const AyHistory *loop = g_ptr_array_index (loops, i);

      for (guint r = 0; loop->n_rows == self->data->n && r < ay_history_n_rounds (loop); r++)
        take_round (self->data, ay_history_round (loop, r));
    }
  return loops != NULL;
}

/* --- opening --- */

static char *
reason_of (const AySuggestions *rows, const AySuggestion *one)
{
  return g_strdup_printf ("%s: %.4g; the head takes it for %s (%.0f %%); it stands for %zu rows",
                          rows->strategy->quantity, one->value, one->predicted,
                          100.0 * one->probability, one->stands_for);
}

static void
fill_round (AyRound *round, const AySuggestions *rows)
{
  double *score = ay_round_need_score (round);
  char **reason = ay_round_need_reason (round);

  round->open = TRUE;
  round->strategy = g_strdup (rows->strategy->id);
  round->has_seed = TRUE;
  round->seed = rows->seed;
  for (gsize i = 0; i < rows->n; i++)
    {
      round->row[i] = rows->each[i].row;
      score[i] = rows->each[i].value;
      reason[i] = reason_of (rows, &rows->each[i]);
      if (rows->has_costs)
        ay_round_need_cost (round)[i] = rows->each[i].cost;
    }
}

static void
set_fit (GArray *metrics, const AyLoopPool *place)
{
  if (!place->has_fit)
    return;
  ay_metrics_set (metrics, "accuracy", place->fit.accuracy);
  ay_metrics_set (metrics, "loss", place->fit.loss);
}

/* A loop starts from the rows that have labels now, and with what the head makes of them. */
static AyHistory *
begin_loop (AyWork *self, const char *name, const AySuggestions *rows, AyJob *job, GError **error)
{
  g_autoptr (AyHistory) loop = ay_history_new (name, AY_LOOP_SOURCE, self->data->n);
  g_auto (AyLoopPool) place = { 0 };
  g_autofree guint32 *start = NULL;

  place.state.distil = rows->distilled;
  if (!ay_loop_pool_init (&place, self, NULL, job, error))
    return NULL;
  loop->options = rows->distilled ? g_strdup ("{\"head\": \"distilled\"}") : NULL;
  start = g_new (guint32, place.state.pool.n_labelled + 1);
  for (gsize k = 0; k < place.state.pool.n_labelled; k++)
    start[k] = place.row[place.state.labelled[k]];
  ay_history_set_start (loop, start, place.state.pool.n_labelled);
  loop->has_seed = TRUE;
  loop->seed = rows->seed;
  set_fit (loop->start_metrics, &place);
  return g_steal_pointer (&loop);
}

gboolean
ay_work_open_round (AyWork *self, const char *name, const AySuggestions *rows, AyJob *job,
                    GError **error)
{
  g_autoptr (AyHistory) loop = NULL;
  const AyRound *open;

  name = name != NULL ? name : AY_LOOP_NAME;
  loop = ay_workspace_has (self->store, KIND, name)
             ? find_loop (self, name, FALSE, error)
             : begin_loop (self, name, rows, job, error);
  if (loop == NULL)
    return FALSE;
  open = ay_history_open_round (loop);
  if (open != NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("round %lld of \"%s\" is open: %zu of its %zu rows have a label"),
                   (long long) open->number, name, ay_round_n_answered (open), open->n);
      return FALSE;
    }
  fill_round (ay_history_add_round (loop, ay_history_n_rounds (loop) + 1, rows->n), rows);
  return ay_work_put_history (self, loop, error);
}

/* --- answers --- */

void
ay_answered_clear (AyAnswered *self)
{
  g_clear_pointer (&self->elsewhere, g_ptr_array_unref);
}

/* id -> pick + 1 of a round's rows. (transfer full) */
static GHashTable *
picks_by_id (const AyDataset *data, const AyRound *round)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint32 i = 0; i < round->n; i++)
    g_hash_table_insert (table, ay_column_dup_text (data->id, round->row[i]),
                         GUINT_TO_POINTER (i + 1));
  return table;
}

/* Its place in the round's answers, or -1. */
static gint
answer_of (const AyRound *round, guint32 pick, const char *annotator)
{
  for (guint i = 0; i < round->answers->len; i++)
    {
      const AyGivenLabel *one = &g_array_index (round->answers, AyGivenLabel, i);

      if (one->pick == pick && g_strcmp0 (one->annotator, annotator) == 0)
        return (gint) i;
    }
  return -1;
}

static void
take_answer (AyRound *round, guint32 pick, const AyReply *answer, AyAnswered *out)
{
  gint before = answer_of (round, pick, answer->annotator);

  if (before >= 0
      && strcmp (g_array_index (round->answers, AyGivenLabel, before).label, answer->label) == 0)
    return;
  if (before >= 0)
    g_array_remove_index (round->answers, (guint) before);
  ay_round_answer (round, pick, answer->label, answer->annotator, answer->time, answer->seconds);
  out->n_new += before < 0;
  out->n_changed += before >= 0;
}

gboolean
ay_work_answer (AyWork *self, const char *name, GPtrArray *answers, AyAnswered *out,
                GError **error)
{
  g_autoptr (AyHistory) loop = find_loop (self, name, TRUE, error);
  g_autoptr (GHashTable) picks = NULL;
  AyRound *round;

  *out = (AyAnswered) { .elsewhere = g_ptr_array_new_with_free_func (g_free) };
  if (loop == NULL)
    return FALSE;
  round = ay_history_open_round (loop);
  picks = picks_by_id (self->data, round);
  for (guint i = 0; i < answers->len; i++)
    {
      const AyReply *answer = g_ptr_array_index (answers, i);
      guint pick = GPOINTER_TO_UINT (g_hash_table_lookup (picks, answer->id));

      if (pick == 0)
        g_ptr_array_add (out->elsewhere, g_strdup (answer->id));
      else if (!ay_work_check_label (self->data, answer->label, error))
        {
          g_prefix_error (error, "row %s: ", answer->id);
          return FALSE;
        }
      else
        take_answer (round, pick - 1, answer, out);
    }
  out->n = round->n;
  out->n_answered = ay_round_n_answered (round);
  return ay_work_put_history (self, loop, error);
}

gboolean
ay_work_unanswer (AyWork *self, const char *name, guint32 row, GError **error)
{
  g_autoptr (AyHistory) loop = find_loop (self, name, TRUE, error);
  AyRound *round;

  if (loop == NULL)
    return FALSE;
  round = ay_history_open_round (loop);
  for (guint i = round->answers->len; i-- > 0;)
    if (round->row[g_array_index (round->answers, AyGivenLabel, i).pick] == row)
      {
        g_array_remove_index (round->answers, i);
        break;
      }
  return ay_work_put_history (self, loop, error);
}

gboolean
ay_work_write_tasks (AyWork *self, const char *name, const char *path, GError **error)
{
  g_autoptr (AyHistory) loop = find_loop (self, name, TRUE, error);

  return loop != NULL
         && ay_history_write_tasks (self->data, ay_history_open_round (loop), path, error);
}

/* --- closing --- */

/* Rows that nobody labelled leave the round, their places in its answers with them. */
static void
leave_unanswered (AyHistory *loop, AyRound *round)
{
  g_autofree guint32 *place = g_new0 (guint32, round->n + 1);
  gsize n = 0, left;

  for (guint32 i = 0; i < round->n; i++)
    {
      if (ay_round_label (round, i, NULL, NULL) == NULL)
        {
          g_free (round->reason[i]);
          continue;
        }
      place[i] = (guint32) n;
      round->row[n] = round->row[i];
      round->score[n] = round->score[i];
      round->reason[n] = round->reason[i];
      if (round->cost != NULL)
        round->cost[n] = round->cost[i];
      n++;
    }
  left = round->n - n;
  round->n = n;
  for (guint i = 0; i < round->answers->len; i++)
    {
      AyGivenLabel *one = &g_array_index (round->answers, AyGivenLabel, i);

      one->pick = place[one->pick];
    }
  if (left > 0)
    ay_diagnostics_add (loop->notes, "unanswered",
                        N_ ("round %lld: %zu rows had no label when it was closed and went back "
                            "to the pool"), (long long) round->number, left);
}

static void
set_efforts (AyRound *round)
{
  double cost = 0.0, seconds = 0.0;
  guint several = 0, differ = 0;

  for (guint32 i = 0; i < round->n; i++)
    {
      guint n, agree;

      ay_round_label (round, i, &n, &agree);
      several += n > 1;
      differ += agree < n;
      cost += round->cost != NULL ? round->cost[i] : NAN;
    }
  for (guint i = 0; i < round->answers->len; i++)
    seconds += g_array_index (round->answers, AyGivenLabel, i).seconds;
  if (!isnan (cost))
    ay_metrics_set (round->metrics, "cost", cost);
  if (!isnan (seconds))
    ay_metrics_set (round->metrics, "seconds", seconds);
  if (several > 0)
    ay_metrics_set (round->metrics, "disagreements", differ);
}

/* A class that no row had before: loss has no bound before it, so a gain says nothing. */
static gboolean
brings_class (const AyDataset *data, const AyHistory *loop, const AyRound *round)
{
  g_autofree gboolean *known = g_new0 (gboolean, data->n_classes + 1);

  for (gsize i = 0; i < data->n; i++)
    if (data->split[i] == AY_SPLIT_TRAIN && data->label[i] != AY_LABEL_MISSING)
      known[data->label[i]] = TRUE;
  for (guint32 i = 0; i < round->n; i++)
    for (guint c = 0; c < data->n_classes; c++)
      if (!known[c]
          && g_strcmp0 (data->class_names[c], ay_round_label (round, i, NULL, NULL)) == 0)
        {
          ay_diagnostics_add (loop->notes, "class",
                              N_ ("round %lld: class %s became known; its gain of loss has no "
                                  "bound and is not given"), (long long) round->number,
                              data->class_names[c]);
          return TRUE;
        }
  return FALSE;
}

/* The labels, in the data; what it takes to undo that when nothing could be stored. */
typedef struct
{
  gint32 *label;
  guint8 *split;
  gsize n;
} Before;

static void
before_init (Before *self, const AyDataset *data)
{
  self->n = data->n;
  self->label = g_memdup2 (data->label, data->n * sizeof *data->label);
  self->split = g_memdup2 (data->split, data->n);
}

static void
before_restore (Before *self, AyDataset *data)
{
  memcpy (data->label, self->label, self->n * sizeof *self->label);
  memcpy (data->split, self->split, self->n);
}

static void
before_clear (Before *self)
{
  g_free (self->label);
  g_free (self->split);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Before, before_clear)

static gboolean
refit (AyWork *self, const AyHistory *loop, AyRound *round, gboolean new_class, AyJob *job,
       GError **error)
{
  g_auto (AyLoopPool) place = { 0 };
  guint r = ay_history_n_rounds (loop);
  const GArray *before = r > 1 ? ay_history_round (loop, r - 2)->metrics : loop->start_metrics;
  gint64 begun = g_get_monotonic_time ();

  if (!ay_loop_pool_init (&place, self, loop, job, error))
    return FALSE;
  set_fit (round->metrics, &place);
  if (place.has_fit && !new_class)
    ay_metrics_set (round->metrics, "gain", ay_metrics_get (before, "loss") - place.fit.loss);
  ay_metrics_set (round->metrics, "n_labelled", (double) place.state.pool.n_labelled);
  ay_metrics_set (round->metrics, "train_seconds", (g_get_monotonic_time () - begun) / 1e6);
  return TRUE;
}

/* The round, and what was known of the head that is no longer. */
static gboolean
store_closed (AyWork *self, const AyHistory *loop, GError **error)
{
  if (!ay_workspace_begin (self->store, error))
    return FALSE;
  if (ay_work_put_history (self, loop, error)
      && ay_workspace_delete (self->store, AY_KIND_SETTING, AY_SETTING_FLAGGED, error))
    return ay_workspace_commit (self->store, error);
  ay_workspace_rollback (self->store);
  return FALSE;
}

gboolean
ay_work_close_round (AyWork *self, const char *name, AyJob *job, GError **error)
{
  g_autoptr (AyHistory) loop = find_loop (self, name, TRUE, error);
  g_auto (Before) before = { 0 };
  gboolean new_class;
  AyRound *round;

  if (loop == NULL)
    return FALSE;
  round = ay_history_open_round (loop);
  if (ay_round_n_answered (round) == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("round %lld of \"%s\" has no label yet"), (long long) round->number,
                   loop->name);
      return FALSE;
    }
  leave_unanswered (loop, round);
  set_efforts (round);
  new_class = brings_class (self->data, loop, round);
  round->open = FALSE;
  before_init (&before, self->data);
  take_round (self->data, round);
  if (!refit (self, loop, round, new_class, job, error) || !ay_job_commit (job, error)
      || !store_closed (self, loop, error))
    {
      before_restore (&before, self->data);
      return FALSE;
    }
  g_clear_pointer (&self->context, ay_score_context_free);
  ay_work_changed (self);
  return TRUE;
}
