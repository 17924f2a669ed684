/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/ranks.h"
#include "core/data/dataset.h"

G_BEGIN_DECLS

/* What a head is fitted to and judged on: rows of a feature matrix, with labels and weights.
 * Borrowed, not copied: matrix, rows, label, target outlive it. `rows` are ascending. A row of
 * weight 0 counts as absent. Training with rows removed = the same problem with their weight 0
 * (lambda, centre, scale and the class list stay those of the full fit). */
typedef struct
{
  const AyMatrix *features; /* N x d */
  const guint32 *rows;      /* n row numbers into features */
  gsize n;
  const gint32 *label;      /* by position 0..n-1: class; NULL for a numeric target */
  const double *target;     /* by position; NULL for classes */
  const double *weight;     /* by position; NULL: all 1 */
  guint n_classes;          /* 0: numeric target (ridge) */
  AyRanks *ranks;           /* (nullable) who share the work over these rows; all have them all */
} AyProblem;

/* The weight at a position; 1 where the problem has none. */
static inline double
ay_problem_weight (const AyProblem *self, gsize position)
{
  return self->weight != NULL ? self->weight[position] : 1.0;
}

/* A problem that owns its arrays: the rows of one split of a data set that carry a label and a
 * weight > 0, ascending. The data set outlives it (its feature matrix is borrowed). */
typedef struct
{
  AyProblem problem;
  guint32 *rows;
  gint32 *label;
  double *target, *weight;
} AyOwnedProblem;

/* (transfer full) */
AyOwnedProblem *ay_problem_of_split (const AyDataset *data, AySplit split);
void ay_owned_problem_free (AyOwnedProblem *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyOwnedProblem, ay_owned_problem_free)

G_END_DECLS
