/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sets.h"

#include "core/base/error.h"
#include "core/gain/step_credits.h"

#include <math.h>

/* Credits along gradient steps: against steps written out plainly here, and what they add up to. */

typedef struct
{
  Set set;
  AyOwnedProblem *train, *on;
  AyHead *like;
  guint32 *round_of;
  AyLedgerInput input;
} Case;

/* 150 training rows of digits: 60 had their label, then rounds of 40 and 30; 20 are never taken. */
static void
case_init (Case *self)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autofree guint32 *order = NULL;
  AyRng rng;

  self->set = set_digits ();
  ay_rng_init (&rng, 5, 0);
  order = ay_rng_sample (&rng, self->set.n, self->set.n);
  self->train = set_part (&self->set, order, 150);
  self->on = set_part (&self->set, order + 150, 100);
  self->like = ay_head_fit (&self->train->problem, &options, NULL, NULL, NULL);
  self->round_of = g_new (guint32, 150);
  for (guint i = 0; i < 150; i++)
    self->round_of[i] = i < 60 ? 0 : i < 100 ? 1 : i < 130 ? 2 : AY_LEDGER_NEVER;
  self->input = (AyLedgerInput) { .train = &self->train->problem, .round_of = self->round_of,
                                  .n_rounds = 2, .on = &self->on->problem, .n_groups = 1,
                                  .like = self->like };
}

static void
case_clear (Case *self)
{
  g_free (self->round_of);
  ay_head_unref (self->like);
  ay_owned_problem_free (self->train);
  ay_owned_problem_free (self->on);
  set_clear (&self->set);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

static AyStepCredits *
credits (const Case *of, guint steps, double rate)
{
  AyStepOptions options = { steps, rate };
  g_autoptr (GError) error = NULL;
  AyStepCredits *self = ay_step_credits_new (&of->input, &options, NULL, &error);

  g_assert_no_error (error);
  return self;
}

/* Softmax of one row by a head, in plain loops; z: its standardised features. */
static void
predict (const AyHead *head, const Set *set, guint32 row, double *z, double *p)
{
  double sum = 0.0;

  for (gsize j = 0; j < head->d; j++)
    z[j] = (ay_matrix_value (set->features, row, j) - head->centre[j]) * head->inv_scale[j];
  for (guint c = 0; c < 10; c++)
    {
      p[c] = head->intercept[c];
      for (gsize j = 0; j < head->d; j++)
        p[c] += head->weights[c * head->d + j] * z[j];
      sum += p[c] = exp (p[c]);
    }
  for (guint c = 0; c < 10; c++)
    p[c] /= sum;
}

/* The same steps, plainly: where the head of the class ends. */
static void
walk (const Case *of, AyHead *head, guint steps, double rate)
{
  const AyProblem *train = &of->train->problem;
  double penalty = of->like->lambda / of->like->sum_weight, z[64], p[10];
  g_autofree double *slope = g_new (double, 650);

  for (guint round = 0; round < 3; round++)
    for (guint k = 0; k < steps; k++)
      {
        double n = round == 0 ? 60 : round == 1 ? 100 : 130;

        memset (slope, 0, 650 * sizeof *slope);
        for (guint i = 0; i < n; i++)
          {
            predict (head, &of->set, train->rows[i], z, p);
            for (guint c = 0; c < 10; c++)
              for (guint j = 0; j < 65; j++)
                slope[c * 65 + j] += (p[c] - ((gint32) c == train->label[i]))
                                     * (j < 64 ? z[j] : 1.0) / n;
          }
        for (guint c = 0; c < 10; c++)
          {
            for (guint j = 0; j < 64; j++)
              head->weights[c * 64 + j] -= rate * (slope[c * 65 + j]
                                                   + penalty * head->weights[c * 64 + j]);
            head->intercept[c] -= rate * slope[c * 65 + 64];
          }
      }
}

static void
test_head (void)
{
  g_auto (Case) of = { 0 };
  g_autoptr (AyStepCredits) found = NULL;
  g_autoptr (AyHead) plain = NULL;

  case_init (&of);
  found = credits (&of, 20, 0.1);
  plain = ay_head_copy (found->start);
  walk (&of, plain, 20, 0.1);
  for (guint j = 0; j < 640; j++)
    g_assert_cmpfloat_with_epsilon (found->head->weights[j], plain->weights[j], 1e-6);
  for (guint c = 0; c < 10; c++)
    g_assert_cmpfloat_with_epsilon (found->head->intercept[c], plain->intercept[c], 1e-6);
}

static void
test_adds_up (void)
{
  g_auto (Case) of = { 0 };
  g_autoptr (AyStepCredits) found = NULL;
  double gain = 0.0;

  case_init (&of);
  found = credits (&of, 50, 0.1);
  g_assert_cmpuint (found->n_rounds, ==, 3);
  for (guint r = 0; r < 3; r++)
    {
      const AyStepRound *round = &found->round[r];
      double sums[2] = { 0.0, 0.0 };

      for (guint i = 0; i < 150; i++)
        {
          if (of.round_of[i] > r)
            g_assert_cmpfloat (round->credit[i], ==, 0.0);
          sums[of.round_of[i] == r] += round->credit[i];
        }
      g_test_message ("round %u: gain %.6f = %.6f + %.6f + %.6f, residual %.2g", r, round->gain,
                      round->by_new, round->by_old, round->by_penalty, round->residual);
      g_assert_cmpfloat_with_epsilon (sums[1], round->by_new, 1e-12);
      g_assert_cmpfloat_with_epsilon (sums[0], round->by_old, 1e-12);
      g_assert_cmpfloat (fabs (round->residual), <=, 1e-4 * fabs (round->gain));
      g_assert_true (round->adds_up);
      g_assert_cmpfloat (round->loss_before - round->loss_after, ==, round->gain);
      if (r > 0)
        g_assert_cmpfloat (round->loss_before, ==, found->round[r - 1].loss_after);
      gain += round->gain;
    }
  g_assert_cmpfloat_with_epsilon (gain, found->gain, 1e-12);
  g_assert_cmpuint (found->round[2].n_new, ==, 30);
  g_assert_cmpuint (found->round[2].n_old, ==, 100);
}

/* A row's credit in one step from zeroes, by its definition with the gradient integrated by a
 * hundred midpoints. */
static void
test_one_step (void)
{
  g_auto (Case) of = { 0 };
  g_autoptr (AyStepCredits) found = NULL;
  double z[64], p[10], mean[650] = { 0.0 };
  g_autoptr (AyHead) at = NULL;

  case_init (&of);
  found = credits (&of, 1, 0.3);
  at = ay_head_copy (found->start);
  of.input.n_rounds = 0;
  {
    g_autoptr (AyStepCredits) first = credits (&of, 1, 0.3);

    for (guint k = 0; k < 100; k++)
      {
        for (guint j = 0; j < 640; j++)
          at->weights[j] = (k + 0.5) / 100 * first->head->weights[j];
        for (guint c = 0; c < 10; c++)
          at->intercept[c] = (k + 0.5) / 100 * first->head->intercept[c];
        for (guint t = 0; t < 100; t++)
          {
            predict (at, &of.set, of.on->rows[t], z, p);
            for (guint c = 0; c < 10; c++)
              for (guint j = 0; j < 65; j++)
                mean[c * 65 + j] += (p[c] - ((gint32) c == of.on->label[t]))
                                    * (j < 64 ? z[j] : 1.0) / 1e4;
          }
      }
  }
  for (guint i = 0; i < 60; i++)
    {
      double credit = 0.0;

      predict (found->start, &of.set, of.train->rows[i], z, p);
      for (guint c = 0; c < 10; c++)
        for (guint j = 0; j < 65; j++)
          credit += 0.3 / 60 * (p[c] - ((gint32) c == of.train->label[i])) * (j < 64 ? z[j] : 1.0)
                    * mean[c * 65 + j];
      g_assert_cmpfloat_with_epsilon (found->round[0].credit[i], credit, 1e-3 * 1e-2);
    }
}

static void
test_refusals (void)
{
  g_auto (Case) of = { 0 };
  AyStepOptions none = { 0, 0.1 }, still = { 5, 0.0 };
  g_autoptr (GError) error = NULL;

  case_init (&of);
  g_assert_null (ay_step_credits_new (&of.input, &none, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  g_assert_null (ay_step_credits_new (&of.input, &still, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  for (guint i = 0; i < 150; i++)
    of.round_of[i] = AY_LEDGER_NEVER;
  g_assert_null (ay_step_credits_new (&of.input, &(AyStepOptions) { 2, 0.1 }, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/step-credits/head", test_head);
  g_test_add_func ("/step-credits/adds-up", test_adds_up);
  g_test_add_func ("/step-credits/one-step", test_one_step);
  g_test_add_func ("/step-credits/refusals", test_refusals);
  return g_test_run ();
}
