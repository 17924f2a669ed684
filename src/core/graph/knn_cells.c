/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points in the order of their cells.
 *
 * The search reads cell by cell what it multiplies, and then some of the rows themselves, whose
 * order in their file has nothing to do with where they lie in space. While both fit memory that
 * costs little. Where they do not, every such row is a page read from the disk, and with what the
 * kernel reads ahead of it the file is read some hundred times over: so the rows too are brought
 * into the order of the cells, in a file (core/base/scratch.h).
 *
 * Both are made in one pass over the points: those of a stretch of rows, which memory holds, go to
 * their cells, in each of which they follow those of the stretch before. Cells themselves are in an
 * order in which neighbours follow each other: halved again and again across their widest extent.
 *
 * Cost: two readings of a row, and cells x d x log2 (cells) operations to order the cells. Memory:
 * n x 8 bytes and what is multiplied; moved: n x 4 (cosine: 12), and on the disk n x d floats or
 * doubles. */
#include "core/graph/knn_cells.h"

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/base/parallel.h"

#include <stdlib.h>
#include <string.h>

#define STRETCH_BYTES ((gsize) 128 << 20) /* of rows that go to their cells together, at most, */
#define STRETCH_SHARE 8                   /* or this part of what is free */
#define LEAST_STRETCH 4096                /* rows */
#define CELLS 8                           /* filled at a time */
#define READ 512                          /* rows read at a time */

/* --- the order of the cells --- */

typedef struct
{
  double along;
  gsize cell;
} Placed;

static int
compare_placed (const void *a, const void *b)
{
  const Placed *x = a, *y = b;

  if (x->along != y->along)
    return x->along < y->along ? -1 : 1;
  return (x->cell > y->cell) - (x->cell < y->cell);
}

/* Squared distances of the cells from one of them; the farthest. */
static gsize
farthest (const float *centre, gsize d, const Placed *cells, gsize n, gsize from)
{
  const float *a = centre + from * d;
  double most = -1.0;
  gsize found = from;

  for (gsize i = 0; i < n; i++)
    {
      const float *b = centre + cells[i].cell * d;
      double square = 0.0;

      for (gsize k = 0; k < d; k++)
        square += ((double) a[k] - b[k]) * ((double) a[k] - b[k]);
      if (square > most)
        {
          most = square;
          found = cells[i].cell;
        }
    }
  return found;
}

static void
halve (const float *centre, gsize d, Placed *cells, gsize n)
{
  const float *a, *b;

  if (n < 3)
    return;
  a = centre + farthest (centre, d, cells, n, cells[0].cell) * d;
  b = centre + farthest (centre, d, cells, n, (gsize) (a - centre) / d) * d;
  for (gsize i = 0; i < n; i++)
    {
      const float *x = centre + cells[i].cell * d;

      cells[i].along = 0.0;
      for (gsize k = 0; k < d; k++)
        cells[i].along += ((double) b[k] - a[k]) * x[k];
    }
  qsort (cells, n, sizeof *cells, compare_placed);
  halve (centre, d, cells, n / 2);
  halve (centre, d, cells + n / 2, n - n / 2);
}

void
ay_knn_sort_centres (float *centre, gsize cells, gsize d)
{
  g_autofree Placed *placed = g_new (Placed, cells);
  g_autofree float *before = g_memdup2 (centre, cells * d * sizeof *centre);

  for (gsize c = 0; c < cells; c++)
    placed[c] = (Placed) { 0.0, c };
  halve (before, d, placed, cells);
  for (gsize c = 0; c < cells; c++)
    memcpy (centre + c * d, before + placed[c].cell * d, d * sizeof *centre);
}

/* --- copied rows --- */

static gboolean
is_plain (const AyPointSet *set)
{
  for (gsize i = 0; i < set->n; i++)
    if (ay_matrix_peek_f32 (set->points.features, ay_point_row (set, i), 1) == NULL)
      return FALSE;
  return TRUE;
}

gboolean
ay_knn_rows_init (AyKnnRows *self, const AyPointSet *set, const guint32 *order, gsize n,
                  const char *what, GError **error)
{
  gboolean plain = is_plain (set);
  gsize d = set->d, size = d * (plain ? sizeof (float) : sizeof (double));

  *self = (AyKnnRows) { .set = *set };
  if (set->norm != NULL)
    {
      self->norm = ay_try_alloc (n + 1, sizeof (double), what, error);
      if (self->norm == NULL)
        return FALSE;
      for (gsize i = 0; i < n; i++)
        self->norm[i] = set->norm[order[i]];
    }
  if (!ay_scratch_init (&self->room, n + 1, size, what, error))
    {
      ay_knn_rows_clear (self);
      return FALSE;
    }
  self->matrix = ay_matrix_wrap (n, d, plain ? AY_DTYPE_F32 : AY_DTYPE_F64, FALSE, FALSE,
                                 self->room.data, NULL, NULL);
  self->set.points.features = self->matrix;
  self->set.points.rows = NULL;
  self->set.points.n = self->set.n = n;
  self->set.norm = self->norm;
  self->set.square = NULL;
  return TRUE;
}

void
ay_knn_rows_put (AyKnnRows *self, const AyPointSet *set, gsize place, gsize position)
{
  guint32 row = ay_point_row (set, position);

  if (ay_matrix_dtype (self->matrix) == AY_DTYPE_F32)
    ay_matrix_get_f32 (set->points.features, row, 1, (float *) self->room.data + place * set->d);
  else
    ay_matrix_get_f64 (set->points.features, row, 1, (double *) self->room.data + place * set->d);
}

void
ay_knn_rows_clear (AyKnnRows *self)
{
  g_clear_pointer (&self->matrix, ay_matrix_unref);
  g_clear_pointer (&self->norm, g_free);
  ay_scratch_clear (&self->room);
}

/* --- the points --- */

static gboolean
put_in_order (AyKnnCells *self, const guint32 *cell, gsize n, GError **error)
{
  g_autofree gsize *at = NULL;

  self->start = g_new0 (gsize, self->cells + 1);
  for (gsize i = 0; i < n; i++)
    if (cell[i] != G_MAXUINT32)
      self->start[cell[i] + 1]++;
  for (gsize c = 0; c < self->cells; c++)
    self->start[c + 1] += self->start[c];
  self->n = self->start[self->cells];
  at = g_memdup2 (self->start, self->cells * sizeof *at);
  self->order = ay_try_alloc (self->n + 1, sizeof *self->order, "the cells", error);
  if (self->order == NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (cell[i] != G_MAXUINT32)
      self->order[at[cell[i]]++] = (guint32) i;
  self->square = ay_try_alloc (self->n + 1, sizeof (float), "the cells", error);
  return self->square != NULL;
}

/* Places for the rows themselves; where there is no room they stay where they are. */
static gboolean
make_rows (AyKnnCells *self, const AyPointSet *set, GError **error)
{
  if (!ay_knn_rows_init (&self->rows, set, self->order, self->n, "the rows in cells", NULL))
    return TRUE;
  self->place = ay_try_alloc (set->n, sizeof *self->place, "the cells", error);
  for (gsize i = 0; self->place != NULL && i < self->n; i++)
    self->place[self->order[i]] = (guint32) i;
  return self->place != NULL;
}

typedef struct
{
  AyKnnCells *cells;
  const AyKnn *knn;
  gsize first, end; /* the stretch: positions */
  gsize *at;        /* a cell's next place */
} Filling;

/* Reads rows of the stretch one after another, so that the kernel reads ahead. */
static void
read_rows (gsize block, guint worker, gpointer data)
{
  Filling *self = data;
  const AyPointSet *set = self->knn->points;
  gsize first = self->first + block * READ, end = MIN (first + READ, self->end);
  g_autofree double *row = g_new (double, set->d);

  for (gsize i = first; i < end; i++)
    ay_matrix_get_f64 (set->points.features, ay_point_row (set, i), 1, row);
}

/* The stretch's points into some cells. */
static void
fill_cells (gsize block, guint worker, gpointer data)
{
  Filling *self = data;
  AyKnnCells *cells = self->cells;

  for (gsize c = block * CELLS; c < MIN ((block + 1) * CELLS, cells->cells); c++)
    {
      gsize first = self->at[c], end = first;

      while (end < cells->start[c + 1] && cells->order[end] < self->end)
        {
          cells->square[end] = self->knn->point_square[cells->order[end]];
          end++;
        }
      ay_knn_store (self->knn, cells->order + first, end - first,
                    cells->stored + first * cells->size);
      for (gsize i = first; i < end && cells->rows.matrix != NULL; i++)
        ay_knn_rows_put (&cells->rows, self->knn->points, i, cells->order[i]);
      self->at[c] = end;
    }
}

static gboolean
fill (AyKnnCells *self, const AyKnn *knn, GError **error)
{
  gsize n = knn->points->n, row = knn->points->d * sizeof (float);
  gsize stretch = MAX (MIN (STRETCH_BYTES, ay_memory_free () / STRETCH_SHARE) / row,
                       LEAST_STRETCH);
  g_autofree gsize *at = g_memdup2 (self->start, self->cells * sizeof *at);
  Filling filling = { .cells = self, .knn = knn, .at = at };

  for (; filling.first < n; filling.first = filling.end)
    {
      filling.end = MIN (filling.first + stretch, n);
      if ((self->rows.matrix != NULL
           && !ay_parallel_for (ay_n_blocks (filling.end - filling.first, READ), read_rows,
                                &filling, knn->job, error))
          || !ay_parallel_for (ay_n_blocks (self->cells, CELLS), fill_cells, &filling, knn->job,
                               error))
        return FALSE;
      ay_job_set_fraction (knn->job, (double) filling.end / (double) n);
    }
  return TRUE;
}

gboolean
ay_knn_cells_init (AyKnnCells *self, const AyKnn *knn, const guint32 *cell, gsize cells,
                   GError **error)
{
  *self = (AyKnnCells) { .cells = cells, .size = ay_knn_stored_size (knn) };
  if (!put_in_order (self, cell, knn->points->n, error)
      || !ay_scratch_init (&self->room, self->n + 1, self->size, "the points in cells", error))
    return FALSE;
  self->stored = self->room.data;
  if (self->room.in_file && !make_rows (self, knn->points, error))
    return FALSE;
  ay_job_set_phase (knn->job, "bringing points into cells");
  return fill (self, knn, error);
}

void
ay_knn_cells_clear (AyKnnCells *self)
{
  g_free (self->order);
  g_free (self->start);
  g_free (self->square);
  g_free (self->place);
  ay_knn_rows_clear (&self->rows);
  ay_scratch_clear (&self->room);
  *self = (AyKnnCells) { 0 };
}
