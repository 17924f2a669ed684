/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/system.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <cblas.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The measurement: every worker multiplies its own two matrices, so that nothing is shared but the
 * caches; 2 x 512^3 = 0.27 GFLOP a block is 1 to 5 ms on one core of today. A first round that is
 * not timed brings the clock and the pages up. */
#define SIDE 512
#define BLOCKS_PER_WORKER 12
#define ROUNDS 4

extern char **environ;

static char *
read_cpu_name (void)
{
  g_autofree char *text = NULL;
  const char *at, *end;

  if (!g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    return g_strdup ("unknown");
  at = strstr (text, "model name");
  at = at != NULL ? strchr (at, ':') : NULL;
  end = at != NULL ? strchr (at, '\n') : NULL;
  return end != NULL ? g_strstrip (g_strndup (at + 1, end - at - 1)) : g_strdup ("unknown");
}

static char **
find_variables (void)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  for (char **at = environ; *at != NULL; at++)
    if (g_str_has_prefix (*at, "OPENBLAS_"))
      g_ptr_array_add (found, g_strdup (*at));
  g_ptr_array_add (found, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&found), FALSE);
}

AySystem *
ay_system_new (void)
{
  AySystem *self = g_new0 (AySystem, 1);
  long pages = sysconf (_SC_PHYS_PAGES);
  long page = sysconf (_SC_PAGESIZE);

  self->cpu = read_cpu_name ();
  self->cores = g_get_num_processors ();
  self->threads = ay_threads ();
  self->memory = pages > 0 && page > 0 ? (guint64) pages * (guint64) page : 0;
  self->blas_kernel = g_strdup (openblas_get_corename ());
  self->blas_config = g_strstrip (g_strdup (openblas_get_config ()));
  self->blas_variables = find_variables ();
  return self;
}

void
ay_system_free (AySystem *self)
{
  g_free (self->cpu);
  g_free (self->blas_kernel);
  g_free (self->blas_config);
  g_strfreev (self->blas_variables);
  g_free (self);
}

static void
multiply_block (gsize block, guint worker, gpointer data)
{
  float *a = (float *) data + (gsize) worker * 3 * SIDE * SIDE;
  const float *b = a + SIDE * SIDE;

  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE, 1.0F, a, SIDE, b, SIDE,
               0.0F, a + 2 * SIDE * SIDE, SIDE);
}

gboolean
ay_system_measure (double *gflops, AyJob *job, GError **error)
{
  const gsize n_blocks = (gsize) ay_threads () * BLOCKS_PER_WORKER;
  const gsize n_values = (gsize) ay_threads () * 3 * SIDE * SIDE;
  g_autofree float *buffers = ay_try_alloc (n_values, sizeof (float), "matrix products", error);

  *gflops = 0.0;
  if (buffers == NULL)
    return FALSE;
  for (gsize i = 0; i < n_values; i++)
    buffers[i] = (float) (i % 17) - 8.0F;
  for (int round = 0; round <= ROUNDS; round++)
    {
      gint64 start = g_get_monotonic_time ();
      double seconds;

      if (!ay_parallel_for (n_blocks, multiply_block, buffers, job, error))
        return FALSE;
      seconds = (double) (g_get_monotonic_time () - start) * 1e-6;
      if (round > 0 && seconds > 0.0)
        *gflops = MAX (*gflops, 2e-9 * SIDE * SIDE * SIDE * (double) n_blocks / seconds);
    }
  return TRUE;
}

guint64
ay_system_peak_memory (void)
{
  struct rusage usage;

  return getrusage (RUSAGE_SELF, &usage) == 0 ? (guint64) usage.ru_maxrss * 1024 : 0;
}
