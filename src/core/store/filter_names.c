/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/filter_names.h"

#include <string.h>

#define MAX_SHOWN 3
#define MAX_LENGTH 64 /* longer names are compared by inclusion only */

/* Levenshtein's distance without regard to ASCII case, on bytes. Time |a| |b|. */
static guint
distance (const char *a, const char *b)
{
  guint row[MAX_LENGTH + 1];
  guint n = (guint) strlen (b);

  for (guint j = 0; j <= n; j++)
    row[j] = j;
  for (guint i = 1; a[i - 1] != '\0'; i++)
    {
      guint diagonal = row[0];

      row[0] = i;
      for (guint j = 1; j <= n; j++)
        {
          guint above = row[j];
          guint change = g_ascii_tolower (a[i - 1]) != g_ascii_tolower (b[j - 1]);

          row[j] = MIN (MIN (above, row[j - 1]) + 1, diagonal + change);
          diagonal = above;
        }
    }
  return row[n];
}

static gboolean
includes (const char *whole, const char *part)
{
  g_autofree char *a = g_ascii_strdown (whole, -1);
  g_autofree char *b = g_ascii_strdown (part, -1);

  return strlen (part) >= 3 && strstr (a, b) != NULL;
}

static gboolean
is_near (const char *name, const char *other)
{
  gsize length = strlen (name);

  if (includes (other, name) || includes (name, other))
    return TRUE;
  return length <= MAX_LENGTH && strlen (other) <= MAX_LENGTH
         && distance (name, other) <= MIN (2, length / 2);
}

char *
ay_filter_near_names (const char *name, const char *const *names, guint n)
{
  g_autoptr (GString) near = g_string_new (NULL);
  guint shown = 0;

  for (guint i = 0; i < n && shown < MAX_SHOWN; i++)
    if (is_near (name, names[i]))
      g_string_append_printf (near, "%s\"%s\"", shown++ > 0 ? ", " : "", names[i]);
  return shown > 0 ? g_string_free (g_steal_pointer (&near), FALSE) : NULL;
}
