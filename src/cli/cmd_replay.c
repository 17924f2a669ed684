/* SPDX-License-Identifier: GPL-3.0-or-later */
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
  gsize n = 0;

  if (given.output == NULL)
    return cmd_usage_error (error, "replay: expected -o FILE");
  if (!ay_replay (run->args[0], run->moved, given.output, &n, run->job, error))
    return FALSE;
  cmd_print_written (run, given.output, n);
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
