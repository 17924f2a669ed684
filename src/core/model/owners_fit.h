/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/release.h"
#include "core/model/head.h"

G_BEGIN_DECLS

/* A head over the rows of owners that keep them: each sends sums alone (release.h), and all end
 * with the same head, that of all rows together.
 *
 * Newton's method on the whole objective: a round sends, of each owner, its number of rows and the
 * sums of loss, gradient and Hessian at the point; of a number to predict the first round is the
 * Gram matrix with the targets, and the last. Of classes with more than most_dense parameters the
 * Hessian is not sent: each step is found by conjugate gradients, with a sum of products of the
 * Hessian with a vector that all have for each of their rounds (owners_products.h). */
#define AY_OWNERS_MOST_DENSE 6000

typedef struct
{
  AyHead *head;
  gsize r;          /* parameters in reduced coordinates (reduced.h) */
  double *hessian;  /* (nullable) r x r, with the penalty, at the head; NULL: too large */
  gsize width;      /* numbers an owner sends a round */
  double *sums;     /* of a number: size x width, of each owner at zero; else NULL */
  guint rounds;     /* of sums */
  guint products;   /* and of the Hessian with a vector, where it is too large */
  double worst;     /* least eigenvalue that noise left the Hessian, before it was lifted; else 0 */
} AyOwnersFit;

typedef struct
{
  const AyHeadOptions *head;  /* lambda_auto: UNSUPPORTED */
  const float *scaling;       /* (nullable) 2 d, centre and inverse scale: no means are sent */
  guint max_rounds;           /* with noise: of classes exactly so many, each with three products
                                 where the Hessian is too large */
  gsize most_dense;           /* parameters up to which the Hessian is sent; 0:
                                 AY_OWNERS_MOST_DENSE */
} AyOwnersOptions;

/* Parameters up to which the Hessian is sent, of what is said in the options. */
static inline gsize
ay_owners_most_dense (gsize said)
{
  return said > 0 ? said : AY_OWNERS_MOST_DENSE;
}

/* Means and deviations by sums alone, into scaling (2 d floats). */
gboolean ay_owners_scaling (AyRelease *gate, const AyHeadOptions *head, float *scaling,
                            AyJob *job, GError **error);
/* gate: with its rows. Errors: UNSUPPORTED (a number above most_dense; lambda_auto), NOT_CONVERGED,
 * RANGE. All owners call it; one that does not take part too. With noise rows must be at most 1
 * long and targets at most 1 large. (transfer full) */
AyOwnersFit *ay_owners_fit (AyRelease *gate, const AyOwnersOptions *options, AyJob *job,
                            GError **error);
void ay_owners_fit_free (AyOwnersFit *self);
/* The head of the owners whose bits are set, with all else of `whole` held (scaling, lambda). Of
 * classes the intercepts are penalised as the weights are, for a class that no row of theirs has
 * would have no optimum; it takes rounds of AY_RELEASE_SITES. No owner: all parameters zero.
 * (transfer full) */
AyHead *ay_owners_coalition (AyRelease *gate, const AyOwnersFit *whole, guint64 members,
                             guint max_rounds, AyJob *job, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyOwnersFit, ay_owners_fit_free)

G_END_DECLS
