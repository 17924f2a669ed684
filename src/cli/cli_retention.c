/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_retention.h"

#include "cli/cli_json.h"

CmdRetention *
cmd_retention_new (AyRetention *of)
{
  CmdRetention *self = g_new0 (CmdRetention, 1);
  guint n = of->n_points;
  double *x = g_new (double, 5 * n), *y = x + n, *random = y + n, *low = random + n;
  double *high = low + n;

  for (guint k = 0; k < n; k++)
    {
      const AyRetentionPoint *point = &of->points[k];

      x[k] = 100.0 * point->share;
      y[k] = of->on_test ? point->test : point->valid;
      random[k] = point->random.mean;
      low[k] = point->random.low;
      high[k] = point->random.high;
    }
  self->of = of;
  self->numbers = x;
  self->name = g_strdup_printf ("%s, %s first", of->score, of->low_first ? "low" : "high");
  self->curves[0] = (AyFigureCurve) { .name = self->name, .n = n, .x = x, .y = y };
  self->curves[1] = (AyFigureCurve) { .name = "at random", .n = n, .x = x, .y = random,
                                      .low = low, .high = high, .reference = TRUE };
  return self;
}

void
cmd_retention_free (CmdRetention *self)
{
  if (self == NULL)
    return;
  ay_retention_free (self->of);
  g_free (self->numbers);
  g_free (self->name);
  g_free (self);
}

static void
tell_point (JsonArray *array, const AyRetentionPoint *point)
{
  JsonObject *one = cmd_json_append (array);

  cmd_json_number (one, "share", point->share);
  cmd_json_count (one, "n", point->n);
  cmd_json_number (one, "valid", point->valid);
  cmd_json_number (one, "test", point->test);
  cmd_json_number (one, "random", point->random.mean);
  cmd_json_number (one, "random_low", point->random.low);
  cmd_json_number (one, "random_high", point->random.high);
  cmd_json_number (one, "difference", point->difference.mean);
  cmd_json_number (one, "difference_low", point->difference.low);
  cmd_json_number (one, "difference_high", point->difference.high);
}

void
cmd_retention_tell (const CmdRetention *self, const AyDataset *data, JsonObject *into)
{
  const AyRetention *of = self->of;
  JsonArray *points;
  JsonObject *minimal;

  cmd_json_text (into, "score", of->score);
  cmd_json_bool (into, "low_first", of->low_first);
  cmd_json_text (into, "part", of->on_test ? "test" : "valid");
  cmd_json_count (into, "repeats", of->repeats);
  points = cmd_json_array (into, "points");
  for (guint k = 0; k < of->n_points; k++)
    tell_point (points, &of->points[k]);
  minimal = cmd_json_object (into, "minimal");
  cmd_json_number (minimal, "share",
                   of->points[MIN (of->minimal, of->n_points - 1)].share);
  cmd_json_text (minimal, "sentence", of->minimal_sentence);
  if (of->minimal_rows != NULL)
    {
      JsonArray *ids = cmd_json_array (minimal, "ids");

      for (gsize row = ay_bitset_next (of->minimal_rows, 0); row < data->n;
           row = ay_bitset_next (of->minimal_rows, row + 1))
        {
          g_autofree char *id = ay_column_dup_text (data->id, row);

          json_array_add_string_element (ids, id);
        }
    }
  cmd_json_count (into, "test_openings", of->test_openings);
}

char *
cmd_retention_describe (const CmdRetention *self)
{
  const AyRetention *of = self->of;
  const AyRetentionPoint *point = &of->points[0];

  for (guint k = 0; k < of->n_points; k++)
    if (of->points[k].share <= 0.3)
      point = &of->points[k];
  return g_strdup_printf ("At %.0f %% kept %+.2f points against random (95 %% band over %u draws "
                          "%+.2f to %+.2f). Smallest set no worse on valid: %.0f %%; %s",
                          100.0 * point->share, 100.0 * point->difference.mean, of->repeats,
                          100.0 * point->difference.low, 100.0 * point->difference.high,
                          100.0 * of->points[MIN (of->minimal, of->n_points - 1)].share,
                          of->minimal_sentence);
}
