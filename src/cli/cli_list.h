/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/cli_run.h"

G_BEGIN_DECLS

/* What --list of a command prints: "ID: SENTENCE (...)" a line, or JSON. */
typedef struct _CmdList CmdList;

/* what: the JSON array's name; keys: of each entry's texts, by blanks. */
CmdList *cmd_list_new (const char *what, const char *keys);
/* The entry's texts, as many as keys, NULL-terminated; the first two show as "ID: SENTENCE". */
void cmd_list_add (CmdList *self, ...) G_GNUC_NULL_TERMINATED;
/* A parameter of the last entry, shown below it: JSON "parameters" with name, default, sentence. */
void cmd_list_parameter (CmdList *self, const char *name, const char *fallback,
                         const char *sentence);
/* A number of the last entry, JSON only; NaN is null. */
void cmd_list_number (CmdList *self, const char *key, double value);
/* Prints and frees it; TRUE. */
gboolean cmd_list_print (CmdList *self, CmdRun *run);

G_END_DECLS
