/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/score_about.h"

#include "app/say.h"
#include "app/sentence.h"
#include "app/widgets/fold.h"
#include "app/widgets/score_asked.h"
#include "app/widgets/score_words.h"
#include "app/widgets/set_name.h"

#include <glib/gi18n.h>

struct _AssayScoreAbout
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  char *id;              /* (nullable) */
  GtkLabel *title, *sentence, *warning, *certificate;
  GtkBox *facts_box;
  GtkGrid *facts; /* in it */
  int n_facts;
  AssayScoreAsked *asked;
  GtkWidget *compute, *color, *more;
  AssayTask *task;       /* (nullable) computes a score */
};

G_DEFINE_FINAL_TYPE (AssayScoreAbout, assay_score_about, ASSAY_TYPE_SESSION_BIN)

static guint computed_signal;

/* --- computing --- */

typedef struct
{
  AssayScoreAbout *page;
  char *id;
  GHashTable *parameters;
  char *column; /* (nullable) that it is kept in */
} Request;

static void
request_free (gpointer data)
{
  Request *self = data;

  g_object_unref (self->page);
  g_free (self->id);
  g_free (self->column);
  g_hash_table_unref (self->parameters);
  g_free (self);
}

static gboolean
compute_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Request *self = data;
  const char *const ids[] = { self->id, NULL };
  guint64 seed = ay_work_load_options (work)->seed;

  if (!ay_work_score (work, ids, self->parameters, seed, job, error))
    return FALSE;
  self->column = ay_work_score_column (work, self->id, self->parameters);
  return TRUE;
}

static void show (AssayScoreAbout *self);

static void
compute_done (GObject *session, gpointer data, const GError *error)
{
  Request *request = data;

  g_clear_object (&request->page->task);
  if (error != NULL)
    assay_session_fail (ASSAY_SESSION (session), error);
  if (request->column == NULL || g_str_equal (request->column, request->id))
    assay_session_columns_changed (ASSAY_SESSION (session));
  else
    {
      assay_session_columns_came (ASSAY_SESSION (session), NULL);
      g_signal_emit (request->page, computed_signal, 0, request->column);
    }
  show (request->page);
}

static void
compute_clicked (AssayScoreAbout *self)
{
  Request *request;
  g_autofree char *title = NULL;

  if (self->task != NULL)
    {
      assay_task_cancel (self->task);
      return;
    }
  request = g_new0 (Request, 1);
  request->page = g_object_ref (self);
  request->id = g_strdup (self->id);
  request->parameters = assay_score_asked_dup_parameters (self->asked);
  title = g_strdup_printf (_ ("Computing %s"), self->id);
  g_set_object (&self->task, assay_session_run (self->session, title, compute_in_thread,
                                                compute_done, request, request_free));
  show (self);
}

static void
color_clicked (AssayScoreAbout *self)
{
  assay_session_set_color_by (self->session, self->id);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.page", "s", "map");
}

/* --- what is told --- */

/* A new grid each time: one that was empty when it was measured is taken for one whose height does
 * not depend on its width, from then on (GTK 4.8). */
static void
clear_facts (AssayScoreAbout *self)
{
  if (self->facts != NULL)
    gtk_box_remove (self->facts_box, GTK_WIDGET (self->facts));
  self->facts = GTK_GRID (gtk_grid_new ());
  gtk_grid_set_column_spacing (self->facts, 18);
  gtk_grid_set_row_spacing (self->facts, 6);
  gtk_box_append (self->facts_box, GTK_WIDGET (self->facts));
  self->n_facts = 0;
}

static void
add_fact (AssayScoreAbout *self, const char *name, const char *text)
{
  GtkWidget *left = gtk_label_new (name), *right = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (left), 0.0f);
  gtk_label_set_yalign (GTK_LABEL (left), 0.0f);
  gtk_label_set_xalign (GTK_LABEL (right), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (right), TRUE);
  gtk_widget_set_hexpand (right, TRUE);
  gtk_widget_add_css_class (left, "dim-label");
  gtk_grid_attach (self->facts, left, 0, self->n_facts, 1, 1);
  gtk_grid_attach (self->facts, right, 1, self->n_facts++, 1, 1);
}

static void
add_computed (AssayScoreAbout *self, const AyScoreInfo *info)
{
  AyDataset *data = assay_session_get_data (self->session);
  g_autofree char *halves = assay_score_words_halves (info);
  g_autofree char *told = assay_score_words_told (info);
  g_autofree char *ranks = assay_score_words_ranks (info);
  g_autofree char *rows
      = g_strdup_printf (_ ("%u of %u"), (guint) (data->n - info->n_missing), (guint) data->n);

  add_fact (self, _ ("Rows with a value"), rows);
  if (info->n_missing > 0 && info->missing_because != NULL)
    add_fact (self, _ ("The others"), assay_word (info->missing_because));
  if (halves != NULL)
    add_fact (self, _ ("Stability"), halves);
  if (told != NULL)
    add_fact (self, _ ("Told from zero"), told);
  if (ranks != NULL)
    add_fact (self, _ ("Ranks"), ranks);
}

static void
show_certificate (AssayScoreAbout *self, const AyScoreInfo *info)
{
  g_autofree char *flags = info != NULL ? assay_score_words_flags (info) : NULL;
  g_autofree char *lines = info != NULL ? assay_score_words_certificate (info) : NULL;
  g_autofree char *warning = assay_sentence (flags);

  gtk_label_set_text (self->warning, warning != NULL ? warning : "");
  assay_fold_show (self->warning, flags != NULL);
  gtk_label_set_text (self->certificate, lines != NULL ? lines : "");
  assay_fold_show (self->more, lines != NULL);
}

/* Why the data cannot have it, or NULL. */
static const char *
cannot (AssayScoreAbout *self, const AyScoreMethod *method)
{
  AyDataset *data = assay_session_get_data (self->session);
  AyWork *work = assay_session_get_work (self->session);

  if (method == NULL)
    return _ ("brought from outside");
  if (ay_workspace_is_read_only (ay_work_store (work)))
    return _ ("the workspace can only be read");
  if (method->needs & AY_NEEDS_CLASSES && data->n_classes == 0)
    return _ ("it needs classes, and the data has a numeric target");
  return self->task == NULL ? assay_score_asked_why_not (self->asked) : NULL;
}

static void
show_buttons (AssayScoreAbout *self, const AyScoreMethod *method, gboolean computed)
{
  const char *why = cannot (self, method);

  gtk_widget_set_visible (self->compute, method != NULL);
  gtk_widget_set_sensitive (self->compute, why == NULL);
  gtk_widget_set_tooltip_text (self->compute, why);
  gtk_button_set_label (GTK_BUTTON (self->compute),
                        self->task != NULL ? _ ("Cancel Comp_uting")
                        : computed         ? _ ("Comp_ute Again")
                                           : _ ("Comp_ute"));
  gtk_widget_set_sensitive (self->color, computed);
}

static void
show (AssayScoreAbout *self)
{
  const AyScoreMethod *method = self->id != NULL ? ay_score_find (self->id) : NULL;
  const AyScoreInfo *info
      = self->id != NULL ? assay_session_find_score (self->session, self->id) : NULL;
  gboolean any = assay_session_get_work (self->session) != NULL && (method != NULL || info != NULL);

  clear_facts (self);
  gtk_widget_set_visible (gtk_widget_get_first_child (GTK_WIDGET (self)), any);
  if (!any)
    return;
  gtk_label_set_text (self->title, assay_word (info != NULL ? info->title : method->title));
  gtk_label_set_text (self->sentence,
                      assay_word (info != NULL ? info->sentence : method->sentence));
  add_fact (self, _ ("Name"), self->id);
  add_fact (self, _ ("Kind"), assay_score_words_kind (info != NULL ? info->kind : method->kind));
  add_fact (self, _ ("Direction"),
            assay_score_words_direction (info != NULL ? info->direction : method->direction));
  if (*(info != NULL ? info->unit : method->unit) != '\0')
    add_fact (self, _ ("Unit"), assay_word (info != NULL ? info->unit : method->unit));
  if (info != NULL)
    add_computed (self, info);
  show_certificate (self, info);
  assay_score_asked_set_method (self->asked, method);
  show_buttons (self, method, info != NULL);
}

void
assay_score_about_set_score (AssayScoreAbout *self, const char *id)
{
  char *copy = g_strdup (id);

  g_free (self->id);
  self->id = copy;
  show (self);
}

char *
assay_score_about_dup_words (AssayScoreAbout *self)
{
  const AyScoreInfo *info
      = self->id != NULL ? assay_session_find_score (self->session, self->id) : NULL;
  AyDataset *data = assay_session_get_data (self->session);
  g_autofree char *halves = info != NULL ? assay_score_words_halves (info) : NULL;
  g_autoptr (GString) text = NULL;

  if (self->id == NULL || data == NULL)
    return NULL;
  text = g_string_new (gtk_label_get_text (self->title));
  g_string_append_printf (text, " (%s): %s", self->id, gtk_label_get_text (self->sentence));
  if (info == NULL)
    return g_string_free (g_steal_pointer (&text), FALSE);
  g_string_append_c (text, ' ');
  g_string_append_printf (text, _ ("%u of %u rows have it."),
                          (guint) (data->n - info->n_missing), (guint) data->n);
  if (halves != NULL)
    g_string_append_printf (text, " %s", halves);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assay_score_about_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const changes[] = { "columns-changed", "notify::title", NULL };

  ASSAY_SCORE_ABOUT (bin)->session = session;
  g_object_set (ASSAY_SCORE_ABOUT (bin)->asked, "session", session, NULL);
  assay_session_bin_watch (bin, changes, G_CALLBACK (show));
  show (ASSAY_SCORE_ABOUT (bin));
}

static void
assay_score_about_finalize (GObject *object)
{
  AssayScoreAbout *self = ASSAY_SCORE_ABOUT (object);

  g_clear_object (&self->task);
  g_free (self->id);
  G_OBJECT_CLASS (assay_score_about_parent_class)->finalize (object);
}

static void
assay_score_about_class_init (AssayScoreAboutClass *class)
{
  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_score_about_bind;
  G_OBJECT_CLASS (class)->finalize = assay_score_about_finalize;
  computed_signal = g_signal_new ("computed", ASSAY_TYPE_SCORE_ABOUT, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
asked_changed (AssayScoreAbout *self)
{
  const AyScoreMethod *method = self->id != NULL ? ay_score_find (self->id) : NULL;

  if (method != NULL && assay_session_get_work (self->session) != NULL)
    show_buttons (self, method, assay_session_find_score (self->session, self->id) != NULL);
}

static GtkLabel *
new_label (const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return GTK_LABEL (label);
}

static GtkWidget *
add_button (GtkBox *box, const char *label, GCallback func, gpointer user)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  g_signal_connect_swapped (button, "clicked", func, user);
  gtk_box_append (box, button);
  return button;
}

static void
assay_score_about_init (AssayScoreAbout *self)
{
  GtkWidget *scroll = gtk_scrolled_window_new ();
  GtkBox *box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 12));
  GtkBox *buttons = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6));

  self->title = new_label ("title-2");
  self->sentence = new_label (NULL);
  self->warning = new_label ("warning");
  gtk_box_append (box, GTK_WIDGET (self->title));
  gtk_box_append (box, GTK_WIDGET (self->sentence));
  gtk_box_append (box, assay_fold_new (GTK_WIDGET (self->warning)));
  self->facts_box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0));
  gtk_box_append (box, GTK_WIDGET (self->facts_box));
  self->asked = g_object_new (ASSAY_TYPE_SCORE_ASKED, NULL);
  g_signal_connect_swapped (self->asked, "changed", G_CALLBACK (asked_changed), self);
  gtk_box_append (box, GTK_WIDGET (self->asked));
  self->compute = add_button (buttons, _ ("Comp_ute"), G_CALLBACK (compute_clicked), self);
  self->color = add_button (buttons, _ ("Colour the _Map"), G_CALLBACK (color_clicked), self);
  gtk_widget_add_css_class (self->compute, "suggested-action");
  gtk_box_append (box, GTK_WIDGET (buttons));
  self->more = gtk_expander_new_with_mnemonic (_ ("C_ertificate"));
  assay_set_name (self->more, _ ("Certificate"));
  self->certificate = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->certificate, 0.0f);
  gtk_label_set_wrap (self->certificate, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->certificate), "caption");
  gtk_expander_set_child (GTK_EXPANDER (self->more), GTK_WIDGET (self->certificate));
  gtk_box_append (box, assay_fold_new (self->more));
  gtk_widget_add_css_class (GTK_WIDGET (box), "side-pane");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), GTK_WIDGET (box));
  adw_bin_set_child (ADW_BIN (self), scroll);
}
