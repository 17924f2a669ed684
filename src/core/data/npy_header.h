/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/array.h"

G_BEGIN_DECLS

typedef enum
{
  AY_NPY_NUMBER,
  AY_NPY_BYTES,   /* S: item_size bytes, padded with NULs */
  AY_NPY_UNICODE, /* U: item_size / 4 code points of 4 bytes, padded with zeros */
} AyNpyKind;

typedef struct
{
  AyNpyKind kind;
  AyDtype dtype;     /* of numbers */
  gsize item_size;   /* bytes an element */
  gboolean swapped;  /* bytes are in the other order */
  gboolean fortran;  /* the first index runs fastest */
  AyShape shape;
  gsize header_size; /* bytes before the data */
  gsize data_size;   /* bytes of data */
} AyNpyHeader;

/* Longest header that is read; those of numpy have 54 to some hundred bytes. */
#define AY_NPY_MAX_HEADER (1 << 20)

/* Whether the bytes begin as an NPY file does. */
gboolean ay_is_npy (const char *data, gsize size);

/* Reads the header at the start of data[0..size-1], which may be cut off behind it. Strict: every
 * key once and no other, sizes >= 0, products checked. Errors as in reader_npy.h, with `name` as
 * FILE. */
gboolean ay_npy_header_read (AyNpyHeader *self, const char *data, gsize size, const char *name,
                             GError **error);
/* Whether header and data are exactly `length` bytes, and not none. */
gboolean ay_npy_header_check (const AyNpyHeader *self, gsize length, const char *name,
                              GError **error);

G_END_DECLS
