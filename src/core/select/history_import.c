/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/select/history_private.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/array.h"

#include <math.h>
#include <string.h>

static const AyHistoryFormat formats[] = {
  { "table", "neutral form: CSV or JSON lines with a column loop or round", TRUE },
  { "alectio",
    "Alectio: selected_indices_N, logits_N, metrics_N, insights_N .pkl, meta.json; lite: "
    "selected_indices_N, logits_N .csv",
    FALSE },
  { "google", "google/active-learning: results pickles", FALSE },
  { "baal", "baal: uncertainty_pool pickles", FALSE },
  { "alipy", "ALiPy: AL_round pickles (StateIO)", FALSE },
  { "label_studio", "Label Studio: tasks with annotations (JSON)", FALSE },
  { "trainer_state", "Hugging Face: trainer_state.json", FALSE },
  { "codecarbon", "codecarbon: emissions.csv, lines beside the rounds of another file", FALSE },
  { "fiftyone", "FiftyOne: samples.json whose tags name rounds (round-1, loop_2 ...)", FALSE },
  { "wandb", "Weights & Biases: a table (.table.json) with a column loop or round", FALSE },
};

const AyHistoryFormat *
ay_history_formats (guint *n)
{
  *n = G_N_ELEMENTS (formats);
  return formats;
}

AyDraft *
ay_history_files_draft (AyHistoryFiles *self, const char *key, const char *format,
                        gboolean by_row)
{
  for (guint i = 0; i < self->keys->len; i++)
    if (strcmp (g_ptr_array_index (self->keys, i), key) == 0)
      return g_ptr_array_index (self->drafts, i);
  g_ptr_array_add (self->drafts, ay_draft_new (self->data, self->row_of, format));
  g_ptr_array_add (self->keys, g_strdup (key));
  g_ptr_array_add (self->by_row, GINT_TO_POINTER (by_row));
  return g_ptr_array_index (self->drafts, self->drafts->len - 1);
}

static gboolean
is_pickle (const char *path)
{
  return g_str_has_suffix (path, ".pkl") || g_str_has_suffix (path, ".pickle");
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
read_one (AyHistoryFiles *self, const char *path, const char *format, GError **error)
{
  gboolean known = FALSE;

  if (!ay_job_check (self->job, error) || ay_history_refuse (path, error))
    return FALSE;
  if (g_str_has_suffix (path, ".json") && !ay_history_read_json (self, path, &known, error))
    return FALSE;
  if (known)
    return TRUE;
  if (ay_history_is_lite (path))
    return ay_history_read_lite (self, path, error);
  return is_pickle (path) ? ay_history_read_pickle (self, path, format, error)
                          : ay_history_read_table (self, path, error);
}

/* Tables of rounds after those of rows, which say what the runs are. */
static gboolean
read_all (AyHistoryFiles *self, const char *const *files, const char *format, GError **error)
{
  g_autoptr (GPtrArray) first = g_ptr_array_new (), later = g_ptr_array_new ();

  for (guint i = 0; files[i] != NULL; i++)
    g_ptr_array_add (is_pickle (files[i]) || ay_history_has_rows (files[i]) ? first : later,
                     (gpointer) files[i]);
  g_ptr_array_sort (first, by_name);
  g_ptr_array_extend (first, later, NULL, NULL);
  for (guint i = 0; i < first->len; i++)
    if (!read_one (self, g_ptr_array_index (first, i), format, error))
      return FALSE;
  return TRUE;
}

static gboolean
known_format (const char *format, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (format == NULL || strcmp (format, formats[i].id) == 0)
      return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("no format of histories is called \"%s\""),
               format);
  return FALSE;
}

static void
free_draft (gpointer draft)
{
  ay_draft_free (draft);
}

static void
free_array (gpointer array)
{
  ay_array_unref (array);
}

static void
free_history (gpointer history)
{
  ay_history_unref (history);
}

static GPtrArray *
finish (AyHistoryFiles *self)
{
  GPtrArray *histories = g_ptr_array_new_with_free_func (free_history);

  for (guint i = 0; i < self->drafts->len; i++)
    {
      const char *key = g_ptr_array_index (self->keys, i);
      g_autofree char *name = *key == '\0' || self->drafts->len == 1
                                  ? g_strdup (self->name)
                                  : g_strdup_printf ("%s: %s", self->name, key);

      for (guint k = 0; k < self->said->len; k++)
        ay_diagnostics_add (((AyDraft *) g_ptr_array_index (self->drafts, i))->scratch->notes,
                            "project", "%s", (char *) g_ptr_array_index (self->said, k));
      g_ptr_array_add (histories, ay_draft_finish (g_ptr_array_index (self->drafts, i), name,
                                                   g_ptr_array_index (self->by_row, i) != NULL));
    }
  return histories;
}

GPtrArray *
ay_history_import (const AyDataset *data, const char *const *files,
                   const AyHistoryImport *options, AyJob *job, GError **error)
{
  g_autofree char *base = g_path_get_basename (files[0]);
  g_autoptr (GHashTable) row_of = NULL;
  g_autoptr (GPtrArray) drafts = g_ptr_array_new_with_free_func (free_draft);
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) by_row = g_ptr_array_new ();
  g_autoptr (GPtrArray) said = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) truth = g_ptr_array_new_with_free_func (free_array);
  AyHistoryFiles self = { .data = data, .drafts = drafts, .keys = keys, .by_row = by_row,
                          .said = said, .truth = truth, .job = job };

  if (!known_format (options->format, error))
    return NULL;
  if (strrchr (base, '.') != NULL)
    *strrchr (base, '.') = '\0';
  self.name = options->name != NULL ? options->name : base;
  row_of = ay_draft_ids (data);
  self.row_of = row_of;
  if (!read_all (&self, files, options->format, error))
    return NULL;
  if (drafts->len > 0)
    return finish (&self);
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: holds no round"), files[0]);
  return NULL;
}

AyReply *
ay_reply_new (const char *id, const char *label, const char *annotator)
{
  AyReply *self = g_new0 (AyReply, 1);

  self->id = g_strdup (id);
  self->label = g_strdup (label);
  self->annotator = g_strdup (annotator);
  self->seconds = NAN;
  return self;
}

void
ay_reply_free (AyReply *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->label);
  g_free (self->annotator);
  g_free (self->time);
  g_free (self);
}

static void
free_reply (gpointer answer)
{
  ay_reply_free (answer);
}

static GPtrArray *
answers_of (const AyDraftRound *round)
{
  GPtrArray *answers = g_ptr_array_new_with_free_func (free_reply);

  for (guint i = 0; i < round->ids->len; i++)
    if (g_ptr_array_index (round->labels, i) != NULL)
      {
        AyReply *one = ay_reply_new (g_ptr_array_index (round->ids, i),
                                       g_ptr_array_index (round->labels, i),
                                       g_ptr_array_index (round->annotators, i));

        one->time = g_strdup (g_ptr_array_index (round->times, i));
        one->seconds = g_array_index (round->seconds, double, i);
        g_ptr_array_add (answers, one);
      }
  return answers;
}

GPtrArray *
ay_history_read_replies (const AyDataset *data, const char *path, AyJob *job, GError **error)
{
  g_autoptr (GPtrArray) drafts = g_ptr_array_new_with_free_func (free_draft);
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) by_row = g_ptr_array_new ();
  g_autoptr (GPtrArray) said = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) truth = g_ptr_array_new_with_free_func (free_array);
  g_autoptr (GHashTable) none = g_hash_table_new (g_str_hash, g_str_equal);
  AyHistoryFiles self = { .data = data, .drafts = drafts, .keys = keys, .by_row = by_row,
                          .row_of = none, .said = said, .answers = TRUE, .truth = truth,
                          .job = job };

  if (!read_one (&self, path, NULL, error))
    return NULL;
  if (drafts->len == 1)
    return answers_of (ay_draft_round (g_ptr_array_index (drafts, 0), 0));
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: holds no labels"), path);
  return NULL;
}
