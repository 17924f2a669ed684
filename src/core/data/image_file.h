/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"

G_BEGIN_DECLS

/* A picture in memory: 8 bits, red green blue, rows of 3 * width bytes without padding. */
typedef struct
{
  guint width, height;
  guint8 *rgb;
} AyRgb;

/* Takes rgb. */
AyRgb *ay_rgb_take (guint width, guint height, guint8 *rgb);
void ay_rgb_free (AyRgb *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyRgb, ay_rgb_free)

/* Larger images are refused before anything is decoded. */
#define AY_IMAGE_MAX_PIXELS 100000000

/* Whether a file of this name is taken for an image: .png .jpg .jpeg .jpe .jfif in any case. */
gboolean ay_image_has_suffix (const char *name);
/* Whether the bytes begin as a PNG or JPEG file does. */
gboolean ay_is_image (const char *data, gsize size);

/* Looks through a PNG or JPEG file without decoding it: its size as stored (before any turning that
 * EXIF asks for) and that it is whole (PNG: every chunk with its checksum up to the end chunk;
 * JPEG: the segments up to the scan, and an end marker behind it). AY_ERROR_INPUT "FILE: byte N:
 * what". */
gboolean ay_image_probe (AyMappedFile *file, guint *width, guint *height, GError **error);

/* Decodes it, turned upright, over white where it is transparent. A JPEG may come at a half, a
 * quarter or an eighth of its size as long as neither side falls below `side` (0: full size), which
 * saves most of the work. Any thread. (transfer full) */
AyRgb *ay_image_decode (AyMappedFile *file, guint side, GError **error);

/* The picture as a JPEG file in memory; the same bytes for the same pixels. AY_ERROR_NOMEM, IO.
 * (transfer full) */
GBytes *ay_rgb_to_jpeg (const AyRgb *self, GError **error);

G_END_DECLS
