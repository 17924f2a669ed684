/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/load.h"

G_BEGIN_DECLS

/* What ay_dataset_load() has in hand while it works: private to the files that make it up
 * (load.c load_inputs.c load_sources.c load_features.c load_default.c load_parts.c load_near.c). */

/* A wide array of the INPUTs: the same key of each file that has it, one after another. */
typedef struct
{
  char *key;          /* "" of NPY and IDX */
  GPtrArray *sources; /* of AySource*, not owned */
  gsize rows;
} AyInputArray;

typedef enum { AY_BLOCK_MATRIX, AY_BLOCK_COLUMNS, AY_BLOCK_TEXT, AY_BLOCK_IMAGE } AyBlockKind;

/* Features that are made together; laid side by side they are the feature matrix. */
typedef struct
{
  AyBlockKind kind;
  AyMatrix *matrix;   /* MATRIX */
  GPtrArray *columns; /* of AyColumn*, owned; TEXT and IMAGE: one */
  char *from;         /* file or columns, for messages */
  char **names;       /* (nullable) MATRIX: of its columns */
  gboolean given;     /* read from a file, row by row */
  AyPixelShape shape; /* MATRIX: of its rows as images; width 0 = none */
} AyFeatureBlock;

typedef struct
{
  AyLoadOptions *options; /* being completed */
  AyDiagnostics *diagnostics;
  AyJob *job;
  AyLoadInside inside;
  GHashTable *sources; /* path -> AySource: every file is opened once */

  gsize n_input;     /* rows of the INPUTs (or of the features file, when there is none) */
  gsize n;           /* and of the validation file */
  AyTable *table;    /* columns of the INPUTs, n rows */
  char *where;       /* the INPUTs in messages */
  GPtrArray *arrays; /* of AyInputArray*: wide arrays of the INPUTs */
  gboolean images;   /* the INPUTs are image folders */
  char *image_base;
  AyTable *valid_table;   /* (nullable) columns of the validation file */
  AyMatrix *valid_matrix; /* (nullable) its wide array */

  AyColumn *id; /* n rows */
  gboolean id_given;
  AyColumn *label, *target, *split, *time, *text, *image, *weight, *group; /* (nullable) */
  AyMatrix *probabilities; /* (nullable) */
  AyMatrix *dynamics;      /* (nullable) epochs x (n_dynamics x k_dynamics) */
  gsize n_dynamics, k_dynamics;
  guint32 *row_of_dynamics; /* (nullable) n */
  GPtrArray *probability_columns; /* (nullable) of AyColumn*, owned */
  GPtrArray *blocks; /* of AyFeatureBlock* */

  guint32 *first;      /* (nullable) n: the first row of each row's content */
  GBytes *told;        /* (nullable) parts that the first rank tells */
  guint32 *near;       /* (nullable) n: rows that stay in one part, as AyNearRows.first */
  gboolean drawn;      /* parts were drawn here, just now */
  gboolean near_split; /* but only by splitting groups of near */
} AyLoading;

void ay_loading_clear (AyLoading *self);
void ay_feature_block_free (AyFeatureBlock *self);

/* load_inputs.c: the INPUTs, and the validation file, into table, arrays and sizes. */
gboolean ay_loading_read_inputs (AyLoading *self, GError **error);
gboolean ay_loading_read_valid (AyLoading *self, GError **error);
/* (transfer none): opened once, kept until the end. */
AySource *ay_loading_open (AyLoading *self, const char *path, GError **error);
/* A file's columns and one-column arrays as a table. (transfer full) */
AyTable *ay_loading_table_of (AyLoading *self, AySource *source, GError **error);
/* The wide array called key. (transfer none) (nullable) */
AyInputArray *ay_loading_find_array (const AyLoading *self, const char *key);
/* The parts of all INPUTs that have it, checked for NaN and inf. (transfer full) */
AyMatrix *ay_loading_array (AyLoading *self, const AyInputArray *array, GError **error);
/* 'array "y" has 59 rows, the others 60' for the first array of one column that a table of `rows`
 * rows cannot hold; NULL when there is none. (transfer full) */
char *ay_source_odd_array (AySource *source, const char *key, gsize rows);
/* Keys of an open file whose arrays have more than one column. (transfer full) */
char **ay_source_wide_keys (AySource *source);

/* load_sources.c: what a SOURCE names. */
/* One column of n rows; rows of the validation file are missing where the file has n_input.
 * (transfer full) */
AyColumn *ay_loading_column (AyLoading *self, const char *source, const char *role, GError **error);
/* The names of the first columns of a table, by commas. (transfer full) */
char *ay_loading_list_columns (const AyTable *table);
/* A column extended to n rows. (transfer full) */
AyColumn *ay_loading_extend (const AyLoading *self, AyColumn *column);
/* The columns of a table file brought into the order of the rows, by id where it has ids, else by
 * position. (transfer full) */
AyTable *ay_loading_align (AyLoading *self, AyTable *table, const char *path, const char *what,
                           gboolean need_all, GError **error);
/* FALSE, with the file of a SOURCE put before the error's message. */
gboolean ay_loading_fail (const AyLoading *self, const char *source, GError **error);
/* Whether a table has a column with the ids of the rows. */
gboolean ay_loading_has_ids (const AyLoading *self, const AyTable *table);
/* FALSE and "A has N rows, B has M" unless rows is n_input or n. */
gboolean ay_loading_check_rows (const AyLoading *self, gsize rows, const char *path,
                                GError **error);
gboolean ay_loading_find_probabilities (AyLoading *self, GError **error);
/* Once the classes are known: n x n_classes, checked. */
gboolean ay_loading_make_probabilities (AyLoading *self, AyDataset *data, GError **error);

/* load_dynamics.c: the logits of a training run, epochs x rows x classes. */
gboolean ay_loading_find_dynamics (AyLoading *self, GError **error);
/* Whether an array of the INPUTs is that; it is then no candidate for the features. */
gboolean ay_loading_is_dynamics (const AyLoading *self, const AyInputArray *array);
/* Once the classes are known. */
gboolean ay_loading_check_dynamics (AyLoading *self, AyDataset *data, GError **error);

/* load_doubts.c: columns that are numbers but for a few cells: refused where those are inf or the
 * features need them to be numbers, else said. */
gboolean ay_loading_check_columns (AyLoading *self, GError **error);

/* load_features.c: which features, then the matrix. */
gboolean ay_loading_find_features (AyLoading *self, GError **error);
/* Leaves out rows with a missing feature, or refuses them, as the options say; adjusts n, the table
 * and every column with a role. */
gboolean ay_loading_treat_missing (AyLoading *self, GError **error);
gboolean ay_loading_make_features (AyLoading *self, AyDataset *data, GError **error);
/* One block more, of columns as they are, of a text, of images below a folder, of an array of the
 * INPUTs, of a matrix (taken) whose rows may be images. */
void ay_loading_add_columns (AyLoading *self, GPtrArray *columns);
gboolean ay_loading_add_text (AyLoading *self, AyColumn *column);
gboolean ay_loading_add_images (AyLoading *self, AyColumn *column, const char *base,
                                GError **error);
gboolean ay_loading_add_input_array (AyLoading *self, const AyInputArray *array, GError **error);
gboolean ay_loading_add_matrix (AyLoading *self, AyMatrix *matrix, const char *from,
                                AyPixelShape shape, GError **error);

/* load_default.c: the features where nobody named them. */
gboolean ay_loading_find_default (AyLoading *self, GError **error);

/* load_parts.c: rows of the same content; given or drawn parts, and what must hold of them. */
gboolean ay_loading_find_copies (AyLoading *self, GError **error);
gboolean ay_loading_find_parts (AyLoading *self, AyDataset *data, GError **error);

/* load_near.c: parts, then features, with near copies in one part each. */
gboolean ay_loading_find_parts_and_features (AyLoading *self, AyDataset *data, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyLoading, ay_loading_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyFeatureBlock, ay_feature_block_free)

G_END_DECLS
