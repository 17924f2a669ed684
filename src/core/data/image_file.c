/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/image_file.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/plain_name.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>
#include <zlib.h>

AyRgb *
ay_rgb_take (guint width, guint height, guint8 *rgb)
{
  AyRgb *self = g_new0 (AyRgb, 1);

  *self = (AyRgb) { width, height, rgb };
  return self;
}

void
ay_rgb_free (AyRgb *self)
{
  if (self == NULL)
    return;
  g_free (self->rgb);
  g_free (self);
}

gboolean
ay_image_has_suffix (const char *name)
{
  static const char *const suffixes[] = { ".png", ".jpg", ".jpeg", ".jpe", ".jfif" };
  gsize length = strlen (name);

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      gsize k = strlen (suffixes[i]);

      if (length > k && g_ascii_strcasecmp (name + length - k, suffixes[i]) == 0)
        return TRUE;
    }
  return FALSE;
}

#define PNG_MAGIC "\x89PNG\r\n\x1a\n"

static gboolean
is_png (const guint8 *data, gsize size)
{
  return size >= 8 && memcmp (data, PNG_MAGIC, 8) == 0;
}

static gboolean
is_jpeg (const guint8 *data, gsize size)
{
  return size >= 3 && memcmp (data, "\xff\xd8\xff", 3) == 0;
}

gboolean
ay_is_image (const char *data, gsize size)
{
  return is_png ((const guint8 *) data, size) || is_jpeg ((const guint8 *) data, size);
}

typedef struct
{
  const char *path;
  const guint8 *data;
  gsize size;
  guint width, height;
} Probe;

static gboolean
fail (const Probe *self, gsize at, const char *what, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: byte %zu: %s"), self->path, at,
               what);
  return FALSE;
}

static guint32
big32 (const guint8 *at)
{
  return (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 | at[3];
}

/* Whether this much compressed data can be a picture of the size that the header claims. */
static gboolean
can_hold (const Probe *self, guint64 compressed)
{
  static const guint8 channels[8] = { 1, 0, 3, 1, 2, 0, 4, 0 };
  guint64 depth = self->data[24], colour = self->data[25] & 7;
  guint64 row = (self->width * depth * channels[colour] + 7) / 8 + 1;

  return row * self->height / 1032 <= compressed; /* the most that deflate can shrink */
}

static gboolean
probe_png (Probe *self, GError **error)
{
  gsize at = 8;
  guint64 compressed = 0;

  while (TRUE)
    {
      const guint8 *chunk = self->data + at;
      gsize length;

      if (self->size - at < 12)
        return fail (self, self->size, N_ ("the PNG file is cut short"), error);
      length = big32 (chunk);
      if (length > self->size - at - 12)
        return fail (self, self->size, N_ ("the PNG file is cut short"), error);
      if (big32 (chunk + 8 + length) != (guint32) crc32 (0, chunk + 4, (uInt) length + 4))
        return fail (self, at, N_ ("the PNG file is damaged: a checksum is wrong"), error);
      if (at == 8)
        {
          if (memcmp (chunk + 4, "IHDR", 4) != 0 || length != 13)
            return fail (self, at, N_ ("the PNG file does not start with its header"), error);
          self->width = big32 (chunk + 8);
          self->height = big32 (chunk + 12);
        }
      if (memcmp (chunk + 4, "IDAT", 4) == 0)
        compressed += length;
      if (memcmp (chunk + 4, "IEND", 4) == 0)
        return (compressed > 0 && can_hold (self, compressed))
            || fail (self, at, N_ ("the PNG file holds no picture of the size it claims"), error);
      at += 12 + length;
    }
}

static gboolean
is_frame (guint8 marker)
{
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* An end marker behind the scan: where there is none the picture is grey from some row on. */
static gboolean
has_end (const Probe *self, gsize from)
{
  for (gsize i = self->size; i-- > from + 1;)
    if (self->data[i] == 0xd9 && self->data[i - 1] == 0xff)
      return TRUE;
  return FALSE;
}

static gboolean
probe_jpeg (Probe *self, GError **error)
{
  gsize at = 2;

  while (self->size - at >= 4)
    {
      const guint8 *segment = self->data + at;
      gsize length = (gsize) segment[2] << 8 | segment[3];

      if (segment[0] != 0xff)
        return fail (self, at, N_ ("the JPEG file is damaged: no marker here"), error);
      if (segment[1] == 0xff) /* filling */
        {
          at++;
          continue;
        }
      if (length < 2 || length > self->size - at - 2)
        return fail (self, at, N_ ("the JPEG file is cut short"), error);
      if (is_frame (segment[1]) && length >= 8)
        {
          self->height = (guint) segment[5] << 8 | segment[6];
          self->width = (guint) segment[7] << 8 | segment[8];
        }
      at += 2 + length;
      if (segment[1] == 0xda)
        return has_end (self, at)
            || fail (self, self->size, N_ ("the JPEG file is cut short"), error);
    }
  return fail (self, self->size, N_ ("the JPEG file is cut short"), error);
}

static gboolean
probe (Probe *self, AyMappedFile *file, GError **error)
{
  gsize size;
  const guint8 *data = (const guint8 *) ay_mapped_file_data (file, &size);

  *self = (Probe) { ay_mapped_file_path (file), data, size, 0, 0 };
  if (size == 0)
    return fail (self, 0, N_ ("the file is empty"), error);
  if (!is_png (data, size) && !is_jpeg (data, size))
    return fail (self, 0, N_ ("this is neither PNG nor JPEG"), error);
  if (!(is_png (data, size) ? probe_png (self, error) : probe_jpeg (self, error)))
    return FALSE;
  if (self->width == 0 || self->height == 0)
    return fail (self, 0, N_ ("the picture has no width or height"), error);
  if ((guint64) self->width * self->height <= AY_IMAGE_MAX_PIXELS)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%s: %u x %u pixels, above the limit of %d"),
               self->path, self->width, self->height, AY_IMAGE_MAX_PIXELS);
  return FALSE;
}

gboolean
ay_image_probe (AyMappedFile *file, guint *width, guint *height, GError **error)
{
  Probe self;

  if (!probe (&self, file, error))
    return FALSE;
  *width = self.width;
  *height = self.height;
  return TRUE;
}

/* Asks libjpeg for a fraction of the size: just the size that it makes for that fraction, so that
 * GdkPixbuf does not scale what comes. */
static void
size_prepared (GdkPixbufLoader *loader, int width, int height, gpointer data)
{
  guint side = GPOINTER_TO_UINT (data);
  int part = 1;

  if (width < 1 || height < 1 || (guint64) width * (guint64) height > AY_IMAGE_MAX_PIXELS)
    {
      gdk_pixbuf_loader_set_size (loader, 0, 0); /* ends the decoding */
      return;
    }
  while (side > 0 && part < 8 && (guint) MIN (width, height) / (2 * part) >= side)
    part *= 2;
  if (part > 1)
    gdk_pixbuf_loader_set_size (loader, (width + part - 1) / part, (height + part - 1) / part);
}

/* (transfer full): upright */
static GdkPixbuf *
load (const Probe *self, guint side, GError **error)
{
  gboolean png = is_png (self->data, self->size);
  g_autoptr (GdkPixbufLoader) loader
      = gdk_pixbuf_loader_new_with_type (png ? "png" : "jpeg", error);
  GdkPixbuf *pixbuf;

  if (loader == NULL)
    return NULL;
  g_signal_connect (loader, "size-prepared", G_CALLBACK (size_prepared),
                    GUINT_TO_POINTER (png ? 0 : side));
  if (!gdk_pixbuf_loader_write (loader, self->data, self->size, error))
    {
      gdk_pixbuf_loader_close (loader, NULL);
      return NULL;
    }
  if (!gdk_pixbuf_loader_close (loader, error))
    return NULL;
  pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  return pixbuf != NULL ? gdk_pixbuf_apply_embedded_orientation (pixbuf) : NULL;
}

static AyRgb *
to_rgb (const GdkPixbuf *pixbuf, const char *path, GError **error)
{
  gsize width = (gsize) gdk_pixbuf_get_width (pixbuf);
  gsize height = (gsize) gdk_pixbuf_get_height (pixbuf);
  gsize stride = (gsize) gdk_pixbuf_get_rowstride (pixbuf);
  gsize channels = (gsize) gdk_pixbuf_get_n_channels (pixbuf);
  const guint8 *from = gdk_pixbuf_read_pixels (pixbuf);
  guint8 *rgb = ay_try_alloc (width * height, 3, path, error);

  if (rgb == NULL)
    return NULL;
  for (gsize y = 0; y < height; y++)
    for (gsize x = 0; x < width; x++)
      {
        const guint8 *pixel = from + y * stride + x * channels;
        guint alpha = channels == 4 ? pixel[3] : 255;

        for (gsize c = 0; c < 3; c++)
          rgb[(y * width + x) * 3 + c]
              = (guint8) ((pixel[c] * alpha + 255 * (255 - alpha) + 127) / 255);
      }
  return ay_rgb_take ((guint) width, (guint) height, rgb);
}

AyRgb *
ay_image_decode (AyMappedFile *file, guint side, GError **error)
{
  Probe self;
  g_autoptr (GError) cause = NULL;
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  g_autofree char *reason = NULL;

  if (!probe (&self, file, error))
    return NULL;
  pixbuf = load (&self, side, &cause);
  if (pixbuf != NULL)
    return to_rgb (pixbuf, self.path, error);
  reason = ay_plain_name (cause != NULL ? cause->message : "no picture comes out");
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: cannot be decoded: %s"), self.path,
               reason);
  return NULL;
}

GBytes *
ay_rgb_to_jpeg (const AyRgb *self, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf
      = gdk_pixbuf_new_from_data (self->rgb, GDK_COLORSPACE_RGB, FALSE, 8, (int) self->width,
                                  (int) self->height, (int) self->width * 3, NULL, NULL);
  g_autoptr (GError) cause = NULL;
  char *bytes;
  gsize size;

  if (gdk_pixbuf_save_to_buffer (pixbuf, &bytes, &size, "jpeg", &cause, "quality", "85", NULL))
    return g_bytes_new_take (bytes, size);
  g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("a JPEG picture cannot be made: %s"),
               cause->message);
  return NULL;
}
