/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/number_table.h"

#include "app/say.h"
#include "app/widgets/row_image.h"
#include "app/widgets/set_name.h"

#include <glib/gi18n.h>
#include <math.h>

#define IMAGE_SIZE 28
#define WIDTH 10     /* characters of a number: "-1.234e-05" */
#define MAX_COLUMNS 8

struct _AssayNumberTable
{
  AdwBin parent;
  GtkWidget *head;
  GtkListBox *list;
  char *names[MAX_COLUMNS];
  guint n;
};

G_DEFINE_FINAL_TYPE (AssayNumberTable, assay_number_table, ADW_TYPE_BIN)

static guint activated_signal;

/* cut: where it is too long; a number never is, it would be another one. */
static GtkWidget *
make_cell (const char *text, gboolean title, gboolean cut)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), title ? 0.0f : 1.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), cut ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
  gtk_label_set_width_chars (GTK_LABEL (label), title ? 6 : WIDTH);
  gtk_label_set_max_width_chars (GTK_LABEL (label), title ? 40 : WIDTH);
  gtk_widget_set_hexpand (label, title);
  if (!title)
    gtk_widget_add_css_class (label, "numeric");
  return label;
}

static void
clear_names (AssayNumberTable *self)
{
  for (guint k = 0; k < self->n; k++)
    g_clear_pointer (&self->names[k], g_free);
  self->n = 0;
}

void
assay_number_table_clear (AssayNumberTable *self, const char *what, const char *const *columns,
                          guint n)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, child);
  while ((child = gtk_widget_get_first_child (self->head)) != NULL)
    gtk_box_remove (GTK_BOX (self->head), child);
  clear_names (self);
  gtk_box_append (GTK_BOX (self->head), make_cell (what, TRUE, TRUE));
  for (guint k = 0; k < MIN (n, MAX_COLUMNS); k++)
    {
      GtkWidget *cell = make_cell (columns[k], FALSE, TRUE);

      self->names[self->n++] = g_strdup (columns[k]);
      gtk_widget_set_tooltip_text (cell, columns[k]);
      gtk_box_append (GTK_BOX (self->head), cell);
    }
}

static char *
dup_number (const AssayNumberLine *line, guint k)
{
  if (isnan (line->values[k]))
    return g_strdup ("–");
  return assay_say (line->counts != NULL && line->counts[k] ? "%.0f" : "%+.4g",
                    line->values[k]);
}

void
assay_number_table_add (AssayNumberTable *self, const AssayNumberLine *line)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  g_autoptr (GString) said = g_string_new (line->title);

  if (line->session != NULL)
    {
      GtkWidget *image = assay_row_image_new (IMAGE_SIZE);

      assay_row_image_set_row (ASSAY_ROW_IMAGE (image), line->session, (gint64) line->row);
      gtk_box_append (GTK_BOX (box), image);
    }
  gtk_box_append (GTK_BOX (box), make_cell (line->title, TRUE, TRUE));
  for (guint k = 0; k < MIN (line->n, self->n); k++)
    {
      g_autofree char *text = dup_number (line, k);

      gtk_box_append (GTK_BOX (box), make_cell (text, FALSE, FALSE));
      g_string_append_printf (said, "; %s %s", self->names[k], text);
    }
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_tooltip_text (row, said->str);
  assay_set_name (row, said->str);
  gtk_list_box_append (self->list, row);
}

static void
row_activated (AssayNumberTable *self, GtkListBoxRow *row)
{
  g_signal_emit (self, activated_signal, 0, (guint) gtk_list_box_row_get_index (row));
}

static void
assay_number_table_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  assay_set_name (ASSAY_NUMBER_TABLE (object)->list, g_value_get_string (value));
}

static void
assay_number_table_finalize (GObject *object)
{
  clear_names (ASSAY_NUMBER_TABLE (object));
  G_OBJECT_CLASS (assay_number_table_parent_class)->finalize (object);
}

static void
assay_number_table_class_init (AssayNumberTableClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->set_property = assay_number_table_set_property;
  object_class->finalize = assay_number_table_finalize;
  g_object_class_install_property (
      object_class, 1,
      g_param_spec_string ("list-name", NULL, NULL, NULL,
                           G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  activated_signal = g_signal_new ("activated", ASSAY_TYPE_NUMBER_TABLE, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
assay_number_table_init (AssayNumberTable *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scroll = gtk_scrolled_window_new ();
  GtkWidget *wide = gtk_scrolled_window_new (); /* head and rows go sideways together */

  self->head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->head, "dim-label");
  gtk_widget_add_css_class (self->head, "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "background");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), GTK_WIDGET (self->list));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroll), 120);
  gtk_widget_set_vexpand (scroll, TRUE);
  gtk_box_append (GTK_BOX (box), self->head);
  gtk_box_append (GTK_BOX (box), scroll);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (wide), box);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (wide), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  adw_bin_set_child (ADW_BIN (self), wide);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (row_activated), self);
}
