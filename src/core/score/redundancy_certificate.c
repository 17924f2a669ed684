/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/score/redundancy.h"

#include <math.h>
#include <stdlib.h>

#define CURVE_POINTS 40
#define TOLERANCE 1e-12 /* of a threshold */

void
ay_redundancy_groups (const AyRedundancy *self, const AyRedundancyCut *cut, double *out)
{
  for (gsize i = 0; i < self->data->n; i++)
    out[i] = cut->groups->group[i] != G_MAXUINT32 ? (double) cut->groups->group[i] : NAN;
}

void
ay_redundancy_flags (const AyRedundancy *self, const AyRedundancyCut *cut, double *out)
{
  for (gsize i = 0; i < self->data->n; i++)
    out[i] = cut->redundant[i];
}

static int
compare_heights (const void *a, const void *b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

double *
ay_redundancy_distances (const AyRedundancy *self, double present, guint n_points, gsize *n)
{
  const AyMerges *merges = self->merges;
  guint steps = MAX (n_points, 2);
  double *cuts = g_new (double, steps + 2);
  gsize count = 0, kept = 0;

  for (guint k = 0; k < steps && merges->n_merges > 0; k++)
    cuts[count++] = merges->merges[(merges->n_merges - 1) * (gsize) k / (steps - 1)].height;
  cuts[count++] = ay_redundancy_distance (self->options.distance, present);
  qsort (cuts, count, sizeof *cuts, compare_heights);
  for (gsize k = 0; k < count; k++)
    if (kept == 0 || cuts[k] > cuts[kept - 1])
      cuts[kept++] = cuts[k];
  *n = kept;
  return cuts;
}

double
ay_redundancy_threshold_at (const AyRedundancy *self, double present, double distance)
{
  double threshold = ay_redundancy_threshold (self->options.distance, distance);

  return fabs (threshold - present) <= TOLERANCE ? present : threshold;
}

static void
add_curve (JsonObject *into, const AyRedundancy *self, double present)
{
  JsonArray *threshold = json_array_new (), *dropped = json_array_new ();
  gsize n;
  g_autofree double *cuts = ay_redundancy_distances (self, present, CURVE_POINTS, &n);

  for (gsize k = 0; k < n; k++)
    {
      double one = ay_redundancy_threshold_at (self, present, cuts[k]);
      g_autoptr (AyRedundancyCut) cut = ay_redundancy_count (self, one);

      json_array_add_double_element (threshold, one);
      json_array_add_int_element (dropped, (gint64) cut->n_redundant);
    }
  json_object_set_array_member (into, "curve_threshold", threshold);
  json_object_set_array_member (into, "curve_redundant", dropped);
}

/* What forbids to call the groups copies. */
static void
add_flag (const AyRedundancy *self, JsonObject *into)
{
  g_autofree char *by_chance = ay_redundancy_by_chance (self->data, self->options.distance);
  JsonArray *flags;

  if (by_chance == NULL)
    return;
  flags = json_array_new ();
  json_array_add_string_element (flags, by_chance);
  json_object_set_array_member (into, "flags", flags);
  json_object_set_boolean_member (into, "finding", FALSE);
}

void
ay_redundancy_certify (const AyRedundancy *self, const AyRedundancyCut *cut, JsonObject *into)
{
  json_object_set_string_member (into, "metric", ay_distance_name (self->options.distance));
  json_object_set_boolean_member (into, "standardised", self->scales.centre != NULL);
  if (self->pairs->n_zero > 0)
    json_object_set_int_member (into, "zero_rows", (gint64) self->pairs->n_zero);
  if (cut == NULL)
    return;
  json_object_set_string_member (into, "groups_by",
                                 self->options.linkage == AY_LINKAGE_SINGLE
                                     ? "all pairs within the threshold, exact; groups are chains: "
                                       "two of their rows may be further apart than the threshold"
                                     : "all pairs within the threshold, exact; every two rows of "
                                       "a group are within it");
  json_object_set_double_member (into, "threshold", cut->threshold);
  json_object_set_double_member (into, "floor", self->options.floor);
  json_object_set_string_member (into, "linkage", ay_linkage_name (self->options.linkage));
  json_object_set_string_member (into, "keep", ay_keep_rule_name (self->options.keep));
  if (self->options.keep == AY_KEEP_SCORE)
    json_object_set_string_member (into, "keep_score", self->keep_score);
  json_object_set_int_member (into, "pairs", (gint64) self->pairs->n_pairs);
  json_object_set_int_member (into, "exact_copies", (gint64) self->pairs->n_copies);
  json_object_set_int_member (into, "groups", (gint64) cut->groups->n_groups);
  json_object_set_int_member (into, "redundant", (gint64) cut->n_redundant);
  json_object_set_int_member (into, "conflicts", (gint64) cut->n_conflicts);
  add_flag (self, into);
  add_curve (into, self, cut->threshold);
}
