/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"
#include "core/data/array.h"

G_BEGIN_DECLS

/* Reads an NPY array (format 1, 2 and 3, numpy.lib.format): floats f2 f4 f8, bool, integers of 1 to
 * 8 bytes, both byte orders, C and Fortran order, and strings U and S of one column. Numbers stay
 * in the mapped file (but a Fortran-ordered array of three or more dimensions, which is put into C
 * order in memory); strings become a TEXT column of UTF-8.
 *
 * The file must be exactly header and data, and hold a value. Errors: AY_ERROR_INPUT
 * "FILE: byte N: what"; AY_ERROR_UNSUPPORTED for other dtypes, by name; AY_ERROR_NOMEM.
 * (transfer full) */
AyArray *ay_npy_read (AyMappedFile *file, GError **error);

/* The same of an array that lies inside a file, `name` being what errors call it and positions
 * being counted from its start. Keeps a reference to file. */
typedef struct
{
  AyMappedFile *file;
  gsize offset, length;
  const char *name;
} AyNpySpan;
AyArray *ay_npy_read_span (const AyNpySpan *span, GError **error);
/* Only its header: the shape, and whether it holds strings (nullable). Needs no more than the
 * header's bytes. */
gboolean ay_npy_read_shape (const AyNpySpan *span, AyShape *shape, gboolean *is_text,
                            GError **error);

G_END_DECLS
