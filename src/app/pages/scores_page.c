/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/scores_page.h"

#include "app/say.h"
#include "app/widgets/data_map_view.h"
#include "app/widgets/one_stop.h"
#include "app/widgets/score_about.h"
#include "app/widgets/score_compare.h"
#include "app/widgets/set_name.h"

#include <glib/gi18n.h>
#include <math.h>

struct _AssayScoresPage
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  GtkListBox *list;
  GPtrArray *ids;        /* of char*: one a line */
  char *chosen;          /* (nullable) */
  AssayScoreAbout *about;
  AssayScoreCompare *compare;
  AssayDataMapView *data_map;
};

G_DEFINE_FINAL_TYPE (AssayScoresPage, assay_scores_page, ASSAY_TYPE_SESSION_BIN)

static void
choose (AssayScoresPage *self, const char *id)
{
  char *copy = g_strdup (id);

  g_free (self->chosen);
  self->chosen = copy;
  assay_score_about_set_score (self->about, copy);
  assay_score_compare_set_score (self->compare, copy);
}

static void
row_selected (AssayScoresPage *self, GtkListBoxRow *row)
{
  int at = row != NULL ? gtk_list_box_row_get_index (row) : -1;

  if (at >= 0 && (guint) at < self->ids->len)
    choose (self, self->ids->pdata[at]);
}

static GtkWidget *
add_text (GtkWidget *box, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

/* A title, and below it whether it is computed. */
static GtkWidget *
make_line (const char *title)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  add_text (box, title, NULL);
  gtk_widget_add_css_class (add_text (box, NULL, "caption"), "dim-label");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  return row;
}

static void
show_state (AssayScoresPage *self, guint at)
{
  const char *id = self->ids->pdata[at];
  gboolean computed = assay_session_find_score (self->session, id) != NULL;
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, (int) at);
  GtkWidget *title = gtk_widget_get_first_child (gtk_list_box_row_get_child (row));
  g_autofree char *state
      = g_strdup_printf (computed ? _ ("%s, computed") : _ ("%s, not computed"), id);

  if (computed)
    gtk_widget_remove_css_class (title, "dim-label");
  else
    gtk_widget_add_css_class (title, "dim-label");
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (title)), state);
  assay_set_name (row, state);
}

static void
cut_lines (AssayScoresPage *self, guint n)
{
  while (self->ids->len > n)
    {
      GtkListBoxRow *last = gtk_list_box_get_row_at_index (self->list, (int) self->ids->len - 1);

      gtk_list_box_remove (self->list, GTK_WIDGET (last));
      g_ptr_array_set_size (self->ids, (int) self->ids->len - 1);
    }
}

/* Line `at` is of this score: the lines stay while they are the same, and with them the focus. */
static void
set_line (AssayScoresPage *self, guint at, const char *id, const char *title)
{
  if (at < self->ids->len && !g_str_equal (self->ids->pdata[at], id))
    cut_lines (self, at);
  if (at == self->ids->len)
    {
      g_ptr_array_add (self->ids, g_strdup (id));
      gtk_list_box_append (self->list, make_line (title));
    }
  show_state (self, at);
}

/* Those of the registry, then those from elsewhere; places on maps are no scores. */
static void
fill (AssayScoresPage *self)
{
  GPtrArray *scores = assay_session_get_scores (self->session);
  guint n, at;
  const AyScoreMethod *methods = ay_score_methods (&n);

  at = n;
  for (guint k = 0; k < n; k++)
    set_line (self, k, methods[k].id, assay_word (methods[k].title));
  for (guint i = 0; i < scores->len; i++)
    {
      const AyScoreInfo *info = scores->pdata[i];

      if (ay_score_find (info->id) == NULL && !g_str_has_prefix (info->id, "map_"))
        set_line (self, at++, info->id, assay_word (info->title));
    }
  cut_lines (self, at);
  if (gtk_list_box_get_selected_row (self->list) == NULL)
    gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, 0));
  assay_one_stop_update (self->list);
}

static void
select_score (AssayScoresPage *self, const char *id)
{
  for (guint i = 0; i < self->ids->len; i++)
    if (g_strcmp0 (self->ids->pdata[i], id) == 0)
      gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, (int) i));
}

static void
assay_scores_page_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const changes[] = { "columns-changed", "notify::title", NULL };
  AssayScoresPage *self = ASSAY_SCORES_PAGE (bin);

  self->session = session;
  g_object_set (self->about, "session", session, NULL);
  g_object_set (self->compare, "session", session, NULL);
  g_object_set (self->data_map, "session", session, NULL);
  assay_session_bin_watch (bin, changes, G_CALLBACK (fill));
  fill (self);
}

static void
assay_scores_page_finalize (GObject *object)
{
  AssayScoresPage *self = ASSAY_SCORES_PAGE (object);

  g_ptr_array_unref (self->ids);
  g_free (self->chosen);
  G_OBJECT_CLASS (assay_scores_page_parent_class)->finalize (object);
}

/* The rows that have the score. (transfer full) (nullable) */
static AyBitset *
dup_with_value (AssayScoresPage *self)
{
  AyColumn *column = assay_session_find_column (self->session, self->chosen);
  AyBitset *rows;

  if (column == NULL || ay_column_type (column) != AY_COLUMN_NUMBER)
    return NULL;
  rows = ay_bitset_new (ay_column_rows (column));
  for (gsize i = 0; i < rows->n; i++)
    if (!isnan (ay_column_numbers (column)[i]))
      ay_bitset_add (rows, i);
  return rows;
}

static void
assay_scores_page_save (AssaySessionBin *bin, AssayPinnedView *view)
{
  AssayScoresPage *self = ASSAY_SCORES_PAGE (bin);

  if (self->chosen == NULL)
    return;
  json_object_set_string_member (view->state, "score", self->chosen);
  if (gtk_widget_get_mapped (GTK_WIDGET (self->compare)))
    assay_session_bin_save_into (ASSAY_SESSION_BIN (self->compare), view);
  else if (gtk_widget_get_mapped (GTK_WIDGET (self->data_map)))
    assay_session_bin_save_into (ASSAY_SESSION_BIN (self->data_map), view);
  else
    {
      view->sentence = assay_score_about_dup_words (self->about);
      view->rows = dup_with_value (self);
    }
}

/* To the tab that the widget is on. */
static void
turn_to (GtkWidget *widget)
{
  GtkWidget *stack = gtk_widget_get_ancestor (widget, GTK_TYPE_STACK);

  while (gtk_widget_get_parent (widget) != stack)
    widget = gtk_widget_get_parent (widget);
  gtk_stack_set_visible_child (GTK_STACK (stack), widget);
}

static void
assay_scores_page_restore (AssaySessionBin *bin, JsonObject *state)
{
  AssayScoresPage *self = ASSAY_SCORES_PAGE (bin);

  select_score (self, json_object_get_string_member_with_default (state, "score", NULL));
  if (json_object_has_member (state, "beside"))
    {
      turn_to (GTK_WIDGET (self->compare));
      assay_session_bin_restore (ASSAY_SESSION_BIN (self->compare), state);
    }
  else
    turn_to (json_object_has_member (state, "data_map") ? GTK_WIDGET (self->data_map)
                                                         : GTK_WIDGET (self->about));
}

static void
assay_scores_page_class_init (AssayScoresPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_scores_page_bind;
  ASSAY_SESSION_BIN_CLASS (class)->save = assay_scores_page_save;
  ASSAY_SESSION_BIN_CLASS (class)->restore = assay_scores_page_restore;
  G_OBJECT_CLASS (class)->finalize = assay_scores_page_finalize;
  g_type_ensure (ASSAY_TYPE_SCORE_ABOUT);
  g_type_ensure (ASSAY_TYPE_SCORE_COMPARE);
  g_type_ensure (ASSAY_TYPE_DATA_MAP_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/scores_page.ui");
  gtk_widget_class_bind_template_child (widget_class, AssayScoresPage, list);
  gtk_widget_class_bind_template_child (widget_class, AssayScoresPage, about);
  gtk_widget_class_bind_template_child (widget_class, AssayScoresPage, compare);
  gtk_widget_class_bind_template_child (widget_class, AssayScoresPage, data_map);
}

static void
assay_scores_page_init (AssayScoresPage *self)
{
  self->ids = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  assay_one_stop_add (self->list);
  g_signal_connect_swapped (self->list, "row-selected", G_CALLBACK (row_selected), self);
  g_signal_connect_swapped (self->about, "computed", G_CALLBACK (select_score), self);
}
