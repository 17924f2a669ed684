/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of an open round on their way to whoever labels them. */
#include "core/select/history_private.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_text.h"
#include "core/base/words.h"

#include <string.h>

/* What a column says of a row. (transfer full) (nullable) */
static char *
said_of (AyColumn *column, guint32 row)
{
  return column != NULL ? ay_column_dup_text (column, row) : NULL;
}

static void
write_csv (FILE *out, const AyDataset *data, const guint32 *rows, gsize n)
{
  AyColumn *columns[] = { data->id, data->text, data->image };
  static const char *const names[] = { "id", "text", "image" };

  for (gsize c = 0; c < G_N_ELEMENTS (columns); c++)
    if (columns[c] != NULL)
      fprintf (out, "%s,", names[c]);
  fputs ("label,annotator\n", out);
  for (gsize i = 0; i < n; i++)
    {
      for (gsize c = 0; c < G_N_ELEMENTS (columns); c++)
        {
          g_autofree char *text = said_of (columns[c], rows[i]);

          if (columns[c] == NULL)
            continue;
          ay_history_put_csv (out, text);
          putc (',', out);
        }
      fputs (",\n", out);
    }
}

static JsonObject *
task_of (const AyDataset *data, guint32 row)
{
  AyColumn *columns[] = { data->id, data->text, data->image };
  static const char *const names[] = { "id", "text", "image" };
  JsonObject *task = json_object_new (), *content = json_object_new ();

  for (gsize c = 0; c < G_N_ELEMENTS (columns); c++)
    {
      g_autofree char *text = said_of (columns[c], row);

      if (text != NULL)
        json_object_set_string_member (content, names[c], text);
    }
  json_object_set_object_member (task, "data", content);
  return task;
}

static void
write_json (FILE *out, const AyDataset *data, const guint32 *rows, gsize n)
{
  JsonArray *tasks = json_array_new ();
  g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), tasks);
  g_autofree char *text = NULL;

  for (gsize i = 0; i < n; i++)
    json_array_add_object_element (tasks, task_of (data, rows[i]));
  text = ay_json_to_text (node, TRUE);
  fputs (text, out);
  putc ('\n', out);
  json_array_unref (tasks);
}

gboolean
ay_history_write_tasks (const AyDataset *data, const AyRound *round, const char *path,
                        GError **error)
{
  gboolean json = g_str_has_suffix (path, ".json");
  g_autofree guint32 *rows = g_new (guint32, round->n + 1);
  g_autoptr (AyOutput) output = NULL;
  gsize n = 0;

  if (!json && !g_str_has_suffix (path, ".csv"))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("%s: rows to label are written as .csv or .json (Label Studio)"), path);
      return FALSE;
    }
  output = ay_output_new (path, error);
  if (output == NULL)
    return FALSE;
  for (guint32 i = 0; i < round->n; i++)
    if (round->row[i] < data->n && ay_round_label (round, i, NULL, NULL) == NULL)
      rows[n++] = round->row[i];
  if (json)
    write_json (ay_output_stream (output), data, rows, n);
  else
    write_csv (ay_output_stream (output), data, rows, n);
  return ay_output_commit (output, error);
}
