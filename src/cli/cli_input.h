/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/cli_run.h"

G_BEGIN_DECLS

/* `info INPUT`: the columns or arrays of a data file, and the roles that `new` would guess. */
gboolean cmd_input_print (CmdRun *run, GError **error);

G_END_DECLS
