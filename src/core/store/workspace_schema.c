/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/workspace_schema.h"

#include "core/base/error.h"
#include "core/base/words.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/* item: anything by kind and name; its bytes are cut into chunks, because one value of SQLite
 * cannot be larger than 1 GB and is read in one piece. type and rows are set for columns; size is
 * NULL where there are no bytes (none and empty are two things).
 * decision: the log; parent is the entry that was the last active one when this was made (0: none),
 * so that head and its parents are the present state, and the way from head to tip what can be
 * redone. */
static const char schema_1[] =
  "CREATE TABLE item ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL,"
  "  json TEXT, type TEXT, rows INTEGER, size INTEGER, changed TEXT NOT NULL,"
  "  UNIQUE (kind, name));"
  "CREATE TABLE chunk ("
  "  item INTEGER NOT NULL REFERENCES item (id), part INTEGER NOT NULL, data BLOB NOT NULL,"
  "  PRIMARY KEY (item, part));"
  "CREATE TABLE decision ("
  "  seq INTEGER PRIMARY KEY AUTOINCREMENT, parent INTEGER NOT NULL, time TEXT NOT NULL,"
  "  kind TEXT NOT NULL, value TEXT, why TEXT, count INTEGER NOT NULL, rows BLOB NOT NULL);"
  "CREATE TABLE pointer ("
  "  id INTEGER PRIMARY KEY CHECK (id = 1), head INTEGER NOT NULL, tip INTEGER NOT NULL);"
  "INSERT INTO pointer VALUES (1, 0, 0);";

/* 2: the log may hold entries of the kind column. The tables are those of 1, so that a file of 1 is
 * read as it is where it cannot be written; but a program that knows 1 alone would take such an
 * entry for damage. A new kind of entry always takes a new version. */
static const AySchemaStep steps_of_assay[] = {
  { 1, schema_1 },
  { 2, AY_SCHEMA_SAME_TABLES },
};

const AySchemaStep *
ay_schema_steps (gsize *n)
{
  *n = G_N_ELEMENTS (steps_of_assay);
  return steps_of_assay;
}

int
ay_schema_version (const AySchemaStep *steps, gsize n)
{
  return n > 0 ? steps[n - 1].to : 0;
}

gboolean
ay_schema_same_tables (const AySchemaStep *steps, gsize n, int version)
{
  for (gsize i = 0; i < n; i++)
    if (steps[i].to > version && *steps[i].sql != '\0')
      return FALSE;
  return TRUE;
}

void
ay_schema_set_error (GError **error, const char *file, sqlite3 *db)
{
  AyErrorCode code = AY_ERROR_IO;
  const char *what = "cannot be used";

  switch (sqlite3_errcode (db) & 0xff)
    {
    case SQLITE_CORRUPT:
      code = AY_ERROR_INPUT;
      what = "is damaged";
      break;
    case SQLITE_NOTADB:
      code = AY_ERROR_INPUT;
      what = "is not an Assay workspace";
      break;
    case SQLITE_NOMEM: code = AY_ERROR_NOMEM; break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: what = "is held by another program"; break;
    default: break;
    }
  g_set_error (error, AY_ERROR, code, "%s: %s: %s", file, what, sqlite3_errmsg (db));
}

static gboolean
read_pragma (sqlite3 *db, const char *sql, int *value)
{
  sqlite3_stmt *statement = NULL;
  gboolean ok = sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) == SQLITE_OK
                && sqlite3_step (statement) == SQLITE_ROW;

  if (ok)
    *value = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  return ok;
}

gboolean
ay_schema_read (sqlite3 *db, const char *file, const AySchemaStep *steps, gsize n, int *version,
                GError **error)
{
  int application = 0, known = ay_schema_version (steps, n);

  if (!read_pragma (db, "PRAGMA application_id", &application)
      || !read_pragma (db, "PRAGMA user_version", version))
    {
      ay_schema_set_error (error, file, db);
      return FALSE;
    }
  if (application != AY_SCHEMA_APPLICATION_ID || *version < 1)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: is not an Assay workspace"), file);
      return FALSE;
    }
  if (*version > known)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: was made by a newer version of Assay (its schema is %d, this version "
                       "reads "
                       "up to %d)"),
                   file, *version, known);
      return FALSE;
    }
  return TRUE;
}

static gboolean run_steps (sqlite3 *db, const AySchemaStep *steps, gsize n, int version);

/* type, name and words of all that a database holds, in order; indices that a table's own words
 * make go with it. NULL: the database cannot say. */
static GPtrArray *
list_schema (sqlite3 *db)
{
  static const char sql[]
    = "SELECT type || ' ' || name || char (10) || tbl_name || char (10) || sql"
      " FROM sqlite_schema WHERE sql IS NOT NULL OR type <> 'index' ORDER BY 1 LIMIT 1000";
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *statement = NULL;
  int rc = sqlite3_prepare_v2 (db, sql, -1, &statement, NULL);

  while (rc == SQLITE_OK && sqlite3_step (statement) == SQLITE_ROW)
    {
      const char *text = (const char *) sqlite3_column_text (statement, 0);

      g_ptr_array_add (list, g_strdup (text != NULL ? text : "part without a name"));
    }
  return sqlite3_finalize (statement) == SQLITE_OK && rc == SQLITE_OK ? g_steal_pointer (&list)
                                                                      : NULL;
}

/* "table item" of the first key in list that the other has not; NULL when it has all.
 * (transfer full) */
static char *
find_missing (GPtrArray *list, GPtrArray *other)
{
  for (guint i = 0; i < list->len; i++)
    {
      const char *key = list->pdata[i];
      g_autofree char *title = g_strndup (key, MIN (strcspn (key, "\n"), 60));

      if (!g_ptr_array_find_with_equal_func (other, key, g_str_equal, NULL))
        return g_utf8_make_valid (title, -1);
    }
  return NULL;
}

static gboolean
compare_schema (GPtrArray *found, GPtrArray *expected, const char *file, GError **error)
{
  g_autofree char *strange = find_missing (found, expected);
  g_autofree char *missing = find_missing (expected, found);

  if (strange != NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: is not opened: it holds the %s, which Assay does not make so"), file,
                 strange);
  else if (missing != NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: is damaged: it has no %s"), file,
                 missing);
  return strange == NULL && missing == NULL;
}

gboolean
ay_schema_check (sqlite3 *db, const char *file, const AySchemaStep *steps, gsize n, int version,
                 GError **error)
{
  sqlite3 *model = NULL;
  g_autoptr (GPtrArray) found = list_schema (db);
  g_autoptr (GPtrArray) expected = NULL;
  gsize known = 0;
  gboolean good = FALSE;

  while (known < n && steps[known].to <= version)
    known++;
  if (sqlite3_open_v2 (":memory:", &model, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL)
        == SQLITE_OK
      && run_steps (model, steps, known, 0))
    expected = list_schema (model);
  if (found != NULL && expected != NULL)
    good = compare_schema (found, expected, file, error);
  else
    ay_schema_set_error (error, file, found == NULL ? db : model);
  sqlite3_close (model);
  return good;
}

/* TRUE when all of the database could be copied into the file. */
static gboolean
copy_into (sqlite3 *db, const char *file, GError **error)
{
  sqlite3 *copy = NULL;
  sqlite3_backup *backup = NULL;
  gboolean ok = sqlite3_open_v2 (file, &copy, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK;

  ok = ok && sqlite3_exec (copy, "PRAGMA synchronous = EXTRA", NULL, NULL, NULL) == SQLITE_OK;
  if (ok)
    backup = sqlite3_backup_init (copy, "main", db, "main");
  ok = ok && backup != NULL && sqlite3_backup_step (backup, -1) == SQLITE_DONE;
  ok = sqlite3_backup_finish (backup) == SQLITE_OK && ok;
  if (!ok)
    ay_schema_set_error (error, file, copy);
  sqlite3_close (copy);
  return ok;
}

gboolean
ay_schema_copy (sqlite3 *db, const char *to, GError **error)
{
  g_autofree char *temporary = g_strdup_printf ("%s.XXXXXX", to);
  int fd = g_mkstemp_full (temporary, 0, 0666);

  if (fd < 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: cannot write: %s"), to,
                   g_strerror (errno));
      return FALSE;
    }
  g_close (fd, NULL);
  if (!copy_into (db, temporary, error))
    {
      g_unlink (temporary);
      return FALSE;
    }
  if (g_rename (temporary, to) != 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: cannot write: %s"), to,
                   g_strerror (errno));
      g_unlink (temporary);
      return FALSE;
    }
  return TRUE;
}

static gboolean
run_steps (sqlite3 *db, const AySchemaStep *steps, gsize n, int version)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *set = g_strdup_printf ("PRAGMA user_version = %d", steps[i].to);

      if (steps[i].to <= version)
        continue;
      if (sqlite3_exec (db, steps[i].sql, NULL, NULL, NULL) != SQLITE_OK
          || sqlite3_exec (db, set, NULL, NULL, NULL) != SQLITE_OK)
        return FALSE;
    }
  return TRUE;
}

gboolean
ay_schema_migrate (sqlite3 *db, const char *backup, const AySchemaStep *steps, gsize n,
                   int version, GError **error)
{
  g_autofree char *mark = g_strdup_printf ("PRAGMA application_id = %d", AY_SCHEMA_APPLICATION_ID);
  const char *file = sqlite3_db_filename (db, "main");

  if (version >= ay_schema_version (steps, n))
    return TRUE;
  if (version > 0 && !ay_schema_copy (db, backup, error))
    return FALSE;
  if (sqlite3_exec (db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK
      || sqlite3_exec (db, mark, NULL, NULL, NULL) != SQLITE_OK
      || !run_steps (db, steps, n, version)
      || sqlite3_exec (db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
    {
      ay_schema_set_error (error, file, db);
      sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
      return FALSE;
    }
  return TRUE;
}
