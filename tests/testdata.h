/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* Path of a file of the shared real data (ASSAY_TEST_DATA), or NULL after skipping the test loudly.
 * (transfer full) */
static inline char *
test_data (const char *relative)
{
  const char *root = g_getenv ("ASSAY_TEST_DATA");
  char *path = root != NULL ? g_build_filename (root, relative, NULL) : NULL;

  if (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    return path;
  g_free (path);
  g_test_skip_printf ("ASSAY_TEST_DATA has no %s", relative);
  return NULL;
}
