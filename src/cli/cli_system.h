/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/cli_run.h"

G_BEGIN_DECLS

/* `info --system`: the machine, and whether the environment holds OpenBLAS's kernels back. That is
 * measured, not guessed: with an OPENBLAS_* variable set, the same command runs once more without
 * them. */
gboolean cmd_system_print (CmdRun *run, GError **error);

G_END_DECLS
