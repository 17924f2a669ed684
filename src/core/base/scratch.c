/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/scratch.h"

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/base/words.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LARGE ((guint64) 16 << 20) /* less is always memory */

static const char *
scratch_folder (void)
{
  const char *given = g_getenv ("TMPDIR");

  return given != NULL && *given != '\0' ? given : "/var/tmp"; /* /tmp is often memory itself */
}

/* A file that only the descriptor leads to; -1 with errno. */
static int
open_nameless (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, ".assay-XXXXXX", NULL);
  int file = open (folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
    return file;
  file = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0)
    unlink (path);
  return file;
}

/* 0, or why not. */
static int
map_file (AyScratch *self, const char *folder)
{
  int file = open_nameless (folder), reason;

  if (file < 0)
    return errno;
  reason = posix_fallocate (file, 0, (off_t) self->size);
  if (reason == 0)
    {
      self->data = mmap (NULL, self->size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
      reason = self->data == MAP_FAILED ? errno : 0;
      if (reason == 0)
        madvise (self->data, self->size, MADV_RANDOM);
    }
  close (file);
  self->in_file = reason == 0;
  return reason;
}

gboolean
ay_scratch_init (AyScratch *self, gsize count, gsize size, const char *what, GError **error)
{
  const char *folder = scratch_folder ();
  guint64 bytes, left;
  int reason;

  *self = (AyScratch) { 0 };
  left = ay_memory_free ();
  if (!g_uint64_checked_mul (&bytes, count, size) || bytes < LARGE || bytes <= left / 2)
    {
      self->size = count * size;
      self->data = ay_try_alloc (count, size, what, error);
      return self->data != NULL;
    }
  self->size = bytes;
  reason = map_file (self, folder);
  if (reason == 0)
    return TRUE;
  *self = (AyScratch) { 0 };
  g_set_error (error, AY_ERROR, AY_ERROR_NOMEM,
               N_ ("%s: needs %zu MB of memory, %zu MB are free, and %s has no room: %s"), what,
               (gsize) (bytes >> 20), (gsize) (left >> 20), folder, g_strerror (reason));
  return FALSE;
}

void
ay_scratch_will_read (const AyScratch *self, gsize offset, gsize count)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE), first = offset / page * page;

  if (self->in_file && count > 0 && offset + count <= self->size)
    madvise ((char *) self->data + first, offset + count - first, MADV_WILLNEED);
}

void
ay_scratch_clear (AyScratch *self)
{
  if (self->in_file)
    munmap (self->data, self->size);
  else
    g_free (self->data);
  *self = (AyScratch) { 0 };
}
