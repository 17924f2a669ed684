/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/cli_run.h"
#include "core/select/audit.h"

G_BEGIN_DECLS

/* history audit: what strategy explains the picks of a history, and what can be found again. */
void cmd_audit_print (const CmdRun *run, const AyHistory *history, const AyAudit *audit);

G_END_DECLS
