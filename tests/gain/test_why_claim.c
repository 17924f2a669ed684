/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sets.h"

#include "core/base/stats.h"
#include "core/gain/flip_set.h"
#include "core/gain/why.h"

#include <math.h>

/* The why card on digits: 1438 training rows, the defaults of a head. Shares against the margin on
 * every row of the set; "if removed" against retraining, rank correlation over the 20 shown of 50
 * rows nobody trained on; flip sets of 100 such rows against a fit without them. */

#define N_TRAIN 1438
#define N_CARDS 50
#define N_SHOWN 20
#define N_FLIPS 100

typedef struct
{
  Set set;
  guint32 *order;
  AyOwnedProblem *train;
  AyHead *head;
  AyHessian *hessian;
} Digits;

static void
digits_init (Digits *self, double tolerance)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyHessianOptions hessian = AY_HESSIAN_OPTIONS_INIT;
  AyRng rng;

  options.tolerance = tolerance;
  ay_rng_init (&rng, 1, 0);
  self->set = set_digits ();
  self->order = ay_rng_sample (&rng, self->set.n, self->set.n);
  self->train = set_part (&self->set, self->order, N_TRAIN);
  self->head = ay_head_fit (&self->train->problem, &options, NULL, NULL, NULL);
  self->hessian = ay_hessian_new (&self->train->problem, self->head, &hessian, NULL, NULL);
  g_assert_nonnull (self->hessian);
}

static void
digits_clear (Digits *self)
{
  ay_hessian_free (self->hessian);
  ay_head_unref (self->head);
  ay_owned_problem_free (self->train);
  g_free (self->order);
  set_clear (&self->set);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Digits, digits_clear)

static double
log_odds (const Digits *self, const AyHead *head, guint32 row, gint32 a, gint32 b)
{
  double p[10];

  g_assert_true (ay_head_predict (head, self->set.features, &row, 1, p, NULL, NULL));
  return log (p[a] / p[b]);
}

static AyHead *
fit_without (const Digits *self, const guint32 *position, gsize count)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyProblem rest = self->train->problem;
  g_autofree double *weight = g_new (double, rest.n);
  AyHead *head;

  for (gsize i = 0; i < rest.n; i++)
    weight[i] = 1.0;
  for (gsize k = 0; k < count; k++)
    weight[position[k]] = 0.0;
  rest.weight = weight;
  head = ay_head_fit (&rest, &options, self->head, NULL, NULL);
  g_assert_nonnull (head);
  return head;
}

/* What a head of the default tolerance leaves of its gradient is 1e-6 of a margin and more: there
 * the card is that of the head polished to the optimum. */
static void
test_shares (gconstpointer data)
{
  double tolerance = *(const double *) data;
  g_auto (Digits) self = { 0 };
  AyWhyOptions options = AY_WHY_OPTIONS_INIT;
  gboolean tight = tolerance < 1e-8;
  double worst = 0.0;

  digits_init (&self, tolerance);
  options.n_rows = 0;
  for (guint32 row = 0; row < self.set.n; row++)
    {
      g_autoptr (AyWhy) why = ay_why_new (&self.train->problem, self.head, self.hessian, row,
                                          &options, NULL, NULL);
      double sum = why->intercept;

      for (gsize i = 0; i < why->n_train; i++)
        sum += why->share[i];
      worst = MAX (worst, fabs (sum - why->margin));
      if (fabs (why->margin) < 15.0) /* beyond, the probabilities it is held against are rounded */
        g_assert_cmpfloat_with_epsilon (sum, log_odds (&self, self.head, row, why->predicted,
                                                       why->against), tight ? 1e-6 : 1e-3);
    }
  g_test_message ("shares and intercept miss the margin by at most %.2g on %zu rows", worst,
                  self.set.n);
  g_assert_cmpfloat (worst, <=, 1e-6);
}

static void
test_removed (void)
{
  g_auto (Digits) self = { 0 };
  AyWhyOptions options = AY_WHY_OPTIONS_INIT;
  g_autoptr (GPtrArray) heads = NULL;
  double lowest = 1.0, sum = 0.0, shares = 0.0;

  digits_init (&self, 1e-8);
  options.n_rows = N_SHOWN;
  heads = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_head_unref);
  g_ptr_array_set_size (heads, N_TRAIN);
  for (guint k = 0; k < N_CARDS; k++)
    {
      guint32 row = self.order[N_TRAIN + k];
      g_autoptr (AyWhy) why = NULL;
      double told[N_SHOWN], truth[N_SHOWN], share[N_SHOWN], rank;

      options.label = self.set.label[row];
      why = ay_why_new (&self.train->problem, self.head, self.hessian, row, &options, NULL, NULL);
      for (guint i = 0; i < N_SHOWN; i++)
        {
          gpointer *head = &g_ptr_array_index (heads, why->rows[i].position);

          if (*head == NULL)
            *head = fit_without (&self, &why->rows[i].position, 1);
          told[i] = why->rows[i].if_removed;
          share[i] = -why->rows[i].share;
          truth[i] = log_odds (&self, *head, row, why->predicted, why->against)
                     - log_odds (&self, self.head, row, why->predicted, why->against);
        }
      rank = ay_spearman (told, truth, N_SHOWN);
      lowest = MIN (lowest, rank);
      sum += rank / N_CARDS;
      shares += ay_spearman (share, truth, N_SHOWN) / N_CARDS;
    }
  g_test_message ("\"if removed\" against retraining, Spearman over the %d shown of %d rows: "
                  "lowest %.4f, mean %.4f; shares against retraining, mean %.3f", N_SHOWN, N_CARDS,
                  lowest, sum, shares);
  g_assert_cmpfloat (lowest, >=, 0.95);
}

static void
test_flips (void)
{
  g_auto (Digits) self = { 0 };
  AyFlipOptions options = AY_FLIP_OPTIONS_INIT;
  double size[N_FLIPS], refits = 0.0;
  guint found = 0;

  digits_init (&self, 1e-8);
  for (guint k = 0; k < N_FLIPS; k++)
    {
      guint32 row = self.order[N_TRAIN + k];
      g_autoptr (AyFlipSet) set = ay_flip_set_new (&self.train->problem, self.head, self.hessian,
                                                   row, &options, NULL, NULL);
      g_autoptr (AyHead) head = NULL;

      g_assert_nonnull (set);
      refits += (double) set->refits / N_FLIPS;
      if (!set->found)
        continue;
      head = fit_without (&self, set->position, set->n);
      g_assert_cmpfloat (log_odds (&self, head, row, set->becomes, set->predicted), >, 0.0);
      size[found++] = (double) set->n;
    }
  g_test_message ("flip sets of %u of %d rows, each confirmed by a refit; sizes: smallest %g, "
                  "median %g, largest %g; %.0f heads a set", found, N_FLIPS,
                  ay_quantile (size, found, 0.0), ay_quantile (size, found, 0.5),
                  ay_quantile (size, found, 1.0), refits);
  g_assert_cmpuint (found, >=, 95);
}

int
main (int argc, char **argv)
{
  static const double tight = 1e-11, usual = 1e-8;

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/why/claim/shares/tight", &tight, test_shares);
  g_test_add_data_func ("/why/claim/shares/usual", &usual, test_shares);
  g_test_add_func ("/why/claim/removed", test_removed);
  g_test_add_func ("/why/claim/flips", test_flips);
  return g_test_run ();
}
