/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void
ay_softmax (const double *x, gsize n, double *p)
{
  double most = x[ay_argmax (x, n)], sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += p[i] = exp (x[i] - most);
  for (gsize i = 0; i < n; i++)
    p[i] /= sum;
}

double
ay_mean (const double *x, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += x[i];
  return sum / (double) n;
}

double
ay_variance (const double *x, gsize n)
{
  double mean = ay_mean (x, n), sum = 0.0;

  if (n < 2)
    return NAN;
  for (gsize i = 0; i < n; i++)
    sum += (x[i] - mean) * (x[i] - mean);
  return sum / (double) (n - 1);
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

double
ay_quantile (const double *x, gsize n, double q)
{
  g_autofree double *sorted = g_new (double, MAX (n, 1));
  gsize count = 0, below;
  double at;

  for (gsize i = 0; i < n; i++)
    if (!isnan (x[i]))
      sorted[count++] = x[i];
  if (count == 0)
    return NAN;
  qsort (sorted, count, sizeof (double), compare_doubles);
  at = CLAMP (q, 0.0, 1.0) * (double) (count - 1);
  below = (gsize) at;
  if (below + 1 >= count)
    return sorted[count - 1];
  return sorted[below] + (at - (double) below) * (sorted[below + 1] - sorted[below]);
}

/* LSD radix sort on the bits of the doubles, 8 passes of 8 bits at most: stable, so ties stay in
 * row order; a pass in which all keys share the digit is skipped. */
static guint64
sort_key (double value, gboolean descending)
{
  guint64 bits;

  if (isnan (value))
    return G_MAXUINT64;
  value += 0.0; /* -0 sorts as 0 */
  memcpy (&bits, &value, sizeof bits);
  bits = bits >> 63 ? ~bits : bits | (G_GUINT64_CONSTANT (1) << 63);
  return descending ? ~bits : bits;
}

guint32 *
ay_order (const double *x, gsize n, gboolean descending)
{
  g_autofree guint64 *keys = g_new (guint64, MAX (n, 1));
  guint32 *order = g_new (guint32, MAX (n, 1));
  guint32 *other = g_new (guint32, MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    {
      keys[i] = sort_key (x[i], descending);
      order[i] = (guint32) i;
    }
  for (int shift = 0; shift < 64; shift += 8)
    {
      gsize count[257] = { 0 };
      guint32 *swap;

      for (gsize i = 0; i < n; i++)
        count[((keys[i] >> shift) & 255) + 1]++;
      if (n > 0 && count[((keys[0] >> shift) & 255) + 1] == n)
        continue;
      for (int d = 0; d < 256; d++)
        count[d + 1] += count[d];
      for (gsize i = 0; i < n; i++)
        other[count[(keys[order[i]] >> shift) & 255]++] = order[i];
      swap = order;
      order = other;
      other = swap;
    }
  g_free (other);
  return order;
}

int
ay_compare_u32 (const void *a, const void *b)
{
  guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;

  return (x > y) - (x < y);
}

double *
ay_ranks (const double *x, gsize n)
{
  g_autofree guint32 *order = ay_order (x, n, FALSE);
  double *ranks = g_new (double, MAX (n, 1));

  for (gsize i = 0; i < n;)
    {
      gsize end = i + 1;

      while (end < n && x[order[end]] == x[order[i]])
        end++;
      for (gsize k = i; k < end; k++)
        ranks[order[k]] = 0.5 * (double) (i + 1 + end);
      i = end;
    }
  return ranks;
}

static void
moments (const double *x, const double *y, gsize n, double *xx, double *xy, double *yy)
{
  double mx = ay_mean (x, n), my = ay_mean (y, n);

  *xx = *xy = *yy = 0.0;
  for (gsize i = 0; i < n; i++)
    {
      *xx += (x[i] - mx) * (x[i] - mx);
      *xy += (x[i] - mx) * (y[i] - my);
      *yy += (y[i] - my) * (y[i] - my);
    }
}

double
ay_pearson (const double *x, const double *y, gsize n)
{
  double xx, xy, yy;

  moments (x, y, n, &xx, &xy, &yy);
  return xy / sqrt (xx * yy);
}

double
ay_spearman (const double *x, const double *y, gsize n)
{
  g_autofree double *rx = ay_ranks (x, n);
  g_autofree double *ry = ay_ranks (y, n);

  return ay_pearson (rx, ry, n);
}

double
ay_slope (const double *x, const double *y, gsize n)
{
  double xx, xy, yy;

  moments (x, y, n, &xx, &xy, &yy);
  return xy / xx;
}

double
ay_auroc (const double *score, const guint8 *positive, gsize n)
{
  g_autofree double *ranks = ay_ranks (score, n);
  double sum = 0.0, pos = 0.0, neg;

  for (gsize i = 0; i < n; i++)
    if (positive[i])
      {
        sum += ranks[i];
        pos += 1.0;
      }
  neg = (double) n - pos;
  return (sum - pos * (pos + 1.0) / 2.0) / (pos * neg);
}

double
ay_average_precision (const double *score, const guint8 *positive, gsize n)
{
  g_autofree guint32 *order = ay_order (score, n, TRUE);
  double total = 0.0, hits = 0.0, area = 0.0;

  for (gsize i = 0; i < n; i++)
    total += positive[i] ? 1.0 : 0.0;
  for (gsize i = 0; i < n;)
    {
      gsize end = i;
      double before = hits;

      while (end < n && score[order[end]] == score[order[i]])
        hits += positive[order[end++]] ? 1.0 : 0.0;
      if (end == i)
        break; /* only NaNs are left: they have no place in the ranking */
      area += (hits - before) * hits / (double) end;
      i = end;
    }
  return area / total;
}

double
ay_precision_at (const double *score, const guint8 *positive, gsize n, gsize k)
{
  g_autofree guint32 *order = ay_order (score, n, TRUE);
  double hits = 0.0;

  k = MIN (k, n);
  for (gsize i = 0; i < k; i++)
    hits += positive[order[i]] ? 1.0 : 0.0;
  return hits / (double) k;
}

guint
ay_ticks (double low, double high, guint max_ticks, double *first, double *step)
{
  double span = high - low, unit;

  if (!(span > 0.0) || !isfinite (span) || max_ticks < 1)
    return 0;
  unit = pow (10.0, floor (log10 (span / max_ticks)));
  for (int k = 0; k < 6; k++)
    {
      static const double steps[] = { 1.0, 2.0, 5.0, 10.0, 20.0, 50.0 };
      double s = steps[k] * unit;
      double start = ceil (low / s - 1e-9) * s;
      double count = floor ((high - start) / s + 1e-9) + 1.0;

      if (count <= max_ticks)
        {
          *first = start;
          *step = s;
          return count > 0.0 ? (guint) count : 0;
        }
    }
  return 0;
}

gsize
ay_argmax (const double *x, gsize n)
{
  gsize best = 0;

  for (gsize k = 1; k < n; k++)
    if (x[k] > x[best])
      best = k;
  return best;
}
