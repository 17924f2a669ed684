/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/matrix.h"

#include "core/base/convert.h"
#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/base/words.h"

#include <math.h>
#include <string.h>

typedef struct
{
  gsize first_row, rows;
  AyDtype dtype;
  gboolean column_major, swapped;
  const guint8 *data;
  gpointer owner;
  GDestroyNotify owner_free;
} Part;

struct _AyMatrix
{
  gatomicrefcount ref;
  gsize rows, cols;
  gsize n_parts;
  Part *parts;
};

gsize
ay_dtype_size (AyDtype dtype)
{
  static const guint8 sizes[] = { 2, 4, 8, 1, 1, 2, 4, 8, 1, 2, 4, 8 };

  return sizes[dtype];
}

const char *
ay_dtype_name (AyDtype dtype)
{
  static const char *const names[]
      = { "f16", "f32", "f64", "bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64" };

  return names[dtype];
}

static AyMatrix *
matrix_new (gsize rows, gsize cols, gsize n_parts)
{
  AyMatrix *self = g_new0 (AyMatrix, 1);

  g_atomic_ref_count_init (&self->ref);
  self->rows = rows;
  self->cols = cols;
  self->n_parts = n_parts;
  self->parts = g_new0 (Part, MAX (n_parts, 1));
  return self;
}

AyMatrix *
ay_matrix_wrap (gsize rows, gsize cols, AyDtype dtype, gboolean column_major, gboolean swapped,
                const void *data, gpointer owner, GDestroyNotify owner_free)
{
  AyMatrix *self = matrix_new (rows, cols, 1);

  self->parts[0] = (Part) { 0, rows, dtype, column_major, swapped && ay_dtype_size (dtype) > 1,
                            data, owner, owner_free };
  return self;
}

AyMatrix *
ay_matrix_take_f32 (gsize rows, gsize cols, float *data)
{
  return ay_matrix_wrap (rows, cols, AY_DTYPE_F32, FALSE, FALSE, data, data, g_free);
}

AyMatrix *
ay_matrix_take_f64 (gsize rows, gsize cols, double *data)
{
  return ay_matrix_wrap (rows, cols, AY_DTYPE_F64, FALSE, FALSE, data, data, g_free);
}

AyMatrix *
ay_matrix_reshape (AyMatrix *self, gsize rows, gsize cols)
{
  const Part *part = &self->parts[0];

  if (self->n_parts != 1 || part->column_major || part->first_row != 0
      || rows * cols != self->rows * self->cols)
    return NULL;
  return ay_matrix_wrap (rows, cols, part->dtype, FALSE, part->swapped, part->data,
                         ay_matrix_ref (self), (GDestroyNotify) ay_matrix_unref);
}

AyMatrix *
ay_matrix_concat (AyMatrix *const *parts, gsize n_parts, GError **error)
{
  AyMatrix *self;
  gsize rows = 0, count = 0, k = 0;

  g_return_val_if_fail (n_parts > 0, NULL);
  for (gsize i = 0; i < n_parts; i++)
    {
      if (parts[i]->cols != parts[0]->cols)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("feature part %zu has %zu columns, part 1 has %zu"),
                       i + 1, parts[i]->cols, parts[0]->cols);
          return NULL;
        }
      rows += parts[i]->rows;
      count += parts[i]->n_parts;
    }
  self = matrix_new (rows, parts[0]->cols, count);
  rows = 0;
  for (gsize i = 0; i < n_parts; i++)
    {
      for (gsize j = 0; j < parts[i]->n_parts; j++, k++)
        {
          self->parts[k] = parts[i]->parts[j];
          self->parts[k].first_row = rows + parts[i]->parts[j].first_row;
          self->parts[k].owner = ay_matrix_ref (parts[i]);
          self->parts[k].owner_free = (GDestroyNotify) ay_matrix_unref;
        }
      rows += parts[i]->rows;
    }
  return self;
}

AyMatrix *
ay_matrix_ref (AyMatrix *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_matrix_unref (AyMatrix *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  for (gsize i = 0; i < self->n_parts; i++)
    if (self->parts[i].owner_free != NULL)
      self->parts[i].owner_free (self->parts[i].owner);
  g_free (self->parts);
  g_free (self);
}

gsize
ay_matrix_rows (const AyMatrix *self)
{
  return self->rows;
}

gsize
ay_matrix_cols (const AyMatrix *self)
{
  return self->cols;
}

AyDtype
ay_matrix_dtype (const AyMatrix *self)
{
  return self->parts[0].dtype;
}

static const Part *
find_part (const AyMatrix *self, gsize row)
{
  const Part *part = self->parts;

  while (row >= part->first_row + part->rows && part < self->parts + self->n_parts - 1)
    part++;
  return part;
}

gsize
ay_matrix_part (const AyMatrix *self, gsize row, gsize *first_row)
{
  const Part *part = find_part (self, row);

  if (first_row != NULL)
    *first_row = part->first_row;
  return (gsize) (part - self->parts);
}

/* Columns of a Fortran-ordered part are read in pieces of this many rows, so that the output of a
 * piece stays in the cache until all its columns are there. */
#define PIECE 256

#define DEFINE_PART_GET(SUFFIX, TYPE)                                                             \
  static void part_get_##SUFFIX (const Part *part, gsize cols, gsize first, gsize count,          \
                                 TYPE *out)                                                       \
  {                                                                                               \
    AyNumbers numbers = { part->dtype, part->swapped, part->data };                               \
    TYPE piece[PIECE];                                                                            \
                                                                                                  \
    if (!part->column_major)                                                                      \
      {                                                                                           \
        ay_convert_##SUFFIX (&numbers, first * cols, count * cols, out);                          \
        return;                                                                                   \
      }                                                                                           \
    for (gsize at = 0; at < count; at += PIECE)                                                   \
      for (gsize j = 0; j < cols; j++)                                                            \
        {                                                                                         \
          gsize take = MIN (PIECE, count - at);                                                   \
                                                                                                  \
          ay_convert_##SUFFIX (&numbers, j * part->rows + first + at, take, piece);               \
          for (gsize i = 0; i < take; i++)                                                        \
            out[(at + i) * cols + j] = piece[i];                                                  \
        }                                                                                         \
  }

DEFINE_PART_GET (f32, float)
DEFINE_PART_GET (f64, double)

#define DEFINE_GET(SUFFIX, TYPE)                                                                  \
  void ay_matrix_get_##SUFFIX (const AyMatrix *self, gsize first, gsize count, TYPE *out)         \
  {                                                                                               \
    while (count > 0)                                                                             \
      {                                                                                           \
        const Part *part = find_part (self, first);                                               \
        gsize local = first - part->first_row;                                                    \
        gsize take = MIN (count, part->rows - local);                                             \
                                                                                                  \
        part_get_##SUFFIX (part, self->cols, local, take, out);                                   \
        out += take * self->cols;                                                                 \
        first += take;                                                                            \
        count -= take;                                                                            \
      }                                                                                           \
  }                                                                                               \
                                                                                                  \
  void ay_matrix_gather_##SUFFIX (const AyMatrix *self, const guint32 *rows, gsize count,         \
                                  TYPE *out)                                                      \
  {                                                                                               \
    gsize i = 0;                                                                                  \
                                                                                                  \
    while (i < count)                                                                             \
      {                                                                                           \
        gsize run = 1;                                                                            \
                                                                                                  \
        while (i + run < count && rows[i + run] == rows[i] + run)                                 \
          run++;                                                                                  \
        ay_matrix_get_##SUFFIX (self, rows[i], run, out + i * self->cols);                        \
        i += run;                                                                                 \
      }                                                                                           \
  }

DEFINE_GET (f32, float)
DEFINE_GET (f64, double)

double
ay_matrix_value (const AyMatrix *self, gsize row, gsize col)
{
  const Part *part = find_part (self, row);
  gsize local = row - part->first_row;
  AyNumbers numbers = { part->dtype, part->swapped, part->data };
  gsize index = part->column_major ? col * part->rows + local : local * self->cols + col;
  double value;

  ay_convert_f64 (&numbers, index, 1, &value);
  return value;
}

/* The address of rows that are plain row-major native numbers of this type, else NULL. */
static const void *
peek (const AyMatrix *self, AyDtype dtype, gsize first, gsize count)
{
  const Part *part = find_part (self, first);
  gsize local = first - part->first_row, size = ay_dtype_size (dtype);
  const guint8 *at;

  if (part->dtype != dtype || part->column_major || part->swapped || local + count > part->rows)
    return NULL;
  at = part->data + local * self->cols * size;
  return (gsize) at % size == 0 ? at : NULL;
}

const float *
ay_matrix_peek_f32 (const AyMatrix *self, gsize first, gsize count)
{
  return peek (self, AY_DTYPE_F32, first, count);
}

gboolean
ay_matrix_is_plain_f32 (const AyMatrix *self)
{
  for (gsize p = 0; p < self->n_parts; p++)
    if (self->parts[p].rows > 0 && peek (self, AY_DTYPE_F32, self->parts[p].first_row, 1) == NULL)
      return FALSE;
  return TRUE;
}

const double *
ay_matrix_peek_f64 (const AyMatrix *self, gsize first, gsize count)
{
  return peek (self, AY_DTYPE_F64, first, count);
}

/* Bytes a block of the finite check: small enough to cancel at once, whatever the width. */
#define CHECK_BYTES (1 << 20)

typedef struct
{
  const Part *part;
  gsize cols;
  gsize n, block_size; /* numbers of the part, of a block */
  gsize *bad; /* per block: row * cols + column of the first one in row order, or MAXSIZE */
} FiniteCheck;

static void
check_block (gsize block, guint worker, gpointer data)
{
  FiniteCheck *check = data;
  const Part *part = check->part;
  AyNumbers numbers = { part->dtype, part->swapped, part->data };
  gsize at = block * check->block_size, end = MIN (at + check->block_size, check->n);

  check->bad[block] = G_MAXSIZE;
  while ((at += ay_first_not_finite (&numbers, at, end - at)) < end)
    {
      gsize index = part->column_major ? at % part->rows * check->cols + at / part->rows : at;

      check->bad[block] = MIN (check->bad[block], index);
      if (!part->column_major)
        return;
      at++;
    }
}

/* The first bad number of a part, in row order, as row * cols + column; MAXSIZE: none. */
static gboolean
check_part (const Part *part, gsize cols, AyRanks *ranks, gsize *first, AyJob *job,
            GError **error)
{
  gsize block_size = CHECK_BYTES / ay_dtype_size (part->dtype);
  AyParts blocks = ay_parts_by (ranks, part->rows * cols, block_size);
  g_autofree gsize *bad = NULL;
  FiniteCheck check = { part, cols, part->rows * cols, block_size, NULL };

  *first = G_MAXSIZE;
  if (part->dtype > AY_DTYPE_F64) /* whole numbers */
    return TRUE;
  check.bad = bad = g_new0 (gsize, MAX (blocks.n_parts, 1));
  if (!ay_parts_for (&blocks, check_block, &check, job, error))
    return FALSE;
  for (gsize block = blocks.first; block < blocks.last; block++)
    *first = MIN (*first, bad[block]);
  return TRUE;
}

gboolean
ay_matrix_check_finite (const AyMatrix *self, const char *name, AyJob *job, GError **error)
{
  return ay_matrix_check_share (self, name, NULL, job, error);
}

gboolean
ay_matrix_check_share (const AyMatrix *self, const char *name, AyRanks *ranks, AyJob *job,
                       GError **error)
{
  for (gsize k = 0; k < self->n_parts; k++)
    {
      const Part *part = &self->parts[k];
      gsize first, row, col;
      double value;

      if (!check_part (part, self->cols, ranks, &first, job, error))
        return FALSE;
      if (first == G_MAXSIZE)
        continue;
      row = first / self->cols;
      col = first % self->cols;
      value = ay_matrix_value (self, part->first_row + row, col);
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: row %zu, column %zu: %s"), name, row, col,
                   isnan (value) ? "nan" : isinf (value) ? "inf" : N_ ("beyond single precision"));
      return FALSE;
    }
  return TRUE;
}
