/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/round_view.h"

#include "app/model/class_keys.h"
#include "app/say.h"
#include "app/widgets/drop_down.h"
#include "app/widgets/row_card.h"
#include "app/widgets/set_name.h"
#include "core/work/work_loop.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define MOST_BUTTONS 60 /* classes that get a button */

struct _AssayRoundView
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  GtkStack *stack;
  GtkDropDown *strategy;
  GtkSpinButton *count;
  GtkButton *open, *close, *previous, *next, *back, *tasks;
  GtkLabel *outcome, *progress, *reason, *given;
  AssayRowCard *card;
  GtkFlowBox *classes;
  AyHistory *loop;       /* (nullable) */
  guint pick;            /* of the open round */
  guint serial;          /* of the workspace whose classes have buttons */
  AssayTask *task;       /* (nullable) */
};

G_DEFINE_FINAL_TYPE (AssayRoundView, assay_round_view, ASSAY_TYPE_SESSION_BIN)

static void show (AssayRoundView *self);

static const AyRound *
open_round (AssayRoundView *self)
{
  return self->loop != NULL ? ay_history_open_round (self->loop) : NULL;
}

/* --- jobs --- */

typedef struct
{
  AssayRoundView *view;
  AySuggestOptions suggest; /* strategy NULL: close */
} Work;

static void
work_free (gpointer data)
{
  g_object_unref (((Work *) data)->view);
  g_free (data);
}

static gboolean
run_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Work *self = data;
  g_autofree char *name = ay_work_loop_name (work, NULL);
  g_autoptr (AySuggestions) found = NULL;

  if (self->suggest.strategy == NULL)
    return ay_work_close_round (work, name, job, error);
  self->suggest.loop = name;
  found = ay_work_suggest (work, &self->suggest, job, error);
  return found != NULL && ay_work_open_round (work, name, found, job, error);
}

static void
run_done (GObject *session, gpointer data, const GError *error)
{
  Work *self = data;

  g_clear_object (&self->view->task);
  if (error != NULL)
    assay_session_fail (ASSAY_SESSION (session), error);
  self->view->pick = 0;
  assay_session_columns_changed (ASSAY_SESSION (session));
  if (gtk_widget_get_mapped (GTK_WIDGET (self->view))) /* keys go on where the pages changed */
    gtk_widget_grab_focus (GTK_WIDGET (open_round (self->view) != NULL ? self->view->next
                                                                        : self->view->open));
}

static void
start (AssayRoundView *self, const AySuggestOptions *suggest)
{
  Work *data;

  if (self->task != NULL || assay_session_get_work (self->session) == NULL)
    return;
  data = g_new0 (Work, 1);
  data->view = g_object_ref (self);
  if (suggest != NULL)
    data->suggest = *suggest;
  g_set_object (&self->task,
                assay_session_run (self->session, suggest != NULL ? _ ("Choosing rows to label")
                                                                  : _ ("Closing the round"),
                                   run_in_thread, run_done, data, work_free));
  show (self);
}

static void
open_clicked (AssayRoundView *self)
{
  AyWork *work = assay_session_get_work (self->session);
  guint n;
  const AyStrategy *table = ay_strategies (&n);
  AySuggestOptions suggest = { .count = (gsize) gtk_spin_button_get_value_as_int (self->count) };

  if (work == NULL)
    return;
  suggest.strategy = &table[MIN (gtk_drop_down_get_selected (self->strategy), n - 1)];
  suggest.seed = ay_work_load_options (work)->seed;
  start (self, &suggest);
}

static void
close_clicked (AssayRoundView *self)
{
  start (self, NULL);
}

/* --- answering --- */

/* The next row without a label after this one, around the end; else the one at hand. */
static guint
next_open (const AyRound *round, guint pick)
{
  for (guint k = 1; k <= round->n; k++)
    if (ay_round_label (round, (pick + k) % round->n, NULL, NULL) == NULL)
      return (pick + k) % (guint) round->n;
  return pick;
}

static void
answer (AssayRoundView *self, const char *label)
{
  AyWork *work = assay_session_get_work (self->session);
  const AyRound *round = open_round (self);
  g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_reply_free);
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  AyAnswered answered = { 0 };

  if (round == NULL || self->task != NULL || self->pick >= round->n)
    return;
  id = ay_column_dup_text (ay_work_data (work)->id, round->row[self->pick]);
  g_ptr_array_add (replies, ay_reply_new (id, label, NULL));
  if (!ay_work_answer (work, self->loop->name, replies, &answered, &error))
    assay_session_fail (self->session, error);
  ay_answered_clear (&answered);
  show (self);
  round = open_round (self);
  if (round != NULL && ay_round_n_answered (round) == round->n)
    start (self, NULL);
  else if (round != NULL)
    {
      self->pick = next_open (round, self->pick);
      show (self);
    }
}

static void
class_clicked (GtkWidget *widget, const char *action, GVariant *parameter)
{
  AssayRoundView *self = ASSAY_ROUND_VIEW (widget);
  AyDataset *data = assay_session_get_data (self->session);
  guint at = g_variant_get_uint32 (parameter);

  if (data != NULL && at < data->n_classes)
    answer (self, data->class_names[at]);
}

static void
step (AssayRoundView *self, int by)
{
  const AyRound *round = open_round (self);

  if (round == NULL || round->n == 0)
    return;
  self->pick = (guint) ((self->pick + round->n + by) % round->n);
  show (self);
}

static void
previous_clicked (AssayRoundView *self)
{
  step (self, -1);
}

static void
next_clicked (AssayRoundView *self)
{
  step (self, 1);
}

static void
back_clicked (AssayRoundView *self)
{
  const AyRound *round = open_round (self);
  g_autoptr (GError) error = NULL;

  if (round == NULL || self->pick >= round->n || self->task != NULL)
    return;
  if (!ay_work_unanswer (assay_session_get_work (self->session), self->loop->name,
                         round->row[self->pick], &error))
    assay_session_fail (self->session, error);
  show (self);
}

static gboolean
key_pressed (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
             AssayRoundView *self)
{
  const char *label;

  if (open_round (self) == NULL
      || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) != 0)
    return FALSE;
  label = assay_class_of_key (assay_session_get_data (self->session), key);
  if (label != NULL)
    {
      answer (self, label);
      return TRUE;
    }
  if (key == GDK_KEY_Page_Up || key == GDK_KEY_Page_Down)
    {
      step (self, key == GDK_KEY_Page_Up ? -1 : 1);
      return TRUE;
    }
  if (key != GDK_KEY_BackSpace)
    return FALSE;
  back_clicked (self);
  return TRUE;
}

/* --- the file --- */

static void
file_to_write (GtkNativeDialog *native, int response, AssayRoundView *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
      g_autofree char *path = g_file_get_path (file);
      g_autoptr (GError) error = NULL;

      if (!ay_work_write_tasks (assay_session_get_work (self->session), NULL, path, &error))
        assay_session_fail (self->session, error);
    }
  g_object_unref (native);
}

static void
tasks_clicked (AssayRoundView *self)
{
  GtkFileChooserNative *native = gtk_file_chooser_native_new (
      _ ("Write Rows to Label"), GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
      GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (native), "rows.csv");
  g_signal_connect_object (native, "response", G_CALLBACK (file_to_write), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

/* --- what is shown --- */

static void
show_classes (AssayRoundView *self, const AyDataset *data)
{
  guint serial = assay_session_get_serial (self->session);
  GtkWidget *child;

  if (serial == self->serial)
    return;
  self->serial = serial;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->classes))) != NULL)
    gtk_flow_box_remove (self->classes, child);
  for (guint c = 0; c < MIN (data->n_classes, MOST_BUTTONS); c++)
    {
      GtkWidget *button = gtk_button_new_with_label (data->class_names[c]);
      g_autofree char *name = g_strdup_printf (_ ("Label %s"), data->class_names[c]);

      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "round.label");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "u", c);
      assay_set_name (button, name);
      gtk_flow_box_append (self->classes, button);
      gtk_widget_set_focusable (gtk_widget_get_parent (button), FALSE);
    }
}

/* "Labelled 3 by 1 of 2: anna 3, ben 5": who said what stands there where they differ. */
static char *
words_of_label (const AyRound *round, guint pick)
{
  guint n, agree;
  const char *label = ay_round_label (round, pick, &n, &agree);
  GString *text;

  if (label == NULL)
    return g_strdup (_ ("No label yet"));
  if (agree == n)
    return g_strdup_printf (_ ("Labelled %s"), label);
  text = g_string_new (NULL);
  g_string_append_printf (text, _ ("Labelled %s by %u of %u"), label, agree, n);
  n = 0;
  for (guint i = 0; i < round->answers->len; i++)
    {
      const AyGivenLabel *given = &g_array_index (round->answers, AyGivenLabel, i);

      if (given->pick == pick)
        g_string_append_printf (text, "%s%s %s", n++ == 0 ? ": " : ", ",
                                given->annotator != NULL ? given->annotator : _ ("unnamed"),
                                given->label);
    }
  return g_string_free (text, FALSE);
}

static void
show_row (AssayRoundView *self, const AyRound *round)
{
  g_autofree char *given = NULL, *progress = NULL;

  self->pick = MIN (self->pick, (guint) round->n - 1);
  progress = g_strdup_printf (_ ("Round %u, by %s: row %u of %u; %u have a label"),
                              (guint) round->number, round->strategy, self->pick + 1,
                              (guint) round->n, (guint) ay_round_n_answered (round));
  given = words_of_label (round, self->pick);
  gtk_label_set_text (self->progress, progress);
  gtk_label_set_text (self->given, given);
  gtk_label_set_text (self->reason, round->reason != NULL && round->reason[self->pick] != NULL
                                        ? round->reason[self->pick] : "");
  assay_row_card_set_row (self->card, self->session, round->row[self->pick]);
  gtk_widget_set_sensitive (GTK_WIDGET (self->back),
                            ay_round_label (round, self->pick, NULL, NULL) != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->close),
                            ay_round_n_answered (round) > 0 && self->task == NULL);
}

/* What the last round brought. */
static void
show_outcome (AssayRoundView *self)
{
  const AyRound *last = self->loop != NULL && ay_history_n_rounds (self->loop) > 0
                            ? ay_history_round (self->loop, ay_history_n_rounds (self->loop) - 1)
                            : NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (last == NULL)
    g_string_append (text, _ ("No round was opened yet. A strategy names rows of the pool; they "
                              "are labelled here, or written to a file and read back by "
                              "assay-cli history label."));
  else
    g_string_append_printf (text, ngettext ("Round %u is closed: %u row",
                                            "Round %u is closed: %u rows", last->n),
                            (guint) last->number, (guint) last->n);
  for (guint i = 0; last != NULL && i < last->metrics->len; i++)
    {
      const AyMetric *metric = &g_array_index (last->metrics, AyMetric, i);

      assay_say_append (text, "; %s %.4g", metric->name, metric->value);
    }
  gtk_label_set_text (self->outcome, text->str);
}

static void
show (AssayRoundView *self)
{
  AyWork *work = assay_session_get_work (self->session);
  g_autofree char *name = work != NULL ? ay_work_loop_name (work, NULL) : NULL;
  gboolean writable = work != NULL && !ay_workspace_is_read_only (ay_work_store (work));
  const AyRound *round;

  g_clear_pointer (&self->loop, ay_history_unref);
  if (name != NULL)
    self->loop = ay_work_history (work, name, NULL);
  round = open_round (self);
  gtk_stack_set_visible_child_name (self->stack, round != NULL ? "label" : "open");
  gtk_widget_set_sensitive (GTK_WIDGET (self->open), writable && self->task == NULL
                                                         && ay_work_data (work)->n_classes > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->classes), writable && self->task == NULL);
  if (round != NULL && round->n > 0)
    {
      show_classes (self, ay_work_data (work));
      show_row (self, round);
    }
  else
    show_outcome (self);
}

static void
assay_round_view_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const changes[] = { "columns-changed", NULL };
  AssayRoundView *self = ASSAY_ROUND_VIEW (bin);

  self->session = session;
  assay_session_bin_watch (bin, changes, G_CALLBACK (show));
  show (self);
}

static void
assay_round_view_finalize (GObject *object)
{
  AssayRoundView *self = ASSAY_ROUND_VIEW (object);

  g_clear_object (&self->task);
  g_clear_pointer (&self->loop, ay_history_unref);
  G_OBJECT_CLASS (assay_round_view_parent_class)->finalize (object);
}

#define BIND(NAME) gtk_widget_class_bind_template_child (widget_class, AssayRoundView, NAME)

static void
assay_round_view_class_init (AssayRoundViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_round_view_bind;
  G_OBJECT_CLASS (class)->finalize = assay_round_view_finalize;
  g_type_ensure (ASSAY_TYPE_ROW_CARD);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/round_view.ui");
  gtk_widget_class_install_action (widget_class, "round.label", "u", class_clicked);
  BIND (stack);
  BIND (strategy);
  BIND (count);
  BIND (open);
  BIND (close);
  BIND (previous);
  BIND (next);
  BIND (back);
  BIND (tasks);
  BIND (outcome);
  BIND (progress);
  BIND (reason);
  BIND (given);
  BIND (card);
  BIND (classes);
}

static void
assay_round_view_init (AssayRoundView *self)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  GtkEventController *keys = gtk_event_controller_key_new ();
  guint n;
  const AyStrategy *table = ay_strategies (&n);

  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint k = 0; k < n; k++)
    gtk_string_list_append (list, assay_word (table[k].title));
  gtk_drop_down_set_model (self->strategy, G_LIST_MODEL (list));
  assay_drop_down_shorten (self->strategy);
  assay_drop_down_set_name (self->strategy, _ ("Strategy of the Round"));
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect_swapped (self->open, "clicked", G_CALLBACK (open_clicked), self);
  g_signal_connect_swapped (self->close, "clicked", G_CALLBACK (close_clicked), self);
  g_signal_connect_swapped (self->previous, "clicked", G_CALLBACK (previous_clicked), self);
  g_signal_connect_swapped (self->next, "clicked", G_CALLBACK (next_clicked), self);
  g_signal_connect_swapped (self->back, "clicked", G_CALLBACK (back_clicked), self);
  g_signal_connect_swapped (self->tasks, "clicked", G_CALLBACK (tasks_clicked), self);
}
