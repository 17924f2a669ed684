/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"

G_BEGIN_DECLS

/* Training dynamics of n rows, from their logits epoch by epoch: one pass, a few numbers a row.
 * Toneva et al. 2019 (forgetting), Swayamdipta et al. 2020 (confidence, variability, correctness),
 * Pleiss et al. 2020 (area under the margin), Paul et al. 2021 (EL2N). */
typedef struct
{
  gsize n;
  guint n_classes;
  guint32 *epochs;      /* n: in which the row was added */
  double *confidence;   /* n: mean over epochs of p of the label */
  double *variability;  /* n: its standard deviation, epochs in the denominator; while epochs
                           are added the sum of squares */
  double *aum;          /* n: mean logit of the label - largest other; may be infinite */
  double *el2n;         /* n: mean length of p - (the label's unit vector) */
  guint32 *correctness; /* n: epochs in which the label has the largest logit, first of equals */
  guint32 *forgetting;  /* n: epochs in which it is not so, and was the epoch before */
  guint8 *state;        /* n: DYNAMICS_... */
} AyDynamics;

enum
{
  AY_DYNAMICS_RIGHT = 1 << 0, /* in the last epoch */
  AY_DYNAMICS_BAD = 1 << 1,   /* a logit was NaN or +inf, or all were -inf: nothing holds */
};

/* Errors: NOMEM. (transfer full) */
AyDynamics *ay_dynamics_new (gsize n, guint n_classes, GError **error);
void ay_dynamics_free (AyDynamics *self);
/* Rows first .. first + count - 1 in an epoch; a row at most once an epoch. logits: count x
 * n_classes, become p. Different rows may be added by several threads at once. */
void ay_dynamics_add (AyDynamics *self, gsize first, gsize count, const gint32 *label,
                      double *logits);
/* After the last epoch: variability becomes what it is said to be. */
void ay_dynamics_finish (AyDynamics *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyDynamics, ay_dynamics_free)

G_END_DECLS
