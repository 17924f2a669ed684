/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/hessian.h"

G_BEGIN_DECLS

/* First-order influence of every training row on the loss of each of some other rows: a matrix,
 * never held whole. Entry (i, t): change of row t's loss if training row i were removed, > 0 = i
 * helps t (influence.c has the formula). */
typedef struct
{
  const AyProblem *train, *of; /* of: the m rows t */
  const AyHead *head;          /* of train */
  AyHessian *hessian;          /* of both */
  double tolerance;            /* relative residual of the solves; 0: the Hessian's */
} AyInfluenceRows;

/* Rows first .. first + count - 1 of train, in order: count x m. FALSE with an error ends it. */
typedef gboolean (*AyInfluenceSink) (gsize first, gsize count, const float *effect, gpointer data,
                                     GError **error);

/* Products in float. residual (nullable): the largest relative
 * residual of the solves. Memory: 12 p m bytes, and a few thousand rows of the matrix. Same bytes
 * for any number of threads. Errors: as ay_hessian_solve; NOMEM, CANCELLED; the sink's. */
gboolean ay_influence_rows (const AyInfluenceRows *self, AyInfluenceSink sink, gpointer data,
                            double *residual, AyJob *job, GError **error);

/* The k training rows that help each row t most, and that hurt it most. */
typedef struct
{
  gsize m;
  guint k;               /* min (asked, n) */
  guint32 *helping;      /* m x k positions of train, most helpful first, ties by position */
  guint32 *hurting;      /* m x k, most hurting first */
  float *help, *hurt;    /* m x k: their influences */
} AyInfluenceTop;

/* Streamed: 16 k m bytes. Errors: as above; RANGE (k 0). (transfer full) */
AyInfluenceTop *ay_influence_top_new (const AyInfluenceRows *rows, guint k, AyJob *job,
                                      GError **error);
void ay_influence_top_free (AyInfluenceTop *self);

/* Length of each training row's gradient, |r_i| |(z_i, 1)|, into length (n): influence over it is
 * the relative influence, in which rows of large features or errors do not lead by these alone. */
gboolean ay_influence_lengths (const AyProblem *train, const AyHead *head, double *length,
                               AyJob *job, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyInfluenceTop, ay_influence_top_free)

G_END_DECLS
