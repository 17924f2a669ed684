/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart in a window of its own: its table, what it puts on the clipboard, read back, and the page
 * it prints, exported to the file that is named. Run inside a display by test_charts.py. */
#include "app/widgets/print_chart.h"

#include <string.h>

static const char *const names[] = { "ein", "zwei", "drei" };
static const double values[] = { 5.25, 7.125, 9.0 };
#define WANTED "name\theight\nein\t5.25\nzwei\t7.125\ndrei\t9\n"
static const char *export_to; /* a path, .pdf */

static gboolean
describe (gpointer data, AyFigureSpec *spec)
{
  if (!*(gboolean *) data)
    return FALSE;
  spec->title = "Three bars";
  spec->kind = AY_FIGURE_BARS;
  spec->bars = (AyFigureBars) { .n = 3, .names = names, .values = values, .label = "height" };
  return TRUE;
}

typedef struct
{
  GtkWidget *window;
  AssayChart *chart;
  gboolean has;
} Shown;

static void
show (Shown *self)
{
  self->has = TRUE;
  self->window = gtk_window_new ();
  self->chart = assay_chart_new ();
  assay_chart_set_height (self->chart, 200);
  assay_chart_set_figure (self->chart, describe, &self->has, NULL);
  assay_chart_update (self->chart, NULL);
  gtk_window_set_default_size (GTK_WINDOW (self->window), 640, 400);
  gtk_window_set_child (GTK_WINDOW (self->window), GTK_WIDGET (self->chart));
  gtk_window_present (GTK_WINDOW (self->window));
  while (gtk_widget_get_width (assay_chart_get_area (self->chart)) == 0)
    g_main_context_iteration (NULL, TRUE);
}

/* Texts of the labels of a table below a widget, one after the other. */
static void
gather (GtkWidget *widget, GPtrArray *texts)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_ancestor (widget, GTK_TYPE_COLUMN_VIEW) != NULL)
    g_ptr_array_add (texts, g_strdup (gtk_label_get_text (GTK_LABEL (widget))));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    gather (child, texts);
}

static char *
dup_cells (GtkWidget *widget)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  gather (widget, texts);
  g_ptr_array_add (texts, NULL);
  return g_strjoinv ("|", (char **) texts->pdata);
}

static void
test_table (void)
{
  Shown shown;
  g_autofree char *cells = NULL;

  show (&shown);
  g_assert_false (gtk_widget_activate_action (GTK_WIDGET (shown.chart), "chart.nothing", NULL));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (shown.chart), "chart.table", NULL));
  g_assert_false (gtk_widget_get_child_visible (assay_chart_get_area (shown.chart)));
  while (!g_str_has_suffix (cells != NULL ? cells : "", "|9"))
    {
      g_main_context_iteration (NULL, TRUE);
      g_free (cells);
      cells = dup_cells (GTK_WIDGET (shown.chart));
    }
  g_assert_cmpstr (cells, ==, "name|height|ein|5.25|zwei|7.125|drei|9");
  shown.has = FALSE; /* the table of what is no more is empty */
  assay_chart_update (shown.chart, NULL);
  g_free (cells);
  cells = dup_cells (GTK_WIDGET (shown.chart));
  g_assert_cmpstr (cells, ==, "");
  gtk_window_destroy (GTK_WINDOW (shown.window));
}

/* --- the clipboard --- */

typedef struct
{
  GBytes *bytes;
  gboolean done;
} Reading;

static void
spliced (GObject *out, GAsyncResult *result, gpointer data)
{
  Reading *reading = data;
  g_autoptr (GError) error = NULL;

  g_output_stream_splice_finish (G_OUTPUT_STREAM (out), result, &error);
  g_assert_no_error (error);
  reading->bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (out));
  reading->done = TRUE;
}

/* The writer is in this thread, too: nothing may wait for it. */
static void
read_all (GObject *clipboard, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) in
      = gdk_clipboard_read_finish (GDK_CLIPBOARD (clipboard), result, NULL, &error);
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();

  g_assert_no_error (error);
  g_output_stream_splice_async (out, in, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, 0, NULL, spliced,
                                data);
}

static GBytes *
read_clipboard (Shown *shown, const char *type)
{
  const char *types[] = { type, NULL };
  Reading reading = { NULL, FALSE };

  gdk_clipboard_read_async (gtk_widget_get_clipboard (shown->window), types, 0, NULL, read_all,
                            &reading);
  while (!reading.done)
    g_main_context_iteration (NULL, TRUE);
  return reading.bytes;
}

static void
test_copy_table (void)
{
  Shown shown;
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const char *text;

  show (&shown);
  assay_chart_copy_table (shown.chart);
  bytes = read_clipboard (&shown, "text/plain;charset=utf-8");
  text = g_bytes_get_data (bytes, &size);
  g_assert_cmpmem (text, size, WANTED, strlen (WANTED));
  gtk_window_destroy (GTK_WINDOW (shown.window));
}

static void
test_copy_figure (void)
{
  Shown shown;
  g_autoptr (GBytes) png = NULL, svg = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  int width;

  show (&shown);
  width = gtk_widget_get_width (assay_chart_get_area (shown.chart));
  assay_chart_copy (shown.chart);
  png = read_clipboard (&shown, "image/png");
  texture = gdk_texture_new_from_bytes (png, &error);
  g_assert_no_error (error);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 2 * width);
  svg = read_clipboard (&shown, "image/svg+xml");
  text = g_strndup (g_bytes_get_data (svg, NULL), g_bytes_get_size (svg));
  g_assert_nonnull (strstr (text, "<title>Three bars</title>"));
  g_assert_nonnull (strstr (text, "zwei"));
  gtk_window_destroy (GTK_WINDOW (shown.window));
}

/* --- the printer --- */

static void
test_print (void)
{
  Shown shown;
  g_autoptr (GtkPrintOperation) operation = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize size;

  show (&shown);
  operation = assay_print_operation (shown.chart);
  gtk_print_operation_set_export_filename (operation, export_to);
  g_assert_cmpint (gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_EXPORT,
                                            GTK_WINDOW (shown.window), &error),
                   ==, GTK_PRINT_OPERATION_RESULT_APPLY);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (export_to, &bytes, &size, &error));
  g_assert_true (size > 2000 && g_str_has_prefix (bytes, "%PDF-"));
  gtk_window_destroy (GTK_WINDOW (shown.window));
}

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  g_test_init (&argc, &argv, NULL);
  export_to = argv[1];
  adw_init ();
  g_test_add_func ("/chart/table", test_table);
  g_test_add_func ("/chart/copy-table", test_copy_table);
  g_test_add_func ("/chart/copy-figure", test_copy_figure);
  g_test_add_func ("/chart/print", test_print);
  return g_test_run ();
}
