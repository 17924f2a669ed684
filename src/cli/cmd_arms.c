/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/work/arms.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* assay-cli arms: lists of rows to train the user's own model on, and its results back. */

static struct
{
  char *output;
} given;

static const GOptionEntry options[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &given.output, "The folder to write the lists into",
    "DIR" },
  { NULL },
};

static void
print_agreement (double share, gsize n)
{
  g_autofree char *said = ay_agreement_say (share, n);

  if (said != NULL)
    puts (said);
}

static gboolean
run_write (CmdRun *run, AyWork *work, GError **error)
{
  AyArms arms;

  if (!ay_work_arms_write (work, given.output, run->seed, &arms, run->job, error))
    return FALSE;
  cmd_begin_output (run);
  if (run->json)
    {
      g_autoptr (JsonObject) object = json_object_new ();

      cmd_json_text (object, "folder", given.output);
      cmd_json_count (object, "n_full", arms.n_full);
      cmd_json_count (object, "n_curated", arms.n_curated);
      cmd_json_count (object, "n_test", arms.n_test);
      ay_json_put_number (object, "agreement", arms.agreement);
      cmd_json_count (object, "n_agreement", arms.n_agreement);
      cmd_json_print (object);
      return TRUE;
    }
  printf ("%s: full.csv (%" G_GSIZE_FORMAT " training rows), curated.csv and random-1.csv to "
          "random-%d.csv (%" G_GSIZE_FORMAT " each), test.csv (%" G_GSIZE_FORMAT ")\n",
          given.output, arms.n_full, AY_ARMS_RANDOM, arms.n_curated, arms.n_test);
  printf ("train your model on each with at least %d seeds, fill in results.csv, then: assay-cli "
          "arms WORK import %s/results.csv\n", AY_ARMS_MIN_RUNS, given.output);
  print_agreement (arms.agreement, arms.n_agreement);
  return TRUE;
}

static void
add_band (JsonArray *array, const AyArmBand *band)
{
  JsonObject *one = cmd_json_append (array);

  cmd_json_text (one, "arm", band->arm);
  cmd_json_text (one, "against", band->against);
  cmd_json_text (one, "slice", band->slice);
  cmd_json_text (one, "metric", band->metric);
  cmd_json_count (one, "runs", band->n);
  cmd_json_bool (one, "enough", band->enough);
  ay_json_put_number (one, "difference", band->difference.mean);
  ay_json_put_number (one, "low", band->difference.low);
  ay_json_put_number (one, "high", band->difference.high);
}

static void
print_bands (const GPtrArray *bands)
{
  g_autoptr (CmdTable) table = cmd_table_new ("lllrrl");

  cmd_table_row (table, "your model", "slice", "metric", "runs", "difference",
                 "95 % band, paired by seed", NULL);
  for (guint k = 0; k < bands->len; k++)
    {
      const AyArmBand *band = g_ptr_array_index (bands, k);
      g_autofree char *name = g_strdup_printf ("%s - %s", band->arm, band->against);
      g_autofree char *runs = g_strdup_printf ("%" G_GSIZE_FORMAT, band->n);
      g_autofree char *told = NULL;
      char cells[3][CMD_TEXT_SIZE];

      told = band->enough ? g_strdup_printf ("%s to %s",
                                             cmd_text_change (band->difference.low, cells[0]),
                                             cmd_text_change (band->difference.high, cells[1]))
                          : g_strdup ("too few runs");
      cmd_table_row (table, name, band->slice, band->metric, runs,
                     cmd_text_change (band->difference.mean, cells[2]), told, NULL);
    }
  cmd_table_print (table, 0);
}

static gboolean
run_import (CmdRun *run, AyWork *work, GError **error)
{
  g_autoptr (GPtrArray) bands = NULL;
  gsize n_runs, n_empty, n_agreement;
  double agreement;

  bands = ay_work_arms_import (work, run->args[2], &n_runs, &n_empty, run->job, error);
  if (bands == NULL || !ay_work_agreement (work, &agreement, &n_agreement, run->job, error))
    return FALSE;
  cmd_begin_output (run);
  if (run->json)
    {
      g_autoptr (JsonObject) object = json_object_new ();
      JsonArray *array;

      cmd_json_count (object, "n_runs", n_runs);
      cmd_json_count (object, "n_empty", n_empty);
      array = cmd_json_array (object, "bands");
      for (guint k = 0; k < bands->len; k++)
        add_band (array, g_ptr_array_index (bands, k));
      ay_json_put_number (object, "agreement", agreement);
      cmd_json_count (object, "n_agreement", n_agreement);
      cmd_json_print (object);
      return TRUE;
    }
  printf ("%" G_GSIZE_FORMAT " runs, %" G_GSIZE_FORMAT " lines without a value\n", n_runs, n_empty);
  print_bands (bands);
  print_agreement (agreement, n_agreement);
  return TRUE;
}

static gboolean
run_arms (CmdRun *run, GError **error)
{
  gboolean importing = run->n_args == 3 && strcmp (run->args[1], "import") == 0;
  g_autoptr (AyWork) work = NULL;

  if (importing == (given.output != NULL) || (run->n_args > 1 && !importing))
    return cmd_usage_error (error, "arms: expected -o DIR, or import FILE");
  /* A workspace that can only be read will do: then nothing is kept of the results. */
  work = ay_work_open (run->args[0], AY_WORKSPACE_WRITE, run->moved, run->job, error);
  if (work == NULL)
    return FALSE;
  return importing ? run_import (run, work, error) : run_write (run, work, error);
}

const Cmd cmd_arms = {
  .name = "arms",
  .operands = "WORK [import FILE]",
  .summary = "Lists of rows to train your own model on, and its results back",
  .description = "With -o DIR: the full training set, the curated one, three random ones of the\n"
                 "same size, the test rows and a template for results. import FILE reads the\n"
                 "filled template: paired bands of the arms; fewer than three seeds are too few\n"
                 "runs.",
  .min_args = 1,
  .max_args = 3,
  .options = options,
  .run = run_arms,
};
