/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* Whether new rows help the latest rows as they help those of their own time: their path credits
 * (path_credits.h) on both, and how far the difference is from what shuffled times give. */

typedef enum { AY_DRIFT_OUT, AY_DRIFT_OLD, AY_DRIFT_NEW } AyDriftRole;

typedef struct
{
  const AyProblem *train;
  const guint8 *role;    /* train->n, AyDriftRole: left out, at their weight, or added */
  const AyHead *like;    /* lambda, centre, scale and classes to keep */
  const AyProblem *on;   /* rows that are not fitted to: of the new rows' own time, and latest */
  const guint8 *latest;  /* on->n: 1 = latest */
  guint shuffles;
  guint64 seed, stream;
} AyDriftTask;

typedef struct
{
  gsize n;
  guint shuffles;
  guint32 *position;    /* n: of the new rows in train */
  double *own, *latest; /* n: credits, > 0 = the row lowers the loss there, strata alike */
  float *z;             /* n: first-order effect on latest less that on own, at the path's start,
                           over its deviation when times are shuffled */
  float *null;          /* shuffles x n: the same of each shuffle */
  guint nodes;          /* heads along the path */
  double residual;      /* larger of both gains' residuals, as a share of the gain */
} AyDrift;

/* (transfer full) Errors: those of ay_path_credits_new() and of the solves. */
AyDrift *ay_drift_new (const AyDriftTask *task, AyJob *job, GError **error);
void ay_drift_free (AyDrift *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyDrift, ay_drift_free)

G_END_DECLS
