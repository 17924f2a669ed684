/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/load.h"

G_BEGIN_DECLS

/* Guesses the roles that *options leaves NULL (but features and class names) from a table's
 * columns, by name, type and how many different values there are. A column has at most one role;
 * columns that are a role already, or that --features names exactly, are left alone. Each guess is
 * written into *options as "col:NAME" and said ("role-guessed"). A label or target is guessed only
 * when neither is given: target when its values are numbers that are hardly classes. */
void ay_roles_guess (const AyTable *table, AyLoadOptions *options, AyDiagnostics *diagnostics);

/* Whether a column's name is that of an id or of a text, alone or as its last word: "id",
 * "customer_id", "PassengerId", "Review Text". */
gboolean ay_roles_is_id_name (const AyColumn *column);
gboolean ay_roles_is_text_name (const AyColumn *column);

/* Why a column that is named like a label was not taken for one, as the end of a sentence; NULL
 * when there is none. (transfer full) */
char *ay_roles_why_no_label (const AyTable *table, const AyLoadOptions *options);

/* Columns without a role that can be features: numbers, and with `categories` those too, matching
 * the glob (NULL: all). (transfer container) */
GPtrArray *ay_roles_free_columns (const AyTable *table, const AyLoadOptions *options,
                                  const char *glob, gboolean categories);

/* All columns without a role. (transfer container) */
GPtrArray *ay_roles_roleless_columns (const AyTable *table, const AyLoadOptions *options);

/* Whether a column only numbers the rows, from 0 or from 1 without a gap: the order of a file is
 * no feature of its samples. by_name: its name is one for nothing else. */
gboolean ay_roles_counts_rows (const AyColumn *column, gboolean *by_name);

G_END_DECLS
