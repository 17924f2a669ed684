/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/gunzip.h"

#include "core/base/error.h"
#include "core/base/words.h"

#include <string.h>
#include <zlib.h>

#define CHUNK ((gsize) 1 << 22) /* the ratio and the job are looked at once a chunk */

typedef struct
{
  const char *path;
  const Bytef *in;
  gsize in_size, in_at;
  char *out;
  gsize out_size, out_at;
  AyJob *job; /* (nullable) */
} Inflater;

gboolean
ay_check_inflated (guint64 size, guint64 compressed, const char *what, GError **error)
{
  if (size <= AY_INFLATED_FREE || size / AY_INFLATED_RATIO <= compressed)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("%s: more than %zu MB out of %zu bytes: data are not compressed so far; "
                   "decompress it if it is meant"),
               what, (gsize) (MIN (size, AY_INFLATED_FREE) >> 20), (gsize) compressed);
  return FALSE;
}

gboolean
ay_is_gzip (const char *data, gsize size)
{
  return size >= 3 && memcmp (data, "\x1f\x8b\x08", 3) == 0;
}

/* Room for more output: text shrinks to a quarter or so, thus the first guess is mostly enough. */
static gboolean
grow (Inflater *self, GError **error)
{
  gsize size = self->out_size == 0 ? MAX (self->in_size * 5, 1 << 16) : self->out_size * 2;
  char *out;

  if (!ay_check_memory (size, self->path, error))
    return FALSE;
  out = g_try_realloc (self->out, size);
  if (out == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_NOMEM, N_ ("%s: not enough memory to decompress"),
                   self->path);
      return FALSE;
    }
  self->out = out;
  self->out_size = size;
  return TRUE;
}

static gboolean
damaged (const Inflater *self, const char *what, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: byte %zu: %s"), self->path,
               self->in_at, what);
  return FALSE;
}

/* One member: Z_STREAM_END ends it. */
static gboolean
inflate_member (Inflater *self, z_stream *stream, GError **error)
{
  int status = Z_OK;

  while (status != Z_STREAM_END)
    {
      gsize in = MIN (self->in_size - self->in_at, CHUNK), out;

      if (!ay_job_check (self->job, error)
          || (self->out_at == self->out_size && !grow (self, error)))
        return FALSE;
      out = MIN (self->out_size - self->out_at, CHUNK);
      stream->next_in = (Bytef *) self->in + self->in_at;
      stream->avail_in = (uInt) in;
      stream->next_out = (Bytef *) self->out + self->out_at;
      stream->avail_out = (uInt) out;
      status = inflate (stream, Z_NO_FLUSH);
      self->in_at += in - stream->avail_in;
      self->out_at += out - stream->avail_out;
      if (!ay_check_inflated (self->out_at, self->in_at, self->path, error))
        return FALSE;
      if (status == Z_MEM_ERROR)
        return damaged (self, N_ ("not enough memory to decompress"), error);
      if (status == Z_BUF_ERROR
          || (status == Z_OK && self->in_at == self->in_size && stream->avail_out > 0))
        return damaged (self, N_ ("the gzip data ends early"), error);
      if (status != Z_OK && status != Z_STREAM_END)
        return damaged (self, N_ ("the gzip data is damaged"), error);
    }
  return TRUE;
}

static gboolean
inflate_all (Inflater *self, GError **error)
{
  z_stream stream = { 0 };
  gboolean good = TRUE;

  if (inflateInit2 (&stream, 16 + MAX_WBITS) != Z_OK)
    return damaged (self, N_ ("not enough memory to decompress"), error);
  /* What follows the last member and is no gzip (zero padding) is ignored, as gzip does. */
  while (good && ay_is_gzip ((const char *) self->in + self->in_at, self->in_size - self->in_at))
    {
      inflateReset (&stream);
      good = inflate_member (self, &stream, error);
    }
  inflateEnd (&stream);
  return good;
}

AyMappedFile *
ay_gunzip (AyMappedFile *file, AyJob *job, GError **error)
{
  Inflater self = { .path = ay_mapped_file_path (file), .job = job };

  self.in = (const Bytef *) ay_mapped_file_data (file, &self.in_size);
  if (!ay_is_gzip ((const char *) self.in, self.in_size))
    return ay_mapped_file_ref (file);
  if (!inflate_all (&self, error))
    {
      g_free (self.out);
      return NULL;
    }
  return ay_mapped_file_new_take (self.path, self.out, self.out_at);
}
