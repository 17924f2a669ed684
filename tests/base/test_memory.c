/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/memory.h"

#include "core/base/error.h"
#include "core/base/folder.h"

#include <string.h>

#define MB ((guint64) 1 << 20)

static void
put (const char *root, const char *path, const char *text)
{
  g_autofree char *whole = g_strconcat (root, path, NULL);
  g_autofree char *folder = g_path_get_dirname (whole);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (whole, text, -1, NULL));
}

static void
test_groups (void)
{
  g_autofree char *root = g_dir_make_tmp ("assay-memory-XXXXXX", NULL);

  g_assert_true (ay_memory_free_below (root) == G_MAXUINT64);
  put (root, "/proc/meminfo", "MemTotal: 9999 kB\nMemAvailable:  2048 kB\n");
  g_assert_cmpuint (ay_memory_free_below (root), ==, 2 * MB);
  /* Version 2: the limit is above the group that the process is in; its cache can be given back. */
  put (root, "/proc/meminfo", "MemAvailable: 99999999 kB\n");
  put (root, "/proc/self/cgroup", "0::/a/b\n");
  put (root, "/sys/fs/cgroup/a/b/memory.max", "max\n");
  put (root, "/sys/fs/cgroup/a/b/memory.current", "1000\n");
  put (root, "/sys/fs/cgroup/a/memory.max", "104857600\n");
  put (root, "/sys/fs/cgroup/a/memory.current", "73400320\n");
  g_assert_cmpuint (ay_memory_free_below (root), ==, 30 * MB);
  put (root, "/sys/fs/cgroup/a/memory.stat", "anon 5\ninactive_file 10485760\nactive_file 0\n");
  g_assert_cmpuint (ay_memory_free_below (root), ==, 40 * MB);
  /* Version 1, within a container: the path is the host's. */
  put (root, "/proc/self/cgroup", "5:cpu:/\n4:memory:/docker/77\n0::/\n");
  put (root, "/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  put (root, "/sys/fs/cgroup/memory/memory.usage_in_bytes", "1048576\n");
  g_assert_cmpuint (ay_memory_free_below (root), ==, (guint64) 99999999 << 10);
  put (root, "/sys/fs/cgroup/memory/memory.limit_in_bytes", "7340032\n");
  g_assert_cmpuint (ay_memory_free_below (root), ==, 6 * MB);
  ay_folder_remove (root);
}

static void
test_planned (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *block = NULL;
  guint64 before;

  g_assert_cmpuint (ay_memory_free (), >, 0);
  g_setenv ("ASSAY_MEMORY", "4000", TRUE);
  before = ay_memory_free ();
  g_assert_cmpuint (before, <=, 4000 * MB);
  block = ay_try_alloc (50, MB, "the small thing", &error);
  g_assert_no_error (error);
  g_assert_nonnull (block);
  memset (block, 1, 50 * MB); /* what is taken is not free any more */
  g_assert_cmpuint (ay_memory_free (), <=, before - 49 * MB);
  g_setenv ("ASSAY_MEMORY", "40", TRUE); /* more is taken */
  g_assert_cmpuint (ay_memory_free (), ==, 0);
  g_assert_null (ay_try_alloc (200, MB, "the thing", &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_NOMEM);
  g_assert_cmpstr (error->message, ==, "the thing: needs 200 MB of memory, 0 MB are free");
  g_clear_error (&error);
  g_setenv ("ASSAY_MEMORY", "4000", TRUE);
  g_assert_true (ay_check_memory (before / 2, "the thing", &error));
  g_assert_false (ay_check_memory (4001 * MB, "the thing", &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_NOMEM);
  g_unsetenv ("ASSAY_MEMORY");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory/groups", test_groups);
  g_test_add_func ("/memory/planned", test_planned);
  return g_test_run ();
}
