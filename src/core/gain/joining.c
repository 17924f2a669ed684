/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows that join the fit.
 *
 * Leave-one-out takes a row's own curvature out of the Hessian (loo_leverage.c); a row that was not
 * fitted is put in likewise, at the outputs that it has itself once it has joined: q = U^T (p (q) -
 * y), theta with the row = theta - H^-1 (q (x) z). Its residual is one that no fit has seen. The
 * loss at that theta is evaluated on all rows, then the row's own part is taken out, which is known
 * from K alone: a gain is for the others. */
#include "core/gain/joining.h"

#include "core/base/error.h"
#include "core/model/loo_private.h"
#include "core/model/reduced.h"

#include <math.h>

static double
own_loss (const AyProblem *on, const double *output, gsize i)
{
  double e;

  if (on->n_classes > 0)
    return -log (MAX (output[on->label[i]], 1e-300));
  e = output[0] - on->target[i];
  return 0.5 * e * e;
}

/* gain holds the change of the mean loss of all rows; the row's own is left out. */
static void
leave_own (const AyProblem *on, guint n_outputs, const double *before, const double *after,
           double *gain)
{
  double sum = 0.0;

  for (gsize i = 0; i < on->n; i++)
    sum += ay_problem_weight (on, i);
  for (gsize i = 0; i < on->n; i++)
    {
      double weight = ay_problem_weight (on, i);
      double own = own_loss (on, after + i * n_outputs, i)
                   - own_loss (on, before + i * n_outputs, i);

      gain[i] = weight > 0.0 && sum > weight ? -(sum * gain[i] - weight * own) / (sum - weight)
                                             : NAN;
    }
}

gboolean
ay_joining_gain (const AyProblem *on, const AyHead *head, AyHessian *hessian, double *out,
                 AyJob *job, GError **error)
{
  gsize n = on->n;
  guint k = head->n_outputs, m = ay_reduced_outputs (k);
  const double *inverse = ay_hessian_inverse (hessian, job, error);
  g_autofree double *room = NULL;
  AyLoo loo = { .n = n, .n_outputs = k, .effect = out };
  AyProblem joining = *on;
  AyTargetLoss *target = NULL;
  double *q, *before, *weight;
  gboolean done;

  if (inverse != NULL)
    room = ay_try_alloc (n * (4 + m + 2 * k) + 1, sizeof (double), "the rows that join", error);
  if (room == NULL)
    return FALSE;
  loo.error = room;
  loo.leverage = loo.error + n;
  loo.self = loo.leverage + n;
  weight = loo.self + n;
  q = weight + n;
  loo.output = q + n * m;
  before = loo.output + n * k;
  for (gsize i = 0; i < n; i++)
    weight[i] = -1.0; /* theta is that without a row of this weight */
  joining.weight = weight;
  target = ay_target_loss_new (on, head, job, error);
  done = target != NULL && ay_head_predict (head, on->features, on->rows, n, before, job, error)
         && ay_loo_join (&loo, &joining, head, inverse, q, job, error)
         && ay_loo_evaluate (&loo, &joining, head, inverse, q, target, NULL, n, job, error);
  ay_target_loss_free (target);
  if (done)
    leave_own (on, k, before, loo.output, out);
  return done;
}
