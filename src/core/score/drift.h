/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* Whether the rows of one's own time and the latest rows teach the same of a row's label: what each
 * kind does for the row's loss, and how far the difference is from what shuffled times give. */

typedef struct
{
  const AyProblem *on;     /* rows to learn from: of the judged rows' own time, and latest */
  const guint8 *latest;    /* on->n: 1 = latest */
  const AyProblem *judged; /* rows not among them */
  const AyHead *like;      /* centre, scale and classes to keep; strata by what it predicts */
  double lambda_mean;      /* of the heads */
  double remains;          /* share of own that latest may come to */
  guint shuffles;
  guint64 seed, stream;
} AyDriftTask;

typedef struct
{
  gsize n;
  guint shuffles;
  double *own, *latest; /* n: fall of the row's loss by the rows of its own time, by the latest,
                           from what the classes' shares, or the mean, give */
  float *difference;    /* n: latest less own; +inf where own <= 0 or latest > remains x own */
  float *null;          /* shuffles x n: the same of each shuffle */
} AyDrift;

/* (transfer full) Errors: those of ay_head_fit(). Same bytes for any number of threads. */
AyDrift *ay_drift_new (const AyDriftTask *task, AyJob *job, GError **error);
void ay_drift_free (AyDrift *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyDrift, ay_drift_free)

G_END_DECLS
