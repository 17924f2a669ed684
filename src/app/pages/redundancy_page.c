/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/redundancy_page.h"

#include "app/model/row.h"
#include "app/pages/redundancy_asked.h"
#include "app/pages/redundancy_jobs.h"
#include "app/pages/redundancy_words.h"
#include "app/widgets/drop_down.h"
#include "app/widgets/fold.h"
#include "app/widgets/gallery_cell.h"
#include "app/widgets/group_cell.h"
#include "app/widgets/outcome_view.h"
#include "app/widgets/spin_range.h"

#include <glib/gi18n.h>

/* Of a very large group only so many rows are shown; the count says how many there are. */
#define MAX_MEMBERS 500

struct _AssayRedundancyPage
{
  AssaySessionBin parent;
  AssaySession *session;
  AssayGroupList *groups;
  GtkSingleSelection *chosen; /* of groups */
  GListStore *members;        /* AssayRow: the representative first */
  GtkStack *stack;
  GtkAdjustment *threshold_adjustment;
  GtkScale *threshold_scale;
  GtkSpinButton *threshold_spin;
  AssayRedundancyAsked asked; /* its controls are children as well */
  GtkDropDown *order_drop_down;
  GtkButton *find_button, *drop_button, *select_button, *store_button, *leaks_button;
  GtkButton *select_group_button, *map_button, *predict_button, *refit_button;
  GtkLabel *summary_label, *group_label, *outcome_label;
  GtkListView *group_view;
  GtkGridView *member_view;
  AssayOutcomeView *outcome_view;
  JsonObject *wanted;         /* (nullable) pinned, to be shown once copies were found */
  gint64 shown_row;           /* what stays of the group that was shown on the map; -1: none was */
  gboolean filling;           /* the page itself moves the controls */
};

G_DEFINE_FINAL_TYPE (AssayRedundancyPage, assay_redundancy_page, ASSAY_TYPE_SESSION_BIN)

/* --- what is asked for --- */

static void
forget_outcomes (AssayRedundancyPage *self)
{
  assay_outcome_view_take (self->outcome_view, NULL, TRUE);
  assay_fold_show (self->outcome_view, FALSE);
}

/* What was found stays: other rows of it go, which cost something else. */
static void
on_keep (AssayRedundancyPage *self)
{
  AyRedundancyOptions options = AY_REDUNDANCY_OPTIONS_INIT;

  if (self->asked.filling || assay_group_list_get_redundancy (self->groups) == NULL)
    return;
  assay_redundancy_asked_read_rule (&self->asked, &options);
  forget_outcomes (self);
  assay_group_list_keep (self->groups, &options);
}

static void
find (AssayRedundancyPage *self)
{
  AyRedundancyOptions options = AY_REDUNDANCY_OPTIONS_INIT;

  if (assay_session_get_work (self->session) == NULL)
    return;
  assay_redundancy_asked_read (&self->asked, &options);
  assay_group_list_find (self->groups, &options);
}

/* --- what was found --- */

static void
show_members (AssayRedundancyPage *self)
{
  const AyRedundancyCut *cut = assay_group_list_get_cut (self->groups);
  AssayGroup *chosen = gtk_single_selection_get_selected_item (self->chosen);
  g_autofree char *text = NULL;
  guint group, kept;

  g_list_store_remove_all (self->members);
  gtk_widget_set_sensitive (GTK_WIDGET (self->select_group_button), chosen != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->map_button), chosen != NULL);
  if (cut == NULL || chosen == NULL)
    {
      gtk_label_set_text (self->group_label, cut == NULL ? "" : _ ("No near copies"));
      return;
    }
  group = assay_group_get_number (chosen);
  kept = cut->representative[group];
  for (gsize pass = 0; pass < 2; pass++)
    for (gsize m = cut->groups->start[group]; m < cut->groups->start[group + 1]; m++)
      if ((cut->groups->members[m] == kept) == (pass == 0)
          && g_list_model_get_n_items (G_LIST_MODEL (self->members)) < MAX_MEMBERS)
        {
          g_autoptr (AssayRow) row = assay_row_new (cut->groups->members[m]);

          g_list_store_append (self->members, row);
        }
  text = assay_redundancy_words_fate (assay_session_get_data (self->session), cut, group);
  gtk_label_set_text (self->group_label, text);
}

/* more (nullable): said below. */
static void
show_summary (AssayRedundancyPage *self, const char *more)
{
  const AyRedundancyCut *cut = assay_group_list_get_cut (self->groups);
  g_autofree char *summary = cut != NULL ? assay_redundancy_words_summary (cut) : g_strdup ("");
  g_autofree char *text = more != NULL ? g_strconcat (summary, "\n", more, NULL) : NULL;

  gtk_label_set_text (self->summary_label, text != NULL ? text : summary);
}

static void
show_outcome (AssayRedundancyPage *self)
{
  g_autofree char *line = assay_outcome_view_dup_line (
      self->outcome_view, gtk_adjustment_get_value (self->threshold_adjustment));

  gtk_label_set_text (self->outcome_label,
                      line != NULL ? line : _ ("What would a threshold cost?"));
}

static void show_wanted (AssayRedundancyPage *self);

static gboolean
is_writable (AssayRedundancyPage *self)
{
  AyWork *work = assay_session_get_work (self->session);

  return work != NULL && !ay_workspace_is_read_only (ay_work_store (work));
}

static void
on_cut (AssayRedundancyPage *self)
{
  const AyRedundancyCut *cut = assay_group_list_get_cut (self->groups);
  gboolean some = cut != NULL && cut->n_redundant > 0;
  g_autofree char *note = cut != NULL ? assay_redundancy_words_note (
                                            assay_group_list_get_redundancy (self->groups))
                                      : NULL;

  show_summary (self, note);
  show_members (self);
  show_outcome (self);
  show_wanted (self);
  gtk_widget_set_sensitive (GTK_WIDGET (self->drop_button), some && is_writable (self));
  gtk_widget_set_sensitive (GTK_WIDGET (self->select_button), some);
  gtk_widget_set_sensitive (GTK_WIDGET (self->store_button), cut != NULL && is_writable (self));
  gtk_widget_set_sensitive (GTK_WIDGET (self->leaks_button), cut != NULL && cut->n_leaks > 0);
}

/* The slider runs from the loosest threshold looked at to exact copies. */
static void
on_found (AssayRedundancyPage *self)
{
  AyRedundancy *found = assay_group_list_get_redundancy (self->groups);
  gboolean cosine;

  gtk_stack_set_visible_child_name (self->stack, found != NULL ? "groups" : "empty");
  gtk_button_set_label (self->find_button,
                        found != NULL ? _ ("Fi_nd Again") : _ ("Fi_nd Near Copies"));
  forget_outcomes (self);
  if (found == NULL)
    return;
  cosine = found->options.distance == AY_DISTANCE_COSINE;
  self->filling = TRUE;
  gtk_adjustment_configure (self->threshold_adjustment, found->options.threshold,
                            cosine ? found->options.floor : 0.0,
                            cosine ? 1.0 : found->options.floor,
                            cosine ? 0.001 : found->options.floor / 1000.0,
                            cosine ? 0.01 : found->options.floor / 100.0, 0.0);
  self->filling = FALSE;
  if (self->wanted != NULL) /* moves on from what was just found */
    gtk_adjustment_set_value (self->threshold_adjustment,
                              json_object_get_double_member (self->wanted, "threshold"));
}

static void
on_threshold (AssayRedundancyPage *self)
{
  if (!self->filling)
    assay_group_list_set_threshold (self->groups,
                                    gtk_adjustment_get_value (self->threshold_adjustment));
}

static void
on_order (AssayRedundancyPage *self)
{
  assay_group_list_set_order (self->groups,
                              (AyGroupsOrder) gtk_drop_down_get_selected (self->order_drop_down));
}

/* --- what is done with it --- */

static void
select_redundant (AssayRedundancyPage *self)
{
  g_autoptr (AyBitset) rows = assay_group_list_dup_redundant (self->groups);

  if (rows != NULL)
    assay_session_select (self->session, rows, ASSAY_SELECT_REPLACE);
}

static gboolean
store (AssayRedundancyPage *self)
{
  g_autoptr (GError) error = NULL;

  if (!ay_redundancy_store (assay_session_get_work (self->session),
                            assay_group_list_get_redundancy (self->groups),
                            assay_group_list_get_cut (self->groups), NULL, NULL, &error))
    {
      assay_session_fail (self->session, error);
      return FALSE;
    }
  assay_session_columns_changed (self->session);
  return TRUE;
}

static void
save (AssayRedundancyPage *self)
{
  if (store (self))
    assay_session_tell (self->session, _ ("Saved as the columns group and redundant"), FALSE);
}

/* One decision, so one step of undo, with the rule as its reason. */
static void
drop (AssayRedundancyPage *self)
{
  const AyRedundancyCut *cut = assay_group_list_get_cut (self->groups);
  const AyRedundancyOptions *options
      = &assay_group_list_get_redundancy (self->groups)->options;
  g_autoptr (AyBitset) rows = assay_group_list_dup_redundant (self->groups);
  g_autofree char *why = assay_redundancy_words_why (options, cut->threshold), *text = NULL;
  guint n = (guint) cut->n_redundant;

  if (!store (self)
      || !assay_session_decide_rows (self->session, rows, AY_DECISION_DROP, NULL, why))
    return;
  text = g_strdup_printf (g_dngettext (NULL, "%u near copy: drop", "%u near copies: drop", n), n);
  assay_session_tell (self->session, text, TRUE);
}

static void
select_group (AssayRedundancyPage *self)
{
  AssayGroup *chosen = gtk_single_selection_get_selected_item (self->chosen);
  g_autoptr (AyBitset) rows
      = assay_group_list_dup_rows (self->groups, assay_group_get_number (chosen));

  assay_session_select (self->session, rows, ASSAY_SELECT_REPLACE);
}

static void
show_on_map (AssayRedundancyPage *self)
{
  const AyRedundancyCut *cut = assay_group_list_get_cut (self->groups);
  AssayGroup *chosen = gtk_single_selection_get_selected_item (self->chosen);

  self->shown_row = cut->representative[assay_group_get_number (chosen)];
  select_group (self);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.visit", "s", "map");
}

/* FALSE: none of the rows is in a group. */
static gboolean
choose_group_of (AssayRedundancyPage *self, const AyBitset *rows)
{
  guint at = rows != NULL && ay_bitset_count (rows) > 0
                 ? assay_group_list_position_of (self->groups, rows)
                 : GTK_INVALID_LIST_POSITION;

  if (at == GTK_INVALID_LIST_POSITION)
    return FALSE;
  gtk_single_selection_set_selected (self->chosen, at);
  gtk_widget_activate_action (GTK_WIDGET (self->group_view), "list.scroll-to-item", "u", at);
  return TRUE;
}

/* Whenever the page shows: the group of what is selected. */
static void
on_map (AssayRedundancyPage *self)
{
  choose_group_of (self, assay_session_get_selection (self->session));
}

/* By the way back: the group that was left, whatever was selected meanwhile. */
static void
assay_redundancy_page_visit (AssaySessionBin *bin, const char *from, const char *title)
{
  AssayRedundancyPage *self = ASSAY_REDUNDANCY_PAGE (bin);
  AyDataset *data = assay_session_get_data (self->session);
  g_autoptr (AyBitset) row = NULL;

  if (data == NULL || self->shown_row < 0 || (gsize) self->shown_row >= data->n)
    return;
  row = ay_bitset_new (data->n);
  ay_bitset_add (row, (gsize) self->shown_row);
  if (choose_group_of (self, row))
    gtk_widget_grab_focus (GTK_WIDGET (self->group_view));
}

static void
member_activated (AssayRedundancyPage *self, guint position)
{
  g_autoptr (AssayRow) row = g_list_model_get_item (G_LIST_MODEL (self->members), position);

  assay_session_set_hovered (self->session, assay_row_get_row (row));
  assay_session_select_row (self->session, assay_row_get_row (row), ASSAY_SELECT_REPLACE);
}

static void
curve_done (gpointer page, GArray *outcomes)
{
  AssayRedundancyPage *self = page;
  AyDataset *data = assay_session_get_data (self->session);

  assay_outcome_view_take (self->outcome_view, outcomes, data != NULL && data->n_classes > 0);
  assay_fold_show (self->outcome_view, TRUE);
  show_outcome (self);
}

static void
ask_curve (AssayRedundancyPage *self, gboolean refit)
{
  AyOutcomeOptions options = AY_OUTCOME_OPTIONS_INIT;

  options.refit = refit;
  options.threshold = assay_group_list_get_cut (self->groups)->threshold;
  assay_redundancy_jobs_curve (self->session, assay_group_list_get_redundancy (self->groups),
                               &options, curve_done, self);
}

static void
on_point (AssayRedundancyPage *self, double threshold)
{
  gtk_adjustment_set_value (self->threshold_adjustment, threshold);
}

static void
predict (AssayRedundancyPage *self)
{
  ask_curve (self, FALSE);
}

static void
refit (AssayRedundancyPage *self)
{
  ask_curve (self, TRUE);
}

static void
leaks_done (gpointer page, const AyLeaks *leaks)
{
  AssayRedundancyPage *self = page;
  g_autoptr (AyBitset) rows = ay_bitset_new (assay_session_get_data (self->session)->n);
  g_autofree char *text
      = assay_redundancy_words_leaks (assay_session_get_data (self->session), leaks);

  for (gsize i = 0; i < leaks->n_rows; i++)
    ay_bitset_add (rows, leaks->rows[i]);
  assay_session_select (self->session, rows, ASSAY_SELECT_REPLACE);
  show_summary (self, text);
}

static void
leaks (AssayRedundancyPage *self)
{
  assay_redundancy_jobs_leaks (self->session, assay_group_list_get_redundancy (self->groups),
                               assay_group_list_get_cut (self->groups)->threshold, leaks_done,
                               self);
}

/* --- the page --- */

static void
on_columns_changed (AssayRedundancyPage *self)
{
  assay_redundancy_asked_fill_rules (&self->asked);
}

static void
assay_redundancy_page_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const columns[] = { "columns-changed", NULL };
  AssayRedundancyPage *self = ASSAY_REDUNDANCY_PAGE (bin);
  g_autoptr (GtkListItemFactory) cells = NULL, cards = assay_gallery_cell_factory_new (session);

  self->session = session;
  self->groups = assay_group_list_new (session);
  self->chosen = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->groups)));
  cells = assay_group_cell_factory_new (self->groups);
  gtk_list_view_set_factory (self->group_view, cells);
  gtk_list_view_set_model (self->group_view, GTK_SELECTION_MODEL (self->chosen));
  gtk_grid_view_set_factory (self->member_view, cards);
  g_signal_connect_object (self->groups, "found", G_CALLBACK (on_found), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->groups, "cut", G_CALLBACK (on_cut), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->chosen, "notify::selected-item", G_CALLBACK (show_members), self,
                           G_CONNECT_SWAPPED);
  assay_session_bin_watch (bin, columns, G_CALLBACK (on_columns_changed));
  assay_redundancy_asked_bind (&self->asked, session);
  assay_spin_range_tell (self->threshold_spin, session);
}

static void
assay_redundancy_page_dispose (GObject *object)
{
  AssayRedundancyPage *self = ASSAY_REDUNDANCY_PAGE (object);

  g_clear_object (&self->chosen);
  g_clear_object (&self->groups);
  g_clear_object (&self->members);
  g_clear_pointer (&self->wanted, json_object_unref);
  G_OBJECT_CLASS (assay_redundancy_page_parent_class)->dispose (object);
}

#define BIND(NAME) gtk_widget_class_bind_template_child (widget_class, AssayRedundancyPage, NAME)
#define BIND_ASKED(NAME, CONTROL)                                                                 \
  gtk_widget_class_bind_template_child_full (                                                     \
      widget_class, NAME, FALSE, G_STRUCT_OFFSET (AssayRedundancyPage, asked.CONTROL))

/* What the focus is on is of all groups: the curve and what makes it, or the threshold. */
static gboolean
is_curve_meant (AssayRedundancyPage *self)
{
  return assay_has_focus (GTK_WIDGET (self->outcome_view))
         || assay_has_focus (GTK_WIDGET (self->predict_button))
         || assay_has_focus (GTK_WIDGET (self->refit_button))
         || assay_has_focus (GTK_WIDGET (self->threshold_scale));
}

static void
assay_redundancy_page_save (AssaySessionBin *bin, AssayPinnedView *view)
{
  AssayRedundancyPage *self = ASSAY_REDUNDANCY_PAGE (bin);
  const AyRedundancyCut *cut = assay_group_list_get_cut (self->groups);
  AssayGroup *chosen = gtk_single_selection_get_selected_item (self->chosen);

  if (cut == NULL)
    return;
  json_object_set_double_member (view->state, "threshold",
                                 gtk_adjustment_get_value (self->threshold_adjustment));
  assay_redundancy_asked_save (&self->asked, view->state);
  if (chosen == NULL || is_curve_meant (self))
    {
      assay_outcome_view_save (self->outcome_view, assay_session_get_work (self->session),
                               view->state);
      view->sentence = g_strdup_printf ("%s. %s", gtk_label_get_text (self->summary_label),
                                        gtk_label_get_text (self->outcome_label));
      view->rows = assay_group_list_dup_redundant (self->groups);
      return;
    }
  json_object_set_int_member (view->state, "row",
                              cut->representative[assay_group_get_number (chosen)]);
  view->sentence = g_strdup (gtk_label_get_text (self->group_label));
  view->rows = assay_group_list_dup_rows (self->groups, assay_group_get_number (chosen));
}

/* The curve that was pinned; what has changed since is predicted anew, which opens no test part. */
static void
show_pinned_curve (AssayRedundancyPage *self, JsonObject *state)
{
  if (!json_object_has_member (state, "outcome"))
    return;
  if (assay_outcome_view_restore (self->outcome_view, assay_session_get_work (self->session),
                                  state))
    assay_fold_show (self->outcome_view, TRUE);
  else
    predict (self);
  show_outcome (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->outcome_view));
}

/* The group or the curve that was pinned, once the cut is the one it was pinned of. */
static void
show_wanted (AssayRedundancyPage *self)
{
  g_autoptr (JsonObject) wanted = NULL;
  const AyRedundancyCut *cut = assay_group_list_get_cut (self->groups);
  double threshold = gtk_adjustment_get_value (self->threshold_adjustment);
  AyDataset *data = assay_session_get_data (self->session);
  g_autoptr (AyBitset) row = NULL;
  gint64 number;

  if (self->wanted == NULL || cut == NULL || cut->threshold != threshold)
    return;
  wanted = g_steal_pointer (&self->wanted);
  show_pinned_curve (self, wanted);
  number = json_object_get_int_member_with_default (wanted, "row", -1);
  if (number < 0 || (gsize) number >= data->n)
    return;
  row = ay_bitset_new (data->n);
  ay_bitset_add (row, (gsize) number);
  gtk_single_selection_set_selected (self->chosen,
                                     assay_group_list_position_of (self->groups, row));
}

/* What was searched for is searched for again where it is not what is shown. */
static void
assay_redundancy_page_restore (AssaySessionBin *bin, JsonObject *state)
{
  AssayRedundancyPage *self = ASSAY_REDUNDANCY_PAGE (bin);

  if (!json_object_has_member (state, "threshold"))
    return;
  g_clear_pointer (&self->wanted, json_object_unref);
  self->wanted = json_object_ref (state);
  assay_redundancy_asked_restore (&self->asked, state);
  if (!assay_redundancy_asked_is (&self->asked, assay_group_list_get_redundancy (self->groups)))
    find (self);
  else
    {
      gtk_adjustment_set_value (self->threshold_adjustment,
                                json_object_get_double_member (state, "threshold"));
      show_wanted (self);
    }
}

static void
assay_redundancy_page_class_init (AssayRedundancyPageClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_redundancy_page_bind;
  ASSAY_SESSION_BIN_CLASS (class)->save = assay_redundancy_page_save;
  ASSAY_SESSION_BIN_CLASS (class)->restore = assay_redundancy_page_restore;
  ASSAY_SESSION_BIN_CLASS (class)->visit = assay_redundancy_page_visit;
  object_class->dispose = assay_redundancy_page_dispose;
  g_type_ensure (ASSAY_TYPE_OUTCOME_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/redundancy_page.ui");
  BIND (stack);
  BIND (threshold_adjustment);
  BIND (threshold_scale);
  BIND (threshold_spin);
  BIND_ASKED ("floor_spin", floor);
  BIND_ASKED ("metric_drop_down", metric);
  BIND_ASKED ("linkage_drop_down", linkage);
  BIND_ASKED ("keep_drop_down", keep);
  BIND (order_drop_down);
  BIND (find_button);
  BIND (drop_button);
  BIND (select_button);
  BIND (store_button);
  BIND (leaks_button);
  BIND (select_group_button);
  BIND (map_button);
  BIND (predict_button);
  BIND (refit_button);
  BIND (summary_label);
  BIND (group_label);
  BIND (outcome_label);
  BIND (group_view);
  BIND (member_view);
  BIND (outcome_view);
}

static void
connect_buttons (AssayRedundancyPage *self)
{
  const struct { GtkButton *button; GCallback callback; } buttons[] = {
    { self->find_button, G_CALLBACK (find) },
    { self->drop_button, G_CALLBACK (drop) },
    { self->select_button, G_CALLBACK (select_redundant) },
    { self->store_button, G_CALLBACK (save) },
    { self->leaks_button, G_CALLBACK (leaks) },
    { self->select_group_button, G_CALLBACK (select_group) },
    { self->map_button, G_CALLBACK (show_on_map) },
    { self->predict_button, G_CALLBACK (predict) },
    { self->refit_button, G_CALLBACK (refit) },
  };

  for (gsize k = 0; k < G_N_ELEMENTS (buttons); k++)
    g_signal_connect_swapped (buttons[k].button, "clicked", buttons[k].callback, self);
}

static void
assay_redundancy_page_init (AssayRedundancyPage *self)
{
  g_autoptr (GtkSelectionModel) none = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->members = g_list_store_new (ASSAY_TYPE_ROW);
  self->shown_row = -1;
  none = GTK_SELECTION_MODEL (
      gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->members))));
  gtk_grid_view_set_model (self->member_view, none);
  assay_redundancy_asked_init (&self->asked);
  assay_drop_down_set_name (self->order_drop_down, _ ("Order of Groups"));
  connect_buttons (self);
  g_signal_connect (self, "map", G_CALLBACK (on_map), NULL);
  g_signal_connect_swapped (self->threshold_adjustment, "value-changed",
                            G_CALLBACK (on_threshold), self);
  g_signal_connect_swapped (self->outcome_view, "chosen", G_CALLBACK (on_point), self);
  g_signal_connect_swapped (self->asked.keep, "notify::selected", G_CALLBACK (on_keep), self);
  g_signal_connect_swapped (self->order_drop_down, "notify::selected", G_CALLBACK (on_order),
                            self);
  g_signal_connect_swapped (self->member_view, "activate", G_CALLBACK (member_activated), self);
}
