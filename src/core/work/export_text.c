/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/words.h"
#include "core/data/cells.h"
#include "core/shim/number.h"
#include "core/work/export_private.h"

#include <math.h>
#include <string.h>

/* CSV, TSV and JSON: blocks of rows become text on all cores, a wave of blocks at a time, and are
 * written in their order. What a category looks like is worked out once a name. Some 20 ns a cell
 * and core; memory: the text of one wave. */

#define BLOCK_ROWS 1024
#define WAVE_BLOCKS 16

typedef struct
{
  AyColumn *column;
  char *key;    /* JSON: {"name": or ,"name": */
  char **cells; /* CATEGORY: each name as it is written */
  gsize *lengths;
} Field;

typedef struct
{
  const AyExport *export;
  gboolean json;
  char delimiter;
  Field *fields;
  guint n_fields;
  gsize first; /* row that the wave begins with */
  GString *texts[WAVE_BLOCKS];
} Writer;

static gboolean
needs_quotes (const char *text, gsize length, char delimiter)
{
  /* Unquoted, "NA" and its like would be read as missing. */
  if (ay_cell_is_missing (text, length) || text[0] == ' ' || text[0] == '\t'
      || text[length - 1] == ' ' || text[length - 1] == '\t')
    return TRUE;
  for (gsize i = 0; i < length; i++)
    if (text[i] == delimiter || text[i] == '"' || text[i] == '\n' || text[i] == '\r')
      return TRUE;
  return FALSE;
}

static void
append_cell (GString *out, const char *text, gsize length, char delimiter)
{
  const char *end = text + length;

  if (!needs_quotes (text, length, delimiter))
    {
      g_string_append_len (out, text, (gssize) length);
      return;
    }
  g_string_append_c (out, '"');
  while (text < end)
    {
      const char *quote = memchr (text, '"', (gsize) (end - text));
      const char *stop = quote != NULL ? quote + 1 : end;

      g_string_append_len (out, text, stop - text);
      if (quote != NULL)
        g_string_append_c (out, '"');
      text = stop;
    }
  g_string_append_c (out, '"');
}

static void
append_escape (GString *out, guchar byte)
{
  static const char short_escapes[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
  const char *found = byte != 0 ? strchr (short_escapes, byte) : NULL;

  if (found != NULL)
    {
      g_string_append_c (out, '\\');
      g_string_append_c (out, letters[found - short_escapes]);
    }
  else
    g_string_append_printf (out, "\\u%04x", byte);
}

static void
append_json_text (GString *out, const char *text, gsize length)
{
  gsize from = 0;

  g_string_append_c (out, '"');
  for (gsize i = 0; i < length; i++)
    if ((guchar) text[i] < ' ' || text[i] == '"' || text[i] == '\\')
      {
        g_string_append_len (out, text + from, (gssize) (i - from));
        append_escape (out, (guchar) text[i]);
        from = i + 1;
      }
  g_string_append_len (out, text + from, (gssize) (length - from));
  g_string_append_c (out, '"');
}

static void
append_text (const Writer *self, GString *out, const char *text, gsize length)
{
  if (self->json)
    append_json_text (out, text, length);
  else
    append_cell (out, text, length, self->delimiter);
}

/* Digits of a whole number into the end of buffer. (transfer none) */
static char *
whole_digits (gint64 value, char *end)
{
  guint64 rest = (guint64) ABS (value);

  do
    *--end = (char) ('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (value < 0)
    *--end = '-';
  return end;
}

static void
append_number (GString *out, double value, gboolean integral)
{
  char buffer[AY_NUMBER_SIZE];
  char *end = buffer + sizeof buffer, *from;

  /* Whole numbers as such: the shortest form of 100000 would be 1e+05. */
  if (integral && fabs (value) < 1e15)
    {
      from = whole_digits ((gint64) value, end);
      g_string_append_len (out, from, end - from);
    }
  else
    g_string_append_len (out, buffer, ay_number_format (value, buffer));
}

static void
append_missing (const Writer *self, GString *out)
{
  if (self->json)
    g_string_append (out, "null");
  else if (self->n_fields == 1)
    g_string_append (out, "\"\""); /* readers skip blank lines */
}

static void
append_value (const Writer *self, GString *out, const Field *field, gsize row)
{
  const AyColumn *column = field->column;
  const char *text;
  gsize length = 0;

  if (ay_column_is_missing (column, row))
    append_missing (self, out);
  else if (field->cells != NULL)
    {
      guint32 code = ay_column_codes (column)[row];

      g_string_append_len (out, field->cells[code], (gssize) field->lengths[code]);
    }
  else if (ay_column_type (column) == AY_COLUMN_NUMBER)
    append_number (out, ay_column_numbers (column)[row], ay_column_is_integral (column));
  else
    {
      text = ay_column_text (column, row, &length);
      append_text (self, out, text, length);
    }
}

static void
append_row (const Writer *self, GString *out, gsize i)
{
  gsize row = ay_export_row (self->export, i);

  if (self->export->format == AY_EXPORT_JSON && i > 0)
    g_string_append (out, ",\n");
  for (guint f = 0; f < self->n_fields; f++)
    {
      if (self->json)
        g_string_append (out, self->fields[f].key);
      else if (f > 0)
        g_string_append_c (out, self->delimiter);
      append_value (self, out, &self->fields[f], row);
    }
  if (self->json)
    g_string_append_c (out, '}');
  if (self->export->format != AY_EXPORT_JSON)
    g_string_append_c (out, '\n');
}

static void
format_block (gsize block, guint worker, gpointer data)
{
  Writer *self = data;
  gsize first = self->first + block * BLOCK_ROWS;
  gsize end = MIN (first + BLOCK_ROWS, self->export->n);

  g_string_truncate (self->texts[block], 0);
  for (gsize i = first; i < end; i++)
    append_row (self, self->texts[block], i);
}

static void
prepare_category (const Writer *self, Field *field)
{
  guint n = 0;
  const char *const *names = ay_column_categories (field->column, &n);

  field->cells = g_new0 (char *, n + 1);
  field->lengths = g_new0 (gsize, n + 1);
  for (guint i = 0; i < n; i++)
    {
      GString *cell = g_string_new (NULL);

      append_text (self, cell, names[i], strlen (names[i]));
      field->lengths[i] = cell->len;
      field->cells[i] = g_string_free (cell, FALSE);
    }
}

static void
writer_init (Writer *self, const AyExport *export)
{
  *self = (Writer) { .export = export, .n_fields = ay_table_n_columns (export->table) };
  self->json = export->format == AY_EXPORT_JSON || export->format == AY_EXPORT_JSONL;
  self->delimiter = export->format == AY_EXPORT_TSV ? '\t' : ',';
  self->fields = g_new0 (Field, self->n_fields);
  for (guint f = 0; f < self->n_fields; f++)
    {
      Field *field = &self->fields[f];
      GString *key = g_string_new (f == 0 ? "{" : ",");

      field->column = ay_table_column (export->table, f);
      append_json_text (key, ay_column_name (field->column),
                        strlen (ay_column_name (field->column)));
      g_string_append_c (key, ':');
      field->key = g_string_free (key, FALSE);
      if (ay_column_type (field->column) == AY_COLUMN_CATEGORY)
        prepare_category (self, field);
    }
  for (guint i = 0; i < WAVE_BLOCKS; i++)
    self->texts[i] = g_string_new (NULL);
}

static void
writer_clear (Writer *self)
{
  for (guint f = 0; f < self->n_fields; f++)
    {
      g_free (self->fields[f].key);
      g_strfreev (self->fields[f].cells);
      g_free (self->fields[f].lengths);
    }
  g_free (self->fields);
  for (guint i = 0; i < WAVE_BLOCKS; i++)
    g_string_free (self->texts[i], TRUE);
}

static gboolean
write_header (const Writer *self, GError **error)
{
  g_autoptr (GString) line = g_string_new (NULL);

  if (self->export->format == AY_EXPORT_JSON)
    g_string_append (line, "[\n");
  for (guint f = 0; f < self->n_fields && !self->json; f++)
    {
      const char *name = ay_column_name (self->fields[f].column);

      append_cell (line, name, strlen (name), self->delimiter);
      g_string_append_c (line, f + 1 < self->n_fields ? self->delimiter : '\n');
    }
  return ay_export_write (self->export, line->str, line->len, error);
}

static gboolean
write_rows (Writer *self, GError **error)
{
  const AyExport *export = self->export;

  for (self->first = 0; self->first < export->n; self->first += WAVE_BLOCKS * BLOCK_ROWS)
    {
      gsize n_blocks = MIN (WAVE_BLOCKS, ay_n_blocks (export->n - self->first, BLOCK_ROWS));

      if (!ay_parallel_for (n_blocks, format_block, self, export->job, error))
        return FALSE;
      for (gsize b = 0; b < n_blocks; b++)
        if (!ay_export_write (export, self->texts[b]->str, self->texts[b]->len, error))
          return FALSE;
      ay_job_set_fraction (export->job, (double) self->first / (double) export->n);
    }
  return TRUE;
}

static gboolean
write_footer (const Writer *self, GError **error)
{
  const char *text = self->export->n > 0 ? "\n]\n" : "]\n";

  return self->export->format != AY_EXPORT_JSON
         || ay_export_write (self->export, text, strlen (text), error);
}

/* JSON has no infinity, and null would say that there is no value. */
static gboolean
check_finite (const AyExport *export, GError **error)
{
  for (guint f = 0; f < ay_table_n_columns (export->table); f++)
    {
      const AyColumn *column = ay_table_column (export->table, f);

      if (ay_column_type (column) != AY_COLUMN_NUMBER)
        continue;
      for (gsize i = 0; i < export->n; i++)
        if (isinf (ay_column_numbers (column)[ay_export_row (export, i)]))
          {
            g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                         N_ ("%s: column \"%s\", row %zu: JSON cannot hold an infinite number"),
                         export->path, ay_column_name (column), ay_export_row (export, i));
            return FALSE;
          }
    }
  return TRUE;
}

gboolean
ay_export_text (const AyExport *export, GError **error)
{
  Writer writer;
  gboolean ok;

  writer_init (&writer, export);
  ok = (!writer.json || check_finite (export, error)) && write_header (&writer, error)
       && write_rows (&writer, error) && write_footer (&writer, error);
  writer_clear (&writer);
  return ok;
}
