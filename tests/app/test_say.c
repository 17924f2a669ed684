/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person reads, where lines run from left to right and from right to left. */
#include "app/say.h"

#include <gtk/gtk.h>

#define MARK "\342\200\216" /* U+200E: from left to right here */

static void
check (GtkTextDirection direction, const char *wanted)
{
  g_autofree char *said = NULL;

  gtk_widget_set_default_direction (direction);
  said = assay_say ("%+.2f, %d; (%g) a-3 e-05 %+.1g -", 1.5, -7, -0.25, -1e-5);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
  g_assert_cmpstr (said, ==, wanted);
}

/* A sign stays before its number; a hyphen within a word, an exponent and a lone dash are none. */
static void
test_signs (void)
{
  check (GTK_TEXT_DIR_LTR, "+1.50, -7; (-0.25) a-3 e-05 -1e-05 -");
  check (GTK_TEXT_DIR_RTL,
         MARK "+1.50, " MARK "-7; (" MARK "-0.25) a-3 e-05 " MARK "-1e-05 -");
}

static void
test_words (void)
{
  g_assert_null (assay_word (NULL));
  g_assert_cmpstr (assay_word (""), ==, "");
  g_assert_cmpstr (assay_say_decimal (), ==, "."); /* nobody's locale was learned */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/say/signs", test_signs);
  g_test_add_func ("/say/words", test_words);
  return g_test_run ();
}
