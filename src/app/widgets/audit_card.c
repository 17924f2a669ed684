/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/audit_card.h"

#include "app/say.h"

#include "core/select/audit.h"

#include <glib/gi18n.h>
#include <math.h>

#define SHOWN 4 /* strategies */

struct _AssayAuditCard
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  GtkWidget *button, *label;
  AyHistory *history;    /* (nullable) */
  AssayTask *task;       /* (nullable) */
};

G_DEFINE_FINAL_TYPE (AssayAuditCard, assay_audit_card, ASSAY_TYPE_SESSION_BIN)

typedef struct
{
  AssayAuditCard *card;
  AyHistory *history;
  AyAudit *audit;
} Work;

static void
work_free (gpointer data)
{
  Work *self = data;

  g_object_unref (self->card);
  ay_history_unref (self->history);
  ay_audit_free (self->audit);
  g_free (self);
}

static gboolean
run_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Work *self = data;

  self->audit = ay_audit_new (ay_work_data (work), self->history, ay_work_head_options (work), job,
                              error);
  return self->audit != NULL;
}

/* Those that would have taken most of the rows, most first. */
static void
append_strategies (GString *text, const AyAudit *audit)
{
  g_autofree guint8 *said = g_new0 (guint8, audit->n_strategies + 1);

  for (guint k = 0; k < SHOWN; k++)
    {
      const AyAuditStrategy *best = NULL;

      for (guint s = 0; s < audit->n_strategies; s++)
        {
          const AyAuditStrategy *one = &audit->strategies[s];

          if (one->n_rounds > 0 && !said[s] && one->same_as == G_MAXUINT
              && (best == NULL || one->n_shared > best->n_shared))
            best = one;
        }
      if (best == NULL)
        return;
      said[best - audit->strategies] = 1;
      assay_say_append (text, _ ("\n%s: %.1f %%, first in %u of %u rounds"),
                        assay_word (best->strategy->title),
                        100.0 * best->n_shared / best->n_taken, best->n_first, best->n_rounds);
    }
}

/* Which strategy explains the picks best, those that order the rows alike named with it. */
static void
append_best (GString *text, const AyAudit *audit)
{
  const AyAuditStrategy *best = audit->best != G_MAXUINT ? &audit->strategies[audit->best] : NULL;
  g_autoptr (GString) names = NULL;
  gboolean any = FALSE;

  for (guint s = 0; s < audit->n_strategies; s++)
    any = any || audit->strategies[s].n_rounds > 0;
  if (best == NULL)
    {
      g_string_append (text, any ? _ ("No strategy explains the picks better than picks at random "
                                      "do.")
                                 : _ ("No round could be looked at: no rows are known that were "
                                      "not taken."));
      return;
    }
  names = g_string_new (assay_word (best->strategy->title));
  for (guint s = 0; s < audit->n_strategies; s++)
    if (audit->strategies[s].same_as == audit->best)
      g_string_append_printf (names, " = %s", assay_word (audit->strategies[s].strategy->title));
  assay_say_append (text, _ ("%s explains the picks best: it would have taken %.1f %% of them, "
                             "picks at random %.1f %%."),
                    names->str, 100.0 * best->n_shared / best->n_taken,
                    100.0 * best->expected / best->n_taken);
}

static void
show_audit (AssayAuditCard *self, const AyAudit *audit)
{
  g_autoptr (GString) text = g_string_new (NULL);

  append_best (text, audit);
  append_strategies (text, audit);
  if (!audit->from_logits)
    g_string_append (text, _ ("\nNo scores were logged: heads were fitted again."));
  if (!isnan (audit->worst_accuracy))
    assay_say_append (text, _ ("\nAccuracy found again on %s: largest difference %.4g."),
                      audit->on_judged ? _ ("the same rows") : _ ("valid, other rows"),
                      audit->worst_accuracy);
  gtk_label_set_text (GTK_LABEL (self->label), text->str);
}

static void
run_done (GObject *session, gpointer data, const GError *error)
{
  Work *self = data;

  g_clear_object (&self->card->task);
  gtk_button_set_label (GTK_BUTTON (self->card->button), _ ("A_udit"));
  if (error != NULL)
    assay_session_fail (ASSAY_SESSION (session), error);
  else if (self->history == self->card->history)
    show_audit (self->card, self->audit);
}

static void
clicked (AssayAuditCard *self)
{
  Work *data;

  if (self->task != NULL)
    {
      assay_task_cancel (self->task);
      return;
    }
  if (self->history == NULL)
    return;
  data = g_new0 (Work, 1);
  data->card = g_object_ref (self);
  data->history = ay_history_ref (self->history);
  g_set_object (&self->task, assay_session_run (self->session, _ ("Auditing the history"),
                                                run_in_thread, run_done, data, work_free));
  gtk_button_set_label (GTK_BUTTON (self->button), _ ("_Cancel"));
}

void
assay_audit_card_set_history (AssayAuditCard *self, AyHistory *history)
{
  g_clear_pointer (&self->history, ay_history_unref);
  self->history = history != NULL ? ay_history_ref (history) : NULL;
  gtk_widget_set_sensitive (self->button, history != NULL && ay_history_n_rounds (history) > 0);
  gtk_label_set_text (GTK_LABEL (self->label),
                      _ ("Which strategy explains these picks, beside picks at random?"));
}

static void
assay_audit_card_bind (AssaySessionBin *bin, AssaySession *session)
{
  ASSAY_AUDIT_CARD (bin)->session = session;
}

static void
assay_audit_card_finalize (GObject *object)
{
  AssayAuditCard *self = ASSAY_AUDIT_CARD (object);

  g_clear_object (&self->task);
  g_clear_pointer (&self->history, ay_history_unref);
  G_OBJECT_CLASS (assay_audit_card_parent_class)->finalize (object);
}

static void
assay_audit_card_class_init (AssayAuditCardClass *class)
{
  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_audit_card_bind;
  G_OBJECT_CLASS (class)->finalize = assay_audit_card_finalize;
}

static void
assay_audit_card_init (AssayAuditCard *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->button = gtk_button_new_with_mnemonic (_ ("A_udit"));
  self->label = gtk_label_new (NULL);
  gtk_widget_set_halign (self->button, GTK_ALIGN_START);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (self->label), TRUE);
  gtk_label_set_width_chars (GTK_LABEL (self->label), 20);
  gtk_label_set_max_width_chars (GTK_LABEL (self->label), 40);
  gtk_box_append (GTK_BOX (box), self->button);
  gtk_box_append (GTK_BOX (box), self->label);
  adw_bin_set_child (ADW_BIN (self), box);
  g_signal_connect_swapped (self->button, "clicked", G_CALLBACK (clicked), self);
}
