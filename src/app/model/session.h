/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/task.h"
#include "core/base/story.h"
#include "core/work/work.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* The one shared state of all views: the open workspace, the selection, the visible rows, the
 * hovered row, the column that colours. Views get only this; they never know each other. Main
 * thread only.
 *
 * Properties (notify on change):
 *   loaded     gboolean  a workspace is open
 *   title      string    its file name, "" without
 *   n-rows     uint      rows of the data set
 *   n-selected uint
 *   n-visible  uint      rows that pass the filters
 *   hovered    int64     row under the pointer or keyboard focus, -1 = none
 *   color-by   string    a column's name, NULL = plain
 *   density    gboolean  the map shows how many rows lie where, not single ones
 *   filter     string    SQL condition, NULL = none
 *   can-undo, can-redo   gboolean
 *   busy       gboolean  a task is running
 * Signals:
 *   columns-changed   () columns were added or changed (also when a workspace opens or closes)
 *   selection-changed ()
 *   visible-changed   ()
 *   sorted            () rows are listed in another order
 *   decided           () the journal changed; the columns decision, new_label, tags are new
 *   findings-changed  () something was pinned or taken down, or is of another workspace
 *   message           (string text, gboolean offer_undo) something to tell, in a toast
 *   failed            (string text) something went wrong */
#define ASSAY_TYPE_SESSION (assay_session_get_type ())
G_DECLARE_FINAL_TYPE (AssaySession, assay_session, ASSAY, SESSION, GObject)

AssaySession *assay_session_new (void);

/* (transfer none) (nullable) */
AyWork *assay_session_get_work (AssaySession *self);
/* Takes over a workspace that a task opened; NULL closes. Tasks of the one before are cancelled. */
void assay_session_set_work (AssaySession *self, AyWork *work);
AyDataset *assay_session_get_data (AssaySession *self);
/* Another number whenever a workspace is opened, in any session: a key for what is kept of its
 * rows. */
guint assay_session_get_serial (AssaySession *self);
/* (transfer none) (nullable): a picture of all columns, remade when they change. */
AyTable *assay_session_get_columns (AssaySession *self);
/* (transfer none) (nullable) */
AyColumn *assay_session_find_column (AssaySession *self, const char *name);
/* (transfer none) (element-type AyScoreInfo): the stored scores and maps; empty without work. */
GPtrArray *assay_session_get_scores (AssaySession *self);
/* (transfer none) (nullable) */
const AyScoreInfo *assay_session_find_score (AssaySession *self, const char *id);
/* A column of what is noise of a score, which views show with the score. */
gboolean assay_session_is_noise (AssaySession *self, const char *column);
/* What is known of the noise of a score's value in a row; NaN: nothing. */
double assay_session_get_noise (AssaySession *self, const char *score, AyNoiseKind kind, gsize row);
/* Rows whose value cannot be told from zero: hatched or hollow instead of coloured. NULL: a score
 * without errors, or no score. (transfer full) */
AyBitset *assay_session_dup_uncertain (AssaySession *self, const char *score);
/* After a task stored scores or a map. */
void assay_session_columns_changed (AssaySession *self);
/* After a task that may have stored some: the same, if there are other columns than before. */
void assay_session_check_columns (AssaySession *self);
/* After columns came as a step of the journal (an import, a score of a slice or a row, names of
 * clusters): undo takes them away. show (nullable): the map is coloured by it and the rows are
 * sorted by it, largest first, in the same step. */
void assay_session_columns_came (AssaySession *self, const char *show);

/* What a selecting gesture does to the selection: plain = replace, Ctrl = add (a click toggles),
 * Ctrl+Shift = subtract. The same rule in map, table and gallery. */
typedef enum
{
  ASSAY_SELECT_REPLACE,
  ASSAY_SELECT_ADD,
  ASSAY_SELECT_TOGGLE,
  ASSAY_SELECT_SUBTRACT,
} AssaySelectMode;

AssaySelectMode assay_select_mode (guint state, gboolean click);

/* (transfer none): never NULL while loaded; n = rows of the data set. */
const AyBitset *assay_session_get_selection (AssaySession *self);
const AyBitset *assay_session_get_visible (AssaySession *self);
/* Only visible rows are ever selected by a gesture. Recorded for undo. */
void assay_session_select (AssaySession *self, const AyBitset *rows, AssaySelectMode mode);
void assay_session_select_row (AssaySession *self, gsize row, AssaySelectMode mode);
void assay_session_select_all (AssaySession *self);   /* all visible */
void assay_session_select_none (AssaySession *self);

/* Filters. The SQL condition; classes hidden by the legend; a brush on a column. All hold at once.
 * Recorded for undo. FALSE with the reason for a bad condition: nothing changes. */
gboolean assay_session_set_filter (AssaySession *self, const char *where, GError **error);
/* The same while it is being typed: one step of undo with what was typed just before, until
 * assay_session_set_filter() ends it. */
gboolean assay_session_type_filter (AssaySession *self, const char *where, GError **error);
/* Rows of `column` (a category) with these codes are hidden; NULL shows all. */
void assay_session_set_hidden_classes (AssaySession *self, const AyBitset *hidden);
const AyBitset *assay_session_get_hidden_classes (AssaySession *self); /* (nullable) */
/* Keeps rows with low <= value <= high of a numeric column; low > high removes the brush. */
void assay_session_set_brush (AssaySession *self, const char *column, double low, double high);
/* FALSE when there is none. */
gboolean assay_session_get_brush (AssaySession *self, const char *column, double *low,
                                  double *high);
void assay_session_clear_filters (AssaySession *self);
/* All of them as one SQL condition; NULL: none is set. (transfer full) */
char *assay_session_dup_where (AssaySession *self);

/* The report that was last told of this workspace, for the rows behind its numbers. Takes it. */
void assay_session_take_story (AssaySession *self, AyStory *story);
const AyStory *assay_session_get_story (AssaySession *self); /* (nullable) */

/* Decisions about the selection, recorded at once. */
gboolean assay_session_decide (AssaySession *self, AyDecisionKind kind, const char *value,
                               const char *why);
/* The same about other rows, which need not be selected or visible. */
gboolean assay_session_decide_rows (AssaySession *self, const AyBitset *rows, AyDecisionKind kind,
                                    const char *value, const char *why);
/* One order over decisions, selections and filters. */
void assay_session_undo (AssaySession *self);
void assay_session_redo (AssaySession *self);

gint64 assay_session_get_hovered (AssaySession *self);
void assay_session_set_hovered (AssaySession *self, gint64 row);
const char *assay_session_get_color_by (AssaySession *self);
void assay_session_set_color_by (AssaySession *self, const char *column);

/* The order of rows in every list: by a column (NULL: file order); missing values come last either
 * way, ties in file order. Not part of undo. */
const char *assay_session_get_sort (AssaySession *self);
gboolean assay_session_get_descending (AssaySession *self);
void assay_session_sort (AssaySession *self, const char *column, gboolean descending);

/* Tasks that compute: one at a time, others wait. (transfer none): a GListModel of AssayTask. */
GListModel *assay_session_get_tasks (AssaySession *self);
/* Runs func (task, work, data, &error) in a thread when its turn comes; done (session, task, data,
 * error) on the main thread, error NULL on success; AY_ERROR_CANCELLED when the user stopped it. */
AssayTask *assay_session_run (AssaySession *self, const char *title, AssayTaskFunc func,
                              AssayTaskDone done, gpointer data, GDestroyNotify free_data);

/* The same for what needs no workspace (opening one): it does not wait for its turn, and goes on
 * when the workspace changes. */
AssayTask *assay_session_run_apart (AssaySession *self, const char *title, AssayTaskFunc func,
                                    AssayTaskDone done, gpointer data, GDestroyNotify free_data);

void assay_session_tell (AssaySession *self, const char *text, gboolean offer_undo);
void assay_session_fail (AssaySession *self, const GError *error);

G_END_DECLS
