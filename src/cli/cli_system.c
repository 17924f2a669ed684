/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_system.h"

#include "cli/cli_json.h"
#include "cli/cli_text.h"
#include "core/base/json_text.h"
#include "core/base/parallel.h"
#include "core/base/system.h"

#include <math.h>
#include <stdio.h>

/* Slower than this share of the speed without the variables counts as held back. */
#define HELD_BACK 0.9

/* What a run without the variables found. */
typedef struct
{
  char *kernel;  /* (nullable): it could not be run */
  double gflops;
} Unset;

static gboolean
read_unset (const char *json, Unset *out)
{
  g_autoptr (JsonNode) root = ay_json_read (json, -1, NULL);

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return FALSE;
  out->kernel = g_strdup (
      json_object_get_string_member_with_default (json_node_get_object (root), "kernel", NULL));
  out->gflops
      = json_object_get_double_member_with_default (json_node_get_object (root), "gflops", NAN);
  return out->kernel != NULL;
}

/* Runs `info --system` again with the OPENBLAS_* variables taken out. */
static gboolean
run_unset (const AySystem *system, Unset *out)
{
  char threads[16];
  const char *const argv[]
      = { "/proc/self/exe", "--json", "--threads", threads, "info", "--system", NULL };
  g_auto (GStrv) environment = g_get_environ ();
  g_autofree char *json = NULL;
  int status;

  g_snprintf (threads, sizeof threads, "%u", system->threads);
  for (char **at = system->blas_variables; *at != NULL; at++)
    {
      g_auto (GStrv) pair = g_strsplit (*at, "=", 2);

      environment = g_environ_unsetenv (environment, pair[0]);
    }
  return g_spawn_sync (NULL, (char **) argv, environment, G_SPAWN_DEFAULT, NULL, NULL, &json, NULL,
                       &status, NULL)
         && g_spawn_check_wait_status (status, NULL) && read_unset (json, out);
}

static char *
describe_hold (const AySystem *system, double gflops, const Unset *unset)
{
  g_autofree char *names = g_strjoinv (" ", system->blas_variables);
  char with[CMD_TEXT_SIZE], without[CMD_TEXT_SIZE];

  g_ascii_formatd (with, sizeof with, "%.0f", gflops);
  g_ascii_formatd (without, sizeof without, "%.0f", unset->gflops);
  if (unset->kernel == NULL)
    return g_strdup_printf ("%s is set in the environment; the speed without it is not known",
                            names);
  if (gflops < HELD_BACK * unset->gflops)
    return g_strdup_printf ("%s holds the kernels back: %s GFLOP/s with it, %s without (%s); unset "
                            "it", names, with, without, unset->kernel);
  return g_strdup_printf ("%s is set and does no harm: %s GFLOP/s with it, %s without (%s)", names,
                          with, without, unset->kernel);
}

static void
print_json (const AySystem *system, double gflops, const Unset *unset, const char *hold)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *variables;

  cmd_json_text (object, "cpu", system->cpu);
  cmd_json_count (object, "cores", system->cores);
  cmd_json_count (object, "threads", system->threads);
  cmd_json_count (object, "memory", system->memory);
  cmd_json_text (object, "kernel", system->blas_kernel);
  cmd_json_text (object, "openblas", system->blas_config);
  ay_json_put_number (object, "gflops", gflops);
  variables = cmd_json_array (object, "variables");
  for (char **at = system->blas_variables; *at != NULL; at++)
    json_array_add_string_element (variables, *at);
  ay_json_put_number (object, "gflops_unset", unset->kernel != NULL ? unset->gflops : NAN);
  cmd_json_text (object, "kernel_unset", unset->kernel);
  cmd_json_bool (object, "held_back",
                 unset->kernel != NULL && gflops < HELD_BACK * unset->gflops);
  cmd_json_text (object, "sentence", hold);
  cmd_json_print (object);
}

static void
print_text (const AySystem *system, double gflops, const char *hold)
{
  char number[CMD_TEXT_SIZE];

  printf ("processor: %s\n", system->cpu);
  printf ("cores: %u, threads used: %u\n", system->cores, system->threads);
  printf ("memory: %s GiB\n",
          g_ascii_formatd (number, sizeof number, "%.1f", (double) system->memory / (1 << 30)));
  printf ("OpenBLAS kernel: %s (%s)\n", system->blas_kernel, system->blas_config);
  printf ("matrix products: %s GFLOP/s (f32, measured now)\n",
          g_ascii_formatd (number, sizeof number, "%.0f", gflops));
  if (hold != NULL)
    puts (hold);
}

gboolean
cmd_system_print (CmdRun *run, GError **error)
{
  g_autoptr (AySystem) system = ay_system_new ();
  Unset unset = { NULL, NAN };
  g_autofree char *hold = NULL;
  double gflops;

  if (!ay_system_measure (&gflops, run->job, error))
    return FALSE;
  if (system->blas_variables[0] != NULL)
    {
      run_unset (system, &unset);
      hold = describe_hold (system, gflops, &unset);
    }
  cmd_begin_output (run);
  if (run->json)
    print_json (system, gflops, &unset, hold);
  else
    print_text (system, gflops, hold);
  g_free (unset.kernel);
  return TRUE;
}
