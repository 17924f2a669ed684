/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storetest.h"
#include "workspace_fixture.h"

#include "core/base/rng.h"

#include <sqlite3.h>

typedef struct
{
  char *folder;
  char *path;
} Place;

static void
place_init (Place *place, gconstpointer data)
{
  place->folder = make_folder ();
  place->path = g_build_filename (place->folder, "work.assay", NULL);
}

static void
place_clear (Place *place, gconstpointer data)
{
  g_free (place->path);
  drop_folder (place->folder);
  g_free (place->folder);
}

static AyWorkspace *
create (Place *place)
{
  g_autoptr (GError) error = NULL;
  AyWorkspace *workspace = ay_workspace_create (place->path, NULL, &error);

  g_assert_no_error (error);
  g_assert_false (ay_workspace_is_read_only (workspace));
  return workspace;
}

static AyWorkspace *
reopen (Place *place, AyWorkspaceMode mode)
{
  g_autoptr (GError) error = NULL;
  AyWorkspace *workspace = ay_workspace_open (place->path, mode, &error);

  g_assert_no_error (error);
  return workspace;
}

static void
put_json (AyWorkspace *workspace, const char *kind, const char *name, const char *json)
{
  g_autoptr (GError) error = NULL;

  ay_workspace_put_json (workspace, kind, name, json, &error);
  g_assert_no_error (error);
}

/* "score:a score:b" */
static void
assert_names (AyWorkspace *workspace, const char *kind, const char *expected)
{
  g_autoptr (GPtrArray) items = ay_workspace_list (workspace, kind, NULL);
  g_autoptr (GString) names = g_string_new (NULL);

  g_assert_nonnull (items);
  for (guint i = 0; i < items->len; i++)
    {
      AyItem *item = items->pdata[i];

      g_string_append_printf (names, "%s%s:%s", i > 0 ? " " : "", item->kind, item->name);
      g_assert_true (g_regex_match_simple ("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$",
                                           item->changed, 0, 0));
    }
  g_assert_cmpstr (names->str, ==, expected);
}

static void
assert_refused (Place *place, AyErrorCode code, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ay_workspace_open (place->path, AY_WORKSPACE_WRITE, &error));
  test_assert_message (error, place->path);
  g_assert_cmpint (error->code, ==, code);
  g_assert_nonnull (strstr (error->message, part));
}

static void
run_sql (Place *place, const char *sql)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (place->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static gint64
ask_sql (const char *path, const char *sql)
{
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 value;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return value;
}

static void
test_items (Place *place, gconstpointer data)
{
  g_autoptr (AyWorkspace) workspace = create (place);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a\0b", 3);
  g_autoptr (GBytes) none = g_bytes_new_static ("", 0);
  AyItem with_bytes = { .kind = "finding", .name = "x", .json = "{}", .bytes = bytes };
  AyItem with_none = { .kind = "finding", .name = "größe \"q\"", .bytes = none };
  g_autoptr (GError) error = NULL;
  g_autoptr (AyItem) first = NULL;
  g_autoptr (AyItem) second = NULL;
  g_autofree char *json = NULL;

  put_json (workspace, "setting", "seed", "7");
  g_assert_true (ay_workspace_put (workspace, &with_none, NULL));
  g_assert_true (ay_workspace_put (workspace, &with_bytes, NULL));
  put_json (workspace, "setting", "seed", "8"); /* keeps its place */
  g_clear_pointer (&workspace, ay_workspace_unref);
  g_assert_cmpuint (test_count_files (place->folder), ==, 1); /* no lock, no journal is left */

  workspace = reopen (place, AY_WORKSPACE_WRITE);
  assert_names (workspace, NULL, "setting:seed finding:größe \"q\" finding:x");
  assert_names (workspace, "finding", "finding:größe \"q\" finding:x");
  assert_names (workspace, "score", "");
  json = ay_workspace_get_json (workspace, "setting", "seed", &error);
  g_assert_cmpstr (json, ==, "8");
  first = ay_workspace_get (workspace, "finding", "x", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first->json, ==, "{}");
  g_assert_true (g_bytes_equal (first->bytes, bytes));
  second = ay_workspace_get (workspace, "finding", "größe \"q\"", &error);
  g_assert_null (second->json);
  g_assert_cmpuint (g_bytes_get_size (second->bytes), ==, 0); /* none is not NULL */
  g_assert_true (ay_workspace_delete (workspace, "finding", "x", NULL));
  g_assert_true (ay_workspace_delete (workspace, "finding", "x", NULL));
  g_assert_false (ay_workspace_has (workspace, "finding", "x"));
  g_assert_true (ay_workspace_has (workspace, "setting", "seed"));
  g_assert_null (ay_workspace_get (workspace, "finding", "x", &error));
  test_assert_message (error, place->path);
  g_assert_nonnull (strstr (error->message, "no finding called \"x\""));
  g_assert_cmpint (ask_sql (place->path, "SELECT count(*) FROM chunk"), ==, 0);
}

static void
test_bad_items (Place *place, gconstpointer data)
{
  g_autoptr (AyWorkspace) workspace = create (place);
  static const char *const bad[][3]
    = { { "", "a", "1" }, { "k", "", "1" }, { "k", "\xff", "1" }, { "k", "a", "\xc3(" } };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (ay_workspace_put_json (workspace, bad[i][0], bad[i][1], bad[i][2], &error));
      test_assert_message (error, place->path);
    }
  assert_names (workspace, NULL, "");
}

static void
assert_columns_equal (AyColumn *a, AyColumn *b)
{
  g_assert_cmpstr (ay_column_name (a), ==, ay_column_name (b));
  g_assert_cmpint (ay_column_type (a), ==, ay_column_type (b));
  g_assert_cmpuint (ay_column_rows (a), ==, ay_column_rows (b));
  g_assert_cmpint (ay_column_is_integral (a), ==, ay_column_is_integral (b));
  for (gsize i = 0; i < ay_column_rows (a); i++)
    {
      gsize length_a = 0, length_b = 0;
      const char *text_a, *text_b;

      if (ay_column_type (a) == AY_COLUMN_NUMBER)
        {
          g_assert_cmpmem (ay_column_numbers (a) + i, 8, ay_column_numbers (b) + i, 8);
          continue;
        }
      text_a = ay_column_text (a, i, &length_a);
      text_b = ay_column_text (b, i, &length_b);
      g_assert_true ((text_a == NULL) == (text_b == NULL));
      if (text_a != NULL)
        g_assert_cmpmem (text_a, length_a, text_b, length_b);
    }
}

static AyColumn *
fixture_influence_column (void)
{
  return ay_column_take_number ("influence", FIXTURE_ROWS,
                                g_memdup2 (fixture_influence, sizeof fixture_influence), FALSE);
}

static AyColumn *
fixture_cluster_column (void)
{
  return ay_column_take_category ("cluster", FIXTURE_ROWS,
                                  g_memdup2 (fixture_codes, sizeof fixture_codes),
                                  g_strdupv ((char **) fixture_labels));
}

static void
test_columns (Place *place, gconstpointer data)
{
  guint64 offsets[] = { 0, 0, 3, 3 };
  guint32 lengths[] = { 3, AY_CODE_MISSING, 0, 3 };
  double integers[] = { 1, 2, -7 };
  AyColumn *columns[] = {
    fixture_influence_column (),
    fixture_cluster_column (),
    ay_column_take_text ("text", 4, g_memdup2 (offsets, sizeof offsets),
                         g_memdup2 (lengths, sizeof lengths), "añb,c", NULL, NULL),
    ay_column_take_number ("fold", 3, g_memdup2 (integers, sizeof integers), TRUE),
    ay_column_take_number ("empty", 0, NULL, FALSE),
    ay_column_take_category ("no rows", 0, NULL, g_new0 (char *, 1)),
    ay_column_take_text ("no texts", 0, NULL, NULL, NULL, NULL, NULL),
  };
  g_autoptr (AyWorkspace) workspace = create (place);

  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    g_assert_true (ay_workspace_put_column (workspace, "score", columns[i],
                                            i == 0 ? fixture_certificate : NULL, NULL));
  g_clear_pointer (&workspace, ay_workspace_unref);
  workspace = reopen (place, AY_WORKSPACE_READ);
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *json = NULL;
      g_autoptr (AyColumn) column
        = ay_workspace_get_column (workspace, "score", ay_column_name (columns[i]), &json, &error);

      g_assert_no_error (error);
      assert_columns_equal (column, columns[i]);
      g_assert_cmpstr (json, ==, i == 0 ? fixture_certificate : NULL);
      ay_column_unref (columns[i]);
    }
}

/* The stored form is written down: n doubles, little-endian. */
static void
test_column_bytes (Place *place, gconstpointer data)
{
  double *values = g_new (double, 2);
  g_autoptr (AyColumn) column = NULL;
  g_autoptr (AyWorkspace) workspace = create (place);
  g_autoptr (AyItem) item = NULL;
  static const guint8 expected[16] = { 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0 };

  values[0] = 1.5;
  values[1] = -2;
  column = ay_column_take_number ("a", 2, values, FALSE);
  g_assert_true (ay_workspace_put_column (workspace, "score", column, NULL, NULL));
  item = ay_workspace_get (workspace, "score", "a", NULL);
  g_assert_true (item->is_column);
  g_assert_cmpmem (g_bytes_get_data (item->bytes, NULL), g_bytes_get_size (item->bytes), expected,
                   16);
}

static void
test_not_a_column (Place *place, gconstpointer data)
{
  g_autoptr (AyWorkspace) workspace = create (place);
  g_autoptr (GError) error = NULL;
  static const char *const damage[] = {
    "UPDATE item SET rows = 3", "UPDATE item SET rows = 1000000000000", "UPDATE item SET rows = -1",
    "UPDATE item SET rows = NULL", "UPDATE item SET type = 'text'",
    "UPDATE item SET type = 'matrix'", "UPDATE item SET type = 'category'",
    "UPDATE chunk SET data = x'ffffff'", "DELETE FROM chunk",
  };

  put_json (workspace, "load", "plain", "1");
  g_assert_null (ay_workspace_get_column (workspace, "load", "plain", NULL, &error));
  test_assert_message (error, place->path);
  g_assert_true (ay_workspace_delete (workspace, "load", "plain", NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (damage); i++)
    {
      g_autoptr (AyColumn) column = fixture_influence_column ();

      g_clear_error (&error);
      g_assert_true (ay_workspace_put_column (workspace, "score", column, NULL, NULL));
      run_sql (place, damage[i]);
      g_assert_null (ay_workspace_get_column (workspace, "score", "influence", NULL, &error));
      test_assert_message (error, place->path);
    }
}

static void
test_large (Place *place, gconstpointer data)
{
  gsize size = (40 << 20) + 5;
  char *block = g_malloc0 (size);
  g_autoptr (GBytes) bytes = g_bytes_new_take (block, size);
  AyItem item = { .kind = "features", .name = "pixels", .bytes = bytes };
  g_autoptr (AyWorkspace) workspace = create (place);
  g_autoptr (AyItem) back = NULL;
  AyRng rng;

  ay_rng_init (&rng, 1, 0);
  for (gsize i = 0; i + 8 <= size; i += 8)
    *(guint64 *) (gpointer) (block + i) = ay_rng_next (&rng);
  g_assert_true (ay_workspace_put (workspace, &item, NULL));
  g_assert_cmpint (ask_sql (place->path, "SELECT count(*) FROM chunk"), ==, 3);
  g_assert_cmpint (ask_sql (place->path, "SELECT max(length(data)) FROM chunk"), ==, 16 << 20);
  back = ay_workspace_get (workspace, "features", "pixels", NULL);
  g_assert_true (g_bytes_equal (back->bytes, bytes));
  g_assert_cmpuint (back->size, ==, size);
  g_assert_true (ay_workspace_check (workspace, NULL));
}

static void
test_transactions (Place *place, gconstpointer data)
{
  g_autoptr (AyWorkspace) workspace = create (place);
  AyItem items[] = { { .kind = "k", .name = "x" }, { .kind = "k", .name = "" } };
  g_autoptr (GError) error = NULL;

  g_assert_true (ay_workspace_begin (workspace, NULL));
  put_json (workspace, "k", "a", NULL);
  g_assert_true (ay_workspace_begin (workspace, NULL));
  put_json (workspace, "k", "b", NULL);
  ay_workspace_rollback (workspace);
  put_json (workspace, "k", "c", NULL);
  g_assert_true (ay_workspace_commit (workspace, NULL));
  assert_names (workspace, "k", "k:a k:c");

  g_assert_false (ay_workspace_put_all (workspace, items, 2, &error)); /* all or none */
  test_assert_message (error, place->path);
  assert_names (workspace, "k", "k:a k:c");
  g_assert_true (ay_workspace_put_all (workspace, items, 1, NULL));
  assert_names (workspace, "k", "k:a k:c k:x");

  g_assert_true (ay_workspace_begin (workspace, NULL));
  put_json (workspace, "k", "d", NULL);
  g_clear_pointer (&workspace, ay_workspace_unref); /* never committed */
  workspace = reopen (place, AY_WORKSPACE_WRITE);
  assert_names (workspace, "k", "k:a k:c k:x");
}

static void
test_create_refuses (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (g_file_set_contents (place->path, "mine", -1, NULL));
  g_assert_null (ay_workspace_create (place->path, NULL, &error));
  test_assert_message (error, place->path);
  g_assert_nonnull (strstr (error->message, "exists already"));
  g_assert_true (g_file_get_contents (place->path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
  g_assert_cmpuint (test_count_files (place->folder), ==, 1);
  g_clear_error (&error);
  g_assert_null (ay_workspace_create ("/nonexistent-folder/work.assay", NULL, &error));
  test_assert_message (error, "/nonexistent-folder/work.assay");
}

static gboolean
fill (AyWorkspace *workspace, gpointer data, GError **error)
{
  g_autofree char *beside
      = g_build_filename (((Place *) data)->folder, "data.csv", NULL);
  g_autofree char *stored = ay_workspace_relative_path (workspace, beside);

  /* Not there by its name yet, but paths are as they will be. */
  g_assert_false (g_file_test (((Place *) data)->path, G_FILE_TEST_EXISTS));
  g_assert_cmpstr (stored, ==, "data.csv");
  return ay_workspace_put_json (workspace, "setting", "first", "1", error);
}

static gboolean
fill_in_vain (AyWorkspace *workspace, gpointer data, GError **error)
{
  g_assert_true (ay_workspace_put_json (workspace, "setting", "first", "1", NULL));
  /* Refused, by a message that names the file as the user knows it. */
  return ay_workspace_get_json (workspace, "setting", "second", error) != NULL;
}

static void
test_create_filled (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const AyWorkspaceFiller vain = { fill_in_vain, NULL };
  const AyWorkspaceFiller filler = { fill, place };
  g_autoptr (AyWorkspace) workspace = NULL;

  g_assert_null (ay_workspace_create (place->path, &vain, &error));
  test_assert_message (error, place->path);
  g_assert_cmpuint (test_count_files (place->folder), ==, 0);
  g_clear_error (&error);
  workspace = ay_workspace_create (place->path, &filler, &error);
  g_assert_no_error (error);
  g_assert_true (ay_workspace_has (workspace, "setting", "first"));
  g_assert_cmpuint (test_count_files (place->folder), ==, 2); /* and the lock */
}

static void
test_refused (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  assert_refused (place, AY_ERROR_IO, "cannot open");
  g_assert_true (g_file_set_contents (place->path, "", 0, NULL));
  assert_refused (place, AY_ERROR_INPUT, "is not an Assay workspace");
  g_assert_true (g_file_set_contents (place->path, "id,label\n1,2\n", -1, NULL));
  assert_refused (place, AY_ERROR_INPUT, "is not an Assay workspace");
  g_unlink (place->path);
  run_sql (place, "CREATE TABLE t (a)");
  assert_refused (place, AY_ERROR_INPUT, "is not an Assay workspace");
  run_sql (place, "PRAGMA application_id = 0x41736179; PRAGMA user_version = 2");
  assert_refused (place, AY_ERROR_INPUT, "it holds the table t");
  run_sql (place, "PRAGMA user_version = 3");
  assert_refused (place, AY_ERROR_INPUT, "newer version");
  g_assert_null (ay_workspace_open (place->folder, AY_WORKSPACE_WRITE, &error));
  test_assert_message (error, place->folder);
  g_assert_cmpuint (test_count_files (place->folder), ==, 1);
}

/* Opens and reads all there is. TRUE when nothing failed. */
static gboolean
read_all (Place *place)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AyWorkspace) workspace = ay_workspace_open (place->path, AY_WORKSPACE_READ, &error);
  g_autoptr (GPtrArray) items
    = workspace != NULL ? ay_workspace_list (workspace, NULL, &error) : NULL;
  g_autoptr (AyJournal) journal = NULL;
  gboolean ok = items != NULL;

  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      AyItem *item = items->pdata[i];
      g_autoptr (GError) failed = NULL;
      g_autoptr (AyItem) whole = ay_workspace_get (workspace, item->kind, item->name, &failed);
      g_autoptr (AyColumn) column
        = item->is_column && whole != NULL
            ? ay_workspace_get_column (workspace, item->kind, item->name, NULL, &failed) : NULL;

      if (failed != NULL)
        test_assert_message (failed, place->path);
      ok = ok && failed == NULL;
    }
  if (items != NULL)
    journal = ay_journal_open (workspace, FIXTURE_ROWS, &error);
  if (journal != NULL)
    ay_journal_decided (journal);
  if (error != NULL)
    test_assert_message (error, place->path);
  return ok && error == NULL;
}

static char *
fixture_bytes (int schema, gsize *size)
{
  g_autofree char *name = g_strdup_printf ("workspace-%d.assay", schema);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", name, NULL);
  char *bytes = NULL;

  g_assert_true (g_file_get_contents (path, &bytes, size, NULL));
  return bytes;
}

static void
test_truncated (Place *place, gconstpointer data)
{
  gsize size = 0;
  g_autofree char *bytes = fixture_bytes (FIXTURE_SCHEMAS, &size);

  for (gsize length = 0; length < size; length += length < 200 ? 7 : 1021)
    {
      g_assert_true (g_file_set_contents (place->path, bytes, (gssize) length, NULL));
      g_assert_false (read_all (place));
    }
  g_assert_true (g_file_set_contents (place->path, bytes, (gssize) size, NULL));
  g_assert_true (read_all (place));
}

/* Whatever the bytes, an error or an answer, never a crash. */
static void
test_damaged (Place *place, gconstpointer data)
{
  gsize size = 0;
  g_autofree char *bytes = fixture_bytes (FIXTURE_SCHEMAS, &size);
  guint failures = 0;
  AyRng rng;

  ay_rng_init (&rng, 3, 0);
  for (int trial = 0; trial < 240; trial++)
    {
      g_autofree char *copy = g_memdup2 (bytes, size);

      for (guint64 k = 0, n = 1 + ay_rng_below (&rng, 30); k < n; k++)
        {
          gsize at = (gsize) ay_rng_below (&rng, trial % 2 == 0 ? size : 600);

          copy[at] = (char) ay_rng_next (&rng);
        }
      g_assert_true (g_file_set_contents (place->path, copy, (gssize) size, NULL));
      failures += !read_all (place);
    }
  g_assert_cmpuint (failures, >, 60);
}

/* The fixture of a schema, read only and then to be written. */
static void
check_fixture (Place *place, int schema)
{
  gsize size = 0;
  g_autofree char *bytes = fixture_bytes (schema, &size);
  g_autofree char *backup = g_strconcat (place->path, ".bak", NULL);
  g_autoptr (AyWorkspace) workspace = NULL;
  g_autoptr (AyColumn) influence = fixture_influence_column ();
  g_autoptr (AyColumn) cluster = fixture_cluster_column ();
  g_autoptr (AyColumn) stored_influence = NULL;
  g_autoptr (AyColumn) stored_cluster = NULL;
  g_autoptr (AyItem) thumbnail = NULL;
  g_autoptr (AyJournal) journal = NULL;
  g_autofree char *certificate = NULL;
  g_autofree char *load = NULL;

  g_assert_true (g_file_set_contents (place->path, bytes, (gssize) size, NULL));
  g_assert_true (read_all (place));
  g_assert_cmpint (ask_sql (place->path, "PRAGMA user_version"), ==, schema);
  workspace = reopen (place, AY_WORKSPACE_WRITE);
  g_assert_cmpint (ask_sql (place->path, "PRAGMA user_version"), ==, FIXTURE_SCHEMAS);
  g_assert_true (g_file_test (backup, G_FILE_TEST_EXISTS) == (schema < FIXTURE_SCHEMAS));
  assert_names (workspace, NULL, "load:data score:influence score:cluster thumbnail:first");
  stored_influence
    = ay_workspace_get_column (workspace, "score", "influence", &certificate, NULL);
  stored_cluster = ay_workspace_get_column (workspace, "score", "cluster", NULL, NULL);
  assert_columns_equal (stored_influence, influence);
  assert_columns_equal (stored_cluster, cluster);
  g_assert_cmpstr (certificate, ==, fixture_certificate);
  load = ay_workspace_get_json (workspace, "load", "data", NULL);
  g_assert_cmpstr (load, ==, fixture_load);
  thumbnail = ay_workspace_get (workspace, "thumbnail", "first", NULL);
  g_assert_cmpmem (g_bytes_get_data (thumbnail->bytes, NULL), thumbnail->size, fixture_thumbnail,
                   sizeof fixture_thumbnail);
  journal = ay_journal_open (workspace, FIXTURE_ROWS, NULL);
  g_assert_cmpuint (ay_journal_n_entries (journal), ==, schema == 1 ? 4 : 5);
  g_assert_true (ay_journal_can_redo (journal) == (schema == 1));
  if (schema == 1)
    g_assert_cmpint (ay_journal_peek_redo (journal)->kind, ==, AY_DECISION_TAG);
  else
    g_assert_cmpint (ay_journal_peek_undo (journal)->kind, ==, AY_DECISION_COLUMN);
  g_assert_false (ay_journal_entry (journal, 1)->active);
  g_assert_cmpmem (ay_journal_decided (journal), 5, "\0\2\0\0\0", 5);
  g_unlink (backup);
}

static void
test_fixture (Place *place, gconstpointer data)
{
  for (int schema = 1; schema <= FIXTURE_SCHEMAS; schema++)
    check_fixture (place, schema);
}

static void
test_paths (Place *place, gconstpointer data)
{
  g_autoptr (AyWorkspace) workspace = create (place);
  g_autofree char *folder = g_path_get_dirname (ay_workspace_path (workspace));
  g_autofree char *parent = g_path_get_dirname (folder);
  static const char *const cases[] = { "a.csv", "sub/b.csv", "../c.csv", "../other/d.npy", "." };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *absolute = ay_workspace_absolute_path (workspace, cases[i]);
      g_autofree char *relative = ay_workspace_relative_path (workspace, absolute);

      g_assert_true (g_path_is_absolute (absolute));
      g_assert_null (strstr (absolute, ".."));
      g_assert_cmpstr (relative, ==, cases[i]);
    }
  {
    g_autofree char *far = ay_workspace_relative_path (workspace, "/elsewhere/data.csv");
    g_autofree char *far_again = ay_workspace_absolute_path (workspace, far);

    g_assert_cmpstr (far, ==, "/elsewhere/data.csv");
    g_assert_cmpstr (far_again, ==, "/elsewhere/data.csv");
  }
}

/* Four threads at once, each with transactions of two items that must stay neighbours. */
static gpointer
put_pairs (gpointer data)
{
  AyWorkspace *workspace = data;

  for (int i = 0; i < 8; i++)
    {
      g_autofree char *first = g_strdup_printf ("%p-%d-a", (gpointer) g_thread_self (), i);
      g_autofree char *second = g_strdup_printf ("%p-%d-b", (gpointer) g_thread_self (), i);

      g_assert_true (ay_workspace_begin (workspace, NULL));
      put_json (workspace, "k", first, "1");
      g_thread_yield ();
      put_json (workspace, "k", second, "2");
      g_assert_true (ay_workspace_commit (workspace, NULL));
    }
  return NULL;
}

static void
test_threads (Place *place, gconstpointer data)
{
  g_autoptr (AyWorkspace) workspace = create (place);
  g_autoptr (GPtrArray) items = NULL;
  GThread *threads[4];

  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new ("put", put_pairs, workspace);
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  items = ay_workspace_list (workspace, "k", NULL);
  g_assert_cmpuint (items->len, ==, 64);
  for (guint i = 0; i < items->len; i += 2)
    {
      const char *a = ((AyItem *) items->pdata[i])->name;
      const char *b = ((AyItem *) items->pdata[i + 1])->name;

      g_assert_cmpint (strncmp (a, b, strlen (a) - 1), ==, 0);
    }
}

#define ADD(name, func) g_test_add (name, Place, NULL, place_init, func, place_clear)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/workspace/items", test_items);
  ADD ("/workspace/bad-items", test_bad_items);
  ADD ("/workspace/columns", test_columns);
  ADD ("/workspace/column-bytes", test_column_bytes);
  ADD ("/workspace/not-a-column", test_not_a_column);
  ADD ("/workspace/large", test_large);
  ADD ("/workspace/transactions", test_transactions);
  ADD ("/workspace/create-refuses", test_create_refuses);
  ADD ("/workspace/create-filled", test_create_filled);
  ADD ("/workspace/refused", test_refused);
  ADD ("/workspace/truncated", test_truncated);
  ADD ("/workspace/damaged", test_damaged);
  ADD ("/workspace/fixture", test_fixture);
  ADD ("/workspace/paths", test_paths);
  ADD ("/workspace/threads", test_threads);
  return g_test_run ();
}
