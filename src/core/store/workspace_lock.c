/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/workspace_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct _AyWorkspaceLock
{
  int fd;
  char *path;
};

static char *
lock_path (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *hidden = g_strdup_printf (".%s.lock", name);

  return g_build_filename (folder, hidden, NULL);
}

static char *
dup_holder (int fd)
{
  char text[32] = "";
  gssize length = pread (fd, text, sizeof text - 1, 0);
  gint64 pid = length > 0 ? g_ascii_strtoll (text, NULL, 10) : 0;

  if (pid <= 0)
    return g_strdup ("another program has it open");
  return g_strdup_printf ("process %" G_GINT64_FORMAT " has it open", pid);
}

/* The holder before us removes the file when it is done: then what we locked is no longer what the
 * path names, and the next one would lock another file. */
static gboolean
still_there (int fd, const char *path)
{
  struct stat ours, now;

  return fstat (fd, &ours) == 0 && stat (path, &now) == 0 && ours.st_dev == now.st_dev
         && ours.st_ino == now.st_ino;
}

static AyWorkspaceLock *
keep (int fd, char *path)
{
  AyWorkspaceLock *self = g_new0 (AyWorkspaceLock, 1);
  char text[32];
  int length = g_snprintf (text, sizeof text, "%ld\n", (long) getpid ());

  /* Only for the message that others print: a full disk does no harm. */
  (void) !ftruncate (fd, 0);
  (void) !pwrite (fd, text, (gsize) length, 0);
  self->fd = fd;
  self->path = path;
  return self;
}

AyWorkspaceLock *
ay_workspace_lock_take (const char *path, char **reason)
{
  g_autofree char *name = lock_path (path);

  while (TRUE)
    {
      int fd = open (name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);

      if (fd < 0)
        {
          *reason = errno == EACCES || errno == EROFS || errno == EPERM
                      ? g_strdup ("the folder cannot be written to")
                      : g_strdup_printf ("the lock file cannot be made: %s", g_strerror (errno));
          return NULL;
        }
      if (flock (fd, LOCK_EX | LOCK_NB) != 0)
        {
          *reason = errno == EWOULDBLOCK
                      ? dup_holder (fd)
                      : g_strdup_printf ("it cannot be locked: %s", g_strerror (errno));
          close (fd);
          return NULL;
        }
      if (still_there (fd, name))
        return keep (fd, g_steal_pointer (&name));
      close (fd);
    }
}

void
ay_workspace_lock_free (AyWorkspaceLock *self)
{
  if (self == NULL)
    return;
  unlink (self->path); /* while it is held: nobody else's can be removed */
  close (self->fd);
  g_free (self->path);
  g_free (self);
}
