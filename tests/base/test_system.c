/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/parallel.h"
#include "core/base/system.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static void
test_describe (void)
{
  g_autoptr (AySystem) system = NULL;
  const char *const *variables;

  g_setenv ("OPENBLAS_L2_SIZE", "512", TRUE);
  system = ay_system_new ();
  variables = (const char *const *) system->blas_variables;
  g_assert_cmpstr (system->cpu, !=, "");
  g_assert_cmpuint (system->cores, >=, 1);
  g_assert_cmpuint (system->threads, ==, ay_threads ());
  g_assert_cmpuint (system->memory, ==,
                    (guint64) sysconf (_SC_PHYS_PAGES) * (guint64) sysconf (_SC_PAGESIZE));
  /* OpenBLAS's own line about itself names the kernel it took. */
  g_assert_nonnull (strstr (system->blas_config, "OpenBLAS"));
  g_assert_nonnull (strstr (system->blas_config, system->blas_kernel));
  g_assert_true (g_strv_contains (variables, "OPENBLAS_L2_SIZE=512"));
  for (guint i = 0; variables[i] != NULL; i++)
    g_assert_true (g_str_has_prefix (variables[i], "OPENBLAS_"));
}

static void
test_measure (void)
{
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (GError) error = NULL;
  double gflops = NAN;

  g_assert_true (ay_system_measure (&gflops, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (isfinite (gflops) && gflops > 0.0);
  ay_job_cancel (job);
  g_assert_false (ay_system_measure (&gflops, job, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/system/describe", test_describe);
  g_test_add_func ("/system/measure", test_measure);
  return g_test_run ();
}
