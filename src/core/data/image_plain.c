/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/image_plain.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/image_file.h"

#include <string.h>
#include <zlib.h>

#define TAG_ORIENTATION 0x0112
/* EXIF of nothing but the orientation, little-endian: header, one entry, no further directory. */
#define EXIF_SIZE 26
#define EXIF_VALUE_AT 18

static guint
read16 (const guint8 *at, gboolean big)
{
  return big ? (guint) at[0] << 8 | at[1] : (guint) at[1] << 8 | at[0];
}

static guint32
read32 (const guint8 *at, gboolean big)
{
  return big ? (guint32) read16 (at, TRUE) << 16 | read16 (at + 2, TRUE)
             : (guint32) read16 (at + 2, FALSE) << 16 | read16 (at, FALSE);
}

/* Which way up, 1 to 8, as EXIF (from its byte order mark) says; 1 where it does not. */
static guint8
orientation_of (const guint8 *exif, gsize size)
{
  gboolean big;
  gsize at, count;

  if (size < 8 || (memcmp (exif, "II", 2) != 0 && memcmp (exif, "MM", 2) != 0))
    return 1;
  big = exif[0] == 'M';
  at = read32 (exif + 4, big);
  if (at > size - 2)
    return 1;
  count = read16 (exif + at, big);
  at += 2;
  for (gsize k = 0; k < count && size - at >= 12; k++, at += 12)
    if (read16 (exif + at, big) == TAG_ORIENTATION)
      {
        guint value = read16 (exif + at + 8, big);

        return value >= 1 && value <= 8 ? (guint8) value : 1;
      }
  return 1;
}

static void
exif_of_orientation (guint8 orientation, guint8 *exif)
{
  static const guint8 plain[EXIF_SIZE]
      = { 'I', 'I', 42, 0, 8, 0, 0, 0, /* the first directory is at 8 */
          1, 0,                        /* one entry: tag, type short, one of it, value */
          TAG_ORIENTATION & 0xff, TAG_ORIENTATION >> 8, 3, 0, 1, 0, 0, 0 };

  memcpy (exif, plain, EXIF_SIZE);
  exif[EXIF_VALUE_AT] = orientation;
}

/* --- PNG --- */

static gboolean
is_kept_chunk (const guint8 *name)
{
  static const char *const kept[] = { "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "sBIT",
                                      "bKGD", "hIST", "sPLT", "pHYs", "acTL", "fcTL", "fdAT" };

  if ((name[0] & 0x20) == 0) /* a capital: needed to show the picture */
    return TRUE;
  for (guint k = 0; k < G_N_ELEMENTS (kept); k++)
    if (memcmp (name, kept[k], 4) == 0)
      return TRUE;
  return FALSE;
}

static void
write_exif_chunk (guint8 orientation, FILE *out)
{
  guint8 chunk[4 + 4 + EXIF_SIZE + 4] = { 0, 0, 0, EXIF_SIZE, 'e', 'X', 'I', 'f' };
  guint32 check;

  exif_of_orientation (orientation, chunk + 8);
  check = GUINT32_TO_BE ((guint32) crc32 (0, chunk + 4, 4 + EXIF_SIZE));
  memcpy (chunk + 8 + EXIF_SIZE, &check, 4);
  fwrite (chunk, 1, sizeof chunk, out);
}

/* The file was looked through: its chunks end in IEND. */
static void
write_png (const guint8 *data, FILE *out)
{
  gsize at = 8, length = 0;

  fwrite (data, 1, 8, out);
  for (gboolean end = FALSE; !end; at += 12 + length)
    {
      const guint8 *name = data + at + 4;
      guint8 orientation = 1;

      length = read32 (data + at, TRUE);
      end = memcmp (name, "IEND", 4) == 0;
      if (is_kept_chunk (name))
        fwrite (data + at, 1, 12 + length, out);
      else if (memcmp (name, "eXIf", 4) == 0)
        orientation = orientation_of (name + 4, length);
      if (orientation != 1)
        write_exif_chunk (orientation, out);
    }
}

/* --- JPEG --- */

#define MARKER_APP0 0xe0
#define MARKER_APP1 0xe1
#define MARKER_APP2 0xe2
#define MARKER_APP14 0xee
#define MARKER_APP15 0xef
#define MARKER_COMMENT 0xfe
#define MARKER_SCAN 0xda
#define MARKER_END 0xd9

static gboolean
begins (const guint8 *segment, gsize length, const char *with, gsize size)
{
  return length >= 2 + size && memcmp (segment + 4, with, size) == 0;
}

/* segment: at its marker; length as the segment says it, from behind the marker. */
static gboolean
is_kept_segment (const guint8 *segment, gsize length)
{
  guint8 marker = segment[1];

  if (marker == MARKER_APP0)
    return begins (segment, length, "JFIF", 5);
  if (marker == MARKER_APP2)
    return begins (segment, length, "ICC_PROFILE", 12);
  if (marker == MARKER_APP14)
    return begins (segment, length, "Adobe", 5);
  return marker != MARKER_COMMENT && (marker < MARKER_APP0 || marker > MARKER_APP15);
}

static void
write_exif_segment (guint8 orientation, FILE *out)
{
  guint8 segment[2 + 2 + 6 + EXIF_SIZE]
      = { 0xff, MARKER_APP1, 0, 2 + 6 + EXIF_SIZE, 'E', 'x', 'i', 'f' };

  exif_of_orientation (orientation, segment + 10);
  fwrite (segment, 1, sizeof segment, out);
}

/* Where the coded pixels that begin at `at` end: at the next marker that is not of their own. */
static gsize
scan_end (const guint8 *data, gsize size, gsize at)
{
  for (; at + 1 < size; at++)
    if (data[at] == 0xff && data[at + 1] != 0 && data[at + 1] != 0xff
        && (data[at + 1] < 0xd0 || data[at + 1] > 0xd7))
      return at;
  return size;
}

/* FALSE, with *at where: the segments do not lead to an end marker. */
static gboolean
write_jpeg (const guint8 *data, gsize size, FILE *out, gsize *at)
{
  fwrite (data, 1, 2, out);
  for (*at = 2; size - *at >= 2;)
    {
      const guint8 *segment = data + *at;
      guint8 orientation = 1;
      gsize length;

      if (segment[0] != 0xff)
        return FALSE;
      if (segment[1] == 0xff) /* filling */
        {
          ++*at;
          continue;
        }
      if (segment[1] == MARKER_END)
        return fwrite (segment, 1, 2, out), TRUE;
      if (size - *at < 4)
        return FALSE;
      length = read16 (segment + 2, TRUE);
      if (length < 2 || length > size - *at - 2)
        return FALSE;
      if (is_kept_segment (segment, length))
        fwrite (segment, 1, 2 + length, out);
      else if (segment[1] == MARKER_APP1 && begins (segment, length, "Exif\0", 6))
        orientation = orientation_of (segment + 10, length - 8);
      if (orientation != 1)
        write_exif_segment (orientation, out);
      *at += 2 + length;
      if (segment[1] == MARKER_SCAN)
        {
          gsize end = scan_end (data, size, *at);

          fwrite (data + *at, 1, end - *at, out);
          *at = end;
        }
    }
  return FALSE;
}

gboolean
ay_image_write_plain (AyMappedFile *file, FILE *out, GError **error)
{
  guint width, height;
  gsize size, at = 0;
  const guint8 *data = (const guint8 *) ay_mapped_file_data (file, &size);

  if (!ay_image_probe (file, &width, &height, error))
    return FALSE;
  if (data[0] == 0x89)
    {
      write_png (data, out);
      return TRUE;
    }
  if (write_jpeg (data, size, out, &at))
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("%s: byte %zu: the JPEG file is damaged: no end of the picture"),
               ay_mapped_file_path (file), at);
  return FALSE;
}
