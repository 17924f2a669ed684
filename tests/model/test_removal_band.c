/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sets.h"

#include "core/base/stats.h"
#include "core/model/removal.h"
#include "core/model/target_effect.h"

#include <math.h>

/* The band of a what-if's estimate holds the refit of 92 to 98 % of groups (95 is meant), and is
 * narrow beside the effect. Groups of 1 to 1000 rows: random, a class but 8 rows, the most
 * harmful. Its one factor was settled on draws of these two sets, so that this guards it and
 * is no fresh proof. */

#define PER_CELL 8 /* of each of the splits */
#define N_SPLITS 4
#define N_SIZES 4
#define N_KINDS 3

typedef struct
{
  AyOwnedProblem *train, *valid;
  AyHead *head;
  AyHessian *hessian;
  guint32 *harmful;
} Trial;

static void
trial_start (Trial *self, const Set *set, guint64 seed)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyHessianOptions hessian_options = AY_HESSIAN_OPTIONS_INIT;
  gsize n_valid = set->n / 10;
  g_autofree guint32 *rows = NULL;
  g_autofree double *s = NULL, *value = NULL;
  AyRng rng;

  ay_rng_init (&rng, seed, 0);
  rows = ay_rng_sample (&rng, set->n, set->n);
  self->valid = set_part (set, rows, n_valid);
  self->train = set_part (set, rows + 2 * n_valid, set->n - 2 * n_valid);
  self->head = ay_head_fit (&self->train->problem, &options, NULL, NULL, NULL);
  self->hessian = ay_hessian_new (&self->train->problem, self->head, &hessian_options, NULL, NULL);
  s = g_new (double, ay_hessian_n_parameters (self->hessian));
  value = g_new (double, self->train->problem.n);
  g_assert_true (ay_target_gradient (&self->valid->problem, self->head, NULL, s, NULL, NULL));
  g_assert_true (ay_hessian_solve (self->hessian, s, 1, NULL, NULL, NULL));
  g_assert_true (ay_curvature_effect (ay_hessian_curvature (self->hessian, NULL, NULL), s, 1,
                                      value, NULL, NULL));
  self->harmful = ay_order (value, self->train->problem.n, FALSE);
}

static void
trial_end (Trial *self)
{
  ay_owned_problem_free (self->train);
  ay_owned_problem_free (self->valid);
  ay_head_unref (self->head);
  ay_hessian_free (self->hessian);
  g_free (self->harmful);
}

/* FALSE where the kind has no group of this size. */
static gboolean
draw (const Trial *self, guint size_class, guint kind, AyRng *rng, guint8 *removed)
{
  static const gsize low[N_SIZES] = { 1, 2, 11, 101 }, high[N_SIZES] = { 1, 10, 100, 1000 };
  const AyProblem *train = &self->train->problem;
  gsize most = MIN (high[size_class], train->n / 2), kept = 0, count = 0;
  gsize size = (gsize) (low[size_class] * pow ((most + 0.4) / low[size_class],
                                               ay_rng_uniform (rng)));
  g_autofree guint32 *order = ay_rng_sample (rng, train->n, train->n);
  gint32 class = (gint32) ay_rng_below (rng, train->n_classes);

  memset (removed, 0, train->n);
  if (kind == 2)
    {
      g_autofree guint32 *pick = ay_rng_sample (rng, MAX (2 * size, 60), size);

      for (gsize k = 0; k < size; k++)
        removed[self->harmful[pick[k]]] = 1;
      return TRUE;
    }
  if (kind == 0)
    {
      for (gsize k = 0; k < size; k++)
        removed[order[k]] = 1;
      return TRUE;
    }
  for (gsize k = 0; k < train->n; k++)
    if (train->label[order[k]] == class && kept++ >= 8)
      count += removed[order[k]] = 1;
  return count >= low[size_class] && count <= most;
}

typedef struct
{
  gsize inside;
  GArray *width; /* of double: relative to the effect */
} Tally;

static void
judge_split (const Set *set, guint64 seed, Tally *tally)
{
  Trial trial = { 0 };
  g_autofree guint8 *removed = g_new (guint8, set->n);
  AyRemovalOptions options = AY_REMOVAL_OPTIONS_INIT;
  AyRng rng;

  trial_start (&trial, set, seed);
  options.verify = TRUE;
  options.compare = FALSE;
  ay_rng_init (&rng, seed, 1);
  for (guint k = 0; k < N_SIZES * N_KINDS * PER_CELL; k++)
    {
      const AyProblem *targets[1] = { &trial.valid->problem };
      g_autoptr (GError) error = NULL;
      AyRemoval out;
      double width;

      if (!draw (&trial, k % N_SIZES, k / N_SIZES % N_KINDS, &rng, removed))
        continue;
      ay_removal_run (&trial.train->problem, trial.head, trial.hessian, removed, targets, 1,
                      &options, &out, NULL, &error);
      g_assert_no_error (error);
      tally->inside += fabs (out.refit - out.estimate) <= out.band;
      width = 2.0 * out.band / fabs (out.refit);
      g_array_append_val (tally->width, width);
      ay_removal_clear (&out);
    }
  trial_end (&trial);
}

static void
check_set (const char *name, const Set *set)
{
  g_autoptr (GArray) width = g_array_new (FALSE, FALSE, sizeof (double));
  Tally tally = { 0, width };
  double cover, median;

  for (guint split = 0; split < N_SPLITS; split++)
    judge_split (set, 100 + split, &tally);
  cover = (double) tally.inside / width->len;
  median = ay_quantile ((const double *) width->data, width->len, 0.5);
  g_test_message ("%s: the band holds the refit of %.1f %% of %u groups; its median width is %.2g "
                  "%% of the effect", name, 100 * cover, width->len, 100 * median);
  g_assert_cmpuint (width->len, >=, 200);
  g_assert_cmpfloat (cover, >=, 0.92);
  g_assert_cmpfloat (cover, <=, 0.98);
  g_assert_cmpfloat (median, <=, 0.2);
}

static void
test_digits (void)
{
  g_auto (Set) digits = set_digits ();

  check_set ("digits", &digits);
}

static void
test_banking (void)
{
  g_auto (Set) all = set_banking (64);
  g_auto (Set) some = { 0 };

  if (all.n == 0)
    {
      g_test_skip ("the shared data is absent");
      return;
    }
  some = set_first_classes (&all, 15);
  check_set ("15 intents of banking77", &some);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/removal-band/digits", test_digits);
  g_test_add_func ("/removal-band/banking77", test_banking);
  return g_test_run ();
}
