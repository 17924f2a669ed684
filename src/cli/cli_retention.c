/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_retention.h"

#include "cli/cli_json.h"
#include "core/work/band_json.h"

CmdRetention *
cmd_retention_new (AyRetention *of)
{
  CmdRetention *self = g_new0 (CmdRetention, 1);
  const AyRetentionSeries *series;

  self->of = of;
  series = self->series = ay_retention_series (of);
  self->curves[0] = (AyFigureCurve) { .name = series->name, .n = series->n, .x = series->x,
                                      .y = series->own };
  self->curves[1] = (AyFigureCurve) { .name = "at random", .n = series->n, .x = series->x,
                                      .y = series->random, .low = series->low,
                                      .high = series->high, .reference = TRUE };
  return self;
}

void
cmd_retention_free (CmdRetention *self)
{
  if (self == NULL)
    return;
  ay_retention_free (self->of);
  ay_retention_series_free (self->series);
  g_free (self);
}

static void
tell_point (JsonArray *array, const AyRetentionPoint *point)
{
  JsonObject *one = cmd_json_append (array);

  ay_json_put_number (one, "share", point->share);
  cmd_json_count (one, "n", point->n);
  ay_json_put_number (one, "valid", point->valid);
  ay_json_put_number (one, "test", point->test);
  ay_json_put_band (one, "random", &point->random);
  ay_json_put_band (one, "difference", &point->difference);
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
  ay_json_put_number (minimal, "share",
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
  json_object_set_object_member (into, "certificate", json_object_ref (of->certificate));
}
