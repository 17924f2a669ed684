/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/dataset.h"
#include "core/data/image_file.h"

G_BEGIN_DECLS

/* Whether rows of the data set can be shown as images: it has an image column or pixels. */
gboolean ay_dataset_has_images (const AyDataset *data);

/* The row's image with no side above `size` (1..4096), area-averaged, never enlarged: of its file
 * when there is an image column (decoded at need, relative to the data set's image_base), else of
 * its pixels. A missing path is AY_ERROR_INPUT, as is a file that is no image. Any thread.
 * (transfer full) */
AyRgb *ay_thumbnail_new (const AyDataset *data, gsize row, guint size, GError **error);

/* The same of an image file. (transfer full) */
AyRgb *ay_image_thumbnail (const char *path, guint size, GError **error);

G_END_DECLS
