/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"
#include "core/work/work.h"

G_BEGIN_DECLS

/* Rows in the forms that other tools read. Labels are as corrected by the decisions. A form appears
 * whole or not at all; what it cannot hold is refused by name. Beside each lies its certificate
 * (ay_work_certify_export ()). */
typedef struct
{
  const char *id;       /* "huggingface" ... */
  const char *sentence;
  gboolean is_folder;
  const char *ending;   /* (nullable) of the file's name */
} AyExportForm;

const AyExportForm *ay_export_forms (guint *n);
/* (nullable) */
const AyExportForm *ay_export_form_find (const char *id);

typedef struct
{
  const AyExportForm *form;
  const AyBitset *rows;
  const char *where;    /* (nullable) the condition behind rows, for the certificate */
  gboolean link;        /* images: links instead of copies */
  gboolean keep_exif;   /* images: copied byte for byte, with what a camera noted in them */
  gsize n_written;      /* (out) */
} AyFormExport;

gboolean ay_work_export_form (AyWork *self, AyFormExport *what, const char *path, AyJob *job,
                              GError **error);

/* PATH.certificate.json: what the rows are of (files, hashes, roles), how they were chosen, the
 * decisions in force, the certificates of the scores there are, how often the test part was opened.
 * columns: NULL for all. */
typedef struct
{
  const char *what;     /* the form, or "table" */
  const char *where;    /* (nullable) */
  gsize n;
} AyExportFacts;

/* On the disk, to be committed once the rows have their name. (transfer full) */
AyOutput *ay_work_certify_export (AyWork *self, const AyExportFacts *facts, const char *path,
                                  GError **error);

G_END_DECLS
