/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/source_name.h"

#include <string.h>

static gboolean
exists (const char *path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* FILE or FILE:KEY when such a file is there. */
static gboolean
parse_file (const char *source, AySourceName *name)
{
  if (exists (source))
    {
      name->path = g_strdup (source);
      return TRUE;
    }
  for (const char *colon = strrchr (source, ':'); colon != NULL && colon > source; )
    {
      g_autofree char *path = g_strndup (source, (gsize) (colon - source));

      if (exists (path))
        {
          name->path = g_steal_pointer (&path);
          name->key = g_strdup (colon + 1);
          return TRUE;
        }
      colon = g_strrstr_len (source, colon - source, ":");
    }
  return FALSE;
}

/* A file that is not there (moved, or relative to another folder): what follows the last colon is
 * taken for a key. */
static void
split_missing (const char *source, AySourceName *name)
{
  const char *colon = strrchr (source, ':');

  if (colon == NULL || colon == source || strchr (colon, '/') != NULL)
    {
      name->path = g_strdup (source);
      return;
    }
  name->path = g_strndup (source, (gsize) (colon - source));
  name->key = g_strdup (colon + 1);
}

void
ay_source_name_parse (const char *source, AySourceName *name)
{
  *name = (AySourceName) { NULL, NULL, NULL };
  if (g_str_has_prefix (source, "col:"))
    name->column = g_strdup (source + 4);
  else if (g_str_has_prefix (source, "file:"))
    {
      if (!parse_file (source + 5, name))
        split_missing (source + 5, name);
    }
  else if (!parse_file (source, name))
    name->column = g_strdup (source);
}

void
ay_source_name_clear (AySourceName *name)
{
  g_clear_pointer (&name->path, g_free);
  g_clear_pointer (&name->key, g_free);
  g_clear_pointer (&name->column, g_free);
}

char *
ay_source_name_to_string (const AySourceName *name)
{
  if (name->path == NULL)
    return g_strconcat ("col:", name->column, NULL);
  return g_strconcat ("file:", name->path, name->key != NULL ? ":" : NULL, name->key, NULL);
}

char **
ay_source_list_split (const char *sources)
{
  const char *path = g_str_has_prefix (sources, "file:") ? sources + 5 : sources;
  char **parts;

  if (exists (path))
    {
      parts = g_new0 (char *, 2);
      parts[0] = g_strdup (sources);
      return parts;
    }
  parts = g_strsplit (sources, ",", -1);
  for (char **part = parts; *part != NULL; part++)
    g_strstrip (*part);
  return parts;
}
