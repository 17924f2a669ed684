/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/filter_guard.h"

#include "core/base/error.h"
#include "core/base/words.h"

#include <string.h>

/* Functions of a value, or an aggregate in a sub-query: same answer every time, no way out. */
static const char *const allowed_functions[] = {
  "abs", "acos", "asin", "atan", "atan2", "avg", "ceil", "ceiling", "coalesce", "cos", "count",
  "date", "datetime", "degrees", "exp", "floor", "glob", "hex", "ifnull", "iif", "instr",
  "julianday", "length", "like", "likelihood", "likely", "ln", "log", "log10", "log2", "lower",
  "ltrim", "max", "min", "mod", "nullif", "pi", "pow", "power", "quote", "radians", "regexp",
  "replace", "round", "rtrim", "sign", "sin", "sqrt", "strftime", "substr", "substring", "sum",
  "tan", "time", "total", "trim", "trunc", "typeof", "unicode", "unlikely", "upper", NULL,
};

static gboolean
complain (GError **error, const char *what)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("filter: %s"), what);
  return FALSE;
}

/* Past the closing quote of the quoted text that starts at `at`; NULL when there is none. A doubled
 * quote stands for itself, except in brackets. */
static const char *
skip_quoted (const char *at)
{
  char quote = *at == '[' ? ']' : *at;

  for (at++; *at != '\0'; at++)
    {
      if (*at != quote)
        continue;
      if (at[1] != quote || quote == ']')
        return at + 1;
      at++;
    }
  return NULL;
}

/* Past a comment; NULL when it has no end. */
static const char *
skip_comment (const char *at)
{
  const char *end = *at == '-' ? strchr (at, '\n') : strstr (at + 2, "*/");

  if (*at == '-')
    return end != NULL ? end : at + strlen (at);
  return end != NULL ? end + 2 : NULL;
}

static gboolean
check_balance (const char *where, GError **error)
{
  int depth = 0;
  gboolean empty = TRUE;

  for (const char *at = where; *at != '\0';)
    {
      gboolean quoted = strchr ("'\"`[", *at) != NULL;
      gboolean comment = g_str_has_prefix (at, "--") || g_str_has_prefix (at, "/*");

      depth += (*at == '(') - (*at == ')');
      if (*at == ';')
        return complain (error, N_ ("one expression only: \";\" cannot be used"));
      if (depth < 0)
        return complain (error, N_ ("a \")\" without its \"(\""));
      empty = empty && (comment || g_ascii_isspace (*at));
      at = quoted ? skip_quoted (at) : comment ? skip_comment (at) : at + 1;
      if (at == NULL)
        return complain (error, quoted ? N_ ("a quoted text has no end")
                                        : N_ ("a comment has no end"));
    }
  if (empty)
    return complain (error, N_ ("the expression is empty"));
  return depth == 0 || complain (error, N_ ("a \"(\" without its \")\""));
}

gboolean
ay_filter_check_text (const char *where, gsize max_length, GError **error)
{
  if (strlen (where) > max_length)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("filter: the expression has %zu bytes, at most %zu can be used"),
                   strlen (where), max_length);
      return FALSE;
    }
  if (!g_utf8_validate (where, -1, NULL))
    return complain (error, N_ ("the expression is not UTF-8"));
  return check_balance (where, error);
}

static int
refuse (char **refused, char *why)
{
  g_free (*refused);
  *refused = why;
  return SQLITE_DENY;
}

static int
authorize (void *data, int action, const char *first, const char *second, const char *database,
           const char *trigger)
{
  char **refused = data;

  switch (action)
    {
    case SQLITE_SELECT: return SQLITE_OK;
    case SQLITE_READ:
      if (g_strcmp0 (first, "samples") == 0)
        return SQLITE_OK;
      return refuse (refused, g_strdup_printf (N_ ("only the table samples can be read, not "
                                                   "%s"), first));
    case SQLITE_FUNCTION:
      for (guint i = 0; allowed_functions[i] != NULL; i++)
        if (g_ascii_strcasecmp (second, allowed_functions[i]) == 0)
          return SQLITE_OK;
      return refuse (refused, g_strdup_printf (N_ ("the function %s() cannot be used"), second));
    case SQLITE_RECURSIVE:
      return refuse (refused, g_strdup (N_ ("a recursive query cannot be used")));
    case SQLITE_UPDATE: /* how SQLite sets up another virtual table on its first use */
      return refuse (refused, g_strdup (N_ ("only the table samples can be read")));
    default: return refuse (refused, g_strdup (N_ ("only an expression can be used")));
    }
}

void
ay_filter_authorize (sqlite3 *db, char **refused)
{
  sqlite3_set_authorizer (db, refused != NULL ? authorize : NULL, refused);
}

void
ay_filter_limit (sqlite3 *db, gsize max_length)
{
  static const int limits[][2] = {
    { SQLITE_LIMIT_LENGTH, 1 << 28 },      { SQLITE_LIMIT_EXPR_DEPTH, 1000 },
    { SQLITE_LIMIT_COMPOUND_SELECT, 8 },   { SQLITE_LIMIT_VDBE_OP, 1000000 },
    { SQLITE_LIMIT_FUNCTION_ARG, 32 },     { SQLITE_LIMIT_ATTACHED, 0 },
    { SQLITE_LIMIT_VARIABLE_NUMBER, 9 },   { SQLITE_LIMIT_TRIGGER_DEPTH, 0 },
    { SQLITE_LIMIT_WORKER_THREADS, 0 },    { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    sqlite3_limit (db, limits[i][0], limits[i][1]);
  /* The text itself is checked before; the declaration of the columns may be longer. */
  sqlite3_limit (db, SQLITE_LIMIT_SQL_LENGTH, (int) MIN (max_length * 100, G_MAXINT));
  sqlite3_db_config (db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
  /* "7" is a column, never a text: a mistyped name must be an error, not a constant. */
  sqlite3_db_config (db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
}
