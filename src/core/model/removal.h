/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/hessian.h"

G_BEGIN_DECLS

/* What removing a group of training rows does, or giving them other labels or weights: damped warm
 * Newton steps with line search on the changed rows, everything else held (lambda, centre, scale,
 * class list). Two steps give the estimate at once, further ones sharpen it while it is rough;
 * verify goes on to the refit. Losses and accuracies are the target's. */
typedef struct
{
  gsize n_removed;         /* or changed otherwise */
  AyFit before;            /* on the target */
  double influence;        /* first-order change of the target loss (the comparison) */
  double one_step;         /* loss change after one plain Newton step (the comparison) */
  double estimate;         /* loss change shown: after the last step */
  double estimate_error;   /* last step minus the one before, absolute */
  gboolean rough;          /* estimate_error is not yet below 10 % of the effect */
  double band;             /* the refitted change lies within estimate +- band in 95 % of groups:
                              the band of the approximation, none of sampling */
  double accuracy_estimate;
  /* after the refit (verify) */
  gboolean verified;
  AyFit after;
  double refit;            /* loss change, refitted */
  guint steps;             /* of the estimate and, after it, of the refit */
  double gradient_norm;    /* of the refit: max norm of the mean gradient */
  gboolean unbounded;      /* a class loses its last row: log-loss effects are refused (NaN), the
                              class is never predicted any more */
  AyHead *head;            /* (nullable) the refitted head when verified */
  AyHead *estimated;       /* (nullable) the head of the estimate; NULL where nothing changes */
} AyRemoval;

typedef struct
{
  gboolean verify;     /* go on to the optimum */
  double tolerance;    /* of the refit: max norm of the mean gradient */
  gboolean compare;    /* also influence and one_step; else they are NaN */
  guint max_steps;     /* of the estimate, at least 2: further ones only while it is rough */
  const gint32 *label;  /* (nullable) train->n: the classes afterwards; */
  const double *target; /* (nullable) the numbers, likewise; */
  const double *weight; /* (nullable) the weights of the rows that stay */
} AyRemovalOptions;
#define AY_REMOVAL_OPTIONS_INIT { FALSE, 1e-8, TRUE, 8, NULL, NULL, NULL }

/* removed (nullable: none): train->n entries, 1 = removed. targets: one or two problems
 * (validation; test) judged in one go, results in out[0..n_targets-1] (each to be cleared).
 * hessian (nullable): of the full fit, whose factor or preconditioner serves the steps. Errors:
 * RANGE (no row would remain), NOT_CONVERGED (the refit), CANCELLED, NOMEM; out then needs no
 * clearing. */
gboolean ay_removal_run (const AyProblem *train, const AyHead *head, AyHessian *hessian,
                         const guint8 *removed, const AyProblem *const *targets, guint n_targets,
                         const AyRemovalOptions *options, AyRemoval *out, AyJob *job,
                         GError **error);
void ay_removal_clear (AyRemoval *self);

G_END_DECLS
