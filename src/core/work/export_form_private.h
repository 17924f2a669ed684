/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the forms share; nobody else includes it. */

#include "core/base/file.h"
#include "core/curate/curated_table.h"
#include "core/work/export.h"
#include "core/work/export_form.h"
#include "core/work/work_private.h"

G_BEGIN_DECLS

/* One export on its way. */
typedef struct
{
  AyWork *work;
  const AyDataset *data;
  AyTable *columns;     /* ay_work_columns () */
  AyColumn *new_label;
  guint32 *rows;
  gsize n;
  AyBitset *chosen;
  const char *folder;   /* of a folder: where to write */
  const char *path;     /* as it will be called */
  FILE *stream;         /* of a file */
  gboolean link, keep_exif;
  AyOutput *certificate; /* once all is written */
  AyJob *job;
} AyFormWriter;

/* The label as corrected; "" none. (transfer full) */
char *ay_form_label (const AyFormWriter *self, gsize row);
/* The value of a stored column at a row; NaN where the column is not there. */
double ay_form_number (const AyFormWriter *self, const char *column, gsize row);
/* The input's own columns with labels as corrected, then id, scores, decision and tags where the
 * input has no column of that name. (transfer full) */
AyTable *ay_form_table (const AyFormWriter *self, GError **error);
/* Rows of a part among those chosen. (transfer full) */
AyBitset *ay_form_part (const AyFormWriter *self, AySplit part);
/* AY_ERROR_UNSUPPORTED "PATH: ..." ; FALSE. */
gboolean ay_form_refuse (const AyFormWriter *self, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* A file of text within the folder. */
gboolean ay_form_write_text (const AyFormWriter *self, const char *name, const char *text,
                             GError **error);
/* An image of the data: where it lies now. (transfer full) (nullable): it has none. */
char *ay_form_image (const AyFormWriter *self, gsize row);
/* Copies or links it to folder/relative; a copy is without what a camera noted in it, unless that
 * is to be kept. */
gboolean ay_form_put_image (const AyFormWriter *self, gsize row, const char *relative,
                            GError **error);

gboolean ay_form_ids (AyFormWriter *self, GError **error);
gboolean ay_form_rows (AyFormWriter *self, GError **error);
gboolean ay_form_splits (AyFormWriter *self, GError **error);
gboolean ay_form_images (AyFormWriter *self, GError **error);
gboolean ay_form_huggingface (AyFormWriter *self, GError **error);
gboolean ay_form_fiftyone (AyFormWriter *self, GError **error);
gboolean ay_form_cleanlab (AyFormWriter *self, GError **error);
gboolean ay_form_label_studio (AyFormWriter *self, GError **error);

G_END_DECLS
