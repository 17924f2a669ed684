/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/why_parts.h"

#include "app/say.h"
#include "app/widgets/set_name.h"

#include <glib/gi18n.h>
#include <math.h>

#define SHOWN 8
#define NAME_CHARS 12

struct _AssayWhyParts
{
  AdwBin parent;
  GtkWidget *lines, *head; /* a list, and the names of its columns */
  GtkLabel *sums;
};

G_DEFINE_FINAL_TYPE (AssayWhyParts, assay_why_parts, ADW_TYPE_BIN)

/* The same column's or word's part of the other figure; NaN: there is none. */
static double
part_of (const AyRowParts *self, const char *name)
{
  for (guint i = 0; self != NULL && i < self->parts->len; i++)
    if (g_str_equal (g_array_index (self->parts, AyPart, i).name, name))
      return g_array_index (self->parts, AyPart, i).part;
  return NAN;
}

static void
add_cell (GtkWidget *line, const char *text, gboolean first)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), first ? 0.0f : 1.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), first ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
  gtk_widget_set_hexpand (label, first);
  if (first)
    gtk_label_set_max_width_chars (GTK_LABEL (label), NAME_CHARS);
  else
    {
      gtk_label_set_width_chars (GTK_LABEL (label), 8);
      gtk_widget_add_css_class (label, "numeric");
    }
  gtk_box_append (GTK_BOX (line), label);
}

static void
add_line (AssayWhyParts *self, const AyPart *part, double influence, gboolean influences)
{
  GtkWidget *row = gtk_list_box_row_new (), *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  g_autofree char *name = part->value != NULL ? g_strdup_printf ("%s = %s", part->name, part->value)
                                              : g_strdup (part->name);
  g_autofree char *margin = assay_say ("%+.3g", part->part);
  g_autofree char *other = assay_say ("%+.2g", influence);
  g_autofree char *told
      = influences ? g_strdup_printf (_ ("%s: of the margin %s, of the influence %s"), name,
                                      margin, other)
                   : g_strdup_printf (_ ("%s: of the margin %s"), name, margin);

  add_cell (line, name, TRUE);
  add_cell (line, margin, FALSE);
  if (influences)
    add_cell (line, other, FALSE);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), line);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  gtk_widget_set_tooltip_text (row, told);
  assay_set_name (row, told);
  gtk_list_box_append (GTK_LIST_BOX (self->lines), row);
}

static void
add_sum (GString *text, const char *figure, const AyRowParts *of, double shown)
{
  double others = of->total - of->intercept - of->average_text - of->unnamed - shown;

  assay_say_append (text, _ ("%sOther parts %+.4g, intercept %+.4g"),
                    text->len > 0 ? "\n" : "", others, of->intercept);
  if (of->average_text != 0.0)
    assay_say_append (text, _ (", average text %+.4g"), of->average_text);
  if (of->unnamed != 0.0)
    assay_say_append (text, _ (", features without a name %+.4g"), of->unnamed);
  assay_say_append (text, ": %s %+.4g", figure, of->total);
}

static void
clear (AssayWhyParts *self)
{
  GtkWidget *line;

  while ((line = gtk_widget_get_first_child (self->lines)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->lines), line);
}

/* Names of the columns of numbers. */
static void
set_head (AssayWhyParts *self, gboolean words, gboolean influences)
{
  GtkWidget *cell;

  while ((cell = gtk_widget_get_first_child (self->head)) != NULL)
    gtk_box_remove (GTK_BOX (self->head), cell);
  add_cell (self->head, words ? _ ("Word") : _ ("Column"), TRUE);
  add_cell (self->head, _ ("margin"), FALSE);
  if (influences)
    add_cell (self->head, _ ("influence"), FALSE);
}

void
assay_why_parts_show (AssayWhyParts *self, const AyExplain *what)
{
  const AyRowParts *margin = what->margin, *influence = what->influence;
  g_autoptr (GString) sums = g_string_new (what->no_parts);
  double shown[2] = { 0.0, 0.0 };

  clear (self);
  for (guint i = 0; margin != NULL && i < MIN (margin->parts->len, SHOWN); i++)
    {
      const AyPart *part = &g_array_index (margin->parts, AyPart, i);
      double other = part_of (influence, part->name);

      add_line (self, part, other, influence != NULL);
      shown[0] += part->part;
      shown[1] += isnan (other) ? 0.0 : other;
    }
  if (margin != NULL)
    {
      set_head (self, margin->average_text != 0.0, influence != NULL);
      add_sum (sums, _ ("margin"), margin, shown[0]);
    }
  if (influence != NULL)
    add_sum (sums, _ ("influence"), influence, shown[1]);
  gtk_widget_set_visible (self->lines, margin != NULL);
  gtk_widget_set_visible (self->head, margin != NULL);
  gtk_label_set_text (self->sums, sums->str);
}

static void
assay_why_parts_class_init (AssayWhyPartsClass *class)
{
}

static void
assay_why_parts_init (AssayWhyParts *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_widget_add_css_class (self->head, "dim-label");
  gtk_widget_add_css_class (self->head, "caption");
  gtk_widget_set_tooltip_text (self->head, _ ("What a column of the table or a word of the text "
                                              "brings: the parts add up to the figure"));
  self->lines = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->lines), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->lines, "background");
  assay_set_name (self->lines, _ ("Columns or Words Behind It"));
  self->sums = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->sums, TRUE);
  gtk_label_set_wrap_mode (self->sums, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (self->sums, 32);
  gtk_label_set_xalign (self->sums, 0.0f);
  gtk_widget_add_css_class (GTK_WIDGET (self->sums), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->sums), "caption");
  gtk_box_append (GTK_BOX (box), self->head);
  gtk_box_append (GTK_BOX (box), self->lines);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->sums));
  adw_bin_set_child (ADW_BIN (self), box);
}
