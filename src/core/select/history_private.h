/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/select/history_draft.h"
#include "core/select/history_import.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

G_BEGIN_DECLS

/* What the importers share; nobody else includes it. */
typedef struct
{
  const AyDataset *data;
  const char *name;
  GHashTable *row_of;
  GPtrArray *drafts; /* of AyDraft* */
  guint n_before;    /* drafts there were before the table that is being read */
  GPtrArray *keys;   /* of char*: what sets a draft apart from the others, "" when there is one */
  GPtrArray *by_row; /* of NULL or not: its ids are row numbers */
  gboolean answers;  /* lines are labels of rows, of no round */
  GPtrArray *said;   /* of char*: notes for every history */
  GPtrArray *truth;  /* of AyArray*: the true classes of a test set, once they were read */
  AyJob *job;
} AyHistoryFiles;

/* The draft of that key, made when there is none. (transfer none) */
AyDraft *ay_history_files_draft (AyHistoryFiles *self, const char *key, const char *format,
                                 gboolean by_row);

/* TRUE with an error that says what it is and what to do instead: a file of a known loop that is
 * not read (SQLite, DuckDB and its export, Parquet, YAML). */
gboolean ay_history_refuse (const char *path, GError **error);

/* Readers: each reads one file into drafts. */
gboolean ay_history_read_table (AyHistoryFiles *self, const char *path, GError **error);
/* The same of lines of texts (element-type char**, one text a name) that path is named for. */
gboolean ay_history_take_table (AyHistoryFiles *self, const char *path, GPtrArray *names,
                                GPtrArray *lines, GError **error);
/* A file that is one JSON value of a known kind; else *known is FALSE and nothing was read. */
gboolean ay_history_read_json (AyHistoryFiles *self, const char *path, gboolean *known,
                               GError **error);
/* Takes what it knows of a pickle of any of the formats below, or of *format alone (nullable). */
gboolean ay_history_read_pickle (AyHistoryFiles *self, const char *path, const char *format,
                                 GError **error);
/* Whether a file is called as a table that Alectio-lite exports to CSV (selected_indices_N.csv,
 * logits_N.csv ...), and its reader. */
gboolean ay_history_is_lite (const char *path);
gboolean ay_history_read_lite (AyHistoryFiles *self, const char *path, GError **error);
/* A file that is called stem, a number, ending. */
gboolean ay_history_numbered (const char *path, const char *stem, const char *ending,
                              gint64 *number);
/* Sets the kind of what was scored: probabilities where the rows sum to 1, which is noted where the
 * file's name base, or the field's (nullable), says otherwise. */
void ay_history_tell_scored (AyDraft *draft, AyScored *scored, const char *base,
                             const char *name);
/* codecarbon's emissions.csv, known by its columns: lines go to rounds in their order. */
gboolean ay_history_is_emissions (GPtrArray *names);
void ay_history_take_emissions (AyHistoryFiles *self, GPtrArray *names, GPtrArray *lines);
/* What a project's meta.json says of its rows and classes; FALSE: it is something else. */
gboolean ay_history_take_meta (AyHistoryFiles *self, JsonObject *object);
/* Samples of FiftyOne whose tags name rounds; FALSE: none does. */
gboolean ay_history_take_samples (AyHistoryFiles *self, JsonArray *samples);
/* A cell of a CSV line, quoted where it needs to be; NULL: empty. */
void ay_history_put_csv (FILE *out, const char *text);
/* Whether the table has a column that says which rows were taken. */
gboolean ay_history_has_rows (const char *path);

G_END_DECLS
