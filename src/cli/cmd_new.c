/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_describe.h"
#include "cli/cli_json.h"
#include "cli/cli_run.h"

#include <stdio.h>
#include <string.h>

/* assay-cli new: a workspace of data files. */

static struct
{
  char *features, *label, *target, *id, *split, *time, *text, *image, *probabilities, *weight;
  char *group, *dynamics, *class_names, *valid_features, *valid_label, *ragged, *missing;
  char *saw_labels, *out_of_sample, *near_copies;
  gdouble valid;
  gboolean header, no_header, latin1, embed;
} given = { .valid = -1.0 };

static const GOptionEntry options[] = {
  { "features", 0, 0, G_OPTION_ARG_FILENAME, &given.features,
    "Feature matrix: FILE, FILE:KEY, or columns by name or glob, several by commas "
    "(default: the numbers, categories of few values and text without a role)", "SOURCE" },
  { "label", 0, 0, G_OPTION_ARG_FILENAME, &given.label, "Class of each row", "SOURCE" },
  { "target", 0, 0, G_OPTION_ARG_FILENAME, &given.target,
    "Number to predict, instead of a class", "SOURCE" },
  { "id", 0, 0, G_OPTION_ARG_FILENAME, &given.id, "Id of each row (default: its number from 0)",
    "SOURCE" },
  { "split", 0, 0, G_OPTION_ARG_FILENAME, &given.split, "train, valid, test or pool of each row",
    "SOURCE" },
  { "time", 0, 0, G_OPTION_ARG_FILENAME, &given.time, "Time of each row", "SOURCE" },
  { "text", 0, 0, G_OPTION_ARG_FILENAME, &given.text, "Text of each row", "SOURCE" },
  { "image", 0, 0, G_OPTION_ARG_FILENAME, &given.image, "Image file of each row", "SOURCE" },
  { "probabilities", 0, 0, G_OPTION_ARG_FILENAME, &given.probabilities,
    "Your model's class probabilities, rows x classes", "SOURCE" },
  { "weight", 0, 0, G_OPTION_ARG_FILENAME, &given.weight, "Weight of each row", "SOURCE" },
  { "group", 0, 0, G_OPTION_ARG_FILENAME, &given.group,
    "Rows of one group stay in one part", "SOURCE" },
  { "dynamics", 0, 0, G_OPTION_ARG_FILENAME, &given.dynamics,
    "Logits of a training run, NPY or NPZ: epochs x rows x classes", "FILE" },
  { "class-names", 0, 0, G_OPTION_ARG_FILENAME, &given.class_names,
    "File of class names: one a line, or a JSON object code -> name", "FILE" },
  { "valid-features", 0, 0, G_OPTION_ARG_FILENAME, &given.valid_features,
    "Features of a validation set of its own", "FILE" },
  { "valid-label", 0, 0, G_OPTION_ARG_FILENAME, &given.valid_label,
    "Labels of that validation set", "FILE" },
  { "valid", 0, 0, G_OPTION_ARG_DOUBLE, &given.valid,
    "Share drawn for validation and test where no split is given (default 0.2)", "FRACTION" },
  { "ragged", 0, 0, G_OPTION_ARG_FILENAME, &given.ragged,
    "A line of a wrong field count: error (default), pad or skip", "WHAT" },
  { "missing", 0, 0, G_OPTION_ARG_FILENAME, &given.missing,
    "Rows with a missing feature: impute (default), drop or refuse", "WHAT" },
  { "near-copies", 0, 0, G_OPTION_ARG_FILENAME, &given.near_copies,
    "Rows of a cosine of at least 0.99, where parts are drawn: auto (default: in one part each, up "
    "to 100000 rows), whole (with more rows, too) or ignore", "WHAT" },
  { "header", 0, 0, G_OPTION_ARG_NONE, &given.header, "The first line is names", NULL },
  { "no-header", 0, 0, G_OPTION_ARG_NONE, &given.no_header, "The first line is data", NULL },
  { "latin1", 0, 0, G_OPTION_ARG_NONE, &given.latin1,
    "Delimited text that is not UTF-8 is Latin-1 (Windows-1252)", NULL },
  { "features-saw-labels", 0, 0, G_OPTION_ARG_FILENAME, &given.saw_labels,
    "Was the encoder of the features trained on these labels? yes or no", "ANSWER" },
  { "probabilities-out-of-sample", 0, 0, G_OPTION_ARG_FILENAME, &given.out_of_sample,
    "Were the probabilities made by models that had not seen the row? yes or no", "ANSWER" },
  { "embed", 0, 0, G_OPTION_ARG_NONE, &given.embed,
    "Keep the data and the features made of it inside the workspace", NULL },
  { NULL },
};

/* Index of word (nullable: the first) in a NULL-terminated list; a usage error names the option. */
static gboolean
parse_word (const char *option, const char *word, const char *const *words, int *value,
            GError **error)
{
  g_autofree char *all = NULL;

  *value = 0;
  if (word == NULL)
    return TRUE;
  for (int i = 0; words[i] != NULL; i++)
    if (strcmp (words[i], word) == 0)
      {
        *value = i;
        return TRUE;
      }
  all = g_strjoinv (", ", (char **) words);
  return cmd_usage_error (error, "--%s %s: expected one of %s", option, word, all);
}

static gboolean
parse_words (AyLoadOptions *load, GError **error)
{
  static const char *const ragged[] = { "error", "pad", "skip", NULL };
  static const char *const missing[] = { "impute", "drop", "refuse", NULL };
  static const char *const near_copies[] = { "auto", "whole", "ignore", NULL };
  static const char *const answers[] = { "unknown", "no", "yes", NULL };
  int value;

  if (!parse_word ("ragged", given.ragged, ragged, &value, error))
    return FALSE;
  load->source.ragged = value;
  if (!parse_word ("missing", given.missing, missing, &value, error))
    return FALSE;
  load->missing = value;
  if (!parse_word ("near-copies", given.near_copies, near_copies, &value, error))
    return FALSE;
  load->near_copies = value;
  if (!parse_word ("features-saw-labels", given.saw_labels, answers, &value, error))
    return FALSE;
  load->features_saw_labels = value;
  if (!parse_word ("probabilities-out-of-sample", given.out_of_sample, answers, &value, error))
    return FALSE;
  load->probabilities_out_of_sample = value;
  return TRUE;
}

static gboolean
check_given (const CmdRun *run, GError **error)
{
  if (!g_str_has_suffix (run->args[0], ".assay"))
    return cmd_usage_error (error, "%s: the name of a workspace ends with .assay", run->args[0]);
  if (given.label != NULL && given.target != NULL)
    return cmd_usage_error (error, "--label and --target exclude each other");
  if (given.header && given.no_header)
    return cmd_usage_error (error, "--header and --no-header exclude each other");
  if ((given.valid_features != NULL) != (given.valid_label != NULL))
    return cmd_usage_error (error, "--valid-features and --valid-label go together");
  if (given.valid != -1.0 && !(given.valid > 0.0 && given.valid < 1.0))
    return cmd_usage_error (error, "--valid: expected a share between 0 and 1");
  if (given.valid != -1.0 && given.valid_features != NULL)
    return cmd_usage_error (error, "--valid and --valid-features exclude each other");
  if (run->n_args == 1 && given.features == NULL)
    return cmd_usage_error (error, "new: expected an INPUT, or --features FILE");
  return TRUE;
}

static AyLoadOptions *
make_load_options (const CmdRun *run, GError **error)
{
  g_autoptr (AyLoadOptions) load = ay_load_options_new ();

  g_clear_pointer (&load->inputs, g_strfreev);
  load->inputs = g_strdupv (run->args + 1);
  load->features = g_strdup (given.features);
  load->label = g_strdup (given.label);
  load->target = g_strdup (given.target);
  load->id = g_strdup (given.id);
  load->split = g_strdup (given.split);
  load->time = g_strdup (given.time);
  load->text = g_strdup (given.text);
  load->image = g_strdup (given.image);
  load->probabilities = g_strdup (given.probabilities);
  load->weight = g_strdup (given.weight);
  load->group = g_strdup (given.group);
  load->dynamics = g_strdup (given.dynamics);
  load->class_names = g_strdup (given.class_names);
  load->valid_features = g_strdup (given.valid_features);
  load->valid_label = g_strdup (given.valid_label);
  if (given.valid != -1.0)
    load->valid_fraction = given.valid;
  load->source.has_header = given.header;
  load->source.no_header = given.no_header;
  load->source.latin1 = given.latin1;
  load->seed = run->seed;
  load->embed = given.embed;
  return parse_words (load, error) ? g_steal_pointer (&load) : NULL;
}

static gboolean
run_new (CmdRun *run, GError **error)
{
  g_autoptr (AyLoadOptions) load = NULL;
  g_autoptr (AyLoadOptions) before = NULL;
  g_autoptr (AyWork) work = NULL;
  AyDiagnostics *diagnostics;

  if (!check_given (run, error))
    return FALSE;
  load = make_load_options (run, error);
  before = load != NULL ? make_load_options (run, error) : NULL;
  if (before == NULL)
    return FALSE;
  work = ay_work_new (run->args[0], load, run->job, error);
  if (work == NULL)
    return FALSE;

  diagnostics = ay_work_data (work)->diagnostics;
  cmd_begin_output (run);
  if (run->json)
    {
      g_autoptr (JsonObject) object = json_object_new ();

      cmd_json_text (object, "workspace", run->args[0]);
      cmd_describe_data_json (work, object);
      cmd_describe_diagnostics_json (diagnostics, object);
      cmd_json_print (object);
      return TRUE;
    }
  printf ("%s: ", run->args[0]);
  cmd_describe_data_text (work, before);
  cmd_note_diagnostics (run, diagnostics, 0);
  return TRUE;
}

const Cmd cmd_new = {
  .name = "new",
  .operands = "WORK.assay [INPUT...]",
  .summary = "Make a workspace of data files",
  .description
  = "INPUTs of equal columns are concatenated. A SOURCE that names an existing file is a file,\n"
    "else a column of INPUT; file: and col: force it. Roles that are not given are guessed and\n"
    "shown. The raw data stays in your files, unless --embed copies it into the workspace.",
  .min_args = 1,
  .max_args = -1,
  .options = options,
  .run = run_new,
};
