/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_list.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/work/work_savings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* assay-cli savings: what a recipe saves, from stated inputs. */

static struct
{
  char **inputs;
  char *recipe, *country, *currency, *emissions, *trainer, *grid;
  gboolean list;
} given;

static const GOptionEntry options[] = {
  { "parameter", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &given.inputs,
    "An input: KEY=LIKELY or KEY=LOW,LIKELY,HIGH; remembered (repeatable)", "KEY=VALUE" },
  { "country", 0, 0, G_OPTION_ARG_FILENAME, &given.country,
    "Country of the grid, by name or code (default: the world's average)", "NAME" },
  { "currency", 0, 0, G_OPTION_ARG_FILENAME, &given.currency, "Of the prices (default USD)",
    "CODE" },
  { "emissions", 0, 0, G_OPTION_ARG_FILENAME, &given.emissions,
    "Energy and hours of a training by codecarbon's emissions.csv", "FILE" },
  { "trainer-state", 0, 0, G_OPTION_ARG_FILENAME, &given.trainer,
    "Operations of a training by total_flos of Hugging Face's trainer_state.json", "FILE" },
  { "recipe", 0, 0, G_OPTION_ARG_FILENAME, &given.recipe,
    "The recipe whose rows are saved (default: as curate)", "FILE" },
  { "grid", 0, 0, G_OPTION_ARG_FILENAME, &given.grid,
    "Table of grid intensities: country,code,g_per_kwh,year,source", "FILE" },
  { "list", 0, 0, G_OPTION_ARG_NONE, &given.list, "List the inputs", NULL },
  { NULL },
};

static gboolean
list_inputs (CmdRun *run)
{
  CmdList *list = cmd_list_new ("inputs", "id sentence unit");
  const AySavingsInputType *types = ay_savings_input_types ();

  for (guint i = 0; i < AY_N_SAVINGS_INPUTS; i++)
    {
      cmd_list_add (list, types[i].id, types[i].sentence, types[i].unit, NULL);
      cmd_list_number (list, "default", types[i].fallback);
    }
  return cmd_list_print (list, run);
}

static gboolean
is_any_given (void)
{
  return given.inputs != NULL || given.country != NULL || given.currency != NULL
         || given.emissions != NULL || given.trainer != NULL;
}

/* What was given now is remembered. */
static gboolean
remember (AyWork *work, GError **error)
{
  g_autoptr (GHashTable) pairs = cmd_parameters (given.inputs, error);
  AySavingsInputs inputs;
  GHashTableIter iter;
  gpointer key, value;
  gsize n_runs;
  gboolean ok = pairs != NULL && ay_work_stored_savings (work, &inputs, error);

  if (!ok)
    return FALSE;
  g_hash_table_iter_init (&iter, pairs);
  while (ok && g_hash_table_iter_next (&iter, &key, &value))
    ok = ay_savings_inputs_set (&inputs, key, value, error);
  ok = ok && (given.country == NULL
              || ay_savings_inputs_set (&inputs, "country", given.country, error))
       && (given.currency == NULL
           || ay_savings_inputs_set (&inputs, "currency", given.currency, error))
       && (given.emissions == NULL
           || ay_savings_read_emissions (&inputs, given.emissions, &n_runs, error))
       && (given.trainer == NULL
           || ay_savings_read_trainer (&inputs, given.trainer, error));
  ok = ok && ay_work_keep_savings (work, &inputs, error);
  ay_savings_inputs_clear (&inputs);
  return ok;
}

static void
add_range (JsonObject *into, const AyRange *range)
{
  ay_json_put_number (into, "low", range->low);
  ay_json_put_number (into, "likely", range->likely);
  ay_json_put_number (into, "high", range->high);
}

static void
print_json (const AySavingsInputs *in, const AySavings *out)
{
  g_autoptr (JsonObject) object = json_object_new ();
  const AySavingsInputType *types = ay_savings_input_types ();
  const AySavingsOutputType *outputs = ay_savings_output_types ();
  JsonArray *array;

  cmd_json_count (object, "rows", in->n_rows);
  cmd_json_count (object, "rows_saved", in->n_saved);
  cmd_json_text (object, "currency", in->currency);
  cmd_json_text (object, "intensity_from", in->intensity_from);
  cmd_json_text (object, "labels_from", in->labels_from);
  array = cmd_json_array (object, "inputs");
  for (guint i = 0; i < AY_N_SAVINGS_INPUTS; i++)
    {
      JsonObject *one = cmd_json_append (array);

      cmd_json_text (one, "id", types[i].id);
      cmd_json_text (one, "unit", types[i].unit);
      cmd_json_text (one, "sentence", types[i].sentence);
      cmd_json_bool (one, "given", in->given[i]);
      add_range (one, &in->in[i]);
    }
  array = cmd_json_array (object, "savings");
  for (guint i = 0; i < AY_N_SAVINGS_OUTPUTS; i++)
    {
      JsonObject *one = cmd_json_append (array);

      cmd_json_text (one, "id", outputs[i].id);
      cmd_json_text (one, "title", outputs[i].title);
      cmd_json_text (one, "unit", outputs[i].unit);
      cmd_json_text (one, "formula", outputs[i].formula);
      add_range (one, &out->out[i]);
      cmd_json_text (one, "why", out->why[i]);
    }
  cmd_json_print (object);
}

static void
add_row (CmdTable *table, const char *name, const AyRange *range, const char *more)
{
  char low[CMD_TEXT_SIZE], likely[CMD_TEXT_SIZE], high[CMD_TEXT_SIZE];

  cmd_table_row (table, name, cmd_text_number (range->low, low),
                 cmd_text_number (range->likely, likely), cmd_text_number (range->high, high),
                 more, NULL);
}

static void
print_text (const AySavingsInputs *in, const AySavings *out)
{
  g_autoptr (CmdTable) table = cmd_table_new ("lrrrl");
  const AySavingsInputType *types = ay_savings_input_types ();
  const AySavingsOutputType *outputs = ay_savings_output_types ();

  printf ("%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " training and pool rows go; money in %s\n",
          in->n_saved, in->n_rows, in->currency);
  cmd_table_row (table, "saved", "low", "likely", "high", "", NULL);
  for (guint i = 0; i < AY_N_SAVINGS_OUTPUTS; i++)
    if (out->why[i] == NULL)
      add_row (table, outputs[i].title, &out->out[i], "");
    else
      cmd_table_row (table, outputs[i].title, "", "", "", out->why[i], NULL);
  cmd_table_row (table, "", "", "", "", "", NULL);
  cmd_table_row (table, "from", "low", "likely", "high", "", NULL);
  for (guint i = 0; i < AY_N_SAVINGS_INPUTS; i++)
    if (!isnan (in->in[i].likely))
      add_row (table, types[i].id, &in->in[i],
               i == AY_IN_INTENSITY ? in->intensity_from
               : in->given[i]       ? "given"
               : i == AY_IN_BYTES_ROW ? "by the files" : "assumed");
  cmd_table_print (table, 0);
  puts ("time and energy of training are taken to be proportional to its rows");
  printf ("labels: %s\n", in->labels_from);
}

static gboolean
run_savings (CmdRun *run, GError **error)
{
  AyPlanOptions how = { FALSE };
  g_autoptr (AyRecipe) recipe = NULL;
  g_autoptr (AyWork) work = NULL;
  g_autoptr (AyPlan) plan = NULL;
  AySavingsInputs inputs;
  AySavings found;
  gboolean ok;

  if (given.list)
    return list_inputs (run);
  recipe = given.recipe != NULL ? ay_recipe_read (given.recipe, error) : ay_recipe_new_default ();
  if (recipe != NULL)
    work = cmd_open (run, run->args[0], is_any_given () ? AY_WORKSPACE_WRITE : AY_WORKSPACE_READ,
                     error);
  if (work == NULL || (is_any_given () && !remember (work, error)))
    return FALSE;
  plan = ay_work_plan (work, recipe, &how, run->job, error);
  if (plan == NULL)
    return FALSE;
  ok = ay_work_savings_inputs (work, plan, given.grid, &inputs, error);
  if (ok)
    {
      ay_savings_compute (&inputs, &found);
      cmd_begin_output (run);
      (run->json ? print_json : print_text) (&inputs, &found);
      ay_savings_clear (&found);
    }
  ay_savings_inputs_clear (&inputs);
  return ok;
}

const Cmd cmd_savings = {
  .name = "savings",
  .operands = "WORK",
  .summary = "What a recipe saves in labels, hours, bytes, money and CO2, from stated inputs",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run_savings,
  .list = &given.list,
};
