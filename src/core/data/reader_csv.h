/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"
#include "core/data/source.h"

G_BEGIN_DECLS

/* Delimiter-separated text after RFC 4180: quotes, doubled quotes, line breaks in quotes, LF, CRLF
 * or CR-free mixes, a byte order mark, gzip (by its first bytes). */
typedef struct
{
  AySourceOptions source; /* header, ragged rows, Latin-1 */
  char delimiter;         /* 0: guessed after the name (.csv .tsv .tab) and the first lines */
} AyCsvOptions;
#define AY_CSV_OPTIONS_INIT { AY_SOURCE_OPTIONS_INIT, '\0' }

/* The delimiter that ay_csv_read() would take: one of , ; and tab. `data` is plain text. */
char ay_csv_guess_delimiter (const char *path, const char *data, gsize size);

/* Reads the whole file into typed columns: NUMBER where every present cell is a number (whole
 * numbers beyond 2^53 are not), CATEGORY where distinct texts are few, else TEXT that refers to the
 * mapped file. Missing: an empty cell and, not quoted, NA N/A n/a #N/A <NA> NaN nan -nan null NULL
 * None. Blank names become c0, c1, ...; repeated ones get .1, .2 (diagnostics "blank-header",
 * "duplicate-header"; a guessed header is said by "header-guessed", repaired rows by
 * "ragged-rows").
 *
 * Errors: AY_ERROR_INPUT "FILE:LINE: 5 fields, the header has 4", "FILE: byte N: what" (NUL, bytes
 * that are not UTF-8, a quote that never ends); AY_ERROR_NOMEM; AY_ERROR_CANCELLED.
 * Memory: the columns, and about 1/16 of them for a while. (transfer full) */
AyTable *ay_csv_read (AyMappedFile *file, const AyCsvOptions *options, AyDiagnostics *diagnostics,
                      AyJob *job, GError **error);

G_END_DECLS
