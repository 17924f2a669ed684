/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/review_page.h"

#include "app/model/class_keys.h"
#include "app/model/review_pace.h"
#include "app/pages/review_jobs.h"
#include "app/say.h"
#include "app/sentence.h"
#include "app/widgets/fold.h"
#include "app/widgets/row_card.h"
#include "app/widgets/row_image.h"
#include "app/widgets/set_name.h"
#include "app/widgets/why_card.h"
#include "core/data/thumbnail.h"

#include <glib/gi18n.h>
#include <math.h>

#define IMAGE_SIZE 224
#define NEAR_SIZE 80
#define MOST_BUTTONS 60  /* classes that get a button */
#define PROVE_EVERY 50   /* answers, then a proof is offered */
#define STARTS_ITSELF 20000 /* rows up to which the first queue is made without being asked for */

struct _AssayReviewPage
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  GtkStack *stack;
  GtkButton *start, *accept, *keep, *exclude, *later, *previous, *next, *again, *prove;
  GtkLabel *place, *question, *reason, *answered, *total, *stop, *proof, *notes, *text;
  GtkBox *picture;
  GtkWidget *image;
  GtkFlowBox *classes, *near;
  AssayWhyCard *why;
  AssayTask *task;    /* (nullable) */
  AyReview *review;   /* (nullable) the queue */
  AyBitset *decided;  /* (nullable) rows, as of now */
  gsize at;           /* item shown */
  char *wanted;       /* (nullable) id of a pinned row, to be shown once there is a queue */
  guint serial;       /* of the workspace that all this is of */
  AssayReviewPace pace;
};

G_DEFINE_FINAL_TYPE (AssayReviewPage, assay_review_page, ASSAY_TYPE_SESSION_BIN)

static const AyReviewItem *
item_of (AssayReviewPage *self)
{
  return self->review != NULL && self->at < self->review->n ? &self->review->items[self->at] : NULL;
}

static const char *
suggestion_of (AssayReviewPage *self, const AyReviewItem *item)
{
  return item->instead == AY_LABEL_MISSING
             ? NULL : assay_session_get_data (self->session)->class_names[item->instead];
}

static gboolean
is_writable (AssayReviewPage *self)
{
  AyWork *work = assay_session_get_work (self->session);

  return work != NULL && !ay_workspace_is_read_only (ay_work_store (work));
}

/* --- what is shown --- */

static void
near_clicked (GtkWidget *widget, const char *action, GVariant *parameter)
{
  AssayReviewPage *self = ASSAY_REVIEW_PAGE (widget);

  assay_session_select_row (self->session, g_variant_get_uint32 (parameter), ASSAY_SELECT_REPLACE);
}

/* Small, where there is a picture. */
static GtkWidget *
make_card (AssayReviewPage *self, guint32 row, const char *title)
{
  GtkWidget *card;

  if (!ay_dataset_has_images (assay_session_get_data (self->session)))
    {
      card = g_object_new (ASSAY_TYPE_ROW_CARD, NULL);
      assay_row_card_set_row (ASSAY_ROW_CARD (card), self->session, row);
      return card;
    }
  card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  gtk_box_append (GTK_BOX (card), assay_row_image_new (NEAR_SIZE));
  assay_row_image_set_row (ASSAY_ROW_IMAGE (gtk_widget_get_first_child (card)), self->session,
                           row);
  gtk_box_append (GTK_BOX (card), gtk_label_new (title));
  return card;
}

static void
show_near (AssayReviewPage *self, const AyReviewItem *item)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->near))) != NULL)
    gtk_flow_box_remove (self->near, child);
  for (guint k = 0; k < AY_REVIEW_NEAR && item->near[k] != AY_ROW_NONE; k++)
    {
      GtkWidget *button = gtk_button_new ();
      g_autofree char *title = assay_row_card_dup_title (self->session, item->near[k]);
      g_autofree char *name = g_strdup_printf (_ ("Select near row %s"), title);

      gtk_button_set_child (GTK_BUTTON (button), make_card (self, item->near[k], title));
      gtk_widget_add_css_class (button, "flat");
      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "review.near");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "u", item->near[k]);
      assay_set_name (button, name);
      gtk_flow_box_append (self->near, button);
      gtk_widget_set_focusable (gtk_widget_get_parent (button), FALSE);
    }
}

static char *
dup_question (AssayReviewPage *self, const AyReviewItem *item)
{
  AyDataset *data = assay_session_get_data (self->session);
  g_autofree char *label = ay_dataset_dup_label (data, item->row);

  if (item->instead == AY_LABEL_MISSING)
    return g_strdup_printf (_ ("Labelled %s, and it hurts: does it belong here?"), label);
  return g_strdup_printf (_ ("Labelled %s. Is it %s?"), label, suggestion_of (self, item));
}

/* In per cent; no estimate is sure. */
static double
percent (double wrong)
{
  return MIN (100.0 * wrong, 99.0);
}

static char *
dup_reason (const AyReviewItem *item)
{
  if (item->kind == AY_REVIEW_CONFLICT && isnan (item->gain))
    return assay_say (_ ("Near copies of it have another label; wrong with a probability of "
                         "%.0f %%"), percent (item->wrong));
  if (item->kind == AY_REVIEW_CONFLICT)
    return assay_say (_ ("Near copies of it have another label; wrong with a probability of "
                         "%.0f %%. A minute on such rows lowers the validation loss by "
                         "about %.2g"), percent (item->wrong), item->worth);
  if (item->kind == AY_REVIEW_HARMFUL)
    return assay_say (_ ("Its removal would lower the validation loss by about %.2g, told "
                         "from noise; that its label is wrong has a probability of %.0f %%"),
                      item->gain, percent (item->wrong));
  if (isnan (item->gain))
    return assay_say (_ ("Wrong with a probability of %.0f %%: everything is measured by "
                         "such rows"), percent (item->wrong));
  return assay_say (_ ("Wrong with a probability of %.0f %%. A minute on such rows lowers "
                       "the validation loss by about %.2g"), percent (item->wrong),
                    item->worth);
}

static void
show_item (AssayReviewPage *self)
{
  const AyReviewItem *item = item_of (self);
  AyDataset *data = assay_session_get_data (self->session);
  g_autofree char *id = NULL, *place = NULL, *question = NULL, *reason = NULL, *text = NULL;
  g_autofree char *accept = NULL;
  gboolean decided;

  if (item == NULL)
    return;
  id = ay_column_dup_text (data->id, item->row);
  decided = self->decided != NULL && ay_bitset_get (self->decided, item->row);
  place = g_strdup_printf (decided ? _ ("Row %u of %u: %s, a row of %s, is decided")
                                   : _ ("Row %u of %u: %s, a row of %s"),
                           (guint) self->at + 1, (guint) self->review->n, id,
                           ay_split_name (data->split[item->row]));
  question = dup_question (self, item);
  reason = dup_reason (item);
  text = data->text != NULL ? ay_column_dup_text (data->text, item->row) : NULL;
  gtk_label_set_text (self->place, place);
  gtk_label_set_text (self->question, question);
  gtk_label_set_text (self->reason, reason);
  gtk_label_set_text (self->text, text != NULL ? text : "");
  assay_fold_show (self->image, ay_dataset_has_images (data));
  assay_row_image_set_row (ASSAY_ROW_IMAGE (self->image), self->session, item->row);
  accept = item->instead == AY_LABEL_MISSING
               ? g_strdup (_ ("_Accept: Exclude"))
               : g_strdup_printf (_ ("_Accept: %s"), suggestion_of (self, item));
  gtk_button_set_label (self->accept, accept);
  show_near (self, item);
  assay_why_card_set_row (self->why, item->row);
  assay_session_set_hovered (self->session, item->row);
  assay_review_pace_show (&self->pace);
}

static void
show_total (AssayReviewPage *self)
{
  const AyReview *review = self->review;
  g_autofree char *total = assay_say (
      _ ("Reviewed %u, changed %u: validation loss %.4g → %.4g, accuracy %.2f %% → %.2f %% "
         "(refitted, a preview)"),
      (guint) review->n_reviewed, (guint) review->n_changed, review->loss_before,
      review->loss_now, 100.0 * review->accuracy_before, 100.0 * review->accuracy_now);
  g_autofree char *stop = assay_sentence (review->sentence), *said = NULL;
  g_autoptr (GString) notes = g_string_new (NULL);

  for (guint k = 0; k < review->notes->len; k++)
    g_string_append_printf (notes, "%s%s", k > 0 ? "\n" : "",
                            (const char *) g_ptr_array_index (review->notes, k));
  said = assay_sentence (notes->str);
  gtk_label_set_text (self->total, total);
  gtk_label_set_text (self->stop, stop);
  gtk_label_set_text (self->notes, said);
}

static void
show_classes (AssayReviewPage *self)
{
  AyDataset *data = assay_session_get_data (self->session);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->classes))) != NULL)
    gtk_flow_box_remove (self->classes, child);
  for (guint c = 0; data != NULL && c < MIN (data->n_classes, MOST_BUTTONS); c++)
    {
      GtkWidget *button = gtk_button_new_with_label (data->class_names[c]);
      g_autofree char *name = g_strdup_printf (_ ("It is %s"), data->class_names[c]);

      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "review.label");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "u", c);
      assay_set_name (button, name);
      gtk_flow_box_append (self->classes, button);
      gtk_widget_set_focusable (gtk_widget_get_parent (button), FALSE);
    }
}

static void
show_state (AssayReviewPage *self)
{
  gboolean idle = self->task == NULL, can = idle && is_writable (self) && item_of (self) != NULL;

  gtk_stack_set_visible_child_name (self->stack, self->review != NULL && self->review->n > 0
                                                     ? "queue" : "start");
  gtk_widget_set_sensitive (GTK_WIDGET (self->start),
                            idle && assay_session_get_work (self->session) != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->again), idle);
  gtk_widget_set_sensitive (GTK_WIDGET (self->prove), idle);
  for (guint k = 0; k < 4; k++)
    gtk_widget_set_sensitive (
        GTK_WIDGET (((GtkButton *[]) { self->accept, self->keep, self->exclude, self->later })[k]),
        can);
  gtk_widget_set_sensitive (GTK_WIDGET (self->classes), can);
}

/* --- the queue --- */

/* The next row from here on that is not decided, around the end; else the one at hand. */
static gsize
next_open (AssayReviewPage *self)
{
  for (gsize k = 0; k < self->review->n; k++)
    {
      gsize at = (self->at + k) % self->review->n;

      if (!ay_bitset_get (self->decided, self->review->items[at].row))
        return at;
    }
  return self->at;
}

/* The row that was pinned; where the queue has it no more, the first one is shown. */
static void
show_wanted (AssayReviewPage *self)
{
  AyColumn *ids = assay_session_get_data (self->session)->id;

  for (gsize i = 0; self->wanted != NULL && i < self->review->n; i++)
    {
      g_autofree char *id = ay_column_dup_text (ids, self->review->items[i].row);

      if (g_str_equal (id, self->wanted))
        self->at = i;
    }
  g_clear_pointer (&self->wanted, g_free);
}

static void
found (gpointer page, AyReview *review)
{
  AssayReviewPage *self = page;

  g_clear_object (&self->task);
  if (review != NULL && self->serial == assay_session_get_serial (self->session))
    {
      g_clear_pointer (&self->review, ay_review_free);
      self->review = g_steal_pointer (&review);
      self->at = 0;
      show_wanted (self);
      show_total (self);
      show_item (self);
      if (self->review->n == 0)
        gtk_label_set_text (self->answered, _ ("No label is left to look at"));
    }
  ay_review_free (review);
  show_state (self);
  if (gtk_widget_get_mapped (GTK_WIDGET (self->next))) /* keys go on */
    gtk_widget_grab_focus (GTK_WIDGET (self->next));
}

static void
find_rows (AssayReviewPage *self)
{
  double seconds[AY_N_REVIEW_KINDS];

  if (self->task != NULL || assay_session_get_work (self->session) == NULL)
    return;
  if (self->review != NULL)
    memcpy (seconds, self->review->seconds, sizeof seconds);
  g_set_object (&self->task,
                assay_review_jobs_find (self->session,
                                        self->review != NULL
                                                && assay_review_pace_get (&self->pace, seconds)
                                            ? seconds : NULL,
                                        found, self));
  show_state (self);
}

static void
proved (gpointer page, const char *text)
{
  AssayReviewPage *self = page;

  g_clear_object (&self->task);
  if (text != NULL)
    gtk_label_set_text (self->proof, text);
  assay_fold_show (self->proof, text != NULL);
  show_state (self);
}

static void
prove_clicked (AssayReviewPage *self)
{
  if (self->task != NULL)
    return;
  g_set_object (&self->task, assay_review_jobs_prove (self->session, proved, self));
  show_state (self);
}

/* --- answers --- */

static void
say_answer (AssayReviewPage *self, const AyReviewItem *item, AyDecisionKind kind,
            const char *value)
{
  g_autofree char *id = ay_column_dup_text (assay_session_get_data (self->session)->id, item->row);
  guint n = 0;
  g_autofree char *text
      = g_strdup_printf (kind == AY_DECISION_RELABEL ? _ ("%s is %s now; Z takes it back")
                         : kind == AY_DECISION_DROP  ? _ ("%s is excluded%s; Z takes it back")
                         : kind == AY_DECISION_KEEP  ? _ ("%s stays as it is%s; Z takes it back")
                                                     : _ ("%s is tagged “%s”; Z takes it back"),
                         id, value != NULL ? value : "");

  gtk_label_set_text (self->answered, text);
  for (guint k = 0; k < AY_N_REVIEW_KINDS; k++)
    n += self->pace.n[k];
  if (n % PROVE_EVERY == 0)
    {
      g_autofree char *offer = g_strdup_printf (
          ngettext ("%u answer: Order Anew refits with it, Prove the Answers looks at the test "
                    "part",
                    "%u answers: Order Anew refits with them, Prove the Answers looks at the "
                    "test part", n), n);

      assay_session_tell (self->session, offer, FALSE);
    }
}

static void
answer (AssayReviewPage *self, AyDecisionKind kind, const char *value)
{
  const AyReviewItem *item = item_of (self);
  g_autoptr (AyBitset) rows = NULL;

  if (item == NULL || self->task != NULL || !is_writable (self))
    return;
  rows = ay_bitset_from_rows (assay_session_get_data (self->session)->n, &item->row, 1);
  assay_review_pace_answer (&self->pace, item->kind);
  if (assay_session_decide_rows (self->session, rows, kind, value, AY_REVIEW_WHY))
    say_answer (self, item, kind, value);
}

/* A class: another one relabels, its own keeps. */
static void
answer_class (AssayReviewPage *self, const char *name)
{
  const AyReviewItem *item = item_of (self);
  g_autofree char *label = NULL;

  if (item == NULL)
    return;
  label = ay_dataset_dup_label (assay_session_get_data (self->session), item->row);
  if (g_str_equal (label, name))
    answer (self, AY_DECISION_KEEP, NULL);
  else
    answer (self, AY_DECISION_RELABEL, name);
}

static void
accept_suggestion (AssayReviewPage *self)
{
  const AyReviewItem *item = item_of (self);
  const char *suggestion = item != NULL ? suggestion_of (self, item) : NULL;

  answer (self, suggestion != NULL ? AY_DECISION_RELABEL : AY_DECISION_DROP, suggestion);
}

static void
keep_row (AssayReviewPage *self)
{
  answer (self, AY_DECISION_KEEP, NULL);
}

static void
exclude_row (AssayReviewPage *self)
{
  answer (self, AY_DECISION_DROP, NULL);
}

static void
leave_row (AssayReviewPage *self)
{
  answer (self, AY_DECISION_TAG, AY_REVIEW_TAG);
}

static void
class_clicked (GtkWidget *widget, const char *action, GVariant *parameter)
{
  AssayReviewPage *self = ASSAY_REVIEW_PAGE (widget);
  AyDataset *data = assay_session_get_data (self->session);
  guint at = g_variant_get_uint32 (parameter);

  if (data != NULL && at < data->n_classes)
    answer_class (self, data->class_names[at]);
}

/* After an answer the next open row; after an undo the one that is open again. */
static void
decided (AssayReviewPage *self)
{
  AyWork *work = assay_session_get_work (self->session);
  g_autoptr (AyBitset) before = g_steal_pointer (&self->decided);
  gsize reopened = G_MAXSIZE;

  if (work == NULL || self->review == NULL)
    return;
  self->decided = ay_work_decided (work);
  for (gsize i = 0; before != NULL && i < self->review->n && reopened == G_MAXSIZE; i++)
    if (ay_bitset_get (before, self->review->items[i].row)
        && !ay_bitset_get (self->decided, self->review->items[i].row))
      reopened = i;
  if (reopened != G_MAXSIZE)
    gtk_label_set_text (self->answered, _ ("Taken back"));
  self->at = reopened != G_MAXSIZE ? reopened : next_open (self);
  show_item (self);
  show_state (self);
}

static void
step (AssayReviewPage *self, int by)
{
  if (self->review == NULL || self->review->n == 0)
    return;
  self->at = (self->at + self->review->n + (gsize) by) % self->review->n;
  show_item (self);
}

static void
previous_clicked (AssayReviewPage *self)
{
  step (self, -1);
}

static void
next_clicked (AssayReviewPage *self)
{
  step (self, 1);
}

static gboolean
key_pressed (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
             AssayReviewPage *self)
{
  static const struct { guint key; void (*act) (AssayReviewPage *self); } keys[] = {
    { GDK_KEY_w, accept_suggestion }, { GDK_KEY_q, keep_row },        { GDK_KEY_e, exclude_row },
    { GDK_KEY_n, leave_row },         { GDK_KEY_Left, previous_clicked },
    { GDK_KEY_Right, next_clicked },
  };
  const char *label;

  if (item_of (self) == NULL
      || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) != 0)
    return FALSE;
  for (gsize k = 0; k < G_N_ELEMENTS (keys); k++)
    if (gdk_keyval_to_lower (key) == keys[k].key)
      {
        keys[k].act (self);
        return TRUE;
      }
  label = assay_class_of_key (assay_session_get_data (self->session), key);
  if (label != NULL)
    answer_class (self, label);
  else if (gdk_keyval_to_lower (key) == GDK_KEY_z)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.undo", NULL);
  else if (key == GDK_KEY_question)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-help-overlay", NULL);
  else
    return FALSE;
  return TRUE;
}

/* --- the page --- */

/* Another workspace is open, or none. */
static void
forget (AssayReviewPage *self)
{
  guint serial = assay_session_get_serial (self->session);

  if (serial == self->serial)
    return;
  self->serial = serial;
  g_clear_pointer (&self->review, ay_review_free);
  g_clear_pointer (&self->decided, ay_bitset_free);
  self->pace = (AssayReviewPace) { 0 };
  gtk_label_set_text (self->answered, "");
  assay_fold_show (self->proof, FALSE);
  if (assay_session_get_work (self->session) != NULL)
    self->decided = ay_work_decided (assay_session_get_work (self->session));
  show_classes (self);
  show_state (self);
}

static void
mapped (AssayReviewPage *self)
{
  AyDataset *data = self->session != NULL ? assay_session_get_data (self->session) : NULL;

  if (data != NULL && self->review == NULL && data->n <= STARTS_ITSELF && data->n_classes > 1)
    find_rows (self);
}

/* The rows are those of the queue that are not decided; the row at hand is come back to. */
static void
assay_review_page_save (AssaySessionBin *bin, AssayPinnedView *view)
{
  AssayReviewPage *self = ASSAY_REVIEW_PAGE (bin);
  const AyReviewItem *item = item_of (self);
  g_autofree char *id = NULL, *count = NULL;
  guint n;

  if (item == NULL)
    return;
  view->rows = ay_bitset_new (assay_session_get_data (self->session)->n);
  for (gsize i = 0; i < self->review->n; i++)
    if (!ay_bitset_get (self->decided, self->review->items[i].row))
      ay_bitset_add (view->rows, self->review->items[i].row);
  n = (guint) ay_bitset_count (view->rows);
  id = ay_column_dup_text (assay_session_get_data (self->session)->id, item->row);
  json_object_set_string_member (view->state, "row", id);
  count = g_strdup_printf (ngettext ("%u label to look at", "%u labels to look at", n), n);
  view->sentence = g_strdup_printf ("%s. %s: %s %s", count, gtk_label_get_text (self->place),
                                    gtk_label_get_text (self->question),
                                    gtk_label_get_text (self->reason));
}

static void
assay_review_page_restore (AssaySessionBin *bin, JsonObject *state)
{
  AssayReviewPage *self = ASSAY_REVIEW_PAGE (bin);

  g_free (self->wanted);
  self->wanted
      = g_strdup (json_object_get_string_member_with_default (state, "row", NULL));
  if (self->review == NULL)
    {
      find_rows (self);
      return;
    }
  show_wanted (self);
  show_item (self);
}

static void
assay_review_page_enter (AssaySessionBin *bin)
{
  AssayReviewPage *self = ASSAY_REVIEW_PAGE (bin);

  gtk_widget_grab_focus (GTK_WIDGET (item_of (self) != NULL ? self->next : self->start));
}

static void
assay_review_page_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const opened[] = { "columns-changed", "notify::title", NULL };
  static const char *const changes[] = { "decided", NULL };
  AssayReviewPage *self = ASSAY_REVIEW_PAGE (bin);

  self->session = session;
  self->serial = G_MAXUINT;
  g_object_set (self->why, "session", session, NULL);
  assay_session_bin_watch (bin, opened, G_CALLBACK (forget));
  assay_session_bin_watch (bin, changes, G_CALLBACK (decided));
  forget (self);
}

static void
assay_review_page_finalize (GObject *object)
{
  AssayReviewPage *self = ASSAY_REVIEW_PAGE (object);

  g_clear_object (&self->task);
  ay_review_free (self->review);
  ay_bitset_free (self->decided);
  g_free (self->wanted);
  G_OBJECT_CLASS (assay_review_page_parent_class)->finalize (object);
}

#define BIND(NAME) gtk_widget_class_bind_template_child (widget_class, AssayReviewPage, NAME)

static void
assay_review_page_class_init (AssayReviewPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_review_page_bind;
  ASSAY_SESSION_BIN_CLASS (class)->save = assay_review_page_save;
  ASSAY_SESSION_BIN_CLASS (class)->restore = assay_review_page_restore;
  ASSAY_SESSION_BIN_CLASS (class)->enter = assay_review_page_enter;
  G_OBJECT_CLASS (class)->finalize = assay_review_page_finalize;
  g_type_ensure (ASSAY_TYPE_WHY_CARD);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/review_page.ui");
  gtk_widget_class_install_action (widget_class, "review.label", "u", class_clicked);
  gtk_widget_class_install_action (widget_class, "review.near", "u", near_clicked);
  BIND (stack);
  BIND (start);
  BIND (accept);
  BIND (keep);
  BIND (exclude);
  BIND (later);
  BIND (previous);
  BIND (next);
  BIND (again);
  BIND (prove);
  BIND (place);
  BIND (question);
  BIND (reason);
  BIND (answered);
  BIND (total);
  BIND (stop);
  BIND (proof);
  BIND (notes);
  BIND (text);
  BIND (picture);
  BIND (classes);
  BIND (near);
  BIND (why);
}

static void
assay_review_page_init (AssayReviewPage *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->image = assay_row_image_new (IMAGE_SIZE);
  gtk_box_append (self->picture, assay_fold_new (self->image));
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect (self, "map", G_CALLBACK (mapped), NULL);
  g_signal_connect_swapped (self->start, "clicked", G_CALLBACK (find_rows), self);
  g_signal_connect_swapped (self->again, "clicked", G_CALLBACK (find_rows), self);
  g_signal_connect_swapped (self->prove, "clicked", G_CALLBACK (prove_clicked), self);
  g_signal_connect_swapped (self->accept, "clicked", G_CALLBACK (accept_suggestion), self);
  g_signal_connect_swapped (self->keep, "clicked", G_CALLBACK (keep_row), self);
  g_signal_connect_swapped (self->exclude, "clicked", G_CALLBACK (exclude_row), self);
  g_signal_connect_swapped (self->later, "clicked", G_CALLBACK (leave_row), self);
  g_signal_connect_swapped (self->previous, "clicked", G_CALLBACK (previous_clicked), self);
  g_signal_connect_swapped (self->next, "clicked", G_CALLBACK (next_clicked), self);
}
