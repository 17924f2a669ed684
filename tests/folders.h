/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Folders and small files that a test makes and drops: the one home of these. */

/* (transfer full) */
static inline char *
make_folder (void)
{
  char *root = g_dir_make_tmp ("assay-XXXXXX", NULL);

  g_assert_nonnull (root);
  return root;
}

static inline void
put_file (const char *root, const char *relative, const char *bytes, gsize size)
{
  g_autofree char *path = g_build_filename (root, relative, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
}

static inline void
put_text (const char *root, const char *relative, const char *text)
{
  put_file (root, relative, text, strlen (text));
}

static inline void
drop_folder (const char *root)
{
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (root, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        drop_folder (path);
      else
        g_unlink (path);
    }
  g_rmdir (root);
}
