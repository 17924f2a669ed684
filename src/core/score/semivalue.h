/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Semivalues of games on points sorted by distance, each by one pass (semivalue.c). */

/* A semivalue, by the share of the other players that are in: each is in with probability p, fixed
 * or drawn from a Beta. */
typedef struct
{
  double p;       /* > 0: fixed (Banzhaf: 1/2) */
  double in, out; /* else p ~ Beta (in, out); Shapley: Beta (1, 1). Beta Shapley (a, b) of Kwon and
                     Zou 2022, where a > 1 favours small sets, has in = b, out = a */
} AySemivalue;
#define AY_SEMIVALUE_SHAPLEY { 0.0, 1.0, 1.0 }
#define AY_SEMIVALUE_BANZHAF { 0.5, 0.0, 0.0 }

/* What a set S of points is worth, u_i in 0..1 a number of point i that does not depend on S. */
typedef enum
{
  AY_UTILITY_HARD,      /* sum of u over the min (K, |S|) nearest of S, by K; nothing: 0 */
  AY_UTILITY_SOFT,      /* mean of u over the min (K, |S|) nearest of S; nothing: `empty` */
  AY_UTILITY_THRESHOLD, /* mean of u over the members of S inside a ball; none: `empty` */
} AyNearUtility;

typedef struct
{
  AySemivalue law;
  AyNearUtility utility;
  gsize n;       /* players */
  guint k;
  double empty;
} AySemivalueGame;

/* The game's tables: O(n K) to make. */
typedef struct
{
  AySemivalueGame game;
  double *gain;         /* n; threshold: n + 1, of the own u - empty, by players in the ball */
  double *step;         /* n; threshold: n + 1, of the own u - mean of the others' */
  double alone, among;  /* the farthest point: of u - empty, of u - mean of the others' */
} AySemivalueTable;

/* n, k >= 1. Errors: NOMEM. (transfer full) */
AySemivalueTable *ay_semivalue_table_new (const AySemivalueGame *game, GError **error);
void ay_semivalue_table_free (AySemivalueTable *self);

/* Hard and soft. From how many nearest points on the rest have no value to rounding (n: none). */
gsize ay_semivalue_reach (const AySemivalueTable *self);
/* Values of the `count` >= 1 nearest points, u nearest first; where count < n the others enter by
 * their mean u, `rest`. Returns c such that a point beyond has in the mean the value
 * c + u ḡ + rest (gain[n - 1] - ḡ), ḡ = ay_semivalue_mean_gain (). */
double ay_semivalue_sorted (const AySemivalueTable *self, const double *u, gsize count,
                            double rest, double *value);
/* Mean gain beyond the `count` nearest. */
double ay_semivalue_mean_gain (const AySemivalueTable *self, gsize count);
/* By how much any point's value by the `count` nearest can differ from that by all, u being 1 for
 * `matches` of the others and 0 for the rest, wherever they stand; mean_gain: beyond `count`. */
double ay_semivalue_bound (const AySemivalueTable *self, gsize count, double mean_gain,
                           gsize matches);
/* Threshold: values of the `count` points in the ball, in any order. */
void ay_semivalue_ball (const AySemivalueTable *self, const double *u, gsize count, double *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AySemivalueTable, ay_semivalue_table_free)

G_END_DECLS
