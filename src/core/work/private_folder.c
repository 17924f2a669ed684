/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/private_folder.h"

#include "core/base/error.h"
#include "core/base/folder.h"
#include "core/base/words.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

struct _AyPrivateFolder
{
  char *path;
  int lock;
};

/* A locked descriptor of a folder; -1 when it cannot be had. */
static int
lock_folder (const char *path, int how)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

  if (fd >= 0 && flock (fd, how) != 0)
    {
      close (fd);
      fd = -1;
    }
  return fd;
}

/* Removes the folders of programs that are gone. */
static void
sweep (const char *home)
{
  g_autoptr (GDir) dir = g_dir_open (home, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (home, name, NULL);
      int fd = lock_folder (path, LOCK_EX | LOCK_NB);

      if (fd < 0)
        continue;
      ay_folder_remove (path);
      close (fd);
    }
}

/* The folder of all private folders must be ours alone: with the temporary files anyone could have
 * made it. */
static gboolean
is_ours (const char *home)
{
  GStatBuf info;

  return g_lstat (home, &info) == 0 && S_ISDIR (info.st_mode) && info.st_uid == geteuid ()
         && (info.st_mode & 077) == 0;
}

static AyPrivateFolder *
make_below (const char *home)
{
  g_autofree char *path = g_build_filename (home, "XXXXXX", NULL);
  AyPrivateFolder *self = NULL;
  int guard, lock = -1;

  if (g_mkdir_with_parents (home, 0700) != 0 || !is_ours (home))
    return NULL;
  guard = lock_folder (home, LOCK_EX); /* nobody sweeps between making and locking */
  if (guard < 0)
    return NULL;
  sweep (home);
  if (g_mkdtemp (path) != NULL)
    lock = lock_folder (path, LOCK_EX | LOCK_NB);
  if (lock >= 0)
    {
      self = g_new0 (AyPrivateFolder, 1);
      self->path = g_steal_pointer (&path);
      self->lock = lock;
    }
  close (guard);
  return self;
}

AyPrivateFolder *
ay_private_folder_new (GError **error)
{
  const char *given = g_getenv ("ASSAY_CACHE");
  gboolean none = given != NULL && (g_str_equal (given, "none") || *given == '\0');
  g_autofree char *usual = g_build_filename (g_get_user_cache_dir (), "assay", NULL);
  g_autofree char *cache = g_build_filename (given != NULL && !none ? given : usual, "inside",
                                             NULL);
  g_autofree char *user = g_strdup_printf ("assay-%lu", (unsigned long) geteuid ());
  g_autofree char *temporary = g_build_filename (g_get_tmp_dir (), user, NULL);
  AyPrivateFolder *self = none ? NULL : make_below (cache);

  if (self == NULL)
    self = make_below (temporary);
  if (self == NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: no folder can be made there: %s"),
                 temporary, g_strerror (errno));
  return self;
}

const char *
ay_private_folder_path (const AyPrivateFolder *self)
{
  return self->path;
}

void
ay_private_folder_free (AyPrivateFolder *self)
{
  if (self == NULL)
    return;
  ay_folder_remove (self->path);
  close (self->lock);
  g_free (self->path);
  g_free (self);
}
