/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Savings as products of what was stated.
 *
 * Every output but the two break-evens rises with each of its inputs, so its low, likely and high
 * are the formula at the inputs' low, likely and high; a break-even is cost over saving, so its low
 * is the low cost over the high saving. Time and energy of training are taken to be proportional to
 * the rows, which is said beside the figures. CO2 = kWh x PUE x g/kWh / 1000 (the formula of
 * CodeCarbon and of the ML CO2 Impact calculator). The labels not bought come from a random arm and
 * from nothing else. */
#include "core/curate/savings.h"

#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/shim/number.h"

#include <math.h>
#include <string.h>

#define NO_ENERGY \
  "not known: neither training_kwh, nor training_hours and training_power, nor training_flops " \
  "are given"

static const AySavingsInputType inputs[AY_N_SAVINGS_INPUTS] = {
  { "price_item", "money", N_ ("Price of one label by one worker"), NAN },
  { "workers", "", N_ ("Workers who label the same item"), 1.0 },
  { "seconds_item", "s", N_ ("Work on one label"), NAN },
  { "wage", "money/h", N_ ("Wage of those who are paid by time"), NAN },
  { "review_share", "", N_ ("Share of the labels that somebody paid by time looks at again"), 0.0 },
  { "training_hours", "h", N_ ("Time of one training on all rows"), NAN },
  { "training_power", "kW", N_ ("Power while it trains"), NAN },
  { "training_kwh", "kWh", N_ ("Measured energy of one training on all rows, instead of hours "
                               "times power"), NAN },
  { "training_flops", "", N_ ("Floating point operations of one training on all rows (total_flos "
                              "of trainer_state.json), where neither training_kwh nor hours and "
                              "power are given"), NAN },
  { "joules_teraflop", "J", N_ ("Energy of 1e12 such operations: 400 W at 1e14 a second are 4"),
    4.0 },
  { "training_rate", "money/h", N_ ("Price of an hour of training"), NAN },
  { "trainings", "1/year", N_ ("Trainings in a year"), 1.0 },
  { "pue", "", N_ ("Energy of the building for one of the machine"), 1.0 },
  { "intensity", "g/kWh", N_ ("CO2 equivalent of a kWh of the grid"), NAN },
  { "bytes_row", "bytes", N_ ("Stored bytes of a row"), NAN },
  { "copies", "", N_ ("Stored copies of the data"), 1.0 },
  { "storage_price", "money/GB/month", N_ ("Price of keeping 1e9 bytes for a month"), NAN },
  { "curation_hours", "h", N_ ("Hours that people spent on curating"), NAN },
  { "curation_kwh", "kWh", N_ ("Energy spent on curating, loops of retraining above all"), NAN },
};

static const AySavingsOutputType outputs[AY_N_SAVINGS_OUTPUTS] = {
  { "labels", "labels", N_ ("labels not bought"), "labels of random - labels of the strategy" },
  { "label_money", "money", N_ ("labelling, money"),
    "labels * (workers * price_item + review_share * seconds_item / 3600 * wage)" },
  { "label_hours", "h", N_ ("labelling, hours"),
    "labels * (workers + review_share) * seconds_item / 3600" },
  { "training_hours", "h/year", N_ ("training, hours a year"),
    "rows saved / rows * training_hours * trainings" },
  { "training_money", "money/year", N_ ("training, money a year"),
    "rows saved / rows * training_hours * trainings * training_rate" },
  { "energy", "kWh/year", N_ ("energy of training, kWh a year"),
    "rows saved / rows * (training_kwh, or training_hours * training_power, or training_flops / "
    "1e12 * joules_teraflop / 3.6e6) * trainings * pue" },
  { "co2", "kg/year", N_ ("CO2 of training, kg a year"), "energy * intensity / 1000" },
  { "bytes", "bytes", N_ ("stored bytes"), "rows saved * bytes_row * copies" },
  { "storage_money", "money/year", N_ ("storage, money a year"),
    "bytes / 1e9 * storage_price * 12" },
  { "money", "money", N_ ("money, labels once and one year of the rest"),
    "label_money + training_money + storage_money, those that are known" },
  { "even_money", "trainings", N_ ("trainings until curating has paid for itself"),
    "curation_hours * wage / (rows saved / rows * training_hours * training_rate)" },
  { "even_energy", "trainings", N_ ("trainings until curating has saved the energy it took"),
    "curation_kwh / (rows saved / rows * energy of one training)" },
};

const AySavingsInputType *
ay_savings_input_types (void)
{
  return inputs;
}

const AySavingsOutputType *
ay_savings_output_types (void)
{
  return outputs;
}

/* --- inputs --- */

static AyRange
one_value (double value)
{
  return (AyRange) { value, value, value };
}

void
ay_savings_inputs_init (AySavingsInputs *self)
{
  memset (self, 0, sizeof *self);
  for (guint i = 0; i < AY_N_SAVINGS_INPUTS; i++)
    self->in[i] = one_value (inputs[i].fallback);
  self->currency = g_strdup ("USD");
  self->labels = one_value (NAN);
}

void
ay_savings_inputs_clear (AySavingsInputs *self)
{
  g_clear_pointer (&self->country, g_free);
  g_clear_pointer (&self->intensity_from, g_free);
  g_clear_pointer (&self->currency, g_free);
  g_clear_pointer (&self->labels_from, g_free);
}

static gboolean
read_range (const char *value, AyRange *out)
{
  g_auto (GStrv) parts = g_strsplit (value, ",", -1);
  double *into[] = { &out->low, &out->likely, &out->high };
  guint n = g_strv_length (parts);

  if (n != 1 && n != 3)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!ay_number_parse (parts[i], strlen (parts[i]), into[i]) || !isfinite (*into[i])
        || *into[i] < 0.0)
      return FALSE;
  if (n == 1)
    *out = one_value (out->low);
  return out->low <= out->likely && out->likely <= out->high;
}

gboolean
ay_savings_inputs_set (AySavingsInputs *self, const char *key, const char *value, GError **error)
{
  guint i = 0;
  AyRange range;

  if (strcmp (key, "country") == 0 || strcmp (key, "currency") == 0)
    {
      char **into = strcmp (key, "country") == 0 ? &self->country : &self->currency;

      g_free (*into);
      *into = g_strdup (value);
      return TRUE;
    }
  while (i < AY_N_SAVINGS_INPUTS && strcmp (inputs[i].id, key) != 0)
    i++;
  if (i == AY_N_SAVINGS_INPUTS)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("savings know no input \"%s\""), key);
      return FALSE;
    }
  if (!read_range (value, &range))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("%s \"%s\": expected a number from 0, or LOW,LIKELY,HIGH in rising order"),
                   key, value);
      return FALSE;
    }
  self->in[i] = range;
  self->given[i] = TRUE;
  return TRUE;
}

static void
append_number (GString *out, double value)
{
  char buffer[AY_NUMBER_SIZE];

  g_string_append_len (out, buffer, (gssize) ay_number_format (value, buffer));
}

JsonNode *
ay_savings_inputs_to_json (const AySavingsInputs *self)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  for (guint i = 0; i < AY_N_SAVINGS_INPUTS; i++)
    if (self->given[i])
      {
        g_autoptr (GString) text = g_string_new (NULL);

        append_number (text, self->in[i].low);
        g_string_append_c (text, ',');
        append_number (text, self->in[i].likely);
        g_string_append_c (text, ',');
        append_number (text, self->in[i].high);
        json_object_set_string_member (object, inputs[i].id, text->str);
      }
  if (self->country != NULL)
    json_object_set_string_member (object, "country", self->country);
  json_object_set_string_member (object, "currency", self->currency);
  json_node_take_object (node, object);
  return node;
}

/* --- formulas --- */

typedef double (*Formula) (const double *in, double share, double labels);

static double
label_money (const double *in, double share, double labels)
{
  double review = in[AY_IN_REVIEW_SHARE];

  return labels * (in[AY_IN_WORKERS] * in[AY_IN_PRICE_ITEM]
                   + (review > 0.0 ? review * in[AY_IN_SECONDS_ITEM] / 3600.0 * in[AY_IN_WAGE]
                                   : 0.0));
}

static double
label_hours (const double *in, double share, double labels)
{
  return labels * (in[AY_IN_WORKERS] + in[AY_IN_REVIEW_SHARE]) * in[AY_IN_SECONDS_ITEM] / 3600.0;
}

static double
training_hours (const double *in, double share, double labels)
{
  return share * in[AY_IN_TRAINING_HOURS] * in[AY_IN_TRAININGS];
}

static double
training_money (const double *in, double share, double labels)
{
  return training_hours (in, share, labels) * in[AY_IN_TRAINING_RATE];
}

static double
training_kwh (const double *in)
{
  double by_power = in[AY_IN_TRAINING_HOURS] * in[AY_IN_TRAINING_POWER];

  if (!isnan (in[AY_IN_TRAINING_KWH]))
    return in[AY_IN_TRAINING_KWH];
  if (!isnan (by_power))
    return by_power;
  return in[AY_IN_TRAINING_FLOPS] / 1e12 * in[AY_IN_JOULES_TERAFLOP] / 3.6e6;
}

static double
energy (const double *in, double share, double labels)
{
  return share * training_kwh (in) * in[AY_IN_TRAININGS] * in[AY_IN_PUE];
}

static double
co2 (const double *in, double share, double labels)
{
  return energy (in, share, labels) * in[AY_IN_INTENSITY] / 1000.0;
}

/* The inputs a formula cannot do without. */
typedef struct
{
  AySavingsOutput out;
  Formula run;
  int needs[4]; /* ends with -1 */
} Rule;

static const Rule rules[] = {
  { AY_OUT_LABEL_MONEY, label_money, { AY_IN_PRICE_ITEM, -1 } },
  { AY_OUT_LABEL_HOURS, label_hours, { AY_IN_SECONDS_ITEM, -1 } },
  { AY_OUT_TRAINING_HOURS, training_hours, { AY_IN_TRAINING_HOURS, -1 } },
  { AY_OUT_TRAINING_MONEY, training_money, { AY_IN_TRAINING_HOURS, AY_IN_TRAINING_RATE, -1 } },
  { AY_OUT_ENERGY, energy, { -1 } },
  { AY_OUT_CO2, co2, { AY_IN_INTENSITY, -1 } },
};

/* The inputs at low (0), likely (1) or high (2). */
static void
inputs_at (const AySavingsInputs *self, guint which, double *out)
{
  for (guint i = 0; i < AY_N_SAVINGS_INPUTS; i++)
    out[i] = ((const double *) &self->in[i])[which];
}

static void
not_known (AySavings *out, AySavingsOutput which, const char *why)
{
  out->out[which] = one_value (NAN);
  if (out->why[which] == NULL)
    out->why[which] = g_strdup (why);
}

static void
need (const AySavingsInputs *self, AySavings *out, AySavingsOutput which, int input)
{
  g_autofree char *why = g_strdup_printf ("not known: %s is not given", inputs[input].id);

  if (isnan (self->in[input].likely))
    not_known (out, which, why);
}

static double
share_of (const AySavingsInputs *self)
{
  return self->n_rows > 0 ? (double) self->n_saved / (double) self->n_rows : 0.0;
}

static void
run_rule (const AySavingsInputs *self, const Rule *rule, AySavings *out)
{
  double share = share_of (self);
  double *into = (double *) &out->out[rule->out];

  for (guint w = 0; w < 3; w++)
    {
      double in[AY_N_SAVINGS_INPUTS];

      inputs_at (self, w, in);
      into[w] = rule->run (in, share, ((const double *) &self->labels)[w]);
    }
  if ((rule->out == AY_OUT_LABEL_MONEY || rule->out == AY_OUT_LABEL_HOURS)
      && isnan (self->labels.likely))
    not_known (out, rule->out, self->labels_from);
  for (const int *input = rule->needs; *input >= 0; input++)
    need (self, out, rule->out, *input);
  if (isnan (out->out[rule->out].likely))
    not_known (out, rule->out,
               rule->out == AY_OUT_LABEL_MONEY
                   ? "not known: seconds_item and wage of the review are not given"
                   : NO_ENERGY);
}

static void
storage (const AySavingsInputs *self, AySavings *out)
{
  double *bytes = (double *) &out->out[AY_OUT_BYTES];
  double *money = (double *) &out->out[AY_OUT_STORAGE_MONEY];

  for (guint w = 0; w < 3; w++)
    {
      double in[AY_N_SAVINGS_INPUTS];

      inputs_at (self, w, in);
      bytes[w] = (double) self->n_saved * in[AY_IN_BYTES_ROW] * in[AY_IN_COPIES];
      money[w] = bytes[w] / 1e9 * in[AY_IN_STORAGE_PRICE] * 12.0;
    }
  need (self, out, AY_OUT_BYTES, AY_IN_BYTES_ROW);
  need (self, out, AY_OUT_STORAGE_MONEY, AY_IN_BYTES_ROW);
  need (self, out, AY_OUT_STORAGE_MONEY, AY_IN_STORAGE_PRICE);
}

static void
add_money (AySavings *out)
{
  static const AySavingsOutput parts[]
      = { AY_OUT_LABEL_MONEY, AY_OUT_TRAINING_MONEY, AY_OUT_STORAGE_MONEY };
  double *sum = (double *) &out->out[AY_OUT_MONEY];
  gboolean any = FALSE;

  for (guint p = 0; p < G_N_ELEMENTS (parts); p++)
    if (!isnan (out->out[parts[p]].likely))
      {
        any = TRUE;
        for (guint w = 0; w < 3; w++)
          sum[w] += ((const double *) &out->out[parts[p]])[w];
      }
  if (!any)
    not_known (out, AY_OUT_MONEY, "not known: no price is given");
}

/* Cost over saving; the low cost over the high saving is the low. */
static AyRange
even (const AyRange *cost, const AyRange *saving)
{
  return (AyRange) { cost->low / saving->high, cost->likely / saving->likely,
                     cost->high / saving->low };
}

static void
break_even (const AySavingsInputs *self, AySavings *out)
{
  AyRange cost, money, kwh;
  double share = share_of (self);

  for (guint w = 0; w < 3; w++)
    {
      double in[AY_N_SAVINGS_INPUTS];

      inputs_at (self, w, in);
      ((double *) &cost)[w] = in[AY_IN_CURATION_HOURS] * in[AY_IN_WAGE];
      ((double *) &money)[w] = share * in[AY_IN_TRAINING_HOURS] * in[AY_IN_TRAINING_RATE];
      ((double *) &kwh)[w] = share * training_kwh (in);
    }
  out->out[AY_OUT_EVEN_MONEY] = even (&cost, &money);
  out->out[AY_OUT_EVEN_ENERGY] = even (&self->in[AY_IN_CURATION_KWH], &kwh);
  need (self, out, AY_OUT_EVEN_MONEY, AY_IN_CURATION_HOURS);
  need (self, out, AY_OUT_EVEN_MONEY, AY_IN_WAGE);
  need (self, out, AY_OUT_EVEN_MONEY, AY_IN_TRAINING_HOURS);
  need (self, out, AY_OUT_EVEN_MONEY, AY_IN_TRAINING_RATE);
  need (self, out, AY_OUT_EVEN_ENERGY, AY_IN_CURATION_KWH);
  if (isnan (kwh.likely))
    not_known (out, AY_OUT_EVEN_ENERGY, NO_ENERGY);
  if (!isfinite (out->out[AY_OUT_EVEN_MONEY].likely))
    not_known (out, AY_OUT_EVEN_MONEY, "never: no row goes");
  if (!isfinite (out->out[AY_OUT_EVEN_ENERGY].likely))
    not_known (out, AY_OUT_EVEN_ENERGY, "never: no row goes");
}

void
ay_savings_compute (const AySavingsInputs *self, AySavings *out)
{
  memset (out, 0, sizeof *out);
  out->out[AY_OUT_LABELS] = self->labels;
  if (isnan (self->labels.likely))
    not_known (out, AY_OUT_LABELS, self->labels_from);
  for (guint r = 0; r < G_N_ELEMENTS (rules); r++)
    run_rule (self, &rules[r], out);
  storage (self, out);
  add_money (out);
  break_even (self, out);
}

void
ay_savings_clear (AySavings *self)
{
  for (guint i = 0; i < AY_N_SAVINGS_OUTPUTS; i++)
    g_clear_pointer (&self->why[i], g_free);
}
