/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `datasets.load_dataset (FOLDER)` reads: a JSON lines file for each part, and a README.md
 * whose YAML head names them (https://huggingface.co/docs/hub/datasets-manual-configuration) and
 * the fields with their types (dataset_info). What only the owner knows is left to be filled. */
#include "core/work/export_form_private.h"

#include <string.h>

/* Names of the parts as that library has them. */
static const char *const part_names[] = { "train", "validation", "test", "unlabeled" };

/* A double-quoted YAML scalar. */
static void
append_quoted (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *at = text; *at != '\0'; at++)
    if (*at == '"' || *at == '\\')
      g_string_append_printf (out, "\\%c", *at);
    else if ((guchar) *at < ' ')
      g_string_append_printf (out, "\\x%02x", (guchar) *at);
    else
      g_string_append_c (out, *at);
  g_string_append_c (out, '"');
}

static const char *
type_of (const AyColumn *column)
{
  if (ay_column_type (column) != AY_COLUMN_NUMBER)
    return "string";
  return ay_column_is_integral (column) && ay_column_count_missing (column) == 0 ? "int64"
                                                                                 : "float64";
}

static void
append_fields (GString *out, const AyTable *table)
{
  g_string_append (out, "dataset_info:\n  features:\n");
  for (guint i = 0; i < ay_table_n_columns (table); i++)
    {
      const AyColumn *column = ay_table_column (table, i);

      g_string_append (out, "    - name: ");
      append_quoted (out, ay_column_name (column));
      g_string_append_printf (out, "\n      dtype: %s\n", type_of (column));
    }
}

static char *
make_card (const AyFormWriter *self, const AyTable *table, const gsize *counts)
{
  GString *out = g_string_new ("---\nconfigs:\n  - config_name: default\n    data_files:\n");
  g_autofree char *title = g_path_get_basename (self->path);

  for (int part = 0; part <= AY_SPLIT_POOL; part++)
    if (counts[part] > 0)
      g_string_append_printf (out, "      - split: %s\n        path: %s.jsonl\n",
                              part_names[part], part_names[part]);
  append_fields (out, table);
  g_string_append_printf (out, "---\n\n# %s\n\n%" G_GSIZE_FORMAT " rows, curated with Assay.\n\n",
                          title, self->n);
  g_string_append (out, "| part | rows |\n|---|---|\n");
  for (int part = 0; part <= AY_SPLIT_POOL; part++)
    if (counts[part] > 0)
      g_string_append_printf (out, "| %s | %" G_GSIZE_FORMAT " |\n", part_names[part],
                              counts[part]);
  g_string_append_printf (out, "\n- Licence: to be filled by the owner\n"
                          "- Sources and collection: to be filled by the owner\n"
                          "- Annotation: to be filled by the owner\n"
                          "- How these rows were chosen: %s.certificate.json\n", title);
  return g_string_free (out, FALSE);
}

gboolean
ay_form_huggingface (AyFormWriter *self, GError **error)
{
  g_autoptr (AyTable) table = ay_form_table (self, error);
  AyExportOptions options = AY_EXPORT_OPTIONS_INIT;
  gsize counts[AY_SPLIT_POOL + 1];
  g_autofree char *card = NULL;

  options.format = AY_EXPORT_JSONL;
  for (int part = 0; table != NULL && part <= AY_SPLIT_POOL; part++)
    {
      g_autoptr (AyBitset) rows = ay_form_part (self, (AySplit) part);
      g_autofree char *name = g_strconcat (part_names[part], ".jsonl", NULL);
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      counts[part] = ay_bitset_count (rows);
      if (counts[part] > 0 && !ay_export_table (table, rows, &options, path, self->job, error))
        return FALSE;
    }
  if (table == NULL)
    return FALSE;
  card = make_card (self, table, counts);
  return ay_form_write_text (self, "README.md", card, error);
}
