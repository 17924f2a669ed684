/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* The gain that new rows brought, split over them so that the parts add up. Between the head
 * without the new rows and the head with them lies a path: the optimum W(s) when the new rows
 * weigh s times their weight. A target is a weighting of validation rows, L_k = sum_t a_kt l_t;
 * its gain is L_k (W(0)) - L_k (W(1)), > 0 = the loss fell, and the credit of new row i is
 * c_ki = integral over s of grad L_k . H_s^-1 . w_i grad l_i. Credits are additive over validation
 * rows, old rows get none. Theory: the Aumann-Shapley value of the batch. */
typedef struct
{
  double tolerance;       /* nested rules and residual agree to this share of |gain| */
  guint max_nodes;        /* heads fitted along the path, at most; 64 or less */
  guint n_leading;        /* targets that decide when to stop, the first ones; 0: all */
  double head_tolerance;  /* of each head (AyHeadOptions) */
  const AyHead *before;   /* (nullable) W(0), fitted to the old rows with the same lambda, centre
                             and scale; else it is fitted */
  const AyHead *after;    /* (nullable) W(1), likewise */
} AyPathOptions;
#define AY_PATH_OPTIONS_INIT { 1e-4, 64, 0, 1e-9, NULL, NULL }

typedef struct
{
  gsize n_new, n_targets;
  guint32 *position;  /* n_new: positions of the new rows in the training problem */
  double *credit;     /* n_targets x n_new */
  double *at_start;   /* n_targets x n_new: first-order influence at W(0), which does not add up: */
  double *at_end;     /* and at W(1); kept for comparison */
  double *gain;       /* n_targets */
  double *residual;   /* n_targets: gain minus the sum of its credits */
  double *absolute;   /* n_targets: sum of |credit|; far above |gain| = they cancel */
  double *change;     /* n_targets: largest change of a credit by the last refinement */
  AyHead *before, *after; /* W(0) and W(1) */
  guint nodes;            /* the cost: heads along the path, */
  guint iterations;       /* steps of their solver, */
  gsize solves;           /* solutions with their Hessians */
  gboolean agreed;        /* the leading targets' rules did, within max_nodes */
  double solve_residual;  /* largest relative one */
} AyPathCredits;

/* train: old and new rows; is_new: train->n entries, 1 = new. like: lambda (sum form), centre,
 * scale and class list to keep, and where the fits start. on: the validation rows, their own
 * weights unread. targets (nullable: one, the weighted mean over on's rows): n_targets x on->n.
 * The same bytes for any number of threads. Errors: RANGE (no new row; no old one; a class first
 * seen among the new rows, whose loss is not bounded before; options), NOT_CONVERGED, CANCELLED,
 * NOMEM. Credits that do not add up are no error: see ay_path_credits_refused(). */
AyPathCredits *ay_path_credits_new (const AyProblem *train, const guint8 *is_new,
                                    const AyHead *like, const AyProblem *on,
                                    const double *targets, gsize n_targets,
                                    const AyPathOptions *options, AyJob *job, GError **error);
void ay_path_credits_free (AyPathCredits *self);

/* Whether target k's credits miss its gain by at most 1 % of it. */
gboolean ay_path_credits_add_up (const AyPathCredits *self, gsize k);
/* Why target k's credits are not to be shown, or NULL: the residual exceeds 1 % of |gain|.
 * (transfer full) */
char *ay_path_credits_refused (const AyPathCredits *self, gsize k);
/* A credit smaller than this is not to be shown on its own: the larger of |residual| and what the
 * last refinement still changed. */
double ay_path_credits_floor (const AyPathCredits *self, gsize k);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyPathCredits, ay_path_credits_free)

G_END_DECLS
