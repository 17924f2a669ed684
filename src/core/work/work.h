/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/load.h"
#include "core/model/removal.h"
#include "core/model/target.h"
#include "core/score/score.h"
#include "core/store/journal.h"
#include "core/store/workspace.h"
#include "core/work/work_map.h"

G_BEGIN_DECLS

/* A workspace with its data set loaded: the verbs that CLI and window share. The one caller that
 * stores results.
 *
 * Threads: verbs that compute (score, import, map, whatif, head, fitness, set_parameters) one at a
 * time, on any thread; columns, select, export, decide, undo and redo on any thread at any time,
 * behind a short lock, so that a window may filter and decide while a score is computed.
 * Every verb either does all it says and stores it, or changes nothing and says why. */
typedef struct _AyWork AyWork;

/* Makes a workspace file of what `options` names; the file must not exist. Roles that were guessed
 * are written back into *options. */
AyWork *ay_work_new (const char *path, AyLoadOptions *options, AyJob *job, GError **error);
/* Opens one and loads its data. AY_ERROR_CHANGED names a file that is not the one it was made of,
 * AY_ERROR_IO one that is not there (moved: `moved` maps stored paths to present ones, nullable).
 * One that keeps its data inside (options->embed) does with its own copy of what is not there, and,
 * where `moved` maps a path to "", of that too. */
AyWork *ay_work_open (const char *path, AyWorkspaceMode mode, GHashTable *moved, AyJob *job,
                      GError **error);
AyWork *ay_work_ref (AyWork *self);
void ay_work_unref (AyWork *self);

/* (transfer none), all of them */
AyDataset *ay_work_data (AyWork *self);
AyWorkspace *ay_work_store (AyWork *self);
AyJournal *ay_work_journal (AyWork *self);
const char *ay_work_path (const AyWork *self);
const AyLoadOptions *ay_work_load_options (const AyWork *self);

/* Every column there is, in this order: id, split, label (or target), the input's own, then scores
 * and maps in the order they were made, then decision, new_label, tags. (transfer full): a picture
 * of now; ask again after a verb that stores. */
AyTable *ay_work_columns (AyWork *self, GError **error);

/* Head parameters (lambda_mean, lambda, standardise, scale, tolerance) and target parameters
 * (target=plain|balanced, slice=SQL) are remembered by the workspace, but for a slice that
 * ay_work_score() is given; other names go to the scores of one run. AY_ERROR_RANGE names a
 * parameter that nothing knows, or a bad value. */
gboolean ay_work_set_parameters (AyWork *self, GHashTable *parameters, GError **error);
const AyHeadOptions *ay_work_head_options (const AyWork *self);
/* The fitted head and its fitness, kept until options change. (transfer none) */
AyHead *ay_work_head (AyWork *self, AyJob *job, GError **error);
const AyFitness *ay_work_fitness (AyWork *self, AyJob *job, GError **error);

/* A stored score. */
typedef struct
{
  char *id, *title, *sentence, *unit;
  char *missing_because; /* (nullable) why rows have no value */
  AyScoreKind kind;
  AyDirection direction;
  gsize n_missing;
  gboolean has_noise;    /* there are columns ay_noise_column() of it */
  JsonObject *certificate;
} AyScoreInfo;

/* What is known of the noise of a score that is judged by validation rows, as columns beside it:
 * its standard error; 1 where it is told from zero (at a false discovery rate of 10 % over all
 * rows), else 0; the range that the row's rank lies in, 1 being the largest value. */
typedef enum
{
  AY_NOISE_ERROR,
  AY_NOISE_TOLD,
  AY_NOISE_RANK_LOW,
  AY_NOISE_RANK_HIGH,
} AyNoiseKind;
#define AY_N_NOISE 4

/* "influence_error" ... (transfer full) */
char *ay_noise_column (const char *score, AyNoiseKind kind);
/* Rows whose value is known and cannot be told from zero; NULL where the score has no such column.
 * (transfer full) */
AyBitset *ay_uncertain_rows (AyTable *columns, const char *score);

void ay_score_info_free (AyScoreInfo *self);
/* One of ay_work_scores(); borrowed, NULL: there is none of this id. */
const AyScoreInfo *ay_score_info_find (GPtrArray *scores, const char *id);
/* A number of the certificate, as "split_half_rank_correlation"; NaN where it has none. */
double ay_score_info_number (const AyScoreInfo *self, const char *name);
/* Computes and stores scores by id, in one go. Those that judge by validation rows do so by all of
 * them, or by those that meet the parameter slice (SQL), which is of this run alone: such a score,
 * and an influence on one row (of=ID) or relative to gradients (relative=yes), has a column of its
 * own, ay_work_score_column(), beside that of the whole. */
gboolean ay_work_score (AyWork *self, const char *const *ids, GHashTable *parameters, guint64 seed,
                        AyJob *job, GError **error);
/* The name of the column that the score is kept in with these parameters (nullable): its id, or the
 * id and words of what is asked, "influence_on_label_8", "influence_on_row_12"; with a number where
 * another condition has the same words. (transfer full) */
char *ay_work_score_column (AyWork *self, const char *id, GHashTable *parameters);
/* Stored scores and maps in order. (transfer full) (element-type AyScoreInfo) */
GPtrArray *ay_work_scores (AyWork *self, GError **error);
/* (transfer full) (nullable): values of one, n of the data set, NaN = missing. */
double *ay_work_score_values (AyWork *self, const char *id, GError **error);

typedef struct
{
  gboolean by_row;      /* else joined by id */
  char *name;           /* (nullable) of the score; default the file's column names */
  char *meaning;        /* (nullable) one sentence */
  AyDirection direction;
} AyImportOptions;

/* What joining found: ids of the file that the data has not, and of the data that the file has
 * not (their score is missing). */
typedef struct
{
  GPtrArray *imported; /* of char*: score ids */
  gsize n_matched, n_missing, n_surplus;
  GPtrArray *missing, *surplus; /* of char*: the first 100 of each */
} AyImportReport;

gboolean ay_work_import (AyWork *self, const char *path, const AyImportOptions *options,
                         AyImportReport *report, AyJob *job, GError **error);
void ay_import_report_clear (AyImportReport *self);

/* Rows for which the SQL condition holds; NULL or "" = all. (transfer full) */
AyBitset *ay_work_select (AyWork *self, const char *where, AyJob *job, GError **error);

/* What is done to the rows. */
typedef enum
{
  AY_WHAT_IF_REMOVE,
  AY_WHAT_IF_RELABEL,   /* label: what they all get */
  AY_WHAT_IF_DUPLICATE, /* they count twice */
} AyWhatIfKind;

typedef struct
{
  AyWhatIfKind kind;
  const char *label; /* (nullable) a class that the data has, or a number where one is predicted */
  gboolean verify;
  gboolean count_later; /* the look at the test part is counted by ay_work_whatif_count, once
                           all that is to be said beside it was found and nothing refused */
} AyWhatIfOptions;
#define AY_WHAT_IF_OPTIONS_INIT { AY_WHAT_IF_REMOVE, NULL, FALSE, FALSE }

/* What removing rows, or changing them, does (rows outside train change nothing and are counted).
 * On valid it is a preview; with `test` also on the test part, whose openings are counted in the
 * workspace. */
typedef struct
{
  AyWhatIfKind kind;
  gsize n_rows, n_outside_train; /* training rows that change; rows of other parts */
  AyRemoval valid;
  gboolean has_test;
  AyRemoval test;       /* only with verify and a test part */
  guint test_openings;  /* how often the test part has been looked at, this one included */
  double interval_low, interval_high; /* 95 % of the paired change of accuracy on test (or valid) */
  const char *verdict;  /* (nullable) by classes: see accuracy_words.h */
  double needed;        /* rows of the part that it would take to say no loss; or NaN */
  double agreement;     /* share of test rows on which the head says what imported predictions say,
                           n_agreement rows in all; NaN: there are none */
  gsize n_agreement;
  char *target;         /* what the loss is over */
  char *solver;         /* what the steps of the estimate were solved by */
  char *sentence;       /* what may be said */
} AyWhatIf;

/* Errors: RANGE (no training row would be left; a label that the data does not know), those of the
 * steps and the refit. */
gboolean ay_work_whatif_of (AyWork *self, const AyBitset *rows, const AyWhatIfOptions *options,
                            AyWhatIf *out, AyJob *job, GError **error);
/* With count_later: counts the look at the test part that `what` took, if any; to be called before
 * anyone sees a number of it. Errors: CANCELLED, those of writing. */
gboolean ay_work_whatif_count (AyWork *self, AyWhatIf *what, AyJob *job, GError **error);
/* The same for removing them. */
gboolean ay_work_whatif (AyWork *self, const AyBitset *rows, gboolean verify, AyWhatIf *out,
                         AyJob *job, GError **error);

/* Who wins and who loses: rows of the judged part (test where the what-if opened it, else valid) by
 * the values of a column. */
typedef struct
{
  char *name;
  gsize n;
  double loss_before, loss_after;         /* after: refitted where verified, else estimated */
  double accuracy_before, accuracy_after; /* NaN for a numeric target */
} AyWhatIfGroup;

void ay_what_if_group_free (AyWhatIfGroup *self);
/* Largest rise of the loss first. (transfer full) (element-type AyWhatIfGroup). AY_ERROR_RANGE: no
 * such column, or more than 1000 values. */
GPtrArray *ay_work_whatif_groups (AyWork *self, const AyWhatIf *what, const char *column,
                                  AyJob *job, GError **error);
void ay_what_if_clear (AyWhatIf *self);
/* How often the test part has been looked at. */
gboolean ay_work_openings (AyWork *self, guint *openings, GError **error);

/* Decisions, recorded in the journal at once. A new label must be one that the data set knows, or
 * a number where one is predicted: AY_ERROR_RANGE. Columns that were imported, or asked of a slice
 * or a row, and names of clusters are steps of the journal too (AY_DECISION_COLUMN): undo takes
 * them away, and brings back what they replaced. */
gboolean ay_work_decide (AyWork *self, const AyDecision *decision, GError **error);
gboolean ay_work_undo (AyWork *self, GError **error);
gboolean ay_work_redo (AyWork *self, GError **error);

typedef struct
{
  const char *const *columns; /* NULL: all */
  const AyBitset *rows;       /* NULL: all */
  const char *sort;           /* a column, as in ay_column_order(); NULL: file order */
  gboolean descending;
} AyWorkExport;

/* The format is the file name's ending. AY_ERROR_RANGE: no such column. */
gboolean ay_work_export (AyWork *self, const AyWorkExport *what, const char *path, AyJob *job,
                         GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyWork, ay_work_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyScoreInfo, ay_score_info_free)

G_END_DECLS
