/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/bitset.h"
#include "core/base/rng.h"

/* A program of random operations on the bitset and on a plain array, compared all along. */
static void
test_random_program (void)
{
  static const gsize sizes[] = { 0, 1, 63, 64, 65, 1000 };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      gsize n = sizes[s];
      g_autoptr (AyBitset) a = ay_bitset_new (n);
      g_autoptr (AyBitset) b = ay_bitset_new (n);
      g_autofree guint8 *x = g_new0 (guint8, n + 1);
      g_autofree guint8 *y = g_new0 (guint8, n + 1);
      AyRng rng;

      ay_rng_init (&rng, 7, s);
      for (int step = 0; step < 500; step++)
        {
          gsize row = n > 0 ? ay_rng_below (&rng, n) : 0;
          gsize count = 0, at = 0;

          switch (ay_rng_below (&rng, 8))
            {
            case 0: if (n) { ay_bitset_add (a, row); x[row] = 1; } break;
            case 1: if (n) { ay_bitset_remove (a, row); x[row] = 0; } break;
            case 2: if (n) { ay_bitset_add (b, row); y[row] = 1; } break;
            case 3: ay_bitset_union (a, b); for (gsize i = 0; i < n; i++) x[i] |= y[i]; break;
            case 4: ay_bitset_intersect (a, b); for (gsize i = 0; i < n; i++) x[i] &= y[i]; break;
            case 5: ay_bitset_subtract (a, b); for (gsize i = 0; i < n; i++) x[i] &= !y[i]; break;
            case 6: ay_bitset_invert (a); for (gsize i = 0; i < n; i++) x[i] = !x[i]; break;
            case 7: ay_bitset_fill (b); for (gsize i = 0; i < n; i++) y[i] = 1; break;
            }
          for (gsize i = 0; i < n; i++)
            {
              g_assert_cmpint (ay_bitset_get (a, i), ==, x[i]);
              count += x[i];
            }
          g_assert_cmpuint (ay_bitset_count (a), ==, count);
          for (gsize r = ay_bitset_next (a, 0); r < n; r = ay_bitset_next (a, r + 1), at++)
            g_assert_true (x[r]);
          g_assert_cmpuint (at, ==, count);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bitset/random-program", test_random_program);
  return g_test_run ();
}
