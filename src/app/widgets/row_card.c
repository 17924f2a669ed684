/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/row_card.h"

#include "app/say.h"
#include "app/widgets/row_image.h"
#include "core/data/thumbnail.h"

#define IMAGE_SIZE 128
#define TEXT_CHARS 160

struct _AssayRowCard
{
  AdwBin parent;
  GtkWidget *image;
  GtkLabel *title, *text, *value;
};

G_DEFINE_FINAL_TYPE (AssayRowCard, assay_row_card, ADW_TYPE_BIN)

static void
show_text (GtkLabel *label, const char *text)
{
  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL && *text != '\0');
}

/* The start of the row's text, cut between characters. */
static char *
dup_start (AyColumn *text, gsize row)
{
  g_autofree char *whole = text != NULL ? ay_column_dup_text (text, row) : NULL;
  glong length = whole != NULL ? g_utf8_strlen (whole, -1) : 0;
  g_autofree char *start = NULL;

  if (length <= TEXT_CHARS)
    return g_steal_pointer (&whole);
  start = g_utf8_substring (whole, 0, TEXT_CHARS);
  return g_strconcat (start, "…", NULL);
}

char *
assay_row_card_dup_title (AssaySession *session, gsize row)
{
  AyDataset *data = assay_session_get_data (session);
  g_autofree char *id = ay_column_dup_text (data->id, row);
  g_autofree char *label = ay_dataset_dup_label (data, row);

  return *label != '\0' ? g_strdup_printf ("%s · %s", id, label) : g_steal_pointer (&id);
}

char *
assay_row_card_dup_value (AssaySession *session, gsize row)
{
  const char *name = assay_session_get_color_by (session);
  AyColumn *column = assay_session_find_column (session, name);
  g_autofree char *value = NULL;

  if (column == NULL)
    return NULL;
  if (ay_column_type (column) == AY_COLUMN_NUMBER && !ay_column_is_missing (column, row))
    value = assay_say ("%.4g", ay_column_numbers (column)[row]);
  else
    value = ay_column_dup_text (column, row);
  return g_strdup_printf ("%s: %s", name, *value != '\0' ? value : "–");
}

void
assay_row_card_set_row (AssayRowCard *self, AssaySession *session, gint64 row)
{
  AyDataset *data = assay_session_get_data (session);
  g_autofree char *title = NULL;
  g_autofree char *text = NULL;
  g_autofree char *value = NULL;

  if (data == NULL || row < 0 || (gsize) row >= data->n)
    return;
  title = assay_row_card_dup_title (session, (gsize) row);
  text = dup_start (data->text, (gsize) row);
  value = assay_row_card_dup_value (session, (gsize) row);
  gtk_widget_set_visible (self->image, ay_dataset_has_images (data));
  assay_row_image_set_row (ASSAY_ROW_IMAGE (self->image), session, row);
  show_text (self->title, title);
  show_text (self->text, text);
  show_text (self->value, value);
}

static GtkLabel *
add_label (GtkWidget *box, const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 32);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_widget_add_css_class (label, style);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

static void
assay_row_card_class_init (AssayRowCardClass *class)
{
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "rowcard");
}

static void
assay_row_card_init (AssayRowCard *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);

  self->image = assay_row_image_new (IMAGE_SIZE);
  gtk_box_append (GTK_BOX (box), self->image);
  self->title = add_label (box, "heading");
  self->text = add_label (box, "body");
  self->value = add_label (box, "numeric");
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
  adw_bin_set_child (ADW_BIN (self), box);
}
