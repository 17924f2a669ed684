/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/cli_run.h"

G_BEGIN_DECLS

/* Columns of a workspace by name. */

/* A column by name; AY_ERROR_RANGE lists the columns there are. (transfer full) */
AyColumn *cmd_find_column (AyWork *work, const char *name, GError **error);
/* "A,B,..." (transfer full) (element-type AyColumn) */
GPtrArray *cmd_find_columns (AyWork *work, const char *names, GError **error);
/* A cell: number, string or null. (transfer full) */
JsonNode *cmd_cell_json (const AyColumn *column, gsize row);

G_END_DECLS
