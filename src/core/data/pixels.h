/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/matrix.h"

G_BEGIN_DECLS

/* A matrix whose rows are images: height x width x channels values a row, in C order (grey or RGB;
 * channels last, or first when planar). Immutable, ref-counted. */
typedef struct
{
  gatomicrefcount ref;
  AyMatrix *rows;      /* n x (height * width * channels) */
  guint height, width; /* 1..4096 */
  guint channels;      /* 1 or 3 */
  gboolean planar;     /* channel, row, column: as PyTorch has it */
  double low, high;    /* shown as black and as white */
} AyPixels;

typedef struct
{
  guint height, width, channels;
  gboolean planar;
} AyPixelShape;

/* Rows of `rows` as images; takes a reference. low and high: 0..255 for u8, else the range over the
 * first 4096 rows, widened to the nearest of 0..1, 0..16, 0..255, -1..1 that holds it. NULL with
 * AY_ERROR_INPUT when the shape is not the number of columns. (transfer full) */
AyPixels *ay_pixels_new (AyMatrix *rows, const AyPixelShape *shape, GError **error);
AyPixels *ay_pixels_ref (AyPixels *self);
void ay_pixels_unref (AyPixels *self);

/* The image of a row: height x width x channels in C order, low as 0, high as 1, cut off there. */
void ay_pixels_get (const AyPixels *self, gsize row, float *out);

/* Guesses of the shape; FALSE when there is none.
 * Of an array's sizes: (n, h, w), (n, h, w, 1|3), (n, 1|3, h, w). */
gboolean ay_pixel_shape_of_array (const gsize *size, guint n_dims, AyPixelShape *shape);
/* Of a row length alone: s * s, else s * s * 3 (channels last), s >= 4. */
gboolean ay_pixel_shape_of_length (gsize length, AyPixelShape *shape);
/* Of d column names that spell a grid in order: p00..p77, pixel_0_0..pixel_7_7, 1x1..28x28, or
 * pixel0..pixel783 for square images. */
gboolean ay_pixel_shape_of_names (const char *const *names, gsize d, AyPixelShape *shape);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyPixels, ay_pixels_unref)

G_END_DECLS
