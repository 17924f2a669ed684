/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/error.h"

#include <glib/gstdio.h>
#include <string.h>

/* A folder of a test's own, removed with all that is in it. */
static inline char *
test_folder (void)
{
  char *folder = g_dir_make_tmp ("assay-store-XXXXXX", NULL);

  g_assert_nonnull (folder);
  return folder;
}

static inline guint
test_count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static inline void
test_remove_folder (char *folder)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_dir_close (dir);
  g_rmdir (folder);
  g_free (folder);
}

/* A message is one line that starts with the file. */
static inline void
test_assert_message (const GError *error, const char *file)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == AY_ERROR);
  g_assert_true (g_str_has_prefix (error->message, file));
  g_assert_null (strchr (error->message, '\n'));
}
