/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/score/redundancy.h"
#include "core/score/uniqueness.h"
#include "core/work/work.h"

G_BEGIN_DECLS

/* Near copies of a workspace's rows: what they leak and cost, and their columns. */

/* ay_redundancy_find() on the work's rows; where options keep by a score, it is looked up among the
 * columns. (transfer full) */
AyRedundancy *ay_work_redundancy (AyWork *work, const AyRedundancyOptions *options, AyJob *job,
                                  GError **error);

/* The same groups with another rule for what stays, of those in options; they are not searched for
 * again. (transfer full) */
AyRedundancy *ay_work_redundancy_keeping (AyWork *work, AyRedundancy *self,
                                          const AyRedundancyOptions *options, GError **error);

/* Rows of valid and test with a copy in an earlier part (train before valid before test), and the
 * head's figures with and without them. test only where asked for: it counts as an opening. */
typedef struct
{
  guint32 *rows; /* ascending */
  gsize n_rows, n_valid, n_test;
  gboolean judged, test_judged; /* there are a head and labels left to judge by */
  AyFit valid, valid_without, test, test_without;
  guint test_openings;
} AyLeaks;

gboolean ay_redundancy_leaks (AyWork *work, const AyRedundancyCut *cut, gboolean with_test,
                              AyLeaks *out, AyJob *job, GError **error);
void ay_leaks_clear (AyLeaks *self);

/* What a threshold would cost: a point of the outcome curve. Losses and accuracies are changes. */
typedef struct
{
  double threshold;
  gsize n_groups, n_dropped, n_conflicts;
  double loss, accuracy;           /* predicted, on valid; NaN without a head */
  gboolean rough;
  gboolean refitted;
  double loss_valid, accuracy_valid, loss_test, accuracy_test; /* refitted; NaN without */
  double random_low, random_high;  /* accuracy on test (else valid) when as many rows are dropped at
                                      random: 95 % band of the mean, from n_random refits */
  double random_mean;
} AyOutcome;

typedef struct
{
  guint n_points;     /* thresholds between the floor and the tightest merge */
  gboolean predict;   /* estimate the change on valid */
  gboolean refit;     /* and refit: valid is a preview, test counts as one opening */
  guint n_random;     /* random drops a point when refitting; at least 2 */
  guint64 seed;
  double threshold;   /* one of the points; NaN: that of the groups as they were found */
} AyOutcomeOptions;
#define AY_OUTCOME_OPTIONS_INIT { 12, TRUE, FALSE, 5, 0, NAN }

/* (transfer full) (element-type AyOutcome), tightest threshold first, that of options among them.
 * *before (nullable): the full fit on valid and test. */
GArray *ay_redundancy_curve (AyWork *work, const AyRedundancy *self,
                             const AyOutcomeOptions *options, AyFit before[2], AyJob *job,
                             GError **error);

/* Each row's nearest other row, by the points that groups are found among. approximate_above: as
 * in AyNeighboursOptions. (transfer full) */
AyNeighbours *ay_redundancy_nearest (const AyRedundancy *self, gsize approximate_above, AyJob *job,
                                     GError **error);
/* Stores the columns group (number, from 0 by first row; missing: alone) and redundant (1 goes),
 * with the certificate, replacing earlier ones, and the score uniqueness (ay_uniqueness_fill) by
 * that nearest row (nullable: left out): all or nothing. */
gboolean ay_redundancy_store (AyWork *work, const AyRedundancy *self, const AyRedundancyCut *cut,
                              const AyNeighbours *nearest, AyJob *job, GError **error);

G_END_DECLS
