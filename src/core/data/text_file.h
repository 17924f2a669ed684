/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"
#include "core/base/job.h"

G_BEGIN_DECLS

/* The text of a file as UTF-8 with line feeds: decompressed, after its byte order mark,
 * converted from Latin-1 (Windows-1252) when asked, where it is not UTF-8, and from lone carriage
 * returns when there are no line feeds. */
typedef struct
{
  AyMappedFile *file; /* that data is in: the one opened, or a converted copy */
  const char *path;
  const char *data;
  gsize size;
  gsize mark;         /* bytes of the byte order mark */
  gboolean converted; /* from Latin-1 */
} AyTextFile;

typedef struct
{
  gboolean latin1; /* to be converted from Latin-1 where it is not UTF-8 */
  gboolean lines;  /* a row is a line (or a few): one of more than AY_TEXT_MAX_LINE is refused */
  AyJob *job;      /* (nullable) unpacking ends with it */
} AyTextForm;
#define AY_TEXT_MAX_LINE (64 << 20)

/* AY_ERROR_INPUT for empty, UTF-16 and damaged files; AY_ERROR_CANCELLED. That bytes are no UTF-8
 * the reader finds. */
gboolean ay_text_file_open (AyTextFile *self, AyMappedFile *file, const AyTextForm *form,
                            GError **error);
void ay_text_file_close (AyTextFile *self);

/* The line that byte `at` of data is in, from 1. */
gsize ay_text_file_line (const AyTextFile *self, gsize at);
/* Sets AY_ERROR_INPUT "FILE:LINE: ..." and returns FALSE. */
gboolean ay_text_file_fail_line (const AyTextFile *self, gsize at, GError **error,
                                const char *format, ...) G_GNUC_PRINTF (4, 5);
/* Sets AY_ERROR_INPUT "FILE: byte N: ...", for a byte that is no text, and returns FALSE. */
gboolean ay_text_file_fail_byte (const AyTextFile *self, gsize at, GError **error);

G_END_DECLS
