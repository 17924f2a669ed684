/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* Data valuation using reinforcement learning (Yoon, Arik and Pfister 2020), on the head. */
typedef struct
{
  guint iterations; /* of a repeat */
  guint batch;      /* training rows an iteration draws */
  guint repeats;    /* with seeds of their own; values are their mean */
  guint64 seed;
} AyDvrlOptions;
#define AY_DVRL_OPTIONS_INIT { 600, 256, 5, 0 }

typedef struct
{
  gsize n;
  double *value;     /* n: probability in 0..1 with which the row is chosen, mean of the repeats */
  double *spread;    /* n: standard deviation over the repeats, NaN for one */
  double agreement;  /* mean rank correlation of two repeats, NaN for one */
} AyDvrl;

/* Problems of classes; head: of train. Same bytes for any number of threads. Errors: UNSUPPORTED
 * where valid has one class only; as ay_head_fit; NOMEM, CANCELLED. (transfer full) */
AyDvrl *ay_dvrl_new (const AyProblem *train, const AyProblem *valid, const AyHead *head,
                     const AyDvrlOptions *options, AyJob *job, GError **error);
void ay_dvrl_free (AyDvrl *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyDvrl, ay_dvrl_free)

G_END_DECLS
