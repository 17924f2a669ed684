/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_input.h"

#include "cli/cli_describe.h"
#include "cli/cli_json.h"
#include "cli/cli_text.h"
#include "core/data/roles.h"

#include <stdio.h>

static const char *const type_names[] = { "number", "category", "text" };

/* What a column holds, in a few words: a range, some names, the first text. (transfer full) */
static char *
describe_values (const AyColumn *column)
{
  if (ay_column_type (column) == AY_COLUMN_NUMBER)
    {
      CmdSpread s = cmd_spread (ay_column_numbers (column), ay_column_rows (column));
      char low[CMD_TEXT_SIZE], high[CMD_TEXT_SIZE];

      return g_strdup_printf ("%s to %s", cmd_text_number (s.minimum, low),
                              cmd_text_number (s.maximum, high));
    }
  if (ay_column_type (column) == AY_COLUMN_CATEGORY)
    {
      guint n;
      const char *const *names = ay_column_categories (column, &n);
      g_autoptr (GString) text = g_string_new (NULL);

      g_string_append_printf (text, "%u:", n);
      for (guint k = 0; k < MIN (n, 4); k++)
        g_string_append_printf (text, "%s %s", k > 0 ? "," : "", names[k]);
      return g_string_free (g_string_append (g_steal_pointer (&text), n > 4 ? ", ..." : ""), FALSE);
    }
  for (gsize i = 0; i < ay_column_rows (column); i++)
    if (!ay_column_is_missing (column, i))
      {
        g_autofree char *text = ay_column_dup_text (column, i);
        g_autofree char *start = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), 40));

        g_strdelimit (start, "\n\r\t", ' ');
        return g_strdup_printf ("\"%s\"%s", start, g_utf8_strlen (text, -1) > 40 ? " ..." : "");
      }
  return g_strdup ("nothing");
}

static void
print_table (AyTable *table)
{
  g_autoptr (CmdTable) lines = cmd_table_new ("llrl");

  printf ("%" G_GSIZE_FORMAT " rows, %u columns\n", ay_table_rows (table),
          ay_table_n_columns (table));
  cmd_table_row (lines, "column", "type", "missing", "values", NULL);
  for (guint i = 0; i < ay_table_n_columns (table); i++)
    {
      AyColumn *column = ay_table_column (table, i);
      g_autofree char *values = describe_values (column);
      char missing[CMD_TEXT_SIZE];

      g_snprintf (missing, sizeof missing, "%" G_GSIZE_FORMAT, ay_column_count_missing (column));
      cmd_table_row (lines, ay_column_name (column), type_names[ay_column_type (column)], missing,
                     values, NULL);
    }
  cmd_table_print (lines, 0);
}

/* An array of a file: rows x columns, more dimensions flattened. */
typedef struct
{
  const char *key; /* the source's */
  gsize rows, columns;
  const char *type; /* "f32" ..., or "text" */
} InputArray;

/* What the arrays are, numbers and strings alike. (transfer full) (element-type InputArray) */
static GArray *
read_arrays (AySource *source, GError **error)
{
  g_autoptr (GArray) arrays = g_array_new (FALSE, FALSE, sizeof (InputArray));

  for (guint i = 0; i < source->keys->len; i++)
    {
      InputArray one = { source->keys->pdata[i], 0, 1, "text" };

      if (ay_source_is_text (source, one.key))
        {
          const AyColumn *text = ay_source_text (source, one.key, error);

          if (text == NULL)
            return NULL;
          one.rows = ay_column_rows (text);
        }
      else
        {
          const AyMatrix *numbers = ay_source_array (source, one.key, error);

          if (numbers == NULL)
            return NULL;
          one.rows = ay_matrix_rows (numbers);
          one.columns = ay_matrix_cols (numbers);
          one.type = ay_dtype_name (ay_matrix_dtype (numbers));
        }
      g_array_append_val (arrays, one);
    }
  return g_steal_pointer (&arrays);
}

static void
print_source (const AySource *source, const GArray *arrays)
{
  printf ("%s: format %s\n", source->path, source->format);
  for (guint i = 0; i < arrays->len; i++)
    {
      const InputArray *one = &g_array_index (arrays, InputArray, i);

      printf ("array \"%s\": %" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT " %s\n", one->key, one->rows,
              one->columns, one->type);
    }
  if (source->table != NULL)
    print_table (source->table);
}

static void
add_source (const AySource *source, const GArray *arrays, JsonObject *into)
{
  JsonArray *array;

  cmd_json_count (into, "rows",
                  source->table != NULL ? ay_table_rows (source->table)
                  : arrays->len > 0     ? g_array_index (arrays, InputArray, 0).rows
                                        : 0);
  array = cmd_json_array (into, "arrays");
  for (guint i = 0; i < arrays->len; i++)
    {
      const InputArray *input = &g_array_index (arrays, InputArray, i);
      JsonObject *one = cmd_json_append (array);

      cmd_json_text (one, "key", input->key);
      cmd_json_count (one, "rows", input->rows);
      cmd_json_count (one, "columns", input->columns);
      cmd_json_text (one, "type", input->type);
    }
  array = cmd_json_array (into, "columns");
  for (guint i = 0; source->table != NULL && i < ay_table_n_columns (source->table); i++)
    {
      AyColumn *column = ay_table_column (source->table, i);
      JsonObject *one = cmd_json_append (array);

      cmd_json_text (one, "name", ay_column_name (column));
      cmd_json_text (one, "type", type_names[ay_column_type (column)]);
      cmd_json_count (one, "missing", ay_column_count_missing (column));
    }
}

/* The roles that `new` would guess; NULL where there is no table. (transfer full) */
static AyLoadOptions *
guess_roles (const AySource *source, AyDiagnostics *diagnostics)
{
  AyLoadOptions *load = source->table != NULL ? ay_load_options_new () : NULL;

  if (load != NULL)
    ay_roles_guess (source->table, load, diagnostics);
  return load;
}

gboolean
cmd_input_print (CmdRun *run, GError **error)
{
  AySourceOptions options = AY_SOURCE_OPTIONS_INIT;
  g_autoptr (AyDiagnostics) diagnostics = ay_diagnostics_new ();
  g_autoptr (AySource) source
      = ay_source_open (run->args[0], &options, diagnostics, run->job, error);
  g_autoptr (GArray) arrays = source != NULL ? read_arrays (source, error) : NULL;
  g_autoptr (AyLoadOptions) load = NULL;
  g_autoptr (JsonObject) object = NULL;

  if (arrays == NULL)
    return FALSE;
  load = guess_roles (source, diagnostics);
  cmd_begin_output (run);
  if (!run->json)
    {
      print_source (source, arrays);
      if (load != NULL)
        cmd_roles_text (load, NULL, "role guessed: ");
      cmd_note_diagnostics (run, diagnostics, 0);
      return TRUE;
    }
  object = json_object_new ();
  cmd_json_text (object, "file", source->path);
  cmd_json_text (object, "format", source->format);
  add_source (source, arrays, object);
  if (load != NULL)
    cmd_roles_json (load, object);
  else
    json_object_set_null_member (object, "roles");
  cmd_describe_diagnostics_json (diagnostics, object);
  cmd_json_print (object);
  return TRUE;
}
