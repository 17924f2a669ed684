/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/file_hash.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/reader_images.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 4096
#define BETWEEN 64
#define CHUNK (1 << 20) /* of a full hash: a millisecond, then the job is asked */

typedef struct
{
  const char *path;
  int fd;
  struct stat st;
  struct sha256_ctx sha;
} Reader;

static gboolean
fail_errno (const char *path, const char *what, GError **error)
{
  int code = errno;

  g_set_error (error, AY_ERROR, AY_ERROR_IO, "%s: %s: %s", path, what, g_strerror (code));
  return FALSE;
}

static gboolean
reader_open (Reader *self, const char *path, GError **error)
{
  self->path = path;
  self->fd = open (path, O_RDONLY | O_CLOEXEC);
  if (self->fd < 0)
    return fail_errno (path, N_ ("cannot open"), error);
  if (fstat (self->fd, &self->st) != 0 || !S_ISREG (self->st.st_mode))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: is no file"), path);
      close (self->fd);
      return FALSE;
    }
  sha256_init (&self->sha);
  return TRUE;
}

static gint64
mtime_ns (const struct stat *st)
{
  return (gint64) st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static gboolean
changed (const char *path, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_CHANGED, N_ ("%s: changed while it was read"), path);
  return FALSE;
}

/* Adds count bytes from offset, all of them. */
static gboolean
add_bytes (Reader *self, guint64 offset, gsize count, guint8 *buffer, GError **error)
{
  gsize got = 0;

  while (got < count)
    {
      ssize_t k = pread (self->fd, buffer + got, count - got, (off_t) (offset + got));

      if (k < 0 && errno == EINTR)
        continue;
      if (k < 0)
        return fail_errno (self->path, N_ ("cannot read"), error);
      if (k == 0)
        return changed (self->path, error);
      got += (gsize) k;
    }
  sha256_update (&self->sha, count, buffer);
  return TRUE;
}

static void
add_number (struct sha256_ctx *sha, guint64 number)
{
  guint64 little = GUINT64_TO_LE (number);

  sha256_update (sha, sizeof little, (const guint8 *) &little);
}

static void
finish (struct sha256_ctx *sha, char hex[AY_SHA256_HEX])
{
  guint8 digest[SHA256_DIGEST_SIZE];

  sha256_digest (sha, sizeof digest, digest);
  for (gsize i = 0; i < sizeof digest; i++)
    g_snprintf (hex + 2 * i, 3, "%02x", digest[i]);
}

static gboolean
hash_quick (Reader *self, AyFileHash *hash, GError **error)
{
  guint8 buffer[BLOCK];
  guint64 size = (guint64) self->st.st_size, n = (size + BLOCK - 1) / BLOCK;
  guint64 count = MIN (n, BETWEEN + 2);

  add_number (&self->sha, size);
  for (guint64 i = 0; i < count; i++)
    {
      guint64 block = i, at;

      if (n > BETWEEN + 2 && i == BETWEEN + 1)
        block = n - 1;
      else if (n > BETWEEN + 2 && i > 0) /* evenly over the blocks 1 .. n - 2 */
        block = 1 + (n - 2) / BETWEEN * (i - 1) + (n - 2) % BETWEEN * (i - 1) / BETWEEN;
      at = block * BLOCK;
      if (!add_bytes (self, at, (gsize) MIN (BLOCK, size - at), buffer, error))
        return FALSE;
    }
  finish (&self->sha, hash->quick);
  return TRUE;
}

/* Adds the whole file. */
static gboolean
add_file (Reader *self, AyJob *job, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (CHUNK);
  guint64 size = (guint64) self->st.st_size;
  struct stat now;

  for (guint64 at = 0; at < size; at += CHUNK)
    {
      if (!ay_job_check (job, error)
          || !add_bytes (self, at, (gsize) MIN (CHUNK, size - at), buffer, error))
        return FALSE;
      ay_job_set_fraction (job, (double) at / (double) size);
    }
  if (fstat (self->fd, &now) != 0 || now.st_size != self->st.st_size
      || mtime_ns (&now) != mtime_ns (&self->st))
    return changed (self->path, error);
  return TRUE;
}

gboolean
ay_file_hash_quick (const char *path, AyFileHash *hash, GError **error)
{
  Reader reader;
  gboolean good;

  *hash = (AyFileHash) { 0 };
  if (!reader_open (&reader, path, error))
    return FALSE;
  hash->size = (guint64) reader.st.st_size;
  hash->mtime_ns = mtime_ns (&reader.st);
  good = hash_quick (&reader, hash, error);
  close (reader.fd);
  return good;
}

gboolean
ay_file_hash_full (const char *path, AyFileHash *hash, AyJob *job, GError **error)
{
  Reader reader;
  gboolean good;

  *hash = (AyFileHash) { 0 };
  if (!reader_open (&reader, path, error))
    return FALSE;
  hash->size = (guint64) reader.st.st_size;
  hash->mtime_ns = mtime_ns (&reader.st);
  good = hash_quick (&reader, hash, error);
  sha256_init (&reader.sha);
  good = good && add_file (&reader, job, error);
  if (good)
    finish (&reader.sha, hash->full);
  close (reader.fd);
  return good;
}

/* One file of a folder: its name and what stat() says into quick, its bytes too into full. */
static gboolean
add_member (const char *folder, const char *relative, struct sha256_ctx *quick,
            struct sha256_ctx *full, AyFileHash *hash)
{
  g_autofree char *path = g_build_filename (folder, relative, NULL);
  struct stat st;

  if (stat (path, &st) != 0)
    return FALSE;
  hash->size += (guint64) st.st_size;
  hash->mtime_ns = MAX (hash->mtime_ns, mtime_ns (&st));
  for (int k = 0; k < 2; k++)
    {
      struct sha256_ctx *sha = k == 0 ? quick : full;

      sha256_update (sha, strlen (relative) + 1, (const guint8 *) relative);
      add_number (sha, (guint64) st.st_size);
    }
  add_number (quick, (guint64) mtime_ns (&st));
  return TRUE;
}

static gboolean
add_contents (const char *folder, const char *relative, struct sha256_ctx *full, AyJob *job,
              GError **error)
{
  g_autofree char *path = g_build_filename (folder, relative, NULL);
  Reader reader;
  gboolean good;

  if (!reader_open (&reader, path, error))
    return FALSE;
  reader.sha = *full;
  good = add_file (&reader, job, error);
  *full = reader.sha;
  close (reader.fd);
  return good;
}

gboolean
ay_folder_hash (const char *folder, gboolean full, AyFileHash *hash, AyJob *job, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  struct sha256_ctx quick, whole;

  *hash = (AyFileHash) { 0 };
  if (!ay_images_list (folder, paths, NULL, job, error))
    return FALSE;
  sha256_init (&quick);
  sha256_init (&whole);
  for (guint i = 0; i < paths->len; i++)
    {
      if (!ay_job_check (job, error))
        return FALSE;
      if (!add_member (folder, paths->pdata[i], &quick, &whole, hash))
        return changed (folder, error);
      if (full && !add_contents (folder, paths->pdata[i], &whole, job, error))
        return FALSE;
    }
  finish (&quick, hash->quick);
  if (full)
    finish (&whole, hash->full);
  return TRUE;
}
