/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* What keeps an expression an expression. Two walls: the text must be one balanced expression
 * before SQLite sees it, and whatever it compiles to may only select, read `samples` and call
 * functions of a list. */

/* Looks at quotes, comments, brackets and semicolons. AY_ERROR_INPUT "filter: ...". */
gboolean ay_filter_check_text (const char *where, gsize max_length, GError **error);

/* Sets the limits of a connection. */
void ay_filter_limit (sqlite3 *db, gsize max_length);
/* Sets the authorizer. *refused (g_free'd and set, owned by the caller) says what was refused last,
 * where SQLite only says "not authorized". NULL takes it away. */
void ay_filter_authorize (sqlite3 *db, char **refused);

G_END_DECLS
