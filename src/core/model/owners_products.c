/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of the owners' Hessian.
 *
 * Sensitivity: a softmax row's part of H v is at most |diag p - p p^T| |z|^2 |v| <= 1/2 x 2 |v| for
 * rows of length at most 1, which the intercept makes sqrt 2; so with noise v is sent through as a
 * vector of length 1, to which the noise belongs, and what comes back is as much longer.
 *
 * Cost of a product: 4 n d C flop at the owner of n rows, 8 r bytes an owner. */
#include "core/model/owners_products.h"

#include "core/base/error.h"
#include "core/model/conjugate.h"
#include "core/model/reduced.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define SENSITIVITY 1.0
#define MOST_PRODUCTS 3000 /* of one solve */

gboolean
ay_owners_products_init (AyOwnersProducts *self, AyRelease *gate, guint64 members,
                         const AyHead *head, GError **error)
{
  *self = (AyOwnersProducts) { .gate = gate, .members = members, .stride = head->d + 1,
                               .lambda = head->lambda };
  self->p = self->stride * head->n_outputs;
  self->r = self->stride * ay_reduced_outputs (head->n_outputs);
  self->plain = ay_head_copy (head);
  self->plain->lambda = 0.0;
  self->full = ay_try_alloc (2 * self->p + (1 + gate->size) * self->r, sizeof (double),
                             "the owners' products", error);
  if (self->full == NULL)
    return FALSE;
  self->mine = self->full + 2 * self->p;
  self->all = self->mine + self->r;
  return TRUE;
}

void
ay_owners_products_clear (AyOwnersProducts *self)
{
  g_clear_pointer (&self->plain, ay_head_unref);
  g_clear_pointer (&self->at, ay_curvature_free);
  g_clear_pointer (&self->full, g_free);
}

static gboolean
is_member (const AyOwnersProducts *self)
{
  guint rank = ay_ranks_own (self->gate->ranks);

  return ay_release_takes_part (self->gate, rank) && (self->members >> rank & 1) != 0;
}

gboolean
ay_owners_products_move (AyOwnersProducts *self, const double *theta, double *loss,
                         double *gradient, AyJob *job, GError **error)
{
  *loss = 0.0;
  memset (gradient, 0, self->p * sizeof *gradient);
  if (!is_member (self))
    return TRUE;
  if (self->at == NULL)
    self->at = ay_curvature_new (self->gate->own, self->plain, NULL, TRUE, error);
  return self->at != NULL && ay_curvature_move (self->at, theta, loss, gradient, job, error);
}

/* out = H in with the penalty, of one vector. */
static gboolean
product (gpointer data, const double *in, gsize k, double *out, AyJob *job, GError **error)
{
  AyOwnersProducts *self = data;
  guint n_outputs = self->plain->n_outputs;
  double length = cblas_dnrm2 (self->r, in, 1);

  memset (self->mine, 0, self->r * sizeof *self->mine);
  if (is_member (self))
    {
      ay_expand (n_outputs, self->stride, in, self->full);
      cblas_dscal (self->p, 1.0 / length, self->full, 1);
      if (!ay_curvature_product (self->at, self->full, 1, self->full + self->p, job, error))
        return FALSE;
      ay_reduce (n_outputs, self->stride, self->full + self->p, self->mine);
    }
  if (!ay_release_sums (self->gate, AY_RELEASE_PRODUCT, self->members, self->mine, self->r,
                        SENSITIVITY, self->all, error))
    return FALSE;
  for (gsize j = 0; j < self->r; j++)
    out[j] = ay_owners_products_is_penalised (self, j) ? self->lambda * in[j] : 0.0;
  for (guint owner = 0; owner < self->gate->size; owner++)
    if (self->members >> owner & 1)
      cblas_daxpy (self->r, length, self->all + owner * self->r, 1, out, 1);
  self->rounds++;
  return ay_job_check (job, error);
}

gboolean
ay_owners_products_solve (AyOwnersProducts *self, const double *b, double tolerance, guint most,
                          double *x, double *residual, AyJob *job, GError **error)
{
  AyConjugate cg = { .p = self->r, .product = product, .product_data = self,
                     .tolerance = self->gate->rules.noise > 0.0 ? 0.0 : tolerance,
                     .max_iterations = most };

  return ay_conjugate_solve (&cg, b, 1, x, residual, NULL, job, error);
}

gboolean
ay_owners_solve (AyRelease *gate, const AyHead *head, double *s, const double *tolerance,
                 double *residual, guint *rounds, AyJob *job, GError **error)
{
  g_auto (AyOwnersProducts) self = { 0 };
  g_autofree double *theta = NULL, *b = NULL;
  double loss, worst = 0.0;

  if (gate->rules.noise > 0.0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                   "influence of %zu parameters needs some hundred products of the owners' "
                   "Hessian, each of which would cost privacy: not with noise",
                   (head->d + 1) * head->n_outputs);
      return FALSE;
    }
  if (!ay_owners_products_init (&self, gate, G_MAXUINT64, head, error))
    return FALSE;
  theta = g_new (double, 2 * self.p);
  b = g_new (double, 2 * self.r);
  ay_curvature_from_head (head, theta);
  if (!ay_owners_products_move (&self, theta, &loss, theta + self.p, job, error))
    return FALSE;
  for (guint v = 0; v < 2 && worst <= 1.0; v++)
    {
      double left;

      ay_reduce (head->n_outputs, self.stride, s + v * self.p, b);
      if (!ay_owners_products_solve (&self, b, tolerance[v], MOST_PRODUCTS, b + self.r, &left, job,
                                     error))
        return FALSE;
      ay_expand (head->n_outputs, self.stride, b + self.r, s + v * self.p);
      *residual = v == 0 ? left : *residual;
      worst = left / tolerance[v];
    }
  *rounds = self.rounds;
  if (worst <= 1.0)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_NOT_CONVERGED,
               "the solve with the owners' Hessian stopped at %.3g of its tolerance after %u "
               "products", worst, self.rounds);
  return FALSE;
}
