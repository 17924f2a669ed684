/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* Which rows a ridge head can judge: those no farther out than most of the rows it is fitted to. */
typedef struct
{
  const AyProblem *from; /* a number as target; what the head is fitted to */
  const AyProblem *of;   /* rows to tell of */
  const AyHead *like;    /* centre and scale */
  double lambda;         /* sum form */
  double inner;          /* share of the rows of `from` that count as within, 0 to 1 */
} AyReachTask;

/* of->n: 1 = within. All are where there are too many features for a matrix. Errors: NOMEM,
 * CANCELLED, those of ay_hessian_inverse(). (transfer full) */
guint8 *ay_reach_within (const AyReachTask *task, AyJob *job, GError **error);

G_END_DECLS
