/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_columns.h"
#include "cli/cli_drawing.h"
#include "cli/cli_json.h"
#include "core/base/error.h"
#include "core/work/work_gains.h"
#include "core/work/work_history.h"
#include "core/work/work_select.h"
#include "figure/numbers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* assay-cli figure: one drawing into a file. */

static struct
{
  char *output, *colour, *where, *theme;
  gboolean list, groups;
  gint width, height;
} given = { .width = 900, .height = 600 };

static const GOptionEntry options[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &given.output,
    "The file; its ending says the format: svg pdf png", "FILE" },
  { "colour", 0, 0, G_OPTION_ARG_FILENAME, &given.colour,
    "map: colour the points by this column (default label)", "COLUMN" },
  { "groups", 0, 0, G_OPTION_ARG_NONE, &given.groups,
    "map: lines between the near copies that redundancy found", NULL },
  { "where", 0, 0, G_OPTION_ARG_FILENAME, &given.where,
    "Only these rows, as an SQL condition (default: all)", "SQL" },
  { "theme", 0, 0, G_OPTION_ARG_FILENAME, &given.theme, "light (default) or dark", "NAME" },
  { "width", 0, 0, G_OPTION_ARG_INT, &given.width, "Width in pixels (default 900)", "N" },
  { "height", 0, 0, G_OPTION_ARG_INT, &given.height, "Height in pixels (default 600)", "N" },
  { "list", 0, 0, G_OPTION_ARG_NONE, &given.list, "List the figures", NULL },
  { NULL },
};

typedef gboolean (*DrawFunc) (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error);

static void
drawing_clear (CmdDrawing *d)
{
  g_clear_pointer (&d->visible, ay_bitset_free);
  g_clear_pointer (&d->uncertain, ay_bitset_free);
  g_clear_pointer (&d->x, ay_column_unref);
  g_clear_pointer (&d->y, ay_column_unref);
  g_clear_pointer (&d->column, ay_column_unref);
  g_clear_pointer (&d->groups, ay_column_unref);
  g_clear_pointer (&d->bins, ay_figure_bins_free);
  g_free (d->fx);
  g_free (d->fy);
  g_free (d->counts);
  g_free (d->before);
  g_free (d->curves);
  ay_epoch_curve_free (d->epochs);
  g_free (d->flags);
  ay_strategy_curves_free (d->strategy);
  ay_round_parts_free (d->parts);
  cmd_retention_free (d->retention);
  cmd_teacher_free (d->teacher);
  ay_gains_steps_free (d->steps);
  g_free (d->title);
  g_free (d->label);
  g_free (d->y_label);
  g_free (d->subtitle);
  g_clear_pointer (&d->told, json_object_unref);
}

/* The rows of a score that cannot be told from zero, which a drawing keeps. (nullable) */
static const AyBitset *
find_uncertain (AyWork *work, CmdDrawing *d, const AyScoreInfo *score)
{
  g_autoptr (AyTable) columns
      = score != NULL && score->has_noise ? ay_work_columns (work, NULL) : NULL;

  d->uncertain = columns != NULL ? ay_uncertain_rows (columns, score->id) : NULL;
  return d->uncertain;
}

/* The map that is shown, or the stored one that NAME says. */
static gboolean
find_places (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error)
{
  gsize n = ay_work_data (work)->n;
  double *x, *y;

  if (run->n_args > 2)
    {
      if (ay_map_find (run->args[2]) == NULL)
        return cmd_usage_error (error, "no map called %s; map --list names them", run->args[2]);
      if (!ay_work_map_places (work, run->args[2], &x, &y, error))
        return FALSE;
      d->x = ay_column_take_number ("map_x", n, x, FALSE);
      d->y = ay_column_take_number ("map_y", n, y, FALSE);
      return TRUE;
    }
  d->x = cmd_drawing_numbers (work, "map_x", error);
  d->y = d->x != NULL ? cmd_drawing_numbers (work, "map_y", error) : NULL;
  if (d->y == NULL)
    g_prefix_error (error, "no map yet, make one by assay-cli map: ");
  return d->y != NULL;
}

/* The column that redundancy stores. */
static gboolean
find_groups (AyWork *work, CmdDrawing *d, GError **error)
{
  d->groups = cmd_drawing_numbers (work, "group", error);
  if (d->groups == NULL)
    {
      g_prefix_error (error, "no groups yet, find them by assay-cli redundancy: ");
      return FALSE;
    }
  d->spec.scatter.groups = ay_column_numbers (d->groups);
  return TRUE;
}

static gboolean
draw_map (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error)
{
  const char *colour = given.colour != NULL ? given.colour : "label";
  AyFigureScatter *s = &d->spec.scatter;
  g_autoptr (AyScoreInfo) score = NULL;

  if (run->n_args > 3)
    return cmd_usage_error (error, "figure map takes one METHOD");
  if (!find_places (run, work, d, error))
    return FALSE;
  d->column = cmd_find_column (work, colour, error);
  if (d->column == NULL)
    return FALSE;
  score = cmd_drawing_score (work, colour);
  d->label = cmd_drawing_label (d->column, score);
  d->title = g_strdup_printf ("Map of %" G_GSIZE_FORMAT " rows", ay_bitset_count (d->visible));
  cmd_drawing_scatter (work, d, NULL, NULL);
  s->map = TRUE;
  s->color_label = d->label;
  if (given.groups && !find_groups (work, d, error))
    return FALSE;
  if (ay_column_type (d->column) == AY_COLUMN_CATEGORY)
    {
      s->codes = ay_column_codes (d->column);
      s->names = ay_column_categories (d->column, &s->n_names);
    }
  else if (ay_column_type (d->column) == AY_COLUMN_NUMBER)
    {
      s->values = ay_column_numbers (d->column);
      s->uncertain = find_uncertain (work, d, score);
      s->scale = score != NULL && score->kind == AY_SCORE_VALUE ? AY_FIGURE_DIVERGING
                                                                : AY_FIGURE_SEQUENTIAL;
    }
  else
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "--colour %s: the column is text", colour);
      return FALSE;
    }
  return TRUE;
}

static gboolean
draw_histogram (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error)
{
  AyFigureBinsOptions bins = AY_FIGURE_BINS_OPTIONS_INIT;
  g_autoptr (AyScoreInfo) score = NULL;

  if (run->n_args != 3)
    return cmd_usage_error (error, "figure histogram: expected the NAME of a column");
  d->column = cmd_drawing_numbers (work, run->args[2], error);
  if (d->column == NULL)
    return FALSE;
  score = cmd_drawing_score (work, run->args[2]);
  bins.visible = d->visible;
  bins.uncertain = find_uncertain (work, d, score);
  d->bins = ay_figure_bins_new (ay_column_numbers (d->column), ay_column_rows (d->column), &bins);
  d->label = cmd_drawing_label (d->column, score);
  d->title = g_strdup (score != NULL && score->title != NULL ? score->title
                                                             : ay_column_name (d->column));
  d->spec.kind = AY_FIGURE_HISTOGRAM;
  d->spec.histogram.bins = d->bins;
  d->spec.histogram.label = d->label;
  d->spec.histogram.diverging = score != NULL && score->kind == AY_SCORE_VALUE;
  return TRUE;
}

/* Rows a class; once rows are dropped, what is left beside what there was. */
static gboolean
draw_classes (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error)
{
  AyDataset *data = ay_work_data (work);
  const guint8 *decided = ay_journal_decided (ay_work_journal (work));
  AyFigureBars *bars = &d->spec.bars;
  gboolean any = FALSE;

  if (run->n_args > 2)
    return cmd_usage_error (error, "figure classes takes no NAME");
  if (data->n_classes == 0)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                           "the data set has a numeric target, no classes");
      return FALSE;
    }
  d->counts = g_new0 (double, data->n_classes);
  d->before = g_new0 (double, data->n_classes);
  for (gsize i = 0; i < data->n; i++)
    {
      gboolean dropped = decided[i] == AY_DECIDED_DROP;

      if (data->label[i] == AY_LABEL_MISSING || !ay_bitset_get (d->visible, i))
        continue;
      d->before[data->label[i]] += 1.0;
      d->counts[data->label[i]] += dropped ? 0.0 : 1.0;
      any = any || dropped;
    }
  d->title = g_strdup ("Rows of each class");
  d->spec.kind = AY_FIGURE_BARS;
  bars->n = data->n_classes;
  bars->names = (const char *const *) data->class_names;
  bars->values = d->counts;
  bars->label = "rows";
  bars->integral = TRUE;
  if (any)
    {
      bars->before = d->before;
      bars->value_name = "not dropped";
      bars->before_name = "all";
    }
  return TRUE;
}

/* An array of numbers of a certificate; NULL when it has none. (transfer full) */
static double *
numbers_of (JsonObject *certificate, const char *name, guint *n)
{
  JsonNode *node = certificate != NULL ? json_object_get_member (certificate, name) : NULL;
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node)
                                                                  : NULL;
  double *out;

  if (array == NULL)
    return NULL;
  *n = json_array_get_length (array);
  out = g_new (double, MAX (*n, 1));
  for (guint k = 0; k < *n; k++)
    out[k] = json_array_get_double_element (array, k);
  return out;
}

/* Rows that may go at each threshold that redundancy looked at. */
static gboolean
draw_groups (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error)
{
  g_autoptr (AyScoreInfo) score = cmd_drawing_score (work, "group");
  JsonObject *certificate = score != NULL ? score->certificate : NULL;
  guint n = 0, n_counts = 0;

  if (run->n_args > 2)
    return cmd_usage_error (error, "figure groups takes no NAME");
  d->before = numbers_of (certificate, "curve_threshold", &n);
  d->counts = numbers_of (certificate, "curve_redundant", &n_counts);
  if (d->before == NULL || d->counts == NULL || n != n_counts || n == 0)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                           "no groups yet, find them by assay-cli redundancy");
      return FALSE;
    }
  for (guint k = 0; k < n / 2 && d->before[0] > d->before[n - 1]; k++)
    {
      double x = d->before[k], y = d->counts[k];

      d->before[k] = d->before[n - 1 - k];
      d->counts[k] = d->counts[n - 1 - k];
      d->before[n - 1 - k] = x;
      d->counts[n - 1 - k] = y;
    }
  d->curve = (AyFigureCurve) { .name = "near copies", .n = n, .x = d->before, .y = d->counts };
  d->title = g_strdup ("Rows that may go because a near copy stays");
  d->label = g_strdup_printf ("threshold (%s)", json_object_get_string_member_with_default (
                                                    certificate, "metric", "distance"));
  d->spec.kind = AY_FIGURE_LINES;
  d->spec.lines.n_curves = 1;
  d->spec.lines.curves = &d->curve;
  d->spec.lines.x_axis.label = d->label;
  d->spec.lines.y_axis.label = "rows";
  d->spec.lines.y_axis.integral = TRUE;
  d->spec.lines.marks = TRUE;
  return TRUE;
}

/* Accuracy of heads refitted on part of the rows, by a score and at random. */
static gboolean
draw_retention (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error)
{
  AyRetentionOptions wanted = AY_RETENTION_OPTIONS_INIT;
  AyRetention *of;

  if (run->n_args > 3)
    return cmd_usage_error (error, "figure retention takes one SCORE");
  wanted.score = run->n_args == 3 ? run->args[2] : NULL;
  wanted.seed = run->seed;
  of = ay_work_retention (work, &wanted, run->job, error);
  if (of == NULL)
    return FALSE;
  d->retention = cmd_retention_new (of);
  d->title = g_strdup ("Accuracy by the share of training rows kept");
  d->subtitle = ay_retention_sentence (of, ay_retention_usual_point (of));
  d->spec.kind = AY_FIGURE_LINES;
  d->spec.lines = (AyFigureLines) {
    .n_curves = 2, .curves = d->retention->curves, .marks = TRUE,
    .x_axis = { .label = "percent of the training rows kept" },
    .y_axis = { .label = of->on_test ? "accuracy on test" : "accuracy on valid" },
    .band_label = "95 % band of the mean over the draws",
  };
  if (of->minimal < of->n_points)
    {
      d->flags = g_new0 (AyFigureFlag, 1);
      d->flags[0] = (AyFigureFlag) { 0, d->retention->curves[0].x[of->minimal],
                                     d->retention->curves[0].y[of->minimal],
                                     "smallest no worse on valid" };
      d->spec.lines.flags = d->flags;
      d->spec.lines.n_flags = 1;
    }
  d->told = json_object_new ();
  cmd_retention_tell (d->retention, ay_work_data (work), d->told);
  return TRUE;
}

/* What the rounds of a history took, by class or another column of few values. */
static gboolean
draw_rounds (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error)
{
  AyFigureStrip *strip = &d->spec.strip;
  g_autoptr (AyHistory) history = NULL;

  if (run->n_args < 3)
    return cmd_usage_error (error, "figure rounds: expected the NAME of a history");
  history = ay_work_history (work, run->args[2], error);
  d->column = history != NULL
                  ? cmd_find_column (work, run->n_args > 3 ? run->args[3] : "label", error) : NULL;
  d->parts = d->column != NULL ? ay_round_parts_new (history, d->column, error) : NULL;
  if (d->parts == NULL)
    return FALSE;
  d->title = g_strdup (d->parts->title);
  d->spec.kind = AY_FIGURE_STRIP;
  *strip = (AyFigureStrip) { .n = d->parts->n, .x = d->parts->number, .n_parts = d->parts->n_parts,
                             .names = (const char *const *) d->parts->names,
                             .values = d->parts->counts, .x_label = "round",
                             .label = "percent of the rows", .has_rest = TRUE, .current = -1 };
  return TRUE;
}

/* From the loss before a history to the loss after it, round by round. */
static gboolean
draw_gains (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error)
{
  g_autoptr (JsonObject) gains = NULL;

  if (run->n_args != 3)
    return cmd_usage_error (error, "figure gains: expected the NAME of a history");
  gains = ay_work_stored_gains (work, run->args[2], error);
  if (gains == NULL)
    return FALSE;
  d->steps = ay_gains_steps_new (gains);
  d->title = g_strdup_printf ("What each round of %s brought", run->args[2]);
  d->subtitle = g_strdup (d->steps->sentence);
  d->spec.subtitle = d->subtitle;
  d->spec.kind = AY_FIGURE_WATERFALL;
  d->spec.waterfall = (AyFigureWaterfall) {
    .n = d->steps->n, .names = (const char *const *) d->steps->names, .before = d->steps->before,
    .after = d->steps->after, .residual = d->steps->residual, .x_label = "round",
    .label = "validation loss (nats)", .current = -1,
  };
  return TRUE;
}

static gboolean
draw_teacher (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error)
{
  if (run->n_args != 3)
    return cmd_usage_error (error, "figure teacher: expected the NAME of a teacher");
  d->teacher = cmd_teacher_new (work, run->args[2], error);
  if (d->teacher == NULL)
    return FALSE;
  d->title = g_strdup (d->teacher->of->title);
  d->subtitle = g_strdup (d->teacher->of->sentence);
  d->spec.subtitle = d->subtitle;
  d->spec.kind = AY_FIGURE_PANELS;
  d->spec.panels = (AyFigurePanels) { d->teacher->of->n, d->teacher->panels };
  d->told = cmd_teacher_tell (d->teacher);
  return TRUE;
}

static const struct
{
  const char *name, *operands, *sentence;
  DrawFunc draw;
} figures[] = {
  { "map", "[METHOD]", "The map shown, or a stored one, as points coloured by a column", draw_map },
  { "histogram", "NAME", "How the values of a column are spread", draw_histogram },
  { "classes", "", "Rows of each class, and what decisions leave of them", draw_classes },
  { "datamap", "", "Variability against confidence in a training run", cmd_draw_datamap },
  { "epochs", "ID", "A row's curve over the epochs of a training run, and where it was forgotten",
    cmd_draw_epochs },
  { "compare", "NAME NAME", "Two scores beside each other, and where they disagree",
    cmd_draw_compare },
  { "groups", "", "Rows that may go as near copies, by threshold", draw_groups },
  { "curves", "[NAME]", "Accuracy by labels of the strategies simulated, or of histories",
    cmd_draw_curves },
  { "retention", "[SCORE]", "Accuracy by the share of training rows kept, beside random, refitted",
    draw_retention },
  { "gains", "NAME", "How each round of a history moved the loss, once gains split it",
    draw_gains },
  { "teacher", "NAME", "How a simulated teacher weighed its arms, and its regret", draw_teacher },
  { "rounds", "NAME [COLUMN]", "What each round of a history took, by class or cluster",
    draw_rounds },
};

static void
print_figures (gboolean json)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array = cmd_json_array (object, "figures");

  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    {
      JsonObject *one = cmd_json_append (array);

      cmd_json_text (one, "name", figures[i].name);
      cmd_json_text (one, "operands", figures[i].operands);
      cmd_json_text (one, "sentence", figures[i].sentence);
      if (!json)
        printf ("%s%s%s: %s\n", figures[i].name, *figures[i].operands != '\0' ? " " : "",
                figures[i].operands, figures[i].sentence);
    }
  if (json)
    cmd_json_print (object);
}

static DrawFunc
find_figure (const char *name, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    if (strcmp (figures[i].name, name) == 0)
      return figures[i].draw;
  cmd_usage_error (error, "no figure called %s; figure --list names them", name);
  return NULL;
}

static void
add_number (JsonArray *row, double value)
{
  if (isfinite (value))
    json_array_add_double_element (row, value);
  else
    json_array_add_null_element (row);
}

/* What is drawn as numbers: names of the columns, then a row a line. */
static void
tell_table (const AyFigureSpec *spec, JsonObject *into)
{
  g_autoptr (AyFigureNumbers) numbers = ay_figure_numbers_new (spec, NULL);
  JsonArray *columns, *rows;
  JsonObject *table;

  table = cmd_json_object (into, "table");
  columns = cmd_json_array (table, "columns");
  rows = cmd_json_array (table, "rows");
  if (numbers->head != NULL)
    json_array_add_string_element (columns, numbers->head);
  for (guint k = 0; k < numbers->n_columns; k++)
    json_array_add_string_element (columns, numbers->names[k]);
  if (numbers->mark != NULL)
    json_array_add_string_element (columns, numbers->mark);
  for (guint i = 0; i < numbers->n_rows; i++)
    {
      JsonArray *row = json_array_new ();

      if (numbers->head != NULL)
        json_array_add_string_element (row, numbers->titles[i]);
      for (guint k = 0; k < numbers->n_columns; k++)
        add_number (row, numbers->values[(gsize) i * numbers->n_columns + k]);
      if (numbers->mark != NULL)
        json_array_add_string_element (row, numbers->marks[i]);
      json_array_add_array_element (rows, row);
    }
  cmd_json_count (table, "left_out", numbers->n_all - numbers->n_rows);
}

static gboolean
write_drawing (CmdRun *run, const CmdDrawing *d, AyFigureFormat format, GError **error)
{
  g_autofree char *summary = NULL;
  g_autoptr (JsonObject) object = NULL;

  if (!ay_job_check (run->job, error)
      || !ay_figure_write (&d->spec, given.output, format, error))
    return FALSE;
  summary = ay_figure_summary (&d->spec, NULL);
  cmd_begin_output (run);
  if (!run->json)
    {
      printf ("%s: %s%s%s\n", given.output, summary, d->subtitle != NULL ? " " : "",
              d->subtitle != NULL ? d->subtitle : "");
      return TRUE;
    }
  object = json_object_new ();
  cmd_json_text (object, "file", given.output);
  cmd_json_text (object, "figure", run->args[1]);
  cmd_json_text (object, "summary", summary);
  if (d->told != NULL)
    json_object_set_object_member (object, "numbers", json_object_ref (d->told));
  tell_table (&d->spec, object);
  cmd_json_print (object);
  return TRUE;
}

static gboolean
check_given (CmdRun *run, AyFigureFormat *format, GError **error)
{
  if (given.output == NULL)
    return cmd_usage_error (error, "figure: expected -o FILE");
  if (given.theme != NULL && strcmp (given.theme, "light") != 0
      && strcmp (given.theme, "dark") != 0)
    return cmd_usage_error (error, "--theme %s: expected light or dark", given.theme);
  if (given.where != NULL && !cmd_is_utf8 (given.where, "--where", error))
    return FALSE;
  return ay_figure_format_of_path (given.output, format, error);
}

static gboolean
run_figure (CmdRun *run, GError **error)
{
  CmdDrawing d = { .spec = AY_FIGURE_SPEC_INIT };
  DrawFunc draw;
  AyFigureFormat format;
  g_autoptr (AyWork) work = NULL;
  gboolean ok;

  if (given.list)
    {
      print_figures (run->json);
      return TRUE;
    }
  draw = find_figure (run->args[1], error);
  if (draw == NULL || !check_given (run, &format, error))
    return FALSE;
  /* What looks at the test part counts it; a workspace that can only be read will do. */
  work = draw == draw_retention
             ? ay_work_open (run->args[0], AY_WORKSPACE_WRITE, run->moved, run->job, error)
             : cmd_open (run, run->args[0], AY_WORKSPACE_READ, error);
  d.visible = work != NULL ? ay_work_select (work, given.where, run->job, error) : NULL;
  if (d.visible == NULL)
    return FALSE;
  ok = draw (run, work, &d, error);
  if (ok)
    {
      d.spec.title = d.title;
      d.spec.theme = ay_figure_theme (g_strcmp0 (given.theme, "dark") == 0);
      d.spec.width = given.width;
      d.spec.height = given.height;
      ok = write_drawing (run, &d, format, error);
    }
  drawing_clear (&d);
  return ok;
}

const Cmd cmd_figure = {
  .name = "figure",
  .operands = "WORK FIGURE [NAME...] -o FILE",
  .summary = "Draw a figure into an SVG, PDF or PNG file",
  .min_args = 2,
  .max_args = 4,
  .options = options,
  .run = run_figure,
  .list = &given.list,
};
