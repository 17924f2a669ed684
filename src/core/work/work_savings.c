/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_savings.h"

#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/data/reader_csv.h"
#include "core/shim/number.h"
#include "core/work/work_private.h"
#include "core/work/work_select.h"

#include <math.h>
#include <string.h>

#define NO_RANDOM_ARM "not known: no random arm"

/* --- remembered --- */

gboolean
ay_work_stored_savings (AyWork *self, AySavingsInputs *out, GError **error)
{
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GList) names = NULL;

  ay_savings_inputs_init (out);
  if (!ay_workspace_has (self->store, AY_KIND_SETTING, AY_SETTING_SAVINGS))
    return TRUE;
  json = ay_workspace_get_json (self->store, AY_KIND_SETTING, AY_SETTING_SAVINGS, error);
  node = json != NULL ? ay_json_read (json, -1, error) : NULL;
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  names = json_object_get_members (json_node_get_object (node));
  for (GList *at = names; at != NULL; at = at->next)
    if (!ay_savings_inputs_set (out, at->data,
                                json_object_get_string_member (json_node_get_object (node),
                                                               at->data), error))
      return FALSE;
  return TRUE;
}

gboolean
ay_work_keep_savings (AyWork *self, const AySavingsInputs *inputs, GError **error)
{
  g_autoptr (JsonNode) node = ay_savings_inputs_to_json (inputs);
  g_autofree char *json = ay_json_to_text (node, FALSE);

  return ay_workspace_put_json (self->store, AY_KIND_SETTING, AY_SETTING_SAVINGS, json, error);
}

/* --- labels, from a simulation --- */

static double
number_at (JsonArray *array, guint i)
{
  return json_array_get_null_element (array, i) ? NAN : json_array_get_double_element (array, i);
}

/* Where a curve, shifted by sign times the half-width of its difference to random, first reaches
 * the target, between its points linearly; NaN: nowhere. */
static double
labels_to (JsonObject *strategy, JsonArray *labels, double target, double sign)
{
  JsonArray *mean = json_object_get_array_member (strategy, "mean");
  JsonArray *half = json_object_get_array_member (strategy, "half");
  double before = NAN;

  for (guint k = 0; k < json_array_get_length (mean); k++)
    {
      double shift = sign != 0.0 ? sign * number_at (half, k) : 0.0;
      double value = number_at (mean, k) + (isnan (shift) ? 0.0 : shift);

      if (value >= target)
        {
          double at = number_at (labels, k), from = k > 0 ? number_at (labels, k - 1) : at;

          return k == 0 || value == before
                     ? at : from + (at - from) * (target - before) / (value - before);
        }
      before = value;
    }
  return NAN;
}

/* random's labels less those of the strategy that needs fewest. */
static void
take_labels (JsonObject *simulation, AySavingsInputs *out)
{
  JsonArray *strategies = json_object_get_array_member (simulation, "strategies");
  JsonArray *labels = json_object_get_array_member (simulation, "labels");
  double target = json_object_get_double_member (simulation, "target"), random = NAN, best = NAN;
  JsonObject *chosen = NULL;

  for (guint k = 0; k < json_array_get_length (strategies); k++)
    {
      JsonObject *one = json_array_get_object_element (strategies, k);
      double at = labels_to (one, labels, target, 0.0);

      if (strcmp (json_object_get_string_member (one, "strategy"), "random") == 0)
        random = at;
      else if (!isnan (at) && !(at >= best))
        {
          best = at;
          chosen = one;
        }
    }
  if (chosen == NULL || isnan (random))
    {
      out->labels_from = g_strdup_printf ("not known: the simulation does not reach %.4g %% by "
                                          "random and by a strategy", 100.0 * target);
      return;
    }
  out->labels.likely = random - best;
  out->labels.low = random - labels_to (chosen, labels, target, -1.0);
  out->labels.high = random - labels_to (chosen, labels, target, 1.0);
  if (isnan (out->labels.low))
    out->labels.low = random - number_at (labels, json_array_get_length (labels) - 1);
  out->labels_from = g_strdup_printf (
      "simulated on your labels: to %.4g %% of the test rows random takes %.0f labels, %s %.0f",
      100.0 * target, random, json_object_get_string_member (chosen, "strategy"), best);
}

static void
find_labels (AyWork *self, AySavingsInputs *out)
{
  g_autoptr (JsonObject) simulation = ay_work_comparison (self, NULL);

  if (simulation == NULL
      || !json_object_get_boolean_member_with_default (simulation, "against_random", FALSE))
    out->labels_from = g_strdup (NO_RANDOM_ARM);
  else
    take_labels (simulation, out);
}

/* --- bytes --- */

/* Bytes of a row by the sizes of the input files. */
static gboolean
find_bytes (AyWork *self, AySavingsInputs *out, GError **error)
{
  g_autofree char *text
      = ay_workspace_get_json (self->store, AY_KIND_SETTING, AY_SETTING_FILES, error);
  g_autoptr (JsonNode) node = text != NULL ? ay_json_read (text, -1, error) : NULL;
  double size = 0.0;

  if (node == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
    size += (double) json_object_get_int_member (
        json_array_get_object_element (json_node_get_array (node), i), "size");
  if (!out->given[AY_IN_BYTES_ROW] && self->data->n > 0)
    out->in[AY_IN_BYTES_ROW] = (AyRange) { size / (double) self->data->n,
                                           size / (double) self->data->n,
                                           size / (double) self->data->n };
  return TRUE;
}

static gboolean
find_intensity (AySavingsInputs *out, const char *grid, GError **error)
{
  g_autofree char *own = grid != NULL ? g_strdup (grid) : ay_grid_path ();
  AyGrid found;
  gboolean ok;

  if (out->given[AY_IN_INTENSITY])
    {
      out->intensity_from = g_strdup ("as given");
      return TRUE;
    }
  ok = ay_grid_find (own, out->country, &found, error);
  if (ok)
    {
      out->in[AY_IN_INTENSITY]
          = (AyRange) { found.intensity, found.intensity, found.intensity };
      out->intensity_from = g_steal_pointer (&found.from);
    }
  ay_grid_clear (&found);
  return ok;
}

gboolean
ay_work_savings_inputs (AyWork *self, const AyPlan *plan, const char *grid, AySavingsInputs *out,
                        GError **error)
{
  if (!ay_work_stored_savings (self, out, error))
    return FALSE;
  out->n_rows = plan->n_before;
  out->n_saved = plan->n_before - plan->n_left;
  find_labels (self, out);
  return find_bytes (self, out, error) && find_intensity (out, grid, error);
}

/* --- measured energy --- */

/* Of the runs that have both; returns how many these are. */
static gsize
spread_of (const double *values, const double *other, gsize n, double scale, AyRange *out)
{
  double sum = 0.0;
  gsize n_runs = 0;

  *out = (AyRange) { .low = INFINITY, .high = 0.0 };
  for (gsize i = 0; i < n; i++)
    if (!isnan (values[i]) && !isnan (other[i]))
      {
        out->low = MIN (out->low, scale * values[i]);
        out->high = MAX (out->high, scale * values[i]);
        sum += scale * values[i];
        n_runs++;
      }
  out->likely = n_runs > 0 ? CLAMP (sum / (double) n_runs, out->low, out->high) : NAN;
  return n_runs;
}

static gboolean
set_spread (AySavingsInputs *self, const AyRange *range, const char *key, const char *path,
            GError **error)
{
  const double values[] = { range->low, range->likely, range->high };
  char text[3 * (AY_NUMBER_SIZE + 1)], *at = text;

  for (guint w = 0; w < 3; w++)
    {
      at += ay_number_format (values[w], at);
      *at++ = w < 2 ? ',' : '\0';
    }
  if (ay_savings_inputs_set (self, key, text, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

gboolean
ay_savings_read_emissions (AySavingsInputs *self, const char *path, gsize *n_runs, GError **error)
{
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, error);
  g_autoptr (AyDiagnostics) diagnostics = ay_diagnostics_new ();
  AyCsvOptions options = AY_CSV_OPTIONS_INIT;
  g_autoptr (AyTable) table
      = file != NULL ? ay_csv_read (file, &options, diagnostics, NULL, error) : NULL;
  AyColumn *energy = table != NULL ? ay_table_find (table, "energy_consumed") : NULL;
  AyColumn *duration = table != NULL ? ay_table_find (table, "duration") : NULL;
  AyRange kwh, hours;

  if (table == NULL)
    return FALSE;
  if (energy == NULL || duration == NULL || ay_column_type (energy) != AY_COLUMN_NUMBER
      || ay_column_type (duration) != AY_COLUMN_NUMBER)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: no codecarbon file: expected columns duration and energy_consumed"),
                   path);
      return FALSE;
    }
  spread_of (ay_column_numbers (energy), ay_column_numbers (duration), ay_column_rows (energy),
             1.0, &kwh);
  *n_runs = spread_of (ay_column_numbers (duration), ay_column_numbers (energy),
                       ay_column_rows (energy), 1.0 / 3600.0, &hours);
  if (*n_runs == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: no run has both duration and energy_consumed"), path);
      return FALSE;
    }
  return set_spread (self, &kwh, "training_kwh", path, error)
         && set_spread (self, &hours, "training_hours", path, error);
}

gboolean
ay_savings_read_trainer (AySavingsInputs *self, const char *path, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) root = g_file_get_contents (path, &json, NULL, &cause)
                                ? ay_json_read (json, -1, &cause) : NULL;
  JsonNode *flops;
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (root == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s: %s", path, cause->message);
      return FALSE;
    }
  flops = JSON_NODE_HOLDS_OBJECT (root)
              ? json_object_get_member (json_node_get_object (root), "total_flos") : NULL;
  if (flops == NULL || isnan (ay_json_number (flops)) || ay_json_number (flops) <= 0.0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: no trainer state: expected a number total_flos above 0"), path);
      return FALSE;
    }
  return ay_savings_inputs_set (self, "training_flops",
                                g_ascii_dtostr (text, sizeof text, ay_json_number (flops)),
                                error);
}
