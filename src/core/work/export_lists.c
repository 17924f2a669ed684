/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Index lists, a file a part, and folders of images. */
#include "core/work/export_form_private.h"

#include "core/base/words.h"

#include <string.h>

gboolean
ay_form_ids (AyFormWriter *self, GError **error)
{
  for (gsize i = 0; i < self->n; i++)
    {
      g_autofree char *id = ay_column_dup_text (self->data->id, self->rows[i]);

      if (strpbrk (id, "\n\r") != NULL)
        return ay_form_refuse (self, error, N_ ("the id of row %u holds a line end"),
                               self->rows[i]);
      fprintf (self->stream, "%s\n", id);
    }
  return TRUE;
}

gboolean
ay_form_rows (AyFormWriter *self, GError **error)
{
  for (gsize i = 0; i < self->n; i++)
    fprintf (self->stream, "%u\n", self->rows[i]);
  return TRUE;
}

gboolean
ay_form_splits (AyFormWriter *self, GError **error)
{
  g_autoptr (AyTable) table = ay_form_table (self, error);

  for (int part = AY_SPLIT_TRAIN; table != NULL && part <= AY_SPLIT_POOL; part++)
    {
      g_autoptr (AyBitset) rows = ay_form_part (self, (AySplit) part);
      g_autofree char *name = g_strconcat (ay_split_name ((AySplit) part), ".csv", NULL);
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      if (ay_bitset_count (rows) > 0
          && !ay_export_table (table, rows, NULL, path, self->job, error))
        return FALSE;
    }
  return table != NULL;
}

gboolean
ay_form_images (AyFormWriter *self, GError **error)
{
  if (self->data->image == NULL)
    return ay_form_refuse (self, error, N_ ("the data has no image files"));
  for (gsize i = 0; i < self->n; i++)
    {
      gsize row = self->rows[i];
      g_autofree char *label = ay_form_label (self, row);
      g_autofree char *image = ay_form_image (self, row);
      g_autofree char *base = image != NULL ? g_path_get_basename (image) : g_strdup ("");
      g_autofree char *relative = NULL;

      if (!ay_job_check (self->job, error))
        return FALSE;
      if (strchr (label, '/') != NULL || *label == '.')
        return ay_form_refuse (self, error, N_ ("the class \"%s\" cannot be a folder"), label);
      relative = g_build_filename (ay_split_name (self->data->split[row]),
                                   *label != '\0' ? label : "unlabelled", base, NULL);
      if (!ay_form_put_image (self, row, relative, error))
        return FALSE;
    }
  return TRUE;
}
