/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/workspace.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/words.h"
#include "core/store/workspace_lock.h"
#include "core/store/workspace_private.h"
#include "core/store/workspace_schema.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_VALUE (256 << 20) /* bytes; chunks have 16 MiB, rows of a decision a bit each */

struct _AyWorkspace
{
  gatomicrefcount ref;
  char *file; /* as given */
  char *path; /* absolute, links resolved: the lock must be the same by whatever name */
  sqlite3 *db;
  AyWorkspaceLock *lock; /* NULL: read-only */
  char *reason;
  pthread_mutex_t mutex; /* recursive */
  guint depth;           /* of transactions */
};

void
ay_store_lock (AyWorkspace *self)
{
  pthread_mutex_lock (&self->mutex);
}

void
ay_store_unlock (AyWorkspace *self)
{
  pthread_mutex_unlock (&self->mutex);
}

const char *
ay_store_file (const AyWorkspace *self)
{
  return self->file;
}

gboolean
ay_store_fail (AyWorkspace *self, GError **error)
{
  ay_schema_set_error (error, self->file, self->db);
  return FALSE;
}

AyStatement *
ay_store_prepare (AyWorkspace *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) != SQLITE_OK)
    ay_store_fail (self, error);
  return statement;
}

int
ay_store_step (AyWorkspace *self, AyStatement *statement, GError **error)
{
  int rc = sqlite3_step (statement);

  if (rc != SQLITE_ROW && rc != SQLITE_DONE)
    ay_store_fail (self, error);
  return rc;
}

gboolean
ay_store_run (AyWorkspace *self, AyStatement *statement, GError **error)
{
  return ay_store_step (self, statement, error) == SQLITE_DONE;
}

gint64
ay_store_last_id (AyWorkspace *self)
{
  return sqlite3_last_insert_rowid (self->db);
}

char *
ay_store_dup_text (AyStatement *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

char *
ay_store_now (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  return g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");
}

static AyWorkspace *
workspace_new (const char *file)
{
  AyWorkspace *self = g_new0 (AyWorkspace, 1);
  pthread_mutexattr_t attributes;

  g_atomic_ref_count_init (&self->ref);
  self->file = g_strdup (file);
  pthread_mutexattr_init (&attributes);
  pthread_mutexattr_settype (&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init (&self->mutex, &attributes);
  pthread_mutexattr_destroy (&attributes);
  return self;
}

/* SQLite would open a folder's name, a pipe or nothing at all with other words. */
static gboolean
find_file (AyWorkspace *self, const char *path, GError **error)
{
  char *real = realpath (path, NULL);
  struct stat st;

  if (real == NULL || stat (real, &st) != 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: cannot open: %s"), self->file,
                   g_strerror (errno));
      free (real);
      return FALSE;
    }
  self->path = g_strdup (real);
  free (real);
  if (S_ISREG (st.st_mode))
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: is not a file"), self->file);
  return FALSE;
}

/* No statement of ours needs more; one that a file could make SQLite run gets no further. */
static int
authorize (void *data, int action, const char *first, const char *second, const char *database,
           const char *by)
{
  switch (action)
    {
    case SQLITE_ATTACH: /* "" is what VACUUM and the like use */
    case SQLITE_DETACH:
    case SQLITE_CREATE_TRIGGER:
    case SQLITE_CREATE_TEMP_TRIGGER:
    case SQLITE_CREATE_VIEW:
    case SQLITE_CREATE_TEMP_VIEW:
    case SQLITE_CREATE_VTABLE: return SQLITE_DENY;
    case SQLITE_FUNCTION:
      return g_strcmp0 (second, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    default: return by != NULL ? SQLITE_DENY : SQLITE_OK; /* a trigger or view asks for it */
    }
}

/* The file comes from anywhere: nothing in it may run (triggers, views, functions in a schema), and
 * one value of it stays within what Assay itself writes. */
static gboolean
connect (const char *path, const char *file, sqlite3 **db, GError **error)
{
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;

  if (sqlite3_open_v2 (path, db, flags, NULL) != SQLITE_OK)
    {
      ay_schema_set_error (error, file, *db);
      return FALSE;
    }
  sqlite3_extended_result_codes (*db, 1);
  sqlite3_busy_timeout (*db, 10000);
  sqlite3_db_config (*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (*db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config (*db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
  sqlite3_limit (*db, SQLITE_LIMIT_LENGTH, MAX_VALUE);
  sqlite3_limit (*db, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_set_authorizer (*db, authorize, NULL);
  return TRUE;
}

/* EXTRA is FULL and a sync of the folder after the journal is gone: without it a power cut right
 * after a commit could bring the journal back, and undo what the user saw. */
static gboolean
configure (AyWorkspace *self, GError **error)
{
  const char *sql = self->lock != NULL
                      ? "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;"
                        "PRAGMA temp_store = MEMORY"
                      : "PRAGMA query_only = 1; PRAGMA temp_store = MEMORY";

  if (sqlite3_exec (self->db, sql, NULL, NULL, NULL) != SQLITE_OK)
    return ay_store_fail (self, error);
  return TRUE;
}

static void
take_lock (AyWorkspace *self, AyWorkspaceMode mode)
{
  if (mode == AY_WORKSPACE_READ)
    self->reason = g_strdup ("it was opened to be read only");
  else if (access (self->path, W_OK) != 0)
    self->reason = g_strdup ("the file cannot be written to");
  else
    self->lock = ay_workspace_lock_take (self->path, &self->reason);
}

static gboolean
migrate (AyWorkspace *self, GError **error)
{
  g_autofree char *backup = g_strconcat (self->path, ".bak", NULL);
  gsize n = 0;
  const AySchemaStep *steps = ay_schema_steps (&n);
  int version = 0;

  if (!ay_schema_read (self->db, self->file, steps, n, &version, error)
      || !ay_schema_check (self->db, self->file, steps, n, version, error))
    return FALSE;
  if (self->lock == NULL && ay_schema_same_tables (steps, n, version))
    return TRUE;
  if (version < ay_schema_version (steps, n) && self->lock == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                   N_ ("%s: was made by an older version of Assay and must be brought up to date, "
                       "but %s"),
                   self->file, self->reason);
      return FALSE;
    }
  return ay_schema_migrate (self->db, backup, steps, n, version, error);
}

/* A file with the right mark but without our tables, or with others of the same name. */
static gboolean
check_tables (AyWorkspace *self, GError **error)
{
  static const char *const reads[] = {
    "SELECT id, kind, name, json, type, rows, size, changed FROM item LIMIT 1",
    "SELECT item, part, data FROM chunk LIMIT 1",
    "SELECT seq, parent, time, kind, value, why, count, rows FROM decision LIMIT 1",
    "SELECT head, tip FROM pointer WHERE id = 1",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (reads); i++)
    {
      sqlite3_stmt *statement = NULL;

      if (sqlite3_prepare_v2 (self->db, reads[i], -1, &statement, NULL) == SQLITE_OK)
        sqlite3_step (statement);
      if (sqlite3_finalize (statement) == SQLITE_OK && statement != NULL)
        continue;
      if (sqlite3_errcode (self->db) != SQLITE_ERROR)
        return ay_store_fail (self, error);
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: is damaged: %s"), self->file,
                   sqlite3_errmsg (self->db));
      return FALSE;
    }
  return TRUE;
}

/* Messages name `file`. */
static AyWorkspace *
open_as (const char *path, const char *file, AyWorkspaceMode mode, GError **error)
{
  g_autoptr (AyWorkspace) self = workspace_new (file);

  if (!find_file (self, path, error))
    return NULL;
  take_lock (self, mode);
  if (!connect (self->path, self->file, &self->db, error) || !migrate (self, error)
      || !configure (self, error) || !check_tables (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

AyWorkspace *
ay_workspace_open (const char *path, AyWorkspaceMode mode, GError **error)
{
  return open_as (path, path, mode, error);
}

/* The whole of an empty workspace, in a file of its own. */
static gboolean
write_empty (const char *path, const char *file, GError **error)
{
  sqlite3 *db = NULL;
  gsize n = 0;
  const AySchemaStep *steps = ay_schema_steps (&n);
  gboolean ok = connect (path, file, &db, error);

  if (ok)
    sqlite3_exec (db, "PRAGMA page_size = 8192; PRAGMA synchronous = EXTRA", NULL, NULL, NULL);
  ok = ok && ay_schema_migrate (db, NULL, steps, n, 0, error);
  sqlite3_close (db);
  return ok;
}

static gboolean
exists_error (const char *path, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: exists already"), path);
  return FALSE;
}

/* rename() that never replaces; the second way is for file systems that do not know the first. */
static gboolean
move_new (const char *from, const char *to, GError **error)
{
  if (renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (errno == EEXIST)
    return exists_error (to, error);
  if (link (from, to) == 0)
    {
      unlink (from);
      return TRUE;
    }
  if (errno == EEXIST)
    return exists_error (to, error);
  g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: cannot write: %s"), to, g_strerror (errno));
  return FALSE;
}

static gboolean
write_filled (const char *temporary, const char *path, const AyWorkspaceFiller *filler,
              GError **error)
{
  g_autoptr (AyWorkspace) self = NULL;

  if (!write_empty (temporary, path, error))
    return FALSE;
  if (filler == NULL)
    return TRUE;
  self = open_as (temporary, path, AY_WORKSPACE_WRITE, error);
  return self != NULL && filler->fill (self, filler->data, error);
}

/* On a full disk SQLite cannot roll back, and leaves its journal for the next who opens. */
static void
remove_unfinished (const char *temporary)
{
  g_autofree char *journal = g_strconcat (temporary, "-journal", NULL);

  unlink (temporary);
  unlink (journal);
}

AyWorkspace *
ay_workspace_create (const char *path, const AyWorkspaceFiller *filler, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *temporary = g_strdup_printf ("%s/.%s.XXXXXX", folder, name);
  int fd;

  if (g_file_test (path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
    {
      exists_error (path, error);
      return NULL;
    }
  fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0666);
  if (fd < 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: cannot write: %s"), path,
                   g_strerror (errno));
      return NULL;
    }
  close (fd);
  if (!write_filled (temporary, path, filler, error) || !move_new (temporary, path, error))
    {
      remove_unfinished (temporary);
      return NULL;
    }
  return ay_workspace_open (path, AY_WORKSPACE_WRITE, error);
}

AyWorkspace *
ay_workspace_ref (AyWorkspace *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_workspace_unref (AyWorkspace *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  while (self->depth > 0)
    ay_workspace_rollback (self);
  sqlite3_close (self->db);
  ay_workspace_lock_free (self->lock);
  pthread_mutex_destroy (&self->mutex);
  g_free (self->reason);
  g_free (self->path);
  g_free (self->file);
  g_free (self);
}

const char *
ay_workspace_path (const AyWorkspace *self)
{
  return self->path;
}

gboolean
ay_workspace_is_read_only (const AyWorkspace *self)
{
  return self->lock == NULL;
}

const char *
ay_workspace_read_only_reason (const AyWorkspace *self)
{
  return self->reason;
}

static gboolean
integrity_is_ok (AyWorkspace *self, GError **error)
{
  g_autoptr (AyStatement) statement = ay_store_prepare (self, "PRAGMA integrity_check (1)", error);
  const char *answer;

  if (statement == NULL || ay_store_step (self, statement, error) != SQLITE_ROW)
    return FALSE;
  answer = (const char *) sqlite3_column_text (statement, 0);
  if (g_strcmp0 (answer, "ok") == 0)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: is damaged: %s"), self->file, answer);
  return FALSE;
}

gboolean
ay_workspace_check (AyWorkspace *self, GError **error)
{
  gboolean ok;

  ay_store_lock (self);
  ok = integrity_is_ok (self, error);
  ay_store_unlock (self);
  return ok;
}

/* The outermost level is a transaction, those inside are savepoints s1, s2, ... */
static int
run_at_depth (AyWorkspace *self, const char *outer, const char *inner)
{
  g_autofree char *sql
    = self->depth == 0 ? g_strdup (outer) : g_strdup_printf ("%s s%u", inner, self->depth);

  return sqlite3_exec (self->db, sql, NULL, NULL, NULL);
}

gboolean
ay_workspace_begin (AyWorkspace *self, GError **error)
{
  if (self->lock == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: is open read-only: %s"), self->file,
                   self->reason);
      return FALSE;
    }
  ay_store_lock (self);
  if (self->depth > 0 && sqlite3_get_autocommit (self->db))
    {
      /* SQLite gave the outer one up (disk full): a savepoint now would be a transaction itself. */
      g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: the transaction was rolled back"),
                   self->file);
      ay_store_unlock (self);
      return FALSE;
    }
  if (run_at_depth (self, "BEGIN IMMEDIATE", "SAVEPOINT") != SQLITE_OK)
    {
      ay_store_fail (self, error);
      ay_store_unlock (self);
      return FALSE;
    }
  self->depth++;
  return TRUE;
}

/* Fails only where SQLite has rolled all of it back already (disk full): then the outer commit
 * fails too, as it finds no transaction. */
static void
roll_back (AyWorkspace *self)
{
  run_at_depth (self, "ROLLBACK", "ROLLBACK TO");
  if (self->depth > 0)
    run_at_depth (self, NULL, "RELEASE");
}

gboolean
ay_workspace_commit (AyWorkspace *self, GError **error)
{
  gboolean ok;

  g_return_val_if_fail (self->depth > 0, FALSE);
  self->depth--;
  ok = run_at_depth (self, "COMMIT", "RELEASE") == SQLITE_OK || ay_store_fail (self, error);
  if (!ok)
    roll_back (self);
  ay_store_unlock (self);
  return ok;
}

void
ay_workspace_rollback (AyWorkspace *self)
{
  g_return_if_fail (self->depth > 0);
  self->depth--;
  roll_back (self);
  ay_store_unlock (self);
}

static char *
folder_of (const AyWorkspace *self)
{
  return g_path_get_dirname (self->path);
}

char *
ay_workspace_absolute_path (const AyWorkspace *self, const char *stored)
{
  g_autofree char *folder = folder_of (self);

  return g_canonicalize_filename (stored, folder);
}

char *
ay_workspace_relative_path (const AyWorkspace *self, const char *path)
{
  g_autofree char *folder = folder_of (self);

  return ay_path_relative (folder, path);
}
