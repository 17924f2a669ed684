/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/json_cut.h"

#include "core/base/words.h"

#include <string.h>

#define CHUNK ((gsize) 1 << 20)

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static gsize
skip_blanks (const AyTextFile *file, gsize at, gsize to)
{
  while (at < to && is_blank (file->data[at]))
    at++;
  return at;
}

/* The byte after the object that begins at `at`, by its braces alone; G_MAXSIZE: it has no end. */
static gsize
skip_object (const AyTextFile *file, gsize at, gsize to)
{
  gsize depth = 0;

  for (; at < to; at++)
    switch (file->data[at])
      {
      case '{':
        depth++;
        break;
      case '}':
        if (--depth == 0)
          return at + 1;
        break;
      case '"':
        for (at++; at < to && file->data[at] != '"'; at++)
          at += file->data[at] == '\\';
        break;
      default:
        break;
      }
  return G_MAXSIZE;
}

static void
add_chunk (AyJsonCut *self, gsize from, gsize to)
{
  AyJsonSpan chunk = { from, to };

  g_array_append_val (self->chunks, chunk);
}

static void
cut_lines (AyJsonCut *self)
{
  const AyTextFile *file = self->file;
  gsize from = 0, size = file->size;

  while (from < size)
    {
      gsize to = MIN (from + CHUNK, size);
      const char *end = memchr (file->data + to - 1, '\n', size - to + 1);

      to = end != NULL ? (gsize) (end - file->data) + 1 : size;
      add_chunk (self, from, to);
      from = to;
    }
}

/* What follows the object that ended before `at`: a comma and one more, or the end. Returns where
 * the next object or the closing bracket is; G_MAXSIZE on error. */
static gsize
pass_comma (const AyJsonCut *self, gsize at, GError **error)
{
  const AyTextFile *file = self->file;
  gsize comma = at;

  if (at == file->size || file->data[at] == ']')
    return at;
  if (file->data[at] != ',')
    {
      ay_text_file_fail_line (file, at, error, N_ ("no comma between two objects"));
      return G_MAXSIZE;
    }
  at = skip_blanks (file, at + 1, file->size);
  if (at == file->size || file->data[at] != ']')
    return at;
  ay_text_file_fail_line (file, comma, error, N_ ("a comma after the last object"));
  return G_MAXSIZE;
}

/* The array begins at `at`. Chunks end before a comma or the closing bracket. */
static gboolean
cut_array (AyJsonCut *self, gsize at, AyJob *job, GError **error)
{
  const AyTextFile *file = self->file;
  gsize from = ++at, size = file->size;

  at = skip_blanks (file, at, size);
  while (at < size && file->data[at] != ']')
    {
      gsize start = at;

      if (file->data[at] != '{')
        return ay_text_file_fail_line (file, at, error,
                                       N_ ("an array of objects has something else"));
      if (!ay_job_check (job, error))
        return FALSE;
      at = skip_object (file, at, size);
      if (at == G_MAXSIZE)
        return ay_text_file_fail_line (file, start, error, N_ ("an object that does not end"));
      start = at = skip_blanks (file, at, size);
      at = pass_comma (self, at, error);
      if (at == G_MAXSIZE)
        return FALSE;
      if (start < size && file->data[start] == ',' && start - from >= CHUNK)
        {
          add_chunk (self, from, start);
          from = start + 1;
        }
    }
  if (at >= size)
    return ay_text_file_fail_line (file, size, error, N_ ("the array does not end"));
  add_chunk (self, from, at);
  at = skip_blanks (file, at + 1, size);
  return at == size || ay_text_file_fail_line (file, at, error, N_ ("something follows the array"));
}

gboolean
ay_json_cut (AyJsonCut *self, const AyTextFile *file, AyJob *job, GError **error)
{
  gsize start = skip_blanks (file, 0, file->size);

  self->file = file;
  self->chunks = g_array_new (FALSE, FALSE, sizeof (AyJsonSpan));
  self->array = start < file->size && file->data[start] == '[';
  if (self->array)
    return cut_array (self, start, job, error);
  cut_lines (self);
  return TRUE;
}

gboolean
ay_json_cut_next (const AyJsonCut *self, const AyJsonSpan *chunk, gsize *at, AyJsonSpan *object)
{
  const AyTextFile *file = self->file;
  const char *end;

  *at = object->from = skip_blanks (file, *at, chunk->to);
  if (object->from == chunk->to)
    return FALSE;
  if (self->array)
    {
      object->to = skip_object (file, object->from, chunk->to);
      *at = skip_blanks (file, object->to, chunk->to) + 1; /* the comma */
      *at = MIN (*at, chunk->to);
      return TRUE;
    }
  end = memchr (file->data + object->from, '\n', chunk->to - object->from);
  *at = object->to = end != NULL ? (gsize) (end - file->data) : chunk->to;
  while (is_blank (file->data[object->to - 1]))
    object->to--;
  return TRUE;
}

gsize
ay_json_cut_most (const AyJsonCut *self, const AyJsonSpan *chunk)
{
  const char *at = self->file->data + chunk->from, *end = self->file->data + chunk->to;
  gsize count = 1;

  for (; (at = memchr (at, '\n', (gsize) (end - at))) != NULL; at++)
    count++;
  return count;
}

void
ay_json_cut_clear (AyJsonCut *self)
{
  g_clear_pointer (&self->chunks, g_array_unref);
}
