/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/savings_dialog.h"

#include "app/say.h"
#include "app/widgets/escape.h"
#include "core/work/work_savings.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define N_ROWS (AY_N_SAVINGS_INPUTS + 2) /* and country, currency */

typedef struct
{
  GtkWindow *window;
  AssaySession *session;
  gsize n_before, n_left;    /* of the plan */
  GtkWidget *rows[N_ROWS];   /* entries */
  GtkLabel *results;
} Dialog;

static const char *
key_of (guint i)
{
  return i < AY_N_SAVINGS_INPUTS   ? ay_savings_input_types ()[i].id
         : i == AY_N_SAVINGS_INPUTS ? "country"
                                    : "currency";
}

/* --- results --- */

static void
append_output (GString *out, const AySavings *found, guint i)
{
  const AySavingsOutputType *type = &ay_savings_output_types ()[i];
  const AyRange *range = &found->out[i];

  if (found->why[i] != NULL)
    g_string_append_printf (out, "%s: %s\n", assay_word (type->title), found->why[i]);
  else
    assay_say_append (out, _ ("%s: %.4g (%.4g to %.4g) %s\n"), assay_word (type->title),
                      range->likely, range->low, range->high, assay_word (type->unit));
}

static void
show_results (Dialog *self)
{
  AyPlan plan = { .n_before = self->n_before, .n_left = self->n_left };
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  AySavingsInputs inputs;
  AySavings found;

  if (ay_work_savings_inputs (assay_session_get_work (self->session), &plan, NULL, &inputs,
                              &error))
    {
      ay_savings_compute (&inputs, &found);
      for (guint i = 0; i < AY_N_SAVINGS_OUTPUTS; i++)
        append_output (text, &found, i);
      g_string_append_printf (text, _ ("Grid: %s. Time and energy of training are taken to follow "
                                       "the number of rows."), inputs.intensity_from);
      ay_savings_clear (&found);
    }
  else
    g_string_assign (text, error->message);
  ay_savings_inputs_clear (&inputs);
  gtk_label_set_text (self->results, text->str);
}

/* --- inputs --- */

/* What stands in the rows is remembered; a row that cannot be read is marked, and said. */
static void
apply (GtkWidget *row, gpointer data)
{
  Dialog *self = data;
  g_autoptr (GError) error = NULL;
  AySavingsInputs inputs;
  gboolean ok = TRUE;

  ay_savings_inputs_init (&inputs);
  for (guint i = 0; i < N_ROWS; i++)
    {
      const char *text = gtk_editable_get_text (GTK_EDITABLE (self->rows[i]));
      gboolean fits = *text == '\0'
                      || ay_savings_inputs_set (&inputs, key_of (i), text,
                                                error == NULL ? &error : NULL);

      (fits ? gtk_widget_remove_css_class : gtk_widget_add_css_class) (self->rows[i], "error");
      ok = ok && fits;
    }
  if (ok && ay_work_keep_savings (assay_session_get_work (self->session), &inputs, &error))
    show_results (self);
  else
    gtk_label_set_text (self->results, error->message);
  ay_savings_inputs_clear (&inputs);
}

static char *
text_of (JsonObject *stored, const char *key)
{
  g_auto (GStrv) parts = NULL;
  const char *text = json_object_get_string_member_with_default (stored, key, "");

  parts = g_strsplit (text, ",", -1);
  if (g_strv_length (parts) == 3 && strcmp (parts[0], parts[1]) == 0
      && strcmp (parts[1], parts[2]) == 0)
    return g_strdup (parts[0]);
  return g_strdup (text);
}

static GtkWidget *
make_row (Dialog *self, guint i, JsonObject *stored)
{
  GtkWidget *row = adw_entry_row_new ();
  const AySavingsInputType *type = &ay_savings_input_types ()[MIN (i, AY_N_SAVINGS_INPUTS - 1)];
  g_autofree char *text = text_of (stored, key_of (i));
  g_autofree char *title
      = i == AY_N_SAVINGS_INPUTS       ? g_strdup (_ ("Country of the grid"))
        : i == AY_N_SAVINGS_INPUTS + 1 ? g_strdup (_ ("Currency"))
        : *type->unit != '\0'          ? g_strdup_printf ("%s (%s)", _ (type->sentence),
                                                         assay_word (type->unit))
                                       : g_strdup (_ (type->sentence));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (row), TRUE);
  gtk_editable_set_text (GTK_EDITABLE (row), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_signal_connect (row, "apply", G_CALLBACK (apply), self);
  self->rows[i] = row;
  return row;
}

static GtkWidget *
make_content (Dialog *self, JsonObject *stored)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *scroll = gtk_scrolled_window_new (), *list = gtk_list_box_new ();
  GtkWidget *hint = gtk_label_new (_ ("A number, or LOW,LIKELY,HIGH. What is left empty is not "
                                      "known."));

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  for (guint i = 0; i < N_ROWS; i++)
    gtk_list_box_append (GTK_LIST_BOX (list), make_row (self, i, stored));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), list);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (scroll, TRUE);
  self->results = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->results, 0.0f);
  gtk_label_set_wrap (self->results, TRUE);
  gtk_label_set_selectable (self->results, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Inputs"), -1);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  gtk_box_append (GTK_BOX (box), hint);
  gtk_box_append (GTK_BOX (box), scroll);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->results));
  return box;
}

static void
dialog_free (gpointer data)
{
  Dialog *self = data;

  g_object_unref (self->session);
  g_free (self);
}

void
assay_savings_dialog_show (GtkWindow *parent, AssaySession *session, const AyPlan *plan)
{
  GtkWidget *window = adw_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autoptr (JsonNode) stored = NULL;
  g_autoptr (GError) error = NULL;
  AySavingsInputs inputs;
  Dialog *self = g_new0 (Dialog, 1);

  self->window = GTK_WINDOW (window);
  self->session = g_object_ref (session);
  self->n_before = plan->n_before;
  self->n_left = plan->n_left;
  if (!ay_work_stored_savings (assay_session_get_work (session), &inputs, &error))
    assay_session_fail (session, error);
  stored = ay_savings_inputs_to_json (&inputs);
  ay_savings_inputs_clear (&inputs);
  gtk_window_set_title (self->window, _ ("Savings"));
  gtk_window_set_transient_for (self->window, parent);
  gtk_window_set_modal (self->window, TRUE);
  gtk_window_set_default_size (self->window, 560, 760);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), make_content (self, json_node_get_object (stored)));
  adw_window_set_content (ADW_WINDOW (window), box);
  assay_close_on_escape (self->window);
  g_signal_connect_swapped (window, "destroy", G_CALLBACK (dialog_free), self);
  show_results (self);
  gtk_window_present (self->window);
}
