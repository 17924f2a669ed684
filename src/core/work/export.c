/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/export.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/work/export_private.h"

#include <errno.h>
#include <string.h>

static const char *const format_names[AY_N_EXPORT_FORMATS]
  = { "csv", "tsv", "jsonl", "json", "npy", "npz" };

const char *
ay_export_format_name (AyExportFormat format)
{
  g_return_val_if_fail (format < AY_N_EXPORT_FORMATS, NULL);
  return format_names[format];
}

gboolean
ay_export_format_of_path (const char *path, AyExportFormat *format, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  const char *ending = strrchr (name, '.');

  for (guint i = 0; ending != NULL && i < AY_N_EXPORT_FORMATS; i++)
    if (g_ascii_strcasecmp (ending + 1, format_names[i]) == 0)
      {
        *format = i;
        return TRUE;
      }
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
               N_ ("%s: the name must end in .csv, .tsv, .jsonl, .json, .npy or .npz"), path);
  return FALSE;
}

gboolean
ay_export_fail (const AyExport *self, GError **error)
{
  int code = errno;

  g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: cannot write: %s"), self->path,
               g_strerror (code));
  return FALSE;
}

gboolean
ay_export_write (const AyExport *self, gconstpointer data, gsize size, GError **error)
{
  return fwrite (data, 1, size, self->stream) == size || ay_export_fail (self, error);
}

static gboolean
write_all (const AyExport *self, GError **error)
{
  switch (self->format)
    {
    case AY_EXPORT_NPY: return ay_export_npy (self, error);
    case AY_EXPORT_NPZ: return ay_export_npz (self, error);
    default: return ay_export_text (self, error);
    }
}

/* The rows to write, in the order asked for. (transfer full) */
static guint32 *
choose_rows (const AyBitset *rows, const guint32 *order, gsize *n)
{
  guint32 *chosen;
  gsize all = *n;

  if (order == NULL)
    return ay_bitset_rows (rows, n);
  chosen = g_new (guint32, MAX (all, 1));
  *n = 0;
  for (gsize i = 0; i < all; i++)
    if (rows == NULL || ay_bitset_get (rows, order[i]))
      chosen[(*n)++] = order[i];
  return chosen;
}

AyOutput *
ay_export_prepare (AyTable *columns, const AyBitset *rows, const AyExportOptions *options,
                   const char *path, AyJob *job, GError **error)
{
  AyExportOptions defaults = AY_EXPORT_OPTIONS_INIT;
  g_autoptr (AyOutput) output = NULL;
  g_autofree guint32 *chosen = NULL;
  AyExport export = { .table = columns, .n = ay_table_rows (columns), .path = path, .job = job };

  options = options != NULL ? options : &defaults;
  export.format = options->format;
  export.diagnostics = options->diagnostics;
  if (ay_table_n_columns (columns) == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%s: there is no column to export"), path);
      return NULL;
    }
  g_return_val_if_fail (rows == NULL || rows->n == export.n, NULL);
  if (rows != NULL || options->order != NULL)
    export.rows = chosen = choose_rows (rows, options->order, &export.n);
  output = ay_output_new (path, error);
  if (output == NULL)
    return NULL;
  export.stream = ay_output_stream (output);
  ay_job_set_phase (job, "writing");
  return write_all (&export, error) && ay_output_finish (output, error)
             ? g_steal_pointer (&output) : NULL;
}

gboolean
ay_export_table (AyTable *columns, const AyBitset *rows, const AyExportOptions *options,
                 const char *path, AyJob *job, GError **error)
{
  g_autoptr (AyOutput) output = ay_export_prepare (columns, rows, options, path, job, error);

  return output != NULL && ay_job_commit (job, error) && ay_output_commit (output, error);
}
