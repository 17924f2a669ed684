/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/install.h"

#include "assay-config.h"

#include <string.h>

/* The folder that holds bin/ and share/. (transfer full) (nullable): in the build folder. */
static char *
find_prefix (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = NULL;

  if (self == NULL)
    return g_strdup (AY_PREFIX);
  if (g_str_has_prefix (self, AY_BUILD_ROOT "/"))
    return NULL;
  folder = g_path_get_dirname (self);
  return g_str_has_suffix (folder, "/" AY_BINDIR)
             ? g_strndup (folder, strlen (folder) - strlen ("/" AY_BINDIR))
             : g_strdup (AY_PREFIX);
}

/* here: where it lies when run from the build folder; there: below the prefix, or absolute. */
static char *
find (const char *here, const char *there, const char *name)
{
  g_autofree char *prefix = find_prefix ();

  if (prefix == NULL)
    return g_build_filename (here, name, NULL);
  return g_path_is_absolute (there) ? g_build_filename (there, name, NULL)
                                    : g_build_filename (prefix, there, name, NULL);
}

char *
ay_install_data (const char *name)
{
  return find (AY_SOURCE_DATADIR, AY_DATADIR "/assay", name);
}

char *
ay_install_locale (void)
{
  return find (AY_BUILD_ROOT "/po", AY_LOCALEDIR, NULL);
}

char *
ay_install_schemas (void)
{
  return find (AY_BUILD_ROOT "/data", AY_DATADIR "/glib-2.0/schemas", NULL);
}
