/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/error.h"
#include "folders.h"

#include <string.h>

static inline guint
test_count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
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
