/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/cli_progress.h"
#include "core/work/work.h"

G_BEGIN_DECLS

/* What the sub-commands share: the table entry that describes one, and the run of one. */

#define CMD_ERROR (cmd_error_quark ())

typedef enum
{
  CMD_ERROR_USAGE, /* exit 2 */
  CMD_ERROR_RULE,  /* exit 3 */
} CmdErrorCode;

GQuark cmd_error_quark (void);

/* One call of assay-cli. */
typedef struct
{
  int n_args;     /* operands: what is left once the options are taken */
  char **args;
  gboolean json;  /* --json */
  gboolean quiet; /* --quiet */
  guint64 seed;   /* --seed */
  GHashTable *moved; /* --moved: places of data files, old -> new */
  AyJob *job;     /* cancelled by SIGINT */
  CmdProgress *progress; /* watches it; hidden by cmd_begin_output () */
} CmdRun;

typedef struct
{
  const char *name;
  const char *operands;     /* "WORK METHOD..." */
  const char *summary;      /* one line, for the list of commands */
  const char *description;  /* (nullable) paragraphs after the options in --help */
  int min_args, max_args;   /* max_args -1: any number */
  const GOptionEntry *options; /* ends with a NULL entry; strings are G_OPTION_ARG_FILENAME: bytes
                                  as given, whatever the locale */
  gboolean (*run) (CmdRun *run, GError **error);
  const gboolean *list;     /* (nullable) TRUE when --list was given: no operand is needed then */
} Cmd;

extern const Cmd cmd_new, cmd_info, cmd_score, cmd_import, cmd_map, cmd_suggest, cmd_simulate,
    cmd_budget, cmd_explain, cmd_gains, cmd_advice, cmd_arms, cmd_redundancy, cmd_cluster,
    cmd_whatif,
    cmd_select, cmd_decide, cmd_export, cmd_figure, cmd_curate, cmd_replay, cmd_check, cmd_history,
    cmd_update, cmd_savings, cmd_influence, cmd_report, cmd_finding, cmd_review;

/* Sets a usage error (exit 2). Returns FALSE. */
gboolean cmd_usage_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The work is done and something is about to be printed: takes the progress bar away. */
void cmd_begin_output (CmdRun *run);
/* The end of a command: its answer on stdout, as JSON with --json, else by `text`. */
void cmd_print_answer (CmdRun *run, JsonObject *answer, void (*text) (JsonObject *answer));
/* The end of a command that wrote a file of n rows: its name and n. */
void cmd_print_written (CmdRun *run, const char *file, gsize n);
/* A message on stderr: "assay-cli: ..." in one line; nothing with --quiet. */
void cmd_note (CmdRun *run, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Diagnostics from number `first` on, as notes; not those about roles, which commands print. */
void cmd_note_diagnostics (CmdRun *run, const AyDiagnostics *diagnostics, gsize first);

/* Opens a workspace; for writing, one that can only be read is an error that says why. */
AyWork *cmd_open (CmdRun *run, const char *path, AyWorkspaceMode mode, GError **error);

/* Splits repeated "key=value" strings (nullable) into a table of strings (transfer full), NULL on a
 * usage error. */
GHashTable *cmd_parameters (char **pairs, GError **error);

/* A usage error names `what` when text is not UTF-8. */
gboolean cmd_is_utf8 (const char *text, const char *what, GError **error);

/* --standardise: yes, no or auto (also NULL), which leaves *into as it is. */
gboolean cmd_read_standardise (const char *text, int *into, GError **error);
/* Rows above which --approximate finds neighbours approximately. */
#define CMD_APPROXIMATE_ABOVE 20000

G_END_DECLS
