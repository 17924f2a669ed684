/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storetest.h"

#include "core/store/workspace.h"
#include "core/store/workspace_schema.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Who may write, told by real second processes; and how an older file is brought up to date. */

typedef struct
{
  char *folder;
  char *path;
} Place;

static void
place_init (Place *place, gconstpointer data)
{
  AyWorkspace *workspace;

  place->folder = make_folder ();
  place->path = g_build_filename (place->folder, "work.assay", NULL);
  workspace = ay_workspace_create (place->path, NULL, NULL);
  g_assert_true (ay_workspace_put_json (workspace, "k", "before", "1", NULL));
  ay_workspace_unref (workspace);
}

static void
place_clear (Place *place, gconstpointer data)
{
  g_free (place->path);
  drop_folder (place->folder);
  g_free (place->folder);
}

/* A process that opens the workspace for writing, puts "theirs", says so, and holds it. */
static pid_t
start_holder (const char *path)
{
  int ready[2];
  char byte;
  pid_t pid;

  g_assert_cmpint (pipe (ready), ==, 0);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      AyWorkspace *workspace = ay_workspace_open (path, AY_WORKSPACE_WRITE, NULL);
      gboolean ok = workspace != NULL && !ay_workspace_is_read_only (workspace)
                    && ay_workspace_put_json (workspace, "k", "theirs", "2", NULL);

      if (ok && write (ready[1], "x", 1) == 1)
        pause ();
      _exit (1);
    }
  close (ready[1]);
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  close (ready[0]);
  return pid;
}

static void
stop_holder (pid_t pid)
{
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

static void
assert_cannot_write (AyWorkspace *workspace, const char *reason)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ay_workspace_is_read_only (workspace));
  g_assert_cmpstr (ay_workspace_read_only_reason (workspace), ==, reason);
  g_assert_false (ay_workspace_put_json (workspace, "k", "mine", "3", &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_IO);
  g_assert_nonnull (strstr (error->message, reason));
  g_assert_null (strchr (error->message, '\n'));
  g_assert_false (ay_workspace_delete (workspace, "k", "before", NULL));
  g_assert_false (ay_workspace_begin (workspace, NULL));
  g_assert_true (ay_workspace_has (workspace, "k", "before"));
  g_assert_false (ay_workspace_has (workspace, "k", "mine"));
}

static void
test_second_process (Place *place, gconstpointer data)
{
  pid_t pid = start_holder (place->path);
  g_autofree char *reason = g_strdup_printf ("process %ld has it open", (long) pid);
  g_autofree char *lock = g_build_filename (place->folder, ".work.assay.lock", NULL);
  g_autofree char *link = g_build_filename (place->folder, "link.assay", NULL);
  g_autoptr (AyWorkspace) workspace = ay_workspace_open (place->path, AY_WORKSPACE_WRITE, NULL);
  g_autoptr (AyWorkspace) by_link = NULL;

  g_assert_true (g_file_test (lock, G_FILE_TEST_EXISTS));
  assert_cannot_write (workspace, reason);
  g_assert_true (ay_workspace_has (workspace, "k", "theirs"));
  g_assert_cmpint (symlink ("work.assay", link), ==, 0); /* the same file by another name */
  by_link = ay_workspace_open (link, AY_WORKSPACE_WRITE, NULL);
  assert_cannot_write (by_link, reason);
  stop_holder (pid);

  /* Killed: its lock file is still there and in nobody's way. */
  g_assert_true (g_file_test (lock, G_FILE_TEST_EXISTS));
  g_clear_pointer (&workspace, ay_workspace_unref);
  workspace = ay_workspace_open (place->path, AY_WORKSPACE_WRITE, NULL);
  g_assert_false (ay_workspace_is_read_only (workspace));
  g_assert_null (ay_workspace_read_only_reason (workspace));
  g_assert_true (ay_workspace_put_json (workspace, "k", "mine", "3", NULL));
  g_assert_true (ay_workspace_has (by_link, "k", "mine")); /* a reader sees what is written */
  g_clear_pointer (&workspace, ay_workspace_unref);
  g_assert_false (g_file_test (lock, G_FILE_TEST_EXISTS));
}

static void
test_same_process (Place *place, gconstpointer data)
{
  g_autoptr (AyWorkspace) first = ay_workspace_open (place->path, AY_WORKSPACE_WRITE, NULL);
  g_autoptr (AyWorkspace) second = ay_workspace_open (place->path, AY_WORKSPACE_WRITE, NULL);
  g_autoptr (AyWorkspace) reader = ay_workspace_open (place->path, AY_WORKSPACE_READ, NULL);
  g_autofree char *reason = g_strdup_printf ("process %ld has it open", (long) getpid ());

  g_assert_false (ay_workspace_is_read_only (first));
  assert_cannot_write (second, reason);
  assert_cannot_write (reader, "it was opened to be read only");
  g_clear_pointer (&second, ay_workspace_unref); /* does not give up the first one's lock */
  second = ay_workspace_open (place->path, AY_WORKSPACE_WRITE, NULL);
  assert_cannot_write (second, reason);
  g_assert_true (ay_workspace_put_json (first, "k", "still", "1", NULL));
}

/* Many programs start at once: exactly one may write at any time, and no one fails. */
static void
test_race (Place *place, gconstpointer data)
{
  pid_t pids[8];

  for (int i = 0; i < 8; i++)
    {
      pids[i] = fork ();
      if (pids[i] != 0)
        continue;
      for (int round = 0; round < 40; round++)
        {
          AyWorkspace *workspace = ay_workspace_open (place->path, AY_WORKSPACE_WRITE, NULL);

          if (workspace == NULL)
            _exit (1);
          if (!ay_workspace_is_read_only (workspace))
            {
              /* Only a sole writer can make this file, and remove it again. */
              g_autofree char *sole = g_build_filename (place->folder, "sole", NULL);
              int fd = open (sole, O_CREAT | O_EXCL | O_WRONLY, 0600);

              if (fd < 0 || close (fd) != 0 || unlink (sole) != 0)
                _exit (2);
            }
          ay_workspace_unref (workspace);
        }
      _exit (0);
    }
  for (int i = 0; i < 8; i++)
    {
      int status = 0;

      g_assert_cmpint (waitpid (pids[i], &status, 0), ==, pids[i]);
      g_assert_cmpint (status, ==, 0);
    }
}

/* In a process without root's rights: nothing stops root from writing. */
static void
run_unprivileged (void (*func) (Place *place), Place *place)
{
  pid_t pid = fork ();
  int status = 0;

  if (pid == 0)
    {
      if (geteuid () == 0 && (setgid (65534) != 0 || setuid (65534) != 0))
        _exit (77);
      func (place);
      _exit (0);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  if (WIFEXITED (status) && WEXITSTATUS (status) == 77)
    g_test_skip ("cannot give up root's rights here");
  else
    g_assert_cmpint (status, ==, 0);
}

static void
open_in_closed_folder (Place *place)
{
  g_autoptr (AyWorkspace) workspace = ay_workspace_open (place->path, AY_WORKSPACE_WRITE, NULL);

  assert_cannot_write (workspace, "the folder cannot be written to");
}

static void
open_closed_file (Place *place)
{
  g_autoptr (AyWorkspace) workspace = ay_workspace_open (place->path, AY_WORKSPACE_WRITE, NULL);

  assert_cannot_write (workspace, "the file cannot be written to");
}

static void
open_secret_file (Place *place)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ay_workspace_open (place->path, AY_WORKSPACE_WRITE, &error));
  test_assert_message (error, place->path);
}

static void
test_no_permission (Place *place, gconstpointer data)
{
  g_assert_cmpint (chmod (place->path, 0666), ==, 0);
  g_assert_cmpint (chmod (place->folder, 0555), ==, 0);
  run_unprivileged (open_in_closed_folder, place);
  g_assert_cmpint (chmod (place->path, 0444), ==, 0);
  run_unprivileged (open_closed_file, place);
  g_assert_cmpint (chmod (place->path, 0), ==, 0);
  run_unprivileged (open_secret_file, place);
  g_assert_cmpint (chmod (place->folder, 0700), ==, 0);
}

/* Steps of versions that are not there yet, to see the machine that will run them. */

static const AySchemaStep later[] = {
  { 1, "" },
  { 2, "" },
  { 3, "ALTER TABLE item ADD COLUMN colour TEXT; UPDATE item SET colour = 'red'" },
  { 4, "CREATE TABLE extra (a)" },
};
static const AySchemaStep broken[] = {
  { 1, "" },
  { 2, "" },
  { 3, "CREATE TABLE extra (a); INSERT INTO extra VALUES (1); INSERT INTO nowhere VALUES (2)" },
};

static gint64
ask (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  gint64 value;

  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return value;
}

static void
test_migration (Place *place, gconstpointer data)
{
  g_autofree char *backup = g_strconcat (place->path, ".bak", NULL);
  g_autoptr (AyWorkspace) old = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *db = NULL;
  int version = 0;

  sqlite3_open (place->path, &db);
  g_assert_true (ay_schema_read (db, place->path, later, 4, &version, NULL));
  g_assert_cmpint (version, ==, 2);
  g_assert_false (ay_schema_same_tables (later, 4, version));
  ay_schema_migrate (db, backup, later, 4, version, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ask (db, "PRAGMA user_version"), ==, 4);
  g_assert_cmpint (ask (db, "SELECT count(*) FROM item WHERE colour = 'red'"), ==, 1);
  g_assert_cmpint (ask (db, "SELECT count(*) FROM extra"), ==, 0);
  sqlite3_close (db);

  g_assert_cmpuint (test_count_files (place->folder), ==, 2); /* nothing but the copy was added */
  old = ay_workspace_open (backup, AY_WORKSPACE_WRITE, &error); /* and it is whole */
  g_assert_no_error (error);
  g_assert_true (ay_workspace_has (old, "k", "before"));
  g_assert_true (ay_workspace_check (old, NULL));
  g_assert_null (ay_workspace_open (place->path, AY_WORKSPACE_WRITE, &error)); /* now it is newer */
  g_assert_nonnull (strstr (error->message, "newer version"));
}

static void
test_migration_fails (Place *place, gconstpointer data)
{
  g_autofree char *backup = g_strconcat (place->path, ".bak", NULL);
  g_autoptr (AyWorkspace) workspace = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *db = NULL;

  sqlite3_open (place->path, &db);
  g_assert_false (ay_schema_migrate (db, backup, broken, 3, 2, &error));
  test_assert_message (error, place->path);
  g_assert_cmpint (ask (db, "PRAGMA user_version"), ==, 2); /* all or nothing */
  g_assert_cmpint (ask (db, "SELECT count(*) FROM sqlite_master WHERE name = 'extra'"), ==, 0);
  g_clear_error (&error);
  g_assert_false (ay_schema_migrate (db, "/nonexistent-folder/x.bak", later, 4, 2, &error));
  test_assert_message (error, "/nonexistent-folder/x.bak"); /* no copy, no change */
  g_assert_cmpint (ask (db, "PRAGMA user_version"), ==, 2);
  sqlite3_close (db);
  workspace = ay_workspace_open (place->path, AY_WORKSPACE_WRITE, NULL);
  g_assert_true (ay_workspace_has (workspace, "k", "before"));
}

#define ADD(name, func) g_test_add (name, Place, NULL, place_init, func, place_clear)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/workspace-lock/second-process", test_second_process);
  ADD ("/workspace-lock/same-process", test_same_process);
  ADD ("/workspace-lock/race", test_race);
  ADD ("/workspace-lock/no-permission", test_no_permission);
  ADD ("/workspace-lock/migration", test_migration);
  ADD ("/workspace-lock/migration-fails", test_migration_fails);
  return g_test_run ();
}
