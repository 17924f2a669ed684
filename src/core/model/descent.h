/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/metric.h"
#include "core/model/softmax_pass.h"

G_BEGIN_DECLS

/* A point that descends on the softmax objective: what the solvers share. All vectors have p
 * doubles, laid out as softmax_pass.h says. For the solvers of heads only. */
typedef struct
{
  const AyHead *head;
  AySoftmax *passes;
  AyMetric *metric;
  AyPassKind kind;         /* of evaluations */
  AyPassKind product_kind; /* of Newton's products, which need not be exact */
  gsize p;
  double *theta, *gradient, *step, *trial, *trial_gradient;
  AySoftmaxValue value, trial_value;
  double norm;     /* max norm of the gradient */
  gboolean refine; /* let L-BFGS refine the metric */
  AyJob *job;
  guint iterations, max_iterations;
} AyDescent;

gboolean ay_descent_init (AyDescent *self, const AyProblem *train, const AyHead *head, AyJob *job,
                          GError **error);
void ay_descent_clear (AyDescent *self);
/* Evaluates at theta, in the present kind. */
gboolean ay_descent_evaluate (AyDescent *self, GError **error);
/* Moves along step, shortened until the objective falls enough (Armijo). *moved is FALSE where no
 * length helps. trial and trial_gradient then hold the point left. */
gboolean ay_descent_search (AyDescent *self, gboolean *moved, GError **error);

double ay_vector_dot (const double *a, const double *b, gsize n);
double ay_vector_max_norm (const double *x, gsize n);

/* Steps that L-BFGS remembers, kept from one run to the next. */
typedef struct _AyLbfgs AyLbfgs;
AyLbfgs *ay_lbfgs_new (gsize p, GError **error);
void ay_lbfgs_free (AyLbfgs *self);

/* Both run until the norm is at most goal, no step helps, or it no longer pays; FALSE on error. */
gboolean ay_descent_lbfgs (AyDescent *self, AyLbfgs *memory, double goal, GError **error);
gboolean ay_descent_newton (AyDescent *self, double goal, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyLbfgs, ay_lbfgs_free)

G_END_DECLS
