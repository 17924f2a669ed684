/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/text_cell.h"

#include "app/widgets/set_name.h"
#include "figure/canvas.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#define SWATCH 8.0

struct _AssayTextCell
{
  GtkWidget parent;
  char *text;
  PangoLayout *layout; /* (nullable) */
  guint chars;
  gboolean number;
  gboolean has_swatch, hatched;
  AyFigureColor color;
};

G_DEFINE_FINAL_TYPE (AssayTextCell, assay_text_cell, GTK_TYPE_WIDGET)

/* Of one font, that of the table: finding them means shaping a sample of the language. */
typedef struct
{
  PangoFontDescription *font;
  int height, digit;
} Metrics;

static const Metrics *
metrics_of (GtkWidget *widget)
{
  static Metrics known;
  PangoContext *context = gtk_widget_get_pango_context (widget);
  PangoFontDescription *font = pango_context_get_font_description (context);
  PangoFontMetrics *found;

  if (known.font != NULL && pango_font_description_equal (known.font, font))
    return &known;
  g_clear_pointer (&known.font, pango_font_description_free);
  known.font = pango_font_description_copy (font);
  found = pango_context_get_metrics (context, font, NULL);
  known.height = PANGO_PIXELS_CEIL (pango_font_metrics_get_ascent (found)
                                    + pango_font_metrics_get_descent (found));
  known.digit = PANGO_PIXELS_CEIL (pango_font_metrics_get_approximate_digit_width (found));
  pango_font_metrics_unref (found);
  return &known;
}

static void
assay_text_cell_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                         int *natural, int *minimum_baseline, int *natural_baseline)
{
  const Metrics *metrics = metrics_of (widget);

  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = *natural = metrics->height;
  else
    *minimum = *natural = metrics->digit * (int) ASSAY_TEXT_CELL (widget)->chars;
}

static void
append_swatch (AssayTextCell *self, GtkSnapshot *snapshot)
{
  double height = gtk_widget_get_height (GTK_WIDGET (self)), top = (height - 1.5 * SWATCH) / 2.0;
  AyFigureBox box = { 0.0, top, SWATCH, 1.5 * SWATCH };
  cairo_t *cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (0, (float) top, (float) SWATCH, (float) (1.5 * SWATCH)));
  AyFigureCanvas canvas
      = { cr, ay_figure_theme (adw_style_manager_get_dark (adw_style_manager_get_default ())), 1.0,
          NULL };

  if (self->hatched)
    ay_figure_hatch_box (&canvas, &box, self->color);
  else
    ay_figure_fill_box (&canvas, &box, self->color);
  cairo_destroy (cr);
}

static void
assay_text_cell_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  AssayTextCell *self = ASSAY_TEXT_CELL (widget);
  int width = gtk_widget_get_width (widget);

  if (self->text == NULL || width <= 0)
    return;
  if (self->has_swatch)
    append_swatch (self, snapshot);
  if (self->layout == NULL)
    {
      self->layout = gtk_widget_create_pango_layout (widget, self->text);
      pango_layout_set_ellipsize (self->layout, PANGO_ELLIPSIZE_END);
      pango_layout_set_single_paragraph_mode (self->layout, TRUE);
      pango_layout_set_alignment (self->layout,
                                  self->number ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    }
  pango_layout_set_width (self->layout, width * PANGO_SCALE);
  gtk_snapshot_render_layout (snapshot, gtk_widget_get_style_context (widget), 0, 0, self->layout);
}

static void
forget_layout (AssayTextCell *self)
{
  g_clear_object (&self->layout);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
assay_text_cell_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (assay_text_cell_parent_class)->css_changed (widget, change);
  forget_layout (ASSAY_TEXT_CELL (widget));
}

static void
assay_text_cell_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (assay_text_cell_parent_class)->system_setting_changed (widget, setting);
  forget_layout (ASSAY_TEXT_CELL (widget));
}

/* Told when asked for: GTK 4.8 asks the display server where the pointer is whenever a tooltip is
 * set, which takes most of the time that binding the rows of a table does. */
static gboolean
assay_text_cell_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard,
                               GtkTooltip *tooltip)
{
  if (!ASSAY_TEXT_CELL (widget)->hatched)
    return FALSE;
  gtk_tooltip_set_text (tooltip, _ ("Not told from zero"));
  return TRUE;
}

static void
assay_text_cell_finalize (GObject *object)
{
  AssayTextCell *self = ASSAY_TEXT_CELL (object);

  g_clear_object (&self->layout);
  g_free (self->text);
  G_OBJECT_CLASS (assay_text_cell_parent_class)->finalize (object);
}

static void
assay_text_cell_class_init (AssayTextCellClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = assay_text_cell_finalize;
  widget_class->measure = assay_text_cell_measure;
  widget_class->snapshot = assay_text_cell_snapshot;
  widget_class->query_tooltip = assay_text_cell_query_tooltip;
  widget_class->css_changed = assay_text_cell_css_changed;
  widget_class->system_setting_changed = assay_text_cell_system_setting_changed;
  gtk_widget_class_set_css_name (widget_class, "label");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
assay_text_cell_init (AssayTextCell *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
}

GtkWidget *
assay_text_cell_new (guint chars, gboolean number)
{
  AssayTextCell *self = g_object_new (ASSAY_TYPE_TEXT_CELL, NULL);

  self->chars = chars;
  self->number = number;
  if (number)
    gtk_widget_add_css_class (GTK_WIDGET (self), "numeric");
  return GTK_WIDGET (self);
}

void
assay_text_cell_set_text (AssayTextCell *self, const char *text)
{
  g_return_if_fail (ASSAY_IS_TEXT_CELL (self));

  if (g_strcmp0 (self->text, text) == 0)
    return;
  g_free (self->text);
  self->text = g_strdup (text);
  assay_set_name (self, text);
  forget_layout (self);
}

void
assay_text_cell_set_swatch (AssayTextCell *self, gboolean has, AyFigureColor color,
                            gboolean hatched)
{
  g_return_if_fail (ASSAY_IS_TEXT_CELL (self));

  self->has_swatch = has;
  self->color = color;
  self->hatched = has && hatched;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
