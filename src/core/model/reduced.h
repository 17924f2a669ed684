/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Coordinates without the softmax null direction. Adding the same vector to every class changes no
 * probability, so gradients sum to zero over classes and curvature has no component along it.
 * With m = C - 1, beta = (1 - 1/sqrt C)/m and E = [I; -1^T] (C x m), U = E (I - beta 1 1^T) is an
 * orthonormal basis of what sums to zero over the classes. For ridge (C = 1) U = 1. Class is the
 * slow index of a vector of C x stride. */

static inline guint
ay_reduced_outputs (guint n_outputs)
{
  return n_outputs > 1 ? n_outputs - 1 : 1;
}

/* out (m x stride) = U^T in; out (C x stride) = U in. in and out do not overlap. */
void ay_reduce (guint n_outputs, gsize stride, const double *in, double *out);
void ay_expand (guint n_outputs, gsize stride, const double *in, double *out);
/* Takes the class mean out of each of k vectors of C x stride, in place; for ridge nothing. */
void ay_drop_class_mean (guint n_outputs, gsize stride, gsize k, double *x);
/* (U^T (diag p - p p^T) U)_ab for p that sums to 1; for ridge 1. */
double ay_reduced_curvature (guint n_outputs, const double *p, guint a, guint b);

G_END_DECLS
