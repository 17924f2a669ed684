/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/diagnostic.h"
#include "core/base/matrix.h"
#include "core/base/table.h"

G_BEGIN_DECLS

/* What a file of any readable kind holds, after its name and first bytes: a table (CSV, TSV, JSON
 * lines, image folder), or one or more named arrays (NPY: one called ""; NPZ: its keys; IDX: one).
 * An array of one dimension is a matrix of one column, of more than two is flattened to
 * rows x rest. Readers themselves: reader_csv.h reader_jsonl.h reader_npy.h reader_npz.h
 * reader_idx.h reader_images.h. */
typedef struct
{
  char *path;
  char *format;      /* "csv" "tsv" "jsonl" "npy" "npz" "idx" "images" */
  AyTable *table;    /* (nullable) */
  GPtrArray *keys;   /* of char*: names of the arrays; empty for tables */
  GPtrArray *arrays; /* of AyMatrix*, one a key */
} AySource;

typedef enum { AY_RAGGED_ERROR, AY_RAGGED_PAD, AY_RAGGED_SKIP } AyRagged;

typedef struct
{
  AyRagged ragged;         /* what to do with a row of a wrong field count */
  gboolean no_header;      /* force: the first line is data (columns c0, c1, ...) */
  gboolean has_header;     /* force: the first line is names; neither: guessed */
  gboolean latin1;         /* convert ISO 8859-1 to UTF-8 instead of refusing bytes >= 0x80 */
} AySourceOptions;
#define AY_SOURCE_OPTIONS_INIT { AY_RAGGED_ERROR, FALSE, FALSE, FALSE }

/* Opens and reads a file or image folder. Errors: AY_ERROR_INPUT "FILE:LINE: what" or
 * "FILE: byte N: what"; AY_ERROR_IO; AY_ERROR_CANCELLED; AY_ERROR_UNSUPPORTED (format by name). */
AySource *ay_source_open (const char *path, const AySourceOptions *options,
                          AyDiagnostics *diagnostics, AyJob *job, GError **error);
void ay_source_free (AySource *self);
/* The array called key, or the only one when key is NULL; AY_ERROR_INPUT lists the keys. */
AyMatrix *ay_source_array (AySource *self, const char *key, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AySource, ay_source_free)

G_END_DECLS
