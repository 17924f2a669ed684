/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/text_file.h"

#include "core/base/error.h"
#include "core/base/gunzip.h"
#include "core/base/words.h"

#include <string.h>

gsize
ay_text_file_line (const AyTextFile *self, gsize at)
{
  gsize line = 1;

  for (const char *p = self->data, *end = p + at;
       (p = memchr (p, '\n', (gsize) (end - p))) != NULL; p++)
    line++;
  return line;
}

gboolean
ay_text_file_fail_line (const AyTextFile *self, gsize at, GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s:%" G_GSIZE_FORMAT ": %s", self->path,
               ay_text_file_line (self, at), what);
  return FALSE;
}

gboolean
ay_text_file_fail_byte (const AyTextFile *self, gsize at, GError **error)
{
  guint byte = (guint8) self->data[at];

  if (byte == 0)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: byte %zu: a NUL byte: this is no text"), self->path,
                 self->mark + at);
  else
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: byte %zu: 0x%02x is not UTF-8 (is it Latin-1? then --latin1)"),
                 self->path, self->mark + at, byte);
  return FALSE;
}

static gboolean
no_memory (const AyTextFile *self, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_NOMEM, N_ ("%s: not enough memory to convert the text"),
               self->path);
  return FALSE;
}

/* Takes a converted copy in place of the file. */
static void
replace (AyTextFile *self, char *data, gsize size)
{
  AyMappedFile *file = ay_mapped_file_new_take (self->path, data, size);

  ay_mapped_file_unref (self->file);
  self->file = file;
  self->path = ay_mapped_file_path (file);
  self->data = data;
  self->size = size;
}

/* Windows-1252 from 0x80 on, which is Latin-1 but for marks in place of control characters; what it
 * leaves open is as in Latin-1. */
static gunichar
windows_1252 (guint8 byte)
{
  static const guint16 marks[0x20] = {
    0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160,
    0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e, 0x178,
  };

  return byte >= 0x80 && byte < 0xa0 ? marks[byte - 0x80] : byte;
}

/* Text that is UTF-8 stays as it is. */
static gboolean
convert_latin1 (AyTextFile *self, GError **error)
{
  gsize high = 0, at = 0;
  char *data;

  for (gsize i = 0; i < self->size; i++)
    {
      high += (guint8) self->data[i] >> 7;
      if (self->data[i] == '\0')
        return ay_text_file_fail_byte (self, i, error);
    }
  if (high == 0 || g_utf8_validate_len (self->data, self->size, NULL))
    return TRUE;
  data = g_try_malloc (self->size + 2 * high);
  if (data == NULL)
    return no_memory (self, error);
  for (gsize i = 0; i < self->size; i++)
    if ((guint8) self->data[i] < 0x80)
      data[at++] = self->data[i];
    else
      at += (gsize) g_unichar_to_utf8 (windows_1252 ((guint8) self->data[i]), data + at);
  replace (self, data, at);
  self->converted = TRUE;
  return TRUE;
}

/* Rows ended by a carriage return alone, as old Macintosh programs write them. */
static gboolean
convert_returns (AyTextFile *self, GError **error)
{
  char *data = g_try_malloc (self->size);

  if (data == NULL)
    return no_memory (self, error);
  for (gsize i = 0; i < self->size; i++)
    data[i] = (char) (self->data[i] == '\r' ? '\n' : self->data[i]);
  replace (self, data, self->size);
  return TRUE;
}

/* A stretch of AY_TEXT_MAX_LINE bytes without the end of a line: a file of holes is refused by its
 * first NUL byte; what else it is, the reader says. From the start of one line the last end within
 * reach is looked for, so that lines of an ordinary length cost nothing. */
static gboolean
check_lines (const AyTextFile *self, gboolean limited, GError **error)
{
  for (gsize at = 0; self->size - at > AY_TEXT_MAX_LINE;)
    {
      const char *line = self->data + at;
      const char *end = memrchr (line, '\n', AY_TEXT_MAX_LINE), *nul;

      end = end != NULL ? end : memrchr (line, '\r', AY_TEXT_MAX_LINE);
      if (end == NULL && (nul = memchr (line, '\0', AY_TEXT_MAX_LINE)) != NULL)
        return ay_text_file_fail_byte (self, (gsize) (nul - self->data), error);
      if (end == NULL && limited)
        return ay_text_file_fail_line (self, at, error, N_ ("a line of more than %d MB"),
                                       AY_TEXT_MAX_LINE >> 20);
      at = end != NULL ? (gsize) (end - self->data) + 1 : at + AY_TEXT_MAX_LINE;
    }
  return TRUE;
}

static gboolean
prepare (AyTextFile *self, const AyTextForm *form, GError **error)
{
  if (self->size >= 2
      && (memcmp (self->data, "\xff\xfe", 2) == 0 || memcmp (self->data, "\xfe\xff", 2) == 0))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: byte 0: UTF-16 text: save it as UTF-8"), self->path);
      return FALSE;
    }
  if (self->size >= 3 && memcmp (self->data, "\xef\xbb\xbf", 3) == 0)
    {
      self->mark = 3;
      self->data += 3;
      self->size -= 3;
    }
  if (self->size == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s:1: the file is empty"), self->path);
      return FALSE;
    }
  if (!check_lines (self, form->lines, error))
    return FALSE;
  if (form->latin1 && self->mark == 0 && !convert_latin1 (self, error))
    return FALSE;
  /* A return at the very end is that of an only row. */
  return memchr (self->data, '\n', self->size) != NULL
         || memchr (self->data, '\r', self->size - 1) == NULL || convert_returns (self, error);
}

gboolean
ay_text_file_open (AyTextFile *self, AyMappedFile *file, const AyTextForm *form, GError **error)
{
  memset (self, 0, sizeof *self);
  self->file = ay_gunzip (file, form->job, error);
  if (self->file == NULL)
    return FALSE;
  self->path = ay_mapped_file_path (self->file);
  self->data = ay_mapped_file_data (self->file, &self->size);
  if (prepare (self, form, error))
    return TRUE;
  ay_text_file_close (self);
  return FALSE;
}

void
ay_text_file_close (AyTextFile *self)
{
  g_clear_pointer (&self->file, ay_mapped_file_unref);
}
