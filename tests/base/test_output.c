/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/file.h"
#include "folders.h"

#include <glib/gstdio.h>

static void
test_appears_whole_or_not (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "out", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GDir) dir = NULL;
  AyOutput *output = ay_output_new (path, NULL);

  fputs ("half", ay_output_stream (output));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  ay_output_free (output);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));

  output = ay_output_new (path, NULL);
  fputs ("whole", ay_output_stream (output));
  g_assert_true (ay_output_commit (output, NULL));
  ay_output_free (output);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "whole");
  g_unlink (path);
  dir = g_dir_open (folder, 0, NULL);
  g_assert_null (g_dir_read_name (dir)); /* no temporary file is left */
  g_rmdir (folder);
}

static void
test_no_such_folder (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ay_output_new ("/nonexistent-folder/out", &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_IO);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/output/appears-whole-or-not", test_appears_whole_or_not);
  g_test_add_func ("/output/no-such-folder", test_no_such_folder);
  return g_test_run ();
}
