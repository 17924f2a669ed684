/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Points kept in the order of their cells, for knn_approximate.c; nobody else includes it. */

#include "core/base/scratch.h"
#include "core/graph/knn_private.h"

G_BEGIN_DECLS

/* Rows of some points copied to one place, where those in the file lie far from one another. */
typedef struct
{
  AyScratch room;
  AyMatrix *matrix;         /* NULL: not copied */
  double *norm;             /* (nullable) */
  AyPointSet set;           /* the points, by their place */
} AyKnnRows;

/* Room for n of the set's points, by position in `order`: rows follow with ay_knn_rows_put().
 * Numbers that are no plain floats become doubles, so that what is made of them is the same to the
 * bit. FALSE with NOMEM where neither memory nor disk has room. */
gboolean ay_knn_rows_init (AyKnnRows *self, const AyPointSet *set, const guint32 *order, gsize n,
                           const char *what, GError **error);
void ay_knn_rows_put (AyKnnRows *self, const AyPointSet *set, gsize place, gsize position);
void ay_knn_rows_clear (AyKnnRows *self);

typedef struct
{
  gsize n, cells;           /* points in cells */
  guint32 *order;           /* n positions, ascending within a cell */
  gsize *start;             /* cells + 1 */
  float *square;            /* n, in this order: of what is multiplied */
  char *stored;             /* n, in this order: what is multiplied, of room */
  gsize size;               /* bytes a stored point */
  AyScratch room;
  AyKnnRows rows;           /* in this order; copied where room is a file */
  guint32 *place;           /* then: of the point at a position in this order */
} AyKnnCells;

/* Rows of the centres (cells x d) so that those near to one another follow each other. */
void ay_knn_sort_centres (float *centre, gsize cells, gsize d);
/* cell: of each point of knn, or G_MAXUINT32. Errors: NOMEM, CANCELLED. */
gboolean ay_knn_cells_init (AyKnnCells *self, const AyKnn *knn, const guint32 *cell, gsize cells,
                            GError **error);
void ay_knn_cells_clear (AyKnnCells *self);

/* What exact distances are summed from: the copied rows by their place in this order, or the points
 * by position. */
static inline const AyPointSet *
ay_knn_cells_exact (const AyKnnCells *self, const AyPointSet *points)
{
  return self->rows.matrix != NULL ? &self->rows.set : points;
}

static inline gsize
ay_knn_cells_place (const AyKnnCells *self, gsize position)
{
  return self->rows.matrix != NULL ? self->place[position] : position;
}

G_END_DECLS
