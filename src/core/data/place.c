/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/place.h"

#include "core/base/error.h"
#include "core/base/words.h"

#include <string.h>

char *
ay_place_below (const char *root, const char *path)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);

  return g_build_filename (root, absolute, NULL);
}

char *
ay_place_find (const char *root, const char *path)
{
  g_autofree char *copy = root != NULL ? ay_place_below (root, path) : NULL;

  if (copy != NULL && g_file_test (copy, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&copy);
  return g_strdup (path);
}

char *
ay_place_find_image (const char *root, const char *base, const char *name)
{
  g_autofree char *path = base != NULL && !g_path_is_absolute (name)
                              ? g_build_filename (base, name, NULL)
                              : g_strdup (name);

  return ay_place_find (root, path);
}

AyColumn *
ay_place_find_images (const char *root, const char *base, const AyColumn *names)
{
  gsize n = ay_column_rows (names);
  guint64 *offset = g_new (guint64, MAX (n, 1));
  guint32 *length = g_new (guint32, MAX (n, 1));
  GString *arena = g_string_new (NULL);
  char *bytes;

  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *name = ay_column_dup_text (names, i);
      g_autofree char *path = *name != '\0' ? ay_place_find_image (root, base, name) : NULL;

      offset[i] = arena->len;
      g_string_append (arena, path != NULL ? path : "");
      length[i] = path != NULL ? (guint32) (arena->len - offset[i]) : AY_CODE_MISSING;
    }
  bytes = g_string_free (arena, FALSE);
  return ay_column_take_text (ay_column_name (names), n, offset, length, bytes, bytes, g_free);
}

/* Goes along the name: whether it is above its start at any place. */
static gboolean
leads_out (const char *name)
{
  int depth = 0;

  for (const char *at = name; at != NULL; at = strchr (at, '/'))
    {
      gsize length;

      at += *at == '/';
      length = strcspn (at, "/");
      if (length == 2 && at[0] == '.' && at[1] == '.')
        depth--;
      else
        depth += length > 1 || (length == 1 && *at != '.');
      if (depth < 0)
        return TRUE;
    }
  return FALSE;
}

gboolean
ay_place_check_images (const char *base, const AyColumn *names, GError **error)
{
  for (gsize i = 0; base != NULL && i < ay_column_rows (names); i++)
    {
      g_autofree char *name = ay_column_dup_text (names, i);

      if (!leads_out (name))
        continue;
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: row %zu: the image \"%s\" leads out of the folder"), base,
                   i, name);
      return FALSE;
    }
  return TRUE;
}
