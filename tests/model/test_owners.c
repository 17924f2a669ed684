/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/owners_data.h"

#include "core/model/hessian.h"
#include "core/model/owners_products.h"
#include "core/model/site_values.h"

#include <glib/gstdio.h>
#include <math.h>

/* Owners apart: by sums alone the head of all rows together; what must not be sent is not. */

typedef struct
{
  const Sites *sites;
  const AyHead *pooled;  /* (nullable): the head to come to */
  AyReleaseRules rules;
  AyHeadOptions options;
  const float *scaling;  /* (nullable) */
  gsize most_dense;      /* parameters up to which the Hessian is sent; 0: as ever */
  AyHead *kept;          /* the first site's, where there is no other to come to */
  const char *folder;    /* (nullable) of records */
  guint short_site, leave_out; /* a site that has so many rows less */
  AyVerdict verdict;     /* that the site gets */
  double apart;          /* largest difference of parameters, of the largest */
  double loss;           /* of all rows, by the head of the sums */
  guint rounds, products;
  guint64 bytes;         /* the largest message of the first site */
  double rho;
} Case;

static void
compare_heads (Case *self, const AyHead *head)
{
  double most = 0.0, apart = 0.0;
  AyFit fit;

  for (gsize j = 0; j < head->n_outputs * head->d; j++)
    {
      most = MAX (most, fabs (self->pooled->weights[j]));
      apart = MAX (apart, fabs (self->pooled->weights[j] - head->weights[j]));
    }
  for (guint c = 0; c < head->n_outputs; c++)
    apart = MAX (apart, fabs (self->pooled->intercept[c] - head->intercept[c]));
  self->apart = apart / most;
  g_assert_true (ay_head_evaluate (head, &self->sites->pooled, &fit, NULL, NULL));
  self->loss = fit.loss;
  g_assert_cmpmem (self->pooled->centre, head->d * sizeof (float), head->centre,
                   head->d * sizeof (float));
}

static gboolean
fit_site (AyRanks *ranks, gpointer data, GError **error)
{
  Case *self = data;
  AyProblem own = site_of (self->sites, ranks->rank);
  g_autofree char *record
      = self->folder != NULL ? g_strdup_printf ("%s/%u", self->folder, ranks->rank) : NULL;
  g_autoptr (AyRelease) gate = ay_release_new (ranks, &self->rules, record);
  AyOwnersOptions options = { .head = &self->options, .scaling = self->scaling,
                              .max_rounds = 50, .most_dense = self->most_dense };
  g_autoptr (AyOwnersFit) fit = NULL;

  if (ranks->rank == self->short_site)
    own.n -= self->leave_out;
  if (!ay_release_rows (gate, &own, NULL, error))
    return FALSE;
  fit = ay_owners_fit (gate, &options, NULL, error);
  if (fit == NULL)
    return FALSE;
  if (ranks->rank > 0)
    return TRUE;
  self->verdict = gate->verdict[self->short_site];
  self->rounds = fit->rounds;
  self->products = fit->products;
  self->rho = gate->rho;
  self->bytes = 0;
  for (guint k = 0; k < gate->messages->len; k++)
    self->bytes = MAX (self->bytes, g_array_index (gate->messages, AyMessage, k).bytes);
  if (self->pooled != NULL)
    compare_heads (self, fit->head);
  else
    self->kept = ay_head_ref (fit->head);
  return TRUE;
}

static Case
case_of (const Sites *sites)
{
  return (Case) { .sites = sites, .rules = AY_RELEASE_RULES_INIT,
                  .options = AY_HEAD_OPTIONS_INIT };
}

static void
check_fit (Set set, guint n_sites, gboolean numbers, gsize most_dense)
{
  g_auto (Sites) sites = sites_of (set, n_sites, numbers);
  Case self = case_of (&sites);
  g_autoptr (GError) error = NULL;
  g_autoptr (AyHead) pooled = ay_head_fit (&sites.pooled, &self.options, NULL, NULL, &error);
  AyFit fit;

  g_assert_no_error (error);
  self.pooled = pooled;
  self.most_dense = most_dense;
  g_assert_true (ay_head_evaluate (pooled, &sites.pooled, &fit, NULL, NULL));
  g_assert_true (ay_ranks_in_process (n_sites, fit_site, &self, &error));
  g_assert_no_error (error);
  g_test_message ("%u sites, %s: parameters %.2g apart, loss %.2g relative, %u rounds, "
                  "%u products", n_sites, numbers ? "ridge" : "softmax", self.apart,
                  fabs (self.loss / fit.loss - 1.0), self.rounds, self.products);
  g_assert_cmpfloat (fabs (self.loss / fit.loss - 1.0), <, 1e-6);
  g_assert_cmpfloat (self.apart, <, numbers ? 1e-10 : 1e-4);
  g_assert_true (most_dense == 0 ? self.products == 0 : self.products > self.rounds);
  if (most_dense > 0)
    g_assert_cmpuint (self.bytes, <=, MAX (2 + (pooled->n_outputs - 1) * (pooled->d + 1),
                                           2 * pooled->d + 1) * sizeof (double));
}

static void
test_fit (void)
{
  for (guint numbers = 0; numbers < 2; numbers++)
    {
      check_fit (set_digits (), 3, numbers, 0);
      check_fit (set_digits (), 10, numbers, 0);
      check_fit (set_mixture (3000, 20, 6), 4, numbers, 0);
    }
}

/* The same where the Hessian is not sent, but products with it. */
static void
test_products (void)
{
  check_fit (set_digits (), 3, FALSE, 1);
  check_fit (set_digits (), 10, FALSE, 1);
  check_fit (set_mixture (3000, 20, 6), 4, FALSE, 1);
}

/* Solves with the owners' Hessian by products are those with the Hessian of all rows. */
static gboolean
solve_site (AyRanks *ranks, gpointer data, GError **error)
{
  static const double tolerance[2] = { 1e-8, 1e-6 };
  const Case *self = data;
  AyProblem own = site_of (self->sites, ranks->rank);
  AyHessianOptions options = AY_HESSIAN_OPTIONS_INIT;
  g_autoptr (AyRelease) gate = ay_release_new (ranks, &self->rules, NULL);
  g_autoptr (AyHessian) hessian = ay_hessian_new (&self->sites->pooled, self->pooled, &options,
                                                  NULL, error);
  gsize p = ay_hessian_n_parameters (hessian), stride = self->pooled->d + 1;
  g_autofree double *s = g_new0 (double, 2 * p), *expected = NULL;
  double residual, most = 0.0;
  guint rounds;

  for (gsize j = 0; j < stride; j++)
    {
      s[j] = 1.0 + (double) j;
      s[stride + j] = -s[j];
      s[p + 2 * stride + j] = 1.0;
      s[p + j] = -1.0;
    }
  expected = g_memdup2 (s, 2 * p * sizeof *s);
  if (!ay_release_rows (gate, &own, NULL, error)
      || !ay_owners_solve (gate, self->pooled, s, tolerance, &residual, &rounds, NULL, error)
      || !ay_hessian_solve_to (hessian, expected, 2, 1e-10, NULL, NULL, error))
    return FALSE;
  g_assert_cmpfloat (residual, <=, tolerance[0]);
  for (gsize j = 0; j < 2 * p; j++)
    most = MAX (most, fabs (expected[j]));
  for (gsize j = 0; j < 2 * p; j++)
    g_assert_cmpfloat_with_epsilon (s[j], expected[j], 1e-3 * most);
  return TRUE;
}

static void
test_solve (void)
{
  g_auto (Sites) sites = sites_of (set_digits (), 3, FALSE);
  Case self = case_of (&sites);
  g_autoptr (GError) error = NULL;
  g_autoptr (AyHead) pooled = ay_head_fit (&sites.pooled, &self.options, NULL, NULL, &error);

  self.pooled = pooled;
  g_assert_true (ay_ranks_in_process (3, solve_site, &self, &error));
  g_assert_no_error (error);
  self.rules.noise = 1.0;
  g_assert_false (ay_ranks_in_process (3, solve_site, &self, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED);
}

/* --- the rules --- */

static void
check_verdict (Case *self, guint leave_out, AyVerdict verdict)
{
  g_autoptr (GError) error = NULL;

  self->leave_out = leave_out;
  g_assert_true (ay_ranks_in_process (self->sites->n_sites, fit_site, self, &error));
  g_assert_no_error (error);
  g_clear_pointer (&self->kept, ay_head_unref);
  g_assert_cmpuint (self->verdict, ==, verdict);
}

static void
test_rules (void)
{
  g_auto (Sites) sites = sites_of (set_digits (), 3, FALSE);
  Case self = case_of (&sites);
  gsize n = sites.first[2] - sites.first[1], last = 0;

  self.short_site = 1; /* of three classes */
  for (gsize i = sites.first[1]; i < sites.first[2]; i++)
    last += sites.label[i] == sites.label[sites.first[2] - 1];
  check_verdict (&self, (guint) last - 20, AY_VERDICT_TAKES_PART);
  check_verdict (&self, (guint) last - 19, AY_VERDICT_SMALL_CLASS);
  check_verdict (&self, (guint) last, AY_VERDICT_TAKES_PART);
  check_verdict (&self, (guint) n - 128, AY_VERDICT_TAKES_PART);
  check_verdict (&self, (guint) n - 127, AY_VERDICT_FEW_ROWS);
}

static void
test_record (void)
{
  g_auto (Sites) sites = sites_of (set_digits (), 3, FALSE);
  g_autofree char *folder = g_dir_make_tmp ("assay-XXXXXX", NULL);
  Case self = case_of (&sites);

  self.folder = folder;
  self.short_site = 2;
  check_verdict (&self, 0, AY_VERDICT_TAKES_PART);
  check_verdict (&self, 0, AY_VERDICT_TAKES_PART); /* the same rows again */
  check_verdict (&self, 1, AY_VERDICT_NEAR_EARLIER);
  check_verdict (&self, 19, AY_VERDICT_NEAR_EARLIER);
  check_verdict (&self, 20, AY_VERDICT_TAKES_PART);
  check_verdict (&self, 30, AY_VERDICT_NEAR_EARLIER); /* than the one before */
  check_verdict (&self, 40, AY_VERDICT_TAKES_PART);
  sites.label[sites.first[3] - 1] = 6; /* one row to another class */
  check_verdict (&self, 0, AY_VERDICT_NEAR_EARLIER);
  for (guint k = 0; k < 3; k++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u", folder, k);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_rmdir (folder);
}

/* One owner too small among others: the head is that of the others. */
static void
test_suppressed (void)
{
  g_auto (Sites) sites = sites_of (set_digits (), 3, TRUE);
  Case self = case_of (&sites);
  AyProblem others = sites.pooled;
  g_autoptr (AyHead) pooled = NULL;
  g_autoptr (GError) error = NULL;

  others.n = sites.first[2];
  pooled = ay_head_fit (&others, &self.options, NULL, NULL, &error);
  g_assert_no_error (error);
  self.pooled = pooled;
  self.short_site = 2;
  check_verdict (&self, (guint) (sites.first[3] - sites.first[2]) - 100, AY_VERDICT_FEW_ROWS);
  g_assert_cmpfloat (self.apart, <, 1e-10);
}

static void
test_none_left (void)
{
  g_auto (Sites) sites = sites_of (set_digits (), 3, FALSE);
  Case self = case_of (&sites);
  g_autoptr (GError) error = NULL;

  self.rules.least_rows = 200;
  g_assert_false (ay_ranks_in_process (3, fit_site, &self, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
}

/* The same rows under another task, or with other features made of them, are the same rows. */
static void
test_identity (void)
{
  g_auto (Sites) classes = sites_of (set_digits (), 1, FALSE), numbers = sites_of (set_digits (), 1,
                                                                                  TRUE);
  AyProblem fewer = numbers.pooled;
  g_autofree AyRowIdentity *identity
      = ay_row_identities (classes.set.features, classes.rows, classes.pooled.n, NULL);
  g_autofree AyRowIdentity *of_numbers = ay_row_identities (
      numbers.set.features, numbers.rows, numbers.pooled.n, numbers.target);
  g_autoptr (GArray) a = ay_released_rows (&classes.pooled, identity), b = NULL, c = NULL;

  b = ay_released_rows (&numbers.pooled, of_numbers);
  g_assert_cmpuint (ay_released_difference (a, a), ==, 0);
  g_assert_cmpuint (ay_released_difference (a, b), ==, 0);
  fewer.n -= 1;
  c = ay_released_rows (&fewer, of_numbers);
  g_assert_cmpuint (ay_released_difference (a, c), ==, 1);
  g_clear_pointer (&c, g_array_unref);
  of_numbers[7].all++; /* another number to predict */
  c = ay_released_rows (&numbers.pooled, of_numbers);
  g_assert_cmpuint (ay_released_difference (b, c), ==, 2);
}

/* --- values of sites --- */

/* Games whose values are known. */
static void
test_shapley (void)
{
  double additive[16], glove[8], out[4];

  for (guint s = 0; s < 16; s++)
    additive[s] = 1.0 * (s & 1) + 2.0 * (s >> 1 & 1) - 3.0 * (s >> 2 & 1) + 0.5 * (s >> 3 & 1);
  ay_shapley_exact (additive, 4, out);
  g_assert_cmpfloat_with_epsilon (out[0], 1.0, 1e-14);
  g_assert_cmpfloat_with_epsilon (out[1], 2.0, 1e-14);
  g_assert_cmpfloat_with_epsilon (out[2], -3.0, 1e-14);
  g_assert_cmpfloat_with_epsilon (out[3], 0.5, 1e-14);
  for (guint s = 0; s < 8; s++) /* one left glove, two right ones: 2/3, 1/6, 1/6 */
    glove[s] = (s & 1) && (s & 6) ? 1.0 : 0.0;
  ay_shapley_exact (glove, 3, out);
  g_assert_cmpfloat_with_epsilon (out[0], 2.0 / 3.0, 1e-14);
  g_assert_cmpfloat_with_epsilon (out[1], 1.0 / 6.0, 1e-14);
  g_assert_cmpfloat_with_epsilon (out[2], 1.0 / 6.0, 1e-14);
}

/* The heads of groups of owners, from the Gram matrices at hand, are those of their rows. */
static gboolean
fit_groups (AyRanks *ranks, gpointer data, GError **error)
{
  const Sites *sites = data;
  AyProblem own = site_of (sites, ranks->rank);
  AyReleaseRules rules = AY_RELEASE_RULES_INIT;
  AyHeadOptions head = AY_HEAD_OPTIONS_INIT;
  AyOwnersOptions options = { .head = &head, .max_rounds = 50 };
  g_autoptr (AyRelease) gate = ay_release_new (ranks, &rules, NULL);
  g_autoptr (AyOwnersFit) fit = NULL;

  if (!ay_release_rows (gate, &own, NULL, error))
    return FALSE;
  fit = ay_owners_fit (gate, &options, NULL, error);
  for (guint s = 1; fit != NULL && s < 8; s++)
    {
      AyProblem some = sites->pooled;
      g_autofree double *weight = g_new0 (double, some.n);
      g_autoptr (AyHead) group = ay_owners_coalition (gate, fit, s, 50, NULL, error);
      g_autoptr (AyHead) direct = NULL;

      for (guint k = 0; k < 3; k++)
        for (gsize i = sites->first[k]; i < sites->first[k + 1]; i++)
          weight[i] = s >> k & 1;
      some.weight = weight;
      direct = ay_head_fit (&some, &head, fit->head, NULL, error);
      if (group == NULL || direct == NULL)
        return FALSE;
      for (gsize j = 0; j < group->d; j++)
        g_assert_cmpfloat_with_epsilon (group->weights[j], direct->weights[j], 1e-9);
    }
  return fit != NULL;
}

static void
test_groups (void)
{
  g_auto (Sites) sites = sites_of (set_digits (), 3, TRUE);
  g_autoptr (GError) error = NULL;

  g_assert_true (ay_ranks_in_process (3, fit_groups, &sites, &error));
  g_assert_no_error (error);
}

/* --- noise --- */

/* How far the head is from the one without noise; *kept (nullable): is given that. */
static double
noisy_head (const Sites *sites, double noise, gsize most_dense, AyHead **kept, double *rho,
            guint *rounds)
{
  Case self = case_of (sites);
  g_autofree float *scaling = g_new0 (float, 2 * ay_matrix_cols (sites->set.features));
  g_autoptr (GError) error = NULL;

  for (gsize j = 0; j < ay_matrix_cols (sites->set.features); j++)
    scaling[ay_matrix_cols (sites->set.features) + j] = 0.05f;
  self.scaling = scaling;
  self.pooled = *kept;
  self.options.lambda = 20.0;
  self.rules.noise = noise;
  self.most_dense = most_dense;
  g_assert_true (ay_ranks_in_process (sites->n_sites, fit_site, &self, &error));
  g_assert_no_error (error);
  if (*kept == NULL)
    *kept = g_steal_pointer (&self.kept);
  ay_head_unref (self.kept);
  *rho = self.rho;
  *rounds = self.rounds + self.products;
  return self.apart;
}

/* The loss adds up over rounds; more noise takes the head farther from the one without. */
static void
test_noise (void)
{
  for (guint kind = 0; kind < 3; kind++) /* softmax, ridge, softmax by products */
    {
      gboolean numbers = kind == 1;
      g_auto (Sites) sites = sites_of (set_mixture (6000, 5, 3), 3, numbers);
      g_autoptr (AyHead) plain = NULL;
      double apart[2], rho;
      guint rounds;

      noisy_head (&sites, 0.0, kind == 2, &plain, &rho, &rounds);
      g_assert_cmpfloat (rho, ==, 0.0);
      for (guint k = 0; k < 2; k++)
        {
          double noise = k == 0 ? 1e-2 : 3.0;

          apart[k] = noisy_head (&sites, noise, kind == 2, &plain, &rho, &rounds);
          if (kind < 2)
            g_assert_cmpuint (rounds, ==, numbers ? 1 : 50);
          else /* three products a step, fewer where one shows no curvature */
            g_assert_true (rounds > 100 && rounds <= 50 * 4);
          g_assert_cmpfloat_with_epsilon (rho, rounds * 0.5 / (noise * noise), 1e-9 * rho);
        }
      g_test_message ("%s: %.3g apart with little noise, %.3g with more", kind == 1 ? "ridge"
                      : kind == 0 ? "softmax" : "softmax by products", apart[0], apart[1]);
      g_assert_cmpfloat (apart[0], >, 0.0);
      g_assert_cmpfloat (apart[0], <, 0.02);
      g_assert_cmpfloat (apart[1], >, 10.0 * apart[0]);
    }
  g_assert_cmpfloat_with_epsilon (ay_release_epsilon (0.5, 1e-6),
                                  0.5 + 2.0 * sqrt (0.5 * 6.0 * log (10.0)), 1e-12);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/owners/fit", test_fit);
  g_test_add_func ("/owners/products", test_products);
  g_test_add_func ("/owners/solve", test_solve);
  g_test_add_func ("/owners/rules", test_rules);
  g_test_add_func ("/owners/record", test_record);
  g_test_add_func ("/owners/suppressed", test_suppressed);
  g_test_add_func ("/owners/none_left", test_none_left);
  g_test_add_func ("/owners/identity", test_identity);
  g_test_add_func ("/owners/shapley", test_shapley);
  g_test_add_func ("/owners/groups", test_groups);
  g_test_add_func ("/owners/noise", test_noise);
  return g_test_run ();
}
