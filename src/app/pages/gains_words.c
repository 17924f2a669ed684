/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/gains_words.h"

#include "app/say.h"
#include "app/sentence.h"
#include "core/base/json_text.h"

#include <glib/gi18n.h>
#include <math.h>

static void
append_views (GString *text, JsonObject *round)
{
  JsonObject *random = json_object_has_member (round, "random")
                           ? json_object_get_object_member (round, "random") : NULL;

  if (json_object_has_member (round, "shapley"))
    assay_say_append (text, _ ("\nOver all orders of the rounds (Shapley): %+.4g."),
                      ay_json_number_of (round, "shapley"));
  if (random == NULL)
    return;
  if (!json_object_get_null_member (random, "why"))
    {
      g_string_append_printf (text, _ ("\nBeside random: %s."),
                              json_object_get_string_member (random, "why"));
      return;
    }
  assay_say_append (
      text, _ ("\n%d random batches of the same size: %+.4g on average, 95 %% of them %+.4g to "
               "%+.4g; the selection %+.4g (%+.4g to %+.4g)."),
      (int) json_object_get_int_member (random, "draws"), ay_json_number_of (random, "gain"),
      ay_json_number_of (random, "low"), ay_json_number_of (random, "high"),
      ay_json_number_of (random, "selection"), ay_json_number_of (random, "selection_low"),
      ay_json_number_of (random, "selection_high"));
}

/* What is to be said of this round alone: not split and why, classes that became known. */
static void
append_remarks (GString *text, JsonObject *gains, gint64 number)
{
  g_autoptr (GPtrArray) lines = ay_gains_remarks (gains);
  g_autofree char *is = g_strdup_printf ("Round %" G_GINT64_FORMAT " ", number);
  g_autofree char *of = g_strdup_printf ("Round %" G_GINT64_FORMAT ":", number);

  for (guint k = 0; k < lines->len; k++)
    if (g_str_has_prefix (lines->pdata[k], is) || g_str_has_prefix (lines->pdata[k], of))
      {
        g_autofree char *said = assay_sentence (lines->pdata[k]);

        g_string_append_printf (text, "\n%s.", said);
      }
}

char *
assay_gains_whole_text (JsonObject *gains, const AyGainsSteps *steps, gboolean early)
{
  g_autofree char *said = assay_sentence (steps != NULL ? steps->sentence : NULL);
  const char *target;

  if (gains == NULL)
    return g_strdup (early ? _ ("Not followed along gradient steps yet: Split Gains says which "
                                "rows moved a head that is stopped early")
                           : _ ("Not split yet: Split Gains says which rows drove each round"));
  target = json_object_get_string_member (gains, "target");
  if (!early)
    return g_strdup_printf (_ ("Estimated for a linear head on your features, %s: %s"), target,
                            said);
  return assay_say (_ ("Estimated for a linear head on your features, stopped after %d gradient "
                       "steps of rate %.4g a round, %s: %s"),
                    (int) json_object_get_int_member (gains, "steps"),
                    ay_json_number_of (gains, "rate"), target, said);
}

/* Who moved a head that is stopped early, besides the new rows. */
static void
append_early (GString *text, JsonObject *round)
{
  assay_say_append (
      text, _ (". By its own rows %+.4g, by rows before them %+.4g, by the penalty %+.4g"),
      ay_json_number_of (round, "by_new"), ay_json_number_of (round, "by_old"),
      ay_json_number_of (round, "by_penalty"));
}

/* What a round did to the loss. */
static void
append_gain (GString *text, JsonObject *round)
{
  double gain = ay_json_number_of (round, "gain");
  double positive = ay_json_number_of (round, "positive");

  if (isnan (gain))
    return;
  assay_say_append (text, _ (". Loss %.4g to %.4g: gain %+.4g"),
                    ay_json_number_of (round, "loss_before"),
                    ay_json_number_of (round, "loss_after"), gain);
  if (!isnan (positive))
    assay_say_append (text, _ (", of rows that helped %+.4g, that hurt %+.4g"), positive,
                      ay_json_number_of (round, "negative"));
  assay_say_append (
      text, _ (", residual %.1g; accuracy %+.2f points"), ay_json_number_of (round, "residual"),
      100.0 * (ay_json_number_of (round, "accuracy_after")
               - ay_json_number_of (round, "accuracy_before")));
  if (json_object_has_member (round, "by_old") && !isnan (positive))
    append_early (text, round);
}

char *
assay_gains_round_text (JsonObject *gains, JsonObject *round, const char *hidden)
{
  const char *strategy = json_object_get_string_member (round, "strategy");
  GString *text = g_string_new (NULL);
  gint64 number = json_object_get_int_member (round, "round");

  g_string_append_printf (text, _ ("Round %d%s%s: %d rows taken%s, %d split"), (int) number,
                          *strategy != '\0' ? ", " : "", strategy,
                          (int) json_object_get_int_member (round, "n_taken"), hidden,
                          (int) json_object_get_int_member (round, "n"));
  append_gain (text, round);
  g_string_append_c (text, '.');
  append_remarks (text, gains, number);
  append_views (text, round);
  return g_string_free (text, FALSE);
}

static int
compare_credit (gconstpointer a, gconstpointer b)
{
  double x = ay_json_number_of (*(JsonObject *const *) a, "credit");
  double y = ay_json_number_of (*(JsonObject *const *) b, "credit");

  return (x < y) - (x > y);
}

GPtrArray *
assay_gains_ranked_rows (JsonObject *round)
{
  JsonArray *rows = json_object_get_array_member (round, "rows");
  double floor = ay_json_number_of (round, "floor");
  GPtrArray *ranked = g_ptr_array_new ();

  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *one = json_array_get_object_element (rows, i);

      if (fabs (ay_json_number_of (one, "credit")) > floor)
        g_ptr_array_add (ranked, one);
    }
  g_ptr_array_sort (ranked, compare_credit);
  return ranked;
}
