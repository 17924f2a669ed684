/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/paths.h"

#include "assay-config.h"

#include <unistd.h>

static gboolean from_build;

void
assay_paths_init (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);

  from_build = self != NULL && g_str_has_prefix (self, AY_BUILD_ROOT "/");
  if (from_build && g_getenv ("GSETTINGS_SCHEMA_DIR") == NULL)
    g_setenv ("GSETTINGS_SCHEMA_DIR", AY_BUILD_ROOT "/data", TRUE);
}

const char *
assay_paths_locale (void)
{
  const char *tried = g_getenv ("ASSAY_LOCALEDIR"); /* a catalogue that is not installed yet */

  return tried != NULL ? tried : from_build ? AY_BUILD_ROOT "/po" : AY_LOCALEDIR;
}

char *
assay_paths_sample (void)
{
  g_autofree char *path = g_build_filename (from_build ? AY_SOURCE_DATADIR : AY_DATADIR, "samples",
                                            "digits.csv", NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

char *
assay_paths_workspaces (void)
{
  char *folder = g_build_filename (g_get_user_data_dir (), "assay", NULL);

  g_mkdir_with_parents (folder, 0700);
  return folder;
}
