/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "score/score_data.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/stats.h"
#include "core/score/influence_rows.h"
#include "core/score/score.h"

#include <string.h>

typedef struct
{
  gsize m;
  float *effect; /* n x m */
} Whole;

static gboolean
collect (gsize first, gsize count, const float *effect, gpointer data, GError **error)
{
  Whole *self = data;

  memcpy (self->effect + first * self->m, effect, count * self->m * sizeof (float));
  return TRUE;
}

/* A head of the first n rows, and the m after them. */
typedef struct
{
  Made made;
  AyProblem train, of;
  AyHead *head;
  AyHessian *hessian;
  AyInfluenceRows rows;
} Case;

static void
case_init (Case *self, gsize n, gsize m, guint n_classes, gsize dense_limit)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyHessianOptions hessian_options = AY_HESSIAN_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  self->made = made_new (n + m, 6, n_classes, 1.0, 5);
  self->train = self->of = self->made.problem;
  self->train.n = n;
  self->of.n = m;
  self->of.rows += n;
  self->of.weight += n;
  self->of.label = n_classes > 0 ? self->of.label + n : NULL;
  self->of.target = n_classes > 0 ? NULL : self->of.target + n;
  self->head = ay_head_fit (&self->train, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  hessian_options.dense_limit = dense_limit;
  hessian_options.tolerance = 1e-10;
  self->hessian = ay_hessian_new (&self->train, self->head, &hessian_options, NULL, NULL);
  self->rows = (AyInfluenceRows) { &self->train, &self->of, self->head, self->hessian };
}

static void
case_clear (Case *self)
{
  ay_hessian_free (self->hessian);
  ay_head_unref (self->head);
  made_clear (&self->made);
}

static float *
matrix_of (const Case *self)
{
  Whole whole = { self->of.n, g_new (float, self->train.n * self->of.n) };
  g_autoptr (GError) error = NULL;

  g_assert_true (ay_influence_rows (&self->rows, collect, &whole, NULL, NULL, &error));
  g_assert_no_error (error);
  return whole.effect;
}

/* By a matrix and by conjugate gradients the same to 1e-6 of the largest; the same bytes for any
 * number of threads. */
static void
test_solvers (void)
{
  const guint classes[] = { 0, 2, 4 };

  for (gsize k = 0; k < G_N_ELEMENTS (classes); k++)
    {
      Case dense = { 0 }, iterated = { 0 };
      g_autofree float *a = NULL, *b = NULL, *c = NULL;
      double largest = 0.0;

      case_init (&dense, 200, 30, classes[k], 6000);
      case_init (&iterated, 200, 30, classes[k], 1);
      ay_set_threads (1);
      a = matrix_of (&dense);
      ay_set_threads (3);
      c = matrix_of (&dense);
      ay_set_threads (0);
      b = matrix_of (&iterated);
      g_assert_cmpmem (a, 6000 * sizeof (float), c, 6000 * sizeof (float));
      for (gsize j = 0; j < 6000; j++)
        largest = MAX (largest, fabs (a[j]));
      for (gsize j = 0; j < 6000; j++)
        g_assert_cmpfloat_with_epsilon (a[j], b[j], 1e-6 * largest);
      case_clear (&dense);
      case_clear (&iterated);
    }
}

/* The mean over the validation rows is the influence of the registry; one row's column is what
 * of=ID gives; the largest streamed are the largest. */
static void
test_agreement (void)
{
  g_auto (Made) made = made_new (300, 5, 3, 1.0, 9);
  g_autoptr (AyDataset) data = dataset_of (&made, 0);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyScoreContext) context = ay_score_context_new (data, &options, NULL);
  g_autoptr (AyScoreResult) all = NULL, of = NULL, relative = NULL;
  g_autoptr (AyInfluenceTop) top = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree double *column = NULL;
  g_autofree guint32 *down = NULL, *up = NULL;
  AyInfluenceRows rows;
  Whole whole;

  all = ay_score_run (ay_score_find ("influence"), context, NULL, &error);
  g_assert_no_error (error);
  rows = (AyInfluenceRows) { ay_score_context_train (context, NULL),
                             ay_score_context_target (context, NULL),
                             ay_score_context_head (context, NULL, NULL),
                             ay_score_context_hessian (context, NULL, NULL) };
  whole = (Whole) { rows.of->n, g_new (float, rows.train->n * rows.of->n) };
  g_assert_true (ay_influence_rows (&rows, collect, &whole, NULL, NULL, NULL));
  for (gsize i = 0; i < rows.train->n; i++)
    {
      double mean = 0.0;

      for (gsize t = 0; t < whole.m; t++)
        mean += whole.effect[i * whole.m + t] / whole.m;
      g_assert_cmpfloat_with_epsilon (mean, all->values[rows.train->rows[i]], 2e-5);
    }
  ay_score_context_set (context, "of", "8"); /* row 8 is the second of valid */
  of = ay_score_run (ay_score_find ("influence"), context, NULL, &error);
  g_assert_no_error (error);
  column = g_new (double, rows.train->n);
  for (gsize i = 0; i < rows.train->n; i++)
    {
      column[i] = whole.effect[i * whole.m + 1];
      g_assert_cmpfloat_with_epsilon (of->values[rows.train->rows[i]], column[i],
                                      1e-5 * fabs (column[i]) + 1e-8);
    }
  top = ay_influence_top_new (&rows, 7, NULL, NULL);
  down = ay_order (column, rows.train->n, TRUE);
  up = ay_order (column, rows.train->n, FALSE);
  for (guint k = 0; k < 7; k++)
    {
      g_assert_cmpuint (top->helping[7 + k], ==, down[k]);
      g_assert_cmpuint (top->hurting[7 + k], ==, up[k]);
      g_assert_cmpfloat (top->hurt[7 + k], ==, (float) column[up[k]]);
    }
  ay_score_context_set (context, "relative", "yes");
  relative = ay_score_run (ay_score_find ("influence"), context, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < rows.train->n; i++)
    g_assert_true (signbit (relative->values[rows.train->rows[i]])
                   == signbit (of->values[rows.train->rows[i]]));
  g_free (whole.effect);
}

static void
test_refusals (void)
{
  g_auto (Made) made = made_new (100, 3, 2, 1.0, 9);
  g_autoptr (AyDataset) data = dataset_of (&made, 10);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyScoreContext) context = ay_score_context_new (data, &options, NULL);
  const char *const ids[] = { "4", "95", "no such" }; /* a test row, an unlabelled one, none */

  for (guint k = 0; k < 3; k++)
    {
      g_autoptr (GError) error = NULL;

      ay_score_context_set (context, "of", ids[k]);
      g_assert_null (ay_score_run (ay_score_find ("influence"), context, NULL, &error));
      g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/influence-rows/solvers", test_solvers);
  g_test_add_func ("/influence-rows/agreement", test_agreement);
  g_test_add_func ("/influence-rows/refusals", test_refusals);
  return g_test_run ();
}
