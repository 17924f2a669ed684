/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/color_legend.h"

#include "app/say.h"
#include "app/widgets/legend_mark.h"
#include "app/widgets/point_colors.h"
#include "app/widgets/score_words.h"

#include <glib/gi18n.h>

#define STRIP_HEIGHT 10

struct _AssayColorLegend
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  AssayPointColors *colors; /* (nullable) */
  AyFigureScale scale;      /* of the strip */
  GtkBox *box;
  guint pending;
};

G_DEFINE_FINAL_TYPE (AssayColorLegend, assay_color_legend, ASSAY_TYPE_SESSION_BIN)

static void
draw_strip (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  const AyFigureScale *scale = &((AssayColorLegend *) data)->scale;

  for (int x = 0; x < width; x++)
    {
      AyFigureColor color = scale->colors[x * (AY_FIGURE_SCALE_STEPS - 1) / MAX (width - 1, 1)];

      cairo_set_source_rgb (cr, ((color >> 16) & 255) / 255.0, ((color >> 8) & 255) / 255.0,
                            (color & 255) / 255.0);
      cairo_rectangle (cr, x, 0, 1, height);
      cairo_fill (cr);
    }
}

static GtkWidget *
make_label (const char *text, float xalign)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), xalign);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 18);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "numeric");
  return label;
}

static void
add_scale (AssayColorLegend *self, const char *low, const char *high)
{
  GtkWidget *strip = g_object_new (GTK_TYPE_DRAWING_AREA, "accessible-role",
                                   GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  GtkWidget *ends = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *first = make_label (low, 0.0f);

  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (strip), STRIP_HEIGHT);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (strip), draw_strip, self, NULL);
  gtk_widget_set_hexpand (first, TRUE);
  gtk_box_append (GTK_BOX (ends), first);
  if (self->scale.kind == AY_FIGURE_DIVERGING)
    {
      GtkWidget *zero = make_label ("0", 0.5f);

      gtk_widget_set_hexpand (zero, TRUE);
      gtk_box_append (GTK_BOX (ends), zero);
    }
  gtk_box_append (GTK_BOX (ends), make_label (high, 1.0f));
  gtk_box_append (self->box, strip);
  gtk_box_append (self->box, ends);
}

static void
add_caption (AssayColorLegend *self, const char *text, const char *tip)
{
  GtkWidget *label = make_label (text, 0.0f);

  gtk_label_set_max_width_chars (GTK_LABEL (label), 28);
  gtk_widget_set_tooltip_text (label, tip);
  gtk_box_append (self->box, label);
}

/* What hollow marks are, and how far a rank may be trusted. */
static void
add_noise (AssayColorLegend *self, const char *name)
{
  const AyScoreInfo *info = assay_session_find_score (self->session, name);
  g_autofree char *whole = info != NULL ? assay_score_words_ranks (info) : NULL;

  if (self->colors->n_uncertain > 0)
    {
      g_autofree char *text = g_strdup_printf (_ ("hollow: %u not told from 0"),
                                               (guint) self->colors->n_uncertain);

      add_caption (self, text, _ ("Values that cannot be told from zero, at a false discovery rate "
                                  "of 10 percent over all rows"));
    }
  if (whole != NULL)
    {
      g_autofree char *text
          = assay_say (_ ("ranks known to within %.0f"), assay_score_words_range (info));

      add_caption (self, text, whole);
    }
}

/* What a ranking by it is worth: beside every view that it colours. */
static void
add_stability (AssayColorLegend *self, const char *name)
{
  const AyScoreInfo *info = assay_session_find_score (self->session, name);
  g_autofree char *whole = info != NULL ? assay_score_words_halves (info) : NULL;
  g_autofree char *text = info != NULL ? assay_score_words_stability (info) : NULL;
  GtkWidget *label;

  if (whole == NULL)
    return;
  label = make_label (text, 0.0f);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 28);
  gtk_widget_set_tooltip_text (label, whole);
  if (assay_score_words_unstable (info, NULL))
    gtk_widget_add_css_class (label, "warning");
  gtk_box_append (self->box, label);
}

static void
add_class (AssayColorLegend *self, guint code, const char *name, guint count)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = make_label (name, 0.0f);
  g_autofree char *text = g_strdup_printf ("%u", count);

  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (line), assay_legend_mark_new (code));
  gtk_box_append (GTK_BOX (line), label);
  gtk_box_append (GTK_BOX (line), make_label (text, 1.0f));
  gtk_box_append (self->box, line);
}

static void
add_classes (AssayColorLegend *self)
{
  const AyBitset *visible = assay_session_get_visible (self->session);
  guint n_names, n_told = self->colors->n_palette - 2;
  const char *const *names = ay_column_categories (self->colors->source, &n_names);
  g_autofree guint *count = g_new0 (guint, self->colors->n_palette);

  for (gsize i = 0; i < self->colors->n; i++)
    count[self->colors->index[i]] += ay_bitset_get (visible, i);
  for (guint k = 0; k < n_told; k++)
    add_class (self, k, names[k], count[k]);
  if (n_names > n_told)
    {
      g_autofree char *others = g_strdup_printf (ngettext ("%u other, in grey: %u",
                                                           "%u others, in grey: %u",
                                                           n_names - n_told),
                                                 n_names - n_told, count[n_told]);

      gtk_box_append (self->box, make_label (others, 0.0f));
    }
}

static void
add_heading (AssayColorLegend *self, const char *text)
{
  GtkWidget *label = make_label (text, 0.0f);

  gtk_widget_add_css_class (label, "heading");
  gtk_box_append (self->box, label);
}

/* What a map of densities shows, in place of the column's colours. */
static void
add_density (AssayColorLegend *self, gboolean dark)
{
  ay_figure_scale_init (&self->scale, AY_FIGURE_SEQUENTIAL, 0.0, 1.0, ay_figure_theme (dark));
  add_heading (self, _ ("Density"));
  add_scale (self, _ ("few rows"), _ ("many rows"));
}

static void
add_numbers (AssayColorLegend *self, const char *name)
{
  g_autofree char *low = assay_say ("%.3g", self->colors->scale.low);
  g_autofree char *high = assay_say ("%.3g", self->colors->scale.high);

  self->scale = self->colors->scale;
  add_scale (self, low, high);
  add_noise (self, name);
  add_stability (self, name);
}

static gboolean
rebuild (gpointer data)
{
  AssayColorLegend *self = data;
  const char *name = assay_session_get_color_by (self->session);
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  gboolean density;
  GtkWidget *child;

  self->pending = 0;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->box))) != NULL)
    gtk_box_remove (self->box, child);
  g_clear_pointer (&self->colors, assay_point_colors_unref);
  g_object_get (self->session, "density", &density, NULL);
  if (assay_session_get_work (self->session) != NULL && density)
    add_density (self, dark);
  if (assay_session_get_work (self->session) == NULL || density || name == NULL
      || g_str_equal (name, "label"))
    return G_SOURCE_REMOVE;
  self->colors = assay_point_colors_new (self->session, name, dark);
  if (self->colors->kind == ASSAY_COLORS_PLAIN)
    return G_SOURCE_REMOVE;
  add_heading (self, name);
  if (self->colors->kind == ASSAY_COLORS_SCALE)
    add_numbers (self, name);
  else
    add_classes (self);
  return G_SOURCE_REMOVE;
}

static void
schedule (AssayColorLegend *self)
{
  if (self->pending == 0)
    self->pending = g_timeout_add (30, rebuild, self); /* after the picture */
}

/* Only classes are counted. */
static void
on_visible_changed (AssayColorLegend *self)
{
  if (self->colors != NULL && self->colors->kind == ASSAY_COLORS_CLASSES)
    schedule (self);
}

static void
assay_color_legend_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const changes[]
      = { "notify::color-by", "notify::density", "columns-changed", "decided", NULL };
  static const char *const visible[] = { "visible-changed", NULL };
  AssayColorLegend *self = ASSAY_COLOR_LEGEND (bin);

  self->session = session;
  assay_session_bin_watch (bin, changes, G_CALLBACK (schedule));
  assay_session_bin_watch (bin, visible, G_CALLBACK (on_visible_changed));
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (schedule), self, G_CONNECT_SWAPPED);
  schedule (self);
}

static void
assay_color_legend_dispose (GObject *object)
{
  AssayColorLegend *self = ASSAY_COLOR_LEGEND (object);

  g_clear_handle_id (&self->pending, g_source_remove);
  G_OBJECT_CLASS (assay_color_legend_parent_class)->dispose (object);
}

static void
assay_color_legend_finalize (GObject *object)
{
  g_clear_pointer (&ASSAY_COLOR_LEGEND (object)->colors, assay_point_colors_unref);
  G_OBJECT_CLASS (assay_color_legend_parent_class)->finalize (object);
}

static void
assay_color_legend_class_init (AssayColorLegendClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_color_legend_bind;
  object_class->dispose = assay_color_legend_dispose;
  object_class->finalize = assay_color_legend_finalize;
}

static void
assay_color_legend_init (AssayColorLegend *self)
{
  self->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 2));
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->box));
}
