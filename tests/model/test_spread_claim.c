/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sets.h"

#include "core/model/spread.h"

/* Digits, 540 rows of each class's share for test, 20 seeds. What spreading says of the rows that
 * have no label, and heads on test: plain, and distilled from the spread labels. Labels are one of
 * each class first, then at random: the draws under which scikit-learn's spreading gives the
 * figures aimed at (20 labels: .80 of the pool, .83 distilled; spread_protocols.py in
 * tests/reference). Under purely random draws 20 labels miss a class or two: it gives .72 and .75,
 * and no method names a class it was not shown; what is had here is asserted too, as it is. */

#define SEEDS 20
#define POOL 1257

typedef struct
{
  Set set;
  guint32 pool[POOL], test[540];
  AySpreadGraph *graph;
} Deal;

/* Positions of the pool in random order; covered: the first of each class in front. */
static void
deal_init (Deal *self, guint64 seed, gboolean covered, guint32 *order)
{
  g_autofree guint32 *all = g_new (guint32, self->set.n);
  gsize count[10] = { 0 }, taken[10] = { 0 }, front = 0;
  g_autoptr (AyNeighbours) found = NULL;
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  AyPoints points = { .features = self->set.features, .rows = self->pool, .n = POOL };
  gsize n_pool = 0, n_test = 0;
  gboolean seen[10] = { FALSE };
  AyRng rng;

  for (guint32 i = 0; i < self->set.n; i++)
    {
      all[i] = i;
      count[self->set.label[i]]++;
    }
  ay_rng_init (&rng, seed, 1);
  ay_rng_shuffle (&rng, all, self->set.n);
  for (guint32 i = 0; i < self->set.n; i++)
    {
      gint32 y = self->set.label[all[i]];
      gboolean test = (double) taken[y] + 0.5 < (double) count[y] * 540 / 1797 && n_test < 540;

      if (!test && n_pool == POOL)
        test = TRUE;
      taken[y] += test;
      if (test)
        self->test[n_test++] = all[i];
      else
        self->pool[n_pool++] = all[i];
    }
  for (guint32 i = 0; i < POOL; i++)
    order[i] = i;
  ay_rng_shuffle (&rng, order, POOL);
  for (guint32 k = 0; k < POOL && covered; k++)
    if (!seen[self->set.label[self->pool[order[k]]]])
      {
        guint32 swap = order[front];

        seen[self->set.label[self->pool[order[k]]]] = TRUE;
        order[front++] = order[k];
        order[k] = swap;
      }
  options.k = 7;
  found = ay_neighbours_find (&points, &options, NULL, NULL);
  self->graph = ay_spread_graph_new (found, NULL);
}

static double
accuracy_of (const AyProblem *train, const AyProblem *test)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyHead) head = NULL;
  g_autoptr (GError) error = NULL;
  AyFit fit;

  options.standardise = FALSE;
  options.scale = 0.0625;
  options.lambda = 1.0;
  options.tolerance = 1e-6;
  head = ay_head_fit (train, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (ay_head_evaluate (head, test, &fit, NULL, NULL));
  return fit.accuracy;
}

/* Adds what n labels give: pool, distilled head, plain head. */
static void
add_run (Deal *self, const guint32 *order, gsize n, double *sums)
{
  g_autofree gint32 *given = g_new (gint32, POOL);
  AySpreadOptions options = AY_SPREAD_OPTIONS_INIT;
  AySpreadRows of = { self->set.features, self->pool, NULL };
  g_autoptr (AySpread) spread = NULL;
  g_autoptr (AyOwnedProblem) distilled = NULL, test = set_part (&self->set, self->test, 540);
  g_autoptr (AyOwnedProblem) plain = NULL;
  guint32 labelled[100];
  gsize right = 0;

  for (gsize i = 0; i < POOL; i++)
    given[i] = AY_LABEL_MISSING;
  for (gsize k = 0; k < n; k++)
    {
      labelled[k] = self->pool[order[k]];
      given[order[k]] = self->set.label[labelled[k]];
    }
  spread = ay_spread_new (self->graph, given, 10, &options, NULL, NULL);
  for (gsize i = 0; i < POOL; i++)
    right += given[i] == AY_LABEL_MISSING && spread->label[i] == self->set.label[self->pool[i]];
  distilled = ay_spread_problem (spread, &of, given);
  plain = set_part (&self->set, labelled, n);
  sums[0] += (double) right / (POOL - n) / SEEDS;
  sums[1] += accuracy_of (&distilled->problem, &test->problem) / SEEDS;
  sums[2] += accuracy_of (&plain->problem, &test->problem) / SEEDS;
}

typedef struct
{
  gsize n;
  double pool, head; /* at least */
} Claim;

static void
check (gboolean covered, const Claim claims[3])
{
  double sums[3][3] = { { 0.0 } };
  Deal deal = { .set = set_digits () };

  for (guint64 seed = 1; seed <= SEEDS; seed++)
    {
      guint32 order[POOL];

      deal_init (&deal, seed, covered, order);
      for (gsize k = 0; k < 3; k++)
        add_run (&deal, order, claims[k].n, sums[k]);
      ay_spread_graph_free (deal.graph);
    }
  for (gsize k = 0; k < 3; k++)
    g_test_message ("%zu labels: pool %.4f, distilled head %.4f, plain head %.4f", claims[k].n,
                    sums[k][0], sums[k][1], sums[k][2]);
  for (gsize k = 0; k < 3; k++)
    {
      g_assert_cmpfloat (sums[k][0], >=, claims[k].pool);
      g_assert_cmpfloat (sums[k][1], >=, claims[k].head);
      g_assert_cmpfloat (sums[k][1], >, sums[k][2]);
    }
  set_clear (&deal.set);
}

static void
test_covered (void)
{
  static const Claim claims[3] = { { 20, 0.80, 0.83 }, { 50, 0.89, 0.90 }, { 100, 0.925, 0.925 } };

  check (TRUE, claims);
}

/* Below the figures aimed at for 20 labels, as it is; from 50 on every class is met anyhow. */
static void
test_random (void)
{
  static const Claim claims[3] = { { 20, 0.73, 0.73 }, { 50, 0.89, 0.90 }, { 100, 0.925, 0.925 } };

  check (FALSE, claims);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spread/digits/covered", test_covered);
  g_test_add_func ("/spread/digits/random", test_random);
  return g_test_run ();
}
