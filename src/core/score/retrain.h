/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"
#include "core/score/semivalue.h"

G_BEGIN_DECLS

/* Values by retraining the head on many sets of training rows, lambda (sum form), scaling and
 * classes held. */
typedef struct
{
  const AyProblem *train;  /* of classes */
  const AyHead *head;      /* of all of train: where refits start, and what they hold */
  double tolerance;        /* of the refits' gradient */
} AyRetrain;

/* The head of the rows with weight[i] > 0, times their own weights. NULL without an error where
 * fewer than two classes are left; *only is then the class that is left, or -1. (transfer full) */
AyHead *ay_retrain_fit (const AyRetrain *self, const double *weight, gint32 *only, AyJob *job,
                        GError **error);
/* What a set of rows is worth: the weighted mean probability of target's labels by its head. Of one
 * class: 1 for rows of it, else 0; of no row: one by the number of classes. */
typedef struct
{
  double whole;
  double half[2];  /* by target's rows at even and at odd positions */
} AyUtility;
gboolean ay_retrain_utility (const AyRetrain *self, const AyProblem *target, const double *weight,
                             AyUtility *utility, AyJob *job, GError **error);

/* Data Banzhaf by maximum sample reuse (Wang and Jia 2023): `models` random sets, each row in with
 * probability 1/2; value = mean utility of the sets with the row - of those without. */
typedef struct
{
  guint models;
  guint64 seed;
} AyRetrainOptions;
typedef struct
{
  double *value, *error; /* n each: the value, its standard error over the sets */
  double *half[2];       /* n each: by half of the sets and half of target's rows; by the others */
} AyBanzhaf;
gboolean ay_retrain_banzhaf (const AyRetrain *self, const AyProblem *target,
                             const AyRetrainOptions *options, AyBanzhaf *out, AyJob *job,
                             GError **error);
/* A semivalue by training on every set. RANGE above 16 rows. */
gboolean ay_retrain_enumerate (const AyRetrain *self, const AyProblem *target,
                               const AySemivalue *law, double *value, AyJob *job, GError **error);
/* Data-OOB (Kwon and Zou 2023): `models` bootstraps of n rows; right: how many of the out-of-bag
 * models predict the row's label, out: how many there are. n each. */
gboolean ay_retrain_out_of_bag (const AyRetrain *self, const AyRetrainOptions *options,
                                guint32 *right, guint32 *out, AyJob *job, GError **error);

G_END_DECLS
