/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Semivalues of nearest-neighbour games.
 *
 * A semivalue is E over p, and over sets S of the other players in which each is with probability
 * p, of v(S + i) - v(S); the law of p says which one. Swapping neighbours i, i + 1 of the order
 * changes v only where fewer than K nearer points are in:
 *
 *   phi_i - phi_(i+1) = (u_i - u_(i+1)) g(i),   hard: g(i) = P (M <= K - 1) / K,
 *
 * M the number of the i - 1 nearer points that are in (Jia et al. 2019 for Shapley; the law enters
 * through M alone). Soft (Wang and Jia 2023) divides by min (K, |S| + 1) instead of K: with T the
 * number of the n - 2 others that are in, g(i) grows by sum over t <= K - 2 of P (T = t) (1/(t + 1)
 * - 1/K), which does not depend on i. The farthest point has, hard, phi_n = u_n g(n); soft, with T
 * over n - 1 others, P (T = 0) (u_n - empty) + sum over 0 < t < K of P (T = t) / (t + 1) times
 * (u_n - mean of the others). Summed by parts, phi_i = u_i g(i) + sum over j > i of u_j (g(j) -
 * g(j - 1)): one pass from the far end.
 *
 * Threshold (Wang et al. 2023): points outside the ball are null players; q inside, T of q - 1
 * others in: phi_i = P (T = 0) (u_i - empty) + E [1/(T + 1); T > 0] (u_i - mean of others), and
 * E [1/(T + 1)] = (1/q) sum over j < q of P (none of j in).
 *
 * The law of the number in among N is binomial, or for p ~ Beta that of Polya's urn: going from N
 * to N + 1, P (m) takes (1 - s(m)) P (m) + s(m - 1) P (m - 1), s = p or (in + m) / (in + out + N).
 * All terms are positive, so nothing cancels, and no factorial is formed. O(n K) a table. Verified
 * against enumeration in test_semivalue.c. */
#include "core/score/semivalue.h"

#include "core/base/error.h"

#include <math.h>
#include <string.h>

#define NOTHING 1e-280  /* below it a probability is 0: it would only slow the arithmetic down */
#define NO_VALUE 1e-17  /* of the first gain */

/* The number of players in among the first `among`, its law up to K - 1. */
typedef struct
{
  AySemivalue law;
  gsize among;
  guint k;
  double *p; /* k */
} Urn;

static void
urn_start (Urn *self)
{
  memset (self->p, 0, self->k * sizeof (double));
  self->p[0] = 1.0;
  self->among = 0;
}

static void
urn_add_player (Urn *self)
{
  const AySemivalue *law = &self->law;
  double all = law->in + law->out + self->among;

  for (guint m = MIN (self->k - 1, self->among + 1) + 1; m-- > 0;)
    {
      double stay = law->p > 0.0 ? 1.0 - law->p : (law->out + self->among - m) / all;
      double enter = m == 0         ? 0.0
                     : law->p > 0.0 ? law->p
                                    : (law->in + m - 1.0) / all;

      self->p[m] = stay * self->p[m] + (m > 0 ? enter * self->p[m - 1] : 0.0);
      if (self->p[m] < NOTHING)
        self->p[m] = 0.0;
    }
  self->among++;
}

/* P (at most K - 1 are in). */
static double
urn_few (const Urn *self)
{
  double sum = 0.0;

  if (self->among < self->k)
    return 1.0;
  if (self->law.p <= 0.0 && self->law.in == 1.0 && self->law.out == 1.0)
    return (double) self->k / (self->among + 1.0);
  for (guint m = self->k; m-- > 0;)
    sum += self->p[m];
  return sum;
}

/* Sum over first <= t <= K - 1 of P (t) / (t + 1) - less P (t). */
static double
urn_share (const Urn *self, guint first, double less)
{
  double sum = 0.0;

  for (guint t = MIN (self->k - 1, self->among) + 1; t-- > first;)
    sum += self->p[t] * (1.0 / (t + 1.0) - less);
  return sum;
}

static void
fill_ordered (AySemivalueTable *self, Urn *urn)
{
  const AySemivalueGame *game = &self->game;
  gsize n = game->n;
  double common = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      self->gain[i] = urn_few (urn) / game->k;
      if (game->utility == AY_UTILITY_SOFT && i + 2 == n)
        common = urn_share (urn, 0, 1.0 / game->k); /* of n - 2 others */
      if (i + 1 < n)
        urn_add_player (urn);
    }
  if (game->utility == AY_UTILITY_SOFT)
    {
      self->alone = urn->p[0];
      self->among = urn_share (urn, 1, 0.0);
      for (gsize i = 0; i + 1 < n; i++)
        self->gain[i] += common;
      self->gain[n - 1] = 0.0; /* what the farthest has stands in alone and among */
    }
  for (gsize i = 0; i < n; i++)
    self->step[i] = self->gain[i] - (i > 0 ? self->gain[i - 1] : 0.0);
}

static void
fill_ball (AySemivalueTable *self, Urn *urn)
{
  double sum = 0.0;

  for (gsize q = 1; q <= self->game.n; q++)
    {
      double none = urn->p[0];

      sum += none;
      self->gain[q] = none;
      self->step[q] = sum / q - none;
      urn_add_player (urn);
    }
}

AySemivalueTable *
ay_semivalue_table_new (const AySemivalueGame *game, GError **error)
{
  g_autoptr (AySemivalueTable) self = g_new0 (AySemivalueTable, 1);
  gboolean ball = game->utility == AY_UTILITY_THRESHOLD;
  Urn urn = { .law = game->law, .k = ball ? 1 : (guint) MIN (game->k, game->n + 1) };

  self->game = *game;
  self->gain = ay_try_alloc (2 * (game->n + 1), sizeof (double), "the semivalue's table", error);
  if (self->gain == NULL)
    return NULL;
  self->step = self->gain + game->n + 1;
  urn.p = g_new (double, urn.k);
  urn_start (&urn);
  if (ball)
    fill_ball (self, &urn);
  else
    fill_ordered (self, &urn);
  g_free (urn.p);
  return g_steal_pointer (&self);
}

void
ay_semivalue_table_free (AySemivalueTable *self)
{
  if (self == NULL)
    return;
  g_free (self->gain);
  g_free (self);
}

gsize
ay_semivalue_reach (const AySemivalueTable *self)
{
  gsize n = self->game.n, i = n;

  if (self->game.utility != AY_UTILITY_HARD)
    return n;
  while (i > 1 && self->gain[i - 1] <= NO_VALUE * self->gain[0])
    i--;
  return i;
}

/* What all points have whatever their own u: soft only. sum: of all u. */
static double
common_part (const AySemivalueTable *self, double last, double sum)
{
  gsize n = self->game.n;
  double others = n > 1 ? (sum - last) / (n - 1.0) : 0.0;

  return self->alone * (last - self->game.empty) + self->among * (last - others);
}

double
ay_semivalue_sorted (const AySemivalueTable *self, const double *u, gsize count, double rest,
                     double *value)
{
  gsize n = self->game.n;
  const double *gain = self->gain, *step = self->step;
  double common = 0.0, s;

  if (self->game.utility == AY_UTILITY_SOFT)
    {
      double sum = count < n ? (n - count) * rest : 0.0;

      for (gsize i = 0; i < count; i++)
        sum += u[i];
      common = common_part (self, count == n ? u[n - 1] : rest, sum);
    }
  s = common;
  if (count < n)
    s += rest * (gain[n - 1] - gain[count - 1]);
  for (gsize i = count; i-- > 0;)
    {
      value[i] = u[i] * gain[i] + s;
      s += u[i] * step[i];
    }
  return common;
}

/* The sum over the others of u_j (g(j) - g(j - 1)) is least where the matches come first, most
 * where they come last; a point beyond has u g(j) + such a sum, g falling. */
double
ay_semivalue_bound (const AySemivalueTable *self, gsize count, double mean_gain, gsize matches)
{
  gsize n = self->game.n;
  const double *gain = self->gain;
  double rest, fall, near, far, own[2], last = 0.0;

  if (count >= n)
    return 0.0;
  rest = (double) matches / (n - count);
  fall = gain[count - 1] - gain[n - 1];
  near = MAX (gain[count - 1] - gain[count - 1 + matches] - rest * fall,
              rest * fall - (gain[n - 1 - matches] - gain[n - 1]));
  for (guint u = 0; u < 2; u++)
    own[u] = u * mean_gain + rest * (gain[n - 1] - mean_gain);
  far = MAX (MAX (own[1] - gain[n - 1], gain[count] - own[1]),
             MAX (-own[0], own[0] + gain[count] - gain[n - 1]));
  if (self->game.utility == AY_UTILITY_SOFT) /* the farthest point's own u is not known */
    last = (self->alone + self->among * (1.0 + 1.0 / (n - 1.0))) * MAX (rest, 1.0 - rest);
  return MAX (near, far) + last;
}

double
ay_semivalue_mean_gain (const AySemivalueTable *self, gsize count)
{
  double sum = 0.0;

  for (gsize i = self->game.n; i-- > count;)
    sum += self->gain[i];
  return count < self->game.n ? sum / (self->game.n - count) : 0.0;
}

void
ay_semivalue_ball (const AySemivalueTable *self, const double *u, gsize count, double *value)
{
  double sum = 0.0;

  for (gsize i = 0; i < count; i++)
    sum += u[i];
  for (gsize i = 0; i < count; i++)
    {
      double others = count > 1 ? (sum - u[i]) / (count - 1.0) : 0.0;

      value[i] = self->gain[count] * (u[i] - self->game.empty);
      if (count > 1)
        value[i] += self->step[count] * (u[i] - others);
    }
}
