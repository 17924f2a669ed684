/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "core/score/semivalue.h"

#include <math.h>

#define MOST 10

static const AySemivalue laws[] = { AY_SEMIVALUE_SHAPLEY, AY_SEMIVALUE_BANZHAF, { 0.2, 0.0, 0.0 },
                                    { 0.0, 1.0, 16.0 }, { 0.0, 4.0, 1.0 }, { 0.0, 0.7, 2.5 } };

/* The utility by its definition; players 0..n-1 nearest first. */
static double
worth (const AySemivalueGame *game, const double *u, guint in_ball, guint set)
{
  guint size = 0;
  double sum = 0.0;

  for (guint i = 0; i < game->n; i++)
    {
      if (!(set & 1u << i))
        continue;
      if (game->utility == AY_UTILITY_THRESHOLD ? i < in_ball : size < game->k)
        {
          sum += u[i];
          size++;
        }
    }
  if (game->utility == AY_UTILITY_HARD)
    return sum / game->k;
  return size > 0 ? sum / size : game->empty;
}

static double
log_beta (double a, double b)
{
  return lgamma (a) + lgamma (b) - lgamma (a + b);
}

/* Probability of one certain set of `size` among n - 1 others. */
static double
weight_of_set (const AySemivalue *law, guint n, guint size)
{
  if (law->p > 0.0)
    return pow (law->p, size) * pow (1.0 - law->p, n - 1.0 - size);
  return exp (log_beta (law->in + size, law->out + n - 1.0 - size)
              - log_beta (law->in, law->out));
}

static double
enumerate (const AySemivalueGame *game, const double *u, guint in_ball, guint player)
{
  double sum = 0.0;

  for (guint set = 0; set < 1u << game->n; set++)
    if (!(set & 1u << player))
      sum += weight_of_set (&game->law, game->n, __builtin_popcount (set))
             * (worth (game, u, in_ball, set | 1u << player) - worth (game, u, in_ball, set));
  return sum;
}

static void
draw (AyRng *rng, double *u, guint n)
{
  gboolean hard = ay_rng_below (rng, 2);

  for (guint i = 0; i < n; i++)
    u[i] = hard ? (double) ay_rng_below (rng, 2) : ay_rng_uniform (rng);
}

/* Every variant and law is what enumeration of all sets says. */
static void
test_enumeration (void)
{
  AyRng rng;

  ay_rng_init (&rng, 1, 0);
  for (guint law = 0; law < G_N_ELEMENTS (laws); law++)
    for (AyNearUtility utility = 0; utility <= AY_UTILITY_THRESHOLD; utility++)
      for (guint n = 1; n <= MOST; n++)
        {
          guint k = 1 + (guint) ay_rng_below (&rng, 12), ball = (guint) ay_rng_below (&rng, n + 1);
          AySemivalueGame game = { laws[law], utility, n, k, 0.3 };
          g_autoptr (AySemivalueTable) table = ay_semivalue_table_new (&game, NULL);
          double u[MOST], value[MOST] = { 0.0 };

          draw (&rng, u, n);
          if (utility == AY_UTILITY_THRESHOLD)
            ay_semivalue_ball (table, u, ball, value);
          else
            ay_semivalue_sorted (table, u, n, 0.0, value);
          for (guint i = 0; i < n; i++)
            g_assert_cmpfloat_with_epsilon (value[i], enumerate (&game, u, ball, i), 1e-12);
        }
}

/* Efficiency of Shapley, equal values of equal neighbours in the order, players without effect, on
 * games too large to enumerate. */
static void
test_properties (void)
{
  AyRng rng;

  ay_rng_init (&rng, 2, 0);
  for (guint round = 0; round < 60; round++)
    {
      guint n = 2 + (guint) ay_rng_below (&rng, 400), k = 1 + (guint) ay_rng_below (&rng, 30);
      guint twin = (guint) ay_rng_below (&rng, n - 1), beyond = 0;
      AyNearUtility utility = ay_rng_below (&rng, 2);
      g_autofree double *u = g_new (double, n), *value = g_new (double, n);
      double sum = 0.0, whole = 0.0;

      draw (&rng, u, n);
      u[twin + 1] = u[twin];
      for (guint law = 0; law < G_N_ELEMENTS (laws); law++)
        {
          AySemivalueGame game = { laws[law], utility, n, k, 0.25 };
          g_autoptr (AySemivalueTable) table = ay_semivalue_table_new (&game, NULL);

          ay_semivalue_sorted (table, u, n, 0.0, value);
          g_assert_cmpfloat_with_epsilon (value[twin], value[twin + 1], 1e-15);
          if (law > 0)
            continue;
          for (guint i = 0; i < n; i++)
            sum += value[i];
          for (guint i = 0; i < MIN (n, k); i++)
            whole += u[i] / (utility == AY_UTILITY_HARD ? k : MIN (n, k));
          g_assert_cmpfloat_with_epsilon (
              sum, whole - (utility == AY_UTILITY_HARD ? 0.0 : 0.25), 1e-12);
        }
      {
        AySemivalueGame game = { laws[1], AY_UTILITY_HARD, n, k, 0.0 };
        g_autoptr (AySemivalueTable) table = ay_semivalue_table_new (&game, NULL);

        for (guint i = 0; i < n; i++)
          u[i] = 0.0;
        ay_semivalue_sorted (table, u, n, 0.0, value);
        for (guint i = 0; i < n; i++)
          beyond += value[i] != 0.0;
        g_assert_cmpuint (beyond, ==, 0);
      }
    }
}

/* Beta (1, 1) is Shapley, though its table is made by the urn: a spread of p that is 1 up to
 * rounding does not take the closed form. Banzhaf's table is the binomial's. */
static void
test_laws (void)
{
  AySemivalueGame shapley = { AY_SEMIVALUE_SHAPLEY, AY_UTILITY_HARD, 5000, 10, 0.0 };
  AySemivalueGame nearly = { { 0.0, 1.0 + 1e-15, 1.0 }, AY_UTILITY_HARD, 5000, 10, 0.0 };
  AySemivalueGame banzhaf = { AY_SEMIVALUE_BANZHAF, AY_UTILITY_HARD, 5000, 10, 0.0 };
  g_autoptr (AySemivalueTable) a = ay_semivalue_table_new (&shapley, NULL);
  g_autoptr (AySemivalueTable) b = ay_semivalue_table_new (&nearly, NULL);
  g_autoptr (AySemivalueTable) c = ay_semivalue_table_new (&banzhaf, NULL);

  for (gsize i = 0; i < 5000; i++)
    {
      g_assert_cmpfloat_with_epsilon (a->gain[i], MIN (10.0, i + 1.0) / (i + 1.0) / 10.0, 1e-16);
      g_assert_cmpfloat (fabs (b->gain[i] / a->gain[i] - 1.0), <, 1e-10);
    }
  /* P (Binomial (40, 1/2) <= 9), Binomial (100, 1/2) <= 9 */
  g_assert_cmpfloat (fabs (c->gain[40] * 10.0 / 3.4e-4 - 1.0), <, 0.02);
  g_assert_cmpfloat (c->gain[100] * 10.0, >, 1e-18);
  g_assert_cmpfloat (c->gain[100] * 10.0, <, 2e-18);
  g_assert_cmpuint (ay_semivalue_reach (c), <, 110);
  g_assert_cmpuint (ay_semivalue_reach (a), ==, 5000);
}

/* With the nearest alone and the mean of the others the values are near the whole ones, their sum
 * the same share of the game; all of Banzhaf is in the nearest. */
static void
test_nearest (void)
{
  enum { N = 20000 };
  AyRng rng;
  g_autofree double *u = g_new (double, N), *whole = g_new (double, N), *part = g_new (double, N);

  ay_rng_init (&rng, 3, 0);
  for (gsize i = 0; i < N; i++)
    u[i] = ay_rng_uniform (&rng) < (i < 300 ? 0.7 : 0.1);
  for (guint law = 0; law < 2; law++)
    {
      AySemivalueGame game = { laws[law], AY_UTILITY_HARD, N, 10, 0.0 };
      g_autoptr (AySemivalueTable) table = ay_semivalue_table_new (&game, NULL);
      gsize count = law == 0 ? 1000 : ay_semivalue_reach (table);
      double rest = 0.0;

      for (gsize i = count; i < N; i++)
        rest += u[i] / (N - count);
      ay_semivalue_sorted (table, u, N, 0.0, whole);
      ay_semivalue_sorted (table, u, count, rest, part);
      for (gsize i = 0; i < count; i++)
        g_assert_cmpfloat_with_epsilon (part[i], whole[i], law == 0 ? 5e-5 : 1e-16);
    }
}

/* Wherever the matches beyond the nearest stand, no value is farther off than the bound, and some
 * come near to it. */
static void
test_bound (void)
{
  enum { N = 12, COUNT = 3 };
  double closest = 0.0;

  for (guint law = 0; law < G_N_ELEMENTS (laws); law++)
    for (AyNearUtility utility = 0; utility <= AY_UTILITY_SOFT; utility++)
      for (guint matches = 0; matches <= N - COUNT; matches++)
        {
          AySemivalueGame game = { laws[law], utility, N, 2, 0.3 };
          g_autoptr (AySemivalueTable) table = ay_semivalue_table_new (&game, NULL);
          double gain = ay_semivalue_mean_gain (table, COUNT), last = table->gain[N - 1];
          double rest = matches / (double) (N - COUNT), u[N] = { 1.0, 0.0, 1.0 };
          double whole[N], part[N], worst = 0.0, bound, base;

          bound = ay_semivalue_bound (table, COUNT, gain, matches);
          for (guint set = 0; set < 1u << (N - COUNT); set++)
            {
              if ((guint) __builtin_popcount (set) != matches)
                continue;
              for (guint i = COUNT; i < N; i++)
                u[i] = set >> (i - COUNT) & 1;
              ay_semivalue_sorted (table, u, N, 0.0, whole);
              base = ay_semivalue_sorted (table, u, COUNT, rest, part);
              for (guint i = 0; i < N; i++)
                {
                  double value = i < COUNT ? part[i] : base + u[i] * gain + rest * (last - gain);

                  worst = MAX (worst, fabs (value - whole[i]));
                }
            }
          g_assert_cmpfloat (worst, <=, bound + 1e-15);
          closest = MAX (closest, bound > 0.0 ? worst / bound : 0.0);
        }
  g_assert_cmpfloat (closest, >, 0.7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/semivalue/enumeration", test_enumeration);
  g_test_add_func ("/semivalue/properties", test_properties);
  g_test_add_func ("/semivalue/laws", test_laws);
  g_test_add_func ("/semivalue/nearest", test_nearest);
  g_test_add_func ("/semivalue/bound", test_bound);
  return g_test_run ();
}
