/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups of near copies: found once, cut as often as a slider moves.
 *
 * The pairs down to the floor and their merges are kept; a threshold takes a prefix of the merges.
 * Rows whose texts are the same once normalised stand together whatever their features say. */
#include "core/score/redundancy_private.h"

#include "core/base/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE 1e-12 /* of a cosine */
#define DEFAULT_COSINE 0.99

double
ay_redundancy_distance (AyDistance distance, double threshold)
{
  return distance == AY_DISTANCE_COSINE ? 1.0 - threshold + TOLERANCE : threshold;
}

double
ay_redundancy_threshold (AyDistance distance, double value)
{
  return distance == AY_DISTANCE_COSINE ? 1.0 - value : value;
}

AyRedundancy *
ay_redundancy_ref (AyRedundancy *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_redundancy_unref (AyRedundancy *self)
{
  if (!g_atomic_ref_count_dec (&self->ref))
    return;
  g_free (self->keep_score);
  g_free (self->preference);
  if (self->whole != NULL)
    {
      ay_redundancy_unref (self->whole);
      g_free (self);
      return;
    }
  g_clear_pointer (&self->pairs, ay_pairs_unref);
  g_clear_pointer (&self->merges, ay_merges_unref);
  g_clear_pointer (&self->points, ay_point_set_free);
  g_clear_pointer (&self->data, ay_dataset_unref);
  ay_scales_clear (&self->scales);
  g_free (self->text.exact);
  g_free (self->text.same);
  g_free (self);
}

char *
ay_redundancy_by_chance (const AyDataset *data, AyDistance distance)
{
  gsize columns = ay_matrix_cols (data->features);

  if (distance != AY_DISTANCE_COSINE || columns >= AY_REDUNDANCY_LEAST_COLUMNS)
    return NULL;
  return g_strdup_printf (
      columns == 1 ? N_ ("with %zu column of features rows point the same way by chance: groups by "
                         "cosine are no sign of copies (by euclidean and a threshold, rows that "
                         "lie close are found)")
                   : N_ ("with %zu columns of features rows point the same way by chance: groups "
                         "by cosine are no sign of copies (by euclidean and a threshold, rows that "
                         "lie close are found)"),
      columns);
}

static gboolean
check_threshold (AyDistance distance, const char *what, double value, GError **error)
{
  if (distance == AY_DISTANCE_COSINE ? value >= -1.0 && value <= 1.0
                                     : value >= 0.0 && isfinite (value))
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%s %g: expected %s"), what, value,
               distance == AY_DISTANCE_COSINE ? N_ ("a cosine, -1 to 1")
                                              : N_ ("a distance from 0"));
  return FALSE;
}

/* Puts numbers where the options leave it open. */
static gboolean
resolve (AyRedundancyOptions *options, GError **error)
{
  gboolean cosine = options->distance == AY_DISTANCE_COSINE;

  if (isnan (options->threshold) && !cosine)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                           N_ ("euclidean: a threshold must be given, the largest distance of "
                               "copies"));
      return FALSE;
    }
  if (isnan (options->threshold))
    options->threshold = DEFAULT_COSINE;
  if (isnan (options->floor))
    options->floor = options->threshold;
  if (!check_threshold (options->distance, "threshold", options->threshold, error)
      || !check_threshold (options->distance, "floor", options->floor, error))
    return FALSE;
  if (cosine ? options->floor <= options->threshold : options->floor >= options->threshold)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("floor %g: the threshold %g lies beyond it"),
               options->floor, options->threshold);
  return FALSE;
}

/* asked: the floor before it was raised. */
static void
report (AyRedundancy *self, double asked)
{
  AyDiagnostics *diagnostics = self->data->diagnostics;
  g_autofree char *by_chance = ay_redundancy_by_chance (self->data, self->options.distance);

  if (by_chance != NULL && ay_diagnostics_find (diagnostics, "few-columns") == NULL)
    ay_diagnostics_add (diagnostics, "few-columns", "%s", by_chance);
  if (self->pairs->n_zero > 0 && ay_diagnostics_find (diagnostics, "zero-rows") == NULL)
    ay_diagnostics_add (diagnostics, "zero-rows",
                        N_ ("%zu rows of zeros have no direction: by cosine they are like no "
                            "other row"), self->pairs->n_zero);
  if (self->pairs->reach < self->pairs->asked)
    ay_diagnostics_add (diagnostics, "floor-raised",
                        N_ ("more than %zu pairs of rows at %g: pairs were kept up to %.6g only"),
                        self->options.max_pairs, asked, self->options.floor);
}

static gboolean
find (AyRedundancy *self, AyJob *job, GError **error)
{
  AyDataset *data = self->data;
  AyPoints points = { .features = data->features, .n = data->n,
                      .distance = self->options.distance, .ranks = self->options.ranks };
  AyPairsOptions options = AY_PAIRS_OPTIONS_INIT;
  double asked;

  self->scales.ranks = self->options.ranks;
  if (!resolve (&self->options, error) || !ay_redundancy_prefer (self, error)
      || !ay_scales_init_as_asked (&self->scales, data, self->options.standardise, job, error)
      || !ay_redundancy_find_text (self, job, error))
    return FALSE;
  ay_scales_apply (&self->scales, &points);
  options.reach = ay_redundancy_distance (points.distance, self->options.floor);
  options.max_pairs = self->options.max_pairs;
  options.seed = self->options.seed;
  options.same = self->text.same;
  self->points = ay_point_set_new (&points, NULL, job, error);
  if (self->points == NULL)
    return FALSE;
  self->pairs = ay_pairs_find (&points, &options, job, error);
  if (self->pairs == NULL)
    return FALSE;
  asked = self->options.floor;
  if (self->pairs->reach < self->pairs->asked)
    {
      self->options.floor = ay_redundancy_threshold (points.distance, self->pairs->reach);
      if (points.distance == AY_DISTANCE_COSINE)
        self->options.threshold = MAX (self->options.threshold, self->options.floor);
      else
        self->options.threshold = MIN (self->options.threshold, self->options.floor);
    }
  report (self, asked);
  ay_job_set_phase (job, "joining groups");
  self->merges = ay_merges_new (self->pairs, self->options.linkage, job, error);
  return self->merges != NULL;
}

AyRedundancy *
ay_redundancy_find (AyDataset *data, const AyRedundancyOptions *options, AyJob *job,
                    GError **error)
{
  g_autoptr (AyRedundancy) self = g_new0 (AyRedundancy, 1);

  g_atomic_ref_count_init (&self->ref);
  self->data = ay_dataset_ref (data);
  self->options = *options;
  self->keep_score = g_strdup (options->keep_score);
  self->options.keep_score = self->keep_score;
  if (!find (self, job, error))
    return NULL;
  self->options.keep_values = NULL;
  self->options.ranks = self->scales.ranks = NULL; /* each rank has it all */
  self->points->points.ranks = NULL;
  return g_steal_pointer (&self);
}

AyRedundancy *
ay_redundancy_keeping (AyRedundancy *self, const AyRedundancyOptions *options, GError **error)
{
  AyRedundancy *whole = self->whole != NULL ? self->whole : self;
  g_autoptr (AyRedundancy) other = g_memdup2 (whole, sizeof *whole);

  g_atomic_ref_count_init (&other->ref);
  other->whole = ay_redundancy_ref (whole);
  other->preference = NULL;
  other->keep_score = g_strdup (options->keep_score);
  other->options.keep = options->keep;
  other->options.keep_score = other->keep_score;
  other->options.keep_values = options->keep_values;
  if (!ay_redundancy_prefer (other, error))
    return NULL;
  other->options.keep_values = NULL;
  return g_steal_pointer (&other);
}

gboolean
ay_redundancy_leaks_in (const AyRedundancyCut *cut, gsize group)
{
  guint parts = cut->parts[group]
                & (1 << AY_SPLIT_TRAIN | 1 << AY_SPLIT_VALID | 1 << AY_SPLIT_TEST);

  return (parts & (parts - 1)) != 0;
}

/* Labels that differ, and parts, of each group. */
static void
describe_groups (const AyRedundancy *self, AyRedundancyCut *cut)
{
  const AyNearGroups *groups = cut->groups;
  const AyDataset *data = self->data;

  for (gsize g = 0; g < groups->n_groups; g++)
    {
      gint32 label = AY_LABEL_MISSING;
      gsize may_go = 0;

      for (gsize m = groups->start[g]; m < groups->start[g + 1]; m++)
        {
          guint32 row = groups->members[m];

          cut->parts[g] |= (guint8) (1 << data->split[row]);
          may_go += data->split[row] == AY_SPLIT_TRAIN || data->split[row] == AY_SPLIT_POOL;
          if (data->label == NULL || data->label[row] == AY_LABEL_MISSING)
            continue;
          if (label != AY_LABEL_MISSING && label != data->label[row])
            cut->conflict[g] = 1;
          label = data->label[row];
        }
      cut->n_redundant += may_go - (may_go > 0);
      cut->n_conflicts += cut->conflict[g];
      cut->n_leaks += ay_redundancy_leaks_in (cut, g);
    }
}

AyRedundancyCut *
ay_redundancy_cut (const AyRedundancy *self, double threshold)
{
  AyRedundancyCut *cut = ay_redundancy_count (self, threshold);

  ay_redundancy_choose (self, cut);
  return cut;
}

AyRedundancyCut *
ay_redundancy_count (const AyRedundancy *self, double threshold)
{
  AyRedundancyCut *cut = g_new0 (AyRedundancyCut, 1);
  gsize n;

  cut->threshold = threshold;
  cut->groups = ay_near_groups_at (self->merges,
                                   ay_redundancy_distance (self->options.distance, threshold));
  n = MAX (cut->groups->n_groups, 1);
  cut->representative = g_new (guint32, n);
  cut->conflict = g_new0 (guint8, n);
  cut->parts = g_new0 (guint8, n);
  cut->redundant = g_new0 (guint8, MAX (self->data->n, 1));
  describe_groups (self, cut);
  return cut;
}

void
ay_redundancy_cut_free (AyRedundancyCut *self)
{
  if (self == NULL)
    return;
  ay_near_groups_unref (self->groups);
  g_free (self->representative);
  g_free (self->conflict);
  g_free (self->parts);
  g_free (self->redundant);
  g_free (self);
}

typedef struct
{
  const AyRedundancyCut *cut;
  AyGroupsOrder by;
} Order;

static int
compare_groups (const void *a, const void *b, gpointer data)
{
  guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;
  const Order *order = data;
  const AyRedundancyCut *cut = order->cut;
  gsize size_x = ay_near_groups_size (cut->groups, x);
  gsize size_y = ay_near_groups_size (cut->groups, y);
  double link_x = cut->groups->weakest[x], link_y = cut->groups->weakest[y];
  gboolean leaks_x = ay_redundancy_leaks_in (cut, x), leaks_y = ay_redundancy_leaks_in (cut, y);

  if (order->by == AY_GROUPS_BY_CONFLICT && cut->conflict[x] != cut->conflict[y])
    return cut->conflict[x] > cut->conflict[y] ? -1 : 1;
  if (order->by == AY_GROUPS_BY_LEAK && leaks_x != leaks_y)
    return leaks_x ? -1 : 1;
  if (order->by == AY_GROUPS_BY_LINK && link_x != link_y)
    return link_x > link_y ? -1 : 1;
  if (size_x != size_y)
    return size_x > size_y ? -1 : 1;
  return (x > y) - (x < y);
}

guint32 *
ay_redundancy_order (const AyRedundancyCut *cut, AyGroupsOrder by)
{
  guint32 *order = g_new (guint32, MAX (cut->groups->n_groups, 1));
  Order data = { cut, by };

  for (gsize g = 0; g < cut->groups->n_groups; g++)
    order[g] = (guint32) g;
  g_qsort_with_data (order, (gint) cut->groups->n_groups, sizeof *order, compare_groups, &data);
  return order;
}
