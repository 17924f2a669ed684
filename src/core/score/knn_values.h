/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"
#include "core/model/problem.h"
#include "core/score/semivalue.h"

G_BEGIN_DECLS

/* Values of training rows for a nearest-neighbour classifier judged on validation rows: several
 * semivalues by one pass. A validation row's utility has u = 1 for training rows of its own class,
 * else 0, or the kernel's weight instead of 1. */
typedef struct
{
  const AySemivalue *laws;
  guint n_laws;
  AyNearUtility utility;
  guint k;
  gboolean weighted;   /* u times exp (-(distance / radius)^2) */
  double radius;       /* of the kernel, of the ball; NaN: median distance to the K-th nearest over
                          the first validation rows of the pass */
  gboolean cosine;     /* length of the difference of unit rows, instead of Euclidean distance */
  gboolean wide;       /* products in double */
  gsize nearest;       /* only so many are ordered, the others enter by their mean; 0: all */
  guint64 seed;        /* of the halves */
} AyKnnOptions;
#define AY_KNN_OPTIONS_INIT { NULL, 0, AY_UTILITY_HARD, 10, FALSE, NAN, FALSE, FALSE, 0, 0 }

typedef struct
{
  gsize n, n_judged;   /* training rows, validation rows */
  guint n_laws;
  double *value;       /* n_laws x n: weighted mean over the validation rows */
  double *error;       /* n_laws x n: its standard error over them; NaN for one */
  double *half;        /* n_laws x 2 x n: the same by two random halves of them */
  double radius;       /* used, where one is needed */
  gsize ordered;       /* rows ordered a validation row: n, or fewer; 0 with a ball */
  gboolean to_rounding; /* ordering no more than that loses nothing but rounding */
  double *bound;       /* n_laws: no value differs by more from that with all rows ordered */
} AyKnnValues;

/* valid's weights count, train's do not; both have classes and at least one row. Memory: up to 512
 * MB of distances (or 64 rows of them, where that is more), and 16 n bytes for each of at most 64
 * groups of validation rows, together at most 256 MB, a semivalue; ranks share both by train's
 * rows, and each holds all ranks' nearest rows for a tile. Same bytes for any number of threads
 * and ranks and whichever laws are asked together. Errors: RANGE (nearest with weights or a ball),
 * NOMEM, CANCELLED, INPUT as ay_moments_scaling; of ranks UNSUPPORTED (weights, a ball, wide).
 * (transfer full) */
AyKnnValues *ay_knn_values_new (const AyProblem *train, const AyProblem *valid,
                                const AyKnnOptions *options, AyJob *job, GError **error);
void ay_knn_values_free (AyKnnValues *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyKnnValues, ay_knn_values_free)

G_END_DECLS
