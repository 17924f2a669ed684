/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/dataset.h"

G_BEGIN_DECLS

/* A small picture of a row: RGB, 8 bits, rows of 3 * width bytes without padding. */
typedef struct
{
  guint width, height;
  guint8 *rgb;
} AyThumbnail;

/* Whether rows of the data set can be shown as images: it has an image column or pixels. */
gboolean ay_dataset_has_images (const AyDataset *data);

/* The row's image with no side above `size` (1..4096) and never enlarged: of its file when there is
 * an image column (decoded at need, from the data set's image_base), else of its pixels. A missing
 * path is AY_ERROR_INPUT, as is a file that is no image. Any thread. (transfer full) */
AyThumbnail *ay_thumbnail_new (const AyDataset *data, gsize row, guint size, GError **error);
void ay_thumbnail_free (AyThumbnail *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyThumbnail, ay_thumbnail_free)

G_END_DECLS
