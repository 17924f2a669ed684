/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/scratch.h"

#include "core/base/error.h"
#include "core/base/folder.h"

#include <string.h>

#define MB ((gsize) 1 << 20)

/* In memory or in a file: zeros first, then what was written. */
static void
check_room (AyScratch *room, gsize size)
{
  char *bytes = room->data;

  g_assert_cmpuint (room->size, ==, size);
  for (gsize i = 0; i < size; i += 4096)
    g_assert_cmpint (bytes[i], ==, 0);
  memset (bytes, 7, size);
  g_assert_cmpint (bytes[size - 1], ==, 7);
  ay_scratch_clear (room);
  g_assert_null (room->data);
}

static void
test_rooms (void)
{
  g_autofree char *folder = g_dir_make_tmp ("assay-scratch-XXXXXX", NULL);
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GError) error = NULL;
  AyScratch room;

  g_setenv ("TMPDIR", folder, TRUE);
  g_assert_true (ay_scratch_init (&room, 40, MB, "the thing", &error));
  g_assert_no_error (error);
  g_assert_false (room.in_file);
  check_room (&room, 40 * MB);
  g_setenv ("ASSAY_MEMORY", "60", TRUE); /* less than twice as much is free */
  g_assert_true (ay_scratch_init (&room, 40, MB, "the thing", &error));
  g_assert_no_error (error);
  g_assert_true (room.in_file);
  dir = g_dir_open (folder, 0, NULL);
  g_assert_null (g_dir_read_name (dir)); /* it has no name */
  check_room (&room, 40 * MB);
  g_assert_true (ay_scratch_init (&room, 1, MB, "the thing", &error)); /* small */
  g_assert_false (room.in_file);
  check_room (&room, MB);
  g_setenv ("TMPDIR", "/nowhere/at/all", TRUE);
  g_assert_false (ay_scratch_init (&room, 40, MB, "the thing", &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_NOMEM);
  g_assert_true (g_str_has_prefix (error->message, "the thing: needs 40 MB of memory, "));
  g_assert_nonnull (strstr (error->message, " and /nowhere/at/all has no room: "));
  g_unsetenv ("ASSAY_MEMORY");
  g_unsetenv ("TMPDIR");
  ay_folder_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scratch/rooms", test_rooms);
  return g_test_run ();
}
