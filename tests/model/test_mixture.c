/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/reader_npy.h"
#include "core/model/head.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* The head's objective on 60000 x 512 with 10 classes is scikit-learn's. The data are made by
 * tests/reference/mixture_reference.py, which also wrote mixture.json. */

#define N_CLASSES 10

/* Writes folder/x.npy and y.npy; (transfer full) the hash of the labels, or NULL without numpy. */
static char *
make_data (const char *folder)
{
  g_autofree char *script
      = g_test_build_filename (G_TEST_DIST, "reference", "mixture_reference.py", NULL);
  const char *argv[] = { "/usr/bin/python3", script, "make", folder, NULL };
  g_auto (GStrv) environment = g_get_environ ();
  char *out = NULL;
  int status = 1;

  environment = g_environ_unsetenv (environment, "LD_PRELOAD");
  environment = g_environ_unsetenv (environment, "MALLOC_CHECK_");
  if (!g_spawn_sync (NULL, (char **) argv, environment, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                     &out, NULL, &status, NULL)
      || status != 0)
    g_clear_pointer (&out, g_free);
  return out != NULL ? g_strstrip (out) : NULL;
}

static AyMatrix *
open_matrix (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, &error);
  g_autoptr (AyArray) array = file != NULL ? ay_npy_read (file, &error) : NULL;

  g_assert_no_error (error);
  g_unlink (path); /* the mapping keeps it */
  return ay_matrix_ref (array->matrix);
}

static void
check_objective (const char *folder, double lambda_mean, double objective)
{
  g_autoptr (AyMatrix) x = open_matrix (folder, "x.npy"), y = open_matrix (folder, "y.npy");
  gsize n = ay_matrix_rows (x);
  g_autofree guint32 *rows = g_new (guint32, n);
  g_autofree gint32 *label = g_new (gint32, n);
  AyProblem problem = { .features = x, .rows = rows, .n = n, .label = label,
                        .n_classes = N_CLASSES };
  const double tolerances[] = { 2.5e-7, 1e-8 };

  for (gsize i = 0; i < n; i++)
    {
      rows[i] = (guint32) i;
      label[i] = (gint32) ay_matrix_value (y, i, 0);
    }
  for (gsize k = 0; k < G_N_ELEMENTS (tolerances); k++)
    {
      AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
      g_autoptr (GError) error = NULL;
      g_autoptr (AyHead) head = NULL;

      options.lambda_mean = lambda_mean;
      options.tolerance = tolerances[k];
      head = ay_head_fit (&problem, &options, NULL, NULL, &error);
      g_assert_no_error (error);
      g_test_message ("objective %.10f, scikit-learn's %.10f", head->objective / head->sum_weight,
                      objective);
      g_assert_cmpfloat (fabs (head->objective / head->sum_weight - objective), <=,
                         1e-6 * objective);
      g_assert_cmpfloat (head->objective / head->sum_weight, <=, objective + 1e-8);
      g_assert_cmpfloat (head->gradient_norm, <=, tolerances[k]);
    }
}

static void
test_objective (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "reference", "mixture.json", NULL);
  g_autofree char *folder = g_test_build_filename (G_TEST_BUILT, "mixture-XXXXXX", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *labels = NULL;
  JsonObject *reference;

  g_assert_true (json_parser_load_from_file (parser, path, NULL));
  reference = json_node_get_object (json_parser_get_root (parser));
  g_assert_nonnull (g_mkdtemp (folder));
  labels = make_data (folder);
  if (labels == NULL)
    g_test_skip ("/usr/bin/python3 has no numpy: the mixture is not made");
  else if (strcmp (labels, json_object_get_string_member (reference, "labels")) != 0)
    g_test_skip ("this numpy draws other numbers than the reference was made with");
  else
    check_objective (folder, json_object_get_double_member (reference, "lambda_mean"),
                     json_object_get_double_member (reference, "objective"));
  for (guint k = 0; k < 2; k++)
    {
      g_autofree char *left = g_build_filename (folder, k == 0 ? "x.npy" : "y.npy", NULL);

      g_unlink (left);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mixture/objective", test_objective);
  return g_test_run ();
}
