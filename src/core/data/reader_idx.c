/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/reader_idx.h"

#include "core/base/error.h"
#include "core/base/words.h"

/* Two zero bytes, a type, the number of dimensions, their sizes (32 bits each), the data; all of it
 * big-endian (http://yann.lecun.com/exdb/mnist/, "THE IDX FILE FORMAT"). */
static gboolean
dtype_of (guint8 code, AyDtype *dtype)
{
  static const struct { guint8 code; AyDtype dtype; } known[] = {
    { 0x08, AY_DTYPE_U8 }, { 0x09, AY_DTYPE_I8 }, { 0x0b, AY_DTYPE_I16 },
    { 0x0c, AY_DTYPE_I32 }, { 0x0d, AY_DTYPE_F32 }, { 0x0e, AY_DTYPE_F64 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (known[i].code == code)
      {
        *dtype = known[i].dtype;
        return TRUE;
      }
  return FALSE;
}

gboolean
ay_is_idx (const char *data, gsize size)
{
  AyDtype dtype;

  return size >= 4 && data[0] == 0 && data[1] == 0 && dtype_of ((guint8) data[2], &dtype)
         && data[3] >= 1 && data[3] <= AY_MAX_DIMS;
}

static gboolean
fail (AyMappedFile *file, gsize at, const char *what, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: byte %zu: %s"),
               ay_mapped_file_path (file), at, what);
  return FALSE;
}

/* Sizes and the bytes that they need. */
static gboolean
read_shape (AyMappedFile *file, gsize item_size, AyShape *shape, gsize *needed, GError **error)
{
  gsize size;
  const guint8 *data = (const guint8 *) ay_mapped_file_data (file, &size);

  shape->n_dims = data[3];
  if (size < 4 + 4 * (gsize) shape->n_dims)
    return fail (file, size, N_ ("the file ends within the IDX header"), error);
  for (guint i = 0; i < shape->n_dims; i++)
    {
      const guint8 *at = data + 4 + 4 * i;

      shape->size[i] = (gsize) at[0] << 24 | (gsize) at[1] << 16 | (gsize) at[2] << 8 | at[3];
      if (shape->size[i] == 0)
        return fail (file, 4 + 4 * i, N_ ("a size of the IDX array is 0"), error);
    }
  if (!ay_shape_count (shape, needed) || !g_size_checked_mul (needed, *needed, item_size))
    return fail (file, 4, N_ ("the sizes of the IDX array are beyond 64 bits"), error);
  return TRUE;
}

AyArray *
ay_idx_read (AyMappedFile *file, GError **error)
{
  AyShape shape = { 0 };
  AyDtype dtype;
  gsize size, needed, start, cols;
  AyMatrix *matrix;
  const char *data = ay_mapped_file_data (file, &size);
  g_autofree char *text = NULL;

  if (!ay_is_idx (data, size) || !dtype_of ((guint8) data[2], &dtype))
    {
      fail (file, 0, size == 0 ? N_ ("the file is empty") : N_ ("this is no IDX file"), error);
      return NULL;
    }
  if (!read_shape (file, ay_dtype_size (dtype), &shape, &needed, error))
    return NULL;
  start = 4 + 4 * (gsize) shape.n_dims;
  if (size - start != needed)
    {
      text = ay_shape_to_string (&shape);
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: byte %zu: shape %s of %s needs %zu bytes of data, the file has %zu"),
                   ay_mapped_file_path (file),
                   MIN (size, needed > G_MAXSIZE - start ? size : start + needed), text,
                   ay_dtype_name (dtype), needed, size - start);
      return NULL;
    }
  cols = needed / ay_dtype_size (dtype) / shape.size[0];
  matrix = ay_matrix_wrap (shape.size[0], cols, dtype, FALSE, G_BYTE_ORDER == G_LITTLE_ENDIAN,
                           data + start, ay_mapped_file_ref (file),
                           (GDestroyNotify) ay_mapped_file_unref);
  return ay_array_take (&shape, matrix, NULL);
}
