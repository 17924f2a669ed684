/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cancelling at any moment of any job leaves everything as it was: the columns, the decisions, the
 * count of openings of the test part, the files of the folder, what the session shows. Who cancels
 * too late is told so: then all of the job has happened. */
#include "app/opener.h"
#include "core/base/error.h"
#include "core/work/job_memory.h"
#include "core/work/work.h"
#include "app_place.h"

#define MOMENTS 24

/* How the job that is tried ended. */
typedef struct
{
  Place *place;
  AssaySession *session;
  gboolean ended, cancelled;
} Trial;

static void
note_end (Trial *trial, const GError *error)
{
  g_assert_false (trial->ended); /* told once */
  if (error != NULL)
    g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
  trial->ended = TRUE;
  trial->cancelled = error != NULL;
}

static void
done (GObject *session, gpointer data, const GError *error)
{
  note_end (data, error);
}

/* --- the jobs --- */

static gboolean
score (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  const char *const ids[] = { "influence", "self_confidence", NULL };

  return ay_work_score (work, ids, NULL, 0, job, error);
}

static gboolean
map (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  AyMapRequest request = { "pca", NULL, 0, NULL };

  return ay_work_map (work, &request, job, error);
}

static gboolean
prove (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  g_autoptr (AyBitset) rows = ay_work_select (work, "split = 'train' AND score < 0", job, error);
  AyWhatIf result;

  if (rows == NULL || !ay_work_whatif (work, rows, TRUE, &result, job, error))
    return FALSE;
  ay_what_if_clear (&result);
  return TRUE;
}

static gboolean
export (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Trial *trial = data;
  g_autofree char *path = g_build_filename (trial->place->folder, "out.csv", NULL);

  return ay_work_export (work, &(AyWorkExport) { NULL }, path, job, error);
}

static gboolean
import (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Trial *trial = data;
  AyImportOptions options = { .name = (char *) "mine" };
  AyImportReport report;
  g_autofree char *path = g_build_filename (trial->place->folder, "mine.csv", NULL);
  gboolean ok = ay_work_import (work, path, &options, &report, job, error);

  ay_import_report_clear (&report);
  return ok;
}

typedef struct
{
  const char *name;
  AssayTaskFunc func; /* NULL: open the data */
} Kind;

static const Kind kinds[] = {
  { "open", NULL },     { "score", score },   { "map", map },
  { "prove", prove },   { "export", export }, { "import", import },
};

/* --- everything, as text --- */

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
list_files (const char *folder, GString *text)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (!g_str_has_suffix (name, ".lock"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_texts);
  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (text, "%s\n", (char *) names->pdata[i]);
}

static void
list_columns (AyWork *work, GString *text)
{
  g_autoptr (AyTable) columns = ay_work_columns (work, NULL);

  for (guint i = 0; i < ay_table_n_columns (columns); i++)
    {
      AyColumn *column = ay_table_column (columns, i);

      g_string_append (text, ay_column_name (column));
      for (gsize row = 0; row < ay_column_rows (column); row++)
        {
          g_autofree char *value = ay_column_dup_text (column, row);

          g_string_append_printf (text, ",%s", value != NULL ? value : "");
        }
      g_string_append_c (text, '\n');
    }
}

/* What is in the folder and, by opening it anew, in the workspace. */
static char *
describe (Place *place)
{
  GString *text = g_string_new (NULL);

  list_files (place->folder, text);
  if (g_file_test (place->assay, G_FILE_TEST_EXISTS))
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AyWork) work
          = ay_work_open (place->assay, AY_WORKSPACE_READ, NULL, NULL, &error);
      g_autofree char *openings = NULL;

      g_assert_no_error (error);
      list_columns (work, text);
      openings = ay_workspace_get_json (ay_work_store (work), "setting", "test",
                                        NULL);
      g_string_append_printf (text, "openings %s\n", openings != NULL ? openings : "none");
    }
  return g_string_free (text, FALSE);
}

static char *
describe_session (AssaySession *session)
{
  GString *text = g_string_new (NULL);
  guint selected, visible;
  gboolean loaded, can_undo;
  g_autofree char *filter = NULL;

  g_object_get (session, "loaded", &loaded, "n-selected", &selected, "n-visible", &visible,
                "filter", &filter, "can-undo", &can_undo, NULL);
  g_string_append_printf (text, "%d %u %u %s %d\n", loaded, selected, visible, filter, can_undo);
  if (loaded)
    list_columns (assay_session_get_work (session), text);
  return g_string_free (text, FALSE);
}

/* --- one try --- */

static void
opened (gpointer user, const GError *error)
{
  note_end (user, error);
}

static AssayTask *
start (Trial *trial, const Kind *kind)
{
  g_autoptr (GFile) file = g_file_new_for_path (trial->place->csv);
  g_autoptr (AyLoadOptions) roles = place_roles (trial->place);

  if (kind->func == NULL)
    return assay_opener_start (trial->session, file, roles, opened, trial);
  return assay_session_run (trial->session, kind->name, kind->func, done, trial, NULL);
}

static void
trial_init (Trial *trial, const Kind *kind)
{
  g_autofree char *scores = NULL;
  g_autoptr (GError) error = NULL;

  *trial = (Trial) { .place = place_new (5) };
  scores = g_build_filename (trial->place->folder, "mine.csv", NULL);
  g_assert_true (g_file_set_contents (scores, "id,mine\nr007,1.5\nr014,2.5\n", -1, NULL));
  if (kind->func == NULL)
    {
      trial->session = assay_session_new ();
      return;
    }
  trial->session = place_session (trial->place);
  assay_session_set_filter (trial->session, "score < 2", &error);
  assay_session_select_all (trial->session);
  assay_session_decide (trial->session, AY_DECISION_DROP, NULL, "before the job");
}

static void
trial_clear (Trial *trial)
{
  g_object_unref (trial->session);
  place_free (trial->place);
}

/* Starts the job, cancels it after so many microseconds (negative: never), and says how it ended.
 * Opening goes on to score when it was not cancelled: that is no part of this. */
static gint64
run_trial (Trial *trial, const Kind *kind, gint64 cancel_after)
{
  AssayTask *task = start (trial, kind);
  gint64 begin = g_get_monotonic_time ();

  g_object_ref (task);
  trial->ended = FALSE;
  while (!trial->ended && (cancel_after < 0 || g_get_monotonic_time () - begin < cancel_after))
    g_main_context_iteration (NULL, cancel_after < 0);
  if (!trial->ended)
    assay_task_cancel (task);
  while (!trial->ended)
    g_main_context_iteration (NULL, TRUE);
  begin = g_get_monotonic_time () - begin;
  if (kind->func == NULL && !trial->cancelled)
    assay_session_set_work (trial->session, NULL);
  place_settle (trial->session);
  g_object_unref (task);
  return begin;
}

static void
test_cancel (gconstpointer data)
{
  const Kind *kind = data;
  gint64 length;
  guint n_cancelled = 0;
  Trial trial;

  trial_init (&trial, kind);
  length = run_trial (&trial, kind, -1);
  g_assert_false (trial.cancelled);
  trial_clear (&trial);
  for (int i = 0; i <= MOMENTS; i++)
    {
      g_autofree char *before = NULL;
      g_autofree char *after = NULL;
      g_autofree char *session_before = NULL;
      g_autofree char *session_after = NULL;

      trial_init (&trial, kind);
      before = describe (trial.place);
      session_before = describe_session (trial.session);
      run_trial (&trial, kind, length * i / MOMENTS);
      after = describe (trial.place);
      session_after = describe_session (trial.session);
      n_cancelled += trial.cancelled;
      if (trial.cancelled)
        {
          g_assert_cmpstr (after, ==, before);
          g_assert_cmpstr (session_after, ==, session_before);
        }
      else
        g_assert_cmpstr (after, !=, before);
      trial_clear (&trial);
    }
  g_assert_cmpuint (n_cancelled, >, 0);
}

/* A job that waits for its turn can be cancelled too, and never runs. */
static gboolean
must_not_run (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  g_assert_not_reached ();
}

static void
test_cancel_waiting (void)
{
  Trial trial;
  AssayTask *waiting;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  trial_init (&trial, &kinds[1]);
  before = describe (trial.place);
  assay_session_run (trial.session, "first", export, NULL, &trial, NULL);
  waiting = assay_session_run (trial.session, "second", must_not_run, done, &trial, NULL);
  assay_task_cancel (waiting);
  place_settle (trial.session);
  g_assert_true (trial.ended && trial.cancelled);
  after = describe (trial.place);
  g_assert_cmpstr (after, !=, before); /* the first did run */
  trial_clear (&trial);
}

/* What a job will take of memory is said in its line as soon as it is planned. */
static int told;

static gboolean
plan_and_wait (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  gint64 until = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  if (!ay_work_plan_one (work, "influence", job, error))
    return FALSE;
  while (!g_atomic_int_get (&told) && g_get_monotonic_time () < until)
    g_usleep (1000);
  return TRUE;
}

static void
note_memory (GObject *task, GParamSpec *pspec, gpointer data)
{
  g_autofree char *memory = NULL;

  g_object_get (task, "memory", &memory, NULL);
  g_assert_true (g_str_has_prefix (memory, "About "));
  g_assert_nonnull (strstr (memory, " MB of memory of "));
  g_atomic_int_set (&told, 1);
}

static void
test_memory_is_told (void)
{
  Trial trial;
  AssayTask *task;

  trial_init (&trial, &kinds[1]);
  task = assay_session_run (trial.session, "planned", plan_and_wait, done, &trial, NULL);
  g_signal_connect (task, "notify::memory", G_CALLBACK (note_memory), NULL);
  place_settle (trial.session);
  g_assert_true (trial.ended && !trial.cancelled);
  g_assert_true (told);
  trial_clear (&trial);
}

/* Closing during a job: nothing is asked, what was shown as done is there, the job is wholly there
 * or not at all. */
static void
test_close_during_job (void)
{
  for (int i = 0; i < MOMENTS; i++)
    {
      g_autoptr (Place) place = place_new (5);
      AssaySession *session = place_session (place);
      g_autoptr (AyWork) again = NULL;
      g_autoptr (AyBitset) dropped = NULL;
      g_autoptr (AyTable) columns = NULL;
      gint64 until;
      guint n;

      assay_session_run (session, "score", score, NULL, NULL, NULL);
      assay_session_run (session, "map", map, NULL, NULL, NULL);
      until = g_get_monotonic_time () + i * 1500;
      assay_session_select_all (session);
      g_assert_true (assay_session_decide (session, AY_DECISION_DROP, NULL, NULL));
      while (g_get_monotonic_time () < until)
        g_main_context_iteration (NULL, FALSE);
      assay_session_set_work (session, NULL);
      g_object_get (session, "n-rows", &n, NULL);
      g_assert_cmpuint (n, ==, 0);
      place_settle (session);
      g_object_unref (session);
      again = place_work (place);
      dropped = ay_journal_rows_decided (ay_work_journal (again), AY_DECIDED_DROP);
      g_assert_cmpuint (ay_bitset_count (dropped), ==, PLACE_ROWS);
      columns = ay_work_columns (again, NULL);
      g_assert_true ((ay_table_find (columns, "influence") == NULL)
                     == (ay_table_find (columns, "self_confidence") == NULL));
      g_assert_true ((ay_table_find (columns, "map_x") == NULL)
                     == (ay_table_find (columns, "map_y") == NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *name = g_strdup_printf ("/app/cancel/%s", kinds[i].name);

      g_test_add_data_func (name, &kinds[i], test_cancel);
    }
  g_test_add_func ("/app/cancel/waiting", test_cancel_waiting);
  g_test_add_func ("/app/cancel/memory-is-told", test_memory_is_told);
  g_test_add_func ("/app/cancel/close-during-job", test_close_during_job);
  return g_test_run ();
}
