/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/filter_regexp.h"

#include "core/base/words.h"

static void
fail (sqlite3_context *context, const char *what, const GError *error)
{
  g_autofree char *message = g_strdup_printf ("%s: %s", what, error->message);

  sqlite3_result_error (context, message, -1);
}

/* SQLite keeps the compiled pattern as long as it is a constant. NULL after an error. */
static GRegex *
get_pattern (sqlite3_context *context, sqlite3_value *value)
{
  GRegex *regex = sqlite3_get_auxdata (context, 0);
  const char *pattern = (const char *) sqlite3_value_text (value);
  g_autoptr (GError) error = NULL;

  if (regex != NULL)
    return regex;
  if (pattern == NULL || !g_utf8_validate (pattern, -1, NULL))
    {
      sqlite3_result_error (context, "the pattern after REGEXP is not UTF-8", -1);
      return NULL;
    }
  regex = g_regex_new (pattern, G_REGEX_OPTIMIZE, 0, &error);
  if (regex == NULL)
    {
      fail (context, N_ ("the pattern after REGEXP"), error);
      return NULL;
    }
  sqlite3_set_auxdata (context, 0, regex, (void (*) (void *)) g_regex_unref);
  return sqlite3_get_auxdata (context, 0); /* NULL: no memory, and the pattern is freed */
}

/* text REGEXP pattern calls regexp (pattern, text). */
static void
regexp (sqlite3_context *context, int argc, sqlite3_value **argv)
{
  g_autoptr (GError) error = NULL;
  GRegex *regex;
  const char *text;
  gssize length;
  gboolean found;

  if (sqlite3_value_type (argv[0]) == SQLITE_NULL || sqlite3_value_type (argv[1]) == SQLITE_NULL)
    return; /* NULL */
  regex = get_pattern (context, argv[0]);
  if (regex == NULL)
    return;
  text = (const char *) sqlite3_value_text (argv[1]);
  length = sqlite3_value_bytes (argv[1]);
  /* Columns are UTF-8, but an expression can cast any bytes to text, and the matcher trusts us. */
  found = text != NULL && g_utf8_validate_len (text, (gsize) length, NULL)
          && g_regex_match_full (regex, text, length, 0, 0, NULL, &error);
  if (error != NULL)
    fail (context, "REGEXP", error);
  else
    sqlite3_result_int (context, found);
}

int
ay_filter_regexp_add (sqlite3 *db)
{
  return sqlite3_create_function (db, "regexp", 2,
                                  SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
                                  regexp, NULL, NULL);
}
