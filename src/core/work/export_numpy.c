/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/words.h"
#include "core/work/export_private.h"
#include "core/work/zip_store.h"

#include <math.h>
#include <string.h>

/* NPY (numpy's format version 1.0: magic, length, a Python dictionary padded to 64 bytes, data) and
 * NPZ, a ZIP of such files. All little-endian. Memory: one buffer of about 8 MB. */

#define BUFFER_BYTES (8 << 20)
#define MAX_TEXT_BYTES (G_GUINT64_CONSTANT (1) << 30) /* of one array of texts */

/* (transfer full): magic, length and dictionary. shape as Python writes it: "(3, 2)". */
static GString *
make_header (const char *descr, const char *shape)
{
  GString *header = g_string_new_len ("\x93NUMPY\1\0??", 10);
  gsize length;

  g_string_append_printf (header, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr,
                          shape);
  while (header->len % 64 != 63)
    g_string_append_c (header, ' ');
  g_string_append_c (header, '\n');
  length = header->len - 10;
  header->str[8] = (char) (length & 0xff);
  header->str[9] = (char) (length >> 8);
  return header;
}

static void
to_little_endian (guint64 *words, gsize n)
{
  for (gsize i = 0; i < n; i++)
    words[i] = GUINT64_TO_LE (words[i]);
}

static gboolean
refuse_text (const AyExport *self, const AyColumn *column, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
               N_ ("%s: column \"%s\" holds text, npy holds numbers only: leave it out, or use "
                   "npz"),
               self->path, ay_column_name (column));
  return FALSE;
}

static gboolean
write_matrix (const AyExport *self, guint k, GError **error)
{
  gsize wave = MAX (BUFFER_BYTES / (k * sizeof (double)), 1);
  g_autofree double *buffer = g_new (double, wave * k);

  for (gsize first = 0; first < self->n; first += wave)
    {
      gsize count = MIN (wave, self->n - first);

      for (guint j = 0; j < k; j++)
        {
          const double *values = ay_column_numbers (ay_table_column (self->table, j));

          for (gsize i = 0; i < count; i++)
            buffer[i * k + j] = values[ay_export_row (self, first + i)];
        }
      to_little_endian ((guint64 *) (gpointer) buffer, count * k);
      if (!ay_export_write (self, buffer, count * k * sizeof (double), error)
          || !ay_job_check (self->job, error))
        return FALSE;
      ay_job_set_fraction (self->job, (double) first / (double) self->n);
    }
  return TRUE;
}

gboolean
ay_export_npy (const AyExport *self, GError **error)
{
  guint k = ay_table_n_columns (self->table);
  g_autofree char *shape = g_strdup_printf ("(%" G_GSIZE_FORMAT ", %u)", self->n, k);
  g_autoptr (GString) header = make_header ("<f8", shape);

  for (guint j = 0; j < k; j++)
    if (ay_column_type (ay_table_column (self->table, j)) != AY_COLUMN_NUMBER)
      return refuse_text (self, ay_table_column (self->table, j), error);
  if (k > 1)
    ay_diagnostics_add (self->diagnostics, "export-names",
                        N_ ("%s: npy has no names: its columns are in the order they were asked "
                            "for."), self->path);
  return ay_export_write (self, header->str, header->len, error) && write_matrix (self, k, error);
}

/* One array of an NPZ file. */
typedef struct
{
  const AyExport *export;
  AyZipStore *zip;
  const AyColumn *column;
  gboolean whole;   /* numbers: all integers, none missing */
  gsize letters;    /* texts: code points of the longest, at least 1 */
  gsize n_missing;  /* texts */
  gsize item_size;
} Array;

static void
measure_numbers (Array *self)
{
  self->whole = ay_column_is_integral (self->column);
  self->item_size = 8;
  for (gsize i = 0; i < self->export->n && self->whole; i++)
    {
      double value = ay_column_numbers (self->column)[ay_export_row (self->export, i)];

      self->whole = fabs (value) <= 9007199254740992.0; /* NaN: no */
    }
}

static gboolean
measure_texts (Array *self, GError **error)
{
  guint64 bytes;

  self->letters = 1;
  for (gsize i = 0; i < self->export->n; i++)
    {
      gsize length = 0;
      const char *text
        = ay_column_text (self->column, ay_export_row (self->export, i), &length);

      self->n_missing += text == NULL;
      if (length > self->letters)
        self->letters = MAX (self->letters, (gsize) g_utf8_strlen (text, (gssize) length));
      if (i % 4096 == 0 && !ay_job_check (self->export->job, error))
        return FALSE;
    }
  self->item_size = self->letters * 4;
  if (g_uint64_checked_mul (&bytes, self->item_size, self->export->n) && bytes <= MAX_TEXT_BYTES)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
               N_ ("%s: column \"%s\" is too large for npz, where every text takes as much room as "
                   "the "
                   "longest (%zu letters): leave it out, or use csv or jsonl"),
               self->export->path, ay_column_name (self->column), self->letters);
  return FALSE;
}

static void
fill_number (const Array *self, gsize row, gpointer item)
{
  double value = ay_column_numbers (self->column)[row];
  gint64 integer = self->whole ? (gint64) value : 0;
  guint64 word;

  memcpy (&word, self->whole ? (gpointer) &integer : (gpointer) &value, 8);
  word = GUINT64_TO_LE (word);
  memcpy (item, &word, 8);
}

static void
fill_text (const Array *self, gsize row, gpointer item)
{
  guint32 *letters = item;
  gsize length = 0, n = 0;
  const char *text = ay_column_text (self->column, row, &length);
  const char *end = text != NULL ? text + length : NULL;

  for (; text < end; text = g_utf8_next_char (text))
    letters[n++] = GUINT32_TO_LE (g_utf8_get_char (text));
  memset (letters + n, 0, (self->letters - n) * 4);
}

static gboolean
write_items (const Array *self, GError **error)
{
  const AyExport *export = self->export;
  gboolean is_text = ay_column_type (self->column) != AY_COLUMN_NUMBER;
  gsize wave = MAX (BUFFER_BYTES / self->item_size, 1);
  g_autofree char *buffer = ay_try_alloc (wave, self->item_size, export->path, error);

  if (buffer == NULL)
    return FALSE;
  for (gsize first = 0; first < export->n; first += wave)
    {
      gsize count = MIN (wave, export->n - first);

      for (gsize i = 0; i < count; i++)
        if (is_text)
          fill_text (self, ay_export_row (export, first + i), buffer + i * self->item_size);
        else
          fill_number (self, ay_export_row (export, first + i), buffer + i * self->item_size);
      if (!ay_job_check (export->job, error))
        return FALSE;
      if (!ay_zip_store_write (self->zip, buffer, count * self->item_size))
        return ay_export_fail (export, error);
    }
  return TRUE;
}

static gboolean
write_array (Array *self, GError **error)
{
  const AyExport *export = self->export;
  gboolean is_text = ay_column_type (self->column) != AY_COLUMN_NUMBER;
  g_autofree char *name = g_strdup_printf ("%s.npy", ay_column_name (self->column));
  g_autofree char *shape = g_strdup_printf ("(%" G_GSIZE_FORMAT ",)", export->n);
  g_autofree char *texts = NULL;
  g_autoptr (GString) header = NULL;

  if (!is_text)
    measure_numbers (self);
  else if (!measure_texts (self, error))
    return FALSE;
  if (self->n_missing > 0)
    ay_diagnostics_add (export->diagnostics, "export-missing-text",
                        N_ ("%s: column \"%s\": %zu missing texts are empty ones in npz."),
                        export->path, ay_column_name (self->column), self->n_missing);
  texts = g_strdup_printf ("<U%" G_GSIZE_FORMAT, self->letters);
  header = make_header (is_text ? texts : self->whole ? "<i8" : "<f8", shape);
  if (!ay_zip_store_begin (self->zip, name, header->len + (guint64) export->n * self->item_size)
      || !ay_zip_store_write (self->zip, header->str, header->len))
    return ay_export_fail (export, error);
  return write_items (self, error)
         && (ay_zip_store_end (self->zip) || ay_export_fail (export, error));
}

gboolean
ay_export_npz (const AyExport *self, GError **error)
{
  g_autoptr (AyZipStore) zip = ay_zip_store_new (self->stream);
  guint k = ay_table_n_columns (self->table);

  for (guint j = 0; j < k; j++)
    {
      Array array = { .export = self, .zip = zip, .column = ay_table_column (self->table, j) };

      if (strlen (ay_column_name (array.column)) > 60000)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                       N_ ("%s: the name of column %u is too long for npz"), self->path, j + 1);
          return FALSE;
        }
      if (!write_array (&array, error))
        return FALSE;
      ay_job_set_fraction (self->job, (double) (j + 1) / k);
    }
  return ay_zip_store_finish (zip) || ay_export_fail (self, error);
}
