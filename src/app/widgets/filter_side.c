/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/filter_side.h"

#include "app/widgets/color_legend.h"
#include "app/widgets/histogram_brush.h"
#include "app/widgets/legend_mark.h"
#include "app/widgets/set_name.h"

#include <glib/gi18n.h>

struct _AssayFilterSide
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  GtkBox *classes;
  GtkLabel *count_label;
  GPtrArray *checks, *marks, *counts; /* of the class lines, borrowed */
  AssayHistogramBrush *brush;
  AssayColorLegend *colors;
  gboolean showing;
};

G_DEFINE_FINAL_TYPE (AssayFilterSide, assay_filter_side, ASSAY_TYPE_SESSION_BIN)

static guint
n_classes (AssayFilterSide *self)
{
  AyDataset *data = assay_session_get_data (self->session);

  return data != NULL ? data->n_classes : 0;
}

static void
show_counts (AssayFilterSide *self)
{
  AyDataset *data = assay_session_get_data (self->session);
  const AyBitset *visible = assay_session_get_visible (self->session);
  guint n = n_classes (self);
  g_autofree guint *all = g_new0 (guint, n + 1);
  g_autofree guint *shown = g_new0 (guint, n + 1);
  g_autofree char *text = NULL;

  for (gsize i = 0; n > 0 && i < data->n; i++)
    if (data->label[i] != AY_LABEL_MISSING)
      {
        all[data->label[i]]++;
        shown[data->label[i]] += ay_bitset_get (visible, i);
      }
  for (guint k = 0; k < self->counts->len; k++)
    {
      g_autofree char *count = shown[k] == all[k] ? g_strdup_printf ("%u", all[k])
                                                  : g_strdup_printf ("%u/%u", shown[k], all[k]);

      gtk_label_set_text (self->counts->pdata[k], count);
    }
  text = data == NULL ? g_strdup ("")
                      : g_strdup_printf (_ ("%u of %u rows visible"),
                                         (guint) ay_bitset_count (visible), (guint) data->n);
  gtk_label_set_text (self->count_label, text);
}

static void
show_checks (AssayFilterSide *self)
{
  const AyBitset *hidden = assay_session_get_hidden_classes (self->session);

  self->showing = TRUE;
  for (guint k = 0; k < self->checks->len; k++)
    gtk_check_button_set_active (self->checks->pdata[k],
                                 hidden == NULL || k >= hidden->n || !ay_bitset_get (hidden, k));
  self->showing = FALSE;
}

static void
on_visible_changed (AssayFilterSide *self)
{
  show_counts (self);
  show_checks (self);
}

static void
check_toggled (AssayFilterSide *self)
{
  g_autoptr (AyBitset) hidden = NULL;

  if (self->showing)
    return;
  hidden = ay_bitset_new (self->checks->len);
  for (guint k = 0; k < self->checks->len; k++)
    if (!gtk_check_button_get_active (self->checks->pdata[k]))
      ay_bitset_add (hidden, k);
  assay_session_set_hidden_classes (self->session, hidden);
}

/* "Only" this class; once more, all. */
static void
only_clicked (GtkButton *button, AssayFilterSide *self)
{
  guint code = (guint) g_ascii_strtoull (gtk_widget_get_name (GTK_WIDGET (button)), NULL, 10);
  const AyBitset *before = assay_session_get_hidden_classes (self->session);
  g_autoptr (AyBitset) hidden = ay_bitset_new (self->checks->len);

  ay_bitset_fill (hidden);
  ay_bitset_remove (hidden, code);
  if (before != NULL && ay_bitset_equal (before, hidden))
    assay_session_set_hidden_classes (self->session, NULL);
  else
    assay_session_set_hidden_classes (self->session, hidden);
}

static GtkWidget *
make_only (AssayFilterSide *self, guint code, const char *class_name)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("only"));
  g_autofree char *name = g_strdup_printf ("%u", code);
  g_autofree char *label = g_strdup_printf (_ ("Only %s"), class_name);

  gtk_widget_set_name (button, name);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "only");
  gtk_widget_set_tooltip_text (button, label);
  assay_set_name (button, label);
  g_signal_connect (button, "clicked", G_CALLBACK (only_clicked), self);
  return button;
}

static void
add_class (AssayFilterSide *self, guint code, const char *name)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *check = gtk_check_button_new ();
  GtkWidget *label = gtk_label_new (name);
  GtkWidget *count = gtk_label_new (NULL);
  GtkWidget *mark = assay_legend_mark_new (code);

  assay_set_name (check, name);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
  g_signal_connect_swapped (check, "toggled", G_CALLBACK (check_toggled), self);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 18);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_set_tooltip_text (label, name);
  gtk_widget_add_css_class (count, "numeric");
  gtk_widget_add_css_class (count, "dim-label");
  gtk_box_append (GTK_BOX (line), check);
  gtk_box_append (GTK_BOX (line), mark);
  gtk_box_append (GTK_BOX (line), label);
  gtk_box_append (GTK_BOX (line), count);
  gtk_box_append (GTK_BOX (line), make_only (self, code, name));
  gtk_box_append (self->classes, line);
  g_ptr_array_add (self->checks, check);
  g_ptr_array_add (self->marks, mark);
  g_ptr_array_add (self->counts, count);
}

/* Marks of classes are those of the map only while its points are coloured by them. */
static void
show_marks (AssayFilterSide *self)
{
  gboolean by_label = g_strcmp0 (assay_session_get_color_by (self->session), "label") == 0;
  gboolean density;

  g_object_get (self->session, "density", &density, NULL);
  for (guint k = 0; k < self->marks->len; k++)
    gtk_widget_set_visible (self->marks->pdata[k], by_label && !density);
}

static void
make_classes (AssayFilterSide *self)
{
  AyDataset *data = assay_session_get_data (self->session);
  GtkWidget *line;

  g_ptr_array_set_size (self->checks, 0);
  g_ptr_array_set_size (self->marks, 0);
  g_ptr_array_set_size (self->counts, 0);
  while ((line = gtk_widget_get_first_child (GTK_WIDGET (self->classes))) != NULL)
    gtk_box_remove (self->classes, line);
  for (guint k = 0; k < n_classes (self); k++)
    add_class (self, k, data->class_names[k]);
  show_marks (self);
  on_visible_changed (self);
}

/* The brush is on what colours, when that is a number; else on the first score. */
static void
choose_brush (AssayFilterSide *self)
{
  const char *name = assay_session_get_color_by (self->session);
  AyColumn *column = assay_session_find_column (self->session, name);
  GPtrArray *scores = assay_session_get_scores (self->session);

  if (column == NULL || ay_column_type (column) != AY_COLUMN_NUMBER)
    {
      name = NULL;
      for (guint i = 0; i < scores->len && name == NULL; i++)
        {
          const AyScoreInfo *info = scores->pdata[i];

          if (!g_str_has_prefix (info->id, "map_"))
            name = info->id;
        }
    }
  assay_histogram_brush_set_column (self->brush, name);
}

static void
assay_filter_side_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const opened[] = { "notify::title", NULL };
  static const char *const visible[] = { "visible-changed", NULL };
  static const char *const columns[] = { "notify::color-by", "columns-changed", NULL };
  static const char *const colors[] = { "notify::color-by", NULL };
  AssayFilterSide *self = ASSAY_FILTER_SIDE (bin);

  self->session = session;
  g_object_set (self->brush, "session", session, NULL);
  g_object_set (self->colors, "session", session, NULL);
  assay_session_bin_watch (bin, opened, G_CALLBACK (make_classes));
  assay_session_bin_watch (bin, visible, G_CALLBACK (on_visible_changed));
  assay_session_bin_watch (bin, columns, G_CALLBACK (choose_brush));
  assay_session_bin_watch (bin, colors, G_CALLBACK (show_marks));
  make_classes (self);
  choose_brush (self);
}

static void
assay_filter_side_finalize (GObject *object)
{
  AssayFilterSide *self = ASSAY_FILTER_SIDE (object);

  g_ptr_array_unref (self->checks);
  g_ptr_array_unref (self->marks);
  g_ptr_array_unref (self->counts);
  G_OBJECT_CLASS (assay_filter_side_parent_class)->finalize (object);
}

static void
assay_filter_side_class_init (AssayFilterSideClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_filter_side_bind;
  object_class->finalize = assay_filter_side_finalize;
}

static void
assay_filter_side_init (AssayFilterSide *self)
{
  GtkWidget *scroll = gtk_scrolled_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *clear = gtk_button_new_with_mnemonic (_ ("Clear _Filters"));

  self->checks = g_ptr_array_new ();
  self->marks = g_ptr_array_new ();
  self->counts = g_ptr_array_new ();
  self->count_label = GTK_LABEL (gtk_label_new (NULL));
  self->classes = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0));
  self->brush = g_object_new (ASSAY_TYPE_HISTOGRAM_BRUSH, NULL);
  self->colors = g_object_new (ASSAY_TYPE_COLOR_LEGEND, NULL);
  gtk_label_set_xalign (self->count_label, 0.0f);
  gtk_widget_add_css_class (GTK_WIDGET (self->count_label), "numeric");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (clear), "win.clear-filters");
  gtk_widget_add_css_class (box, "side-pane");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->count_label));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->colors));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->brush));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->classes));
  gtk_box_append (GTK_BOX (box), clear);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (scroll), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), box);
  gtk_widget_set_size_request (scroll, 222, -1);
  adw_bin_set_child (ADW_BIN (self), scroll);
}
