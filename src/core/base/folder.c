/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700 /* nftw */
#include "core/base/folder.h"

#include "core/base/error.h"
#include "core/base/words.h"

#include <errno.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>

#define OPEN_FILES 16 /* at once, while a tree is removed */

struct _AyOutputFolder
{
  char *path;
  char *temporary; /* (nullable) once committed */
};

static int
remove_entry (const char *path, const struct stat *info, int type, struct FTW *at)
{
  return remove (path);
}

void
ay_folder_remove (const char *path)
{
  nftw (path, remove_entry, OPEN_FILES, FTW_DEPTH | FTW_PHYS);
}

static gboolean
fail (GError **error, const char *path, const char *what)
{
  g_set_error (error, AY_ERROR, AY_ERROR_IO, "%s: %s", path, what);
  return FALSE;
}

AyOutputFolder *
ay_output_folder_new (const char *path, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute);
  g_autofree char *name = g_path_get_basename (absolute);
  g_autofree char *temporary = g_strdup_printf ("%s/.%s.XXXXXX", folder, name);
  AyOutputFolder *self;

  if (g_file_test (path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
    {
      fail (error, path, N_ ("exists already"));
      return NULL;
    }
  if (g_mkdtemp_full (temporary, 0777) == NULL)
    {
      g_autofree char *what = g_strdup_printf ("cannot be made: %s", g_strerror (errno));

      fail (error, path, what);
      return NULL;
    }
  self = g_new0 (AyOutputFolder, 1);
  self->path = g_steal_pointer (&absolute);
  self->temporary = g_steal_pointer (&temporary);
  return self;
}

const char *
ay_output_folder_path (const AyOutputFolder *self)
{
  return self->temporary;
}

gboolean
ay_output_folder_commit (AyOutputFolder *self, GError **error)
{
  if (g_rename (self->temporary, self->path) != 0)
    {
      g_autofree char *what = g_strdup_printf ("cannot be made: %s", g_strerror (errno));

      return fail (error, self->path, what);
    }
  g_clear_pointer (&self->temporary, g_free);
  return TRUE;
}

void
ay_output_folder_free (AyOutputFolder *self)
{
  if (self == NULL)
    return;
  if (self->temporary != NULL)
    ay_folder_remove (self->temporary);
  g_free (self->temporary);
  g_free (self->path);
  g_free (self);
}
