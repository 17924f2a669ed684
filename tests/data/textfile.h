/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"
#include "core/base/table.h"

#include <math.h>
#include <string.h>

/* A file of these bytes, allocated to the byte, so that a sanitizer sees what is read past. */
static inline AyMappedFile *
text_file (const char *bytes, gsize size, const char *ending)
{
  g_autofree char *path = g_strconcat ("a folder/assay-text", ending, NULL);

  return ay_mapped_file_new_take (path, size > 0 ? g_memdup2 (bytes, size) : NULL, size);
}

/* "name number 1|2|~" a line: ~ is missing. */
static inline char *
show_table (AyTable *table)
{
  static const char *const types[] = { "number", "category", "text" };
  GString *out = g_string_new (NULL);

  for (guint c = 0; c < ay_table_n_columns (table); c++)
    {
      AyColumn *column = ay_table_column (table, c);

      g_string_append_printf (out, "%s %s ", ay_column_name (column),
                              types[ay_column_type (column)]);
      for (gsize row = 0; row < ay_table_rows (table); row++)
        {
          g_autofree char *text = ay_column_dup_text (column, row);

          g_string_append_printf (out, "%s%s", row > 0 ? "|" : "",
                                  ay_column_is_missing (column, row) ? "~" : text);
        }
      g_string_append_c (out, '\n');
    }
  return g_string_free (out, FALSE);
}

/* A cell equals what is expected: same text, or same number bit for bit. */
static inline void
assert_cell (AyColumn *column, gsize row, const char *text, const double *number)
{
  gsize length;

  if (text == NULL && number == NULL)
    g_assert_true (ay_column_is_missing (column, row));
  else if (number != NULL)
    {
      double value = ay_column_numbers (column)[row];

      g_assert_cmpmem (&value, sizeof value, number, sizeof *number);
    }
  else
    {
      const char *got = ay_column_text (column, row, &length);

      g_assert_nonnull (got);
      g_assert_cmpmem (got, length, text, strlen (text));
    }
}
