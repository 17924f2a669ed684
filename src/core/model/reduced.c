/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/model/reduced.h"

#include <math.h>
#include <string.h>

static double
beta_of (guint n_outputs)
{
  return (1.0 - 1.0 / sqrt (n_outputs)) / (n_outputs - 1);
}

void
ay_reduce (guint n_outputs, gsize stride, const double *in, double *out)
{
  guint m = n_outputs - 1;
  const double *last = in + m * stride;

  if (n_outputs == 1)
    {
      memcpy (out, in, stride * sizeof (double));
      return;
    }
  for (gsize j = 0; j < stride; j++)
    {
      double sum = 0.0;

      for (guint a = 0; a < m; a++)
        sum += out[a * stride + j] = in[a * stride + j] - last[j];
      sum *= beta_of (n_outputs);
      for (guint a = 0; a < m; a++)
        out[a * stride + j] -= sum;
    }
}

void
ay_expand (guint n_outputs, gsize stride, const double *in, double *out)
{
  guint m = n_outputs - 1;

  if (n_outputs == 1)
    {
      memcpy (out, in, stride * sizeof (double));
      return;
    }
  for (gsize j = 0; j < stride; j++)
    {
      double sum = 0.0, last = 0.0;

      for (guint a = 0; a < m; a++)
        sum += in[a * stride + j];
      sum *= beta_of (n_outputs);
      for (guint a = 0; a < m; a++)
        last -= out[a * stride + j] = in[a * stride + j] - sum;
      out[m * stride + j] = last;
    }
}

double
ay_reduced_curvature (guint n_outputs, const double *p, guint a, guint b)
{
  guint m = n_outputs - 1;
  double beta, last, shift, sum;

  if (n_outputs == 1)
    return 1.0;
  /* U^T diag(p) U = diag(p_a) + p_C - beta (s_a + s_b) + beta^2 sum s, s_a = p_a + m p_C;
   * (U^T p)_a = p_a - p_C - beta (1 - C p_C) */
  beta = beta_of (n_outputs);
  last = p[m];
  shift = last + beta * (1.0 - n_outputs * last);
  sum = 1.0 - last + (double) m * m * last;
  return (a == b ? p[a] : 0.0) + last - beta * (p[a] + p[b] + 2.0 * m * last) + beta * beta * sum
         - (p[a] - shift) * (p[b] - shift);
}

void
ay_drop_class_mean (guint n_outputs, gsize stride, gsize k, double *x)
{
  for (gsize v = 0; v < k && n_outputs > 1; v++, x += n_outputs * stride)
    for (gsize j = 0; j < stride; j++)
      {
        double mean = 0.0;

        for (guint c = 0; c < n_outputs; c++)
          mean += x[c * stride + j];
        mean /= n_outputs;
        for (guint c = 0; c < n_outputs; c++)
          x[c * stride + j] -= mean;
      }
}
