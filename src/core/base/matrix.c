/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/matrix.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

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
                       "feature part %" G_GSIZE_FORMAT " has %" G_GSIZE_FORMAT
                       " columns, part 1 has %" G_GSIZE_FORMAT,
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

static double
half_to_double (guint16 h)
{
  int exponent = (h >> 10) & 31, mantissa = h & 1023;
  double value;

  if (exponent == 0)
    value = ldexp (mantissa, -24);
  else if (exponent == 31)
    value = mantissa != 0 ? NAN : INFINITY;
  else
    value = ldexp (mantissa + 1024, exponent - 25);
  return h & 0x8000 ? -value : value;
}

static double
element (const Part *part, gsize index)
{
  const guint8 *at = part->data + index * ay_dtype_size (part->dtype);
  union { guint8 b[8]; guint16 u16; gint16 i16; guint32 u32; gint32 i32; guint64 u64; gint64 i64;
          float f32; double f64; } v;
  gsize size = ay_dtype_size (part->dtype);

  if (part->swapped)
    for (gsize i = 0; i < size; i++)
      v.b[i] = at[size - 1 - i];
  else
    memcpy (v.b, at, size);
  switch (part->dtype)
    {
    case AY_DTYPE_F16: return half_to_double (v.u16);
    case AY_DTYPE_F32: return v.f32;
    case AY_DTYPE_F64: return v.f64;
    case AY_DTYPE_BOOL: return v.b[0] != 0;
    case AY_DTYPE_I8: return (gint8) v.b[0];
    case AY_DTYPE_I16: return v.i16;
    case AY_DTYPE_I32: return v.i32;
    case AY_DTYPE_I64: return (double) v.i64;
    case AY_DTYPE_U8: return v.b[0];
    case AY_DTYPE_U16: return v.u16;
    case AY_DTYPE_U32: return v.u32;
    case AY_DTYPE_U64: return (double) v.u64;
    }
  return NAN;
}

/* The plain layouts in one loop the compiler vectorises; the rest element by element. Data of a
 * mapped file may be unaligned, hence memcpy. */
#define COPY_PLAIN(TYPE, OUT)                                                                     \
  do                                                                                              \
    {                                                                                             \
      const guint8 *at = part->data + first * cols * sizeof (TYPE);                               \
      for (gsize i = 0; i < count * cols; i++)                                                    \
        {                                                                                         \
          TYPE value;                                                                             \
          memcpy (&value, at + i * sizeof (TYPE), sizeof (TYPE));                                 \
          (OUT)[i] = value;                                                                       \
        }                                                                                         \
    }                                                                                             \
  while (0)

#define DEFINE_PART_GET(NAME, OUT_TYPE)                                                           \
  static void NAME (const Part *part, gsize cols, gsize first, gsize count, OUT_TYPE *out)        \
  {                                                                                               \
    if (!part->column_major && !part->swapped)                                                    \
      switch (part->dtype)                                                                        \
        {                                                                                         \
        case AY_DTYPE_F32: COPY_PLAIN (float, out); return;                                       \
        case AY_DTYPE_F64: COPY_PLAIN (double, out); return;                                      \
        case AY_DTYPE_U8: COPY_PLAIN (guint8, out); return;                                       \
        case AY_DTYPE_I32: COPY_PLAIN (gint32, out); return;                                      \
        case AY_DTYPE_I64: COPY_PLAIN (gint64, out); return;                                      \
        default: break;                                                                           \
        }                                                                                         \
    for (gsize i = 0; i < count; i++)                                                             \
      for (gsize j = 0; j < cols; j++)                                                            \
        out[i * cols + j] = (OUT_TYPE) element (                                                  \
            part, part->column_major ? j * part->rows + first + i : (first + i) * cols + j);      \
  }

DEFINE_PART_GET (part_get_f32, float)
DEFINE_PART_GET (part_get_f64, double)

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

  return element (part, part->column_major ? col * part->rows + local : local * self->cols + col);
}

const float *
ay_matrix_peek_f32 (const AyMatrix *self, gsize first, gsize count)
{
  const Part *part = find_part (self, first);
  gsize local = first - part->first_row;
  const guint8 *at;

  if (part->dtype != AY_DTYPE_F32 || part->column_major || part->swapped
      || local + count > part->rows)
    return NULL;
  at = part->data + local * self->cols * sizeof (float);
  return (gsize) at % sizeof (float) == 0 ? (const float *) at : NULL;
}

/* Rows a block of the finite check: small enough to cancel at once, whatever the width. */
#define CHECK_BYTES (1 << 20)

typedef struct
{
  const AyMatrix *self;
  gsize block_rows;
  gsize *bad; /* per block: index of the first bad element in the block, or G_MAXSIZE */
} FiniteCheck;

static void
check_block (gsize block, guint worker, gpointer data)
{
  FiniteCheck *check = data;
  gsize cols = check->self->cols;
  gsize first = block * check->block_rows;
  gsize count = MIN (check->block_rows, check->self->rows - first);
  const float *plain = ay_matrix_peek_f32 (check->self, first, count);
  g_autofree float *buffer = NULL;
  gsize total = count * cols;
  float sum = 0.0f;

  check->bad[block] = G_MAXSIZE;
  if (plain == NULL)
    {
      buffer = g_new (float, MAX (total, 1));
      ay_matrix_get_f32 (check->self, first, count, buffer);
      plain = buffer;
    }
  for (gsize i = 0; i < total; i++)
    sum += plain[i] * 0.0f; /* stays 0 unless an element is NaN or inf */
  if (sum == 0.0f)
    return;
  for (gsize i = 0; i < total; i++)
    if (!isfinite (ay_matrix_value (check->self, first + i / cols, i % cols)))
      {
        check->bad[block] = i;
        return;
      }
}

gboolean
ay_matrix_check_finite (const AyMatrix *self, const char *name, AyJob *job, GError **error)
{
  gsize block_rows = MAX (1, CHECK_BYTES / (MAX (self->cols, 1) * sizeof (float)));
  gsize n_blocks = ay_n_blocks (self->rows, block_rows);
  g_autofree gsize *bad = g_new0 (gsize, MAX (n_blocks, 1));
  FiniteCheck check = { self, block_rows, bad };

  if (!ay_parallel_for (n_blocks, check_block, &check, job, error))
    return FALSE;
  for (gsize block = 0; block < n_blocks; block++)
    if (bad[block] != G_MAXSIZE)
      {
        gsize row = block * block_rows + bad[block] / self->cols;
        gsize col = bad[block] % self->cols;
        gsize part_first;

        ay_matrix_part (self, row, &part_first);
        g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                     "%s: row %" G_GSIZE_FORMAT ", column %" G_GSIZE_FORMAT ": %s", name,
                     row - part_first, col,
                     isnan (ay_matrix_value (self, row, col)) ? "nan" : "inf");
        return FALSE;
      }
  return TRUE;
}
