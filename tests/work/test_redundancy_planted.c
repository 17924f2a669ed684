/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fifth of the digits' training rows copied with noise 1e-3: the groups at the planted distance
 * are the planted ones, and dropping the copies loses less test accuracy than dropping as many rows
 * at random, over 20 seeds. */
#include "sets.h"

#include "core/graph/near_groups.h"
#include "core/model/head.h"

#include <math.h>

#define SEEDS 20
#define RANDOM_DROPS 5
#define NOISE 1e-3
#define T_95 2.093 /* Student, 19 degrees of freedom */

/* Two thirds of the digits, drawn, to train on; then copies of a fifth of these; then the rest. */
typedef struct
{
  gsize n_own, n_copies, n_test, d;
  AyMatrix *features;
  gint32 *label;
  guint32 *rows;   /* 0.. */
  guint32 *source; /* of each copy: a row below n_own */
} Planted;

static void
plant (const Set *digits, guint64 seed, Planted *self)
{
  gsize n = digits->n, d = ay_matrix_cols (digits->features);
  g_autofree guint32 *order = g_new (guint32, n);
  float *x;
  AyRng rng;

  ay_rng_init (&rng, seed, 0);
  for (gsize i = 0; i < n; i++)
    order[i] = (guint32) i;
  ay_rng_shuffle (&rng, order, n);
  *self = (Planted) { .n_own = n * 2 / 3, .d = d };
  self->n_copies = self->n_own / 5;
  self->n_test = n - self->n_own;
  self->source = ay_rng_sample (&rng, self->n_own, self->n_copies);
  self->rows = g_new (guint32, n + self->n_copies);
  self->label = g_new (gint32, n + self->n_copies);
  x = g_new (float, (n + self->n_copies) * d);
  for (gsize i = 0; i < n + self->n_copies; i++)
    {
      gboolean copy = i >= self->n_own && i < self->n_own + self->n_copies;
      gsize from = i < self->n_own ? order[i]
                   : copy ? order[self->source[i - self->n_own]] : order[i - self->n_copies];

      self->rows[i] = (guint32) i;
      self->label[i] = digits->label[from];
      ay_matrix_get_f32 (digits->features, from, 1, x + i * d);
      for (gsize k = 0; k < d && copy; k++)
        x[i * d + k] += (float) (NOISE * ay_rng_normal (&rng));
    }
  self->features = ay_matrix_take_f32 (n + self->n_copies, d, x);
}

static void
planted_clear (Planted *self)
{
  ay_matrix_unref (self->features);
  g_free (self->label);
  g_free (self->rows);
  g_free (self->source);
}

static AyNearGroups *
find_groups (const Planted *planted)
{
  AyPoints points = { .features = planted->features, .n = planted->n_own + planted->n_copies };
  AyPairsOptions options = AY_PAIRS_OPTIONS_INIT;
  g_autoptr (AyPairs) pairs = NULL;
  g_autoptr (AyMerges) merges = NULL;

  options.reach = 2.0 * NOISE * sqrt ((double) planted->d);
  pairs = ay_pairs_find (&points, &options, NULL, NULL);
  merges = ay_merges_new (pairs, AY_LINKAGE_SINGLE, NULL, NULL);
  return ay_near_groups_at (merges, options.reach);
}

/* Every group is a row and its copy, and there are no others. */
static void
check_groups (const Planted *planted, const AyNearGroups *groups)
{
  g_assert_cmpuint (groups->n_groups, ==, planted->n_copies);
  g_assert_cmpuint (groups->n_members, ==, 2 * planted->n_copies);
  for (gsize c = 0; c < planted->n_copies; c++)
    {
      guint32 group = groups->group[planted->n_own + c];

      g_assert_cmpuint (group, !=, G_MAXUINT32);
      g_assert_cmpuint (group, ==, groups->group[planted->source[c]]);
    }
}

/* Accuracy on the test rows of the head refitted with these weights, all else held. */
static double
accuracy_with (const Planted *planted, const double *weight, const AyHead *full)
{
  gsize n = planted->n_own + planted->n_copies;
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyProblem train = { planted->features, planted->rows, n, planted->label, NULL, weight, 10 };
  AyProblem test = { planted->features, planted->rows + n, planted->n_test, planted->label + n,
                     NULL, NULL, 10 };
  g_autoptr (GError) error = NULL;
  g_autoptr (AyHead) head = ay_head_fit (&train, &options, full, NULL, &error);
  AyFit fit;

  g_assert_no_error (error);
  g_assert_true (ay_head_evaluate (head, &test, &fit, NULL, NULL));
  return fit.accuracy;
}

/* How much more accuracy dropping the copies leaves than dropping as many at random. */
static double
advantage (const Planted *planted, const AyNearGroups *groups, guint64 seed)
{
  gsize n = planted->n_own + planted->n_copies;
  g_autofree double *weight = g_new (double, n);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyProblem train = { planted->features, planted->rows, n, planted->label, NULL, NULL, 10 };
  g_autoptr (AyHead) full = ay_head_fit (&train, &options, NULL, NULL, NULL);
  double curated, random = 0.0;
  AyRng rng;

  for (gsize i = 0; i < n; i++)
    weight[i] = 1.0;
  for (gsize g = 0; g < groups->n_groups; g++)
    for (gsize m = groups->start[g] + 1; m < groups->start[g + 1]; m++)
      weight[groups->members[m]] = 0.0;
  curated = accuracy_with (planted, weight, full);
  ay_rng_init (&rng, seed, 1);
  for (int r = 0; r < RANDOM_DROPS; r++)
    {
      g_autofree guint32 *drawn = ay_rng_sample (&rng, n, planted->n_copies);

      for (gsize i = 0; i < n; i++)
        weight[i] = 1.0;
      for (gsize i = 0; i < planted->n_copies; i++)
        weight[drawn[i]] = 0.0;
      random += accuracy_with (planted, weight, full) / RANDOM_DROPS;
    }
  return curated - random;
}

static void
test_planted (void)
{
  g_auto (Set) digits = set_digits ();
  double sum = 0.0, squares = 0.0, mean, half;

  for (guint64 seed = 0; seed < SEEDS; seed++)
    {
      Planted planted;
      g_autoptr (AyNearGroups) groups = NULL;
      double gain;

      plant (&digits, seed, &planted);
      groups = find_groups (&planted);
      check_groups (&planted, groups);
      gain = advantage (&planted, groups, seed);
      sum += gain;
      squares += gain * gain;
      planted_clear (&planted);
    }
  mean = sum / SEEDS;
  half = T_95 * sqrt ((squares / SEEDS - mean * mean) / (SEEDS - 1));
  g_test_message ("dropping the copies leaves %.3f points more test accuracy than dropping as many "
                  "at random, 95 %% band %.3f to %.3f", 100 * mean, 100 * (mean - half),
                  100 * (mean + half));
  g_assert_cmpfloat (mean - half, >, 0.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redundancy/planted-copies", test_planted);
  return g_test_run ();
}
