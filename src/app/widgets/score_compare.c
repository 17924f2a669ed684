/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/score_compare.h"

#include "app/say.h"
#include "app/widgets/drop_down.h"
#include "app/widgets/map_view.h"
#include "app/widgets/set_name.h"
#include "core/score/score_pair.h"

#include <glib/gi18n.h>
#include <math.h>

#define N_APART 20 /* as many as assay-cli figure compare tells */

struct _AssayScoreCompare
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  char *id;              /* (nullable) the first */
  GtkDropDown *other;
  GtkLabel *sentence, *axes, *apart_title;
  AssayMapView *plot;
  AssayChart *chart;
  GtkListBox *apart;
  GtkWidget *select, *body;
  AyScorePair *found;   /* (nullable) */
  guint serial;          /* of the comparison asked for last */
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (AssayScoreCompare, assay_score_compare, ASSAY_TYPE_SESSION_BIN)

/* --- comparing, in a thread: it sorts all rows --- */

typedef struct
{
  AyColumn *a, *b;
  gboolean turn;
  guint serial;
} Pair;

static void
pair_free (gpointer data)
{
  Pair *self = data;

  ay_column_unref (self->a);
  ay_column_unref (self->b);
  g_free (self);
}

static void
compare_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Pair *pair = data;
  AyScorePairOptions options = { .turn = pair->turn, .n_apart = N_APART };

  g_task_return_pointer (task,
                         ay_score_pair_new (ay_column_numbers (pair->a),
                                            ay_column_numbers (pair->b),
                                            ay_column_rows (pair->a), &options),
                         (GDestroyNotify) ay_score_pair_free);
}

static void
show_sentence (AssayScoreCompare *self, const Pair *pair)
{
  g_autofree char *text = NULL;

  if (isnan (self->found->rank_correlation))
    text = g_strdup_printf (_ ("%u rows have both: no rank correlation"), (guint) self->found->n);
  else
    text = assay_say (_ ("Rank correlation %.3f over %u rows%s"),
                      self->found->rank_correlation, (guint) self->found->n,
                      pair->turn ? _ (", one order turned so that high is good in both")
                                 : "");
  gtk_label_set_text (self->sentence, text);
}

static void
show_apart (AssayScoreCompare *self)
{
  AyDataset *data = assay_session_get_data (self->session);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->apart))) != NULL)
    gtk_list_box_remove (self->apart, child);
  for (gsize k = 0; k < self->found->n_apart; k++)
    {
      g_autofree char *id = ay_column_dup_text (data->id, self->found->apart[k]);
      g_autofree char *label = ay_dataset_dup_label (data, self->found->apart[k]);
      g_autofree char *text
          = assay_say ("%s%s%s  %+.1f %%", id, *label != '\0' ? " · " : "", label,
                       100.0 * self->found->gap[k]);
      GtkWidget *row = gtk_list_box_row_new (), *line = gtk_label_new (text);

      gtk_label_set_xalign (GTK_LABEL (line), 0.0f);
      gtk_widget_add_css_class (line, "numeric");
      gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), line);
      assay_set_name (row, text);
      gtk_list_box_append (self->apart, row);
    }
  gtk_widget_set_sensitive (self->select, self->found->n_apart > 0);
}

static void
compared (GObject *source, GAsyncResult *result, gpointer data)
{
  AssayScoreCompare *self = ASSAY_SCORE_COMPARE (source);
  const Pair *pair = g_task_get_task_data (G_TASK (result));
  AyScorePair *found = g_task_propagate_pointer (G_TASK (result), NULL);
  AyDataset *now = assay_session_get_data (self->session);

  if (pair->serial != self->serial || now == NULL || now->n != ay_column_rows (pair->a))
    {
      ay_score_pair_free (found);
      return;
    }
  g_clear_pointer (&self->found, ay_score_pair_free);
  self->found = found;
  show_sentence (self, pair);
  show_apart (self);
}

static void
start (AssayScoreCompare *self, AyColumn *a, AyColumn *b)
{
  const AyScoreInfo *first = assay_session_find_score (self->session, ay_column_name (a));
  const AyScoreInfo *second = assay_session_find_score (self->session, ay_column_name (b));
  g_autoptr (GTask) task = g_task_new (self, NULL, compared, NULL);
  Pair *pair = g_new0 (Pair, 1);

  pair->a = ay_column_ref (a);
  pair->b = ay_column_ref (b);
  pair->turn = first != NULL && second != NULL
               && ay_directions_oppose (first->direction, second->direction);
  pair->serial = ++self->serial;
  g_task_set_task_data (task, pair, pair_free);
  g_task_run_in_thread (task, compare_in_thread);
}

static const char *
other_id (AssayScoreCompare *self)
{
  GtkStringObject *item = gtk_drop_down_get_selected_item (self->other);

  return item != NULL ? gtk_string_object_get_string (item) : NULL;
}

static void
update (AssayScoreCompare *self)
{
  const char *second = other_id (self);
  AyColumn *a = assay_session_find_column (self->session, self->id);
  AyColumn *b = assay_session_find_column (self->session, second);
  gboolean both = a != NULL && b != NULL && ay_column_type (a) == AY_COLUMN_NUMBER
                  && ay_column_type (b) == AY_COLUMN_NUMBER;
  g_autofree char *axes = NULL;

  if (self->filling)
    return;
  gtk_widget_set_visible (self->body, both);
  if (!both)
    {
      self->serial++;
      gtk_label_set_text (self->sentence, self->id == NULL ? _ ("Choose a score on the left")
                                          : a == NULL      ? _ ("This score is not computed yet")
                                                      : _ ("No other score is computed yet"));
      return;
    }
  axes = g_strdup_printf (_ ("→ %s   ↑ %s"), self->id, second);
  gtk_label_set_text (self->axes, axes);
  assay_map_view_set_columns (self->plot, self->id, second);
  start (self, a, b);
}

/* The scores that are computed, but this one and places on maps. */
static void
fill (AssayScoreCompare *self)
{
  GPtrArray *scores = assay_session_get_scores (self->session);
  g_autofree char *before = g_strdup (other_id (self));
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint at = 0, n = 0;

  for (guint i = 0; i < scores->len; i++)
    {
      const AyScoreInfo *info = scores->pdata[i];

      if (g_str_has_prefix (info->id, "map_") || g_strcmp0 (info->id, self->id) == 0)
        continue;
      if (g_strcmp0 (info->id, before) == 0)
        at = n;
      gtk_string_list_append (names, info->id);
      n++;
    }
  self->filling = TRUE;
  gtk_drop_down_set_model (self->other, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->other, n > 0 ? at : GTK_INVALID_LIST_POSITION);
  self->filling = FALSE;
  update (self);
}

void
assay_score_compare_set_score (AssayScoreCompare *self, const char *id)
{
  char *copy = g_strdup (id);

  g_free (self->id);
  self->id = copy;
  fill (self);
}

/* --- acting --- */

/* The rows that the two order most differently. (transfer full) (nullable) */
static AyBitset *
dup_apart (AssayScoreCompare *self)
{
  AyDataset *data = assay_session_get_data (self->session);

  if (self->found == NULL || data == NULL)
    return NULL;
  return ay_bitset_from_rows (data->n, self->found->apart, self->found->n_apart);
}

static void
select_apart (AssayScoreCompare *self)
{
  g_autoptr (AyBitset) rows = dup_apart (self);

  if (rows != NULL)
    assay_session_select (self->session, rows, ASSAY_SELECT_REPLACE);
}

static void
row_activated (AssayScoreCompare *self, GtkListBoxRow *row)
{
  int at = gtk_list_box_row_get_index (row);

  if (self->found != NULL && at >= 0 && (gsize) at < self->found->n_apart)
    assay_session_select_row (self->session, self->found->apart[at], ASSAY_SELECT_REPLACE);
}

static void
assay_score_compare_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const changes[] = { "columns-changed", NULL };
  AssayScoreCompare *self = ASSAY_SCORE_COMPARE (bin);

  self->session = session;
  g_object_set (self->plot, "session", session, NULL);
  assay_session_bin_watch (bin, changes, G_CALLBACK (fill));
  fill (self);
}

static void
assay_score_compare_save (AssaySessionBin *bin, AssayPinnedView *view)
{
  AssayScoreCompare *self = ASSAY_SCORE_COMPARE (bin);
  const char *second = other_id (self);

  if (second == NULL || self->found == NULL)
    return;
  json_object_set_string_member (view->state, "beside", second);
  view->sentence = g_strdup_printf (_ ("%s beside %s: %s"), self->id, second,
                                    gtk_label_get_text (self->sentence));
  view->rows = dup_apart (self);
}

static void
assay_score_compare_restore (AssaySessionBin *bin, JsonObject *state)
{
  AssayScoreCompare *self = ASSAY_SCORE_COMPARE (bin);
  const char *id = json_object_get_string_member_with_default (state, "beside", NULL);
  GListModel *names = gtk_drop_down_get_model (self->other);

  for (guint i = 0; i < g_list_model_get_n_items (names); i++)
    if (g_strcmp0 (gtk_string_list_get_string (GTK_STRING_LIST (names), i), id) == 0)
      gtk_drop_down_set_selected (self->other, i);
}

static void
assay_score_compare_finalize (GObject *object)
{
  AssayScoreCompare *self = ASSAY_SCORE_COMPARE (object);

  g_clear_pointer (&self->found, ay_score_pair_free);
  g_free (self->id);
  G_OBJECT_CLASS (assay_score_compare_parent_class)->finalize (object);
}

static void
assay_score_compare_class_init (AssayScoreCompareClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_score_compare_bind;
  ASSAY_SESSION_BIN_CLASS (class)->save = assay_score_compare_save;
  ASSAY_SESSION_BIN_CLASS (class)->restore = assay_score_compare_restore;
  G_OBJECT_CLASS (class)->finalize = assay_score_compare_finalize;
  g_type_ensure (ASSAY_TYPE_CHART);
  g_type_ensure (ASSAY_TYPE_MAP_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/score_compare.ui");
  gtk_widget_class_bind_template_child (widget_class, AssayScoreCompare, other);
  gtk_widget_class_bind_template_child (widget_class, AssayScoreCompare, sentence);
  gtk_widget_class_bind_template_child (widget_class, AssayScoreCompare, axes);
  gtk_widget_class_bind_template_child (widget_class, AssayScoreCompare, apart_title);
  gtk_widget_class_bind_template_child (widget_class, AssayScoreCompare, plot);
  gtk_widget_class_bind_template_child (widget_class, AssayScoreCompare, chart);
  gtk_widget_class_bind_template_child (widget_class, AssayScoreCompare, apart);
  gtk_widget_class_bind_template_child (widget_class, AssayScoreCompare, select);
  gtk_widget_class_bind_template_child (widget_class, AssayScoreCompare, body);
}

static void
assay_score_compare_init (AssayScoreCompare *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  assay_map_view_chart (self->plot, self->chart);
  gtk_drop_down_set_expression (
      self->other, gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string"));
  assay_drop_down_shorten (self->other);
  assay_drop_down_set_name (self->other, _ ("Compare With"));
  g_signal_connect_swapped (self->other, "notify::selected", G_CALLBACK (update), self);
  g_signal_connect_swapped (self->select, "clicked", G_CALLBACK (select_apart), self);
  g_signal_connect_swapped (self->apart, "row-activated", G_CALLBACK (row_activated), self);
}
