/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"
#include "core/data/text_file.h"

G_BEGIN_DECLS

/* A text of JSON objects, a line each or in one array, cut into chunks of whole objects of about
 * 1 MiB. In lines by line feeds, which no JSON string has within; in an array by a scan for the
 * commas between objects, which heeds braces and strings only. */
typedef struct
{
  gsize from, to; /* bytes from .. to-1 */
} AyJsonSpan;

typedef struct
{
  const AyTextFile *file;
  gboolean array;
  GArray *chunks; /* of AyJsonSpan */
} AyJsonCut;

/* AY_ERROR_INPUT where an array is not one of objects. Clear it in any case. */
gboolean ay_json_cut (AyJsonCut *self, const AyTextFile *file, AyJob *job, GError **error);
/* The next object of the chunk from *at (at first chunk->from) on, without blanks around it. */
gboolean ay_json_cut_next (const AyJsonCut *self, const AyJsonSpan *chunk, gsize *at,
                           AyJsonSpan *object);
/* The greatest number of objects that a chunk of lines can have. */
gsize ay_json_cut_most (const AyJsonCut *self, const AyJsonSpan *chunk);
void ay_json_cut_clear (AyJsonCut *self);

G_END_DECLS
