/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Core's sentences in a person's language: known by their formats, printed by the translations. */
#include "app/sentence.h"
#include "core/base/words.h"

#include <string.h>

static const char *const formats[] = {
  "estimated%s: loss on valid %+.3g ±%.2g, %s %+.2f points",
  "refitted head: %s%s",
  "on %zu %s rows accuracy changes by %+.2f points (95 %% band %+.2f to %+.2f)",
  "%s: worse, the whole band is on the side of a loss",
  "what is left is worth less than %.2g (about %.0f %s); estimated for the head",
  "a head says \"%s\", by a margin of %.6g over \"%s\"",
  "The head gets %s right on %zu rows.",
  "column \"%s\" is numbers but for %zu rows (row %zu: \"%s\"): it is taken for a category%s",
  NULL,
};

static const struct { const char *text, *said; } catalogue[] = {
  { "estimated%s: loss on valid %+.3g ±%.2g, %s %+.2f points",
    "geschätzt%s: %4$s %5$+.2f Punkte, Verlust %2$+.3g ±%3$.2g" },
  { "refitted head: %s%s", "neu angepasst: %s%s" },
  { "on %zu %s rows accuracy changes by %+.2f points (95 %% band %+.2f to %+.2f)",
    "auf %zu Zeilen (%s) %+.2f Punkte (95-%%-Band %+.2f bis %+.2f)" },
  { "%s: worse, the whole band is on the side of a loss", "%s: schlechter" },
  { "what is left is worth less than %.2g (about %.0f %s); estimated for the head",
    "der Rest bringt weniger als %.2g (etwa %.0f %s); geschätzt" },
  { "a head says \"%s\", by a margin of %.6g over \"%s\"",
    "ein Kopf sagt \"%s\", %.6g über \"%s\"" },
  { "The head gets %s right on %zu rows.", "Der Kopf hat %s von %zu Zeilen richtig." },
  { "column \"%s\" is numbers but for %zu rows (row %zu: \"%s\"): it is taken for a category%s",
    "Spalte \"%1$s\" ist eine Kategorie%5$s: %2$zu Zeilen (Zeile %3$zu: \"%4$s\")" },
  { " and is no feature", " und kein Merkmal" },
  { " (rough)", " (grob)" },
  { "accuracy", "Genauigkeit" },
  { "validation", "Validierung" },
  { "labels", "Label" },
  { "; a preview: there is no test part", "; eine Vorschau" },
  { "It is too weak.", "Er ist zu schwach." },
};

static const char *
translate (const char *text)
{
  for (gsize k = 0; k < G_N_ELEMENTS (catalogue); k++)
    if (strcmp (catalogue[k].text, text) == 0)
      return catalogue[k].said;
  return text;
}

static void
check (const char *text, const char *wanted)
{
  g_autofree char *said = assay_sentence_by (text, formats, translate, ",");

  g_assert_cmpstr (said, ==, wanted);
}

static void
test_one (void)
{
  check ("estimated: loss on valid +6.12e-05 ±9.8e-10, accuracy +0.00 points",
         "geschätzt: Genauigkeit +0,00 Punkte, Verlust +6,12e-05 ±9,8e-10");
  check ("estimated (rough): loss on valid -0.5 ±0.1, R2 -1.25 points",
         "geschätzt (grob): R2 -1,25 Punkte, Verlust -0,5 ±0,1");
  check ("what is left is worth less than 0.0048 (about 1 labels); estimated for the head",
         "der Rest bringt weniger als 0,0048 (etwa 1 Label); geschätzt");
  check ("accuracy", "Genauigkeit");
}

/* Notes on files: names stay as they are, also those that a catalogue knows; an ending may be
 * absent. */
static void
test_notes (void)
{
  check ("column \"labels\" is numbers but for 3 rows (row 7: \"accuracy\"): it is taken for a "
         "category and is no feature",
         "Spalte \"labels\" ist eine Kategorie und kein Merkmal: 3 Zeilen (Zeile 7: \"accuracy\")");
  check ("column \"a\" is numbers but for 3 rows (row 7: \"n. a.\"): it is taken for a category",
         "Spalte \"a\" ist eine Kategorie: 3 Zeilen (Zeile 7: \"n. a.\")");
}

/* What is in a sentence is one itself; parts and further sentences follow. */
static void
test_several (void)
{
  check ("refitted head: on 60 validation rows accuracy changes by -9.00 points (95 % band -12.00 "
         "to -6.00): worse, the whole band is on the side of a loss; a preview: there is no test "
         "part",
         "neu angepasst: auf 60 Zeilen (Validierung) -9,00 Punkte (95-%-Band -12,00 bis -6,00): "
         "schlechter; eine Vorschau");
  check ("The head gets 97.1 % right on 300 rows. It is too weak.",
         "Der Kopf hat 97,1 % von 300 Zeilen richtig. Er ist zu schwach.");
  check ("The head gets 97.1 % right on 300 rows. Nobody knows this one. It is too weak.",
         "Der Kopf hat 97,1 % von 300 Zeilen richtig. Nobody knows this one. Er ist zu schwach.");
}

/* Names are nobody's words, and what no format printed stays. */
static void
test_left (void)
{
  check ("a head says \"labels\", by a margin of 0.25 over \"accuracy\"",
         "ein Kopf sagt \"labels\", 0,25 über \"accuracy\"");
  check ("about 0.5 of it; and 1.5 of that. So be it",
         "about 0.5 of it; and 1.5 of that. So be it");
  check ("estimated: loss on valid plenty ±9.8e-10, accuracy +0.00 points",
         "estimated: loss on valid plenty ±9.8e-10, accuracy +0.00 points");
  check ("", "");
  g_assert_null (assay_sentence_by (NULL, formats, translate, ","));
}

/* A file, and a column of it, stay; so does the name of a file that a format has no quotes for. */
static void
test_said_of (void)
{
  check ("/d/labels: It is too weak.", "/d/labels: Er ist zu schwach.");
  check ("/d/a.h5: labels: The head gets 97.1 % right on 300 rows.",
         "/d/a.h5: labels: Der Kopf hat 97,1 % von 300 Zeilen richtig.");
  check ("/d/accuracy: nobody knows: this", "/d/accuracy: nobody knows: this");
  check ("refitted head: /d/accuracy", "neu angepasst: /d/accuracy");
}

/* --- all formats of core --- */

static const char *
number_of (const char *format)
{
  const char *const *all = assay_sentence_formats ();
  g_autofree char *name = NULL;
  guint k = 0;

  while (all[k] != NULL && strcmp (all[k], format) != 0)
    k++;
  if (all[k] == NULL)
    return format;
  name = g_strdup_printf ("<%u>", k);
  return g_intern_string (name);
}

/* What a format may print: texts as names, or nothing where an ending may be absent. */
static char *
sample (const char *format, gboolean absent)
{
  GString *out = g_string_new (NULL);

  for (const char *at = format; *at != '\0';)
    {
      gsize plain = strcspn (at, "%");
      char before;

      g_string_append_len (out, at, (gssize) plain);
      at += plain;
      if (*at == '\0')
        break;
      before = at == format ? ' ' : at[-1];
      at += 1 + strspn (at + 1, "-+ #0123456789.*lzhjt");
      if (*at == '%')
        g_string_append_c (out, '%');
      else if (*at != 's')
        g_string_append (out, *at == 'x' ? "af" : "17");
      else if (before == '"')
        g_string_append (out, "x y");
      else if (!absent || !g_ascii_isalnum (before))
        g_string_append (out, out->len == 0 ? "/d/x.csv" : "Qx");
      at++;
    }
  return g_string_free (out, FALSE);
}

/* What each format prints is known as its own, by no other that might swallow it. */
static void
test_all (void)
{
  const char *const *all = assay_sentence_formats ();
  guint n = 0;

  for (; all[n] != NULL; n++)
    for (int absent = 0; absent < 2; absent++)
      {
        g_autofree char *text = sample (all[n], absent);
        g_autofree char *said = assay_sentence_by (text, all, number_of, ".");

        if (g_strcmp0 (said, number_of (all[n])) != 0)
          {
            g_test_message ("\"%s\" of \"%s\" is taken for %s", text, all[n], said);
            g_test_fail ();
          }
      }
  g_assert_cmpuint (n, >, 400);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sentence/one", test_one);
  g_test_add_func ("/sentence/several", test_several);
  g_test_add_func ("/sentence/notes", test_notes);
  g_test_add_func ("/sentence/left", test_left);
  g_test_add_func ("/sentence/said-of", test_said_of);
  g_test_add_func ("/sentence/all", test_all);
  return g_test_run ();
}
