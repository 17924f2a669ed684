/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/replay_view.h"

#include "app/say.h"
#include "app/widgets/audit_card.h"
#include "app/widgets/drop_down.h"
#include "app/widgets/map_view.h"
#include "app/widgets/one_stop.h"
#include "app/widgets/round_strip.h"
#include "app/widgets/set_name.h"
#include "core/select/strategy_curves.h"
#include "core/work/work_history.h"

#include <glib/gi18n.h>
#include <math.h>

#define STEP_MS 700 /* a round, while it plays */

/* What is marked on the map. */
enum { SHOW_ROUND, SHOW_A, SHOW_B, SHOW_BOTH, N_SHOWN };

struct _AssayReplayView
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  GtkDropDown *first, *second;
  GtkScale *scrubber;
  GtkAdjustment *range;
  GtkToggleButton *play, *show_round, *show_a, *show_b, *show_both;
  GtkButton *select;
  GtkLabel *sentence;
  GtkListBox *rounds;
  AssayMapView *map;
  AssayRoundStrip *strip;
  AssayAuditCard *audit;
  GPtrArray *names;      /* of char*: histories with rows, an entry of first each */
  AyHistory *a, *b;      /* (nullable) */
  AyBitset *marked;      /* (nullable) */
  guint timer;
};

G_DEFINE_FINAL_TYPE (AssayReplayView, assay_replay_view, ASSAY_TYPE_SESSION_BIN)

static int
at_round (AssayReplayView *self)
{
  return (int) gtk_adjustment_get_value (self->range);
}

/* --- rows --- */

static void
add_round (AyBitset *rows, const AyRound *round, gsize n)
{
  for (gsize i = 0; i < round->n; i++)
    if (round->row[i] < n)
      ay_bitset_add (rows, round->row[i]);
}

/* Rows that have labels once `rounds` rounds are in. (transfer full) */
static AyBitset *
rows_until (const AyHistory *history, gsize n, int rounds)
{
  AyBitset *rows = ay_bitset_new (n);

  for (gsize i = 0; history != NULL && i < history->n_start; i++)
    if (history->start[i] < n)
      ay_bitset_add (rows, history->start[i]);
  for (int r = 0; history != NULL && r < MIN (rounds, (int) ay_history_n_rounds (history)); r++)
    add_round (rows, ay_history_round (history, (guint) r), n);
  return rows;
}

static int
shown_kind (AssayReplayView *self)
{
  GtkToggleButton *buttons[] = { self->show_round, self->show_a, self->show_b, self->show_both };

  for (int k = 0; k < N_SHOWN; k++)
    if (gtk_toggle_button_get_active (buttons[k]))
      return k;
  return SHOW_ROUND;
}

static void
set_count (GtkToggleButton *button, const char *what, const AyBitset *rows)
{
  g_autofree char *text = g_strdup_printf ("%s: %u", what, (guint) ay_bitset_count (rows));

  gtk_button_set_label (GTK_BUTTON (button), text);
}

/* --- what is shown --- */

static void
show_sentence (AssayReplayView *self, const AyBitset *labelled)
{
  int at = at_round (self);
  const AyRound *round = self->a != NULL && at > 0 ? ay_history_round (self->a, (guint) at - 1)
                                                   : NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->a == NULL)
    g_string_append (text, _ ("No history names rows of the data yet: simulate, open a round, or "
                              "import one by assay-cli history import"));
  else if (round == NULL)
    g_string_append_printf (text, ngettext ("Start: %u row has a label",
                                            "Start: %u rows have a label",
                                            ay_bitset_count (labelled)),
                            (guint) ay_bitset_count (labelled));
  else
    g_string_append_printf (text, _ ("Round %d%s%s: %u rows taken, %u have a label"),
                            (int) round->number, round->strategy != NULL ? ", " : "",
                            round->strategy != NULL ? round->strategy : "", (guint) round->n,
                            (guint) ay_bitset_count (labelled));
  gtk_label_set_text (self->sentence, text->str);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->scrubber),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text->str, -1);
}

static void
show_step (AssayReplayView *self)
{
  AyDataset *data = assay_session_get_data (self->session);
  gsize n = data != NULL ? data->n : 0;
  int at = at_round (self);
  g_autoptr (AyBitset) a = rows_until (self->a, n, at);
  g_autoptr (AyBitset) b = rows_until (self->b, n, at);
  g_autoptr (AyBitset) all = ay_bitset_new (n);
  AyBitset *sets[N_SHOWN];

  for (int k = 0; k < N_SHOWN; k++)
    sets[k] = ay_bitset_new (n);
  if (self->a != NULL && at > 0)
    add_round (sets[SHOW_ROUND], ay_history_round (self->a, (guint) at - 1), n);
  for (gsize i = 0; i < n; i++)
    {
      gboolean in_a = ay_bitset_get (a, i), in_b = ay_bitset_get (b, i);

      if (in_a || in_b)
        ay_bitset_add (all, i);
      if (in_a != in_b)
        ay_bitset_add (sets[in_a ? SHOW_A : SHOW_B], i);
      else if (in_a)
        ay_bitset_add (sets[SHOW_BOTH], i);
    }
  set_count (self->show_a, _ ("A Only"), sets[SHOW_A]);
  set_count (self->show_b, _ ("B Only"), sets[SHOW_B]);
  set_count (self->show_both, _ ("Both"), sets[SHOW_BOTH]);
  g_clear_pointer (&self->marked, ay_bitset_free);
  self->marked = ay_bitset_copy (sets[shown_kind (self)]);
  assay_map_view_show_only (self->map, self->a != NULL ? (self->b != NULL ? all : a) : NULL,
                            self->marked);
  assay_round_strip_set_round (self->strip, at - 1);
  gtk_widget_set_sensitive (GTK_WIDGET (self->select), ay_bitset_count (self->marked) > 0);
  show_sentence (self, a);
  for (int k = 0; k < N_SHOWN; k++)
    ay_bitset_free (sets[k]);
}

static void
stepped (AssayReplayView *self)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->rounds, at_round (self));

  if (row != NULL && row != gtk_list_box_get_selected_row (self->rounds))
    gtk_list_box_select_row (self->rounds, row);
  assay_one_stop_update (self->rounds);
  show_step (self);
}

static void
row_selected (AssayReplayView *self, GtkListBoxRow *row)
{
  if (row != NULL)
    gtk_adjustment_set_value (self->range, gtk_list_box_row_get_index (row));
}

static void
strip_chosen (AssayReplayView *self, guint round)
{
  gtk_adjustment_set_value (self->range, round + 1);
}

/* "3  two_phase  10 rows  50 labels  accuracy 0.91" */
static char *
line_of (const AyHistory *history, int r)
{
  const AyRound *round = r >= 0 ? ay_history_round (history, (guint) r) : NULL;
  const GArray *metrics = round != NULL ? round->metrics : history->start_metrics;
  GString *text = g_string_new (NULL);

  if (round == NULL)
    g_string_append (text, _ ("Start"));
  else
    g_string_append_printf (text, round->open ? _ ("%d, open: %u rows") : _ ("%d: %u rows"),
                            (int) round->number, (guint) round->n);
  assay_say_append (text, _ ("; labels %.0f"), ay_history_labels_at (history, r));
  for (guint i = 0; i < metrics->len; i++)
    {
      const AyMetric *metric = &g_array_index (metrics, AyMetric, i);

      if (!g_str_equal (metric->name, "n_labelled"))
        assay_say_append (text, "; %s %.4g", metric->name, metric->value);
    }
  return g_string_free (text, FALSE);
}

static void
fill_rounds (AssayReplayView *self)
{
  GtkListBoxRow *row;
  int n = self->a != NULL ? (int) ay_history_n_rounds (self->a) : -1;

  while ((row = gtk_list_box_get_row_at_index (self->rounds, 0)) != NULL)
    gtk_list_box_remove (self->rounds, GTK_WIDGET (row));
  for (int r = -1; r < n; r++)
    {
      g_autofree char *text = line_of (self->a, r);
      GtkWidget *label = gtk_label_new (text), *line = gtk_list_box_row_new ();

      assay_set_name (line, text);
      gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (line), label);
      gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
      gtk_list_box_append (self->rounds, line);
    }
}

/* --- playing --- */

static gboolean
tick (gpointer data)
{
  AssayReplayView *self = data;
  double at = gtk_adjustment_get_value (self->range);

  if (at >= gtk_adjustment_get_upper (self->range) || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      self->timer = 0;
      gtk_toggle_button_set_active (self->play, FALSE);
      return G_SOURCE_REMOVE;
    }
  gtk_adjustment_set_value (self->range, at + 1.0);
  return G_SOURCE_CONTINUE;
}

static void
play_toggled (AssayReplayView *self)
{
  gboolean active = gtk_toggle_button_get_active (self->play);

  gtk_button_set_label (GTK_BUTTON (self->play), active ? _ ("P_ause") : _ ("Pl_ay"));
  g_clear_handle_id (&self->timer, g_source_remove);
  if (!active)
    return;
  if (gtk_adjustment_get_value (self->range) >= gtk_adjustment_get_upper (self->range))
    gtk_adjustment_set_value (self->range, 0.0);
  self->timer = g_timeout_add (STEP_MS, tick, self);
}

static void
select_clicked (AssayReplayView *self)
{
  if (self->marked != NULL)
    assay_session_select (self->session, self->marked, ASSAY_SELECT_REPLACE);
}

/* --- histories --- */

static AyHistory *
read_chosen (AssayReplayView *self, GtkDropDown *from, guint before)
{
  guint at = gtk_drop_down_get_selected (from);
  AyWork *work = assay_session_get_work (self->session);

  if (work == NULL || at == GTK_INVALID_LIST_POSITION || at < before
      || at - before >= self->names->len)
    return NULL;
  return ay_work_history (work, self->names->pdata[at - before], NULL);
}

static void
choose (AssayReplayView *self)
{
  guint n;

  g_clear_pointer (&self->a, ay_history_unref);
  g_clear_pointer (&self->b, ay_history_unref);
  self->a = read_chosen (self, self->first, 0);
  self->b = read_chosen (self, self->second, 1);
  n = self->a != NULL ? ay_history_n_rounds (self->a) : 0;
  gtk_adjustment_set_upper (self->range, n);
  gtk_adjustment_set_value (self->range, MIN (gtk_adjustment_get_value (self->range), n));
  gtk_widget_set_sensitive (GTK_WIDGET (self->scrubber), n > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->play), n > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->show_a), self->b != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->show_b), self->b != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->show_both), self->b != NULL);
  if (self->b == NULL)
    gtk_toggle_button_set_active (self->show_round, TRUE);
  fill_rounds (self);
  assay_round_strip_set_history (self->strip, self->a);
  assay_audit_card_set_history (self->audit, self->a);
  stepped (self);
}

static void
set_names (GtkDropDown *into, GPtrArray *names, const char *first, const char *chosen)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  guint at = 0, before = first != NULL;

  if (first != NULL)
    gtk_string_list_append (list, first);
  for (guint i = 0; i < names->len; i++)
    {
      gtk_string_list_append (list, names->pdata[i]);
      if (g_strcmp0 (names->pdata[i], chosen) == 0)
        at = i + before;
    }
  gtk_drop_down_set_model (into, G_LIST_MODEL (list));
  gtk_drop_down_set_selected (into, names->len + before > 0 ? at : GTK_INVALID_LIST_POSITION);
  gtk_widget_set_sensitive (GTK_WIDGET (into), names->len > 0);
}

static void
fill (AssayReplayView *self)
{
  AyWork *work = assay_session_get_work (self->session);
  g_autoptr (GPtrArray) names = work != NULL ? ay_work_history_names (work, NULL) : NULL;
  g_autofree char *a = self->a != NULL ? g_strdup (self->a->name) : NULL;
  g_autofree char *b = self->b != NULL ? g_strdup (self->b->name) : NULL;

  g_signal_handlers_block_by_func (self->first, choose, self);
  g_signal_handlers_block_by_func (self->second, choose, self);
  g_ptr_array_set_size (self->names, 0);
  for (guint i = 0; names != NULL && i < names->len; i++)
    g_ptr_array_add (self->names, g_strdup (names->pdata[i]));
  set_names (self->first, self->names, NULL, a);
  set_names (self->second, self->names, _ ("No other"), b);
  g_signal_handlers_unblock_by_func (self->first, choose, self);
  g_signal_handlers_unblock_by_func (self->second, choose, self);
  choose (self);
}

/* --- the widget --- */

static void
assay_replay_view_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const changes[] = { "columns-changed", NULL };
  AssayReplayView *self = ASSAY_REPLAY_VIEW (bin);

  self->session = session;
  g_object_set (self->map, "session", session, NULL);
  g_object_set (self->strip, "session", session, NULL);
  g_object_set (self->audit, "session", session, NULL);
  assay_session_bin_watch (bin, changes, G_CALLBACK (fill));
  fill (self);
}

static const char *
name_of (GtkDropDown *from)
{
  GtkStringObject *item = gtk_drop_down_get_selected_item (from);

  return item != NULL ? gtk_string_object_get_string (item) : "";
}

static void
choose_name (GtkDropDown *into, const char *name)
{
  GListModel *names = gtk_drop_down_get_model (into);

  for (guint i = 0; names != NULL && i < g_list_model_get_n_items (names); i++)
    if (g_strcmp0 (gtk_string_list_get_string (GTK_STRING_LIST (names), i), name) == 0)
      gtk_drop_down_set_selected (into, i);
}

/* What is pinned are the rows that are marked on the map. */
static void
assay_replay_view_save (AssaySessionBin *bin, AssayPinnedView *view)
{
  AssayReplayView *self = ASSAY_REPLAY_VIEW (bin);
  GtkToggleButton *buttons[] = { self->show_round, self->show_a, self->show_b, self->show_both };
  int kind = shown_kind (self);

  if (self->a == NULL)
    return;
  json_object_set_string_member (view->state, "a", name_of (self->first));
  json_object_set_string_member (view->state, "b", name_of (self->second));
  json_object_set_int_member (view->state, "round", at_round (self));
  json_object_set_int_member (view->state, "shown", kind);
  view->sentence = kind == SHOW_ROUND
                       ? g_strdup_printf ("%s: %s", self->a->name,
                                          gtk_label_get_text (self->sentence))
                       : g_strdup_printf (_ ("%s (A) beside %s (B) after round %d. %s"),
                                          name_of (self->first), name_of (self->second),
                                          at_round (self),
                                          gtk_button_get_label (GTK_BUTTON (buttons[kind])));
  if (self->marked != NULL && ay_bitset_count (self->marked) > 0)
    view->rows = ay_bitset_copy (self->marked);
}

static void
assay_replay_view_restore (AssaySessionBin *bin, JsonObject *state)
{
  AssayReplayView *self = ASSAY_REPLAY_VIEW (bin);
  GtkToggleButton *buttons[] = { self->show_round, self->show_a, self->show_b, self->show_both };
  gint64 kind = json_object_get_int_member_with_default (state, "shown", SHOW_ROUND);

  choose_name (self->first, json_object_get_string_member_with_default (state, "a", NULL));
  choose_name (self->second, json_object_get_string_member_with_default (state, "b", NULL));
  gtk_adjustment_set_value (self->range,
                            (double) json_object_get_int_member_with_default (state, "round", 0));
  gtk_toggle_button_set_active (buttons[CLAMP (kind, 0, N_SHOWN - 1)], TRUE);
}

static void
assay_replay_view_dispose (GObject *object)
{
  AssayReplayView *self = ASSAY_REPLAY_VIEW (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->a, ay_history_unref);
  g_clear_pointer (&self->b, ay_history_unref);
  g_clear_pointer (&self->marked, ay_bitset_free);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  G_OBJECT_CLASS (assay_replay_view_parent_class)->dispose (object);
}

#define BIND(NAME) gtk_widget_class_bind_template_child (widget_class, AssayReplayView, NAME)

static void
assay_replay_view_class_init (AssayReplayViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_replay_view_bind;
  ASSAY_SESSION_BIN_CLASS (class)->save = assay_replay_view_save;
  ASSAY_SESSION_BIN_CLASS (class)->restore = assay_replay_view_restore;
  G_OBJECT_CLASS (class)->dispose = assay_replay_view_dispose;
  g_type_ensure (ASSAY_TYPE_MAP_VIEW);
  g_type_ensure (ASSAY_TYPE_ROUND_STRIP);
  g_type_ensure (ASSAY_TYPE_AUDIT_CARD);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/replay_view.ui");
  BIND (first);
  BIND (second);
  BIND (scrubber);
  BIND (range);
  BIND (play);
  BIND (show_round);
  BIND (show_a);
  BIND (show_b);
  BIND (show_both);
  BIND (select);
  BIND (sentence);
  BIND (rounds);
  BIND (map);
  BIND (strip);
  BIND (audit);
}

static void
assay_replay_view_init (AssayReplayView *self)
{
  GtkToggleButton *shown[N_SHOWN];

  self->names = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  shown[SHOW_ROUND] = self->show_round;
  shown[SHOW_A] = self->show_a;
  shown[SHOW_B] = self->show_b;
  shown[SHOW_BOTH] = self->show_both;
  for (int k = 0; k < N_SHOWN; k++)
    g_signal_connect_swapped (shown[k], "toggled", G_CALLBACK (show_step), self);
  assay_drop_down_shorten (self->first);
  assay_drop_down_shorten (self->second);
  assay_drop_down_set_name (self->first, _ ("History A"));
  assay_drop_down_set_name (self->second, _ ("History B"));
  g_signal_connect_swapped (self->first, "notify::selected", G_CALLBACK (choose), self);
  g_signal_connect_swapped (self->second, "notify::selected", G_CALLBACK (choose), self);
  g_signal_connect_swapped (self->range, "value-changed", G_CALLBACK (stepped), self);
  g_signal_connect_swapped (self->play, "toggled", G_CALLBACK (play_toggled), self);
  g_signal_connect_swapped (self->select, "clicked", G_CALLBACK (select_clicked), self);
  assay_one_stop_add (self->rounds);
  g_signal_connect_swapped (self->rounds, "row-selected", G_CALLBACK (row_selected), self);
  g_signal_connect_swapped (self->strip, "chosen", G_CALLBACK (strip_chosen), self);
}
