/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever filters, sorts, lassos, groups, clusters, decisions and undos a person does in whatever
 * order: the picture, the table, the gallery and the export show the same rows. A plain model of
 * the rules, arrays of booleans, is driven beside the session by the same random steps and compared
 * after each. */
#include "app/model/cluster_names.h"
#include "app/model/row.h"
#include "app/model/row_set.h"
#include "core/work/clusters.h"
#include "figure/pick.h"
#include "plain_rows.h"

#include <gtk/gtk.h>

#define STEPS 120
#define GRID 20       /* rows lie on a grid of so many columns */
#define CELL 5        /* pixels */

/* --- one random step, done to both --- */

static guint
below (World *world, guint n)
{
  return (guint) ay_rng_below (&world->rng, n);
}

static void
do_filter (World *world)
{
  g_autoptr (GError) error = NULL;
  Filters after = world->filters;

  after.where = (int) below (world, G_N_ELEMENTS (conditions) + 1) - 1;
  g_assert_true (assay_session_set_filter (
      world->session, after.where < 0 ? NULL : conditions[after.where].sql, &error));
  g_assert_no_error (error);
  if (after.where != world->filters.where)
    expect_filters (world, &after);
}

static void
do_bad_filter (World *world)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (assay_session_set_filter (world->session, "score <", &error));
  g_assert_nonnull (error);
}

static void
do_hide (World *world)
{
  AyDataset *data = assay_session_get_data (world->session);
  g_autoptr (AyBitset) hidden = ay_bitset_new (PLACE_CLASSES);
  Filters after = world->filters;

  for (int code = 0; code < PLACE_CLASSES; code++)
    {
      int class = data->class_names[code][1] - '0';

      after.hidden[class] = below (world, 3) == 0;
      if (after.hidden[class])
        ay_bitset_add (hidden, (gsize) code);
    }
  assay_session_set_hidden_classes (world->session, hidden);
  expect_filters (world, &after);
}

static void
do_brush (World *world)
{
  Filters after = world->filters;

  after.brushed = below (world, 3) > 0;
  after.low = after.brushed ? below (world, 10) - 8.0 : 1.0;
  after.high = after.brushed ? after.low + below (world, 9) : 0.0;
  assay_session_set_brush (world->session, "score", after.low, after.high);
  expect_filters (world, &after);
}

static void
do_clear_filters (World *world)
{
  Filters after = { .where = -1 };
  gboolean any = world->filters.where >= 0 || world->filters.brushed;

  for (int class = 0; class < PLACE_CLASSES; class ++)
    any = any || world->filters.hidden[class];
  assay_session_clear_filters (world->session);
  if (any)
    expect_filters (world, &after);
}

static void
do_sort (World *world)
{
  static const char *const columns[] = { NULL, "score", "label", "note", "decision", "id" };

  world->sort = columns[below (world, G_N_ELEMENTS (columns))];
  world->descending = below (world, 2);
  assay_session_sort (world->session, world->sort, world->descending);
}

static void
do_only_selected (World *world)
{
  world->only_selected = below (world, 2);
  assay_row_model_set_only_selected (world->rows, world->only_selected);
}

/* Even-odd, with a ray to the right: another way than the one under test is not needed, the places
 * are whole numbers and the corners are not. */
static gboolean
is_inside (const double *corners, int m, double x, double y)
{
  gboolean inside = FALSE;

  for (int i = 0, j = m - 1; i < m; j = i++)
    {
      double xi = corners[2 * i], yi = corners[2 * i + 1];
      double xj = corners[2 * j], yj = corners[2 * j + 1];

      if ((yi > y) != (yj > y) && x < xi + (y - yi) / (yj - yi) * (xj - xi))
        inside = !inside;
    }
  return inside;
}

static void
do_lasso (World *world)
{
  AssaySelectMode mode = (AssaySelectMode) below (world, 4);
  AssayMapFrame frame
      = assay_map_frame_describe (world->session, world->colors, N, world->x, world->y);
  AyFigurePoints points = assay_map_frame_points (&frame);
  g_autoptr (AyBitset) rows = ay_bitset_new (N);
  gboolean touched[N];
  double corners[16];
  int m = 3 + (int) below (world, 6);

  for (int i = 0; i < 2 * m; i++)
    corners[i] = ay_rng_uniform (&world->rng) * (GRID + 1) - 1;
  ay_figure_pick_polygon (&points, corners, (gsize) m, rows);
  for (int i = 0; i < N; i++)
    {
      touched[i] = is_inside (corners, m, world->x[i], world->y[i]) && is_visible (world, i);
      g_assert_cmpint (touched[i], ==, ay_bitset_get (rows, (gsize) i));
    }
  assay_session_select (world->session, rows, mode);
  expect_selected (world, touched, mode);
  assay_map_frame_clear (&frame);
}

static void
do_click (World *world)
{
  AssaySelectMode mode = (AssaySelectMode) below (world, 4);
  gboolean touched[N] = { FALSE };
  guint row = below (world, N);

  touched[row] = TRUE;
  assay_session_select_row (world->session, row, mode);
  expect_selected (world, touched, mode);
}

/* Clicks, ranges and rubber bands in table and gallery, as GTK asks for them. */
static void
do_list (World *world)
{
  GtkSelectionModel *model = GTK_SELECTION_MODEL (world->rows);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (model));
  guint from = below (world, n + 1), count = 1 + below (world, 20), what = below (world, 6);
  gboolean touched[N] = { FALSE };

  for (guint i = 0; i < n; i++)
    touched[assay_row_model_get_row (world->rows, i)] = i >= from && i - from < count;
  switch (what)
    {
    case 0:
      gtk_selection_model_select_range (model, from, count, TRUE);
      expect_selected (world, touched, ASSAY_SELECT_REPLACE);
      break;
    case 1:
      gtk_selection_model_select_range (model, from, count, FALSE);
      expect_selected (world, touched, ASSAY_SELECT_ADD);
      break;
    case 2:
      gtk_selection_model_unselect_range (model, from, count);
      expect_selected (world, touched, ASSAY_SELECT_SUBTRACT);
      break;
    case 3: gtk_selection_model_select_all (model); break;
    case 4: gtk_selection_model_unselect_all (model); break;
    default:
      {
        g_autoptr (GtkBitset) all = gtk_bitset_new_range (0, n);
        g_autoptr (GtkBitset) band = gtk_bitset_new_range (from, MIN (count, n - from));

        gtk_selection_model_set_selection (model, band, all);
        expect_selected (world, touched, ASSAY_SELECT_REPLACE);
      }
    }
  for (guint i = 0; what == 3 && i < n; i++)
    touched[assay_row_model_get_row (world->rows, i)] = TRUE;
  if (what == 3)
    expect_selected (world, touched, ASSAY_SELECT_REPLACE);
  memset (touched, 0, sizeof touched);
  if (what == 4)
    expect_selected (world, touched, ASSAY_SELECT_REPLACE);
}

/* --- groups and clusters, as the pages Redundancy and Map select them --- */

static void
find_groups (World *world)
{
  AyRedundancyOptions options = AY_REDUNDANCY_OPTIONS_INIT;

  world->threshold = 0.2;
  options.distance = AY_DISTANCE_EUCLIDEAN;
  options.threshold = options.floor = world->threshold;
  options.standardise = 0;
  assay_group_list_find (world->groups, &options);
  place_settle (world->session);
  g_assert_nonnull (assay_group_list_get_cut (world->groups));
}

/* Another threshold, and another order of the groups. */
static void
do_cut (World *world)
{
  if (assay_group_list_get_cut (world->groups) == NULL)
    find_groups (world);
  world->threshold = 0.02 * (1 + below (world, 10));
  assay_group_list_set_threshold (world->groups, world->threshold);
  while (assay_group_list_get_cut (world->groups)->threshold != world->threshold)
    g_main_context_iteration (NULL, TRUE);
  assay_group_list_set_order (world->groups, (AyGroupsOrder) below (world, 4));
}

/* One group of the list, or all rows that would go. */
static void
do_group (World *world)
{
  gboolean touched[N] = { FALSE }, goes = below (world, 4) == 0;
  g_autoptr (AssayGroup) group = NULL;
  g_autoptr (AyBitset) rows = NULL;
  guint n;

  if (assay_group_list_get_cut (world->groups) == NULL)
    find_groups (world);
  n = g_list_model_get_n_items (G_LIST_MODEL (world->groups));
  g_assert_cmpuint (n, >, 0);
  group = g_list_model_get_item (G_LIST_MODEL (world->groups), below (world, n));
  rows = goes ? assay_group_list_dup_redundant (world->groups)
              : assay_group_list_dup_rows (world->groups, assay_group_get_number (group));
  for (int i = 0; i < N && !goes; i++)
    if (ay_bitset_get (rows, (gsize) i))
      {
        find_group (world, i, touched);
        break;
      }
  for (int i = 0; i < N; i++)
    if (goes)
      touched[i] = assay_group_list_get_cut (world->groups)->redundant[i];
    else
      g_assert_cmpint (touched[i], ==, ay_bitset_get (rows, (gsize) i));
  assay_session_select (world->session, rows, ASSAY_SELECT_REPLACE);
  expect_selected (world, touched, ASSAY_SELECT_REPLACE);
}

static void
do_cluster (World *world)
{
  guint number = below (world, CLUSTERS);
  g_autofree char *where = g_strdup_printf ("cluster = %u", number);
  g_autoptr (GError) error = NULL;
  g_autoptr (AyBitset) rows = assay_clusters_dup_rows (world->session, number);
  g_autoptr (AyBitset) told
      = ay_work_select (assay_session_get_work (world->session), where, NULL, &error);
  gboolean touched[N];

  g_assert_no_error (error);
  for (int i = 0; i < N; i++)
    {
      touched[i] = ay_bitset_get (told, (gsize) i);
      g_assert_cmpint (touched[i], ==, ay_bitset_get (rows, (gsize) i));
    }
  assay_session_select (world->session, rows, ASSAY_SELECT_REPLACE);
  expect_selected (world, touched, ASSAY_SELECT_REPLACE);
}

static const char *const called[] = { "", "near the edge", "middle ones" };

/* A step of its own between the others; the rows stay as they are. */
static void
do_name (World *world)
{
  Step step = { .kind = ASSAY_STEP_COLUMN, .cluster = (int) below (world, CLUSTERS) };

  step.name[0] = world->name[step.cluster];
  step.name[1] = (int) below (world, G_N_ELEMENTS (called));
  g_assert_true (
      assay_clusters_name (world->session, (guint) step.cluster, called[step.name[1]]));
  if (step.name[0] == step.name[1])
    return;
  g_array_set_size (world->decisions, world->n_decided);
  push (world, &step);
  world->name[step.cluster] = step.name[1];
}

static void
do_decide (World *world)
{
  Decision decision = { below (world, 2) == 0 ? AY_DECISION_KEEP : AY_DECISION_DROP, { FALSE } };
  Step step = { .kind = ASSAY_STEP_DECISION };
  gboolean any = FALSE;

  for (int i = 0; i < N; i++)
    {
      decision.rows[i] = world->selected[i];
      any = any || world->selected[i];
    }
  if (!any)
    return;
  g_assert_true (
      assay_session_decide (world->session, (AyDecisionKind) decision.kind, NULL, NULL));
  g_array_set_size (world->decisions, world->n_decided);
  g_array_append_val (world->decisions, decision);
  world->n_decided++;
  push (world, &step);
}

static void
do_undo (World *world)
{
  for (guint times = below (world, 5); times > 0; times--)
    {
      assay_session_undo (world->session);
      expect_undo (world);
    }
}

static void
do_redo (World *world)
{
  for (guint times = below (world, 4); times > 0; times--)
    {
      assay_session_redo (world->session);
      expect_redo (world);
    }
}

/* Closes the workspace and opens it again: what was decided stays. */
static void
do_reopen (World *world)
{
  g_autoptr (AyWork) work = NULL;

  if (below (world, 4) > 0)
    return;
  assay_session_set_work (world->session, NULL);
  work = place_work (world->place);
  assay_session_set_work (world->session, work);
  world->filters = (Filters) { .where = -1 };
  world->sort = NULL;
  world->descending = FALSE;
  memset (world->selected, 0, sizeof world->selected);
  g_array_set_size (world->decisions, world->n_decided);
  g_array_set_size (world->steps, 0);
  world->at = 0;
}

static void (*const steps[]) (World *world) = {
  do_filter, do_bad_filter, do_hide,   do_brush,  do_clear_filters, do_sort, do_only_selected,
  do_lasso,  do_lasso,      do_click,  do_click,  do_list,          do_list, do_decide,
  do_decide, do_undo,       do_undo,   do_redo,   do_reopen,        do_cut,  do_group,
  do_group,  do_cluster,    do_name,
};

/* --- what the views show --- */

static void
check_session (World *world)
{
  g_auto (GStrv) named = ay_work_cluster_names (assay_session_get_work (world->session), NULL);
  const AyBitset *visible = assay_session_get_visible (world->session);
  const AyBitset *selection = assay_session_get_selection (world->session);
  gboolean can_undo, can_redo;

  for (int i = 0; i < N; i++)
    {
      g_assert_cmpint (ay_bitset_get (visible, (gsize) i), ==, is_visible (world, i));
      g_assert_cmpint (ay_bitset_get (selection, (gsize) i), ==, world->selected[i]);
    }
  for (int k = 0; k < CLUSTERS; k++)
    g_assert_cmpstr (named[k], ==, called[world->name[k]]);
  g_object_get (world->session, "can-undo", &can_undo, "can-redo", &can_redo, NULL);
  g_assert_cmpint (can_undo, ==, world->at > 0);
  g_assert_cmpint (can_redo, ==, world->at < world->steps->len);
}

/* The value that a row sorts by, as text; NULL where it is missing. Numbers are told apart. */
static const char *
sort_text (World *world, int row)
{
  static const char *const names[] = { "none", "keep", "drop" };
  static const char *const classes[] = { "c0", "c1", "c2", "c3", "c4" };

  if (g_str_equal (world->sort, "label"))
    return classes[world->place->label[row]];
  if (g_str_equal (world->sort, "note"))
    return world->place->note[row];
  if (g_str_equal (world->sort, "id"))
    return world->place->id[row];
  return names[decided (world, row)];
}

static int
compare_rows (gconstpointer a, gconstpointer b, gpointer data)
{
  World *world = data;
  int x = *(const int *) a, y = *(const int *) b, order = 0;

  if (world->sort != NULL && g_str_equal (world->sort, "score"))
    {
      double u = world->place->score[x], v = world->place->score[y];

      if (isnan (u) || isnan (v))
        order = isnan (u) - isnan (v);
      else
        order = world->descending ? (v > u) - (v < u) : (u > v) - (u < v);
    }
  else if (world->sort != NULL)
    {
      const char *u = sort_text (world, x), *v = sort_text (world, y);

      if (u == NULL || v == NULL)
        order = (u == NULL) - (v == NULL);
      else
        order = world->descending ? -strcmp (u, v) : strcmp (u, v);
    }
  return order != 0 ? order : x - y;
}

/* Table and gallery show one model. */
static void
check_rows (World *world)
{
  GListModel *list = G_LIST_MODEL (world->rows);
  int expected[N];
  guint n = 0;

  for (int i = 0; i < N; i++)
    if (is_visible (world, i) && (!world->only_selected || world->selected[i]))
      expected[n++] = i;
  g_qsort_with_data (expected, (int) n, sizeof (int), compare_rows, world);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AssayRow) row = g_list_model_get_item (list, i);

      g_assert_cmpuint (assay_row_get_row (row), ==, expected[i]);
      g_assert_cmpuint (assay_row_model_get_row (world->rows, i), ==, expected[i]);
      g_assert_cmpuint (assay_row_model_find (world->rows, (guint) expected[i]), ==, i);
      g_assert_cmpint (gtk_selection_model_is_selected (GTK_SELECTION_MODEL (list), i), ==,
                       world->selected[expected[i]]);
    }
}

/* Each row has a cell of the picture to itself: painted when visible, faint when others are
 * selected. */
static void
check_picture (World *world)
{
  AssayMapFrame frame
      = assay_map_frame_describe (world->session, world->colors, N, world->x, world->y);
  int width = GRID * CELL, height = (N / GRID) * CELL;
  g_autofree guint32 *pixels = g_new (guint32, width * height);
  g_autoptr (AyFigureRaster) raster = ay_figure_raster_new ();
  g_autoptr (GdkTexture) texture = NULL;
  gboolean any = FALSE;

  frame.view = (AyFigureView) { -0.5, -0.5, GRID - 0.5, N / GRID - 0.5 };
  frame.options.width = width;
  frame.options.height = height;
  frame.options.radius = 0.5;
  frame.options.alpha = 1.0;
  texture = assay_map_frame_draw (&frame, raster, NULL);
  gdk_texture_download (texture, (guchar *) pixels, (gsize) width * 4);
  for (int i = 0; i < N; i++)
    any = any || world->selected[i];
  for (int i = 0; i < N; i++)
    {
      int left = (i % GRID) * CELL, top = height - (i / GRID + 1) * CELL, most = 0;

      for (int k = 0; k < CELL * CELL; k++)
        most = MAX (most, (int) (pixels[(top + k / CELL) * width + left + k % CELL] >> 24));
      if (!is_visible (world, i))
        g_assert_cmpint (most, ==, 0);
      else if (!any || world->selected[i])
        g_assert_cmpint (most, ==, 255);
      else
        g_assert_true (most > 0 && most < 255);
    }
  assay_map_frame_clear (&frame);
}

static gboolean
in_set (World *world, AssayRowSet which, int row)
{
  switch (which)
    {
    case ASSAY_ROWS_CURATED: return decided (world, row) != AY_DECIDED_DROP;
    case ASSAY_ROWS_SELECTED: return world->selected[row];
    case ASSAY_ROWS_VISIBLE: return is_visible (world, row);
    case ASSAY_ROWS_ALL: return TRUE;
    }
  return FALSE;
}

static void
check_export (World *world)
{
  static const char *const decisions[] = { "none", "keep", "drop" };
  const char *const columns[] = { "id", "label", "decision", NULL };
  AssayRowSet which = (AssayRowSet) below (world, 4);
  g_autofree char *path = g_build_filename (world->place->folder, "out.csv", NULL);
  g_autoptr (AyBitset) rows = assay_row_set_dup (world->session, which);
  g_autoptr (GString) expected = g_string_new ("id,label,decision\n");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  AyWorkExport what = { columns, rows, assay_session_get_sort (world->session),
                        assay_session_get_descending (world->session) };
  int order[N];

  g_unlink (path);
  ay_work_export (assay_session_get_work (world->session), &what, path, NULL, &error);
  g_assert_no_error (error);
  for (int i = 0; i < N; i++)
    order[i] = i;
  g_qsort_with_data (order, N, sizeof (int), compare_rows, world);
  for (int i = 0; i < N; i++)
    if (in_set (world, which, order[i]))
      g_string_append_printf (expected, "%s,c%d,%s\n", world->place->id[order[i]],
                              world->place->label[order[i]], decisions[decided (world, order[i])]);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected->str);
}

static void
find_clusters (World *world)
{
  AyClusterOptions options = AY_CLUSTER_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  options.k = CLUSTERS;
  g_assert_true (ay_work_cluster (assay_session_get_work (world->session), "kmeans", &options, NULL,
                                  &error));
  g_assert_no_error (error);
  assay_session_columns_changed (world->session);
}

static void
world_init (World *world, guint64 seed)
{
  *world = (World) { .place = place_new (seed), .filters = { .where = -1 } };
  ay_rng_init (&world->rng, seed, 1);
  world->session = place_session (world->place);
  world->rows = assay_row_model_new (world->session);
  world->groups = assay_group_list_new (world->session);
  find_clusters (world);
  world->colors = assay_point_colors_new (world->session, "label", FALSE);
  world->x = g_atomic_rc_box_alloc (N * sizeof (float));
  world->y = g_atomic_rc_box_alloc (N * sizeof (float));
  for (int i = 0; i < N; i++)
    {
      world->x[i] = (float) (i % GRID);
      world->y[i] = (float) (i / GRID);
    }
  world->decisions = g_array_new (FALSE, FALSE, sizeof (Decision));
  world->steps = g_array_new (FALSE, FALSE, sizeof (Step));
}

static void
world_clear (World *world)
{
  g_array_unref (world->decisions);
  g_array_unref (world->steps);
  g_atomic_rc_box_release (world->x);
  g_atomic_rc_box_release (world->y);
  assay_point_colors_unref (world->colors);
  g_object_unref (world->rows);
  g_object_unref (world->groups);
  g_object_unref (world->session);
  place_free (world->place);
}

static void
test_same_rows (gconstpointer seed)
{
  World world;

  world_init (&world, GPOINTER_TO_UINT (seed));
  for (int i = 0; i < STEPS; i++)
    {
      steps[below (&world, G_N_ELEMENTS (steps))] (&world);
      check_session (&world);
      check_rows (&world);
      check_picture (&world);
      if (i % 6 == 0)
        check_export (&world);
    }
  world_clear (&world);
}

/* Without re-opening in between: the order of undo is forgotten past its limit, the journal not. */
static void
test_long_history (void)
{
  World world;

  world_init (&world, 99);
  for (int i = 0; i < 2 * MAX_STEPS; i++)
    {
      void (*step) (World *) = steps[below (&world, G_N_ELEMENTS (steps))];

      if (step != do_reopen && step != do_undo)
        step (&world);
    }
  check_session (&world);
  while (world.at > 0)
    {
      assay_session_undo (world.session);
      expect_undo (&world);
      check_session (&world);
    }
  assay_session_undo (world.session); /* nothing left: nothing happens */
  check_session (&world);
  check_rows (&world);
  check_export (&world);
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint seed = 1; seed <= 3; seed++)
    {
      g_autofree char *name = g_strdup_printf ("/app/rows/random-%u", seed);

      g_test_add_data_func (name, GUINT_TO_POINTER (seed), test_same_rows);
    }
  g_test_add_func ("/app/rows/long-history", test_long_history);
  return g_test_run ();
}
