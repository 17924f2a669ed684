/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/why_card.h"

#include "app/say.h"
#include "app/sentence.h"
#include "app/widgets/fold.h"
#include "app/widgets/row_image.h"
#include "app/widgets/set_name.h"
#include "app/widgets/why_parts.h"
#include "core/base/error.h"
#include "core/data/thumbnail.h"
#include "core/work/explain.h"

#include <glib/gi18n.h>
#include <math.h>

#define ROWS_SHOWN 10
#define IMAGE_SIZE 32

struct _AssayWhyCard
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  gint64 row;            /* to be explained next */
  gint64 explained;      /* what the card is of; -1: empty */
  AssayTask *task;       /* (nullable) */
  GtkWidget *explain, *flip, *rest;
  GtkLabel *sentence, *sum, *flipped;
  GtkListBox *rows;
  AssayWhyParts *parts;
};

G_DEFINE_FINAL_TYPE (AssayWhyCard, assay_why_card, ASSAY_TYPE_SESSION_BIN)

/* --- the job --- */

typedef struct
{
  AssayWhyCard *card;
  guint32 row;
  gboolean flip, answered;
  AyExplain result;
} Question;

static void
question_free (gpointer data)
{
  Question *self = data;

  if (self->answered)
    ay_explain_clear (&self->result);
  g_object_unref (self->card);
  g_free (self);
}

static gboolean
ask_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Question *self = data;
  AyExplainOptions options = AY_EXPLAIN_OPTIONS_INIT;

  options.n_rows = ROWS_SHOWN;
  options.flip = self->flip;
  options.parts = TRUE;
  self->answered = ay_work_explain (work, self->row, &options, &self->result, job, error);
  return self->answered;
}

/* --- what is shown --- */

static void
clear_rows (AssayWhyCard *self)
{
  GtkWidget *line;

  while ((line = gtk_widget_get_first_child (GTK_WIDGET (self->rows))) != NULL)
    gtk_list_box_remove (self->rows, line);
}

/* What can be asked for now. */
static void
update_buttons (AssayWhyCard *self)
{
  AyDataset *data = self->session != NULL ? assay_session_get_data (self->session) : NULL;
  gboolean there = data != NULL && self->row >= 0 && (gsize) self->row < data->n;
  gboolean test = there && data->split[self->row] == AY_SPLIT_TEST;
  gboolean idle = self->task == NULL;

  gtk_button_set_label (GTK_BUTTON (self->explain),
                        !idle  ? _ ("Cancel")
                        : test ? _ ("Explain (Opens Test)")
                               : _ ("Explain This Row"));
  gtk_widget_set_sensitive (self->explain, there || !idle);
  assay_fold_show (self->rest, self->explained >= 0);
  gtk_widget_set_sensitive (self->flip, idle && data != NULL && data->n_classes > 0);
}

static GtkWidget *
number_label (double value)
{
  g_autofree char *text = isnan (value) ? g_strdup ("–") : assay_say ("%+.3g", value);
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_width_chars (GTK_LABEL (label), 7);
  gtk_label_set_xalign (GTK_LABEL (label), 1.0f);
  gtk_widget_add_css_class (label, "numeric");
  return label;
}

static GtkWidget *
make_line (AssayWhyCard *self, const AyExplain *what, const AyWhyRow *of)
{
  AyDataset *data = assay_session_get_data (self->session);
  guint32 row = what->train_rows[of->position];
  g_autofree char *id = ay_column_dup_text (data->id, row);
  g_autofree char *label = ay_dataset_dup_label (data, row);
  g_autofree char *text = data->text != NULL ? ay_column_dup_text (data->text, row) : NULL;
  gboolean images = ay_dataset_has_images (data);
  g_autofree char *name = images && text == NULL
                              ? g_strdup (label) /* the picture says more than an id */
                              : g_strdup_printf ("%s: %s", label, text != NULL ? text : id);
  g_autofree char *told
      = assay_say (_ ("%s, %s: share of the margin %+.3g, if removed %+.3g"), id, label,
                   of->share, of->if_removed);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *title = gtk_label_new (name);
  GtkWidget *wrapped = gtk_list_box_row_new ();

  if (images)
    {
      GtkWidget *image = assay_row_image_new (IMAGE_SIZE);

      assay_row_image_set_row (ASSAY_ROW_IMAGE (image), self->session, row);
      gtk_box_append (GTK_BOX (line), image);
    }
  gtk_label_set_xalign (GTK_LABEL (title), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (title), 12);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_box_append (GTK_BOX (line), title);
  gtk_box_append (GTK_BOX (line), number_label (of->share));
  gtk_box_append (GTK_BOX (line), number_label (of->if_removed));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (wrapped), line);
  gtk_widget_set_tooltip_text (wrapped, told);
  gtk_widget_set_name (wrapped, id);
  assay_set_name (wrapped, told);
  return wrapped;
}

static void
select_flip (AssayWhyCard *self, const AyExplain *what)
{
  AyDataset *data = assay_session_get_data (self->session);
  g_autoptr (AyBitset) rows = ay_bitset_new (data->n);

  for (gsize k = 0; k < what->flip->n; k++)
    ay_bitset_add (rows, what->train_rows[what->flip->position[k]]);
  if (what->flip->found)
    assay_session_select (self->session, rows, ASSAY_SELECT_REPLACE);
}

static void
show (AssayWhyCard *self, const AyExplain *what)
{
  AyDataset *data = assay_session_get_data (self->session);
  const AyWhy *why = what->why;
  g_autofree char *id = ay_column_dup_text (data->id, what->row);
  g_autofree char *said = assay_sentence (what->sentence);
  g_autofree char *sentence = g_strdup_printf ("%s: %s", id, said);
  g_autofree char *flip = assay_sentence (what->flip_sentence), *sum = NULL;
  double others = why->share_sum;

  clear_rows (self);
  for (gsize k = 0; k < why->n_rows; k++)
    {
      gtk_list_box_append (self->rows, make_line (self, what, &why->rows[k]));
      others -= why->rows[k].share;
    }
  sum = assay_say (_ ("All others %+.4g, intercept %+.4g, margin %+.4g"), others,
                   why->intercept, why->margin);
  gtk_label_set_text (self->sentence, sentence);
  gtk_label_set_text (self->sum, sum);
  assay_why_parts_show (self->parts, what);
  gtk_label_set_text (self->flipped, flip != NULL ? flip : "");
  assay_fold_show (self->flipped, what->flip_sentence != NULL);
  self->explained = what->row;
  if (what->flip != NULL)
    select_flip (self, what);
}

static void
answered (GObject *session, gpointer data, const GError *error)
{
  Question *question = data;
  AssayWhyCard *self = question->card;

  g_clear_object (&self->task);
  if (error != NULL && !g_error_matches (error, AY_ERROR, AY_ERROR_CANCELLED))
    assay_session_fail (ASSAY_SESSION (session), error);
  if (error == NULL && self->session != NULL && assay_session_get_work (self->session) != NULL)
    show (self, &question->result);
  update_buttons (self);
}

static void
ask (AssayWhyCard *self, gint64 row, gboolean flip)
{
  Question *question;

  if (row < 0 || self->task != NULL || assay_session_get_work (self->session) == NULL)
    return;
  question = g_new0 (Question, 1);
  question->card = g_object_ref (self);
  question->row = (guint32) row;
  question->flip = flip;
  g_set_object (&self->task,
                assay_session_run (self->session, flip ? _ ("Looking for rows that flip it")
                                                       : _ ("Explaining a row"),
                                   ask_in_thread, answered, question, question_free));
  update_buttons (self);
}

static void
explain_clicked (AssayWhyCard *self)
{
  if (self->task != NULL)
    assay_task_cancel (self->task);
  else
    ask (self, self->row, FALSE);
}

static void
flip_clicked (AssayWhyCard *self)
{
  ask (self, self->explained, TRUE);
}

static void
row_activated (AssayWhyCard *self, GtkListBoxRow *line)
{
  guint32 row;
  AyWork *work = assay_session_get_work (self->session);

  if (work != NULL && ay_work_find_id (work, gtk_widget_get_name (GTK_WIDGET (line)), &row, NULL))
    assay_session_select_row (self->session, row, ASSAY_SELECT_REPLACE);
}

void
assay_why_card_set_row (AssayWhyCard *self, gint64 row)
{
  if (self->row == row)
    return;
  self->row = row;
  update_buttons (self);
}

/* --- the widget --- */

static void
forget (AssayWhyCard *self)
{
  self->row = self->explained = -1;
  clear_rows (self);
  update_buttons (self);
}

static void
assay_why_card_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const opened[] = { "notify::title", NULL };
  AssayWhyCard *self = ASSAY_WHY_CARD (bin);

  self->session = session;
  assay_session_bin_watch (bin, opened, G_CALLBACK (forget));
  forget (self);
}

static void
assay_why_card_dispose (GObject *object)
{
  g_clear_object (&ASSAY_WHY_CARD (object)->task);
  G_OBJECT_CLASS (assay_why_card_parent_class)->dispose (object);
}

static void
assay_why_card_class_init (AssayWhyCardClass *class)
{
  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_why_card_bind;
  G_OBJECT_CLASS (class)->dispose = assay_why_card_dispose;
}

static GtkLabel *
wrapped_label (const char *css)
{
  GtkLabel *label = GTK_LABEL (gtk_label_new (NULL));

  gtk_label_set_wrap (label, TRUE);
  gtk_label_set_wrap_mode (label, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (label, 32);
  gtk_label_set_xalign (label, 0.0f);
  if (css != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (label), css);
  return label;
}

static GtkWidget *
make_head (void)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  const char *const names[]
      = { _ ("Training row"), _ ("share of\nthe margin"), _ ("if\nremoved") };

  for (guint k = 0; k < G_N_ELEMENTS (names); k++)
    {
      GtkWidget *name = gtk_label_new (names[k]);

      gtk_widget_set_hexpand (name, k == 0);
      gtk_label_set_xalign (GTK_LABEL (name), k == 0 ? 0.0f : 1.0f);
      gtk_label_set_justify (GTK_LABEL (name), k == 0 ? GTK_JUSTIFY_LEFT : GTK_JUSTIFY_RIGHT);
      gtk_widget_add_css_class (name, "dim-label");
      gtk_widget_add_css_class (name, "caption");
      gtk_box_append (GTK_BOX (line), name);
    }
  gtk_widget_set_tooltip_text (line, _ ("The shares and the intercept add up to the margin; \"if "
                                        "removed\" is how the margin would change without the "
                                        "row: below 0 it supports what the head says"));
  return line;
}

static void
assay_why_card_init (AssayWhyCard *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->row = self->explained = -1;
  self->explain = gtk_button_new ();
  self->flip = gtk_button_new_with_label (_ ("Find What Flips It"));
  self->rest = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->sentence = wrapped_label (NULL);
  self->sum = wrapped_label ("dim-label");
  self->flipped = wrapped_label (NULL);
  self->parts = g_object_new (ASSAY_TYPE_WHY_PARTS, NULL);
  self->rows = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->rows, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->rows), "background");
  assay_set_name (self->rows, _ ("Training Rows Behind It"));
  gtk_widget_set_tooltip_text (self->flip, _ ("The smallest set of training rows found whose "
                                              "removal makes the head say another class; they "
                                              "are selected"));
  g_signal_connect_swapped (self->explain, "clicked", G_CALLBACK (explain_clicked), self);
  g_signal_connect_swapped (self->flip, "clicked", G_CALLBACK (flip_clicked), self);
  g_signal_connect_swapped (self->rows, "row-activated", G_CALLBACK (row_activated), self);
  gtk_box_append (GTK_BOX (box), self->explain);
  gtk_box_append (GTK_BOX (self->rest), GTK_WIDGET (self->sentence));
  gtk_box_append (GTK_BOX (self->rest), self->flip);
  gtk_box_append (GTK_BOX (self->rest), assay_fold_new (GTK_WIDGET (self->flipped)));
  gtk_box_append (GTK_BOX (self->rest), make_head ());
  gtk_box_append (GTK_BOX (self->rest), GTK_WIDGET (self->rows));
  gtk_box_append (GTK_BOX (self->rest), GTK_WIDGET (self->sum));
  gtk_box_append (GTK_BOX (self->rest), GTK_WIDGET (self->parts));
  gtk_box_append (GTK_BOX (box), assay_fold_new (self->rest));
  adw_bin_set_child (ADW_BIN (self), box);
  update_buttons (self);
}
