/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/spin_range.h"

#include "app/say.h"

#include <glib/gi18n.h>
#include <math.h>

/* FALSE: GTK reads the text as well, and leaves the value as it is where it is not of the range. */
static gboolean
on_input (GtkSpinButton *button, double *value, AssaySession *session)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (button));
  double shown = 0.5 * pow (10.0, -(double) gtk_spin_button_get_digits (button));
  double lower, upper, number;
  char *end = NULL;
  g_autofree char *words = NULL;

  gtk_spin_button_get_range (button, &lower, &upper);
  number = g_strtod (text, &end);
  if (end != text && *end == '\0' && number >= lower - shown && number <= upper + shown)
    return FALSE;
  words = assay_say (_ ("“%s” is no number from %.6g to %.6g: it stays %.6g"), text, lower, upper,
                     gtk_spin_button_get_value (button));
  assay_session_tell (session, words, FALSE);
  return FALSE;
}

void
assay_spin_range_tell (GtkSpinButton *button, AssaySession *session)
{
  gtk_spin_button_set_update_policy (button, GTK_UPDATE_IF_VALID);
  g_signal_connect_object (button, "input", G_CALLBACK (on_input), session, 0);
}
