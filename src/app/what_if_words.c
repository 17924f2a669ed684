/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/what_if_words.h"

#include "app/say.h"
#include "app/sentence.h"
#include "core/work/arms.h"

#include <glib/gi18n.h>
#include <math.h>

/* Classes named on each side; the others are counted. */
#define MOST 3

static double
points (double after, double before)
{
  return 100.0 * (after - before);
}

/* "validation loss by ...": the same of all changes. (transfer full) */
static char *
effect_text (const AyRemoval *valid)
{
  return assay_say (_ ("validation loss by %+.4g (estimate%s; a refit within ±%.2g), "
                       "accuracy by %+.2f points"),
                    valid->estimate, valid->rough ? _ (", rough") : "", valid->band,
                    points (valid->accuracy_estimate, valid->before.accuracy));
}

static char *
nothing_text (const AyWhatIf *what)
{
  switch (what->kind)
    {
    case AY_WHAT_IF_RELABEL:
      return g_strdup (_ ("none of them is a training row with another label: relabelling them "
                          "changes nothing"));
    case AY_WHAT_IF_DUPLICATE:
      return g_strdup (_ ("none of them is a training row: counting them twice changes nothing"));
    case AY_WHAT_IF_REMOVE:
    default:
      return g_strdup (_ ("none of them is a training row: removing them changes nothing"));
    }
}

/* (transfer full) */
static char *
estimate_text (const AyWhatIf *what, const char *label)
{
  guint n = (guint) what->n_rows;
  g_autofree char *effect = NULL;

  if (n == 0)
    return nothing_text (what);
  if (what->valid.unbounded)
    return assay_say (_ ("a class would lose its last training row: loss unbounded, accuracy "
                         "changes by %+.2f points (estimate)"),
                      points (what->valid.accuracy_estimate, what->valid.before.accuracy));
  effect = effect_text (&what->valid);
  if (label != NULL)
    return g_strdup_printf (g_dngettext (NULL, "relabelling %u training row to \"%s\" changes %s",
                                         "relabelling %u training rows to \"%s\" changes %s", n),
                            n, label, effect);
  if (what->kind == AY_WHAT_IF_DUPLICATE)
    return g_strdup_printf (g_dngettext (NULL, "counting %u training row twice changes %s",
                                         "counting %u training rows twice changes %s", n),
                            n, effect);
  return g_strdup_printf (g_dngettext (NULL, "removing %u training row changes %s",
                                       "removing %u training rows changes %s", n),
                          n, effect);
}

char *
assay_what_if_estimate (const AyWhatIf *what, const char *label)
{
  g_autofree char *text = estimate_text (what, label);
  g_autofree char *agreement = NULL, *said = NULL;

  if (what->n_rows == 0 || isnan (what->agreement) || what->valid.verified)
    return g_steal_pointer (&text); /* a proof says it in its own sentence */
  agreement = ay_agreement_say (what->agreement, what->n_agreement);
  said = assay_sentence (agreement);
  return g_strdup_printf ("%s; %s", text, said);
}

char *
assay_what_if_proof (const AyWhatIf *what)
{
  g_autofree char *test = NULL, *said = NULL;

  if (!what->valid.verified || what->valid.unbounded)
    return assay_sentence (what->sentence);
  if (what->has_test)
    test = assay_say (g_dngettext (NULL,
                                   "; test %+.4g (estimate %+.4g ±%.2g, opened %u time)",
                                   "; test %+.4g (estimate %+.4g ±%.2g, opened %u times)",
                                   what->test_openings),
                      what->test.refit, what->test.estimate, what->test.band,
                      what->test_openings);
  said = assay_sentence (what->sentence);
  return assay_say (_ ("Refitted: validation loss %+.4g (a preview; estimate %+.4g ±%.2g)%s; "
                       "%s"),
                    what->valid.refit, what->valid.estimate, what->valid.band,
                    test != NULL ? test : "", said);
}

/* The change that a class's part of the sentence shows; above 0: worse off. */
static double
harm (const AyWhatIf *what, const AyWhatIfGroup *group)
{
  return what->valid.unbounded ? group->accuracy_before - group->accuracy_after
                               : group->loss_after - group->loss_before;
}

/* Names up to MOST of the classes whose harm has this sign, the most affected first. */
static void
append_side (GString *text, const AyWhatIf *what, const GPtrArray *groups, gboolean worse)
{
  guint n = 0;

  for (guint k = 0; k < groups->len; k++)
    {
      const AyWhatIfGroup *group = groups->pdata[worse ? k : groups->len - 1 - k];
      double of = harm (what, group);

      if (!(worse ? of > 0.0 : of < 0.0) || n++ >= MOST)
        continue;
      /* Translators: a comma or a blank, a class, its change. */
      if (what->valid.unbounded)
        assay_say_append (text, _ ("%s%s %+.2f points"), n > 1 ? ", " : " ", group->name,
                          -100.0 * of);
      else
        assay_say_append (text, _ ("%s%s %+.2g"), n > 1 ? ", " : " ", group->name, of);
    }
  if (n > MOST)
    g_string_append_printf (text, _ (" and %u more"), n - MOST);
  if (n == 0)
    g_string_append (text, _ (" none"));
}

char *
assay_what_if_classes (const AyWhatIf *what, const GPtrArray *groups)
{
  GString *text;

  if (groups == NULL || groups->len == 0 || what->n_rows == 0)
    return NULL;
  text = g_string_new (what->valid.unbounded ? _ ("Recall by class")
                       : what->has_test      ? _ ("Test loss by class")
                                             : _ ("Validation loss by class"));
  /* Translators: "Test loss by class: worse off 7 +0.01, 3 +0.002; better off none". */
  g_string_append (text, _ (": worse off"));
  append_side (text, what, groups, TRUE);
  g_string_append (text, _ ("; better off"));
  append_side (text, what, groups, FALSE);
  return g_string_free (text, FALSE);
}
