/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/export_form_private.h"

#include "core/base/folder.h"
#include "core/base/words.h"
#include "core/data/image_plain.h"
#include "core/data/place.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const AyExportForm forms[] = {
  { "ids", "Ids of the rows, one a line", FALSE, ".txt" },
  { "rows", "Numbers of the rows from 0, one a line, for indexing an array", FALSE, ".txt" },
  { "splits", "A folder with a CSV for each part: train, valid, test, pool", TRUE, NULL },
  { "images", "A folder of images, PART/CLASS/NAME, copied or linked", TRUE, NULL },
  { "huggingface", "A folder for datasets.load_dataset: JSON lines a part, and a card", TRUE,
    NULL },
  { "fiftyone", "A FiftyOneDataset folder of images: metadata.json, samples.json, data", TRUE,
    NULL },
  { "cleanlab", "A CSV of issues with the columns of cleanlab's Datalab.get_issues", FALSE,
    ".csv" },
  { "label_studio", "A JSON list of Label Studio tasks, the present label as prediction", FALSE,
    ".json" },
};

static gboolean (*const writers[]) (AyFormWriter *, GError **)
    = { ay_form_ids, ay_form_rows, ay_form_splits, ay_form_images, ay_form_huggingface,
        ay_form_fiftyone, ay_form_cleanlab, ay_form_label_studio };

G_STATIC_ASSERT (G_N_ELEMENTS (forms) == G_N_ELEMENTS (writers));

const AyExportForm *
ay_export_forms (guint *n)
{
  *n = G_N_ELEMENTS (forms);
  return forms;
}

const AyExportForm *
ay_export_form_find (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    if (strcmp (forms[i].id, id) == 0)
      return &forms[i];
  return NULL;
}

/* --- what the forms share --- */

gboolean
ay_form_refuse (const AyFormWriter *self, GError **error, const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED, "%s: %s", self->path, text);
  return FALSE;
}

char *
ay_form_label (const AyFormWriter *self, gsize row)
{
  if (!ay_column_is_missing (self->new_label, row))
    return ay_column_dup_text (self->new_label, row);
  return ay_dataset_dup_label (self->data, row);
}

double
ay_form_number (const AyFormWriter *self, const char *column, gsize row)
{
  AyColumn *found = ay_table_find (self->columns, column);

  return found != NULL && ay_column_type (found) == AY_COLUMN_NUMBER
             ? ay_column_numbers (found)[row] : NAN;
}

AyTable *
ay_form_table (const AyFormWriter *self, GError **error)
{
  AyNewLabels labels = { NULL, NULL };
  AyTable *table = NULL;
  gboolean ok = TRUE;

  ay_new_labels_init (&labels, self->data);
  for (gsize i = 0; ok && i < self->data->n; i++)
    if (!ay_column_is_missing (self->new_label, i))
      {
        g_autofree char *label = ay_column_dup_text (self->new_label, i);

        ok = ay_new_labels_set (&labels, self->data, i, label, error);
      }
  if (ok)
    table = ay_curated_table (self->data, self->work->load, &labels);
  ay_new_labels_clear (&labels);
  for (guint i = 0; table != NULL && i < ay_table_n_columns (self->columns); i++)
    {
      AyColumn *column = ay_table_column (self->columns, i);
      const char *name = ay_column_name (column);

      if (strcmp (name, "label") != 0 && strcmp (name, "id") != 0
          && !g_str_has_suffix (name, "_input") && ay_table_find (table, name) == NULL)
        ay_table_take (table, ay_column_ref (column));
    }
  return table;
}

AyBitset *
ay_form_part (const AyFormWriter *self, AySplit part)
{
  AyBitset *rows = ay_bitset_new (self->data->n);

  for (gsize i = 0; i < self->n; i++)
    if (self->data->split[self->rows[i]] == part)
      ay_bitset_add (rows, self->rows[i]);
  return rows;
}

gboolean
ay_form_write_text (const AyFormWriter *self, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (AyOutput) output = ay_output_new (path, error);

  if (output == NULL)
    return FALSE;
  fputs (text, ay_output_stream (output));
  return ay_output_commit (output, error);
}

/* --- images --- */

char *
ay_form_image (const AyFormWriter *self, gsize row)
{
  const AyDataset *data = self->data;
  g_autofree char *name = NULL;

  if (data->image == NULL || ay_column_is_missing (data->image, row))
    return NULL;
  name = ay_column_dup_text (data->image, row);
  return ay_place_find_image (data->place_root, data->image_base, name);
}

static gboolean
copy_image (const AyFormWriter *self, const char *from, const char *to, GError **error)
{
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (from, error);
  g_autoptr (AyOutput) output = file != NULL ? ay_output_new (to, error) : NULL;
  gsize size;
  const char *bytes;

  if (output == NULL)
    return FALSE;
  bytes = ay_mapped_file_data (file, &size);
  if (self->keep_exif && size > 0)
    fwrite (bytes, 1, size, ay_output_stream (output));
  else if (!self->keep_exif && !ay_image_write_plain (file, ay_output_stream (output), error))
    return FALSE;
  return ay_output_commit (output, error);
}

gboolean
ay_form_put_image (const AyFormWriter *self, gsize row, const char *relative, GError **error)
{
  g_autofree char *image = ay_form_image (self, row);
  g_autofree char *from = image != NULL ? g_canonicalize_filename (image, NULL) : NULL;
  g_autofree char *to = g_build_filename (self->folder, relative, NULL);
  g_autofree char *folder = g_path_get_dirname (to);

  if (from == NULL)
    return ay_form_refuse (self, error, N_ ("row %zu has no image"), row);
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: cannot be made: %s"), folder,
                   g_strerror (errno));
      return FALSE;
    }
  if (g_file_test (to, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
    return ay_form_refuse (self, error, N_ ("two images would be called %s"), relative);
  if (!self->link)
    return copy_image (self, from, to, error);
  if (symlink (from, to) == 0)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: cannot be linked: %s"), to,
               g_strerror (errno));
  return FALSE;
}

/* --- all of it --- */

/* Writes the rows and, where that went well, the certificate beside them, before either has its
 * name: no room for one of them leaves none. */
static gboolean
run_writer (AyFormWriter *self, AyFormExport *what, GError **error)
{
  AyExportFacts facts = { what->form->id, what->where, 0 };

  if (!writers[what->form - forms](self, error) || !ay_job_commit (self->job, error))
    return FALSE;
  what->n_written = facts.n = self->n;
  self->certificate = ay_work_certify_export (self->work, &facts, self->path, error);
  return self->certificate != NULL;
}

static gboolean
write_file (AyFormWriter *self, AyFormExport *what, GError **error)
{
  g_autoptr (AyOutput) output = NULL;

  if (!g_str_has_suffix (self->path, what->form->ending))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%s: the name must end in %s"), self->path,
                   what->form->ending);
      return FALSE;
    }
  output = ay_output_new (self->path, error);
  if (output == NULL)
    return FALSE;
  self->stream = ay_output_stream (output);
  return run_writer (self, what, error) && ay_output_commit (output, error);
}

static gboolean
write_folder (AyFormWriter *self, AyFormExport *what, GError **error)
{
  g_autoptr (AyOutputFolder) output = ay_output_folder_new (self->path, error);

  if (output == NULL)
    return FALSE;
  self->folder = ay_output_folder_path (output);
  return run_writer (self, what, error) && ay_output_folder_commit (output, error);
}

gboolean
ay_work_export_form (AyWork *self, AyFormExport *what, const char *path, AyJob *job,
                     GError **error)
{
  g_autoptr (AyTable) columns = ay_work_columns (self, error);
  g_autoptr (AyBitset) chosen = ay_bitset_copy (what->rows);
  g_autofree guint32 *rows = NULL;
  AyFormWriter writer = { .work = self, .data = self->data, .columns = columns, .chosen = chosen,
                          .path = path, .link = what->link,
                          .keep_exif = what->keep_exif, .job = job };
  g_autoptr (AyOutput) certificate = NULL;
  gboolean ok;

  if (columns == NULL)
    return FALSE;
  writer.rows = rows = ay_bitset_rows (chosen, &writer.n);
  writer.new_label = ay_table_find (columns, "new_label");
  ay_job_set_phase (job, "writing");
  ok = (what->form->is_folder ? write_folder : write_file) (&writer, what, error);
  certificate = writer.certificate;
  return ok && ay_output_commit (certificate, error);
}
