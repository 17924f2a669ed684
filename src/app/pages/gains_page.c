/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/gains_page.h"

#include "app/pages/gains_words.h"
#include "app/sentence.h"
#include "app/widgets/advice_view.h"
#include "app/widgets/drop_down.h"
#include "app/widgets/fold.h"
#include "app/widgets/number_table.h"
#include "app/widgets/waterfall_view.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/data/thumbnail.h"
#include "core/work/work_gains.h"
#include "core/work/work_history.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define N_DRAWS 20
#define MOST 200 /* rows listed of a round: half of most credit, half of least */

struct _AssayGainsPage
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  GtkStack *stack, *parts;
  GtkDropDown *histories, *by, *fitted;
  GtkSpinButton *steps, *rate; /* of a head that is stopped early */
  GtkWidget *early_bar;
  GtkCheckButton *shapley, *random;
  GtkButton *split;
  AssayWaterfallView *waterfall;
  GtkLabel *sentence, *detail, *remarks;
  AssayNumberTable *rows, *rounds, *cut;
  AssayAdviceView *advice, *lone_advice; /* beside a history, and without any */

  AssayTask *task;       /* (nullable) */
  GPtrArray *names;      /* of the histories */
  GPtrArray *cuts;       /* of what there is to cut by */
  AyHistory *history;    /* (nullable) the chosen one */
  JsonObject *gains;     /* (nullable) its gains */
  JsonObject *drawn;     /* (nullable) of them: at the optimum, or stopped early; not owned */
  JsonArray *shares;     /* (nullable) the cut that shows */
  GArray *shown;         /* of guint32: rows of the table of the round */
  int round;             /* the chosen one; -1: none */
};

G_DEFINE_FINAL_TYPE (AssayGainsPage, assay_gains_page, ASSAY_TYPE_SESSION_BIN)

/* --- the chosen round --- */

static JsonObject *
round_at (AssayGainsPage *self, guint r)
{
  return json_array_get_object_element (json_object_get_array_member (self->drawn, "rounds"), r);
}

static guint
n_rounds (AssayGainsPage *self)
{
  return self->drawn != NULL
             ? json_array_get_length (json_object_get_array_member (self->drawn, "rounds"))
             : 0;
}

static gboolean
early (AssayGainsPage *self)
{
  return gtk_drop_down_get_selected (self->fitted) == 1;
}

/* Rows that a round took, those that judge and those without a label too. Before the history's
 * own rounds there may be the training on the rows that it starts from. */
static AyBitset *
rows_of (AssayGainsPage *self, guint r)
{
  AyDataset *data = assay_session_get_data (self->session);
  guint before = n_rounds (self) - ay_history_n_rounds (self->history);
  const AyRound *round = r >= before ? ay_history_round (self->history, r - before) : NULL;
  const guint32 *row = round != NULL ? round->row : self->history->start;
  gsize n = round != NULL ? round->n : self->history->n_start;
  AyBitset *rows = ay_bitset_new (data->n);

  for (gsize i = 0; i < n; i++)
    if (row[i] < data->n)
      ay_bitset_add (rows, row[i]);
  return rows;
}

/* Selects rows; a word where filters hide some of them. (transfer full) */
static char *
select_rows (AssayGainsPage *self, const AyBitset *rows)
{
  gsize n = ay_bitset_count (rows), selected;

  assay_session_select (self->session, rows, ASSAY_SELECT_REPLACE);
  selected = ay_bitset_count (assay_session_get_selection (self->session));
  return selected < n ? g_strdup_printf (_ (" (%zu of them hidden by filters)"), n - selected)
                      : g_strdup ("");
}

static void
show_detail (AssayGainsPage *self, const char *hidden)
{
  g_autofree char *text
      = assay_gains_round_text (self->drawn, round_at (self, (guint) self->round), hidden);

  gtk_label_set_text (self->detail, text);
}

static void
add_row (AssayGainsPage *self, JsonObject *of)
{
  AyDataset *data = assay_session_get_data (self->session);
  guint32 row = (guint32) json_object_get_int_member (of, "row");
  g_autofree char *label = ay_dataset_dup_label (data, row);
  g_autofree char *text = data->text != NULL ? ay_column_dup_text (data->text, row) : NULL;
  const char *id = json_object_get_string_member (of, "id");
  g_autofree char *title = g_strdup_printf ("%s · %s%s%s", id, label, text != NULL ? " · " : "",
                                            text != NULL ? text : "");
  double values[] = { ay_json_number_of (of, "credit"),
                      100.0 * ay_json_number_of (of, "accuracy"),
                      ay_json_number_of (of, "influence_before") };
  AssayNumberLine line = { title, ay_dataset_has_images (data) ? self->session : NULL, row,
                           G_N_ELEMENTS (values), values, NULL };

  g_strdelimit (title, "\n\r\t", ' ');
  assay_number_table_add (self->rows, &line);
  g_array_append_val (self->shown, row);
}

static void
clear_round (AssayGainsPage *self)
{
  const char *const columns[] = { _ ("credit"), _ ("points"), _ ("influence") };

  g_array_set_size (self->shown, 0);
  assay_number_table_clear (self->rows, _ ("Row, most credit first"), columns,
                            G_N_ELEMENTS (columns));
  gtk_label_set_text (self->detail, self->drawn != NULL
                                        ? _ ("Choose a round above, by a click or the arrow keys")
                                        : "");
}

static void
fill_rows (AssayGainsPage *self)
{
  g_autoptr (GPtrArray) ranked = assay_gains_ranked_rows (round_at (self, (guint) self->round));

  for (guint k = 0; k < ranked->len; k++)
    if (k < MOST / 2 || k + MOST / 2 >= ranked->len)
      add_row (self, ranked->pdata[k]);
}

static void
show_round (AssayGainsPage *self, guint r, const char *hidden)
{
  self->round = (int) r;
  clear_round (self);
  assay_waterfall_view_set_current (self->waterfall, (int) r);
  fill_rows (self);
  show_detail (self, hidden);
}

static void
choose_round (AssayGainsPage *self, guint r)
{
  g_autoptr (AyBitset) rows = NULL;
  g_autofree char *hidden = NULL;

  if (self->history == NULL || r >= n_rounds (self)
      || n_rounds (self) < ay_history_n_rounds (self->history))
    return;
  rows = rows_of (self, r);
  hidden = select_rows (self, rows);
  show_round (self, r, hidden);
}

static void
row_activated (AssayGainsPage *self, guint line)
{
  if (line < self->shown->len)
    assay_session_select_row (self->session, g_array_index (self->shown, guint32, line),
                              ASSAY_SELECT_REPLACE);
}

static void
round_activated (AssayGainsPage *self, guint line)
{
  choose_round (self, line);
}

/* --- all rounds: the path's gain beside the order-free one and random --- */

#define ROUND_COLUMNS 7

/* The first column counts rows. */
static void
add_line (AssayGainsPage *self, JsonObject *round, const double values[ROUND_COLUMNS])
{
  static const guint8 counts[ROUND_COLUMNS] = { 1 };
  const char *strategy = json_object_get_string_member (round, "strategy");
  g_autofree char *title = g_strdup_printf ("%" G_GINT64_FORMAT "%s%s",
                                            json_object_get_int_member (round, "round"),
                                            *strategy != '\0' ? " " : "", strategy);
  AssayNumberLine line = { title, NULL, 0, ROUND_COLUMNS, values, counts };

  assay_number_table_add (self->rounds, &line);
}

static void
add_round (AssayGainsPage *self, JsonObject *round)
{
  JsonObject *random = json_object_has_member (round, "random")
                           ? json_object_get_object_member (round, "random") : NULL;
  const double values[ROUND_COLUMNS] = {
    (double) json_object_get_int_member (round, "n"), ay_json_number_of (round, "gain"),
    ay_json_number_of (round, "positive"), ay_json_number_of (round, "negative"),
    json_object_has_member (round, "shapley") ? ay_json_number_of (round, "shapley") : NAN,
    random != NULL ? ay_json_number_of (random, "gain") : NAN,
    random != NULL ? ay_json_number_of (random, "selection") : NAN,
  };

  add_line (self, round, values);
}

/* Of a head that is stopped early: the old rows and the penalty move it too. */
static void
add_early_round (AssayGainsPage *self, JsonObject *round)
{
  const double values[ROUND_COLUMNS] = {
    (double) json_object_get_int_member (round, "n"), ay_json_number_of (round, "gain"),
    ay_json_number_of (round, "by_new"), ay_json_number_of (round, "positive"),
    ay_json_number_of (round, "negative"), ay_json_number_of (round, "by_old"),
    ay_json_number_of (round, "by_penalty"),
  };

  add_line (self, round, values);
}

static void
fill_rounds (AssayGainsPage *self)
{
  const char *const early_columns[] = { _ ("rows"), _ ("gain"), _ ("by them"), _ ("helped by"),
                                        _ ("hurt by"), _ ("by others"), _ ("penalty") };
  const char *const columns[] = { _ ("rows"), _ ("gain"), _ ("helped by"), _ ("hurt by"),
                                  _ ("order-free"), _ ("random"), _ ("selection") };
  g_autoptr (GPtrArray) lines = NULL;
  g_autofree char *text = NULL, *said = NULL;

  assay_number_table_clear (self->rounds, _ ("Round"), early (self) ? early_columns : columns,
                            G_N_ELEMENTS (columns));
  for (guint r = 0; r < n_rounds (self); r++)
    if (early (self))
      add_early_round (self, round_at (self, r));
    else
      add_round (self, round_at (self, r));
  lines = self->drawn != NULL ? ay_gains_remarks (self->drawn)
                              : g_ptr_array_new_with_free_func (g_free);
  if (self->drawn != NULL && json_object_has_member (self->drawn, "shapley_why")
      && !json_object_get_null_member (self->drawn, "shapley_why"))
    g_ptr_array_add (lines, g_strdup_printf (_ ("Order-free: %s"), json_object_get_string_member (
                                                self->drawn, "shapley_why")));
  g_ptr_array_add (lines, NULL);
  text = g_strjoinv ("\n", (char **) lines->pdata);
  said = assay_sentence (text);
  gtk_label_set_text (self->remarks, said);
}

/* --- the cut --- */

static void
show_cut (AssayGainsPage *self)
{
  static const guint8 counts[] = { 1, 0, 0, 0, 0 };
  const char *const columns[] = { _ ("rows"), _ ("credit"), _ ("helped by"), _ ("hurt by"),
                                  _ ("points") };
  guint at = gtk_drop_down_get_selected (self->by);
  const char *by = at < self->cuts->len ? self->cuts->pdata[at] : "label";
  AyWork *work = assay_session_get_work (self->session);

  g_clear_pointer (&self->shares, json_array_unref);
  assay_number_table_clear (self->cut, by, columns, G_N_ELEMENTS (columns));
  if (work != NULL && self->drawn != NULL)
    self->shares = ay_work_gains_by (work, self->drawn, by, NULL);
  for (guint k = 0; self->shares != NULL && k < json_array_get_length (self->shares); k++)
    {
      JsonObject *one = json_array_get_object_element (self->shares, k);
      const char *value = json_object_get_string_member (one, "value");
      double values[] = { (double) json_object_get_int_member (one, "n"),
                          ay_json_number_of (one, "credit"), ay_json_number_of (one, "positive"),
                          ay_json_number_of (one, "negative"),
                          100.0 * ay_json_number_of (one, "accuracy") };
      AssayNumberLine line = { *value != '\0' ? value : _ ("not said"), NULL, 0,
                               G_N_ELEMENTS (values), values, counts };

      assay_number_table_add (self->cut, &line);
    }
}

static void
cut_activated (AssayGainsPage *self, guint line)
{
  AyDataset *data = assay_session_get_data (self->session);
  g_autoptr (AyBitset) rows = data != NULL ? ay_bitset_new (data->n) : NULL;
  g_autofree char *hidden = NULL;
  JsonArray *of;

  if (rows == NULL || self->shares == NULL || line >= json_array_get_length (self->shares))
    return;
  of = json_object_get_array_member (json_array_get_object_element (self->shares, line), "rows");
  for (guint i = 0; i < json_array_get_length (of); i++)
    ay_bitset_add (rows, (gsize) json_array_get_int_element (of, i));
  hidden = select_rows (self, rows);
}

static void
part_shown (AssayGainsPage *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->by),
                          g_strcmp0 (gtk_stack_get_visible_child_name (self->parts), "cut") == 0);
}

static void
fill_cuts (AssayGainsPage *self)
{
  static const char *const columns[] = { "label", "cluster" };
  static const char *const said[] = { "reason", "annotator", "day", "strategy", "round" };
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  g_ptr_array_set_size (self->cuts, 0);
  for (guint k = 0; k < G_N_ELEMENTS (columns); k++)
    if (assay_session_find_column (self->session, columns[k]) != NULL)
      g_ptr_array_add (self->cuts, (gpointer) columns[k]);
  for (guint k = 0; k < G_N_ELEMENTS (said); k++)
    g_ptr_array_add (self->cuts, (gpointer) said[k]);
  for (guint k = 0; k < self->cuts->len; k++)
    gtk_string_list_append (list, self->cuts->pdata[k]);
  g_signal_handlers_block_by_func (self->by, show_cut, self);
  gtk_drop_down_set_model (self->by, G_LIST_MODEL (list));
  g_signal_handlers_unblock_by_func (self->by, show_cut, self);
}

/* --- what is shown --- */

static void
update_buttons (AssayGainsPage *self)
{
  gtk_button_set_label (self->split, self->task != NULL ? _ ("_Cancel") : _ ("Split _Gains"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->split),
                            self->task != NULL || self->history != NULL);
}

static void
show_gains (AssayGainsPage *self)
{
  AyGainsSteps *steps;
  g_autofree char *text = NULL;

  self->drawn = self->gains;
  if (self->gains != NULL && early (self))
    self->drawn = json_object_has_member (self->gains, "stopped_early")
                      ? json_object_get_object_member (self->gains, "stopped_early") : NULL;
  steps = self->drawn != NULL ? ay_gains_steps_new (self->drawn) : NULL;
  text = assay_gains_whole_text (self->drawn, steps, early (self));
  gtk_label_set_text (self->sentence, text);
  assay_waterfall_view_set_steps (self->waterfall, steps);
  self->round = -1;
  clear_round (self);
  fill_rounds (self);
  show_cut (self);
  update_buttons (self);
}

static void
take_gains (AssayGainsPage *self, JsonObject *gains)
{
  g_clear_pointer (&self->gains, json_object_unref);
  self->gains = gains;
  show_gains (self);
}

static void
choose_history (AssayGainsPage *self)
{
  guint at = gtk_drop_down_get_selected (self->histories);
  AyWork *work = assay_session_get_work (self->session);
  const char *name = work != NULL && at < self->names->len ? self->names->pdata[at] : NULL;

  g_clear_pointer (&self->history, ay_history_unref);
  self->history = name != NULL ? ay_work_history (work, name, NULL) : NULL;
  take_gains (self, self->history != NULL ? ay_work_stored_gains (work, name, NULL) : NULL);
}

static gboolean
same_names (const GPtrArray *a, const GPtrArray *b)
{
  gboolean same = a->len == b->len;

  for (guint i = 0; same && i < a->len; i++)
    same = strcmp (a->pdata[i], b->pdata[i]) == 0;
  return same;
}

/* Histories come and go; what shows stays while they are the same. */
static void
fill (AssayGainsPage *self)
{
  AyWork *work = assay_session_get_work (self->session);
  g_autoptr (GPtrArray) names = work != NULL ? ay_work_history_names (work, NULL) : NULL;
  g_autofree char *chosen = self->history != NULL ? g_strdup (self->history->name) : NULL;
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  guint at = 0;

  fill_cuts (self);
  if (names != NULL && self->history != NULL && same_names (names, self->names))
    {
      show_cut (self);
      return;
    }
  g_ptr_array_set_size (self->names, 0);
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_ptr_array_add (self->names, g_strdup (names->pdata[i]));
      gtk_string_list_append (list, names->pdata[i]);
      if (chosen == NULL || strcmp (names->pdata[i], chosen) == 0)
        at = i; /* the last one, else the one before */
    }
  g_signal_handlers_block_by_func (self->histories, choose_history, self);
  gtk_drop_down_set_model (self->histories, G_LIST_MODEL (list));
  if (self->names->len > 0)
    gtk_drop_down_set_selected (self->histories, at);
  g_signal_handlers_unblock_by_func (self->histories, choose_history, self);
  gtk_stack_set_visible_child_name (self->stack, self->names->len > 0 ? "gains" : "empty");
  choose_history (self);
}

/* Another workspace may have histories of the same names. */
static void
forget (AssayGainsPage *self)
{
  g_clear_pointer (&self->history, ay_history_unref);
  fill (self);
}

/* --- pinned --- */

static void
assay_gains_page_save (AssaySessionBin *bin, AssayPinnedView *view)
{
  AssayGainsPage *self = ASSAY_GAINS_PAGE (bin);

  if (self->gains == NULL)
    return;
  json_object_set_string_member (view->state, "history", self->history->name);
  json_object_set_int_member (view->state, "round", self->round);
  json_object_set_boolean_member (view->state, "early", early (self));
  view->sentence = g_strdup (gtk_label_get_text (self->round >= 0 ? self->detail
                                                                  : self->sentence));
}

/* The rows were brought back by who calls. */
static void
assay_gains_page_restore (AssaySessionBin *bin, JsonObject *state)
{
  AssayGainsPage *self = ASSAY_GAINS_PAGE (bin);
  const char *name = json_object_get_string_member_with_default (state, "history", "");
  gint64 round = json_object_get_int_member_with_default (state, "round", -1);

  for (guint i = 0; i < self->names->len; i++)
    if (strcmp (self->names->pdata[i], name) == 0)
      {
        gtk_drop_down_set_selected (self->histories, i);
        gtk_drop_down_set_selected (
            self->fitted,
            json_object_get_boolean_member_with_default (state, "early", FALSE) ? 1 : 0);
        if (round >= 0 && round < n_rounds (self))
          show_round (self, (guint) round, "");
      }
}

/* --- splitting --- */

typedef struct
{
  AssayGainsPage *page;
  char *history;
  AyGainsOptions options;
  JsonObject *found; /* (nullable) */
} Request;

static void
request_free (gpointer data)
{
  Request *self = data;

  g_object_unref (self->page);
  g_free (self->history);
  g_clear_pointer (&self->found, json_object_unref);
  g_free (self);
}

static gboolean
split_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Request *self = data;

  self->found = ay_work_gains (work, self->history, &self->options, job, error);
  return self->found != NULL;
}

static void
split_done (GObject *session, gpointer data, const GError *error)
{
  Request *request = data;
  AssayGainsPage *self = request->page;

  g_clear_object (&self->task);
  update_buttons (self);
  if (error != NULL)
    {
      if (!g_error_matches (error, AY_ERROR, AY_ERROR_CANCELLED))
        assay_session_fail (ASSAY_SESSION (session), error);
      return;
    }
  assay_session_columns_changed (ASSAY_SESSION (session));
  if (self->history != NULL && strcmp (self->history->name, request->history) == 0)
    take_gains (self, g_steal_pointer (&request->found));
}

static void
split_clicked (AssayGainsPage *self)
{
  Request *request;

  if (self->task != NULL)
    {
      assay_task_cancel (self->task);
      return;
    }
  if (self->history == NULL)
    return;
  request = g_new0 (Request, 1);
  request->page = g_object_ref (self);
  request->history = g_strdup (self->history->name);
  request->options.shapley = gtk_check_button_get_active (self->shapley);
  request->options.n_draws = gtk_check_button_get_active (self->random) ? N_DRAWS : 0;
  if (early (self))
    {
      request->options.steps = (guint) gtk_spin_button_get_value_as_int (self->steps);
      request->options.rate = gtk_spin_button_get_value (self->rate);
    }
  g_set_object (&self->task,
                assay_session_run (self->session, _ ("Splitting gains"), split_in_thread,
                                   split_done, request, request_free));
  update_buttons (self);
}

static void
fitted_changed (AssayGainsPage *self)
{
  assay_fold_show (self->early_bar, early (self));
  show_gains (self);
}

/* --- the widget --- */

static void
assay_gains_page_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const opened[] = { "notify::title", NULL };
  static const char *const changes[] = { "columns-changed", NULL };
  AssayGainsPage *self = ASSAY_GAINS_PAGE (bin);

  self->session = session;
  g_object_set (self->advice, "session", session, NULL);
  g_object_set (self->lone_advice, "session", session, NULL);
  assay_session_bin_watch (bin, opened, G_CALLBACK (forget));
  assay_session_bin_watch (bin, changes, G_CALLBACK (fill));
  fill (self);
}

static void
assay_gains_page_finalize (GObject *object)
{
  AssayGainsPage *self = ASSAY_GAINS_PAGE (object);

  g_clear_object (&self->task);
  g_clear_pointer (&self->history, ay_history_unref);
  g_clear_pointer (&self->gains, json_object_unref);
  g_clear_pointer (&self->shares, json_array_unref);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->cuts);
  g_array_unref (self->shown);
  G_OBJECT_CLASS (assay_gains_page_parent_class)->finalize (object);
}

#define BIND(NAME) gtk_widget_class_bind_template_child (widget_class, AssayGainsPage, NAME)

static void
assay_gains_page_class_init (AssayGainsPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_gains_page_bind;
  ASSAY_SESSION_BIN_CLASS (class)->save = assay_gains_page_save;
  ASSAY_SESSION_BIN_CLASS (class)->restore = assay_gains_page_restore;
  G_OBJECT_CLASS (class)->finalize = assay_gains_page_finalize;
  g_type_ensure (ASSAY_TYPE_WATERFALL_VIEW);
  g_type_ensure (ASSAY_TYPE_NUMBER_TABLE);
  g_type_ensure (ASSAY_TYPE_ADVICE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/gains_page.ui");
  BIND (stack);
  BIND (parts);
  BIND (histories);
  BIND (by);
  BIND (fitted);
  BIND (steps);
  BIND (rate);
  BIND (early_bar);
  BIND (shapley);
  BIND (random);
  BIND (split);
  BIND (waterfall);
  BIND (sentence);
  BIND (detail);
  BIND (remarks);
  BIND (rows);
  BIND (rounds);
  BIND (cut);
  BIND (advice);
  BIND (lone_advice);
}

static void
assay_gains_page_init (AssayGainsPage *self)
{
  const char *const fitted[] = { _ ("To the Optimum"), _ ("Stopped Early"), NULL };
  g_autoptr (GtkStringList) list = gtk_string_list_new (fitted);

  self->round = -1;
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->cuts = g_ptr_array_new ();
  self->shown = g_array_new (FALSE, FALSE, sizeof (guint32));
  gtk_widget_init_template (GTK_WIDGET (self));
  assay_drop_down_shorten (self->histories);
  assay_drop_down_set_name (self->histories, _ ("History"));
  assay_drop_down_set_name (self->by, _ ("Cut By"));
  gtk_drop_down_set_model (self->fitted, G_LIST_MODEL (list));
  assay_drop_down_set_name (self->fitted, _ ("Head Fitted"));
  g_signal_connect_swapped (self->histories, "notify::selected", G_CALLBACK (choose_history),
                            self);
  g_signal_connect_swapped (self->by, "notify::selected", G_CALLBACK (show_cut), self);
  g_signal_connect_swapped (self->fitted, "notify::selected", G_CALLBACK (fitted_changed), self);
  g_signal_connect_swapped (self->parts, "notify::visible-child", G_CALLBACK (part_shown), self);
  g_signal_connect_swapped (self->split, "clicked", G_CALLBACK (split_clicked), self);
  g_signal_connect_swapped (self->waterfall, "chosen", G_CALLBACK (choose_round), self);
  g_signal_connect_swapped (self->rows, "activated", G_CALLBACK (row_activated), self);
  g_signal_connect_swapped (self->rounds, "activated", G_CALLBACK (round_activated), self);
  g_signal_connect_swapped (self->cut, "activated", G_CALLBACK (cut_activated), self);
}
