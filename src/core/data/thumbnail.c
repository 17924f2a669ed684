/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/thumbnail.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/area_average.h"
#include "core/data/place.h"

#include <math.h>

#define MAX_SIZE 4096

gboolean
ay_dataset_has_images (const AyDataset *data)
{
  return data->image != NULL || data->pixels != NULL;
}

static void
rgb_row (gsize y, float *row, gpointer data)
{
  const AyRgb *image = data;
  const guint8 *from = image->rgb + y * image->width * 3;

  for (gsize i = 0; i < 3 * (gsize) image->width; i++)
    row[i] = from[i];
}

/* One side becomes `size`, the other follows; never larger than it was. */
static AyRgb *
shrink (AyRgb *image, guint size)
{
  double scale = (double) size / MAX (image->width, image->height);
  guint width = MAX (1, (guint) (image->width * scale + 0.5));
  guint height = MAX (1, (guint) (image->height * scale + 0.5));
  gsize n = (gsize) width * height * 3;
  g_autofree float *averaged = NULL;
  guint8 *rgb;

  if (scale >= 1.0)
    return image;
  averaged = g_new (float, n);
  rgb = g_new (guint8, n);
  ay_area_average (&(AyPicture) { image->width, image->height, 3, rgb_row, image }, width, height,
                   averaged);
  for (gsize i = 0; i < n; i++)
    rgb[i] = (guint8) (averaged[i] + 0.5f);
  ay_rgb_free (image);
  return ay_rgb_take (width, height, rgb);
}

AyRgb *
ay_image_thumbnail (const char *path, guint size, GError **error)
{
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, error);
  AyRgb *image = file != NULL ? ay_image_decode (file, size, error) : NULL;

  return image != NULL ? shrink (image, size) : NULL;
}

static AyRgb *
of_file (const AyDataset *data, gsize row, guint size, GError **error)
{
  g_autofree char *name = ay_column_dup_text (data->image, row);
  g_autofree char *path = ay_place_find_image (data->place_root, data->image_base, name);

  if (*name != '\0')
    return ay_image_thumbnail (path, size, error);
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("row %zu has no image path"), row);
  return NULL;
}

static AyRgb *
of_pixels (const AyPixels *pixels, gsize row, guint size)
{
  gsize area = (gsize) pixels->height * pixels->width;
  g_autofree float *values = g_new (float, area * pixels->channels);
  guint8 *rgb = g_new (guint8, area * 3);

  ay_pixels_get (pixels, row, values);
  for (gsize i = 0; i < area; i++)
    for (gsize k = 0; k < 3; k++)
      rgb[3 * i + k]
          = (guint8) (values[pixels->channels == 3 ? 3 * i + k : i] * 255.0f + 0.5f);
  return shrink (ay_rgb_take (pixels->width, pixels->height, rgb), size);
}

AyRgb *
ay_thumbnail_new (const AyDataset *data, gsize row, guint size, GError **error)
{
  if (row >= data->n || size < 1 || size > MAX_SIZE || !ay_dataset_has_images (data))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("row %zu at size %u cannot be shown as an image"), row, size);
      return NULL;
    }
  return data->image != NULL ? of_file (data, row, size, error)
                             : of_pixels (data->pixels, row, size);
}
