/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/place.h"

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
