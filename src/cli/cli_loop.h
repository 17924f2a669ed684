/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/cli_run.h"

G_BEGIN_DECLS

/* history label: labels of the files n_args operands name come into the open round of the loop
 * (nullable: the one that has an open round); the round closes when all are in, or when asked. */
typedef struct
{
  const char *loop;
  char **files;
  int n_files;
  gboolean close;
} CmdLoopLabel;

gboolean cmd_loop_label (CmdRun *run, AyWork *work, const CmdLoopLabel *given, GError **error);

G_END_DECLS
