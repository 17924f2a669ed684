/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* Gives a connection the operator `text REGEXP 'pattern'`, which SQLite only has the syntax for:
 * Perl's patterns (GRegex), found anywhere in the text. A pattern that is none, or that takes too
 * long on some text, fails the query. An SQLite code. */
int ay_filter_regexp_add (sqlite3 *db);

G_END_DECLS
