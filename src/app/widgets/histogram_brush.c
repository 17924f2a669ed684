/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/histogram_brush.h"

#include "app/widgets/chart.h"
#include "app/widgets/set_name.h"
#include "core/shim/number.h"
#include "figure/palette.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define HEIGHT 96
#define CLICK_SLOP 3.0

struct _AssayHistogramBrush
{
  AdwBin parent;
  AssaySession *session;
  char *column;
  AyFigureBins *bins; /* (nullable) */
  AyFigureScaleKind scale_kind;
  double scale_low, scale_high; /* of the colours: those that the map has by this column */
  AssayChart *chart;
  GtkWidget *area;    /* the chart's */
  GtkEditable *low, *high;
  GtkLabel *title;
  gboolean dragging, moved, showing;
  double from, to;    /* pixels, while dragging */
};

G_DEFINE_FINAL_TYPE (AssayHistogramBrush, assay_histogram_brush, ADW_TYPE_BIN)

static double
to_value (AssayHistogramBrush *self, double px)
{
  double share = CLAMP (px / MAX (gtk_widget_get_width (self->area), 1), 0.0, 1.0);

  return self->bins->low + share * (self->bins->high - self->bins->low);
}

static double
to_pixel (AssayHistogramBrush *self, double value)
{
  double share = (value - self->bins->low) / (self->bins->high - self->bins->low);

  return CLAMP (share, 0.0, 1.0) * gtk_widget_get_width (self->area);
}

/* The range that is kept, in pixels; FALSE when there is none. */
static gboolean
brushed (AssayHistogramBrush *self, double *from, double *to)
{
  double low, high;

  if (self->dragging && self->moved)
    {
      *from = MIN (self->from, self->to);
      *to = MAX (self->from, self->to);
      return TRUE;
    }
  if (self->column == NULL || self->bins == NULL
      || !assay_session_get_brush (self->session, self->column, &low, &high))
    return FALSE;
  *from = to_pixel (self, low);
  *to = to_pixel (self, high);
  return TRUE;
}

static void
set_source (cairo_t *cr, AyFigureColor color, double alpha)
{
  cairo_set_source_rgba (cr, ((color >> 16) & 255) / 255.0, ((color >> 8) & 255) / 255.0,
                         (color & 255) / 255.0, alpha);
}

/* How high the counts stand on the square root scale, which shows rare values too. */
static AyFigureBox
bar_box (AssayHistogramBrush *self, guint b, guint64 count, guint64 most)
{
  int width = gtk_widget_get_width (self->area), height = gtk_widget_get_height (self->area);
  guint n = self->bins->n_bins;
  double h = sqrt ((double) count / (double) most) * (height - 2);

  return (AyFigureBox) { (double) b * width / n, height - h,
                         (double) width / n - (width > 2 * (int) n ? 1 : 0), h };
}

/* A bar has the colour of its values; faint where some are selected; hatched up to as many as
 * cannot be told from zero. */
static void
draw_bin (AssayHistogramBrush *self, AyFigureCanvas *canvas, const AyFigureScale *scale, guint b,
          guint64 most)
{
  const AyFigureBins *bins = self->bins;
  double middle = bins->low + (b + 0.5) * (bins->high - bins->low) / bins->n_bins;
  AyFigureColor color = ay_figure_scale_color (scale, middle);
  AyFigureColor faint = ay_figure_mix (color, canvas->theme->background, 0.62);
  gboolean overlay = bins->count_selected != NULL;
  AyFigureBox box = bar_box (self, b, bins->count[b], most);

  ay_figure_fill_box (canvas, &box, overlay ? faint : color);
  if (bins->count_uncertain != NULL && bins->count_uncertain[b] > 0)
    {
      box = bar_box (self, b, bins->count_uncertain[b], most);
      ay_figure_hatch_box (canvas, &box, overlay ? faint : color);
    }
  if (overlay && bins->count_selected[b] > 0)
    {
      box = bar_box (self, b, bins->count_selected[b], most);
      ay_figure_fill_box (canvas, &box, canvas->theme->accent);
    }
}

static void
draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  AssayHistogramBrush *self = data;
  AyFigureTheme theme;
  AyFigureCanvas canvas = { cr, &theme, 1.0, NULL };
  AyFigureScale scale;
  guint64 most = 1;
  double from, to;

  if (self->bins == NULL)
    return;
  assay_chart_theme (&theme);
  for (guint b = 0; b < self->bins->n_bins; b++)
    most = MAX (most, self->bins->count[b]);
  ay_figure_scale_init (&scale, self->scale_kind, self->scale_low, self->scale_high, &theme);
  for (guint b = 0; b < self->bins->n_bins; b++)
    if (self->bins->count[b] > 0)
      draw_bin (self, &canvas, &scale, b, most);
  if (brushed (self, &from, &to))
    {
      set_source (cr, theme.accent, 0.2);
      cairo_rectangle (cr, from, 0, to - from, height);
      cairo_fill_preserve (cr);
      set_source (cr, theme.accent, 1.0);
      cairo_set_line_width (cr, 1.5);
      cairo_stroke (cr);
    }
}

static void
show_range (AssayHistogramBrush *self)
{
  double low = NAN, high = NAN;
  char text[AY_NUMBER_SIZE];

  self->showing = TRUE;
  if (self->column != NULL && assay_session_get_brush (self->session, self->column, &low, &high))
    {
      ay_number_format (low, text);
      gtk_editable_set_text (self->low, text);
      ay_number_format (high, text);
      gtk_editable_set_text (self->high, text);
    }
  else
    {
      gtk_editable_set_text (self->low, "");
      gtk_editable_set_text (self->high, "");
    }
  self->showing = FALSE;
}

static gboolean
describe_figure (gpointer data, AyFigureSpec *spec)
{
  AssayHistogramBrush *self = data;

  if (self->bins == NULL)
    return FALSE;
  spec->kind = AY_FIGURE_HISTOGRAM;
  spec->histogram = (AyFigureHistogram) { .bins = self->bins, .label = self->column,
                                          .diverging = self->scale_kind == AY_FIGURE_DIVERGING };
  return TRUE;
}

static void
describe (AssayHistogramBrush *self)
{
  g_autofree char *summary = NULL;
  AyFigureSpec spec;

  if (!describe_figure (self, &spec))
    return;
  summary = assay_chart_summary (&spec);
  assay_chart_update (self->chart, summary);
  gtk_widget_set_tooltip_text (self->area, summary);
}

static void
recount (AssayHistogramBrush *self)
{
  AyColumn *column = assay_session_find_column (self->session, self->column);
  AyFigureBinsOptions options = AY_FIGURE_BINS_OPTIONS_INIT;
  const AyBitset *selection = assay_session_get_selection (self->session);
  g_autoptr (AyBitset) uncertain = NULL;
  const AyScoreInfo *info;

  g_clear_pointer (&self->bins, ay_figure_bins_free);
  gtk_widget_set_visible (GTK_WIDGET (self), column != NULL);
  if (column != NULL && ay_column_type (column) == AY_COLUMN_NUMBER)
    {
      info = assay_session_find_score (self->session, self->column);
      uncertain = assay_session_dup_uncertain (self->session, self->column);
      self->scale_kind = info != NULL && info->kind == AY_SCORE_VALUE ? AY_FIGURE_DIVERGING
                                                                      : AY_FIGURE_SEQUENTIAL;
      ay_figure_scale_range (ay_column_numbers (column), ay_column_rows (column),
                             &self->scale_low, &self->scale_high);
      options.n_bins = 48;
      options.uncertain = uncertain;
      options.selected = ay_bitset_count (selection) > 0 ? selection : NULL;
      self->bins = ay_figure_bins_new (ay_column_numbers (column), ay_column_rows (column),
                                       &options);
    }
  describe (self);
  show_range (self);
  gtk_widget_queue_draw (self->area);
}

void
assay_histogram_brush_set_column (AssayHistogramBrush *self, const char *column)
{
  g_free (self->column);
  self->column = g_strdup (column);
  gtk_label_set_text (self->title, column != NULL ? column : "");
  recount (self);
}

static void
drag_begin (GtkGestureDrag *gesture, double x, double y, AssayHistogramBrush *self)
{
  self->dragging = TRUE;
  self->moved = FALSE;
  self->from = self->to = x;
}

static void
drag_update (GtkGestureDrag *gesture, double dx, double dy, AssayHistogramBrush *self)
{
  self->moved = self->moved || fabs (dx) > CLICK_SLOP;
  self->to = self->from + dx;
  gtk_widget_queue_draw (self->area);
}

static void
drag_end (GtkGestureDrag *gesture, double dx, double dy, AssayHistogramBrush *self)
{
  double low, high;

  self->dragging = FALSE;
  if (self->bins == NULL)
    return;
  if (!self->moved)
    {
      assay_session_set_brush (self->session, self->column, 1.0, 0.0);
      return;
    }
  self->to = self->from + dx;
  low = to_value (self, MIN (self->from, self->to));
  high = to_value (self, MAX (self->from, self->to));
  /* The ends of the histogram stand for all that lies beyond them. */
  if (low <= self->bins->low && !isnan (self->bins->minimum))
    low = self->bins->minimum;
  if (high >= self->bins->high && !isnan (self->bins->maximum))
    high = self->bins->maximum;
  assay_session_set_brush (self->session, self->column, low, high);
}

/* An end left empty is the smallest or largest value; both empty remove the brush. */
static void
range_typed (AssayHistogramBrush *self)
{
  const char *low_text = gtk_editable_get_text (self->low);
  const char *high_text = gtk_editable_get_text (self->high);
  double low = -INFINITY, high = INFINITY;
  gboolean bad_low, bad_high;

  if (self->showing || self->column == NULL)
    return;
  bad_low = *low_text != '\0' && !ay_number_parse (low_text, strlen (low_text), &low);
  bad_high = *high_text != '\0' && !ay_number_parse (high_text, strlen (high_text), &high);
  if (bad_low || bad_high)
    {
      assay_session_tell (self->session, _ ("A range is two numbers"), FALSE);
      return;
    }
  if (*low_text == '\0' && *high_text == '\0')
    assay_session_set_brush (self->session, self->column, 1.0, 0.0);
  else
    assay_session_set_brush (self->session, self->column, low, high);
}

static void
on_filters_changed (AssayHistogramBrush *self)
{
  show_range (self);
  gtk_widget_queue_draw (self->area);
}

static void
assay_histogram_brush_set_property (GObject *object, guint id, const GValue *value,
                                    GParamSpec *pspec)
{
  AssayHistogramBrush *self = ASSAY_HISTOGRAM_BRUSH (object);

  if (!g_set_object (&self->session, g_value_get_object (value)) || self->session == NULL)
    return;
  g_signal_connect_object (self->session, "columns-changed", G_CALLBACK (recount), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "selection-changed", G_CALLBACK (recount), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "visible-changed", G_CALLBACK (on_filters_changed), self,
                           G_CONNECT_SWAPPED);
  recount (self);
}

static void
assay_histogram_brush_dispose (GObject *object)
{
  AssayHistogramBrush *self = ASSAY_HISTOGRAM_BRUSH (object);

  g_clear_object (&self->session);
  g_clear_pointer (&self->column, g_free);
  g_clear_pointer (&self->bins, ay_figure_bins_free);
  G_OBJECT_CLASS (assay_histogram_brush_parent_class)->dispose (object);
}

static void
assay_histogram_brush_class_init (AssayHistogramBrushClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->set_property = assay_histogram_brush_set_property;
  object_class->dispose = assay_histogram_brush_dispose;
  g_object_class_install_property (
      object_class, 1,
      g_param_spec_object ("session", NULL, NULL, ASSAY_TYPE_SESSION,
                           G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
}

static GtkEditable *
add_end (AssayHistogramBrush *self, GtkWidget *box, const char *label)
{
  GtkWidget *entry = gtk_entry_new ();

  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 6);
  gtk_widget_set_hexpand (entry, TRUE);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), label);
  assay_set_name (entry, label);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (range_typed), self);
  gtk_box_append (GTK_BOX (box), entry);
  return GTK_EDITABLE (entry);
}

static void
assay_histogram_brush_init (AssayHistogramBrush *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *ends = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkGesture *drag = gtk_gesture_drag_new ();
  g_autoptr (GtkWidget) button = NULL;

  self->title = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->title, 0.0f);
  gtk_widget_set_hexpand (GTK_WIDGET (self->title), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->title), "heading");
  self->chart = assay_chart_new ();
  self->area = assay_chart_get_area (self->chart);
  button = assay_chart_take_button (self->chart);
  assay_chart_set_height (self->chart, HEIGHT);
  assay_chart_set_figure (self->chart, describe_figure, self, NULL);
  assay_chart_set_draw (self->chart, draw);
  gtk_widget_set_cursor_from_name (self->area, "crosshair");
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end), self);
  gtk_widget_add_controller (self->area, GTK_EVENT_CONTROLLER (drag));
  gtk_box_append (GTK_BOX (head), GTK_WIDGET (self->title));
  gtk_box_append (GTK_BOX (head), button);
  gtk_box_append (GTK_BOX (box), head);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->chart));
  self->low = add_end (self, ends, _ ("From"));
  self->high = add_end (self, ends, _ ("To"));
  gtk_box_append (GTK_BOX (box), ends);
  adw_bin_set_child (ADW_BIN (self), box);
}
