/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/reader_npy.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/npy_header.h"

#include <string.h>

static gboolean
header_of (const AyNpySpan *span, AyNpyHeader *header, GError **error)
{
  gsize size;
  const char *data = ay_mapped_file_data (span->file, &size);

  return ay_npy_header_read (header, data != NULL ? data + span->offset : "", span->length,
                             span->name, error);
}

/* Rows and columns after flattening; no size is 0 here. */
static void
flatten (const AyShape *shape, gsize *rows, gsize *cols)
{
  *rows = shape->n_dims > 0 ? shape->size[0] : 1;
  *cols = 1;
  for (guint i = 1; i < shape->n_dims; i++)
    *cols *= shape->size[i];
}

/* Two or more dimensions behind the first: their order matters in a flattened row. */
static gboolean
is_deep (const AyShape *shape)
{
  guint deep = 0;

  for (guint i = 1; i < shape->n_dims; i++)
    deep += shape->size[i] > 1;
  return deep > 1;
}

/* Where the j-th column in C order lies in Fortran order. */
static gsize
fortran_column (const AyShape *shape, gsize j)
{
  gsize at[AY_MAX_DIMS], column = 0;

  for (guint i = shape->n_dims - 1; i >= 1; i--)
    {
      at[i] = j % shape->size[i];
      j /= shape->size[i];
    }
  for (guint i = shape->n_dims - 1; i >= 1; i--)
    column = column * shape->size[i] + at[i];
  return column;
}

#define TILE 256 /* rows that are put into order together: their output stays in the cache */

static void
reorder (const AyNpyHeader *header, gsize rows, gsize cols, const char *from, char *to)
{
  gsize size = header->item_size;

  for (gsize first = 0; first < rows; first += TILE)
    for (gsize j = 0; j < cols; j++)
      {
        const char *column = from + fortran_column (&header->shape, j) * rows * size;

        for (gsize i = first; i < MIN (first + TILE, rows); i++)
          memcpy (to + (i * cols + j) * size, column + i * size, size);
      }
}

static AyMatrix *
matrix_of (const AyNpySpan *span, const AyNpyHeader *header, const char *data, GError **error)
{
  gsize rows, cols;
  gboolean column_major;
  char *copy;

  flatten (&header->shape, &rows, &cols);
  column_major = header->fortran && rows > 1 && cols > 1;
  if (!column_major || !is_deep (&header->shape))
    return ay_matrix_wrap (rows, cols, header->dtype, column_major, header->swapped, data,
                           ay_mapped_file_ref (span->file), (GDestroyNotify) ay_mapped_file_unref);
  copy = ay_try_alloc (rows * cols, header->item_size, span->name, error);
  if (copy == NULL)
    return NULL;
  reorder (header, rows, cols, data, copy);
  return ay_matrix_wrap (rows, cols, header->dtype, FALSE, header->swapped, copy, copy, g_free);
}

typedef struct
{
  const AyNpySpan *span;
  const AyNpyHeader *header;
  const char *data;
  gsize n;
  guint64 *offset;
  guint32 *length;
  char *arena;   /* of unicode: UTF-8 */
  gsize arena_at;
} Strings;

static gboolean
bad_string (const Strings *self, gsize row, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("%s: byte %zu: row %zu is no text of %s"),
               self->span->name, self->header->header_size + row * self->header->item_size, row,
               self->header->kind == AY_NPY_UNICODE ? N_ ("Unicode characters") : "UTF-8");
  return FALSE;
}

/* The bytes stay where they are. */
static gboolean
bytes_row (Strings *self, gsize row)
{
  const char *text = self->data + row * self->header->item_size;
  gsize length = self->header->item_size;

  while (length > 0 && text[length - 1] == '\0')
    length--;
  self->offset[row] = (guint64) row * self->header->item_size;
  self->length[row] = length > 0 ? (guint32) length : AY_CODE_MISSING;
  return g_utf8_validate_len (text, length, NULL);
}

/* A code point takes at most the 4 bytes that it had, thus the arena is as long as the data. */
static gboolean
unicode_row (Strings *self, gsize row)
{
  const char *text = self->data + row * self->header->item_size;
  gsize count = self->header->item_size / 4, start = self->arena_at;
  guint32 code;

  while (count > 0 && memcmp (text + 4 * (count - 1), "\0\0\0", 4) == 0)
    count--;
  for (gsize i = 0; i < count; i++)
    {
      memcpy (&code, text + 4 * i, 4);
      code = self->header->swapped ? GUINT32_SWAP_LE_BE (code) : code;
      if (code == 0 || !g_unichar_validate (code))
        return FALSE;
      self->arena_at += (gsize) g_unichar_to_utf8 (code, self->arena + self->arena_at);
    }
  self->offset[row] = start;
  self->length[row] = count > 0 ? (guint32) (self->arena_at - start) : AY_CODE_MISSING;
  return TRUE;
}

static gboolean
read_strings (Strings *self, GError **error)
{
  for (gsize row = 0; row < self->n; row++)
    if (!(self->header->kind == AY_NPY_UNICODE ? unicode_row (self, row) : bytes_row (self, row)))
      return bad_string (self, row, error);
  return TRUE;
}

static AyColumn *
strings_of (const AyNpySpan *span, const AyNpyHeader *header, const char *data, GError **error)
{
  gboolean unicode = header->kind == AY_NPY_UNICODE;
  Strings self = { .span = span, .header = header, .data = data };
  gsize cols;

  flatten (&header->shape, &self.n, &cols);
  if (cols != 1)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                   N_ ("%s: byte %zu: strings in more than one column cannot be read"),
                   span->name, header->header_size);
      return NULL;
    }
  self.offset = ay_try_alloc (self.n, sizeof (guint64), span->name, error);
  self.length = self.offset ? ay_try_alloc (self.n, sizeof (guint32), span->name, error) : NULL;
  if (unicode && self.length != NULL)
    self.arena = ay_try_alloc (header->data_size, 1, span->name, error);
  if (self.length == NULL || (unicode && self.arena == NULL) || !read_strings (&self, error))
    {
      g_free (self.offset);
      g_free (self.length);
      g_free (self.arena);
      return NULL;
    }
  if (unicode)
    return ay_column_take_text ("", self.n, self.offset, self.length, self.arena, self.arena,
                                g_free);
  return ay_column_take_text ("", self.n, self.offset, self.length, data,
                              ay_mapped_file_ref (span->file),
                              (GDestroyNotify) ay_mapped_file_unref);
}

AyArray *
ay_npy_read_span (const AyNpySpan *span, GError **error)
{
  AyNpyHeader header;
  const char *data;
  gsize size;
  AyMatrix *matrix = NULL;
  AyColumn *text = NULL;

  if (!header_of (span, &header, error)
      || !ay_npy_header_check (&header, span->length, span->name, error))
    return NULL;
  data = ay_mapped_file_data (span->file, &size) + span->offset + header.header_size;
  if (header.kind == AY_NPY_NUMBER)
    matrix = matrix_of (span, &header, data, error);
  else
    text = strings_of (span, &header, data, error);
  return matrix != NULL || text != NULL ? ay_array_take (&header.shape, matrix, text) : NULL;
}

gboolean
ay_npy_read_shape (const AyNpySpan *span, AyShape *shape, gboolean *is_text, GError **error)
{
  AyNpyHeader header;

  if (!header_of (span, &header, error))
    return FALSE;
  *shape = header.shape;
  if (is_text != NULL)
    *is_text = header.kind != AY_NPY_NUMBER;
  return TRUE;
}

AyArray *
ay_npy_read (AyMappedFile *file, GError **error)
{
  AyNpySpan span = { file, 0, 0, ay_mapped_file_path (file) };

  ay_mapped_file_data (file, &span.length);
  return ay_npy_read_span (&span, error);
}
