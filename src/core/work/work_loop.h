/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/select/history_import.h"
#include "core/work/work_history.h"
#include "core/work/work_select.h"

G_BEGIN_DECLS

/* The live loop: rows go out for labels, labels come back part at a time, the head is refitted, the
 * round closes with what it brought. A loop is a history whose source is "loop"; it is stored at
 * every step, so that nothing is lost when the program dies.
 *
 * Labels of closed rounds are labels of the data set from then on: their rows leave the pool for
 * train, in every score. Rounds are counted from 1. Loss and accuracy are on valid, with the head
 * of the loop (loop_state.h); the start has them as well. */

#define AY_LOOP_SOURCE "loop"
#define AY_LOOP_NAME "loop" /* of a loop that was given none */

/* Opens the next round of the loop of that name (nullable), made when there is none, with the rows
 * suggested. AY_ERROR_RANGE when its last round is still open or the name is another history's. */
gboolean ay_work_open_round (AyWork *self, const char *name, const AySuggestions *rows,
                             AyJob *job, GError **error);

/* How a round stands. */
typedef struct
{
  guint n_new;          /* answers that came in */
  guint n_changed;      /* answers that took the place of another of the same annotator */
  GPtrArray *elsewhere; /* of char*: ids that are not in the round; nothing was stored of them */
  gsize n, n_answered;  /* rows of the round; those that have an answer */
} AyAnswered;

void ay_answered_clear (AyAnswered *self);
/* Stores answers (element-type AyReply) in the open round. Every label must be a class of the
 * data: AY_ERROR_INPUT names the row, and nothing is stored. */
gboolean ay_work_answer (AyWork *self, const char *name, GPtrArray *answers, AyAnswered *out,
                         GError **error);
/* Takes back the last answer to a row, if it has one. */
gboolean ay_work_unanswer (AyWork *self, const char *name, guint32 row, GError **error);
/* Closes the open round: rows without an answer go back to the pool, the head is refitted. Sets the
 * metrics loss, accuracy and gain (of loss) where there is a valid part, cost and seconds where
 * they are known, train_seconds, n_labelled, and disagreements where rows have several answers. */
gboolean ay_work_close_round (AyWork *self, const char *name, AyJob *job, GError **error);
/* Writes the rows of the open round that have no answer: .csv (id, text and image, and an empty
 * label, annotator), or .json as tasks of Label Studio. */
gboolean ay_work_write_tasks (AyWork *self, const char *name, const char *path, GError **error);
/* The loop that has an open round, else the newest; NULL without error when there is no loop.
 * (transfer full) */
char *ay_work_loop_name (AyWork *self, GError **error);

G_END_DECLS
