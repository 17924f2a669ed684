/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/cluster_row.h"

#include "app/model/cluster_names.h"
#include "app/say.h"
#include "app/widgets/legend_mark.h"
#include "app/widgets/row_image.h"
#include "app/widgets/set_name.h"
#include "core/data/thumbnail.h"
#include "core/work/explain.h"

#include <glib/gi18n.h>

#define CLASSES_SHOWN 2
#define WORDS_SHOWN 6
#define COLUMNS_SHOWN 3
#define IMAGE_SIZE 40

struct _AssayClusterRow
{
  GtkListBoxRow parent;
  AssaySession *session;
  guint number;
  char *name; /* "": none */
  GtkStack *title_stack;
  GtkLabel *title;
  GtkEntry *entry;
  GtkWidget *rename_button;
};

G_DEFINE_FINAL_TYPE (AssayClusterRow, assay_cluster_row, GTK_TYPE_LIST_BOX_ROW)

guint
assay_cluster_row_get_number (AssayClusterRow *self)
{
  return self->number;
}

/* --- what it says --- */

/* "6 (175), 5 (2)" or "price high, age low" or words. */
static void
append_list (GString *text, JsonObject *cluster, const char *member, const char *name, guint most)
{
  JsonArray *array = json_object_get_array_member (cluster, member);

  for (guint i = 0; i < MIN (json_array_get_length (array), most); i++)
    {
      JsonObject *one = json_array_get_object_element (array, i);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                              json_object_get_string_member (one, name));
      if (json_object_has_member (one, "difference"))
        /* Translators: follows the name of a column, as in "price high". */
        g_string_append (text, json_object_get_double_member (one, "difference") > 0.0
                                   ? _ (" high") : _ (" low"));
      else if (g_str_equal (member, "classes"))
        g_string_append_printf (text, " (%" G_GINT64_FORMAT ")",
                                json_object_get_int_member (one, "n"));
    }
}

/* (transfer full) */
static char *
dup_size (JsonObject *cluster)
{
  guint size = (guint) json_object_get_int_member (cluster, "size");
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, g_dngettext (NULL, "%u row", "%u rows", size), size);
  if (json_array_get_length (json_object_get_array_member (cluster, "classes")) > 0)
    g_string_append (text, " · ");
  append_list (text, cluster, "classes", "name", CLASSES_SHOWN);
  return g_string_free (text, FALSE);
}

/* (transfer full) */
static char *
dup_apart (JsonObject *cluster, const char *score)
{
  GString *text = g_string_new (NULL);
  JsonObject *scores = json_object_has_member (cluster, "scores")
                           ? json_object_get_object_member (cluster, "scores") : NULL;

  append_list (text, cluster, "words", "word", WORDS_SHOWN);
  if (text->len == 0)
    append_list (text, cluster, "columns", "name", COLUMNS_SHOWN);
  if (score != NULL && scores != NULL && json_object_has_member (scores, score)
      && !json_object_get_null_member (scores, score))
    assay_say_append (text, _ ("%smean %s %.3g"), text->len > 0 ? " · " : "", score,
                      json_object_get_double_member (scores, score));
  return g_string_free (text, FALSE);
}

/* --- its name --- */

static void
end_renaming (AssayClusterRow *self)
{
  gtk_stack_set_visible_child (self->title_stack, GTK_WIDGET (self->title));
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

void
assay_cluster_row_rename (AssayClusterRow *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), self->name);
  gtk_stack_set_visible_child (self->title_stack, GTK_WIDGET (self->entry));
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}

static void
on_entered (AssayClusterRow *self)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (
      GTK_EDITABLE (self->entry))));

  end_renaming (self);
  assay_clusters_name (self->session, self->number, name); /* the list makes other rows then */
}

static gboolean
on_entry_key (AssayClusterRow *self, guint key)
{
  if (key != GDK_KEY_Escape)
    return FALSE;
  end_renaming (self);
  return TRUE;
}

static GtkWidget *
make_title (AssayClusterRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkEventController *keys = gtk_event_controller_key_new ();
  g_autofree char *title = assay_clusters_dup_title (self->number, self->name);
  g_autofree char *name = g_strdup_printf (_ ("Name of Cluster %u"), self->number);
  g_autofree char *rename = g_strdup_printf (_ ("Rename Cluster %u"), self->number);

  self->title = GTK_LABEL (gtk_label_new (title));
  gtk_label_set_xalign (self->title, 0.0f);
  gtk_label_set_ellipsize (self->title, PANGO_ELLIPSIZE_END);
  self->entry = GTK_ENTRY (gtk_entry_new ());
  assay_set_name (gtk_editable_get_delegate (GTK_EDITABLE (self->entry)), name);
  assay_set_name (self->entry, name);
  self->title_stack = GTK_STACK (gtk_stack_new ());
  gtk_stack_add_child (self->title_stack, GTK_WIDGET (self->title));
  gtk_stack_add_child (self->title_stack, GTK_WIDGET (self->entry));
  gtk_widget_set_hexpand (GTK_WIDGET (self->title_stack), TRUE);
  self->rename_button = gtk_button_new_from_icon_name ("document-edit-symbolic");
  gtk_widget_add_css_class (self->rename_button, "flat");
  gtk_widget_set_valign (self->rename_button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (self->rename_button, _ ("Rename (F2)"));
  assay_set_name (self->rename_button, rename);
  gtk_box_append (GTK_BOX (box), assay_legend_mark_new (self->number));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->title_stack));
  gtk_box_append (GTK_BOX (box), self->rename_button);
  g_signal_connect_swapped (self->rename_button, "clicked",
                            G_CALLBACK (assay_cluster_row_rename), self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (on_entered), self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (on_entry_key), self);
  gtk_widget_add_controller (GTK_WIDGET (self->entry), keys);
  return box;
}

static void
add_caption (GtkWidget *box, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_tooltip_text (label, text);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "dim-label");
  gtk_box_append (GTK_BOX (box), label);
}

/* The row nearest to the mean, where rows are images. */
static void
add_image (AssayClusterRow *self, GtkWidget *box, JsonObject *cluster)
{
  JsonArray *medoids = json_object_get_array_member (cluster, "medoids");
  GtkWidget *image;
  guint32 row;

  if (!ay_dataset_has_images (assay_session_get_data (self->session))
      || json_array_get_length (medoids) == 0
      || !ay_work_find_id (assay_session_get_work (self->session),
                           json_array_get_string_element (medoids, 0), &row, NULL))
    return;
  image = assay_row_image_new (IMAGE_SIZE);
  gtk_widget_set_valign (image, GTK_ALIGN_CENTER);
  assay_row_image_set_row (ASSAY_ROW_IMAGE (image), self->session, row);
  gtk_box_append (GTK_BOX (box), image);
}

GtkWidget *
assay_cluster_row_new (AssaySession *session, JsonObject *cluster, const char *score)
{
  AssayClusterRow *self = g_object_new (ASSAY_TYPE_CLUSTER_ROW, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autofree char *size = dup_size (cluster), *apart = dup_apart (cluster, score);
  g_autofree char *all = NULL;

  self->session = g_object_ref (session);
  self->number = (guint) json_object_get_int_member (cluster, "number");
  self->name = g_strdup (json_object_get_null_member (cluster, "name")
                             ? "" : json_object_get_string_member (cluster, "name"));
  gtk_box_append (GTK_BOX (lines), make_title (self));
  add_caption (lines, size);
  add_caption (lines, apart);
  gtk_widget_set_hexpand (lines, TRUE);
  add_image (self, box, cluster);
  gtk_box_append (GTK_BOX (box), lines);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
  all = g_strdup_printf ("%s, %s; %s", gtk_label_get_text (self->title), size, apart);
  assay_set_name (self, all);
  return GTK_WIDGET (self);
}

static void
assay_cluster_row_finalize (GObject *object)
{
  AssayClusterRow *self = ASSAY_CLUSTER_ROW (object);

  g_clear_object (&self->session);
  g_free (self->name);
  G_OBJECT_CLASS (assay_cluster_row_parent_class)->finalize (object);
}

static void
assay_cluster_row_class_init (AssayClusterRowClass *class)
{
  G_OBJECT_CLASS (class)->finalize = assay_cluster_row_finalize;
}

static void
assay_cluster_row_init (AssayClusterRow *self)
{
}
