/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/bitset.h"
#include "core/base/diagnostic.h"
#include "core/base/matrix.h"
#include "core/base/table.h"
#include "core/data/pixels.h"

G_BEGIN_DECLS

typedef enum
{
  AY_SPLIT_TRAIN, /* fitted */
  AY_SPLIT_VALID, /* chosen by */
  AY_SPLIT_TEST,  /* reported by */
  AY_SPLIT_POOL,  /* no label */
} AySplit;

const char *ay_split_name (AySplit split); /* "train" ... */
gboolean ay_split_parse (const char *name, AySplit *split); /* also val, validation, dev, ... */

#define AY_LABEL_MISSING (-1)

/* Where features first .. first + n - 1 come from: columns of the table, the texts of a column, or
 * a matrix that was given. */
typedef enum { AY_FEATURES_COLUMNS, AY_FEATURES_TEXT, AY_FEATURES_GIVEN } AyFeatureKind;

typedef struct
{
  AyFeatureKind kind;
  gsize first, n;
  AyColumn *text;     /* (nullable) TEXT: of this column, */
  guint dimensions;   /* with these options */
  guint64 seed;
  GPtrArray *columns; /* (nullable) COLUMNS: of AyColumn*, what they are made of */
} AyFeatureSpan;

void ay_feature_span_clear (AyFeatureSpan *self);

/* A data set: n rows in file order, then the validation file's. Immutable once returned,
 * ref-counted; every array has n entries. */
typedef struct _AyDataset AyDataset;

struct _AyDataset
{
  gatomicrefcount ref;

  gsize n;
  AyTable *table;     /* every column of the input(s), for filters, export and the views */
  AyColumn *id;       /* TEXT, CATEGORY or integral NUMBER; distinct */
  AyMatrix *features; /* n x d, finite */
  char **feature_names; /* (nullable) d names, NULL-terminated */

  guint n_classes;    /* 0: a numeric target */
  char **class_names; /* n_classes names, NULL-terminated */
  gint32 *label;      /* class 0..n_classes-1, or AY_LABEL_MISSING; NULL for a numeric target */
  double *target;     /* numeric target, NaN = missing; NULL for classes */
  guint8 *split;      /* AySplit */
  double *weight;     /* (nullable) sample weight >= 0; NULL: all 1 */

  AyMatrix *probabilities;     /* (nullable) n x n_classes, given by the user */
  AyMatrix *dynamics;          /* (nullable) logits or probabilities of a training run: row =
                                  epoch, rows_of_dynamics x n_classes columns, a row's classes
                                  side by side; NaN and inf may occur */
  gsize rows_of_dynamics;      /* of each epoch: the input's rows, those left out among them */
  guint32 *row_of_dynamics;    /* (nullable) n: a row's place in an epoch, or AY_ROW_NONE */
  AyColumn *text, *image, *time, *group; /* (nullable) columns with that role; image: paths */
  char *image_base;            /* (nullable) folder that relative image paths start from */
  char *place_root;            /* (nullable) copies of files are below it (place.h) */
  AyPixels *pixels;            /* (nullable) rows that are images, n of them, when image is NULL */

  gboolean test_drawn;         /* valid and test were drawn here, not given */
  guint32 *near;               /* (nullable) drawn just now: n, the first row of each row's group of
                                  near copies, itself where it is alone */
  char *near_said;             /* (nullable) drawn: of near copies and the parts, one sentence */
  gboolean has_test;           /* else every proof is a preview */
  gboolean features_of_columns; /* features are columns of the table, in units of their own */
  GArray *feature_spans;       /* of AyFeatureSpan, one after another over all d */
  char *features_from;         /* one sentence: where the features come from */
  AyDiagnostics *diagnostics;
  AyDataset *of;               /* (nullable) private: all but label and split is this one's */
};

AyDataset *ay_dataset_ref (AyDataset *self);
void ay_dataset_unref (AyDataset *self);
/* The same rows with other classes and parts (n each), which are copied; all else is shared with
 * `of`, which lives on. (transfer full) */
AyDataset *ay_dataset_relabelled (AyDataset *of, const gint32 *label, const guint8 *split);
/* Rows of a split that have a label or target (pool: all of it), ascending. (transfer full) */
guint32 *ay_dataset_rows_of (const AyDataset *self, AySplit split, gsize *count);
/* Whether rows of one group are in more than one part, and not only because test was given. first:
 * n, the first row of each row's group. */
gboolean ay_dataset_tears (const AyDataset *self, const guint32 *first);
/* The label as text ("" when missing): class name or number. (transfer full) */
char *ay_dataset_dup_label (const AyDataset *self, gsize row);
/* id -> row number + 1, as pointers. (transfer full) */
GHashTable *ay_dataset_index_ids (const AyDataset *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyDataset, ay_dataset_unref)

G_END_DECLS
