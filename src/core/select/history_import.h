/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/dataset.h"
#include "core/data/round_history.h"

G_BEGIN_DECLS

/* Histories of other tools, and the neutral form. */
typedef struct
{
  const char *id, *title;
  gboolean seen; /* real files of it were read; else only its sources or documentation */
} AyHistoryFormat;

const AyHistoryFormat *ay_history_formats (guint *n);

typedef struct
{
  const char *format; /* (nullable): an id of the list; NULL: recognised by names and contents */
  const char *name;   /* (nullable): default, the first file's name */
} AyHistoryImport;
#define AY_HISTORY_IMPORT_INIT { NULL, NULL }

/* Reads the files of one experiment (a file may hold several runs: a history each). What is wrong
 * with them is said in the notes of each history, with these ids: "outside" rows that the data do
 * not have, "twice" rows taken more than once, "gap" rounds that are missing, "metrics" some rounds
 * have and others have not, "parts" rows of the validation or test part, "probabilities" under a
 * name that says otherwise, "overlap" scored rows that had been taken, "sizes" that do not add up,
 * "unread" files or fields passed over. Errors: AY_ERROR_INPUT or UNSUPPORTED "FILE: what".
 * (transfer full) (element-type AyHistory) */
GPtrArray *ay_history_import (const AyDataset *data, const char *const *files,
                              const AyHistoryImport *options, AyJob *job, GError **error);

/* A label that came back for a row. */
typedef struct
{
  char *id, *label;
  char *annotator, *time; /* (nullable) */
  double seconds;         /* NaN: unknown */
} AyReply;

/* Labels out of a table with columns id and label (and annotator, seconds, timestamp where it has
 * them), or of Label Studio's tasks; lines without a label are passed over. (transfer full)
 * (element-type AyReply) */
GPtrArray *ay_history_read_replies (const AyDataset *data, const char *path, AyJob *job,
                                    GError **error);
/* Takes copies of its texts. (transfer full) */
AyReply *ay_reply_new (const char *id, const char *label, const char *annotator);
void ay_reply_free (AyReply *self);

/* Writes the neutral form: PATH, a table (CSV or JSON lines by its ending) with a line a row taken
 * and answer, and beside it NAME.loops.ENDING with a line a round. */
gboolean ay_history_export (const AyDataset *data, const AyHistory *history, const char *path,
                            GError **error);

/* Writes the rows of a round that have no answer for whoever labels them: .csv with id, text and
 * image where the data has them, and an empty label and annotator; or .json, tasks of Label Studio.
 * What the head takes them for is left out, as it would sway the answer. */
gboolean ay_history_write_tasks (const AyDataset *data, const AyRound *round, const char *path,
                                 GError **error);

G_END_DECLS
