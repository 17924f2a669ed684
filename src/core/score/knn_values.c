/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nearest-neighbour semivalues by one pass over tiles of validation rows.
 *
 * A tile's distances to all training rows are made by products (knn_distances.h), each of its rows'
 * lists is sorted once (distance_order.h), and every semivalue asked is one pass over the sorted
 * list (semivalue.h), added to the training rows. Validation rows come in random order and belong
 * to groups by their place in it; a group adds to its own arrays, in order, so the sums do not
 * depend on the threads, and even and odd groups are two random halves of the validation rows.
 *
 * nearest = T orders T rows only; the others enter by their mean u, which counting gives exactly,
 * and have in the mean one of two values, by their u. Those go to class sums, so that a validation
 * row costs O(T) beyond its distances. Where every gain beyond a rank is nothing to rounding, as
 * for Banzhaf beyond some 2 K + 10 sqrt K + 40 rows, the pass does so by itself.
 *
 * Of several ranks each has the distances to its own training rows and adds to those alone. The
 * lists of all ranks are merged (knn_merge.h), so that every rank has the same list as one alone.
 *
 * Cost: 2 n d flop a validation row, some ns a pair for sorting, and 2 ns for each semivalue. */
#include "core/score/knn_values.h"

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/score/distance_order.h"
#include "core/score/knn_merge.h"

#include <math.h>
#include <string.h>

#define ORDER_STREAM 31
#define TILE_BYTES (gsize) (512 << 20)
#define MAX_GROUPS 64
#define GROUP_BYTES (gsize) (256 << 20)

typedef struct
{
  double sum, square;
} Sums;

typedef struct
{
  AyDistanceOrder *order;
  double *u, *value, *squared; /* n_listed */
  float *narrow, *row;         /* n_own, d */
  guint64 *entry;              /* (nullable) of ranks: n_listed */
  AyKnnExact *known;           /* and what is known of its first ones */
} Worker;

typedef struct
{
  const AyProblem *train, *valid;
  const AyKnnOptions *options;
  AyKnnValues *out;
  AyKnnDistances *distances;
  AyKnnMerge *merge;           /* (nullable) of ranks */
  gsize first_own, n_own;      /* training rows whose distances this rank has */
  gsize n_listed;              /* of a validation row's list */
  AySemivalueTable **tables;   /* n_laws */
  gsize *ordered;              /* n_laws: rows ordered for it */
  double *mean_gain;           /* n_laws: beyond them */
  gsize *class_count;          /* n_classes: training rows */
  guint32 *turn;               /* positions of valid in random order */
  guint32 *queries;            /* their rows */
  gsize n_groups, tile, first, count;
  Sums *sums;                  /* n_groups x n_laws x n_own */
  double *bound;               /* n_groups x n_laws: sums of the values' bounds */
  Sums *by_class;              /* n_groups x n_laws x (n_classes + 1): last for all rows */
  double *kth;                 /* tile: distance to the K-th nearest */
  double unit;                 /* mean weight of the validation rows */
  Worker *workers;
  AyJob *job;
} Pass;

/* --- one validation row --- */

static void
add (Sums *to, double value)
{
  to->sum += value;
  to->square += value * value;
}

/* Those of an own training row; else NULL. */
static Sums *
sums_of (const Pass *self, gsize group, guint law, gsize row)
{
  if (row - self->first_own >= self->n_own)
    return NULL;
  return self->sums + (group * self->out->n_laws + law) * self->n_own + row - self->first_own;
}

/* u of the ordered rows. */
static void
fill_u (const Pass *self, Worker *w, const guint64 *list, gsize count, gsize exact)
{
  double scale = self->out->radius * self->out->radius;

  for (gsize i = 0; i < count; i++)
    w->u[i] = ay_order_match (list[i]);
  if (!self->options->weighted)
    return;
  for (gsize i = 0; i < count; i++)
    if (w->u[i] > 0.0)
      {
        double squared = i < exact ? w->squared[i] : ay_order_distance (list[i]);

        w->u[i] = scale > 0.0 ? exp (-squared / scale) : squared == 0.0;
      }
}

/* The rows beyond the ordered ones: all rows get what they get, the ordered ones give it back. */
static void
add_beyond (const Pass *self, gsize group, guint law, const guint64 *list, gsize count,
            const double level[2], gint32 y)
{
  gsize n_classes = self->train->n_classes;
  Sums *by_class = self->by_class + (group * self->out->n_laws + law) * (n_classes + 1);

  add (&by_class[n_classes], level[0]);
  by_class[y].sum += level[1] - level[0];
  by_class[y].square += level[1] * level[1] - level[0] * level[0];
  for (gsize i = 0; i < count; i++)
    {
      double back = level[ay_order_match (list[i])];
      Sums *own = sums_of (self, group, law, ay_order_row (list[i]));

      if (own == NULL)
        continue;
      own->sum -= back;
      own->square -= back * back;
    }
}

static void
value_by_law (const Pass *self, Worker *w, gsize group, guint law, gint32 y, double weight,
              const guint64 *list)
{
  const AySemivalueTable *table = self->tables[law];
  gsize n = self->out->n, count = self->ordered[law];
  double matches = 0.0, rest = 0.0, base;

  for (gsize i = 0; i < count && count < n; i++)
    matches += w->u[i];
  if (count < n)
    rest = (self->class_count[y] - matches) / (n - count);
  base = ay_semivalue_sorted (table, w->u, count, rest, w->value);
  for (gsize i = 0; i < count; i++)
    {
      Sums *own = sums_of (self, group, law, ay_order_row (list[i]));

      if (own != NULL)
        add (own, weight * w->value[i]);
    }
  if (count < n)
    {
      double gain = self->mean_gain[law], last = table->gain[n - 1];
      double level[2] = { weight * (base + rest * (last - gain)),
                          weight * (base + gain + rest * (last - gain)) };

      add_beyond (self, group, law, list, count, level, y);
      self->bound[group * self->out->n_laws + law]
          += weight
             * ay_semivalue_bound (table, count, gain, self->class_count[y] - (gsize) matches);
    }
}

static void
value_ball (const Pass *self, Worker *w, gsize group, const float *distance, gint32 y,
            double weight)
{
  gsize n = self->n_own, count = 0;
  double most = self->out->radius * self->out->radius;
  guint32 *member = (guint32 *) w->squared;

  for (gsize i = 0; i < n; i++)
    if (distance[i] <= most)
      {
        gboolean match = self->train->label[i] == y;

        w->u[count] = !match                    ? 0.0
                      : !self->options->weighted ? 1.0
                      : most > 0.0               ? exp (-distance[i] / most)
                                                 : 1.0;
        member[count++] = (guint32) i;
      }
  for (guint law = 0; law < self->out->n_laws; law++)
    {
      Sums *sums = self->sums + (group * self->out->n_laws + law) * n;

      ay_semivalue_ball (self->tables[law], w->u, count, w->value);
      for (gsize i = 0; i < count; i++)
        add (&sums[member[i]], weight * w->value[i]);
    }
}

/* Depth to which the order must be beyond doubt. */
static gsize
depth_of (guint k)
{
  return 2 * (gsize) k + (gsize) (10.0 * sqrt (k)) + 40;
}

/* The `wanted` nearest own rows of query t. */
static guint64 *
order_own (const Pass *self, gsize t, gsize wanted, Worker *w)
{
  gint32 y = self->valid->label[self->turn[self->first + t]];
  const float *distance = ay_knn_distances_of (self->distances, t, w->narrow);
  gsize count;

  return ay_distance_order (w->order, distance, self->train->label + self->first_own, y, wanted,
                            &count);
}

/* The nearest rows of query t, of all ranks. */
static AyKnnList
list_of (const Pass *self, gsize t, Worker *w)
{
  AyKnnList list = { w->entry, self->n_listed, w->known, w->squared };

  if (self->merge == NULL)
    list.entry = order_own (self, t, self->n_listed, w);
  else
    ay_knn_merge_list (self->merge, t, w->entry, w->known);
  return list;
}

static void
value_query (const Pass *self, gsize t, gsize group, Worker *w)
{
  gsize position = self->turn[self->first + t], exact;
  gint32 y = self->valid->label[position];
  double weight = ay_problem_weight (self->valid, position) / self->unit;
  AyKnnList list;

  if (self->options->utility == AY_UTILITY_THRESHOLD)
    {
      value_ball (self, w, group, ay_knn_distances_of (self->distances, t, w->narrow), y, weight);
      return;
    }
  list = list_of (self, t, w);
  exact = ay_knn_distances_refine (self->distances, t, &list, depth_of (self->options->k), w->row);
  fill_u (self, w, list.entry, self->out->ordered, exact);
  for (guint law = 0; law < self->out->n_laws; law++)
    value_by_law (self, w, group, law, y, weight, list.entry);
}

/* This rank's part of query t's list. */
static void
tell_query (gsize t, guint worker, gpointer data)
{
  Pass *self = data;
  Worker *w = &self->workers[worker];
  gsize count, exact;
  AyKnnExact *known;
  guint64 *own = ay_knn_merge_own (self->merge, t, &count, &known, &exact);
  const guint64 *list = order_own (self, t, count, w);

  for (gsize i = 0; i < count; i++)
    own[i] = list[i] + ((guint64) self->first_own << 1); /* by position among all rows */
  ay_knn_distances_exact (self->distances, t, own, exact, known, w->row);
}

static gboolean
merge_lists (Pass *self, GError **error)
{
  return self->merge == NULL
         || (ay_parallel_for (self->count, tell_query, self, self->job, error)
             && ay_knn_merge_gather (self->merge, self->count, error));
}

static void
value_group (gsize group, guint worker, gpointer data)
{
  Pass *self = data;

  for (gsize t = group; t < self->count && !ay_job_is_cancelled (self->job); t += self->n_groups)
    value_query (self, t, group, &self->workers[worker]);
}

/* --- the radius --- */

static void
find_kth (gsize t, guint worker, gpointer data)
{
  Pass *self = data;
  Worker *w = &self->workers[worker];
  gsize wanted = MIN (self->options->k, self->out->n);
  const guint64 *list = order_own (self, t, wanted, w);

  self->kth[t] = sqrt (ay_order_distance (list[wanted - 1]));
}

static gboolean
needs_radius (const Pass *self)
{
  return (self->options->weighted || self->options->utility == AY_UTILITY_THRESHOLD)
         && isnan (self->options->radius);
}

/* From the first tile. */
static gboolean
set_radius (Pass *self, GError **error)
{
  self->out->radius = self->options->radius;
  if (!needs_radius (self))
    return TRUE;
  if (!ay_parallel_for (self->count, find_kth, self, self->job, error))
    return FALSE;
  self->out->radius = ay_quantile (self->kth, self->count, 0.5);
  return TRUE;
}

/* --- the pass --- */

static gboolean
make_tables (Pass *self, GError **error)
{
  const AyKnnOptions *options = self->options;
  gsize n = self->out->n, most = options->nearest > 0 ? MIN (n, options->nearest) : n;
  gboolean ball = options->utility == AY_UTILITY_THRESHOLD;

  self->out->to_rounding = TRUE;
  for (guint law = 0; law < options->n_laws; law++)
    {
      AySemivalueGame game = { options->laws[law], options->utility, n, options->k,
                               1.0 / self->train->n_classes };
      gsize reach = n;

      self->tables[law] = ay_semivalue_table_new (&game, error);
      if (self->tables[law] == NULL)
        return FALSE;
      if (ball)
        continue;
      if (!options->weighted) /* the others' mean u would have to be known */
        reach = ay_semivalue_reach (self->tables[law]);
      self->ordered[law] = MIN (reach, most);
      self->mean_gain[law] = ay_semivalue_mean_gain (self->tables[law], self->ordered[law]);
      self->out->ordered = MAX (self->out->ordered, self->ordered[law]);
      self->out->to_rounding &= reach <= most;
    }
  return TRUE;
}

/* What is sorted and, of ranks, merged of a validation row's list: what is wanted, and enough
 * beyond it for what is as good as tied with it. */
static gboolean
make_lists (Pass *self, GError **error)
{
  gsize depth = depth_of (self->options->k), n = self->out->n;
  AyParts parts = ay_parts_by (self->train->ranks, n, AY_KNN_BLOCK);

  self->n_listed = self->options->utility == AY_UTILITY_THRESHOLD
                       ? n
                       : MIN (n, self->out->ordered + depth);
  if (parts.ranks != NULL)
    self->merge = ay_knn_merge_new (&parts, self->n_listed,
                                    ay_knn_refined (self->n_listed, depth), self->tile, error);
  return parts.ranks == NULL || self->merge != NULL;
}

static gboolean
make_workers (Pass *self, GError **error)
{
  gsize n = self->n_listed, d = ay_knn_distances_n_features (self->distances);

  self->workers = g_new0 (Worker, ay_threads ());
  for (guint k = 0; k < ay_threads (); k++)
    {
      Worker *w = &self->workers[k];

      w->order = ay_distance_order_new (self->n_own, error);
      w->u = w->order != NULL ? ay_try_alloc (3 * n, sizeof (double), "the values", error) : NULL;
      w->narrow = w->u != NULL ? ay_try_alloc (self->n_own + d, sizeof (float), "the distances",
                                               error)
                               : NULL;
      if (w->narrow == NULL)
        return FALSE;
      w->value = w->u + n;
      w->squared = w->value + n;
      w->row = w->narrow + self->n_own;
      if (self->merge == NULL)
        continue;
      w->entry = ay_try_alloc (n, sizeof (guint64), "nearest rows", error);
      w->known = w->entry != NULL ? ay_try_alloc (n, sizeof (AyKnnExact), "nearest rows", error)
                                  : NULL;
      if (w->known == NULL)
        return FALSE;
    }
  return TRUE;
}

/* Validation rows at a time, whole rounds of the groups: so every row is in the same group, after
 * the same ones, whatever the tile. It is smaller where half of the memory that is left beside the
 * groups' sums does not hold its distances; not where the first tile gives the radius, nor of
 * ranks, which have a part of the distances each and must take the same rows at a time. */
static gsize
choose_tile (const Pass *self)
{
  gsize n = self->out->n, groups = self->n_groups, m = self->out->n_judged, tile;
  gsize row = n * (self->options->wide ? sizeof (double) : sizeof (float));
  guint64 sums = (guint64) groups * self->options->n_laws * n * sizeof (Sums);
  guint64 left = ay_memory_free ();

  tile = CLAMP (TILE_BYTES / row, MAX_GROUPS, 8 * MAX_GROUPS) / groups * groups;
  left = (left - MIN (left, sums)) / 2;
  while (self->train->ranks == NULL && !needs_radius (self) && tile > groups && tile * row > left)
    tile = MAX (tile / 2 / groups, 1) * groups;
  return MIN (tile, m);
}

static gboolean
prepare (Pass *self, GError **error)
{
  gsize n = self->out->n, m = self->out->n_judged, laws = self->options->n_laws;
  AyKnnDistancesOptions options = { self->options->cosine, self->options->wide, 0 };
  AyRng rng;

  self->n_groups = CLAMP (GROUP_BYTES / (n * sizeof (Sums)), 2, MAX_GROUPS) & ~(gsize) 1;
  options.tile = self->tile = choose_tile (self);
  self->distances = ay_knn_distances_new (self->train, &options, self->job, error);
  if (self->distances == NULL)
    return FALSE;
  self->n_own = ay_knn_distances_own (self->distances, &self->first_own);
  self->tables = g_new0 (AySemivalueTable *, laws);
  self->mean_gain = g_new0 (double, laws);
  self->ordered = g_new0 (gsize, laws);
  self->class_count = g_new0 (gsize, self->train->n_classes);
  self->kth = g_new (double, self->tile);
  self->turn = g_new (guint32, m);
  self->queries = g_new (guint32, m);
  self->by_class = g_new0 (Sums, self->n_groups * laws * (self->train->n_classes + 1));
  self->bound = g_new0 (double, self->n_groups * laws);
  self->sums = ay_try_alloc (self->n_groups * laws, MAX (self->n_own, 1) * sizeof (Sums),
                             "the values", error);
  if (self->sums == NULL || !make_tables (self, error) || !make_lists (self, error)
      || !make_workers (self, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    self->class_count[self->train->label[i]]++;
  for (gsize i = 0; i < m; i++)
    {
      self->turn[i] = (guint32) i;
      self->unit += ay_problem_weight (self->valid, i) / m;
    }
  ay_rng_init (&rng, self->options->seed, ORDER_STREAM);
  ay_rng_shuffle (&rng, self->turn, m);
  for (gsize i = 0; i < m; i++)
    self->queries[i] = self->valid->rows[self->turn[i]];
  return TRUE;
}

static void
pass_clear (Pass *self)
{
  for (guint k = 0; self->workers != NULL && k < ay_threads (); k++)
    {
      ay_distance_order_free (self->workers[k].order);
      g_free (self->workers[k].u);
      g_free (self->workers[k].narrow);
      g_free (self->workers[k].entry);
      g_free (self->workers[k].known);
    }
  for (guint k = 0; self->tables != NULL && k < self->options->n_laws; k++)
    ay_semivalue_table_free (self->tables[k]);
  ay_knn_distances_free (self->distances);
  ay_knn_merge_free (self->merge);
  g_free (self->workers);
  g_free (self->tables);
  g_free (self->mean_gain);
  g_free (self->ordered);
  g_free (self->class_count);
  g_free (self->kth);
  g_free (self->turn);
  g_free (self->queries);
  g_free (self->by_class);
  g_free (self->bound);
  g_free (self->sums);
}

/* Weight of the validation rows of one half, in mean weights. */
static double
weight_of_half (const Pass *self, guint half)
{
  double sum = 0.0;

  for (gsize i = 0; i < self->out->n_judged; i++)
    if (i % self->tile % self->n_groups % 2 == half)
      sum += ay_problem_weight (self->valid, self->turn[i]) / self->unit;
  return sum;
}

static void
reduce (Pass *self)
{
  AyKnnValues *out = self->out;
  gsize n = out->n, m = out->n_judged, n_classes = self->train->n_classes;
  double halves[2] = { weight_of_half (self, 0), weight_of_half (self, 1) };

  for (guint law = 0; law < out->n_laws; law++)
    for (gsize i = self->first_own; i < self->first_own + self->n_own; i++)
      {
        Sums total[2] = { { 0.0, 0.0 }, { 0.0, 0.0 } };
        double mean, spread;

        for (gsize g = 0; g < self->n_groups; g++)
          {
            gsize at = g * out->n_laws + law;
            const Sums *own = sums_of (self, g, law, i);
            const Sums *by_class = self->by_class + at * (n_classes + 1);
            const Sums *of_class = &by_class[self->train->label[i]];

            total[g % 2].sum += own->sum + of_class->sum + by_class[n_classes].sum;
            total[g % 2].square += own->square + of_class->square + by_class[n_classes].square;
          }
        mean = (total[0].sum + total[1].sum) / m;
        spread = (total[0].square + total[1].square) / m - mean * mean;
        out->value[law * n + i] = mean;
        out->error[law * n + i] = m > 1 ? sqrt (MAX (spread, 0.0) / (m - 1.0)) : NAN;
        for (guint h = 0; h < 2; h++)
          out->half[(2 * law + h) * n + i] = total[h].sum / halves[h];
      }
}

/* Values of the own rows to the other ranks; the laws' bounds, which all have. */
static gboolean
tell_values (Pass *self, GError **error)
{
  AyKnnValues *out = self->out;
  AyParts parts = ay_parts_by (self->train->ranks, out->n, AY_KNN_BLOCK);

  for (guint k = 0; k < 4 * out->n_laws; k++)
    if (!ay_parts_gather (&parts, out->value + k * out->n, sizeof (double), error))
      return FALSE;
  for (guint law = 0; law < out->n_laws; law++)
    for (gsize g = 0; g < self->n_groups; g++)
      out->bound[law] += self->bound[g * out->n_laws + law] / out->n_judged;
  return TRUE;
}

static gboolean
run (Pass *self, GError **error)
{
  gsize m = self->out->n_judged;

  if (!prepare (self, error))
    return FALSE;
  ay_job_set_phase (self->job, "nearest neighbours of the validation rows");
  for (self->first = 0; self->first < m; self->first += self->tile)
    {
      self->count = MIN (self->tile, m - self->first);
      if (!ay_knn_distances_load (self->distances, self->queries + self->first, self->count,
                                  self->job, error)
          || (self->first == 0 && !set_radius (self, error)) || !merge_lists (self, error)
          || !ay_parallel_for (self->n_groups, value_group, self, self->job, error))
        return FALSE;
      ay_job_set_fraction (self->job, (double) (self->first + self->count) / m);
    }
  reduce (self);
  return tell_values (self, error);
}

/* FALSE and an error where the options do not go together. */
static gboolean
check (const AyProblem *train, const AyKnnOptions *options, GError **error)
{
  gboolean other = options->weighted || options->utility == AY_UTILITY_THRESHOLD;

  if (options->nearest > 0 && other)
    g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                         N_ ("nearest goes with rows that count "
                             "alike and without a ball"));
  else if (train->ranks != NULL && (other || options->wide))
    g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                         N_ ("neighbour values with weights, a "
                             "radius or precision=f64 are not shared out to ranks"));
  else if (train->n >= G_MAXINT32)
    g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                         N_ ("too many rows for neighbour values"));
  else
    return TRUE;
  return FALSE;
}

AyKnnValues *
ay_knn_values_new (const AyProblem *train, const AyProblem *valid, const AyKnnOptions *options,
                   AyJob *job, GError **error)
{
  g_autoptr (AyKnnValues) self = g_new0 (AyKnnValues, 1);
  Pass pass = { .train = train, .valid = valid, .options = options, .out = self, .job = job };
  gboolean done;

  if (!check (train, options, error))
    return NULL;
  self->n = train->n;
  self->n_judged = valid->n;
  self->n_laws = options->n_laws;
  self->value = ay_try_alloc (4 * self->n_laws, self->n * sizeof (double), "the values", error);
  if (self->value == NULL)
    return NULL;
  self->error = self->value + self->n_laws * self->n;
  self->half = self->error + self->n_laws * self->n;
  self->bound = g_new0 (double, self->n_laws);
  done = run (&pass, error);
  pass_clear (&pass);
  return done ? g_steal_pointer (&self) : NULL;
}

void
ay_knn_values_free (AyKnnValues *self)
{
  if (self == NULL)
    return;
  g_free (self->value);
  g_free (self->bound);
  g_free (self);
}
