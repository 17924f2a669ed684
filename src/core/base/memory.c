/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/memory.h"

#include <malloc.h>
#include <string.h>

/* Linux grants nearly any allocation and ends a process later, when the pages are touched: so
 * whoever needs much asks first. Control groups come in two versions: 2 has one tree with
 * memory.max and memory.current, 1 one for memory with limit_in_bytes and usage_in_bytes. Within a
 * container the path that /proc names is often that of the host: the root of the tree is ours. */

static char *
read_text (const char *root, const char *path)
{
  g_autofree char *whole = g_strconcat (root, path, NULL);
  char *text = NULL;

  g_file_get_contents (whole, &text, NULL, NULL);
  return text;
}

/* The number after "KEY" at the start of a line; FALSE: there is none. */
static gboolean
find_number (const char *text, const char *key, guint64 *number)
{
  gsize length = strlen (key);

  for (const char *line = text; line != NULL && *line != '\0';)
    {
      const char *end = strchr (line, '\n');

      if (strncmp (line, key, length) == 0)
        {
          const char *digits = line + length + strspn (line + length, ": \t");

          *number = g_ascii_strtoull (digits, NULL, 10);
          return g_ascii_isdigit (*digits);
        }
      line = end != NULL ? end + 1 : NULL;
    }
  return FALSE;
}

static gboolean
read_number (const char *root, const char *folder, const char *name, guint64 *number)
{
  g_autofree char *path = g_strconcat (folder, "/", name, NULL);
  g_autofree char *text = read_text (root, path);

  return text != NULL && find_number (text, "", number);
}

/* What a group's limit leaves; G_MAXUINT64: it has none. */
static guint64
left_in (const char *root, const char *folder, gboolean second)
{
  g_autofree char *path = g_strconcat (folder, "/memory.stat", NULL);
  g_autofree char *stat = read_text (root, path);
  guint64 limit, used, active = 0, inactive = 0;

  if (!read_number (root, folder, second ? "memory.max" : "memory.limit_in_bytes", &limit)
      || !read_number (root, folder, second ? "memory.current" : "memory.usage_in_bytes", &used)
      || limit >= G_MAXINT64 / 2) /* version 1 writes "no limit" so */
    return G_MAXUINT64;
  find_number (stat, second ? "active_file" : "total_active_file", &active);
  find_number (stat, second ? "inactive_file" : "total_inactive_file", &inactive);
  used -= MIN (used, active + inactive);
  return limit - MIN (limit, used);
}

/* The group of that line of /proc/self/cgroup, those above it, and the root. */
static guint64
left_above (const char *root, const char *tree, const char *group, gboolean second)
{
  g_autofree char *path = g_strdup (group);
  guint64 least = left_in (root, tree, second);

  while (strlen (path) > 1)
    {
      g_autofree char *folder = g_strconcat (tree, path, NULL);
      char *slash = strrchr (path, '/');

      least = MIN (least, left_in (root, folder, second));
      if (slash == NULL)
        break;
      *slash = '\0';
    }
  return least;
}

guint64
ay_memory_free_below (const char *root)
{
  g_autofree char *info = read_text (root, "/proc/meminfo");
  g_autofree char *groups = read_text (root, "/proc/self/cgroup");
  g_auto (GStrv) lines = g_strsplit (groups != NULL ? groups : "", "\n", -1);
  guint64 least = G_MAXUINT64, kilobytes;

  if (info != NULL && find_number (info, "MemAvailable", &kilobytes))
    least = kilobytes << 10;
  for (char **line = lines; *line != NULL; line++)
    {
      g_auto (GStrv) parts = g_strsplit (*line, ":", 3);

      if (g_strv_length (parts) != 3)
        continue;
      if (*parts[1] == '\0')
        least = MIN (least, left_above (root, "/sys/fs/cgroup", parts[2], TRUE));
      else if (strcmp (parts[1], "memory") == 0)
        least = MIN (least, left_above (root, "/sys/fs/cgroup/memory", parts[2], FALSE));
    }
  return least;
}

/* Bytes of this process that no file stands behind. */
static guint64
memory_touched (void)
{
  g_autofree char *status = read_text ("", "/proc/self/status");
  guint64 kilobytes = 0;

  find_number (status, "RssAnon", &kilobytes);
  return kilobytes << 10;
}

/* Bytes that were granted to this process, touched or not; 0: this C library does not say. */
static guint64
memory_granted (void)
{
#if defined __GLIBC__ && __GLIBC_PREREQ(2, 33)
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
#else
  return 0;
#endif
}

guint64
ay_memory_free (void)
{
  const char *asked = g_getenv ("ASSAY_MEMORY");
  guint64 megabytes = asked != NULL ? g_ascii_strtoull (asked, NULL, 10) : 0;
  guint64 touched = memory_touched (), taken = MAX (touched, memory_granted ());
  guint64 least = ay_memory_free_below ("");

  if (least < G_MAXUINT64) /* the kernel counts what is touched only */
    least -= MIN (least, taken - touched);
  if (megabytes > 0 && megabytes < G_MAXUINT64 >> 20)
    least = MIN (least, (megabytes << 20) - MIN (megabytes << 20, taken));
  return least;
}
