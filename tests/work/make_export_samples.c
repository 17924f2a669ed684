/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/export.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* make-export-samples FOLDER: writes one table in every format, all rows and every third.
 * check_export.py makes the same table by the same formulas and reads the files with other eyes. */

#define ROWS 5000

static const char *const words[] = {
  "plain", "a,b", "q\"q", "line\nbreak", "tab\tt", " lead", "", "NA", "größe", "日本", "it's",
  "=1+2", "\001", "\\", "😀", "\r", "\"", "trail ", "nan",
};
#define N_WORDS G_N_ELEMENTS (words)

static AyColumn *
number_column (const char *name)
{
  double *values = g_new (double, ROWS);
  gboolean integral = strchr ("iw", *name) != NULL;

  for (int i = 0; i < ROWS; i++)
    switch (*name)
      {
      case 'x': values[i] = i % 11 == 3 ? NAN : (i * 7919 % 1000 - 500) / 8.0; break;
      case 'y': values[i] = 1.0 / (i + 1); break;
      case 'b': values[i] = (i - 100) * 1e17; break;
      case 'i': values[i] = i % 13 == 5 ? NAN : (double) i * i - 1000; break;
      default: values[i] = i * 100000.0; break; /* w */
      }
  return ay_column_take_number (name, ROWS, values, integral);
}

static AyColumn *
category_column (void)
{
  char **names = g_new0 (char *, N_WORDS + 1);
  guint32 *codes = g_new (guint32, ROWS);

  for (gsize i = 0; i < N_WORDS; i++)
    names[i] = g_strdup (words[i]);
  for (int i = 0; i < ROWS; i++)
    codes[i] = i % 17 == 2 ? AY_CODE_MISSING : (guint32) (i % N_WORDS);
  return ay_column_take_category ("category", ROWS, codes, names);
}

static AyColumn *
text_column (void)
{
  guint64 *offset = g_new (guint64, ROWS);
  guint32 *length = g_new (guint32, ROWS);
  GString *arena = g_string_new (NULL);
  char *base;

  for (int i = 0; i < ROWS; i++)
    {
      offset[i] = arena->len;
      g_string_append_printf (arena, "%s%d", words[i * 5 % N_WORDS], i);
      length[i] = i % 19 == 4 ? AY_CODE_MISSING : (guint32) (arena->len - offset[i]);
    }
  base = g_string_free (arena, FALSE);
  return ay_column_take_text ("text \"é\", quoted", ROWS, offset, length, base, base, g_free);
}

static gboolean
export_as (const char *folder, const char *name, AyTable *table, const AyBitset *rows,
           GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  AyExportOptions options = AY_EXPORT_OPTIONS_INIT;

  return ay_export_format_of_path (path, &options.format, error)
         && ay_export_table (table, rows, &options, path, NULL, error);
}

static gboolean
export_all (const char *folder, AyTable *table, AyTable *numbers, GError **error)
{
  g_autoptr (AyBitset) third = ay_bitset_new (ROWS);
  static const char *const formats[] = { "csv", "tsv", "jsonl", "json", "npy", "npz" };

  for (gsize i = 0; i < ROWS; i += 3)
    ay_bitset_add (third, i);
  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      g_autofree char *all = g_strdup_printf ("all.%s", formats[f]);
      g_autofree char *some = g_strdup_printf ("third.%s", formats[f]);
      AyTable *held = g_str_equal (formats[f], "npy") ? numbers : table;

      if (!export_as (folder, all, held, NULL, error)
          || !export_as (folder, some, held, third, error))
        return FALSE;
    }
  return TRUE;
}

int
main (int argc, char **argv)
{
  static const char *const names[] = { "x", "y", "big", "int", "whole" };
  g_autoptr (AyTable) table = ay_table_new (ROWS);
  g_autoptr (AyTable) numbers = ay_table_new (ROWS);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      AyColumn *column = number_column (names[i]);

      ay_table_take (numbers, ay_column_ref (column));
      ay_table_take (table, column);
    }
  ay_table_take (table, category_column ());
  ay_table_take (table, text_column ());
  if (argc == 2 && export_all (argv[1], table, numbers, &error))
    return 0;
  fprintf (stderr, "%s\n", error != NULL ? error->message : "usage: make-export-samples FOLDER");
  return 1;
}
