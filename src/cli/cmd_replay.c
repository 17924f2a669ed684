/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "core/work/plan.h"

#include <stdio.h>

/* assay-cli replay: the curated data again, from an applied recipe. */

static struct
{
  char *output;
} given;

static const GOptionEntry options[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &given.output,
    "The file; its ending says the format: csv tsv jsonl json npy npz", "FILE" },
  { NULL },
};

static gboolean
run_replay (CmdRun *run, GError **error)
{
  g_autoptr (JsonObject) object = NULL;
  gsize n = 0;

  if (given.output == NULL)
    return cmd_usage_error (error, "replay: expected -o FILE");
  if (!ay_replay (run->args[0], run->moved, given.output, &n, run->job, error))
    return FALSE;
  cmd_begin_output (run);
  if (!run->json)
    {
      printf ("%s: %" G_GSIZE_FORMAT " rows\n", given.output, n);
      return TRUE;
    }
  object = json_object_new ();
  cmd_json_text (object, "file", given.output);
  cmd_json_count (object, "n", n);
  cmd_json_print (object);
  return TRUE;
}

const Cmd cmd_replay = {
  .name = "replay",
  .operands = "RECIPE -o FILE",
  .summary = "Write the curated data again from an applied recipe, without a workspace",
  .description = "The same inputs give the same bytes. An input that is another one is refused.",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run_replay,
};
