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
 * numbers beyond 2^53 are not; blanks around it are ignored), CATEGORY where the distinct texts are
 * at most max (64, rows / 10), 65536 and 64 bytes each, else TEXT that refers to the mapped file.
 * Missing, quoted or not: an empty cell, NA N/A n/a #N/A <NA> NaN nan -nan null NULL None and the
 * others of pandas. Empty lines are left out.
 *
 * Findings: "header-guessed" (the first line is data: columns c0, c1, ...), "blank-header" (named
 * after their position), "duplicate-header" (renamed a.1, a.2), "ragged-rows", "blank-lines",
 * "stray-quotes" (text after a closing quote is kept), "literal-quotes" (in tab-separated files
 * whose quotes do not enclose fields, they are letters).
 *
 * Errors: AY_ERROR_INPUT "FILE:LINE: 5 fields, the header has 4", "FILE: byte N: what" (NUL, bytes
 * that are not UTF-8, a quote that never ends); AY_ERROR_NOMEM; AY_ERROR_CANCELLED.
 * Memory: the columns. (transfer full) */
AyTable *ay_csv_read (AyMappedFile *file, const AyCsvOptions *options, AyDiagnostics *diagnostics,
                      AyJob *job, GError **error);

G_END_DECLS
