/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_describe.h"
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"

#include <stdio.h>

/* assay-cli score: computes scores and stores them in the workspace. */

static struct
{
  char **parameters;
  gboolean list;
} given;

static const GOptionEntry options[] = {
  { "parameter", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &given.parameters,
    "Set a parameter of a method or of the head; may be repeated", "KEY=VALUE" },
  { "list", 0, 0, G_OPTION_ARG_NONE, &given.list, "List the methods and their parameters", NULL },
  { NULL },
};

static const struct
{
  const char *name, *fallback, *sentence;
} head_parameters[] = {
  { "lambda_mean", "1e-3", "L2 on the mean loss; auto chooses it by folds inside train" },
  { "lambda", "", "L2 on the summed loss, instead" },
  { "standardise", "yes", "features to mean 0 and deviation 1 on train: yes or no" },
  { "scale", "1", "features times this" },
  { "tolerance", "1e-8", "gradient norm of the mean objective at which the fit ends" },
  { "target", "plain", "validation loss that effects are on: plain or balanced (classes alike)" },
  { "slice", "", "SQL condition: only validation rows that meet it; of score in a column of "
                  "its own, and not remembered" },
};

static void
print_parameter (const char *name, const char *fallback, const char *sentence)
{
  printf ("    -p %s=%s  %s\n", name, fallback != NULL ? fallback : "", sentence);
}

static void
list_as_text (void)
{
  guint n;
  const AyScoreMethod *methods = ay_score_methods (&n);

  for (guint i = 0; i < n; i++)
    {
      const AyScoreMethod *method = &methods[i];

      printf ("%s: %s (%s%s%s)\n  %s\n", method->id, method->title,
              ay_score_kind_name (method->kind), *method->unit != '\0' ? ", " : "", method->unit,
              method->sentence);
      for (const AyScoreParameter *p = method->parameters; p != NULL && p->name != NULL; p++)
        print_parameter (p->name, p->fallback, p->sentence);
    }
  puts ("head, for all of them, remembered by the workspace:");
  for (guint i = 0; i < G_N_ELEMENTS (head_parameters); i++)
    print_parameter (head_parameters[i].name, head_parameters[i].fallback,
                     head_parameters[i].sentence);
}

static void
add_parameter (JsonArray *array, const char *name, const char *fallback, const char *sentence)
{
  JsonObject *one = cmd_json_append (array);

  cmd_json_text (one, "name", name);
  cmd_json_text (one, "default", fallback);
  cmd_json_text (one, "sentence", sentence);
}

static void
list_as_json (void)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array = cmd_json_array (object, "scores");
  guint n;
  const AyScoreMethod *methods = ay_score_methods (&n);

  for (guint i = 0; i < n; i++)
    {
      const AyScoreMethod *method = &methods[i];
      JsonObject *one = cmd_json_append (array);
      JsonArray *parameters;

      cmd_json_text (one, "id", method->id);
      cmd_json_text (one, "title", method->title);
      cmd_json_text (one, "sentence", method->sentence);
      cmd_json_text (one, "kind", ay_score_kind_name (method->kind));
      cmd_json_text (one, "direction", ay_direction_name (method->direction));
      cmd_json_text (one, "unit", method->unit);
      parameters = cmd_json_array (one, "parameters");
      for (const AyScoreParameter *p = method->parameters; p != NULL && p->name != NULL; p++)
        add_parameter (parameters, p->name, p->fallback, p->sentence);
    }
  array = cmd_json_array (object, "head_parameters");
  for (guint i = 0; i < G_N_ELEMENTS (head_parameters); i++)
    add_parameter (array, head_parameters[i].name, head_parameters[i].fallback,
                   head_parameters[i].sentence);
  cmd_json_print (object);
}

/* The columns that the scores were kept in. (transfer full) */
static char **
columns_of (AyWork *work, const char *const *ids, GHashTable *parameters)
{
  GPtrArray *columns = g_ptr_array_new ();

  for (; *ids != NULL; ids++)
    g_ptr_array_add (columns, ay_work_score_column (work, *ids, parameters));
  g_ptr_array_add (columns, NULL);
  return (char **) g_ptr_array_free (columns, FALSE);
}

static gboolean
print_result (CmdRun *run, AyWork *work, GHashTable *parameters, GError **error)
{
  g_auto (GStrv) columns
      = columns_of (work, (const char *const *) run->args + 1, parameters);
  const char *const *ids = (const char *const *) columns;

  if (run->json)
    {
      g_autoptr (JsonObject) object = json_object_new ();

      if (!cmd_describe_scores_json (work, ids, object, error))
        return FALSE;
      cmd_describe_diagnostics_json (ay_work_data (work)->diagnostics, object);
      cmd_json_print (object);
      return TRUE;
    }
  return cmd_describe_scores_text (work, ids, error);
}

static gboolean
run_score (CmdRun *run, GError **error)
{
  g_autoptr (GHashTable) parameters = NULL;
  g_autoptr (AyWork) work = NULL;
  const char *const *ids = (const char *const *) run->args + 1;
  gsize n_before;

  if (given.list)
    {
      if (run->json)
        list_as_json ();
      else
        list_as_text ();
      return TRUE;
    }
  for (const char *const *id = ids; *id != NULL; id++)
    if (ay_score_find (*id) == NULL)
      return cmd_usage_error (error, "no score called %s; score --list names them", *id);
  parameters = cmd_parameters (given.parameters, error);
  work = parameters != NULL ? cmd_open (run, run->args[0], AY_WORKSPACE_WRITE, error) : NULL;
  if (work == NULL)
    return FALSE;
  n_before = ay_diagnostics_count (ay_work_data (work)->diagnostics);
  if (!ay_work_score (work, ids, parameters, run->seed, run->job, error))
    return FALSE;
  cmd_begin_output (run);
  cmd_note_diagnostics (run, ay_work_data (work)->diagnostics, n_before);
  return print_result (run, work, parameters, error);
}

const Cmd cmd_score = {
  .name = "score",
  .operands = "WORK METHOD...",
  .summary = "Compute scores of every row and store them",
  .min_args = 2,
  .max_args = -1,
  .options = options,
  .run = run_score,
  .list = &given.list,
};
