/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model_data.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/standardise.h"

#include "testdata.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* J at the head's weights moved by `by` in parameter (c, j); j = d is the intercept. Written out
 * row by row in double, with nothing of the solver. */
static double
objective_at (const AyHead *head, const AyProblem *on, guint c_moved, gsize j_moved, double by)
{
  gsize d = head->d;
  g_autofree float *z = g_new (float, d);
  g_autofree double *logits = g_new (double, head->n_outputs);
  double total = 0.0;

  for (gsize i = 0; i < on->n; i++)
    {
      double weight = on->weight != NULL ? on->weight[i] : 1.0, sum = 0.0, top = -INFINITY;

      ay_standardise_block (on->features, on->rows + i, 1, head->centre, head->inv_scale, z);
      for (guint c = 0; c < head->n_outputs; c++)
        {
          logits[c] = head->intercept[c] + (c == c_moved && j_moved == d ? by : 0.0);
          for (gsize j = 0; j < d; j++)
            {
              double moved = c == c_moved && j_moved == j ? by : 0.0;

              logits[c] += (head->weights[c * d + j] + moved) * z[j];
            }
          top = MAX (top, logits[c]);
        }
      for (guint c = 0; c < head->n_outputs; c++)
        sum += exp (logits[c] - top);
      if (on->n_classes > 0)
        total += weight * (top + log (sum) - logits[on->label[i]]);
      else
        total += weight * 0.5 * (logits[0] - on->target[i]) * (logits[0] - on->target[i]);
    }
  for (gsize k = 0; k < head->n_outputs * d; k++)
    {
      double w = head->weights[k] + (k == c_moved * d + j_moved && j_moved < d ? by : 0.0);

      total += 0.5 * head->lambda * w * w;
    }
  return total;
}

/* The head is a minimum: central differences of J vanish and J rises both ways. */
static void
assert_optimal (const AyHead *head, const AyProblem *on)
{
  double h = 1e-3, middle = objective_at (head, on, 0, 0, 0.0);

  g_assert_cmpfloat_with_epsilon (middle, head->objective, 1e-9 * (1.0 + fabs (middle)));
  for (guint c = 0; c < head->n_outputs; c++)
    for (gsize j = 0; j <= head->d; j += MAX (1, head->d / 4))
      {
        double up = objective_at (head, on, c, j, h), down = objective_at (head, on, c, j, -h);
        double curvature = (up + down - 2.0 * middle) / (h * h);

        g_assert_cmpfloat (fabs (up - down) / (2.0 * h), <=,
                           1e-5 * head->sum_weight + 1e-3 * curvature * h);
        g_assert_cmpfloat (up + down, >=, 2.0 * middle * (1.0 - 1e-12));
      }
}

static void
test_optimal (void)
{
  const guint classes[] = { 0, 2, 3, 10 };

  for (gsize k = 0; k < G_N_ELEMENTS (classes); k++)
    {
      g_auto (Made) made = made_new (300, 13, classes[k], 2.0, 5 + k);
      AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
      g_autoptr (GError) error = NULL;
      g_autoptr (AyHead) head = NULL;

      for (gsize i = 0; i < 300; i++)
        made.weight[i] = (i % 4) * 0.5;
      head = ay_head_fit (&made.problem, &options, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (head->gradient_norm, <=, 1e-8);
      assert_optimal (head, &made.problem);
    }
}


static AyHead *
fit (const AyProblem *problem, double lambda_mean)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyHead *head;

  options.lambda_mean = lambda_mean;
  head = ay_head_fit (problem, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (head->gradient_norm, <=, head->tolerance);
  return head;
}

/* Numbers of a CSV file (or .csv.gz), `skip` lines and `leave` leading fields left out. */
static GArray *
read_numbers (const char *path, guint skip, guint leave)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (double));
  gzFile file = gzopen (path, "rb");
  char line[8192];

  g_assert_nonnull (file);
  for (guint number = 0; gzgets (file, line, sizeof line) != NULL; number++)
    {
      g_auto (GStrv) fields = g_strsplit_set (g_strstrip (line), ", ", -1);

      for (guint k = leave; number >= skip && fields[k] != NULL; k++)
        {
          double value = g_ascii_strtod (fields[k], NULL);

          if (*fields[k] != '\0')
            g_array_append_val (values, value);
        }
    }
  gzclose (file);
  return values;
}

/* A problem of a table whose label stands in the first (or last) column. */
static Made
made_from (GArray *values, gsize d, gboolean label_first, guint n_classes)
{
  Made made = { 0 };
  gsize n = values->len / (d + 1);
  double *x = g_new (double, n * d);

  g_assert_cmpuint (n * (d + 1), ==, values->len);
  made.rows = g_new (guint32, n);
  made.label = g_new (gint32, n);
  made.target = g_new0 (double, n);
  made.weight = g_new (double, n);
  for (gsize i = 0; i < n; i++)
    {
      const double *row = (double *) values->data + i * (d + 1);

      made.rows[i] = i;
      made.weight[i] = 1.0;
      made.label[i] = (gint32) row[label_first ? 0 : d];
      memcpy (x + i * d, row + (label_first ? 1 : 0), d * sizeof (double));
    }
  made.features = ay_matrix_take_f64 (n, d, x);
  made.problem = (AyProblem) { .features = made.features, .rows = made.rows, .n = n,
                               .label = made.label, .weight = made.weight,
                               .n_classes = n_classes };
  return made;
}

/* Every case of a list in head.json has scikit-learn's objective to 1e-6 and never a worse one. */
static void
check_cases (const AyProblem *problem, const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "reference", "head.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases;

  g_assert_true (json_parser_load_from_file (parser, path, NULL));
  cases = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), name);
  g_assert_cmpuint (json_array_get_length (cases), ==, 4);
  for (guint i = 0; i < 4; i++)
    {
      JsonObject *want = json_array_get_object_element (cases, i);
      double objective = json_object_get_double_member (want, "objective");
      double loss = json_object_get_double_member (want, "loss");
      g_autoptr (AyHead) head = fit (problem, json_object_get_double_member (want, "lambda_mean"));
      AyFit judged;

      g_assert_true (ay_head_evaluate (head, problem, &judged, NULL, NULL));
      g_assert_cmpfloat (fabs (head->objective - objective), <, 1e-6 * objective);
      g_assert_cmpfloat (fabs (head->loss - loss), <, 1e-5 * loss);
      g_assert_cmpfloat (fabs (judged.loss - head->loss), <, 1e-12 * MAX (1.0, loss));
      g_assert_cmpfloat (
          fabs (judged.accuracy - json_object_get_double_member (want, "accuracy")), <, 1e-3);
    }
}

static void
test_sklearn_digits (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "data", "samples", "digits.csv",
                                                 NULL);
  g_autoptr (GArray) values = read_numbers (path, 1, 1);
  g_auto (Made) made = made_from (values, 64, TRUE, 10);

  g_assert_cmpuint (made.problem.n, ==, 1797);
  check_cases (&made.problem, "digits");
  for (gsize i = 0; i < made.problem.n; i++)
    made.weight[i] = 0.5 * (i % 4);
  check_cases (&made.problem, "digits_weighted");
}

static void
test_sklearn_breast_cancer (void)
{
  g_autofree char *path = test_data ("sklearn_bundled/breast_cancer.csv");
  g_autoptr (GArray) values = path != NULL ? read_numbers (path, 1, 0) : NULL;

  if (values != NULL)
    {
      g_auto (Made) made = made_from (values, 30, FALSE, 2);

      g_assert_cmpuint (made.problem.n, ==, 569);
      check_cases (&made.problem, "breast_cancer");
    }
}

static void
test_sklearn_diabetes (void)
{
  g_autofree char *path = test_data ("sklearn_bundled/diabetes_data_raw.csv.gz");
  g_autofree char *target = path != NULL ? test_data ("sklearn_bundled/diabetes_target.csv.gz")
                                         : NULL;

  if (target != NULL)
    {
      g_autoptr (GArray) x = read_numbers (path, 0, 0), t = read_numbers (target, 0, 0);
      g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));

      for (gsize i = 0; i < t->len; i++)
        {
          g_array_append_vals (values, &g_array_index (x, double, i * 10), 10);
          g_array_append_vals (values, &g_array_index (t, double, i), 1);
        }
      g_auto (Made) made = made_from (values, 10, FALSE, 0);

      memcpy (made.target, t->data, t->len * sizeof (double));
      made.problem.target = made.target;
      made.problem.label = NULL;
      check_cases (&made.problem, "diabetes");
    }
}

/* Ridge against the normal equations written out and solved by elimination. */
static void
test_ridge_closed_form (void)
{
  enum { N = 80, D = 7 };
  g_auto (Made) made = made_new (N, D, 0, 1.0, 3);
  double a[D + 1][D + 2] = { 0 };
  g_autoptr (AyHead) head = NULL;
  float z[D];

  for (gsize i = 0; i < N; i++)
    made.weight[i] = (i % 5) * 0.3;
  head = fit (&made.problem, 1e-2);
  for (gsize i = 0; i < N; i++)
    {
      double row[D + 2];

      ay_standardise_block (made.features, made.rows + i, 1, head->centre, head->inv_scale, z);
      for (gsize j = 0; j < D; j++)
        row[j] = z[j];
      row[D] = 1.0;
      row[D + 1] = made.target[i];
      for (gsize j = 0; j <= D; j++)
        for (gsize k = 0; k <= D + 1; k++)
          a[j][k] += made.weight[i] * row[j] * row[k];
    }
  for (gsize j = 0; j < D; j++)
    a[j][j] += head->lambda;
  for (gsize j = 0; j <= D; j++)
    for (gsize i = 0; i <= D; i++)
      {
        double factor = a[i][j] / a[j][j];

        for (gsize k = 0; i != j && k <= D + 1; k++)
          a[i][k] -= factor * a[j][k];
      }
  for (gsize j = 0; j < D; j++)
    g_assert_cmpfloat (fabs (head->weights[j] - a[j][D + 1] / a[j][j]), <, 1e-10);
  g_assert_cmpfloat (fabs (head->intercept[0] - a[D][D + 1] / a[D][D]), <, 1e-9);
}

/* More features than the dense way takes: conjugate gradients end at a minimum as well. */
static void
test_ridge_wide (void)
{
  g_auto (Made) made = made_new (40, 5200, 0, 1.0, 9);
  g_autoptr (AyHead) head = fit (&made.problem, 1e-1);

  g_assert_cmpstr (head->solver, ==, "conjugate gradients");
  assert_optimal (head, &made.problem);
}

static void
assert_same_head (const AyHead *a, const AyHead *b, double tolerance)
{
  for (gsize j = 0; j < a->n_outputs * a->d; j++)
    g_assert_cmpfloat (fabs (a->weights[j] - b->weights[j]), <=, tolerance);
  for (gsize c = 0; c < a->n_outputs; c++)
    g_assert_cmpfloat (fabs (a->intercept[c] - b->intercept[c]), <=, tolerance);
}

/* A row of weight w is w rows; a row of weight 0 is none. */
static void
test_weights (void)
{
  for (guint n_classes = 0; n_classes <= 4; n_classes += 4)
    {
      gsize n = 120, d = 6, m = 0;
      g_auto (Made) made = made_new (n, d, n_classes, 2.0, 11);
      g_autofree guint32 *rows = g_new (guint32, 3 * n);
      g_autofree gint32 *label = g_new (gint32, 3 * n);
      g_autofree double *target = g_new (double, 3 * n);
      AyProblem repeated = made.problem;
      g_autoptr (AyHead) weighted = NULL, longer = NULL;

      for (gsize i = 0; i < n; i++)
        {
          made.weight[i] = (i * 7) % 4;
          for (gsize k = 0; k < (i * 7) % 4; k++)
            {
              rows[m] = i;
              label[m] = made.label[i];
              target[m++] = made.target[i];
            }
        }
      repeated.rows = rows;
      repeated.n = m;
      repeated.label = n_classes > 0 ? label : NULL;
      repeated.target = n_classes > 0 ? NULL : target;
      repeated.weight = NULL;
      weighted = fit (&made.problem, 1e-2);
      longer = fit (&repeated, 1e-2);
      assert_same_head (weighted, longer, 1e-6);
      g_assert_cmpfloat (fabs (weighted->objective - longer->objective), <,
                         1e-9 * longer->objective);
    }
}

/* Features shifted and scaled (by powers of two, so that nothing is rounded) give the same head. */
static void
test_invariance (void)
{
  gsize n = 150, d = 5;
  g_auto (Made) made = made_new (n, d, 3, 2.0, 17);
  float *moved = g_new (float, n * d);
  g_autoptr (AyMatrix) other = NULL;
  AyProblem problem = made.problem;
  g_autoptr (AyHead) a = fit (&made.problem, 1e-3), b = NULL;

  ay_matrix_get_f32 (made.features, 0, n, moved);
  for (gsize k = 0; k < n * d; k++)
    moved[k] = ldexpf (moved[k], (int) (k % d) - 2);
  other = ay_matrix_take_f32 (n, d, moved);
  problem.features = other;
  b = fit (&problem, 1e-3);
  assert_same_head (a, b, 1e-12);
}

/* Classes a plane tells apart, under hardly any penalty; and shapes that are hard for a solver. */
static void
test_hard_problems (void)
{
  const struct { gsize n, d; guint n_classes; double spread, lambda_mean; } cases[] = {
    { 200, 10, 2, 0.05, 1e-8 }, { 200, 10, 5, 0.05, 1e-6 }, { 30, 100, 3, 1.0, 1e-3 },
    { 30, 100, 3, 1.0, 1e-8 },  { 100, 3, 100, 1.0, 1e-3 }, { 2, 4, 2, 1.0, 1e-3 },
    { 50, 1, 2, 1.0, 1e-4 },    { 2000, 8, 4, 5.0, 1e-8 },
  };

  for (gsize k = 0; k < G_N_ELEMENTS (cases); k++)
    {
      g_auto (Made) made = made_new (cases[k].n, cases[k].d, cases[k].n_classes, cases[k].spread,
                                     100 + k);
      g_autoptr (AyHead) head = fit (&made.problem, cases[k].lambda_mean);

      assert_optimal (head, &made.problem);
    }
}

/* Many classes that a plane tells apart, down to a penalty that hardly holds the weights: the
 * gradient of J, row by row in double, is gone, within few steps. */
static void
test_separable (void)
{
  const double lambdas[] = { 1e-3, 1e-7 };
  gsize n = 3000, d = 128;
  guint n_classes = 77;
  g_auto (Made) made = made_new (n, d, n_classes, 0.3, 41);
  g_autofree double *p = g_new (double, n * n_classes), *gradient = g_new (double, n_classes * d);
  g_autofree float *z = g_new (float, d);

  for (gsize k = 0; k < G_N_ELEMENTS (lambdas); k++)
    {
      g_autoptr (AyHead) head = fit (&made.problem, lambdas[k]);

      g_assert_cmpuint (head->iterations, <, 150);
      g_assert_true (ay_head_predict (head, made.features, made.rows, n, p, NULL, NULL));
      memset (gradient, 0, n_classes * d * sizeof (double));
      for (gsize i = 0; i < n; i++)
        {
          ay_standardise_block (made.features, made.rows + i, 1, head->centre, head->inv_scale, z);
          for (guint c = 0; c < n_classes; c++)
            for (gsize j = 0; j < d; j++)
              gradient[c * d + j] += (p[i * n_classes + c] - (made.label[i] == (gint32) c)) * z[j];
        }
      for (gsize j = 0; j < n_classes * d; j++)
        g_assert_cmpfloat (fabs (gradient[j] + head->lambda * head->weights[j]) / n, <=,
                           1e-4 * lambdas[k]);
    }
}

/* Columns that are constant or repeat others; weights from a millionth to a million. */
static void
test_odd_columns_and_weights (void)
{
  gsize n = 200, d = 6;
  g_auto (Made) made = made_new (n, d, 3, 2.0, 23);
  float *x = g_new (float, n * d);
  g_autoptr (AyMatrix) other = NULL;
  AyProblem problem = made.problem;
  g_autoptr (AyHead) head = NULL;

  ay_matrix_get_f32 (made.features, 0, n, x);
  for (gsize i = 0; i < n; i++)
    {
      x[i * d + 1] = x[i * d];
      x[i * d + 2] = 7.1f;
      made.weight[i] = pow (10.0, (double) (i % 13) - 6.0);
    }
  other = ay_matrix_take_f32 (n, d, x);
  problem.features = other;
  head = fit (&problem, 1e-4);
  g_assert_cmpfloat (head->inv_scale[2], ==, 0.0f);
  for (guint c = 0; c < 3; c++)
    {
      g_assert_cmpfloat (fabs (head->weights[c * d] - head->weights[c * d + 1]), <, 1e-4);
      g_assert_cmpfloat (fabs (head->weights[c * d + 2]), <, 1e-9);
    }
  assert_optimal (head, &problem);
}

/* A problem large enough for float passes: the certificate still holds in double, and one and two
 * threads give the same bytes. */
static void
test_large (void)
{
  gsize n = 12000, d = 60;
  g_auto (Made) made = made_new (n, d, 6, 6.0, 31);
  g_autoptr (AyHead) one = NULL, two = NULL;
  g_autofree double *gradient = g_new0 (double, d * 6);
  g_autofree double *p = g_new (double, n * 6);
  float z[60];

  ay_set_threads (1);
  one = fit (&made.problem, 1e-3);
  ay_set_threads (2);
  two = fit (&made.problem, 1e-3);
  ay_set_threads (0);
  assert_same_head (one, two, 0.0);
  g_assert_true (one->objective == two->objective);
  g_assert_true (ay_head_predict (one, made.features, made.rows, n, p, NULL, NULL));
  for (gsize i = 0; i < n; i++)
    {
      double sum = 0.0;

      ay_standardise_block (made.features, made.rows + i, 1, one->centre, one->inv_scale, z);
      for (guint c = 0; c < 6; c++)
        {
          double r = p[i * 6 + c] - (made.label[i] == (gint32) c);

          sum += p[i * 6 + c];
          for (gsize j = 0; j < d; j++)
            gradient[c * d + j] += r * z[j];
        }
      g_assert_cmpfloat (fabs (sum - 1.0), <, 1e-12);
    }
  for (gsize k = 0; k < d * 6; k++)
    g_assert_cmpfloat (fabs (gradient[k] + one->lambda * one->weights[k]) / n, <=,
                       1.001 * one->gradient_norm + 1e-13);
}

/* Float rows read where they lie, the same ones gathered because they are not aligned, and as
 * doubles, which are standardised into a buffer: one head. Some rows are left out, some weigh. */
static void
test_in_place (void)
{
  gsize n = 14000, d = 64, kept = 0;
  g_auto (Made) made = made_new (n, d, 6, 6.0, 37);
  float *x = aligned_alloc (64, (n * d + 16) * sizeof (float));
  g_autoptr (AyMatrix) aligned = NULL, shifted = NULL, doubles = NULL;
  g_autoptr (AyHead) in_place = NULL, gathered = NULL, buffered = NULL;
  g_autofree float *moved = g_malloc ((n * d + 16) * sizeof (float) + 64);
  float *odd = (float *) ((GPOINTER_TO_SIZE (moved) + 63) / 64 * 64 + 4);
  double *wide = g_new (double, n * d);
  AyProblem problem = made.problem;

  ay_matrix_get_f32 (made.features, 0, n, x);
  for (gsize k = 0; k < n * d; k++)
    wide[k] = x[k] = x[k] - (float) (k % d) + 2.0f * (float) (k % d % 7);
  memcpy (odd, x, n * d * sizeof (float));
  aligned = ay_matrix_wrap (n, d, AY_DTYPE_F32, FALSE, FALSE, x, x, free);
  shifted = ay_matrix_wrap (n, d, AY_DTYPE_F32, FALSE, FALSE, odd, NULL, NULL);
  doubles = ay_matrix_take_f64 (n, d, wide);
  for (gsize i = 0; i < n; i++)
    {
      if (i > 9000 && i % 11 == 0)
        continue;
      made.rows[kept] = i;
      made.label[kept] = made.label[i];
      made.weight[kept++] = 0.25 * (i % 5);
    }
  problem.n = kept;
  problem.features = aligned;
  in_place = fit (&problem, 1e-3);
  problem.features = shifted;
  gathered = fit (&problem, 1e-3);
  problem.features = doubles;
  buffered = fit (&problem, 1e-3);
  assert_same_head (in_place, gathered, 0.0);
  assert_same_head (in_place, buffered, 2e-6);
  g_assert_cmpfloat (fabs (in_place->objective - buffered->objective), <, 1e-9 * n);
}

/* A refit keeps lambda, centre and scale, and forgets where it started. */
static void
test_warm (void)
{
  g_auto (Made) made = made_new (300, 8, 3, 2.0, 41);
  g_autoptr (AyHead) full = fit (&made.problem, 1e-2), other = fit (&made.problem, 1e-1);
  g_autoptr (AyHead) a = NULL, b = NULL;
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;

  for (gsize i = 0; i < 300; i += 3)
    made.weight[i] = 0.0;
  a = ay_head_fit (&made.problem, &options, full, NULL, NULL);
  other->lambda = full->lambda;
  b = ay_head_fit (&made.problem, &options, other, NULL, NULL);
  g_assert_nonnull (a);
  g_assert_nonnull (b);
  g_assert_cmpfloat (a->lambda, ==, full->lambda);
  g_assert_cmpmem (a->centre, 8 * sizeof (float), full->centre, 8 * sizeof (float));
  g_assert_cmpmem (a->inv_scale, 8 * sizeof (float), full->inv_scale, 8 * sizeof (float));
  g_assert_cmpfloat (fabs (a->sum_weight - 200.0), <, 1e-9);
  assert_same_head (a, b, 1e-5);
  assert_optimal (a, &made.problem);
}

/* Folds prefer a penalty that does better on rows not fitted, say so, and do so again. */
static void
test_lambda_auto (void)
{
  g_auto (Made) made = made_new (400, 40, 2, 8.0, 51), later = made_new (400, 40, 2, 8.0, 51);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyHead) chosen = NULL, again = NULL, weak = NULL;
  AyProblem half = made.problem, rest = made.problem;
  AyFit of_chosen, of_weak;

  half.n = 200;
  rest.rows += 200;
  rest.label += 200;
  rest.n = 200;
  options.lambda_auto = TRUE;
  chosen = ay_head_fit (&half, &options, NULL, NULL, NULL);
  again = ay_head_fit (&half, &options, NULL, NULL, NULL);
  weak = fit (&half, 1e-5);
  g_assert_nonnull (strstr (chosen->lambda_note, "chosen by 5 folds"));
  g_assert_cmpstr (chosen->lambda_note, ==, again->lambda_note);
  assert_same_head (chosen, again, 0.0);
  g_assert_cmpfloat (chosen->lambda, >, weak->lambda);
  g_assert_true (ay_head_evaluate (chosen, &rest, &of_chosen, NULL, NULL));
  g_assert_true (ay_head_evaluate (weak, &rest, &of_weak, NULL, NULL));
  g_assert_cmpfloat (of_chosen.loss, <, of_weak.loss);
}

static void
test_lambda_auto_few_rows (void)
{
  g_auto (Made) made = made_new (4, 3, 2, 1.0, 61);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  g_autoptr (AyHead) head = NULL;

  options.lambda_auto = TRUE;
  made.problem.n = 2;
  head = ay_head_fit (&made.problem, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (head->lambda_note, "too few rows"));
}

static void
expect_error (const AyProblem *problem, const AyHeadOptions *options, AyJob *job, int code,
              const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ay_head_fit (problem, options, NULL, job, &error));
  g_assert_error (error, AY_ERROR, code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
}

static void
test_errors (void)
{
  g_auto (Made) made = made_new (60, 5, 3, 2.0, 71);
  const AyHeadOptions good = AY_HEAD_OPTIONS_INIT;
  AyHeadOptions options = good;
  AyProblem problem = made.problem;
  g_autoptr (AyJob) job = ay_job_new ();

  options.lambda_mean = -1.0;
  expect_error (&problem, &options, NULL, AY_ERROR_RANGE, "lambda_mean must be above 0, not -1");
  options = good;
  options.scale = 0.0;
  expect_error (&problem, &options, NULL, AY_ERROR_RANGE, "scale");
  options = good;
  options.max_iterations = 1;
  expect_error (&problem, &options, NULL, AY_ERROR_NOT_CONVERGED, "gradient norm");
  problem.n = 0;
  expect_error (&problem, &good, NULL, AY_ERROR_RANGE, "no training row");
  problem = made.problem;
  ay_job_cancel (job);
  expect_error (&problem, &good, job, AY_ERROR_CANCELLED, "cancelled");
  made.weight[7] = NAN;
  expect_error (&problem, &good, NULL, AY_ERROR_INPUT, "row 7: weight nan");
  made.weight[7] = 1.0;
  made.label[9] = 3;
  expect_error (&problem, &good, NULL, AY_ERROR_INPUT, "row 9: class 3 of 3");
  for (gsize i = 0; i < 60; i++)
    made.label[i] = 1;
  expect_error (&problem, &good, NULL, AY_ERROR_RANGE, "one class");
  made.problem.n_classes = 0;
  problem = made.problem;
  problem.target = made.target;
  made.target[3] = INFINITY;
  expect_error (&problem, &good, NULL, AY_ERROR_INPUT, "row 3: target inf");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/head/optimal", test_optimal);
  g_test_add_func ("/head/sklearn/digits", test_sklearn_digits);
  g_test_add_func ("/head/sklearn/breast-cancer", test_sklearn_breast_cancer);
  g_test_add_func ("/head/sklearn/diabetes", test_sklearn_diabetes);
  g_test_add_func ("/head/ridge/closed-form", test_ridge_closed_form);
  g_test_add_func ("/head/ridge/wide", test_ridge_wide);
  g_test_add_func ("/head/weights", test_weights);
  g_test_add_func ("/head/invariance", test_invariance);
  g_test_add_func ("/head/hard-problems", test_hard_problems);
  g_test_add_func ("/head/separable", test_separable);
  g_test_add_func ("/head/odd-columns-and-weights", test_odd_columns_and_weights);
  g_test_add_func ("/head/large", test_large);
  g_test_add_func ("/head/in-place", test_in_place);
  g_test_add_func ("/head/warm", test_warm);
  g_test_add_func ("/head/lambda-auto", test_lambda_auto);
  g_test_add_func ("/head/lambda-auto/few-rows", test_lambda_auto_few_rows);
  g_test_add_func ("/head/errors", test_errors);
  return g_test_run ();
}
