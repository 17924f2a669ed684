/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_describe.h"
#include "cli/cli_json.h"
#include "cli/cli_run.h"

#include <stdio.h>
#include <string.h>

/* assay-cli map: two coordinates for every row. */

static struct
{
  char **parameters;
  gboolean list;
} given;

static const GOptionEntry options[] = {
  { "parameter", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &given.parameters,
    "Set a parameter of the method; may be repeated", "KEY=VALUE" },
  { "list", 0, 0, G_OPTION_ARG_NONE, &given.list, "List the methods", NULL },
  { NULL },
};

static const struct
{
  const char *id, *sentence;
} methods[] = {
  { "pca", "The two directions in which the standardised features vary most" },
};

static void
print_methods (gboolean json)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array = cmd_json_array (object, "methods");

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      JsonObject *one = cmd_json_append (array);

      cmd_json_text (one, "id", methods[i].id);
      cmd_json_text (one, "sentence", methods[i].sentence);
      if (!json)
        printf ("%s: %s\n", methods[i].id, methods[i].sentence);
    }
  if (json)
    cmd_json_print (object);
}

static gboolean
run_map (CmdRun *run, GError **error)
{
  static const char *const columns[] = { "map_x", "map_y", NULL };
  g_autoptr (GHashTable) parameters = NULL;
  g_autoptr (AyWork) work = NULL;
  g_autoptr (JsonObject) object = NULL;

  if (given.list)
    {
      print_methods (run->json);
      return TRUE;
    }
  parameters = cmd_parameters (given.parameters, error);
  work = parameters != NULL ? cmd_open (run, run->args[0], AY_WORKSPACE_WRITE, error) : NULL;
  if (work == NULL
      || !ay_work_map (work, run->args[1], parameters, run->seed, run->job, error))
    return FALSE;
  cmd_begin_output (run);
  if (!run->json)
    return cmd_describe_scores_text (work, columns, error);
  object = json_object_new ();
  cmd_json_text (object, "method", run->args[1]);
  if (!cmd_describe_scores_json (work, columns, object, error))
    return FALSE;
  cmd_json_print (object);
  return TRUE;
}

const Cmd cmd_map = {
  .name = "map",
  .operands = "WORK METHOD",
  .summary = "Place every row on a map (columns map_x and map_y)",
  .min_args = 2,
  .max_args = 2,
  .options = options,
  .run = run_map,
  .list = &given.list,
};
