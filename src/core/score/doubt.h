/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/score/context.h"

G_BEGIN_DECLS

/* How likely each label is to be wrong, as a probability that may be added up, and what the label
 * would be instead. */
typedef struct
{
  gsize n;
  double *wrong;    /* n: probability that the row's label is wrong, NaN where it is not known */
  gint32 *instead;  /* n: the likeliest other class; AY_LABEL_MISSING where none is known */
  double rate;      /* share of wrong labels that confident learning estimates, among the labels as
                       they came */
  gboolean given;   /* by probabilities given with the data; else the head's */
} AyDoubt;

/* came: n classes, the labels as they came; those of the context's data may have been corrected
 * since. How often one class is taken for another is learned from these on train and valid. Errors:
 * RANGE (a numeric target; one class only), those of the head, of leaving out, of neighbours.
 * (transfer full) */
AyDoubt *ay_doubt_new (AyScoreContext *context, const gint32 *came, AyJob *job, GError **error);
void ay_doubt_free (AyDoubt *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyDoubt, ay_doubt_free)

G_END_DECLS
