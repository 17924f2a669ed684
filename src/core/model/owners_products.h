/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/curvature.h"
#include "core/model/release.h"

G_BEGIN_DECLS

/* Solves with the Hessian of all owners' rows where it would be too large to send: by conjugate
 * gradients, each round of which sends of each owner the sum over its rows of their Hessian's
 * product with one vector that all have. In reduced coordinates (reduced.h). */
typedef struct
{
  AyRelease *gate;
  guint64 members;       /* bits of the owners whose rows are summed */
  AyHead *plain;         /* the head without its penalty: scaling and classes */
  AyCurvature *at;       /* (nullable) own rows at the point, where this owner is one of them */
  gsize p, r, stride;
  double lambda;
  gboolean all_penalised; /* the intercepts too */
  double *full;          /* 2 p */
  double *mine, *all;    /* r; size x r */
  guint rounds;          /* of products, so far */
} AyOwnersProducts;

/* Borrows gate; head: its scaling, classes and lambda. NOMEM. */
gboolean ay_owners_products_init (AyOwnersProducts *self, AyRelease *gate, guint64 members,
                                  const AyHead *head, GError **error);
void ay_owners_products_clear (AyOwnersProducts *self);

/* Goes to theta (p), by this owner's rows alone: nothing is sent. loss and gradient (p), of them
 * and without the penalty, are zero where this owner is none of the members. */
gboolean ay_owners_products_move (AyOwnersProducts *self, const double *theta, double *loss,
                                  double *gradient, AyJob *job, GError **error);
/* x (r) = H^-1 b, with the penalty, to |b - H x| <= tolerance |b|, by at most so many products;
 * *residual (nullable) is what is left, relative to b. With noise the tolerance is not looked at:
 * exactly so many, but where the noise leaves a direction no curvature. All owners call it. */
gboolean ay_owners_products_solve (AyOwnersProducts *self, const double *b, double tolerance,
                                   guint most, double *x, double *residual, AyJob *job,
                                   GError **error);
/* Whether parameter j in reduced coordinates is penalised. */
static inline gboolean
ay_owners_products_is_penalised (const AyOwnersProducts *self, gsize j)
{
  return self->all_penalised || j % self->stride + 1 < self->stride;
}

/* s (2 p: two vectors that sum to zero over the classes, the same at all owners) becomes H^-1 s at
 * the head of all that take part, each to its relative tolerance. *residual: of the first; *rounds:
 * products. UNSUPPORTED with noise, which every product
 * would need; NOT_CONVERGED. All owners call it. */
gboolean ay_owners_solve (AyRelease *gate, const AyHead *head, double *s, const double *tolerance,
                          double *residual, guint *rounds, AyJob *job, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyOwnersProducts, ay_owners_products_clear)

G_END_DECLS
