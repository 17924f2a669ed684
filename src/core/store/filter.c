/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/filter.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/store/filter_guard.h"
#include "core/store/filter_names.h"
#include "core/store/filter_regexp.h"
#include "core/store/filter_table.h"

#include <string.h>

/* SQLite tables have at most 2000 columns and data may have more: a query declares those that its
 * text may mean, every time anew. */
#define MAX_MENTIONED 1900

/* Bytecode steps between two looks at the job: well below a millisecond. */
#define STEPS_PER_CHECK 5000

struct _AyFilter
{
  AyTable *table;
  AyFilterColumn *columns; /* of the table, then the row number */
  guint n;
  sqlite3 *db;
  char *refused;
  AyFilterSource source; /* of the running query */
  int end_of_text;       /* of its expression, in its SQL */
};

/* The name, or one made of it that none before has, whatever the case. */
static char *
unique_name (GHashTable *taken, const char *name)
{
  const char *stem = *name != '\0' ? name : "_";
  char *unique = g_strdup (stem);
  char *lower = g_ascii_strdown (unique, -1);

  for (guint k = 2; g_hash_table_contains (taken, lower); k++)
    {
      g_free (unique);
      g_free (lower);
      unique = g_strdup_printf ("%s_%u", stem, k);
      lower = g_ascii_strdown (unique, -1);
    }
  g_hash_table_add (taken, lower);
  return unique;
}

static void
name_columns (AyFilter *self)
{
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i + 1 < self->n; i++)
    {
      self->columns[i].column = ay_table_column (self->table, i);
      self->columns[i].name = unique_name (taken, ay_column_name (self->columns[i].column));
    }
  self->columns[self->n - 1].name = unique_name (taken, "row");
}

static int
on_progress (void *data)
{
  return ay_job_is_cancelled (((AyFilter *) data)->source.job);
}

AyFilter *
ay_filter_new (AyTable *columns)
{
  AyFilter *self = g_new0 (AyFilter, 1);

  self->table = ay_table_ref (columns);
  self->n = ay_table_n_columns (columns) + 1;
  self->columns = g_new0 (AyFilterColumn, self->n);
  name_columns (self);
  if (sqlite3_open_v2 (":memory:", &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL)
        != SQLITE_OK
      || ay_filter_regexp_add (self->db) != SQLITE_OK)
    g_error ("not enough memory for a database connection");
  ay_filter_limit (self->db, AY_FILTER_MAX_LENGTH);
  sqlite3_progress_handler (self->db, STEPS_PER_CHECK, on_progress, self);
  return self;
}

void
ay_filter_free (AyFilter *self)
{
  if (self == NULL)
    return;
  sqlite3_close (self->db);
  for (guint i = 0; i < self->n; i++)
    g_free (self->columns[i].name);
  g_free (self->columns);
  g_free (self->refused);
  ay_table_unref (self->table);
  g_free (self);
}

/* May the text mean the column? It does not if its name, as it is or with quotes doubled, is
 * nowhere in it; both are in lower case. */
static gboolean
mentions (const char *where, const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  if (strstr (where, lower) != NULL)
    return TRUE;
  for (const char *quote = "\"`"; *quote != '\0'; quote++)
    if (strchr (lower, *quote) != NULL)
      {
        g_auto (GStrv) parts = g_strsplit (lower, (char[]) { *quote, '\0' }, -1);
        g_autofree char *doubled = g_strjoinv ((char[]) { *quote, *quote, '\0' }, parts);

        if (strstr (where, doubled) != NULL)
          return TRUE;
      }
  return FALSE;
}

/* (transfer full): the columns to declare, the row number last. */
static AyFilterColumn *
choose_columns (const AyFilter *self, const char *where, guint *n, GError **error)
{
  g_autofree char *lower = g_ascii_strdown (where, -1);
  g_autofree AyFilterColumn *chosen = g_new (AyFilterColumn, MIN (self->n, MAX_MENTIONED + 1));

  *n = 0;
  for (guint i = 0; i + 1 < self->n; i++)
    {
      if (!mentions (lower, self->columns[i].name))
        continue;
      if (*n == MAX_MENTIONED)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("filter: the expression names more than %d columns"), MAX_MENTIONED);
          return NULL;
        }
      chosen[(*n)++] = self->columns[i];
    }
  chosen[(*n)++] = self->columns[self->n - 1];
  return g_steal_pointer (&chosen);
}

/* "did you mean ...", or a reminder how text is quoted. (nullable) (transfer full) */
static char *
hint_for_column (const AyFilter *self, const char *name, const char *where)
{
  g_autofree const char **names = g_new (const char *, self->n);
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", name);
  g_autofree char *near = NULL;

  for (guint i = 0; i < self->n; i++)
    names[i] = self->columns[i].name;
  near = ay_filter_near_names (name, names, self->n);
  if (near != NULL)
    return g_strdup_printf (" (near: %s)", near);
  if (strstr (where, quoted) != NULL)
    return g_strdup_printf (" (a text is written '%s')", name);
  return NULL;
}

static const char no_column[] = "no such column: ";

/* (nullable): the name in what SQLite says of a column that is not there. Since 3.41 it repeats the
 * quotes and adds an advice. */
static char *
unknown_column (const char *message)
{
  static const char advice[] = "\" - should this be a string literal";
  const char *name, *end;

  if (!g_str_has_prefix (message, no_column))
    return NULL;
  name = message + strlen (no_column);
  end = *name == '"' ? strstr (name + 1, advice) : NULL;
  return end != NULL ? g_strndup (name + 1, (gsize) (end - name - 1)) : g_strdup (name);
}

/* One line, not too long, whatever names the expression brought into it. */
static char *
tidy (const char *message)
{
  g_autofree char *valid = g_utf8_make_valid (message, -1);
  glong length = g_utf8_strlen (valid, -1);
  g_autofree char *shown = length > 300 ? g_utf8_substring (valid, 0, 300) : g_strdup (valid);

  for (char *at = shown; *at != '\0'; at++)
    if ((guchar) *at < ' ')
      *at = ' ';
  return length > 300 ? g_strconcat (shown, "…", NULL) : g_steal_pointer (&shown);
}

/* What SQLite and the hints say most often, for the window's catalogues: they are not printed by
 * these formats. */
G_GNUC_UNUSED static const char *const said_often[] = {
  N_ ("no such column: %s"), N_ ("no such column: %s (near: %s)"),
  N_ ("no such column: %s (a text is written '%s')"), N_ ("near \"%s\": syntax error"),
  N_ ("unrecognized token: \"%s\""), N_ ("no such function: %s"),
  N_ ("wrong number of arguments to function %s()"), N_ ("incomplete input"),
};

static AyBitset *
fail (AyFilter *self, const char *where, GError **error)
{
  const char *message = sqlite3_errmsg (self->db);
  g_autofree char *column = NULL;
  g_autofree char *line = NULL;
  g_autofree char *tidied = NULL;

  if ((sqlite3_errcode (self->db) & 0xff) == SQLITE_INTERRUPT)
    {
      if (ay_job_check (self->source.job, error))
        g_set_error_literal (error, AY_ERROR, AY_ERROR_CANCELLED, N_ ("filter: interrupted"));
      return NULL;
    }
  if (self->refused != NULL)
    message = self->refused;
#if SQLITE_VERSION_NUMBER >= 3038000
  /* What SQLite stumbles over is the bracket that we put behind the expression. */
  else if (sqlite3_error_offset (self->db) > self->end_of_text)
    message = N_ ("the expression is not complete");
#endif
  column = unknown_column (message);
  if (column != NULL)
    {
      g_autofree char *hint = hint_for_column (self, column, where);

      line = g_strconcat (no_column, column, hint, NULL);
    }
  else
    line = g_strdup (message);
  tidied = tidy (line);
  g_set_error (error, AY_ERROR,
               sqlite3_errcode (self->db) == SQLITE_NOMEM ? AY_ERROR_NOMEM : AY_ERROR_INPUT,
               N_ ("filter: %s"), tidied);
  return NULL;
}

/* Declares the table by a first use of it: to the authorizer that would look like a change of the
 * schema, so it must not see it. */
static gboolean
declare (AyFilter *self)
{
  sqlite3_stmt *statement = NULL;
  gboolean ok;

  ay_filter_authorize (self->db, NULL);
  ok = ay_filter_table_declare (self->db, &self->source) == SQLITE_OK
       && sqlite3_prepare_v2 (self->db, "SELECT 1 FROM samples", -1, &statement, NULL) == SQLITE_OK;
  sqlite3_finalize (statement);
  ay_filter_authorize (self->db, &self->refused);
  return ok;
}

/* NULL with the error set when it is not one expression, to its end. */
static sqlite3_stmt *
compile (AyFilter *self, const char *where, GError **error)
{
  char *sql = sqlite3_mprintf ("SELECT \"%w\" FROM samples WHERE (\n%s\n)",
                               self->columns[self->n - 1].name, where);
  const char *tail = NULL;
  sqlite3_stmt *statement = NULL;
  const char *what = NULL;

  self->end_of_text = sql != NULL ? (int) strlen (sql) - 2 : 0;
  if (sql == NULL || !declare (self)
      || sqlite3_prepare_v2 (self->db, sql, -1, &statement, &tail) != SQLITE_OK)
    {
      fail (self, where, error);
      sqlite3_free (sql);
      return NULL;
    }
  if (*tail != '\0')
    what = N_ ("one expression only");
  else if (sqlite3_bind_parameter_count (statement) > 0)
    what = N_ ("a parameter such as ? or :name has no value");
  sqlite3_free (sql);
  if (what == NULL)
    return statement;
  sqlite3_finalize (statement);
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("filter: %s"), what);
  return NULL;
}

static AyBitset *
collect (AyFilter *self, const char *where, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (AyBitset) rows = ay_bitset_new (self->source.rows);
  int rc;

  while ((rc = sqlite3_step (statement)) == SQLITE_ROW)
    ay_bitset_add (rows, (gsize) sqlite3_column_int64 (statement, 0));
  return rc == SQLITE_DONE ? g_steal_pointer (&rows) : fail (self, where, error);
}

AyBitset *
ay_filter_select (AyFilter *self, const char *where, AyJob *job, GError **error)
{
  g_autofree AyFilterColumn *columns = NULL;
  sqlite3_stmt *statement;
  AyBitset *rows = NULL;

  if (!ay_filter_check_text (where, AY_FILTER_MAX_LENGTH, error) || !ay_job_check (job, error))
    return NULL;
  columns = choose_columns (self, where, &self->source.n, error);
  if (columns == NULL)
    return NULL;
  g_clear_pointer (&self->refused, g_free);
  self->source.rows = ay_table_rows (self->table);
  self->source.columns = columns;
  self->source.job = job;
  statement = compile (self, where, error);
  if (statement != NULL)
    rows = collect (self, where, statement, error);
  sqlite3_finalize (statement);
  self->source.job = NULL;
  return rows;
}
