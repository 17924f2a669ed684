/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/redundancy_private.h"

#include "core/graph/neighbours.h"

#include <math.h>

static void
add_method (JsonObject *certificate, const AyRedundancy *self)
{
  json_object_set_string_member (certificate, "metric",
                                 ay_distance_name (self->options.distance));
  json_object_set_boolean_member (certificate, "standardised", self->scales.centre != NULL);
  if (self->pairs->n_zero > 0)
    json_object_set_int_member (certificate, "zero_rows", (gint64) self->pairs->n_zero);
}

/* Rows that would go at thresholds down to the floor: what the figure "groups" draws. */
static void
add_curve (JsonObject *certificate, const AyRedundancy *self)
{
  AyOutcomeOptions options = AY_OUTCOME_OPTIONS_INIT;
  JsonArray *threshold = json_array_new (), *dropped = json_array_new ();
  g_autoptr (GArray) points = NULL;

  options.predict = FALSE;
  options.n_points = 40;
  points = ay_redundancy_curve (NULL, self, &options, NULL, NULL, NULL);
  for (guint k = 0; k < points->len; k++)
    {
      const AyOutcome *one = &g_array_index (points, AyOutcome, k);

      json_array_add_double_element (threshold, one->threshold);
      json_array_add_int_element (dropped, (gint64) one->n_dropped);
    }
  json_object_set_array_member (certificate, "curve_threshold", threshold);
  json_object_set_array_member (certificate, "curve_redundant", dropped);
}

static JsonObject *
certificate_of (const AyRedundancy *self, const AyRedundancyCut *cut)
{
  JsonObject *certificate = json_object_new ();

  json_object_set_string_member (certificate, "method",
                                 "all pairs within the threshold, exact; groups by linkage");
  add_method (certificate, self);
  json_object_set_double_member (certificate, "threshold", cut->threshold);
  json_object_set_double_member (certificate, "floor", self->options.floor);
  json_object_set_string_member (certificate, "linkage", ay_linkage_name (self->options.linkage));
  json_object_set_string_member (certificate, "keep", ay_keep_rule_name (self->options.keep));
  if (self->options.keep == AY_KEEP_SCORE)
    json_object_set_string_member (certificate, "keep_score", self->keep_score);
  json_object_set_int_member (certificate, "pairs", (gint64) self->pairs->n_pairs);
  json_object_set_int_member (certificate, "exact_copies", (gint64) self->pairs->n_copies);
  json_object_set_int_member (certificate, "groups", (gint64) cut->groups->n_groups);
  json_object_set_int_member (certificate, "redundant", (gint64) cut->n_redundant);
  json_object_set_int_member (certificate, "conflicts", (gint64) cut->n_conflicts);
  add_curve (certificate, self);
  return certificate;
}

static gboolean
store_both (AyWork *work, JsonObject *certificate, const double *group, const double *redundant,
            GError **error)
{
  AyScoreRecord records[2] = {
    { "group", "Near-duplicate group", "Number of the group of near copies that the row is in", "",
      "the row is like no other at this threshold", AY_SCORE_FLAG, AY_DIRECTION_NONE,
      certificate },
    { "redundant", "Redundant",
      "1: a near copy of this training row stays, it may go; 0: it stays", "0/1", NULL,
      AY_SCORE_FLAG, AY_DIRECTION_LOW_GOOD, certificate },
  };

  if (!ay_workspace_begin (work->store, error))
    return FALSE;
  if (!ay_work_store_score (work, &records[0], group, error)
      || !ay_work_store_score (work, &records[1], redundant, error))
    {
      ay_workspace_rollback (work->store);
      ay_work_changed (work);
      return FALSE;
    }
  return ay_workspace_commit (work->store, error);
}

gboolean
ay_redundancy_store (AyWork *work, const AyRedundancy *self, const AyRedundancyCut *cut,
                     AyJob *job, GError **error)
{
  gsize n = self->data->n;
  g_autofree double *group = g_new (double, MAX (n, 1));
  g_autofree double *redundant = g_new (double, MAX (n, 1));
  g_autoptr (JsonObject) certificate = certificate_of (self, cut);

  for (gsize i = 0; i < n; i++)
    {
      group[i] = cut->groups->group[i] != G_MAXUINT32 ? (double) cut->groups->group[i] : NAN;
      redundant[i] = cut->redundant[i];
    }
  return ay_job_commit (job, error) && store_both (work, certificate, group, redundant, error);
}

gboolean
ay_redundancy_store_uniqueness (AyWork *work, const AyRedundancy *self, gsize approximate_above,
                                AyJob *job, GError **error)
{
  gsize n = self->data->n;
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  g_autoptr (AyNeighbours) found = NULL;
  g_autofree double *values = g_new (double, MAX (n, 1));
  g_autoptr (JsonObject) certificate = json_object_new ();
  AyScoreRecord record
      = { "uniqueness", "Uniqueness", "Distance of the row to its nearest other row", "",
          "a row of zeros has no direction", AY_SCORE_MEASURE, AY_DIRECTION_HIGH_GOOD,
          certificate };

  options.k = 1;
  options.seed = self->options.seed;
  options.approximate_above = approximate_above;
  found = ay_neighbours_find (&self->points->points, &options, job, error);
  if (found == NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    values[i] = found->distances[i];
  json_object_set_string_member (certificate, "method", found->method);
  add_method (certificate, self);
  json_object_set_double_member (certificate, "recall", found->recall);
  if (found->recall_sample > 0)
    json_object_set_int_member (certificate, "recall_sample", (gint64) found->recall_sample);
  return ay_job_commit (job, error) && ay_work_store_score (work, &record, values, error);
}
