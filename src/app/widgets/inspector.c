/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/inspector.h"

#include "app/say.h"
#include "app/widgets/epoch_view.h"
#include "app/widgets/fold.h"
#include "app/widgets/influence_list.h"
#include "app/widgets/row_image.h"
#include "app/widgets/set_name.h"
#include "app/widgets/table_cells.h"
#include "app/widgets/why_card.h"
#include "core/data/thumbnail.h"

#include <glib/gi18n.h>
#include <math.h>

#define IMAGE_SIZE 192
#define MAX_COLUMNS 200

struct _AssayInspector
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  gint64 row;
  guint pending;
  GtkLabel *title, *text;
  GtkWidget *image;
  GtkListBox *values;
  AssayInfluenceList *influence;
  AssayWhyCard *why;
  AssayEpochView *epochs;
};

G_DEFINE_FINAL_TYPE (AssayInspector, assay_inspector, ASSAY_TYPE_SESSION_BIN)

/* "± 0.0003, rank 12 to 80, not told from zero" of a score with errors; NULL: of none. */
static char *
dup_noise (AssayInspector *self, const char *score, gsize row)
{
  double error = assay_session_get_noise (self->session, score, AY_NOISE_ERROR, row);
  double told = assay_session_get_noise (self->session, score, AY_NOISE_TOLD, row);

  if (isnan (error) || isnan (told))
    return NULL;
  return assay_say (told > 0.0 ? _ ("± %.2g, rank %.0f to %.0f")
                               : _ ("± %.2g, rank %.0f to %.0f, not told from zero"),
                    error,
                    assay_session_get_noise (self->session, score, AY_NOISE_RANK_LOW, row),
                    assay_session_get_noise (self->session, score, AY_NOISE_RANK_HIGH, row));
}

static GtkWidget *
with_noise (AssayInspector *self, GtkWidget *line, const char *score, gsize row)
{
  g_autofree char *noise = dup_noise (self, score, row);
  GtkWidget *box, *label;

  if (noise == NULL)
    return line;
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  label = gtk_label_new (noise);
  gtk_label_set_xalign (GTK_LABEL (label), 1.0f);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 24);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_RIGHT);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "dim-label");
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), label);
  return box;
}

/* A line "name  value"; scores tell on hover what they mean and which way is good. */
static GtkWidget *
make_line (AssayInspector *self, AyColumn *column, gsize row)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *name = gtk_label_new (ay_column_name (column));
  g_autofree char *text = assay_table_cells_dup_value (column, row);
  GtkWidget *value = gtk_label_new (text);
  const AyScoreInfo *info = assay_session_find_score (self->session, ay_column_name (column));

  gtk_label_set_xalign (GTK_LABEL (name), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (name), 16);
  gtk_label_set_ellipsize (GTK_LABEL (value), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (value), 18);
  gtk_label_set_selectable (GTK_LABEL (value), FALSE);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (name, "dim-label");
  gtk_widget_add_css_class (value, "numeric");
  if (info != NULL)
    {
      g_autofree char *tip
          = *info->unit != '\0'
                ? g_strdup_printf (_ ("%s: %s\nUnit: %s"), assay_word (info->title),
                                   assay_word (info->sentence), assay_word (info->unit))
                : g_strdup_printf (_ ("%s: %s"), assay_word (info->title),
                                   assay_word (info->sentence));

      gtk_widget_set_tooltip_text (line, tip);
    }
  else
    gtk_widget_set_tooltip_text (line, text);
  gtk_box_append (GTK_BOX (line), name);
  gtk_box_append (GTK_BOX (line), value);
  return with_noise (self, line, ay_column_name (column), row);
}

static void
clear_values (AssayInspector *self)
{
  GtkWidget *line;

  while ((line = gtk_widget_get_first_child (GTK_WIDGET (self->values))) != NULL)
    gtk_list_box_remove (self->values, line);
}

static void
fill_values (AssayInspector *self, gsize row)
{
  AyTable *columns = assay_session_get_columns (self->session);
  guint shown = 0;

  for (int rank = 0; rank < 4; rank++)
    for (guint i = 0; i < ay_table_n_columns (columns) && shown < MAX_COLUMNS; i++)
      {
        AyColumn *column = ay_table_column (columns, i);
        gboolean computed = rank == 1 || rank == 2;

        if (assay_table_cells_rank (self->session, i) == rank
            && !(computed && ay_column_is_missing (column, row)))
          {
            GtkWidget *line = gtk_list_box_row_new ();

            gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (line), make_line (self, column, row));
            gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (line), FALSE);
            gtk_widget_set_focusable (line, FALSE); /* nothing to do there: scrolled, not walked */
            gtk_list_box_append (self->values, line);
            shown++;
          }
      }
}

static void
show_row (AssayInspector *self)
{
  AyDataset *data = assay_session_get_data (self->session);
  g_autofree char *id = NULL;
  g_autofree char *text = NULL;

  clear_values (self);
  assay_influence_list_set_row (self->influence, self->row);
  assay_why_card_set_row (self->why, self->row);
  assay_epoch_view_set_row (self->epochs, self->row);
  if (data == NULL || self->row < 0 || (gsize) self->row >= data->n
      || assay_session_get_columns (self->session) == NULL)
    {
      gtk_label_set_text (self->title, _ ("Point at a row, or select one"));
      assay_fold_show (self->image, FALSE);
      assay_fold_show (self->text, FALSE);
      return;
    }
  id = ay_column_dup_text (data->id, (gsize) self->row);
  gtk_label_set_text (self->title, id);
  assay_fold_show (self->image, ay_dataset_has_images (data));
  assay_row_image_set_row (ASSAY_ROW_IMAGE (self->image), self->session, self->row);
  text = data->text != NULL ? ay_column_dup_text (data->text, (gsize) self->row) : NULL;
  gtk_label_set_text (self->text, text != NULL ? text : "");
  assay_fold_show (self->text, text != NULL);
  fill_values (self, (gsize) self->row);
}

static gint64
wanted_row (AssayInspector *self)
{
  gint64 hovered = assay_session_get_hovered (self->session);
  const AyBitset *selection = assay_session_get_selection (self->session);
  gsize first;

  if (hovered >= 0 || selection == NULL)
    return hovered;
  first = ay_bitset_next (selection, 0);
  return first < selection->n ? (gint64) first : self->row;
}

static gboolean
update (gpointer data)
{
  AssayInspector *self = data;

  self->pending = 0;
  self->row = wanted_row (self);
  show_row (self);
  return G_SOURCE_REMOVE;
}

/* Many changes in one go show once. */
static void
schedule (AssayInspector *self)
{
  if (self->pending == 0)
    self->pending = g_timeout_add (40, update, self);
}

static void
forget (AssayInspector *self)
{
  self->row = -1;
  schedule (self);
}

static void
assay_inspector_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const opened[] = { "notify::title", NULL };
  static const char *const changes[]
      = { "notify::hovered", "selection-changed", "columns-changed", "decided", NULL };
  AssayInspector *self = ASSAY_INSPECTOR (bin);

  self->session = session;
  g_object_set (self->influence, "session", session, NULL);
  g_object_set (self->why, "session", session, NULL);
  g_object_set (self->epochs, "session", session, NULL);
  assay_session_bin_watch (bin, opened, G_CALLBACK (forget));
  assay_session_bin_watch (bin, changes, G_CALLBACK (schedule));
  forget (self);
}

static void
assay_inspector_dispose (GObject *object)
{
  AssayInspector *self = ASSAY_INSPECTOR (object);

  g_clear_handle_id (&self->pending, g_source_remove);
  G_OBJECT_CLASS (assay_inspector_parent_class)->dispose (object);
}

static void
assay_inspector_class_init (AssayInspectorClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_inspector_bind;
  object_class->dispose = assay_inspector_dispose;
}

static void
assay_inspector_init (AssayInspector *self)
{
  GtkWidget *scroll = gtk_scrolled_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->row = -1;
  self->title = GTK_LABEL (gtk_label_new (NULL));
  self->text = GTK_LABEL (gtk_label_new (NULL));
  self->image = assay_row_image_new (IMAGE_SIZE);
  self->influence = g_object_new (ASSAY_TYPE_INFLUENCE_LIST, NULL);
  self->why = g_object_new (ASSAY_TYPE_WHY_CARD, NULL);
  self->epochs = g_object_new (ASSAY_TYPE_EPOCH_VIEW, NULL);
  self->values = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->values, GTK_SELECTION_NONE);
  assay_set_name (self->values, _ ("Values of the Row"));
  gtk_label_set_wrap (self->title, TRUE);
  gtk_label_set_max_width_chars (self->title, 28);
  gtk_label_set_max_width_chars (self->text, 32);
  gtk_label_set_wrap (self->text, TRUE);
  gtk_label_set_wrap_mode (self->text, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (self->title, 0.0f);
  gtk_widget_set_halign (GTK_WIDGET (self->title), GTK_ALIGN_START);
  gtk_label_set_xalign (self->text, 0.0f);
  gtk_widget_add_css_class (GTK_WIDGET (self->title), "heading");
  gtk_widget_add_css_class (GTK_WIDGET (self->values), "background");
  gtk_widget_add_css_class (box, "side-pane");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->title));
  gtk_box_append (GTK_BOX (box), assay_fold_new (self->image));
  gtk_box_append (GTK_BOX (box), assay_fold_new (GTK_WIDGET (self->text)));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->epochs));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->why));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->influence));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->values));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), box);
  gtk_widget_set_size_request (scroll, 224, -1);
  adw_bin_set_child (ADW_BIN (self), scroll);
}
