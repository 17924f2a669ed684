/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/bitset.h"
#include "core/base/diagnostic.h"
#include "core/base/file.h"
#include "core/base/job.h"
#include "core/base/table.h"

G_BEGIN_DECLS

/* Columns to a file, in the table's order, rows in file order unless told otherwise. The same bytes
 * every time, for any number of threads; the file appears whole or not at all.
 *
 * csv, tsv   RFC 4180 with LF; UTF-8; a first line of names. Floats are the shortest text that
 *            reads back to the same double, integral columns have no point. Missing is an empty
 *            cell; a text that is empty, or that readers take for a missing one (NA, null ...), is
 *            quoted; so is a missing cell that would make its line blank. Nothing is altered for
 *            the sake of spreadsheets.
 * jsonl      an object a line; missing is null
 * json       an array of such objects
 * npy        numeric columns as one n x k matrix of doubles (always two dimensions), missing is
 *            NaN; the names of the columns are lost (diagnostic "export-names")
 * npz        an array a column: integers (i8) where all are whole and present, else doubles;
 *            categories and texts as fixed-width unicode, missing as "" (diagnostic
 *            "export-missing-text") */
typedef enum
{
  AY_EXPORT_CSV,
  AY_EXPORT_TSV,
  AY_EXPORT_JSONL,
  AY_EXPORT_JSON,
  AY_EXPORT_NPY,
  AY_EXPORT_NPZ,
} AyExportFormat;

#define AY_N_EXPORT_FORMATS (AY_EXPORT_NPZ + 1)

typedef struct
{
  AyExportFormat format;
  AyDiagnostics *diagnostics; /* (nullable) */
  const guint32 *order;       /* (nullable) all rows of the table in the order to write them */
} AyExportOptions;
#define AY_EXPORT_OPTIONS_INIT { AY_EXPORT_CSV, NULL, NULL }

const char *ay_export_format_name (AyExportFormat format); /* "csv" ... */
/* After the ending of the file name, in any case. AY_ERROR_RANGE lists those there are. */
gboolean ay_export_format_of_path (const char *path, AyExportFormat *format, GError **error);

/* rows: NULL for all, else n = rows of the table. AY_ERROR_UNSUPPORTED names the column that the
 * format cannot hold (text in npy, an infinite number in JSON, texts too long for npz);
 * AY_ERROR_IO; AY_ERROR_CANCELLED. Memory: a few MB beyond the table. */
gboolean ay_export_table (AyTable *columns, const AyBitset *rows, const AyExportOptions *options,
                          const char *path, AyJob *job, GError **error);
/* The same, but for its name: for files that come together. (transfer full), finished */
AyOutput *ay_export_prepare (AyTable *columns, const AyBitset *rows,
                             const AyExportOptions *options, const char *path, AyJob *job,
                             GError **error);

G_END_DECLS
