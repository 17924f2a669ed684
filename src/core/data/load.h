/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/dataset.h"
#include "core/data/made_features.h"
#include "core/data/source.h"

G_BEGIN_DECLS

typedef enum { AY_MISSING_IMPUTE, AY_MISSING_DROP, AY_MISSING_REFUSE } AyMissing;
typedef enum { AY_ANSWER_UNKNOWN, AY_ANSWER_NO, AY_ANSWER_YES } AyAnswer;
/* Whether near copies stay in one part where parts are drawn; AUTO: where rows are few enough. */
typedef enum { AY_NEAR_AUTO, AY_NEAR_WHOLE, AY_NEAR_IGNORE } AyNearCopies;

/* How to make a data set of files: the roles. Strings are SOURCEs as on the command line (a file,
 * FILE:KEY, a column, col:NAME, file:NAME); NULL = guess, and say so. Serialised as JSON into the
 * workspace, so that opening it again loads the same data set. Plain owned strings. */
typedef struct
{
  char **inputs;      /* paths; several of equal columns are concatenated; may be empty */
  char *features;     /* several by commas, or column globs */
  char *label;        /* exactly one of label, target */
  char *target;
  char *id, *split, *time, *text, *image, *probabilities, *weight, *group;
  char *dynamics;     /* epochs x n x n_classes logits or probabilities of a training run */
  char *class_names;  /* file: one name a line, or JSON object code -> name */
  char *valid_features, *valid_label;
  double valid_fraction; /* share drawn for valid + test when no split is given; default 0.2 */
  AySourceOptions source;
  AyMissing missing;
  AyNearCopies near_copies; /* for an AyNearFinder, where one is there */
  AyAnswer features_saw_labels;   /* asked on import: was the encoder trained on these labels? */
  AyAnswer probabilities_out_of_sample;
  guint64 seed;       /* for drawing the parts, and made features */
  guint text_dimensions; /* of features made of text; 0: the default (features_text.h) */
  gboolean embed;     /* the workspace keeps the files and the made features inside */
  gboolean one_owner; /* the rows are those of one owner of several: they may all be of one class,
                         or of one number */
} AyLoadOptions;

AyLoadOptions *ay_load_options_new (void);
AyLoadOptions *ay_load_options_copy (const AyLoadOptions *self);
void ay_load_options_free (AyLoadOptions *self);
/* JSON text and back (transfer full). Unknown members are left out; a member of the wrong type is
 * AY_ERROR_INPUT naming it. */
char *ay_load_options_to_json (const AyLoadOptions *self);
AyLoadOptions *ay_load_options_from_json (const char *json, GError **error);
/* Every file that is read, once each, in the order of the members. (transfer full) */
char **ay_load_options_files (const AyLoadOptions *self);
/* Replaces the path of every file that is read by what map returns for it ((transfer full); NULL
 * leaves it), keys and columns untouched: to store paths relative to the workspace, and back. */
typedef char *(*AyPathMap) (const char *path, gpointer data);
void ay_load_options_map_paths (AyLoadOptions *self, AyPathMap map, gpointer data);

/* Reads everything named and assembles it: roles guessed where NULL (and written back into
 * *options in their forced form, "col:NAME" or "file:PATH:KEY", so that they can be shown and
 * stored; unchanged on error), labels coded, parts drawn, features made where
 * there are none, all of it checked. Findings go to the data set's diagnostics. */
AyDataset *ay_dataset_load (AyLoadOptions *options, AyJob *job, GError **error);

/* Rows that are nearly the same. Only who is above the data layer can search for them. */
typedef struct
{
  guint32 *first; /* n: the first row of each row's group, itself where it is alone; NULL: they were
                     not looked for */
  char *said;     /* which rows they are, or why none, one sentence */
} AyNearRows;

void ay_near_rows_clear (AyNearRows *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyNearRows, ay_near_rows_clear)

/* Asked once parts are drawn and features made. */
typedef struct
{
  gboolean (*find) (AyDataset *data, const AyLoadOptions *options, AyNearRows *out,
                    AyJob *job, GError **error);
} AyNearFinder;

/* What a workspace holds of the data, and what it lends for drawing the parts. */
typedef struct
{
  const char *root;              /* (nullable) copies of the files are below it (place.h) */
  const AyFeatureKeeper *keeper; /* (nullable) of made features */
  GBytes *split;                 /* (nullable) parts as they were drawn: AySplit, a byte a row */
  const char *near_said;         /* (nullable) what was said of near copies then */
  const AyNearFinder *near;      /* (nullable) near copies stay in one part */
  AyRanks *ranks;                /* (nullable) each checks its share of given features */
} AyLoadInside;

AyDataset *ay_dataset_load_inside (AyLoadOptions *options, const AyLoadInside *inside, AyJob *job,
                                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyLoadOptions, ay_load_options_free)

G_END_DECLS
