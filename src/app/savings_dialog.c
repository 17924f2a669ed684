/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/savings_dialog.h"

#include "app/say.h"
#include "app/sentence.h"
#include "app/widgets/escape.h"
#include "app/widgets/set_name.h"
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
  GtkLabel *results, *imported;
  GtkFileChooserNative *chooser; /* (nullable) while it is open */
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
  if (error == NULL)
    gtk_label_set_text (self->results, text->str);
  else
    assay_sentence_show (self->results, error->message);
  ay_savings_inputs_clear (&inputs);
}

/* --- inputs --- */

/* What stands in the rows is remembered; a row that cannot be read is marked, and said. */
static void
keep (Dialog *self)
{
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
    assay_sentence_show (self->results, error->message);
  ay_savings_inputs_clear (&inputs);
}

static void
apply (GtkWidget *row, gpointer data)
{
  Dialog *self = data;

  gtk_label_set_text (self->imported, NULL); /* the rows may no longer hold what it says */
  gtk_widget_set_visible (GTK_WIDGET (self->imported), FALSE);
  keep (self);
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

static char *
title_of (guint i)
{
  const AySavingsInputType *type = &ay_savings_input_types ()[MIN (i, AY_N_SAVINGS_INPUTS - 1)];

  return i == AY_N_SAVINGS_INPUTS       ? g_strdup (_ ("Country of the grid"))
         : i == AY_N_SAVINGS_INPUTS + 1 ? g_strdup (_ ("Currency"))
         : *type->unit != '\0'          ? g_strdup_printf ("%s (%s)", _ (type->sentence),
                                                          assay_word (type->unit))
                                        : g_strdup (_ (type->sentence));
}

/* --- measured ones --- */

/* Returns where they are from, in words; NULL: they could not be read. */
static char *
read_measured (const char *path, AySavingsInputs *out, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *shown = g_filename_display_name (name);
  g_autofree char *lower = g_ascii_strdown (name, -1);
  gsize n_runs;

  if (g_str_has_suffix (lower, ".json"))
    return ay_savings_read_trainer (out, path, error)
               ? g_strdup_printf (_ ("Filled in from %s, by its total_flos:"), shown) : NULL;
  if (!ay_savings_read_emissions (out, path, &n_runs, error))
    return NULL;
  return g_strdup_printf (ngettext ("Filled in from %s, by its %u run:",
                                    "Filled in from %s, lowest, mean and highest of its %u runs:",
                                    (gulong) n_runs), shown, (guint) n_runs);
}

/* Puts what the file has into its rows, and says which they are and what stands there now. */
static void
fill_in (Dialog *self, const AySavingsInputs *measured, const char *from)
{
  g_autoptr (JsonNode) node = ay_savings_inputs_to_json (measured);
  g_autoptr (GString) said = g_string_new (from);
  guint first = N_ROWS;

  for (guint i = 0; i < AY_N_SAVINGS_INPUTS; i++)
    if (measured->given[i])
      {
        g_autofree char *text = text_of (json_node_get_object (node), key_of (i));
        g_autofree char *title = title_of (i);

        gtk_editable_set_text (GTK_EDITABLE (self->rows[i]), text);
        g_string_append_printf (said, "\n%s: %s", title, text);
        first = MIN (first, i);
      }
  keep (self);
  gtk_label_set_text (self->imported, said->str);
  gtk_widget_grab_focus (self->rows[first]); /* in sight, to be typed over */
}

static void
file_chosen (GtkNativeDialog *native, int response, Dialog *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
      g_autofree char *path = g_file_get_path (file), *from = NULL;
      g_autoptr (GError) error = NULL;
      AySavingsInputs measured;

      ay_savings_inputs_init (&measured);
      from = read_measured (path, &measured, &error);
      if (from != NULL)
        fill_in (self, &measured, from);
      else
        assay_sentence_show (self->imported, error->message);
      (from != NULL ? gtk_widget_remove_css_class : gtk_widget_add_css_class) (
          GTK_WIDGET (self->imported), "error");
      gtk_widget_set_visible (GTK_WIDGET (self->imported), TRUE);
      ay_savings_inputs_clear (&measured);
    }
  g_clear_object (&self->chooser);
}

static void
choose_file (Dialog *self)
{
  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_ ("Import Measurements"), self->window,
                                               GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Import"), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect (self->chooser, "response", G_CALLBACK (file_chosen), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* --- what is shown --- */

static GtkWidget *
make_row (Dialog *self, guint i, JsonObject *stored)
{
  GtkWidget *row = adw_entry_row_new ();
  g_autofree char *text = text_of (stored, key_of (i)), *title = title_of (i);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (row), TRUE);
  gtk_editable_set_text (GTK_EDITABLE (row), text);
  assay_set_name (row, title);
  g_signal_connect (row, "apply", G_CALLBACK (apply), self);
  self->rows[i] = row;
  return row;
}

static GtkLabel *
make_text (void)
{
  GtkLabel *label = GTK_LABEL (gtk_label_new (NULL));

  gtk_label_set_xalign (label, 0.0f);
  gtk_label_set_wrap (label, TRUE);
  gtk_label_set_selectable (label, TRUE);
  return label;
}

/* How an input is typed, and the way to measured ones. */
static GtkWidget *
make_head (Dialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *hint = gtk_label_new (_ ("A number, or LOW,LIKELY,HIGH. What is left empty is not "
                                      "known."));
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Import Measurements…"));

  gtk_label_set_xalign (GTK_LABEL (hint), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (hint), TRUE);
  gtk_widget_set_hexpand (hint, TRUE);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, _ ("codecarbon's emissions.csv, or trainer_state.json of a "
                                          "Hugging Face trainer"));
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (choose_file), self);
  gtk_box_append (GTK_BOX (box), hint);
  gtk_box_append (GTK_BOX (box), button);
  return box;
}

static GtkWidget *
make_content (Dialog *self, JsonObject *stored)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *scroll = gtk_scrolled_window_new (), *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  for (guint i = 0; i < N_ROWS; i++)
    gtk_list_box_append (GTK_LIST_BOX (list), make_row (self, i, stored));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), list);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (scroll, TRUE);
  self->imported = make_text ();
  self->results = make_text ();
  gtk_widget_set_visible (GTK_WIDGET (self->imported), FALSE);
  assay_set_name (list, _ ("Inputs"));
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  gtk_box_append (GTK_BOX (box), make_head (self));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->imported));
  gtk_box_append (GTK_BOX (box), scroll);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->results));
  return box;
}

static void
dialog_free (gpointer data)
{
  Dialog *self = data;

  g_clear_object (&self->chooser);
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
  gtk_widget_grab_focus (self->rows[0]);
}
