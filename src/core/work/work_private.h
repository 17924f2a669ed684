/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of work/ share; nobody else includes it. */

#include "core/base/error.h"
#include "core/data/file_hash.h"
#include "core/store/filter.h"
#include "core/work/inside.h"
#include "core/work/work.h"

G_BEGIN_DECLS

struct _AyWork
{
  gatomicrefcount ref;
  AyWorkspace *store;
  AyJournal *journal;
  AyLoadOptions *load;
  AyFileHash *files;        /* (nullable) ay_load_options_files(), hashed whole */
  AyInside *inside;         /* (nullable) of a workspace that holds its data */
  AyDataset *data;

  AyHeadOptions head_options;
  AyTargetKind target_kind;
  char *slice;              /* (nullable) SQL */
  AyScoreContext *context;  /* (nullable): head, Hessian ... until the options change */
  char *aim;                /* (nullable) SQL: the slice that the context's target is of now */
  AyRanks *ranks;           /* (nullable) who compute scores together, each with this data */

  GRecMutex lock;           /* guards journal, columns and filter */
  AyTable *columns;         /* (nullable): rebuilt after a verb that stores */
  AyFilter *filter;         /* (nullable): over columns */
};

/* Kinds of items in the workspace. */
#define AY_KIND_SETTING "setting"
#define AY_KIND_SCORE "score"
#define AY_KIND_NOISE "noise"   /* columns of scores: ay_noise_column() */
#define AY_KIND_MAP "map"       /* columns of maps: METHOD.x (with the certificate), .y, .trust */

/* Setting items. */
#define AY_SETTING_LOAD "load"         /* AyLoadOptions */
#define AY_SETTING_FILES "files"       /* the input files as they were */
#define AY_SETTING_HEAD "head"         /* head and target parameters */
#define AY_SETTING_OPENINGS "test"     /* how often the test part was opened */
#define AY_SETTING_FLAGGED "flagged"   /* the share of labels doubted by a head's left-out rows */
#define AY_SETTING_SAVINGS "savings"   /* the inputs given to ay_work_keep_savings() */
#define AY_SETTING_SPLIT "split"       /* the parts as drawn, a byte a row */

/* The two halves of ay_work_new(): the data loaded, with no file yet; then the file, which appears
 * whole with what `more` (nullable) puts into it too. */
AyWork *ay_work_load_new (AyLoadOptions *options, AyRanks *ranks, AyJob *job, GError **error);
/* The first for a rank that is told the parts as another one drew them. ranks (nullable), of both:
 * each reads its share of the features to check them; where nobody was told the parts, also to find
 * rows that are the same, and the first rank tells the parts to the others. */
AyWork *ay_work_load_told (AyLoadOptions *options, AyRanks *ranks, GBytes *split, AyJob *job,
                           GError **error);
gboolean ay_work_create (AyWork *self, const char *path, const AyWorkspaceFiller *more, AyJob *job,
                         GError **error);
/* AY_ERROR_IO "PATH: exists already". */
gboolean ay_work_is_free (const char *path, GError **error);
/* After something was stored: columns and filter are made anew on need. */
void ay_work_changed (AyWork *self);
/* A transaction of the workspace under the work's lock, which every verb takes first; ends by
 * commit, or where not `ok` by rollback. Returns whether all was kept. */
gboolean ay_work_begin (AyWork *self, GError **error);
gboolean ay_work_end (AyWork *self, gboolean ok, GError **error);

/* Columns that come in, from elsewhere or asked for, as one step of the journal, so that undo takes
 * them away and redo brings them back (column_step.c). What has the name of one is put aside whole
 * before it is stored. */
typedef struct
{
  AyWork *work;
  gint64 seq;        /* of the entry that it will be */
  JsonArray *items;  /* [kind, name] each */
  GString *names;
} AyColumnStep;

/* Begins the transaction. */
gboolean ay_column_step_begin (AyColumnStep *self, AyWork *work, GError **error);
/* Before such an item is stored; a score with its columns of noise. */
gboolean ay_column_step_add (AyColumnStep *self, const char *kind, const char *name,
                             GError **error);
/* rows (nullable): those that have a value; why (nullable): kept in the log. Ends the transaction;
 * nothing is kept where not `ok`, or without anything added. */
gboolean ay_column_step_end (AyColumnStep *self, gboolean ok, const AyBitset *rows,
                             const char *why, GError **error);
/* The rows whose value is known; all where none is. (transfer full) */
AyBitset *ay_work_known_rows (const double *values, gsize n);

/* The shared head and so on, made on need. (transfer none) */
AyScoreContext *ay_work_context (AyWork *self, AyJob *job, GError **error);
/* The same with the target on a slice of its own instead of the remembered one; NULL: all rows. The
 * next ay_work_context() is of the remembered one again. */
AyScoreContext *ay_work_context_on (AyWork *self, const char *slice, AyJob *job, GError **error);
/* Remembers the share of labels that the present head doubts, once it is known by its left-out
 * rows: to find it again means leaving out again. */
gboolean ay_work_keep_flagged (AyWork *self, GError **error);
/* Reads the remembered head and target parameters. */
gboolean ay_work_load_head_options (AyWork *self, GError **error);
/* TRUE when `name` is a head or target parameter. */
gboolean ay_work_is_head_parameter (const char *name);

/* The load options as JSON with every file relative to the workspace. (transfer full) */
char *ay_work_stored_options (AyWorkspace *store, const AyLoadOptions *load);
/* The input files' identities as JSON: path, size, mtime_ns, quick, sha256, and where the workspace
 * holds the file its name there, "inside". */
JsonNode *ay_work_files_describe (const AyWork *self, AyWorkspace *store, AyJob *job,
                                  GError **error);
/* Hashes the files, each rank every size-th, and keeps that for ay_work_files_describe(). */
gboolean ay_work_files_share (AyWork *self, AyRanks *ranks, AyJob *job, GError **error);
/* The check of them. Paths in *load are made absolute; what is gone and inside is written out; the
 * records of what lies elsewhere now are brought up to date. */
gboolean ay_work_files_check (AyWork *self, JsonNode *files, GHashTable *moved, AyJob *job,
                              GError **error);

/* The parts of ay_work_score(): the context of a run of ids, with what it is asked set; then, when
 * each of them has run, what is stored (results: of AyScoreResult *). */
AyScoreContext *ay_work_prepare_scores (AyWork *self, const char *const *ids,
                                        GHashTable *parameters, guint64 seed, AyJob *job,
                                        GError **error);
gboolean ay_work_keep_scores (AyWork *self, const char *const *ids, GHashTable *parameters,
                              GPtrArray *results, GError **error);
/* Head and target parameters as they are now, into the file. */
gboolean ay_work_keep_parameters (AyWork *self, GError **error);

/* Whether the data knows the label as a class (or, where a number is predicted, as one):
 * AY_ERROR_RANGE names what there is. */
gboolean ay_work_check_label (const AyDataset *data, const char *label, GError **error);
/* Labels that closed rounds of loops brought become labels of the data. */
gboolean ay_work_take_labels (AyWork *self, GError **error);

/* The sentence and the interval of a what-if whose fits before and after are known: judged is test
 * where there is one, head the one before. */
gboolean ay_what_if_say (AyWhatIf *self, const AyHead *head, const AyProblem *judged, AyJob *job,
                         GError **error);
/* The test part is about to be looked at: counts it in the workspace. */
gboolean ay_work_count_opening (AyWork *self, guint *openings, GError **error);

/* What a certificate gives as the method of a score of the user's own. */
#define AY_METHOD_IMPORTED "imported, not computed here"
#define AY_NOT_TOLD "not told" /* "meaning" of a certificate, where the user gave none */

/* Stores a score under its id with what the registry or the user says of it. */
typedef struct
{
  const char *id, *title, *sentence, *unit, *missing_because;
  AyScoreKind kind;
  AyDirection direction;
  JsonObject *certificate; /* (nullable) (transfer none) */
  const double *noise[AY_N_NOISE]; /* (nullable) n each, all or none: what is noise of the values */
} AyScoreRecord;

/* What a score asked with these parameters is, and what it is kept under (work_asked.c): the
 * registry's words, with what it is asked of added. */
#define AY_ASKED_OF "asked_of"

typedef struct
{
  char *column, *title, *sentence, *unit;
  char *of; /* (nullable) not of all validation rows: "row 12", "label = '8'"; in the certificate */
} AyAsked;

void ay_asked_init (AyAsked *self, AyWork *work, const AyScoreMethod *method,
                    GHashTable *parameters);
void ay_asked_clear (AyAsked *self);

/* Inside a transaction, where there is more than one to store. */
gboolean ay_work_store_score (AyWork *self, const AyScoreRecord *record, const double *values,
                              GError **error);

/* The columns of noise of a score, in place of those before. */
gboolean ay_work_store_noise (AyWork *self, const AyScoreRecord *record, GError **error);
/* Appends the columns of noise of all scores but those that a score has the name of. (of AyColumn*)
 */
gboolean ay_work_load_noise (AyWork *self, GPtrArray *columns, GError **error);

G_END_DECLS
