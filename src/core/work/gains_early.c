/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/gains_early.h"

#include "core/base/json_text.h"

#include <math.h>

static char *
id_of (const AyGainsEarly *of, gsize i)
{
  return ay_column_dup_text (ay_work_data (of->work)->id, of->input->train->rows[i]);
}

/* Credits of all rows over all rounds; NaN where those of a round do not add up. */
static JsonArray *
describe_all_rows (const AyGainsEarly *of, const AyStepCredits *found)
{
  JsonArray *array = json_array_new ();

  for (gsize i = 0; i < of->input->train->n; i++)
    if (of->input->round_of[i] != AY_LEDGER_NEVER)
      {
        JsonObject *one = json_object_new ();
        g_autofree char *id = id_of (of, i);
        double credit = 0.0;

        for (guint r = 0; r < found->n_rounds; r++)
          credit += found->round[r].adds_up ? found->round[r].credit[i] : NAN;
        json_object_set_string_member (one, "id", id);
        json_object_set_int_member (one, "row", of->input->train->rows[i]);
        ay_json_put_number (one, "credit", credit);
        json_array_add_object_element (array, one);
      }
  return array;
}

/* What moved up and down in one round: of its new rows, and of all with the penalty. */
typedef struct
{
  double positive, negative, absolute;
} Moved;

static JsonArray *
describe_new_rows (const AyGainsEarly *of, const AyStepRound *round, guint r, Moved *moved)
{
  JsonArray *array = json_array_new ();

  *moved = (Moved) { 0.0, 0.0, fabs (round->by_penalty) };
  for (gsize i = 0; i < of->input->train->n; i++)
    {
      JsonObject *one;
      g_autofree char *id = NULL;

      if (of->input->round_of[i] == AY_LEDGER_NEVER || of->input->round_of[i] > r)
        continue;
      moved->absolute += fabs (round->credit[i]);
      if (of->input->round_of[i] != r)
        continue;
      *(round->credit[i] > 0.0 ? &moved->positive : &moved->negative) += round->credit[i];
      one = json_object_new ();
      id = id_of (of, i);
      json_object_set_string_member (one, "id", id);
      json_object_set_int_member (one, "row", of->input->train->rows[i]);
      ay_json_put_number (one, "credit", round->adds_up ? round->credit[i] : NAN);
      ay_json_put_number (one, "accuracy", NAN); /* not split */
      json_array_add_object_element (array, one);
    }
  return array;
}

static void
add_words (JsonObject *object, const AyGainsEarly *of, const AyStepRound *round, guint r)
{
  const AyRound *own = r > 0 ? ay_history_round (of->history, r - 1) : NULL;

  json_object_set_int_member (object, "round", own != NULL ? (gint64) own->number : 0);
  json_object_set_string_member (object, "strategy",
                                 own != NULL && own->strategy != NULL ? own->strategy : "");
  json_object_set_int_member (object, "n", (gint64) round->n_new);
  json_object_set_int_member (object, "n_taken",
                              (gint64) (own != NULL ? own->n : of->history->n_start));
  if (round->adds_up)
    json_object_set_null_member (object, "why");
  else
    json_object_set_string_member (object, "why",
                                   "the credits of its steps do not add up: take a smaller rate");
}

static JsonObject *
describe_round (const AyGainsEarly *of, const AyStepRound *round, guint r, double *absolute)
{
  JsonObject *object = json_object_new ();
  Moved moved;
  JsonArray *rows = describe_new_rows (of, round, r, &moved);
  double no = round->adds_up ? 0.0 : NAN; /* credits that are refused are not summed either */
  const struct { const char *name; double value; } numbers[] = {
    { "loss_before", round->loss_before }, { "loss_after", round->loss_after },
    { "accuracy_before", round->accuracy_before }, { "accuracy_after", round->accuracy_after },
    { "gain", round->gain }, { "by_new", round->by_new + no }, { "by_old", round->by_old + no },
    { "by_penalty", round->by_penalty + no }, { "residual", round->residual },
    { "positive", moved.positive + no }, { "negative", moved.negative + no },
    { "floor", 100.0 * fabs (round->residual) }, /* above it the residual is within 1 % */
  };

  add_words (object, of, round, r);
  json_object_set_int_member (object, "n_new", (gint64) round->n_new);
  json_object_set_int_member (object, "n_old", (gint64) round->n_old);
  for (gsize k = 0; k < G_N_ELEMENTS (numbers); k++)
    ay_json_put_number (object, numbers[k].name, numbers[k].value);
  json_object_set_boolean_member (object, "adds_up", round->adds_up);
  json_object_set_array_member (object, "opened", json_array_new ());
  json_object_set_array_member (object, "rows", rows);
  *absolute += round->adds_up ? moved.absolute : 0.0;
  return object;
}

static JsonObject *
describe (const AyGainsEarly *of, const AyStepOptions *options, const AyStepCredits *found)
{
  JsonObject *into = json_object_new ();
  JsonArray *rounds = json_array_new ();
  double absolute = 0.0;

  for (guint r = found->round[0].n_new > 0 ? 0 : 1; r < found->n_rounds; r++)
    json_array_add_object_element (rounds, describe_round (of, &found->round[r], r, &absolute));
  json_object_set_string_member (into, "history", of->history->name);
  json_object_set_string_member (into, "target", of->target);
  json_object_set_int_member (into, "steps", options->steps);
  ay_json_put_number (into, "rate", options->rate);
  ay_json_put_number (into, "gain", found->gain);
  ay_json_put_number (into, "residual", found->residual);
  ay_json_put_number (into, "absolute", absolute);
  json_object_set_array_member (into, "notes", json_array_new ());
  json_object_set_array_member (into, "rounds", rounds);
  json_object_set_array_member (into, "rows", describe_all_rows (of, found));
  return into;
}

JsonObject *
ay_gains_early_new (const AyGainsEarly *of, const AyStepOptions *options, AyJob *job,
                    GError **error)
{
  g_autoptr (AyStepCredits) found = ay_step_credits_new (of->input, options, job, error);

  return found != NULL ? describe (of, options, found) : NULL;
}
