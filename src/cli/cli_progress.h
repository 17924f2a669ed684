/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"

G_BEGIN_DECLS

/* Watches a job: a bar on stderr when that is a terminal (and `quiet` is FALSE), and SIGINT,
 * SIGTERM and SIGHUP, the first of which cancels the job (a second one ends the process at once).
 * One at a time. */
typedef struct _CmdProgress CmdProgress;

CmdProgress *cmd_progress_start (AyJob *job, gboolean quiet);
/* Takes the bar away, before something is printed; more than once is no harm. */
void cmd_progress_hide (CmdProgress *self);
void cmd_progress_free (CmdProgress *self);
/* The signal that came, 0 = none. */
int cmd_progress_signal (void);

G_END_DECLS
