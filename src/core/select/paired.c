/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paired comparisons: Student's t quantile by bisection on the regularised incomplete beta function
 * (its continued fraction, Lentz), the Wilcoxon signed-rank test by counting all signs of the
 * ranks, Holm's adjustment. */
#include "core/base/stats.h"
#include "core/select/compare.h"

#include <math.h>

#define MOST_EXACT 50

static double
beta_fraction (double a, double b, double x)
{
  double c = 1.0, d = 1.0 - (a + b) * x / (a + 1.0), h;

  d = 1.0 / (fabs (d) < 1e-300 ? 1e-300 : d);
  h = d;
  for (int m = 1; m < 500; m++)
    {
      double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
      double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
      double step;

      d = 1.0 / (1.0 + even * d);
      c = 1.0 + even / c;
      h *= d * c;
      d = 1.0 / (1.0 + odd * d);
      c = 1.0 + odd / c;
      step = d * c;
      h *= step;
      if (fabs (step - 1.0) < 1e-15)
        break;
    }
  return h;
}

static double
beta_regularised (double a, double b, double x)
{
  double front;

  if (x <= 0.0 || x >= 1.0)
    return x <= 0.0 ? 0.0 : 1.0;
  front = exp (lgamma (a + b) - lgamma (a) - lgamma (b) + a * log (x) + b * log1p (-x));
  return x < (a + 1.0) / (a + b + 2.0) ? front * beta_fraction (a, b, x) / a
                                       : 1.0 - front * beta_fraction (b, a, 1.0 - x) / b;
}

double
ay_t_quantile (double q, double degrees)
{
  double tail = 2.0 * MIN (q, 1.0 - q), low = 0.0, high = 1.0;

  if (!(degrees > 0.0) || !(q > 0.0) || !(q < 1.0))
    return NAN;
  while (beta_regularised (degrees / 2.0, 0.5, degrees / (degrees + high * high)) > tail)
    high *= 2.0;
  for (int k = 0; k < 200 && high - low > 1e-13 * high; k++)
    {
      double t = 0.5 * (low + high);

      if (beta_regularised (degrees / 2.0, 0.5, degrees / (degrees + t * t)) > tail)
        low = t;
      else
        high = t;
    }
  return q < 0.5 ? -0.5 * (low + high) : 0.5 * (low + high);
}

/* Share of all signs whose sum of positive ranks (doubled, so that they are whole) is at most w. */
static double
share_at_most (const double *ranks, gsize n, double w)
{
  gsize total = n * (n + 1), limit = (gsize) floor (2.0 * w + 0.5);
  g_autofree double *share = g_new0 (double, total + 1);
  double sum = 0.0;

  share[0] = 1.0;
  for (gsize i = 0; i < n; i++)
    {
      gsize r = (gsize) floor (2.0 * ranks[i] + 0.5);

      for (gsize s = total + 1; s-- > 0;)
        share[s] = 0.5 * share[s] + (s >= r ? 0.5 * share[s - r] : 0.0);
    }
  for (gsize s = 0; s <= MIN (limit, total); s++)
    sum += share[s];
  return sum;
}

double
ay_wilcoxon (const double *difference, gsize n)
{
  g_autofree double *size = g_new (double, MAX (n, 1)), *ranks = NULL;
  g_autofree guint8 *up = g_new0 (guint8, MAX (n, 1));
  double plus = 0.0, squares = 0.0, total, z;
  gsize m = 0;

  for (gsize i = 0; i < n; i++)
    if (difference[i] != 0.0 && !isnan (difference[i]))
      {
        up[m] = difference[i] > 0.0;
        size[m++] = fabs (difference[i]);
      }
  if (m == 0)
    return NAN;
  ranks = ay_ranks (size, m);
  for (gsize i = 0; i < m; i++)
    {
      plus += up[i] ? ranks[i] : 0.0;
      squares += ranks[i] * ranks[i];
    }
  total = m * (m + 1) / 2.0;
  plus = MIN (plus, total - plus);
  if (m <= MOST_EXACT)
    return MIN (2.0 * share_at_most (ranks, m, plus), 1.0);
  z = (total / 2.0 - plus) / sqrt (squares / 4.0);
  return erfc (z / sqrt (2.0));
}

void
ay_holm (double *p, gsize n)
{
  g_autofree guint32 *order = ay_order (p, n, FALSE);
  gsize m = 0;
  double most = 0.0;

  for (gsize i = 0; i < n; i++)
    m += !isnan (p[i]);
  for (gsize k = 0; k < m; k++)
    {
      most = MAX (most, MIN (p[order[k]] * (double) (m - k), 1.0));
      p[order[k]] = most;
    }
}
