/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "core/model/thin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Numbers of a kernel's kind by index. */
static double
get (const AyThinKernels *kernels, const void *data, gsize i)
{
  return kernels->size == sizeof (double) ? ((const double *) data)[i] : ((const float *) data)[i];
}

static void *
random_numbers (const AyThinKernels *kernels, gsize n, AyRng *rng)
{
  void *data = aligned_alloc (AY_THIN_ALIGN, (n * kernels->size + 63) / 64 * 64);
  float *from = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    from[i] = (float) ay_rng_normal (rng);
  kernels->load (from, n, data);
  g_free (from);
  return data;
}

typedef struct
{
  const AyThinKernels *kernels;
  AyThinBlock block;
  guint n_classes;
  void *z, *theta, *logits, *scratch, *u;
  gint32 *label;
  double *weight, *want; /* want: rows x n_classes, the logits in double */
} Setup;

static Setup
setup_new (const AyThinKernels *kernels, gsize count, gsize stride, guint n_classes)
{
  Setup s = { .kernels = kernels, .n_classes = n_classes };
  gsize rows = (count + 15) / 16 * 16, out_stride = rows + 16;
  AyRng rng;

  ay_rng_init (&rng, count * 1000 + stride, n_classes);
  s.z = random_numbers (kernels, rows * stride, &rng);
  s.theta = random_numbers (kernels, n_classes * stride, &rng);
  s.u = random_numbers (kernels, n_classes * out_stride, &rng);
  s.logits = random_numbers (kernels, n_classes * out_stride, &rng);
  s.scratch = random_numbers (kernels, 4 * out_stride, &rng);
  s.label = g_new0 (gint32, rows);
  s.weight = g_new0 (double, rows);
  s.want = g_new0 (double, rows * n_classes);
  for (gsize i = 0; i < count; i++)
    {
      s.label[i] = ay_rng_below (&rng, n_classes);
      s.weight[i] = ay_rng_uniform (&rng);
      for (guint c = 0; c + 1 < n_classes; c++)
        {
          double sum = 0.0;

          for (gsize j = 0; j < stride; j++)
            sum += get (kernels, s.z, i * stride + j) * get (kernels, s.theta, c * stride + j);
          s.want[i * n_classes + c] = sum;
          s.want[i * n_classes + n_classes - 1] -= sum;
        }
    }
  s.block = (AyThinBlock) { .z = s.z, .stride = stride, .rows = rows, .count = count,
                            .out_stride = out_stride, .label = s.label, .weight = s.weight,
                            .ahead = s.z, .ahead_bytes = rows * stride * kernels->size };
  return s;
}

static void
setup_clear (Setup *s)
{
  free (s->z);
  free (s->theta);
  free (s->u);
  free (s->logits);
  free (s->scratch);
  g_free (s->label);
  g_free (s->weight);
  g_free (s->want);
}

/* Probabilities from the wanted logits in place of them; log sum exp. */
static double
softmax (double *z, guint n)
{
  double top = -INFINITY, sum = 0.0;

  for (guint c = 0; c < n; c++)
    top = MAX (top, z[c]);
  for (guint c = 0; c < n; c++)
    sum += exp (z[c] - top);
  for (guint c = 0; c < n; c++)
    z[c] = exp (z[c] - top) / sum;
  return top + log (sum);
}

static void
check_residuals (Setup *s, double loose)
{
  AyThinSums sums = { 0.0, 0.0 };
  double loss = 0.0, spread = 0.0, total = 0.0;
  gsize out_stride = s->block.out_stride;

  s->kernels->residuals (&s->block, s->n_classes, s->logits, s->scratch, &sums);
  for (gsize i = 0; i < s->block.count; i++)
    {
      double *p = s->want + i * s->n_classes, own = p[s->label[i]], square = 1.0;

      loss += s->weight[i] * (softmax (p, s->n_classes) - own);
      for (guint c = 0; c < s->n_classes; c++)
        square -= p[c] * p[c];
      spread += s->weight[i] * square;
      total += s->weight[i];
      for (guint c = 0; c + 1 < s->n_classes; c++)
        g_assert_cmpfloat (fabs (get (s->kernels, s->logits, c * out_stride + i)
                                 - s->weight[i] * (p[c] - (s->label[i] == (gint32) c))), <, loose);
    }
  for (gsize i = s->block.count; i < s->block.rows; i++)
    for (guint c = 0; c + 1 < s->n_classes; c++)
      g_assert_cmpfloat (get (s->kernels, s->logits, c * out_stride + i), ==, 0.0);
  g_assert_cmpfloat (fabs (sums.loss - loss), <, 10 * loose * (1.0 + total));
  g_assert_cmpfloat (fabs (sums.spread - spread), <, 10 * loose * (1.0 + total));
}

static void
check_gradient (Setup *s, double loose)
{
  gsize stride = s->block.stride;
  guint k = s->n_classes - 1;
  g_autofree double *sum = aligned_alloc (64, (k * stride * sizeof (double) + 63) / 64 * 64);

  for (gsize j = 0; j < k * stride; j++)
    sum[j] = 1.0;
  s->kernels->gradient (&s->block, s->logits, k, sum);
  for (guint c = 0; c < k; c++)
    for (gsize j = 0; j < stride; j++)
      {
        double want = 1.0;

        for (gsize i = 0; i < s->block.rows; i++)
          want += get (s->kernels, s->logits, c * s->block.out_stride + i)
                  * get (s->kernels, s->z, i * stride + j);
        g_assert_cmpfloat (fabs (sum[c * stride + j] - want), <, 50 * loose);
      }
}

/* u of n_classes - 1 classes, the last minus their sum, becomes w (p u - p (p.u)). */
static void
check_curvatures (Setup *s, double loose)
{
  gsize out_stride = s->block.out_stride;
  guint n = s->n_classes;
  g_autofree double *u = g_new0 (double, n * s->block.rows);

  for (gsize i = 0; i < s->block.count; i++)
    for (guint c = 0; c + 1 < n; c++)
      {
        u[i * n + c] = get (s->kernels, s->u, c * out_stride + i);
        u[i * n + n - 1] -= u[i * n + c];
      }
  s->kernels->logits (&s->block, s->theta, n - 1, s->logits);
  s->kernels->curvatures (&s->block, n, s->logits, s->scratch, s->u);
  for (gsize i = 0; i < s->block.count; i++)
    {
      const double *p = s->want + i * n; /* check_residuals made them probabilities */
      double mean = 0.0;

      for (guint c = 0; c < n; c++)
        mean += p[c] * u[i * n + c];
      for (guint c = 0; c + 1 < n; c++)
        g_assert_cmpfloat (fabs (get (s->kernels, s->u, c * out_stride + i)
                                 - s->weight[i] * p[c] * (u[i * n + c] - mean)), <, 20 * loose);
    }
}

static void
check (const AyThinKernels *kernels, gsize count, gsize stride, guint n_classes)
{
  Setup s = setup_new (kernels, count, stride, n_classes);
  double loose = (kernels->size == sizeof (double) ? 1e-13 : 2e-5) * sqrt (stride);

  kernels->logits (&s.block, s.theta, n_classes - 1, s.logits);
  for (gsize i = 0; i < count; i++)
    for (guint c = 0; c + 1 < n_classes; c++)
      g_assert_cmpfloat (fabs (get (kernels, s.logits, c * s.block.out_stride + i)
                               - s.want[i * n_classes + c]), <, loose);
  check_residuals (&s, loose);
  check_gradient (&s, loose);
  check_curvatures (&s, loose);
  setup_clear (&s);
}

static void
test_kernels (gconstpointer exact)
{
  const guint classes[] = { 2, 3, 4, 5, 6, 7, 8, 10, 13, 77 };
  const gsize strides[] = { 16, 48, 64, 112, 1040 };
  guint tried = 0;

  for (const AyThinKernels *kernels;
       (kernels = ay_thin_kernels_nth (exact != NULL, tried)) != NULL; tried++)
    for (gsize c = 0; c < G_N_ELEMENTS (classes); c++)
      for (gsize s = 0; s < G_N_ELEMENTS (strides); s++)
        check (kernels, 17 + 5 * s + c, strides[s], classes[c]);
  g_assert_cmpuint (tried, >=, 2);
}

/* Logits far apart, as of a head that is sure: probabilities 0 and 1 and a finite loss. */
static void
test_extreme_logits (void)
{
  for (guint exact = 0; exact < 2; exact++)
    {
      const AyThinKernels *kernels = ay_thin_kernels (exact);
      Setup s = setup_new (kernels, 16, 16, 3);
      const float far[] = { 0.0f, 300.0f, -300.0f, 60.0f };
      float logits[3 * 32] = { 0 };
      AyThinSums sums = { 0.0, 0.0 };

      for (gsize i = 0; i < 16; i++)
        {
          logits[i] = far[i % 4];
          s.label[i] = 0;
          s.weight[i] = 1.0;
        }
      kernels->load (logits, 3 * 32, s.logits);
      kernels->residuals (&s.block, 3, s.logits, s.scratch, &sums);
      g_assert_cmpfloat (fabs (get (kernels, s.logits, 1)), <, 1e-7);
      g_assert_cmpfloat (fabs (get (kernels, s.logits, 2) + 1.0), <, 1e-6);
      /* log 3, 0, 600, 0: the last class's logit is minus the first */
      g_assert_cmpfloat (fabs (sums.loss - 4.0 * (log (3.0) + 600.0)), <, 1e-3);
      setup_clear (&s);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/thin/float", NULL, test_kernels);
  g_test_add_data_func ("/thin/double", "", test_kernels);
  g_test_add_func ("/thin/extreme-logits", test_extreme_logits);
  return g_test_run ();
}
