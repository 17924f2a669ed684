/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_describe.h"
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "core/base/system.h"

#include <stdio.h>

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

static void
print_methods (gboolean json)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array = cmd_json_array (object, "methods"), *parameters;
  guint n;
  const AyMapMethod *methods = ay_map_methods (&n);

  for (guint i = 0; i < n; i++)
    {
      JsonObject *one = cmd_json_append (array);

      cmd_json_text (one, "id", methods[i].id);
      cmd_json_text (one, "title", methods[i].title);
      cmd_json_text (one, "sentence", methods[i].sentence);
      parameters = cmd_json_array (one, "parameters");
      if (!json)
        printf ("%s: %s\n  %s\n", methods[i].id, methods[i].title, methods[i].sentence);
      for (const AyScoreParameter *p = methods[i].parameters; p->name != NULL; p++)
        {
          JsonObject *parameter = cmd_json_append (parameters);

          cmd_json_text (parameter, "name", p->name);
          cmd_json_text (parameter, "default", p->fallback);
          cmd_json_text (parameter, "sentence", p->sentence);
          if (!json)
            printf ("    -p %s=%s  %s\n", p->name, p->fallback, p->sentence);
        }
    }
  if (json)
    cmd_json_print (object);
}

/* What the columns are now called, the share only where it was compared. */
static const char *const *
columns_of (AyWork *work)
{
  static const char *const with[] = { "map_x", "map_y", "map_trust", NULL };
  static const char *const without[] = { "map_x", "map_y", NULL };
  g_autoptr (AyTable) columns = ay_work_columns (work, NULL);

  return columns != NULL && ay_table_find (columns, "map_trust") != NULL ? with : without;
}

static void
print_trust (JsonObject *certificate)
{
  if (json_object_has_member (certificate, "trustworthiness"))
    printf ("of each row's %" G_GINT64_FORMAT " nearest: trustworthiness %.4f, continuity %.4f, "
            "over %" G_GINT64_FORMAT " rows\n",
            json_object_get_int_member (certificate, "trust_k"),
            json_object_get_double_member (certificate, "trustworthiness"),
            json_object_get_double_member (certificate, "continuity"),
            json_object_get_int_member (certificate, "trust_sample"));
  if (json_object_has_member (certificate, "kl"))
    printf ("divergence %.4f\n", json_object_get_double_member (certificate, "kl"));
  printf ("%.2f s; %.0f MB of memory at most, mapped files among it\n",
          json_object_get_double_member (certificate, "seconds"),
          (double) ay_system_peak_memory () / 1e6);
}

static gboolean
print_result (CmdRun *run, AyWork *work, GError **error)
{
  const char *const *columns = columns_of (work);
  g_autoptr (GPtrArray) maps = ay_work_maps (work, error);
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array = cmd_json_array (object, "maps");

  if (maps == NULL)
    return FALSE;
  cmd_json_text (object, "method", run->args[1]);
  cmd_json_count (object, "peak_memory", ay_system_peak_memory ());
  for (guint i = 0; i < maps->len; i++)
    {
      const AyMapInfo *info = maps->pdata[i];

      json_array_add_string_element (array, info->id);
      if (!info->shown)
        continue;
      if (!run->json)
        print_trust (info->certificate);
      json_object_set_object_member (object, "certificate",
                                     json_object_ref (info->certificate));
    }
  if (!run->json)
    return cmd_describe_scores_text (work, columns, error);
  if (!cmd_describe_scores_json (work, columns, object, error))
    return FALSE;
  cmd_describe_diagnostics_json (ay_work_data (work)->diagnostics, object);
  cmd_json_print (object);
  return TRUE;
}

static gboolean
run_map (CmdRun *run, GError **error)
{
  g_autoptr (GHashTable) parameters = NULL;
  g_autoptr (AyWork) work = NULL;
  AyMapRequest request = { 0 };
  gsize n_before;

  if (given.list)
    {
      print_methods (run->json);
      return TRUE;
    }
  if (ay_map_find (run->args[1]) == NULL)
    return cmd_usage_error (error, "no map called %s; map --list names them", run->args[1]);
  parameters = cmd_parameters (given.parameters, error);
  work = parameters != NULL ? cmd_open (run, run->args[0], AY_WORKSPACE_WRITE, error) : NULL;
  if (work == NULL)
    return FALSE;
  n_before = ay_diagnostics_count (ay_work_data (work)->diagnostics);
  request.method = run->args[1];
  request.parameters = parameters;
  request.seed = run->seed;
  if (!ay_work_map (work, &request, run->job, error))
    return FALSE;
  cmd_begin_output (run);
  cmd_note_diagnostics (run, ay_work_data (work)->diagnostics, n_before);
  return print_result (run, work, error);
}

const Cmd cmd_map = {
  .name = "map",
  .operands = "WORK METHOD",
  .summary = "Place every row on a map (columns map_x, map_y and map_trust)",
  .min_args = 2,
  .max_args = 2,
  .options = options,
  .run = run_map,
  .list = &given.list,
};
