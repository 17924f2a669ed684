/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"

#include <math.h>

static guint64
splitmix (guint64 *state)
{
  guint64 z = (*state += 0x9e3779b97f4a7c15u);

  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static inline guint64
rotl (guint64 x, int k)
{
  return (x << k) | (x >> (64 - k));
}

void
ay_rng_init (AyRng *self, guint64 seed, guint64 stream)
{
  guint64 state = seed;

  state = splitmix (&state) ^ (stream * 0xd1342543de82ef95u);
  for (int i = 0; i < 4; i++)
    self->s[i] = splitmix (&state);
}

guint64
ay_rng_next (AyRng *self)
{
  guint64 *s = self->s;
  guint64 result = rotl (s[1] * 5, 7) * 9;
  guint64 t = s[1] << 17;

  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotl (s[3], 45);
  return result;
}

double
ay_rng_uniform (AyRng *self)
{
  return (ay_rng_next (self) >> 11) * 0x1p-53;
}

guint64
ay_rng_below (AyRng *self, guint64 n)
{
  guint64 x = ay_rng_next (self);
  unsigned __int128 product = (unsigned __int128) x * n;
  guint64 low = (guint64) product;

  if (low < n)
    {
      guint64 threshold = -n % n;

      while (low < threshold)
        {
          product = (unsigned __int128) ay_rng_next (self) * n;
          low = (guint64) product;
        }
    }
  return (guint64) (product >> 64);
}

double
ay_rng_normal (AyRng *self)
{
  double u, v, s;

  do
    {
      u = 2.0 * ay_rng_uniform (self) - 1.0;
      v = 2.0 * ay_rng_uniform (self) - 1.0;
      s = u * u + v * v;
    }
  while (s >= 1.0 || s == 0.0);
  return u * sqrt (-2.0 * log (s) / s);
}

void
ay_rng_shuffle (AyRng *self, guint32 *rows, gsize n)
{
  for (gsize i = n; i > 1; i--)
    {
      gsize j = ay_rng_below (self, i);
      guint32 row = rows[i - 1];

      rows[i - 1] = rows[j];
      rows[j] = row;
    }
}

guint32 *
ay_rng_sample (AyRng *self, gsize n, gsize k)
{
  guint32 *rows = g_new (guint32, MAX (n, 1));

  g_return_val_if_fail (k <= n, rows);
  for (gsize i = 0; i < n; i++)
    rows[i] = (guint32) i;
  for (gsize i = 0; i < k; i++)
    {
      gsize j = i + ay_rng_below (self, n - i);
      guint32 row = rows[i];

      rows[i] = rows[j];
      rows[j] = row;
    }
  return g_renew (guint32, rows, MAX (k, 1));
}
