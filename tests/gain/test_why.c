/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model_data.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/gain/flip_set.h"
#include "core/gain/why.h"

#include <math.h>

#define N 300
#define N_TRAIN 240

/* The first N_TRAIN rows of a made problem with weights, their head and its Hessian. */
typedef struct
{
  Made made;
  AyProblem train;
  AyHead *head;
  AyHessian *hessian;
} Fitted;

static AyHead *
fit (const AyProblem *train, const AyHead *warm)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyHead *head;

  options.lambda_mean = 1e-2;
  options.tolerance = 1e-9;
  head = ay_head_fit (train, &options, warm, NULL, &error);
  g_assert_no_error (error);
  return head;
}

static void
fitted_init (Fitted *self, guint n_classes)
{
  AyHessianOptions options = AY_HESSIAN_OPTIONS_INIT;

  self->made = made_new (N, 6, n_classes, 1.5, 90 + n_classes);
  for (gsize i = 0; i < N; i++)
    self->made.weight[i] = 0.5 + i % 3;
  self->train = self->made.problem;
  self->train.n = N_TRAIN;
  self->head = fit (&self->train, NULL);
  self->hessian = ay_hessian_new (&self->train, self->head, &options, NULL, NULL);
}

static void
fitted_clear (Fitted *self)
{
  ay_hessian_free (self->hessian);
  ay_head_unref (self->head);
  made_clear (&self->made);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fitted, fitted_clear)

/* The margin that why is about, from what a head predicts for the row. */
static double
margin_by (const Fitted *self, const AyHead *head, guint32 row, const AyWhy *why)
{
  g_autofree double *out = g_new (double, head->n_outputs);

  g_assert_true (ay_head_predict (head, self->made.features, &row, 1, out, NULL, NULL));
  return why->predicted < 0 ? out[0] : log (out[why->predicted] / out[why->against]);
}

/* A head fitted with the row of weight 0, from nothing but the scaling of the full one. */
static AyHead *
fit_without (const Fitted *self, const guint32 *position, gsize count)
{
  g_autofree double *weight = g_memdup2 (self->made.weight, N_TRAIN * sizeof (double));
  AyProblem rest = self->train;

  for (gsize k = 0; k < count; k++)
    weight[position[k]] = 0.0;
  rest.weight = weight;
  return fit (&rest, self->head);
}

static void
check_shares (const Fitted *self, guint32 row, const AyWhy *why)
{
  double sum = why->intercept;

  for (gsize i = 0; i < N_TRAIN; i++)
    sum += why->share[i];
  g_assert_cmpfloat_with_epsilon (sum, margin_by (self, self->head, row, why), 1e-6);
  g_assert_cmpfloat_with_epsilon (sum, why->margin, 1e-7);
  g_assert_cmpfloat_with_epsilon (why->margin, why->intercept + why->share_sum + why->residual,
                                  1e-12);
}

/* Shares add up to what the head predicts; the second column is what retraining says. */
static void
test_card (gconstpointer data)
{
  guint n_classes = GPOINTER_TO_UINT (data);
  g_auto (Fitted) self = { 0 };
  AyWhyOptions options = AY_WHY_OPTIONS_INIT;

  fitted_init (&self, n_classes);
  options.n_rows = 5;
  for (guint32 row = 0; row < N; row += 29)
    {
      g_autoptr (AyWhy) why = NULL;

      options.label = n_classes > 0 ? self.made.label[row] : -1;
      why = ay_why_new (&self.train, self.head, self.hessian, row, &options, NULL, NULL);
      g_assert_nonnull (why);
      check_shares (&self, row, why);
      g_assert_cmpuint (why->n_rows, ==, 5);
      for (gsize k = 0; k < why->n_rows; k++)
        {
          g_autoptr (AyHead) truth = fit_without (&self, &why->rows[k].position, 1);
          double change = margin_by (&self, truth, row, why)
                          - margin_by (&self, self.head, row, why);

          g_assert_cmpfloat_with_epsilon (why->rows[k].if_removed, change,
                                          0.03 * fabs (change) + 1e-6);
          g_assert_cmpfloat (why->rows[k].share, ==, why->share[why->rows[k].position]);
          if (k > 0)
            g_assert_cmpfloat (fabs (why->rows[k].if_removed), <=,
                               fabs (why->rows[k - 1].if_removed));
        }
    }
}

/* The five shown are the five of largest change among all rows. */
static void
test_order (void)
{
  g_auto (Fitted) self = { 0 };
  AyWhyOptions options = AY_WHY_OPTIONS_INIT;
  g_autoptr (AyWhy) why = NULL;
  gsize larger = 0;

  fitted_init (&self, 3);
  options.n_rows = 5;
  why = ay_why_new (&self.train, self.head, self.hessian, 250, &options, NULL, NULL);
  for (guint32 i = 0; i < N_TRAIN; i++)
    {
      g_autoptr (AyHead) truth = fit_without (&self, &i, 1);
      double change = margin_by (&self, truth, 250, why) - margin_by (&self, self.head, 250, why);

      larger += fabs (change) > 1.1 * fabs (why->rows[4].if_removed);
    }
  g_assert_cmpuint (larger, <=, 4);
}

/* The class asked for, and what cannot be asked for. */
static void
test_against (void)
{
  g_auto (Fitted) self = { 0 };
  AyWhyOptions options = AY_WHY_OPTIONS_INIT;
  g_autoptr (AyWhy) why = NULL, other = NULL;
  g_autoptr (GError) error = NULL;

  fitted_init (&self, 3);
  options.n_rows = 0;
  why = ay_why_new (&self.train, self.head, self.hessian, 280, &options, NULL, NULL);
  g_assert_cmpuint (why->n_rows, ==, 0);
  options.against = 3 - why->predicted - why->against;
  other = ay_why_new (&self.train, self.head, self.hessian, 280, &options, NULL, NULL);
  g_assert_cmpint (other->against, ==, options.against);
  g_assert_cmpfloat (other->margin, >=, why->margin);
  check_shares (&self, 280, other);
  options.against = why->predicted;
  g_assert_null (ay_why_new (&self.train, self.head, self.hessian, 280, &options, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  options.against = 3;
  g_assert_null (ay_why_new (&self.train, self.head, self.hessian, 280, &options, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
}

/* Above the limit of a matrix the shown rows are refitted. */
static void
test_large (void)
{
  g_auto (Fitted) self = { 0 };
  AyHessianOptions limit = AY_HESSIAN_OPTIONS_INIT;
  g_autoptr (AyHessian) hessian = NULL;
  AyWhyOptions options = AY_WHY_OPTIONS_INIT;
  g_autoptr (AyWhy) why = NULL;

  fitted_init (&self, 3);
  limit.dense_limit = 5;
  hessian = ay_hessian_new (&self.train, self.head, &limit, NULL, NULL);
  options.n_rows = 4;
  why = ay_why_new (&self.train, self.head, hessian, 270, &options, NULL, NULL);
  g_assert_nonnull (why);
  for (gsize k = 0; k < 4; k++)
    {
      g_autoptr (AyHead) truth = fit_without (&self, &why->rows[k].position, 1);
      double change = margin_by (&self, truth, 270, why) - margin_by (&self, self.head, 270, why);

      g_assert_true (why->rows[k].refitted);
      g_assert_cmpfloat_with_epsilon (why->rows[k].if_removed, change, 0.02 * fabs (change) + 1e-6);
    }
}

/* --- flip sets --- */

static gint32
says (const Fitted *self, const AyHead *head, guint32 row)
{
  double out[8];
  gint32 best = 0;

  g_assert_true (ay_head_predict (head, self->made.features, &row, 1, out, NULL, NULL));
  for (guint c = 1; c < head->n_outputs; c++)
    if (out[c] > out[best])
      best = (gint32) c;
  return best;
}

/* A head fitted without the set says what was told, and with any row of it put back what it said
 * before. */
static void
test_flip (gconstpointer data)
{
  g_auto (Fitted) self = { 0 };
  AyFlipOptions options = AY_FLIP_OPTIONS_INIT;
  guint found = 0;

  fitted_init (&self, GPOINTER_TO_UINT (data));
  for (guint32 row = 240; row < N; row += 3)
    {
      g_autoptr (AyFlipSet) set
          = ay_flip_set_new (&self.train, self.head, self.hessian, row, &options, NULL, NULL);
      g_autoptr (AyHead) truth = NULL;

      g_assert_nonnull (set);
      g_assert_cmpint (set->predicted, ==, says (&self, self.head, row));
      if (!set->found)
        {
          g_assert_cmpuint (set->n, ==, 0);
          continue;
        }
      found++;
      truth = fit_without (&self, set->position, set->n);
      g_assert_cmpint (says (&self, truth, row), ==, set->becomes);
      g_assert_cmpint (set->becomes, !=, set->predicted);
      for (gsize k = 0; k < set->n && set->n <= 6; k++)
        {
          g_autoptr (AyHead) less = NULL;
          guint32 last = set->position[set->n - 1];

          set->position[set->n - 1] = set->position[k];
          set->position[k] = last;
          less = fit_without (&self, set->position, set->n - 1);
          g_assert_cmpint (says (&self, less, row), ==, set->predicted);
        }
    }
  g_assert_cmpuint (found, >=, 15);
}

static void
test_flip_number (void)
{
  g_auto (Fitted) self = { 0 };
  AyFlipOptions options = AY_FLIP_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  fitted_init (&self, 0);
  g_assert_null (ay_flip_set_new (&self.train, self.head, self.hessian, 3, &options, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/why/card/number", GUINT_TO_POINTER (0), test_card);
  g_test_add_data_func ("/why/card/two", GUINT_TO_POINTER (2), test_card);
  g_test_add_data_func ("/why/card/four", GUINT_TO_POINTER (4), test_card);
  g_test_add_func ("/why/order", test_order);
  g_test_add_func ("/why/against", test_against);
  g_test_add_func ("/why/large", test_large);
  g_test_add_data_func ("/why/flip/two", GUINT_TO_POINTER (2), test_flip);
  g_test_add_data_func ("/why/flip/three", GUINT_TO_POINTER (3), test_flip);
  g_test_add_func ("/why/flip/number", test_flip_number);
  return g_test_run ();
}
