/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_columns.h"

#include "core/base/error.h"

#define MAX_NAMES_LISTED 40

static AyColumn *
find (AyTable *table, const char *name, GError **error)
{
  AyColumn *column = ay_table_find (table, name);
  g_autoptr (GString) names = NULL;

  if (column != NULL)
    return ay_column_ref (column);
  names = g_string_new (NULL);
  for (guint i = 0; i < MIN (ay_table_n_columns (table), MAX_NAMES_LISTED); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "",
                            ay_column_name (ay_table_column (table, i)));
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "no column called \"%s\"; there are %s%s", name,
               names->str, ay_table_n_columns (table) > MAX_NAMES_LISTED ? ", ..." : "");
  return NULL;
}

AyColumn *
cmd_find_column (AyWork *work, const char *name, GError **error)
{
  g_autoptr (AyTable) table = ay_work_columns (work, error);

  return table != NULL ? find (table, name, error) : NULL;
}

GPtrArray *
cmd_find_columns (AyWork *work, const char *names, GError **error)
{
  g_autoptr (AyTable) table = ay_work_columns (work, error);
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_column_unref);
  g_auto (GStrv) parts = g_strsplit (names, ",", -1);

  for (char **part = parts; table != NULL && *part != NULL; part++)
    {
      AyColumn *column = find (table, *part, error);

      if (column == NULL)
        return NULL;
      g_ptr_array_add (columns, column);
    }
  return table != NULL ? g_steal_pointer (&columns) : NULL;
}

JsonNode *
cmd_cell_json (const AyColumn *column, gsize row)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);

  if (ay_column_is_missing (column, row))
    json_node_init_null (node);
  else if (ay_column_type (column) != AY_COLUMN_NUMBER)
    {
      g_autofree char *text = ay_column_dup_text (column, row);

      json_node_set_string (node, text);
    }
  else if (ay_column_is_integral (column))
    json_node_set_int (node, (gint64) ay_column_numbers (column)[row]);
  else
    json_node_set_double (node, ay_column_numbers (column)[row]);
  return node;
}
