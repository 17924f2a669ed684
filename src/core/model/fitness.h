/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* The line that says how far a head may be trusted to judge labels. */
typedef struct
{
  AyFit train, valid;
  double baseline;        /* accuracy of the majority class on valid; ridge: R2 of the mean, 0 */
  double knn;             /* accuracy of the nearest neighbours on valid; NaN when not computed */
  double reference;       /* accuracy of the user's own predictions on valid; NaN when not given */
  double flagged;         /* share of labels that confident learning doubts by this head, on rows
                             it has not seen; NaN when not known */
  gsize flagged_rows;     /* judged for that */
  gboolean weak;          /* below 80 % of the best known reference, or flagged above 15 % */
  gboolean may_have_seen; /* more than 5 points better on train than on valid */
  gboolean too_good;      /* a number told to 0.999 of its variance: is it made of features? */
  char *sentence;
  char *figures;          /* private: its first part */
  gboolean is_ridge;      /* private */
  char *tellers;          /* private: (nullable) names of the features that tell it */
} AyFitness;

/* ranks (nullable): who share the work; all call it. */
AyFitness *ay_fitness_new (const AyDataset *data, const AyHead *head, AyRanks *ranks, AyJob *job,
                           GError **error);
/* What was found of the labels (classes only); weak and the sentence follow. */
void ay_fitness_set_flagged (AyFitness *self, double share, gsize rows);
void ay_fitness_free (AyFitness *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyFitness, ay_fitness_free)

G_END_DECLS
