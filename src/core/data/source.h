/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/diagnostic.h"
#include "core/data/array.h"

G_BEGIN_DECLS

/* What a file of any readable kind holds, after its name and first bytes: a table (CSV, TSV, JSON
 * lines, image folder), and/or one or more named arrays (NPY and IDX: one called ""; NPZ: its keys;
 * JSON lines: fields that are arrays of numbers). Any file may be gzip-compressed. An array of one
 * dimension is a matrix of one column, of more than two is flattened to rows x rest (array.h).
 * Readers themselves: reader_csv.h reader_jsonl.h reader_npy.h reader_npz.h reader_idx.h
 * reader_images.h. */
typedef struct
{
  char *path;
  char *format;      /* "csv" "tsv" "jsonl" "npy" "npz" "idx" "images" */
  AyTable *table;    /* (nullable) */
  GPtrArray *keys;   /* of char*: names of the arrays; empty for tables without */
  GPtrArray *arrays; /* of AyMatrix*, one a key; NULL until asked for with ay_source_array() */
  gpointer reader;   /* private: what is read on demand */
} AySource;

typedef enum { AY_RAGGED_ERROR, AY_RAGGED_PAD, AY_RAGGED_SKIP } AyRagged;

typedef struct
{
  AyRagged ragged;         /* what to do with a row of a wrong field count */
  gboolean no_header;      /* force: the first line is data (columns c0, c1, ...) */
  gboolean has_header;     /* force: the first line is names; neither: guessed */
  gboolean latin1;         /* delimited text that is not UTF-8 is Latin-1 (Windows-1252) */
} AySourceOptions;
#define AY_SOURCE_OPTIONS_INIT { AY_RAGGED_ERROR, FALSE, FALSE, FALSE }

/* Opens and reads a file or image folder. Errors: AY_ERROR_INPUT "FILE:LINE: what" or
 * "FILE: byte N: what"; AY_ERROR_IO; AY_ERROR_CANCELLED; AY_ERROR_UNSUPPORTED (format by name). */
AySource *ay_source_open (const char *path, const AySourceOptions *options,
                          AyDiagnostics *diagnostics, AyJob *job, GError **error);
void ay_source_free (AySource *self);
/* The array of numbers called key, or the only one when key is NULL; AY_ERROR_INPUT lists the keys,
 * or says that it is empty, or strings. (transfer none): the source's own, take a reference. */
AyMatrix *ay_source_array (AySource *self, const char *key, GError **error);
/* The array of strings called key (n or n x 1), as a TEXT column. (transfer none) */
AyColumn *ay_source_text (AySource *self, const char *key, GError **error);
/* TRUE when the array called key holds strings (its header says so, it is not read for that); FALSE
 * also when there is no such array. */
gboolean ay_source_is_text (AySource *self, const char *key);
/* The sizes of the array called key as the file has them, before flattening. */
gboolean ay_source_shape (AySource *self, const char *key, AyShape *shape, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AySource, ay_source_free)

G_END_DECLS
