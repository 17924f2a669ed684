/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"
#include "figure/scatter.h"

G_BEGIN_DECLS

/* How the rows are coloured by a column: classes by hue and shape, value scores by the diverging
 * scale around zero, hollow where it cannot be told from zero, other numbers by the sequential one.
 * Shared by map, legend and gallery.
 * Immutable, ref-counted. */
typedef enum
{
  ASSAY_COLORS_PLAIN,
  ASSAY_COLORS_CLASSES,
  ASSAY_COLORS_SCALE,
} AssayColorsKind;

typedef struct
{
  gatomicrefcount ref;
  AssayColorsKind kind;
  char *column;           /* (nullable) */
  gsize n;
  guint16 *index;         /* n: into palette */
  AyFigureColor *palette; /* opaque; the last is "missing" */
  guint n_palette;
  guint8 *shape;          /* (nullable) one a palette entry */
  AyFigureScale scale;    /* SCALE */
  AyBitset *uncertain;    /* (nullable) SCALE: rows that cannot be told from zero: hollow marks */
  gsize n_uncertain;      /* how many */
  AyColumn *source;       /* (nullable) the column; CLASSES: a category */
  gboolean dark;
} AssayPointColors;

/* (transfer full) column NULL or unknown: plain. Views that ask for the same one after another get
 * the same object: colouring reads every row. Main thread only. */
AssayPointColors *assay_point_colors_new (AssaySession *session, const char *column, gboolean dark);
/* The same colours for a figure, which borrows from self. */
void assay_point_colors_figure (const AssayPointColors *self, AyFigureScatter *scatter);
AssayPointColors *assay_point_colors_ref (AssayPointColors *self);
void assay_point_colors_unref (AssayPointColors *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayPointColors, assay_point_colors_unref)

G_END_DECLS
