/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/loo.h"

G_BEGIN_DECLS

/* What advice is made of. Borrowed. */
typedef struct
{
  const AyProblem *train, *target;
  const guint32 *train_kind, *target_kind; /* train->n, target->n: below n_kinds */
  gsize n_kinds;
  gsize more;
  guint64 seed; /* of folds, and of what the trial hides */
} AyAdviceInput;

/* Where more data would lower the loss, by kind of rows (a class, a cluster, any column): what one
 * more row of the kind is expected to bring, and what `more` of them. */
typedef struct
{
  gsize n_kinds;
  gsize *n;           /* training rows of each */
  double *gain;       /* expected fall of the target loss for one more row; NaN where none says */
  double *low, *high; /* its 95 % band over the kind's rows; NaN below two */
  double *gain_more;  /* expected fall for `more` of them */
  guint32 *order;     /* kinds, largest gain first, NaN last */
  double overall, overall_more; /* the same for rows at random, as those of the training set */
  char *method;       /* one sentence */
} AyAdvice;

/* What is told of a kind beside rows at random: its band is above, below, or holds their gain. */
typedef enum
{
  AY_ADVICE_NOT_TOLD,
  AY_ADVICE_MORE,
  AY_ADVICE_LESS,
} AyAdviceVerdict;

/* hessian: of the head. Errors: those of leave-one-out. (transfer full) */
AyAdvice *ay_advice_new (const AyAdviceInput *input, const AyHead *head, AyHessian *hessian,
                         AyJob *job, GError **error);
void ay_advice_free (AyAdvice *self);
AyAdviceVerdict ay_advice_verdict (const AyAdvice *self, gsize kind);

/* How far such advice is to be trusted, from rows that were there all along: a share of the rows of
 * each kind is hidden, advice is made of the others, then the hidden rows of one kind after the
 * other are added again and the head is refitted. added: rows; predicted and realised: falls of the
 * target loss by all of them, NaN where nothing is hidden. Of more than 40 kinds, 40 along the
 * order of the advice are tried. All n_kinds. Errors: RANGE (share), those of fits. */
typedef struct
{
  gsize *added;
  double *predicted, *realised;
} AyAdviceTrial;

gboolean ay_advice_try (const AyAdviceInput *input, const AyHead *head, double share,
                        AyAdviceTrial *out, AyJob *job, GError **error);
void ay_advice_trial_clear (AyAdviceTrial *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyAdvice, ay_advice_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyAdviceTrial, ay_advice_trial_clear)

G_END_DECLS
