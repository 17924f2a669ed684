/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/decision_bar.h"

#include "app/sentence.h"
#include "app/what_if_words.h"
#include "app/widgets/drop_down.h"
#include "app/widgets/fold.h"
#include "app/widgets/set_name.h"
#include "core/base/error.h"
#include "core/work/what_if_folds.h"
#include "core/work/what_if_pipeline.h"

#include <glib/gi18n.h>

/* An estimate is asked for once the selection has rested so long. */
#define REST_MS 120
#define FOLDS 5
#define SEED 0 /* of the folds, as assay-cli's default */

struct _AssayDecisionBar
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  AssayTask *estimating; /* (nullable) */
  guint rest;
  GtkBox *box;
  AdwToastOverlay *toasts;
  GtkLabel *estimate_label, *classes_label, *proof_label;
  GtkDropDown *change; /* what would be done to the rows: removed, counted twice, each class */
};

#define N_PLAIN 2      /* entries of it before the classes */

G_DEFINE_FINAL_TYPE (AssayDecisionBar, assay_decision_bar, ASSAY_TYPE_SESSION_BIN)

/* One question to the core: these rows, what is done to them, and how it is to be proved. */
typedef struct
{
  AssayDecisionBar *bar;
  AyBitset *rows;
  AyWhatIfKind kind;
  char *label;         /* (nullable) the class that they get */
  AssayProof proof;
  gboolean answered;
  AyWhatIf result;
  AyFoldTest folds;
  AyPipelineTest pipeline;
  GPtrArray *classes;  /* (nullable) who wins and who loses */
} Question;

static void
question_free (gpointer data)
{
  Question *self = data;

  if (self->answered)
    ay_what_if_clear (&self->result);
  ay_fold_test_clear (&self->folds);
  ay_pipeline_test_clear (&self->pipeline);
  g_clear_pointer (&self->classes, g_ptr_array_unref);
  ay_bitset_free (self->rows);
  g_free (self->label);
  g_object_unref (self->bar);
  g_free (self);
}

/* Who wins and who loses, where there are classes. */
static gboolean
find_classes (Question *self, AyJob *job, AyWork *work, GError **error)
{
  if (self->result.n_rows == 0 || ay_work_data (work)->n_classes == 0)
    return TRUE;
  self->classes = ay_work_whatif_groups (work, &self->result, "label", job, error);
  return self->classes != NULL;
}

/* Over folds the test part stays closed: the estimate is shown beside them. Else the look at it
 * counts once all was found, not when a part is refused. */
static gboolean
ask_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Question *self = data;
  gboolean verify = self->proof == ASSAY_PROOF_REFIT || self->proof == ASSAY_PROOF_PIPELINE;
  AyWhatIfOptions options = { self->kind, self->label, verify, TRUE };

  if (self->proof == ASSAY_PROOF_FOLDS
      && !ay_work_whatif_folds (work, self->rows, &options, FOLDS, SEED, &self->folds, job, error))
    return FALSE;
  self->answered
      = ay_work_whatif_of (work, self->rows, &options, &self->result, job, error);
  if (!self->answered
      || (self->proof == ASSAY_PROOF_PIPELINE
          && !self->result.valid.unbounded
          && !ay_work_whatif_pipeline (work, &self->result, self->rows, &options, &self->pipeline,
                                       job, error)))
    return FALSE;
  return find_classes (self, job, work, error)
         && ay_work_whatif_count (work, &self->result, job, error);
}

static char *
count_text (AssayDecisionBar *self)
{
  guint n = 0;

  if (self->session == NULL)
    return g_strdup ("");
  g_object_get (self->session, "n-selected", &n, NULL);
  if (n == 0)
    return g_strdup (_ ("Nothing selected"));
  return g_strdup_printf (g_dngettext (NULL, "%u row selected", "%u rows selected", n), n);
}

static void
show_estimate (AssayDecisionBar *self, const char *effect)
{
  g_autofree char *count = count_text (self);
  g_autofree char *text
      = effect != NULL ? g_strdup_printf ("%s: %s", count, effect) : g_strdup (count);

  gtk_label_set_text (self->estimate_label, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->estimate_label), text);
}

static void
show_line (GtkLabel *label, const char *text)
{
  gtk_label_set_text (label, text != NULL ? text : "");
  assay_fold_show (label, text != NULL);
}

/* What is asked now; label (nullable, transfer none) for a new label. */
static AyWhatIfKind
kind_asked (AssayDecisionBar *self, const char **label)
{
  guint at = gtk_drop_down_get_selected (self->change);
  AyDataset *data = self->session != NULL ? assay_session_get_data (self->session) : NULL;

  *label = NULL;
  if (at == GTK_INVALID_LIST_POSITION || at == 0)
    return AY_WHAT_IF_REMOVE;
  if (at < N_PLAIN || data == NULL || at - N_PLAIN >= data->n_classes)
    return AY_WHAT_IF_DUPLICATE;
  *label = data->class_names[at - N_PLAIN];
  return AY_WHAT_IF_RELABEL;
}

/* Whether the answer is still about what is selected. */
static gboolean
still_asked (Question *question)
{
  const AyBitset *now = question->bar->session != NULL
                            ? assay_session_get_selection (question->bar->session)
                            : NULL;
  const char *label;

  return now != NULL && ay_bitset_equal (now, question->rows)
         && kind_asked (question->bar, &label) == question->kind
         && g_strcmp0 (label, question->label) == 0;
}

static char *
proof_text (const Question *question)
{
  g_autofree char *refit = NULL;

  if (question->proof == ASSAY_PROOF_FOLDS)
    return g_strdup (question->folds.sentence);
  refit = assay_what_if_proof (&question->result);
  return question->pipeline.sentence != NULL
             ? g_strdup_printf ("%s\n%s", refit, question->pipeline.sentence)
             : g_steal_pointer (&refit);
}

static void
answered (GObject *session, gpointer data, const GError *error)
{
  Question *question = data;
  AssayDecisionBar *self = question->bar;
  g_autofree char *estimate = NULL;
  g_autofree char *classes = NULL;
  g_autofree char *proof = NULL;

  if (question->proof == ASSAY_PROOF_NONE)
    self->estimating = NULL;
  if (error != NULL)
    {
      if (!g_error_matches (error, AY_ERROR, AY_ERROR_CANCELLED))
        {
          if (question->proof != ASSAY_PROOF_NONE)
            assay_session_fail (ASSAY_SESSION (session), error);
          else
            {
              g_autofree char *why = assay_sentence (error->message);

              show_estimate (self, why);
            }
        }
      return;
    }
  if (!still_asked (question))
    return;
  estimate = assay_what_if_estimate (&question->result, question->label);
  show_estimate (self, estimate);
  classes = assay_what_if_classes (&question->result, question->classes);
  show_line (self->classes_label, classes);
  if (question->proof != ASSAY_PROOF_NONE)
    {
      proof = proof_text (question);
      show_line (self->proof_label, proof);
    }
}

static AssayTask *
ask (AssayDecisionBar *self, AssayProof proof)
{
  const char *const titles[] = { _ ("Estimating"), _ ("Proving by refit"), _ ("Proving over folds"),
                                 _ ("Proving the full pipeline") };
  Question *question = g_new0 (Question, 1);
  const char *label;

  question->kind = kind_asked (self, &label);
  question->label = g_strdup (label);
  question->bar = g_object_ref (self);
  question->rows = ay_bitset_copy (assay_session_get_selection (self->session));
  question->proof = proof;
  return assay_session_run (self->session, titles[proof], ask_in_thread, answered, question,
                            question_free);
}

void
assay_decision_bar_prove (AssayDecisionBar *self, AssayProof proof)
{
  if (self->session != NULL && assay_session_get_work (self->session) != NULL)
    ask (self, proof);
}

void
assay_decision_bar_set_narrow (AssayDecisionBar *self, gboolean narrow)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->box), narrow
                                                                  ? GTK_ORIENTATION_VERTICAL
                                                                  : GTK_ORIENTATION_HORIZONTAL);
}

/* libadwaita gives the button that closes a toast no name. */
static void
name_buttons (GtkWidget *widget)
{
  if (GTK_IS_BUTTON (widget) && gtk_button_get_icon_name (GTK_BUTTON (widget)) != NULL)
    assay_set_name (widget, _ ("Close"));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    name_buttons (child);
}

static gboolean
name_next (gpointer toasts)
{
  name_buttons (toasts);
  return G_SOURCE_REMOVE;
}

/* The one that waited behind it shows now. Toasts are dismissed as well when the overlay is
 * disposed of: libadwaita 1.2 frees them twice if it is kept then. */
static void
on_dismissed (AdwToastOverlay *toasts)
{
  if (gtk_widget_get_root (GTK_WIDGET (toasts)) != NULL)
    g_idle_add_full (G_PRIORITY_DEFAULT, name_next, g_object_ref (toasts), g_object_unref);
}

void
assay_decision_bar_tell (AssayDecisionBar *self, AdwToast *toast)
{
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (on_dismissed), self->toasts,
                           G_CONNECT_SWAPPED);
  adw_toast_overlay_add_toast (self->toasts, toast);
  name_buttons (GTK_WIDGET (self->toasts));
}

char *
assay_decision_bar_dup_sentence (AssayDecisionBar *self)
{
  const char *proof = gtk_label_get_text (self->proof_label);
  const char *said = gtk_label_get_text (self->estimate_label);
  guint n = 0;

  if (self->session != NULL)
    g_object_get (self->session, "n-selected", &n, NULL);
  if (n == 0 || self->rest != 0 || self->estimating != NULL)
    return NULL;
  return *proof != '\0' ? g_strdup_printf ("%s. %s", said, proof) : g_strdup (said);
}

static gboolean
rested (gpointer data)
{
  AssayDecisionBar *self = data;

  self->rest = 0;
  self->estimating = ask (self, ASSAY_PROOF_NONE);
  return G_SOURCE_REMOVE;
}

static void
on_selection_changed (AssayDecisionBar *self)
{
  guint n = 0;

  g_clear_handle_id (&self->rest, g_source_remove);
  if (self->estimating != NULL)
    assay_task_cancel (self->estimating);
  self->estimating = NULL;
  show_line (self->classes_label, NULL);
  show_line (self->proof_label, NULL);
  g_object_get (self->session, "n-selected", &n, NULL);
  show_estimate (self, n > 0 ? _ ("estimating…") : NULL);
  if (n > 0)
    self->rest = g_timeout_add (REST_MS, rested, self);
}

/* Other data, other classes. */
static void
fill_changes (AssayDecisionBar *self)
{
  AyDataset *data = assay_session_get_data (self->session);
  const char *const plain[] = { _ ("Remove"), _ ("Count Twice"), NULL };
  g_autoptr (GtkStringList) list = gtk_string_list_new (plain);

  for (guint k = 0; data != NULL && k < data->n_classes; k++)
    {
      g_autofree char *text = g_strdup_printf (_ ("Relabel: %s"), data->class_names[k]);

      gtk_string_list_append (list, text);
    }
  g_signal_handlers_block_by_func (self->change, on_selection_changed, self);
  gtk_drop_down_set_model (self->change, G_LIST_MODEL (list));
  gtk_drop_down_set_selected (self->change, 0);
  g_signal_handlers_unblock_by_func (self->change, on_selection_changed, self);
}

static void
assay_decision_bar_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const opened[] = { "notify::title", NULL };
  static const char *const changes[] = { "selection-changed", NULL };

  ASSAY_DECISION_BAR (bin)->session = session;
  assay_session_bin_watch (bin, opened, G_CALLBACK (fill_changes));
  assay_session_bin_watch (bin, changes, G_CALLBACK (on_selection_changed));
  fill_changes (ASSAY_DECISION_BAR (bin));
  on_selection_changed (ASSAY_DECISION_BAR (bin));
}

static void
assay_decision_bar_dispose (GObject *object)
{
  AssayDecisionBar *self = ASSAY_DECISION_BAR (object);

  g_clear_handle_id (&self->rest, g_source_remove);
  G_OBJECT_CLASS (assay_decision_bar_parent_class)->dispose (object);
}

static void
assay_decision_bar_class_init (AssayDecisionBarClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_decision_bar_bind;
  object_class->dispose = assay_decision_bar_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/decision_bar.ui");
  gtk_widget_class_bind_template_child (widget_class, AssayDecisionBar, box);
  gtk_widget_class_bind_template_child (widget_class, AssayDecisionBar, toasts);
  gtk_widget_class_bind_template_child (widget_class, AssayDecisionBar, estimate_label);
  gtk_widget_class_bind_template_child (widget_class, AssayDecisionBar, proof_label);
  gtk_widget_class_bind_template_child (widget_class, AssayDecisionBar, classes_label);
  gtk_widget_class_bind_template_child (widget_class, AssayDecisionBar, change);
}

static void
assay_decision_bar_init (AssayDecisionBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  assay_drop_down_shorten (self->change);
  assay_drop_down_set_name (self->change, _ ("What If"));
  g_signal_connect_swapped (self->change, "notify::selected", G_CALLBACK (on_selection_changed),
                            self);
}
