/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of a change of accuracy, over all changes and numbers of rows that occur: each
 * verdict where the rules say it, and no word against the figures beside it. */
#include "core/work/accuracy_words.h"

#include <math.h>
#include <string.h>

/* The rules in the text of the interface, written as differences of counts. */
static const char *
expect (double gained, double differ, double m, double shown_high)
{
  double half = 1.645 * sqrt (differ) / m;

  if (half <= 0.005 && -gained / m + half <= 0.005)
    return "no_loss";
  if (shown_high < 0.0)
    return "worse";
  return half > 0.005 ? "too_few" : "not_ruled_out";
}

/* The numbers of the sentence after a word. */
static double
number_after (const char *text, const char *word)
{
  const char *at = strstr (text, word);

  g_assert_nonnull (at);
  return g_ascii_strtod (at + strlen (word), NULL);
}

static void
check (gsize m, gsize changed, int gained, guint *seen)
{
  static const char *const verdicts[] = { "no_loss", "worse", "too_few", "not_ruled_out" };
  AyAccuracyChange found;
  g_autofree char *text = NULL;
  double low, high, change;

  ay_accuracy_judge (&found, (double) gained / (double) m, m, changed);
  text = ay_accuracy_say (&found, "test");
  change = number_after (text, strstr (text, "(change ") != NULL ? "(change " : "changes by ");
  low = number_after (text, "95 % band ");
  high = number_after (strstr (text, "95 % band "), " to ");
  g_assert_null (strstr (text, "-0.00"));
  g_assert_cmpfloat (fabs (low - 100.0 * found.low), <, 0.00501);
  g_assert_cmpfloat (fabs (high - 100.0 * found.high), <, 0.00501);
  g_assert_cmpfloat (fabs (change - 100.0 * gained / (double) m), <, 0.00501);
  g_assert_cmpstr (found.verdict, ==,
                   expect (gained, MAX ((double) changed, 3.0), (double) m, high));
  g_assert_cmpint (strstr (text, ": worse") != NULL, ==, strcmp (found.verdict, "worse") == 0);
  if (strstr (text, ": worse") != NULL)
    g_assert_true (change < 0.0 && high < 0.0);
  if (strstr (text, "too few rows") != NULL)
    g_assert_true (high >= 0.0 && found.needed > (double) m);
  else
    g_assert_true (isnan (found.needed));
  for (guint v = 0; v < G_N_ELEMENTS (verdicts); v++)
    seen[v] += strcmp (found.verdict, verdicts[v]) == 0;
}

static void
test_verdicts (void)
{
  static const gsize sizes[] = { 1, 20, 181, 600, 1795, 4000, 20000, 1000000 };
  guint seen[4] = { 0 };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (gsize changed = 0; changed <= MIN (sizes[s], 400); changed++)
      for (int gained = -(int) changed; gained <= (int) changed; gained += 2)
        check (sizes[s], changed, gained, seen);
  for (guint v = 0; v < G_N_ELEMENTS (seen); v++)
    g_assert_cmpuint (seen[v], >, 0);
}

static void
test_chance (void)
{
  const struct
  {
    double low, high;
    const char *word;
  } cases[] = {
    { 0.001, 0.002, "better than chance" },
    { -0.002, -0.001, "worse than chance" },
    { -0.001, 0.001, "not to be told from chance" },
    { -0.0001, -0.00004, "not to be told from chance" }, /* shown as -0.01 to 0.00 */
    { -0.00002, -0.00001, "not to be told from chance" },
    { 0.00001, 0.0001, "not to be told from chance" },
  };

  for (gsize k = 0; k < G_N_ELEMENTS (cases); k++)
    {
      AyMeanBand band = { (cases[k].low + cases[k].high) / 2.0, cases[k].low, cases[k].high };

      g_assert_cmpstr (ay_accuracy_beside_chance (&band), ==, cases[k].word);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/accuracy-words/verdicts", test_verdicts);
  g_test_add_func ("/accuracy-words/chance", test_chance);
  return g_test_run ();
}
