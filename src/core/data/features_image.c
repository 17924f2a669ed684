/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/features_image.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/parallel.h"
#include "core/base/words.h"
#include "core/data/area_average.h"
#include "core/data/image_descriptor.h"
#include "core/data/image_file.h"

#include <string.h>

/* Files are read once: each is decoded (a JPEG at a fraction of its size), averaged down to
 * side x side x 3 bytes and kept so; when all are there it is known whether any has colour, and
 * the features are computed from the small pictures. Rows that are images skip the first step.
 *
 * Cost: decoding, 1 to 10 ms a photo; features, 0.05 ms. Memory: n x d floats and n x 3 side^2
 * bytes. Both steps run on all cores over blocks of images; no image depends on another. */

#define BLOCK_IMAGES 8

typedef struct
{
  const AyColumn *paths;
  const char *base;
  guint side;
  guint8 *small;       /* n x side x side x 3 */
  gboolean *coloured;  /* a block */
  GError **errors;     /* a block: of its first bad image */
} Decoding;

static void
rgb_row (gsize y, float *row, gpointer data)
{
  const AyRgb *image = data;
  const guint8 *from = image->rgb + y * image->width * 3;

  for (gsize i = 0; i < 3 * (gsize) image->width; i++)
    row[i] = from[i];
}

static AyRgb *
open_image (const Decoding *self, gsize row, GError **error)
{
  g_autofree char *name = ay_column_dup_text (self->paths, row);
  g_autofree char *path = self->base != NULL && !g_path_is_absolute (name)
                              ? g_build_filename (self->base, name, NULL) : g_strdup (name);
  g_autoptr (AyMappedFile) file = NULL;

  if (*name == '\0')
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("row %zu has no image path"), row);
      return NULL;
    }
  file = ay_mapped_file_new (path, error);
  return file != NULL ? ay_image_decode (file, 2 * self->side, error) : NULL;
}

/* FALSE on error. */
static gboolean
shrink_image (const Decoding *self, gsize row, float *buffer, gboolean *coloured, GError **error)
{
  g_autoptr (AyRgb) image = open_image (self, row, error);
  gsize n = (gsize) self->side * self->side;
  guint8 *out = self->small + row * n * 3;

  if (image == NULL)
    return FALSE;
  ay_area_average (&(AyPicture) { image->width, image->height, 3, rgb_row, image }, self->side,
                   self->side, buffer);
  for (gsize i = 0; i < 3 * n; i++)
    out[i] = (guint8) (buffer[i] + 0.5f);
  for (gsize i = 0; i < n; i++)
    *coloured = *coloured || out[3 * i] != out[3 * i + 1] || out[3 * i] != out[3 * i + 2];
  return TRUE;
}

static void
decode_block (gsize block, guint worker, gpointer data)
{
  Decoding *self = data;
  gsize end = MIN ((block + 1) * BLOCK_IMAGES, ay_column_rows (self->paths));
  g_autofree float *buffer = g_new (float, (gsize) self->side * self->side * 3);

  for (gsize row = block * BLOCK_IMAGES; row < end; row++)
    if (!shrink_image (self, row, buffer, &self->coloured[block], &self->errors[block]))
      return;
}

static gboolean
decode_all (Decoding *self, gboolean *coloured, AyJob *job, GError **error)
{
  gsize n_blocks = ay_n_blocks (ay_column_rows (self->paths), BLOCK_IMAGES);
  gboolean good;

  self->coloured = g_new0 (gboolean, MAX (n_blocks, 1));
  self->errors = g_new0 (GError *, MAX (n_blocks, 1));
  good = ay_parallel_for (n_blocks, decode_block, self, job, error);
  for (gsize i = 0; i < n_blocks; i++)
    {
      *coloured = *coloured || self->coloured[i];
      if (self->errors[i] != NULL && good)
        {
          g_propagate_error (error, g_steal_pointer (&self->errors[i]));
          good = FALSE;
        }
      g_clear_error (&self->errors[i]);
    }
  g_free (self->coloured);
  g_free (self->errors);
  return good;
}

/* The second step: features of pictures that `fetch` fills in. */
typedef struct _Making Making;
struct _Making
{
  gsize n;
  AyImageDescriptor descriptor;
  void (*fetch) (const Making *self, gsize row, float *picture);
  const guint8 *small;    /* of files */
  const AyPixels *pixels; /* of rows */
  gsize length;
  float *out;
};

static void
make_block (gsize block, guint worker, gpointer data)
{
  const Making *self = data;
  const AyImageDescriptor *what = &self->descriptor;
  gsize end = MIN ((block + 1) * BLOCK_IMAGES, self->n);
  g_autofree float *picture = g_new (float, (gsize) what->height * what->width * what->channels);

  for (gsize row = block * BLOCK_IMAGES; row < end; row++)
    {
      self->fetch (self, row, picture);
      ay_image_descriptor_run (what, picture, self->out + row * self->length);
    }
}

static AyMatrix *
make_all (Making *self, char ***names, AyJob *job, GError **error)
{
  static const char *const name = "image features";
  guint64 bytes;

  self->length = ay_image_descriptor_length (&self->descriptor);
  if (self->length == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("no image features are asked for"));
      return NULL;
    }
  if (!g_uint64_checked_mul (&bytes, self->n, self->length * sizeof (float)))
    bytes = G_MAXUINT64;
  if (!ay_check_memory (bytes, name, error))
    return NULL;
  self->out = ay_try_alloc (self->n, self->length * sizeof (float), name, error);
  if (self->out == NULL)
    return NULL;
  if (!ay_parallel_for (ay_n_blocks (self->n, BLOCK_IMAGES), make_block, self, job, error))
    {
      g_free (self->out);
      return NULL;
    }
  if (names != NULL)
    *names = ay_image_descriptor_names (&self->descriptor);
  return ay_matrix_take_f32 (self->n, self->length, self->out);
}

static gboolean
check_options (const AyImageFeatureOptions *options, GError **error)
{
  if (options->side >= 4 && options->side <= 256)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("image side %u is outside 4..256"),
               options->side);
  return FALSE;
}

static void
grey_of_rgb (const float *rgb, gsize n, float *grey)
{
  for (gsize i = 0; i < n; i++)
    grey[i] = 0.299f * rgb[3 * i] + 0.587f * rgb[3 * i + 1] + 0.114f * rgb[3 * i + 2];
}

static void
fetch_small (const Making *self, gsize row, float *picture)
{
  gsize n = (gsize) self->descriptor.height * self->descriptor.width;
  const guint8 *small = self->small + row * n * 3;

  for (gsize i = 0; i < n; i++)
    {
      float rgb[3];

      for (gsize k = 0; k < 3; k++)
        rgb[k] = small[3 * i + k] / 255.0f;
      if (self->descriptor.channels == 1)
        grey_of_rgb (rgb, 1, picture + i);
      else
        memcpy (picture + 3 * i, rgb, sizeof rgb);
    }
}

AyMatrix *
ay_image_features_of_files (const AyColumn *paths, const char *base,
                            const AyImageFeatureOptions *options, char ***names, AyJob *job,
                            GError **error)
{
  guint side = options->side;
  gsize n = ay_column_rows (paths);
  Decoding decoding = { .paths = paths, .base = base, .side = side };
  Making making = { .n = n, .fetch = fetch_small };
  g_autofree guint8 *small = NULL;
  gboolean coloured = FALSE;

  if (!check_options (options, error)
      || (small = ay_try_alloc (n, (gsize) side * side * 3, "small images", error)) == NULL)
    return NULL;
  decoding.small = small;
  making.small = small;
  if (!decode_all (&decoding, &coloured, job, error))
    return NULL;
  if (options->colour != AY_IMAGE_COLOUR_AUTO)
    coloured = options->colour == AY_IMAGE_COLOUR_RGB;
  making.descriptor = ay_image_descriptor (side, side, coloured ? 3 : 1, options);
  return make_all (&making, names, job, error);
}

typedef struct
{
  const AyPixels *pixels;
  const float *values; /* height x width x channels, in 0..1 */
} PixelPicture;

static void
pixel_row (gsize y, float *row, gpointer data)
{
  const PixelPicture *picture = data;
  gsize length = (gsize) picture->pixels->width * picture->pixels->channels;

  memcpy (row, picture->values + y * length, length * sizeof (float));
}

static void
fetch_pixels (const Making *self, gsize row, float *picture)
{
  const AyImageDescriptor *what = &self->descriptor;
  gsize n = (gsize) what->height * what->width;
  guint channels = self->pixels->channels;
  g_autofree float *values = g_new (float, ay_matrix_cols (self->pixels->rows));
  g_autofree float *averaged = g_new (float, n * channels);
  PixelPicture from = { self->pixels, values };

  ay_pixels_get (self->pixels, row, values);
  ay_area_average (&(AyPicture) { self->pixels->width, self->pixels->height, channels, pixel_row,
                                  &from }, what->width, what->height, averaged);
  if (channels == what->channels)
    memcpy (picture, averaged, n * channels * sizeof (float));
  else if (channels == 3)
    grey_of_rgb (averaged, n, picture);
  else
    for (gsize i = 0; i < 3 * n; i++)
      picture[i] = averaged[i / 3];
}

AyMatrix *
ay_image_features_of_pixels (const AyPixels *pixels, const AyImageFeatureOptions *options,
                             char ***names, AyJob *job, GError **error)
{
  guint channels = options->colour == AY_IMAGE_COLOUR_GREY   ? 1
                   : options->colour == AY_IMAGE_COLOUR_RGB ? 3
                                                             : pixels->channels;
  Making making = { .n = ay_matrix_rows (pixels->rows), .fetch = fetch_pixels, .pixels = pixels };

  if (!check_options (options, error))
    return NULL;
  making.descriptor = ay_image_descriptor (MIN (pixels->height, options->side),
                                           MIN (pixels->width, options->side), channels, options);
  return make_all (&making, names, job, error);
}
