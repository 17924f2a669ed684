/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/file.h"

#include "core/base/error.h"
#include "core/base/file_watch.h"
#include "core/base/words.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct _AyMappedFile
{
  gatomicrefcount ref;
  char *path;
  void *data;
  gsize size;
  gboolean owned; /* data is g_malloc'ed, not mapped */
  int fd;         /* -1: none */
  int watch;
};

static gboolean
set_errno (GError **error, const char *path, const char *what)
{
  int code = errno;

  g_set_error (error, AY_ERROR, AY_ERROR_IO, "%s: %s: %s", path, what, g_strerror (code));
  return FALSE;
}

AyMappedFile *
ay_mapped_file_new (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe would keep us waiting */
  AyMappedFile *self;
  struct stat st;
  void *data = NULL;

  if (fd < 0 || fstat (fd, &st) != 0)
    {
      if (strstr (path, "://") != NULL)
        g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                     N_ ("%s: is an address; only files on this machine are read"), path);
      else
        set_errno (error, path, N_ ("cannot open"));
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  if (!S_ISREG (st.st_mode))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: is a %s, not a file"), path,
                   S_ISDIR (st.st_mode) ? N_ ("folder") : N_ ("pipe or device"));
      close (fd);
      return NULL;
    }
  if (st.st_size > 0)
    data = mmap (NULL, (gsize) st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED)
    {
      set_errno (error, path, N_ ("cannot map"));
      close (fd);
      return NULL;
    }
  self = g_new0 (AyMappedFile, 1);
  g_atomic_ref_count_init (&self->ref);
  self->path = g_strdup (path);
  self->data = data;
  self->size = (gsize) st.st_size;
  self->fd = fd;
  self->watch = data != NULL ? ay_file_watch (self->path, data, self->size, fd) : -1;
  if (self->watch < 0)
    {
      close (fd);
      self->fd = -1;
    }
  return self;
}

AyMappedFile *
ay_mapped_file_new_take (const char *path, char *data, gsize size)
{
  AyMappedFile *self = g_new0 (AyMappedFile, 1);

  g_atomic_ref_count_init (&self->ref);
  self->path = g_strdup (path);
  self->data = data;
  self->size = size;
  self->owned = TRUE;
  self->fd = -1;
  self->watch = -1;
  return self;
}

AyMappedFile *
ay_mapped_file_ref (AyMappedFile *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_mapped_file_unref (AyMappedFile *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  ay_file_unwatch (self->watch);
  if (self->fd >= 0)
    close (self->fd);
  if (self->owned)
    g_free (self->data);
  else if (self->data != NULL)
    munmap (self->data, self->size);
  g_free (self->path);
  g_free (self);
}

const char *
ay_mapped_file_path (const AyMappedFile *self)
{
  return self->path;
}

const char *
ay_mapped_file_data (const AyMappedFile *self, gsize *size)
{
  *size = self->size;
  return self->data;
}

struct _AyOutput
{
  char *path;
  char *temporary;
  FILE *stream;
};

AyOutput *
ay_output_new (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *temporary = g_strdup_printf ("%s/.%s.XXXXXX", folder, name);
  AyOutput *self;
  int fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0666);

  if (fd < 0)
    {
      set_errno (error, path, N_ ("cannot write"));
      return NULL;
    }
  self = g_new0 (AyOutput, 1);
  self->path = g_strdup (path);
  self->temporary = g_steal_pointer (&temporary);
  self->stream = fdopen (fd, "w+");
  return self;
}

FILE *
ay_output_stream (AyOutput *self)
{
  return self->stream;
}

const char *
ay_output_temporary (const AyOutput *self)
{
  return self->temporary;
}

/* The rename itself must reach the disk, or a power cut brings the old file back. */
static void
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  (void) !fsync (fd);
  close (fd);
}

gboolean
ay_output_finish (AyOutput *self, GError **error)
{
  gboolean failed = ferror (self->stream) != 0;

  failed = fflush (self->stream) != 0 || failed;
  failed = fsync (fileno (self->stream)) != 0 || failed;
  failed = fclose (self->stream) != 0 || failed;
  self->stream = NULL;
  return !failed || set_errno (error, self->path, N_ ("cannot write"));
}

gboolean
ay_output_commit (AyOutput *self, GError **error)
{
  if (!ay_mapped_files_check (error) || (self->stream != NULL && !ay_output_finish (self, error)))
    return FALSE;
  if (rename (self->temporary, self->path) != 0)
    return set_errno (error, self->path, N_ ("cannot write"));
  g_clear_pointer (&self->temporary, g_free);
  sync_folder (self->path);
  return TRUE;
}

void
ay_output_free (AyOutput *self)
{
  if (self == NULL)
    return;
  if (self->stream != NULL)
    fclose (self->stream);
  if (self->temporary != NULL)
    unlink (self->temporary);
  g_free (self->temporary);
  g_free (self->path);
  g_free (self);
}

char *
ay_path_relative (const char *folder, const char *path)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_auto (GStrv) from = g_strsplit (folder, "/", -1);
  g_auto (GStrv) to = g_strsplit (absolute, "/", -1);
  g_autoptr (GString) relative = g_string_new (NULL);
  guint common = 0;

  while (from[common] != NULL && to[common] != NULL && g_str_equal (from[common], to[common]))
    common++;
  if (common < 2)
    return g_steal_pointer (&absolute);
  for (guint i = common; from[i] != NULL && *from[i] != '\0'; i++)
    g_string_append (relative, "../");
  for (guint i = common; to[i] != NULL; i++)
    {
      g_string_append (relative, to[i]);
      g_string_append (relative, to[i + 1] != NULL ? "/" : "");
    }
  if (relative->len == 0)
    g_string_append_c (relative, '.');
  return g_string_free (g_steal_pointer (&relative), FALSE);
}
