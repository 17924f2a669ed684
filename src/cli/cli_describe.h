/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/cli_run.h"

G_BEGIN_DECLS

/* What a workspace holds, in words and as JSON: `new` and `info` print the same. */

/* The data set: rows, features, classes or target, parts, roles. guessed (nullable): options as
 * they were before loading; roles that have come since are marked. */
void cmd_describe_data_text (AyWork *work, const AyLoadOptions *guessed);
void cmd_describe_data_json (AyWork *work, JsonObject *into);
/* The roles that are set (but for features), a line each, with `prefix` before the name; those
 * that `before` (nullable) has not are marked as guessed. */
void cmd_roles_text (const AyLoadOptions *options, const AyLoadOptions *before,
                     const char *prefix);
/* "roles": {label: ..., ...} */
void cmd_roles_json (const AyLoadOptions *options, JsonObject *into);
/* "diagnostics": [{id, text}] */
void cmd_describe_diagnostics_json (const AyDiagnostics *diagnostics, JsonObject *into);

/* One stored score: count, missing, range. values: n. */
typedef struct
{
  gsize n, missing, negative, positive;
  double minimum, median, maximum, mean;
} CmdSpread;

CmdSpread cmd_spread (const double *values, gsize n);
void cmd_spread_json (const CmdSpread *spread, JsonObject *into);

/* Stored scores: a table on stdout; an array of objects under "scores". ids (nullable): only
 * these. */
gboolean cmd_describe_scores_text (AyWork *work, const char *const *ids, GError **error);
gboolean cmd_describe_scores_json (AyWork *work, const char *const *ids, JsonObject *into,
                                   GError **error);

/* The fitness line of the head. */
void cmd_describe_fitness_json (const AyFitness *fitness, JsonObject *into);

G_END_DECLS
