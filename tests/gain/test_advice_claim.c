/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sets.h"

#include "core/base/stats.h"
#include "core/gain/advice.h"
#include "core/graph/kmeans.h"
#include "core/model/random_drops.h"

#include <math.h>

/* One class, and in turn one cluster, of the training rows thinned to a tenth: the advice names it
 * first in at least 16 of 20 draws. Fifty rows of the kind that it names (or as many as a reserve
 * that nobody fitted holds) lower the loss on test rows more than as many rows of the reserve at
 * random, paired; what was predicted stands beside what was realised. */

#define N_DRAWS 20
#define ADDED 50

typedef struct
{
  const char *name;
  const Set *set;
  guint32 *kind; /* by row of the set */
  guint n_kinds;
} Kinds;

typedef struct
{
  guint32 *order;      /* of the set's rows: valid, test, reserve, train before it is thinned */
  gsize n_valid, n_reserve, n_train;
  guint32 *train_rows; /* room for all rows of the set */
  AyOwnedProblem *valid, *test, *train;
  AyHead *head;
  AyAdvice *advice;
} Draw;

static void
draw_clear (Draw *self)
{
  g_free (self->order);
  g_free (self->train_rows);
  ay_owned_problem_free (self->valid);
  ay_owned_problem_free (self->test);
  ay_owned_problem_free (self->train);
  ay_head_unref (self->head);
  ay_advice_free (self->advice);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Draw, draw_clear)

static AyHead *
fit (const AyProblem *train, const AyHead *warm)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyHead *head = ay_head_fit (train, &options, warm, NULL, &error);

  g_assert_no_error (error);
  return head;
}

static double
loss_of (const AyHead *head, const AyProblem *on)
{
  AyFit judged;

  g_assert_true (ay_head_evaluate (head, on, &judged, NULL, NULL));
  return judged.loss;
}

static guint32 *
kinds_of (const Kinds *kinds, const AyProblem *problem)
{
  guint32 *kind = g_new (guint32, problem->n);

  for (gsize i = 0; i < problem->n; i++)
    kind[i] = kinds->kind[problem->rows[i]];
  return kind;
}

static void
advise (Draw *self, const Kinds *kinds)
{
  AyHessianOptions options = AY_HESSIAN_OPTIONS_INIT;
  const AyProblem *train = &self->train->problem, *valid = &self->valid->problem;
  g_autofree guint32 *train_kind = kinds_of (kinds, train), *valid_kind = kinds_of (kinds, valid);
  g_autoptr (AyHessian) hessian = NULL;
  g_autoptr (GError) error = NULL;
  AyAdviceInput input = { train, valid, train_kind, valid_kind, kinds->n_kinds, ADDED, 0 };

  hessian = ay_hessian_new (train, self->head, &options, NULL, &error);
  g_assert_no_error (error);
  self->advice = ay_advice_new (&input, self->head, hessian, NULL, &error);
  g_assert_no_error (error);
}

static void
draw_start (Draw *self, const Kinds *kinds, guint seed)
{
  const Set *set = kinds->set;
  guint thinned = seed % kinds->n_kinds, seen = 0;
  AyRng rng;

  ay_rng_init (&rng, 1000 + seed, 0);
  self->order = ay_rng_sample (&rng, set->n, set->n);
  self->n_valid = set->n / 5;
  self->n_reserve = set->n / 4;
  self->train_rows = g_new (guint32, set->n);
  for (gsize k = 2 * self->n_valid + self->n_reserve; k < set->n; k++)
    if (kinds->kind[self->order[k]] != thinned || seen++ % 10 == 0)
      self->train_rows[self->n_train++] = self->order[k];
  self->valid = set_part (set, self->order, self->n_valid);
  self->test = set_part (set, self->order + self->n_valid, self->n_valid);
  self->train = set_part (set, self->train_rows, self->n_train);
  self->head = fit (&self->train->problem, NULL);
  advise (self, kinds);
}

/* The fall of the test loss by up to `most` rows of the reserve, of one kind or (n_kinds) of any;
 * *n: rows that were added. */
static double
add (const Draw *self, const Kinds *kinds, guint32 kind, gsize most, gsize *n)
{
  const guint32 *reserve = self->order + 2 * self->n_valid;
  g_autoptr (AyOwnedProblem) larger = NULL;
  g_autoptr (AyHead) after = NULL;

  *n = 0;
  for (gsize k = 0; k < self->n_reserve && *n < most; k++)
    if (kind == kinds->n_kinds || kinds->kind[reserve[k]] == kind)
      self->train_rows[self->n_train + (*n)++] = reserve[k];
  larger = set_part (kinds->set, self->train_rows, self->n_train + *n);
  after = fit (&larger->problem, self->head);
  return loss_of (self->head, &self->test->problem) - loss_of (after, &self->test->problem);
}

static void
check (const Kinds *kinds)
{
  double better[N_DRAWS], predicted[N_DRAWS], realised[N_DRAWS];
  double spoken, held;
  guint first = 0;
  AyMeanBand band;

  for (guint seed = 0; seed < N_DRAWS; seed++)
    {
      g_auto (Draw) draw = { 0 };
      gsize n, same;
      guint32 named;

      draw_start (&draw, kinds, seed);
      named = draw.advice->order[0];
      first += named == seed % kinds->n_kinds;
      realised[seed] = add (&draw, kinds, named, ADDED, &n);
      better[seed] = realised[seed] - add (&draw, kinds, kinds->n_kinds, n, &same);
      predicted[seed] = draw.advice->gain[named] * draw.advice->n[named] * n
                        / (double) (draw.advice->n[named] + n);
      g_assert_cmpuint (same, ==, n);
    }
  band = ay_mean_band (better, N_DRAWS);
  spoken = ay_mean (predicted, N_DRAWS);
  held = ay_mean (realised, N_DRAWS);
  g_test_message ("%s: the thinned one is first in %u of %u; its rows lower the test loss by %.4f "
                  "more than random ones (%.4f to %.4f); predicted %.4f, realised %.4f, rank "
                  "correlation %.2f", kinds->name, first, N_DRAWS, band.mean, band.low, band.high,
                  spoken, held, ay_spearman (predicted, realised, N_DRAWS));
  g_assert_cmpuint (first, >=, 16);
  g_assert_cmpfloat (band.low, >, 0.0);
  g_assert_cmpfloat (spoken, >, 0.5 * held);
  g_assert_cmpfloat (spoken, <, 2.0 * held);
}

static void
check_classes (const char *name, const Set *set)
{
  Kinds kinds = { name, set, (guint32 *) set->label, set->n_classes };

  check (&kinds);
}

static void
check_clusters (const char *name, const Set *set, guint k)
{
  AyKmeansOptions options = AY_KMEANS_OPTIONS_INIT;
  AyPoints points = { set->features, NULL, set->n, NULL, NULL, AY_DISTANCE_EUCLIDEAN, NULL };
  g_autoptr (AyKmeans) means = NULL;
  Kinds kinds = { name, set, NULL, k };

  options.k = k;
  options.starts = 2;
  means = ay_kmeans_new (&points, &options, NULL, NULL);
  kinds.kind = means->cluster;
  check (&kinds);
}

static void
test_digits (void)
{
  g_auto (Set) set = set_digits ();

  check_classes ("digits, classes", &set);
  check_clusters ("digits, 10 clusters", &set, 10);
}

static void
test_banking (void)
{
  g_auto (Set) set = set_banking (32);
  g_auto (Set) some = { 0 };

  if (set.n == 0)
    {
      g_test_skip ("the shared data is absent");
      return;
    }
  some = set_first_classes (&set, 15);
  check_classes ("15 intents of banking77, classes", &some);
  check_clusters ("15 intents of banking77, 5 clusters", &some, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/advice-claim/digits", test_digits);
  g_test_add_func ("/advice-claim/banking77", test_banking);
  return g_test_run ();
}
