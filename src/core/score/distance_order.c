/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sorting rows by distance.
 *
 * The bits of floats >= 0 order like the floats. LSD radix passes, stable and begun in row order,
 * over the upper bits of the range that occurs - as many as tell apart about 2 n values within one
 * power of two - leave a list that is sorted but for few neighbours; one insertion pass by whole
 * entries (distance, row) ends it. Two passes of 9 bits for 10^4 rows, three of 8 for 10^6. Where
 * the insertion finds much to do (almost equal distances beside far ones), all bits are sorted
 * instead: a partly insertion-sorted list still holds equal distances in row order.
 *
 * Where only the nearest are wanted, a histogram of the upper bits gives a bound, and what is below
 * it is sorted. O(n) time, 16 n bytes. */
#include "core/score/distance_order.h"

#include "core/base/error.h"

#include <string.h>

#define MAX_PASSES 4
#define MAX_DIGIT 11
#define MAX_MOVES 16 /* an entry, in the insertion pass */
#define SELECT_BITS 12

struct _AyDistanceOrder
{
  gsize n;
  guint64 *a, *b;
};

AyDistanceOrder *
ay_distance_order_new (gsize n, GError **error)
{
  guint64 *a = ay_try_alloc (MAX (n, 1) * 2, sizeof (guint64), "the order of distances", error);
  AyDistanceOrder *self;

  if (a == NULL)
    return NULL;
  self = g_new0 (AyDistanceOrder, 1);
  self->n = n;
  self->a = a;
  self->b = a + n;
  return self;
}

void
ay_distance_order_free (AyDistanceOrder *self)
{
  if (self == NULL)
    return;
  g_free (MIN (self->a, self->b)); /* one piece */
  g_free (self);
}

static guint
bit_length (guint32 x)
{
  return x != 0 ? 32 - __builtin_clz (x) : 0;
}

static guint32
bits_of (float x)
{
  guint32 bits;

  memcpy (&bits, &x, sizeof bits);
  return bits;
}

static void
range_of (const float *distance, gsize n, guint32 *least, guint32 *most)
{
  guint32 low = G_MAXUINT32, high = 0;

  for (gsize i = 0; i < n; i++)
    {
      guint32 bits = bits_of (distance[i]);

      low = MIN (low, bits);
      high = MAX (high, bits);
    }
  *least = low;
  *most = high;
}

/* One stable pass by the bits shift .. of the distance above `least`. */
static void
scatter (const guint64 *from, gsize n, guint32 least, guint shift, guint digit, guint32 *place,
         guint64 *to)
{
  guint32 mask = (1u << digit) - 1;

  for (gsize i = 0; i < n; i++)
    to[place[(((guint32) (from[i] >> 32) - least) >> shift) & mask]++] = from[i];
}

/* Sorts a by the top of its range, `skip` low bits left. */
static void
radix (AyDistanceOrder *self, gsize n, guint32 least, guint skip, guint range)
{
  guint passes = MAX ((range - skip + MAX_DIGIT - 1) / MAX_DIGIT, 1);
  guint digit = MAX ((range - skip + passes - 1) / passes, 1);
  guint32 count[MAX_PASSES][1 << MAX_DIGIT];
  guint32 mask = (1u << digit) - 1;

  for (guint pass = 0; pass < passes; pass++)
    memset (count[pass], 0, ((gsize) mask + 1) * sizeof (guint32));
  for (gsize i = 0; i < n; i++)
    {
      guint32 key = ((guint32) (self->a[i] >> 32) - least) >> skip;

      for (guint pass = 0; pass < passes; pass++, key >>= digit)
        count[pass][key & mask]++;
    }
  for (guint pass = 0; pass < passes; pass++)
    {
      guint64 *swap = self->a;
      guint32 sum = 0;

      for (guint32 k = 0; k <= mask; k++)
        {
          guint32 here = count[pass][k];

          count[pass][k] = sum;
          sum += here;
        }
      scatter (self->a, n, least, skip + pass * digit, digit, count[pass], self->b);
      self->a = self->b;
      self->b = swap;
    }
}

/* FALSE when it gave up. */
static gboolean
insert (guint64 *a, gsize n)
{
  gsize left = n * MAX_MOVES;

  for (gsize i = 1; i < n; i++)
    {
      guint64 one = a[i];
      gsize j = i;

      if (a[i - 1] <= one)
        continue;
      for (; j > 0 && a[j - 1] > one; j--)
        a[j] = a[j - 1];
      a[j] = one;
      if (i - j > left)
        return FALSE;
      left -= i - j;
    }
  return TRUE;
}

static void
sort (AyDistanceOrder *self, gsize n, guint32 least, guint32 most)
{
  guint range = bit_length (most - least);
  guint tell = bit_length ((guint32) MIN (2 * n, G_MAXINT32)); /* bits within a power of two */
  guint skip = tell < 23 ? 23 - tell : 0;

  if (range == 0 || n < 2)
    return; /* all equal: row order */
  radix (self, n, least, MIN (skip, range - 1), range);
  if (!insert (self->a, n))
    radix (self, n, least, 0, range);
}

/* A bound on the bits below which at least `wanted` rows lie. */
static guint32
bound_of (const float *distance, gsize n, guint32 least, guint32 most, gsize wanted)
{
  guint range = bit_length (most - least), shift = range > SELECT_BITS ? range - SELECT_BITS : 0;
  guint32 count[(1 << SELECT_BITS) + 1] = { 0 };
  gsize sum = 0;

  for (gsize i = 0; i < n; i++)
    count[(bits_of (distance[i]) - least) >> shift]++;
  for (guint32 k = 0; k < 1 << SELECT_BITS; k++)
    {
      sum += count[k];
      if (sum >= wanted)
        return least + (k << shift) + ((1u << shift) - 1);
    }
  return most;
}

guint64 *
ay_distance_order (AyDistanceOrder *self, const float *distance, const gint32 *label,
                   gint32 match, gsize wanted, gsize *count)
{
  gsize n = self->n, kept = 0;
  guint32 least, most, bound = G_MAXUINT32;

  range_of (distance, n, &least, &most);
  if (wanted < n)
    bound = bound_of (distance, n, least, most, wanted);
  if (bound >= most)
    for (gsize i = 0; i < n; i++)
      self->a[i] = (guint64) bits_of (distance[i]) << 32 | i << 1 | (label[i] == match);
  else
    for (gsize i = 0; i < n; i++)
      {
        guint32 bits = bits_of (distance[i]);

        self->a[kept] = (guint64) bits << 32 | i << 1 | (label[i] == match);
        kept += bits <= bound;
      }
  *count = bound >= most ? n : kept;
  sort (self, *count, least, MIN (bound, most));
  return self->a;
}
