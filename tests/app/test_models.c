/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window's models one by one: filters, history, tasks, the session's rules, the row model. */
#include "app/model/filters.h"
#include "app/model/history.h"
#include "app/model/role_plan.h"
#include "app/model/row_model.h"
#include "app/widgets/point_colors.h"
#include "core/base/error.h"
#include "app_place.h"

#include <gtk/gtk.h>

static void
test_filters_value (void)
{
  g_autoptr (AssayFilters) filters = assay_filters_new ();
  g_autoptr (AssayFilters) copy = NULL;

  g_assert_true (assay_filters_is_empty (filters));
  assay_filters_set_brush (filters, "a", -1, 2);
  assay_filters_set_brush (filters, "b", 0, 0);
  assay_filters_set_brush (filters, "a", 3, 4); /* replaces */
  g_assert_cmpuint (filters->brushes->len, ==, 2);
  g_assert_cmpfloat (assay_filters_find_brush (filters, "a")->low, ==, 3);
  copy = assay_filters_copy (filters);
  assay_filters_set_brush (filters, "a", 1, 0); /* removes */
  g_assert_null (assay_filters_find_brush (filters, "a"));
  g_assert_nonnull (assay_filters_find_brush (copy, "a"));
  assay_filters_set_brush (filters, "b", NAN, NAN);
  g_assert_true (assay_filters_is_empty (filters));
}

static AssayStep
selection_step (gsize n)
{
  return (AssayStep) { .kind = ASSAY_STEP_SELECTION,
                       .selection = { ay_bitset_new (n), ay_bitset_new (n + 1) } };
}

static void
test_history (void)
{
  AssayHistory *history = assay_history_new ();

  g_assert_null (assay_history_undo (history));
  for (gsize i = 1; i <= 250; i++)
    assay_history_record (history, selection_step (i));
  for (gsize i = 250; i > 50; i--) /* the oldest 50 are forgotten */
    g_assert_cmpuint (assay_history_undo (history)->selection[0]->n, ==, i);
  g_assert_false (assay_history_can_undo (history));
  g_assert_cmpuint (assay_history_redo (history)->selection[1]->n, ==, 52);
  assay_history_record (history, selection_step (7)); /* what was undone is forgotten */
  g_assert_false (assay_history_can_redo (history));
  g_assert_cmpuint (assay_history_undo (history)->selection[0]->n, ==, 7);
  g_assert_cmpuint (assay_history_undo (history)->selection[0]->n, ==, 51);
  g_assert_false (assay_history_can_undo (history));
  assay_history_free (history);
}

static void
test_select_mode (void)
{
  guint both = GDK_CONTROL_MASK | GDK_SHIFT_MASK;

  g_assert_cmpint (assay_select_mode (0, TRUE), ==, ASSAY_SELECT_REPLACE);
  g_assert_cmpint (assay_select_mode (GDK_SHIFT_MASK, FALSE), ==, ASSAY_SELECT_REPLACE);
  g_assert_cmpint (assay_select_mode (GDK_CONTROL_MASK, TRUE), ==, ASSAY_SELECT_TOGGLE);
  g_assert_cmpint (assay_select_mode (GDK_CONTROL_MASK, FALSE), ==, ASSAY_SELECT_ADD);
  g_assert_cmpint (assay_select_mode (both, TRUE), ==, ASSAY_SELECT_SUBTRACT);
  g_assert_cmpint (assay_select_mode (both, FALSE), ==, ASSAY_SELECT_SUBTRACT);
}

/* --- tasks --- */

typedef struct
{
  GString *order;   /* of what ran and what was told */
  char name;
  AssayTask *other; /* (nullable) cancelled from inside */
  gint *running;
} Job;

static gboolean
run_job (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Job *self = data;

  g_assert_cmpint (g_atomic_int_add (self->running, 1), ==, 0); /* alone */
  ay_job_set_phase (job, "working");
  ay_job_set_fraction (job, 0.5);
  g_usleep (2000);
  g_atomic_int_add (self->running, -1);
  return ay_job_check (job, error);
}

static void
job_done (GObject *session, gpointer data, const GError *error)
{
  Job *self = data;

  g_string_append_c (self->order, error == NULL ? self->name : '-');
}

static void
test_tasks_in_order (void)
{
  g_autoptr (Place) place = place_new (1);
  g_autoptr (AssaySession) session = place_session (place);
  g_autoptr (GString) order = g_string_new (NULL);
  gint running = 0;
  Job jobs[4];
  AssayTask *tasks[4];
  gboolean busy;

  for (int i = 0; i < 4; i++)
    {
      jobs[i] = (Job) { order, (char) ('a' + i), NULL, &running };
      tasks[i] = assay_session_run (session, "job", run_job, job_done, &jobs[i], NULL);
    }
  g_object_get (session, "busy", &busy, NULL);
  g_assert_true (busy);
  g_assert_true (assay_task_is_running (tasks[0]));
  g_assert_false (assay_task_has_started (tasks[1]));
  assay_task_cancel (tasks[2]);
  place_settle (session);
  g_assert_cmpstr (order->str, ==, "ab-d");
  g_object_get (session, "busy", &busy, NULL);
  g_assert_false (busy);
}

static gboolean
wait_for_cancel (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  g_assert_nonnull (work);
  while (ay_job_check (job, NULL))
    g_usleep (200);
  return ay_job_check (job, error);
}

static gboolean
open_nothing (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  g_assert_null (work);
  return TRUE;
}

/* Opening does not wait for what runs, and ends what runs on the workspace before. */
static void
test_tasks_apart (void)
{
  g_autoptr (Place) place = place_new (1);
  g_autoptr (Place) other = place_new (2);
  g_autoptr (AssaySession) session = place_session (place);
  g_autoptr (AyWork) work = place_work (other);
  g_autoptr (GString) order = g_string_new (NULL);
  gint running = 0;
  Job endless = { order, 'e', NULL, &running }, opening = { order, 'o', NULL, &running };
  guint serial = assay_session_get_serial (session);

  assay_session_run (session, "endless", wait_for_cancel, job_done, &endless, NULL);
  assay_session_run_apart (session, "opening", open_nothing, job_done, &opening, NULL);
  while (order->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (order->str, ==, "o");
  assay_session_set_work (session, work);
  g_assert_cmpuint (assay_session_get_serial (session), >, serial);
  g_assert_cmpstr (order->str, ==, "o-"); /* told at once */
  place_settle (session);
  g_assert_cmpstr (order->str, ==, "o-");
}

/* After the point of no return a job cannot be cancelled, and is told as done. */
static gboolean
commit_then_wait (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Job *self = data;

  g_assert_true (ay_job_commit (job, error));
  g_atomic_int_set (self->running, 1);
  g_usleep (20000);
  return ay_job_check (job, error);
}

static void
test_commit (void)
{
  g_autoptr (Place) place = place_new (1);
  g_autoptr (AssaySession) session = place_session (place);
  g_autoptr (GString) order = g_string_new (NULL);
  gint running = 0;
  Job job = { order, 'c', NULL, &running };
  AssayTask *task = assay_session_run (session, "job", commit_then_wait, job_done, &job, NULL);

  while (g_atomic_int_get (&running) == 0)
    g_main_context_iteration (NULL, FALSE);
  assay_task_cancel (task);
  g_assert_cmpstr (order->str, ==, "");
  place_settle (session);
  g_assert_cmpstr (order->str, ==, "c");
}

/* --- rows --- */

static void
count_items (GListModel *list, guint at, guint removed, guint added, guint *changes)
{
  ++*changes;
}

/* Rows that a filter hides keep their place in the selection unless a gesture replaces it. */
static void
test_hidden_rows_stay_selected (void)
{
  g_autoptr (Place) place = place_new (3);
  g_autoptr (AssaySession) session = place_session (place);
  g_autoptr (AssayRowModel) rows = assay_row_model_new (session);
  GtkSelectionModel *model = GTK_SELECTION_MODEL (rows);
  guint n, changes = 0;

  assay_session_select_all (session);
  g_assert_true (assay_session_set_filter (session, "label = 'c1'", NULL));
  gtk_selection_model_unselect_item (model, 0);
  g_object_get (session, "n-selected", &n, NULL);
  g_assert_cmpuint (n, ==, PLACE_ROWS - 1);
  gtk_selection_model_select_item (model, 0, FALSE);
  g_object_get (session, "n-selected", &n, NULL);
  g_assert_cmpuint (n, ==, PLACE_ROWS);
  g_signal_connect (model, "items-changed", G_CALLBACK (count_items), &changes);
  gtk_selection_model_select_item (model, 1, TRUE);
  g_object_get (session, "n-selected", &n, NULL);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (changes, ==, 0); /* selecting moves no row */
  assay_session_undo (session);
  g_object_get (session, "n-selected", &n, NULL);
  g_assert_cmpuint (n, ==, PLACE_ROWS);
}

/* One visible row, Ctrl-clicked, does not take the hidden ones away. */
static void
test_single_visible_row (void)
{
  g_autoptr (Place) place = place_new (3);
  g_autoptr (AssaySession) session = place_session (place);
  g_autoptr (AssayRowModel) rows = assay_row_model_new (session);
  guint n;

  assay_session_select_all (session);
  g_assert_true (assay_session_set_filter (session, "id = 'r007'", NULL));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (rows)), ==, 1);
  gtk_selection_model_unselect_item (GTK_SELECTION_MODEL (rows), 0);
  g_object_get (session, "n-selected", &n, NULL);
  g_assert_cmpuint (n, ==, PLACE_ROWS - 1);
}

/* What is typed in one go is one step of undo; what follows an Enter is another. */
static void
test_typed_filter (void)
{
  g_autoptr (Place) place = place_new (3);
  g_autoptr (AssaySession) session = place_session (place);
  g_autofree char *filter = NULL;
  guint n;

  assay_session_type_filter (session, "score < 1", NULL);
  g_assert_false (assay_session_type_filter (session, "score < 1 AND", NULL));
  assay_session_type_filter (session, "score < 1 AND label = 'c1'", NULL);
  assay_session_set_filter (session, "score < 1 AND label = 'c1'", NULL); /* Enter */
  assay_session_type_filter (session, "label = 'c2'", NULL);
  assay_session_undo (session);
  g_object_get (session, "filter", &filter, NULL);
  g_assert_cmpstr (filter, ==, "score < 1 AND label = 'c1'");
  assay_session_undo (session);
  g_object_get (session, "n-visible", &n, NULL);
  g_assert_cmpuint (n, ==, PLACE_ROWS);
  assay_session_redo (session);
  g_free (filter);
  g_object_get (session, "filter", &filter, NULL);
  g_assert_cmpstr (filter, ==, "score < 1 AND label = 'c1'");
}

static void
test_nothing_open (void)
{
  g_autoptr (AssaySession) session = assay_session_new ();
  g_autoptr (AssayRowModel) rows = assay_row_model_new (session);

  assay_session_select_all (session);
  assay_session_select_none (session);
  assay_session_clear_filters (session);
  assay_session_set_brush (session, "x", 0, 1);
  assay_session_undo (session);
  assay_session_redo (session);
  g_assert_true (assay_session_set_filter (session, "nonsense (", NULL));
  g_assert_false (assay_session_decide (session, AY_DECISION_DROP, NULL, NULL));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (rows)), ==, 0);
  g_assert_cmpuint (assay_session_get_scores (session)->len, ==, 0);
}

/* Any column can colour: each row has an entry of the palette, the missing ones the last. */
static void
test_colors (void)
{
  static const char *const columns[] = { NULL, "label", "score", "note", "id", "decision", "x" };
  g_autoptr (Place) place = place_new (3);
  g_autoptr (AssaySession) session = place_session (place);

  for (gsize k = 0; k < G_N_ELEMENTS (columns); k++)
    for (int dark = 0; dark < 2; dark++)
      {
        g_autoptr (AssayPointColors) colors = assay_point_colors_new (session, columns[k], dark);

        for (gsize i = 0; i < PLACE_ROWS; i++)
          g_assert_cmpuint (colors->index[i], <, colors->n_palette);
        for (gsize i = 0; k == 2 && i < PLACE_ROWS; i++)
          g_assert_cmpint (colors->index[i] == colors->n_palette - 1, ==,
                           isnan (place->score[i]));
      }
}

/* What the dialog of roles starts from, and what choosing does. */
static void
test_role_plan (void)
{
  g_autoptr (Place) place = place_new (3);
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayRolePlan) plan = assay_role_plan_read (place->csv, NULL, &error);
  guint label = 0, target = 1, n;

  g_assert_no_error (error);
  g_assert_cmpstr (assay_roles[label].title, ==, "Label");
  g_assert_cmpstr (assay_roles[target].title, ==, "Target");
  g_assert_cmpuint (plan->n_columns, ==, 7);
  g_assert_cmpuint (plan->n_rows, ==, 6);
  g_assert_cmpuint (plan->cells->len, ==, 7 * 6);
  for (guint row = 0; row < plan->n_rows; row++)
    g_assert_cmpstr (plan->cells->pdata[row * 7], ==, place->id[row]);
  g_assert_cmpstr (assay_role_plan_get (plan, label), ==, "col:label");
  g_assert_cmpint (assay_role_plan_find (plan, "col:label"), ==, 1);
  assay_role_plan_set (plan, target, "col:score"); /* the one or the other */
  g_assert_null (assay_role_plan_get (plan, label));
  g_assert_cmpstr (assay_role_plan_get (plan, target), ==, "col:score");
  n = plan->names->len;
  assay_role_plan_set (plan, label, assay_role_plan_add_file (plan, "/none/such.npy"));
  g_assert_cmpuint (plan->names->len, ==, n + 1);
  assay_role_plan_add_file (plan, "/none/such.npy"); /* once */
  g_assert_cmpuint (plan->names->len, ==, n + 1);
  g_assert_cmpstr (assay_role_plan_get (plan, label), ==, "file:/none/such.npy");
  g_assert_null (assay_role_plan_get (plan, target));
  assay_role_plan_set (plan, label, NULL);
  g_assert_null (assay_role_plan_get (plan, label));
}

/* A file of their own for roles that were tried: still among the choices. */
static void
test_role_plan_again (void)
{
  g_autoptr (Place) place = place_new (3);
  g_autoptr (AssayRolePlan) plan = assay_role_plan_read (place->csv, NULL, NULL);
  AyLoadOptions *roles = place_roles (place);

  g_free (roles->label);
  roles->label = g_strdup ("file:/none/labels.npy");
  assay_role_plan_take (plan, roles);
  g_assert_cmpint (assay_role_plan_find (plan, "file:/none/labels.npy"), ==, 7);
  g_assert_cmpstr (plan->names->pdata[7], ==, "labels.npy");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/filters/value", test_filters_value);
  g_test_add_func ("/app/history/order", test_history);
  g_test_add_func ("/app/session/select-mode", test_select_mode);
  g_test_add_func ("/app/session/nothing-open", test_nothing_open);
  g_test_add_func ("/app/session/typed-filter", test_typed_filter);
  g_test_add_func ("/app/tasks/in-order", test_tasks_in_order);
  g_test_add_func ("/app/tasks/apart", test_tasks_apart);
  g_test_add_func ("/app/tasks/commit", test_commit);
  g_test_add_func ("/app/rows/hidden-stay-selected", test_hidden_rows_stay_selected);
  g_test_add_func ("/app/rows/single-visible", test_single_visible_row);
  g_test_add_func ("/app/colors/any-column", test_colors);
  g_test_add_func ("/app/roles/plan", test_role_plan);
  g_test_add_func ("/app/roles/plan-again", test_role_plan_again);
  return g_test_run ();
}
