/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/paths.h"

#include "core/base/install.h"

void
assay_paths_init (void)
{
  g_autofree char *schemas = ay_install_schemas ();
  g_autofree char *compiled = g_build_filename (schemas, "gschemas.compiled", NULL);

  if (g_getenv ("GSETTINGS_SCHEMA_DIR") == NULL && g_file_test (compiled, G_FILE_TEST_EXISTS))
    g_setenv ("GSETTINGS_SCHEMA_DIR", schemas, TRUE);
}

char *
assay_paths_locale (void)
{
  const char *tried = g_getenv ("ASSAY_LOCALEDIR"); /* a catalogue that is not installed yet */

  return tried != NULL ? g_strdup (tried) : ay_install_locale ();
}

char *
assay_paths_sample (void)
{
  g_autofree char *path = ay_install_data ("samples/digits.csv");

  return g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

char *
assay_paths_workspaces (void)
{
  char *folder = g_build_filename (g_get_user_data_dir (), "assay", NULL);

  g_mkdir_with_parents (folder, 0700);
  return folder;
}
