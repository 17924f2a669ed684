/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/random_drops.h"
#include "core/work/work.h"

G_BEGIN_DECLS

/* The user's own model on the full training set, on the curated one and on random ones of the same
 * size: lists of rows to train it on, and its results back. Only this speaks of "your model". */

#define AY_ARMS_MIN_RUNS 3 /* seeds an arm, under which no band is given */
#define AY_ARMS_RANDOM 3   /* random sets */

typedef struct
{
  gsize n_full, n_curated; /* training rows */
  gsize n_test;
  double agreement;        /* share of test rows where the head says what the user's predictions
                              say; NaN: there are none */
  gsize n_agreement;
} AyArms;

/* Writes full.csv, curated.csv (training rows that no decision drops), random-1.csv ..
 * random-3.csv, test.csv and the template results.csv into a folder, which is made. Existing
 * files of these names are replaced, but results.csv never: AY_ERROR_IO. Errors: RANGE (no
 * training row is dropped, or all are), those of writing. */
gboolean ay_work_arms_write (AyWork *self, const char *folder, guint64 seed, AyArms *out,
                             AyJob *job, GError **error);

/* One arm against another on one slice and metric: differences of runs of the same seed. */
typedef struct
{
  char *arm, *against, *slice, *metric;
  gsize n;             /* pairs; random sets of one seed are averaged first */
  AyMeanBand difference; /* the band is NaN where there are too few runs */
  gboolean enough;
} AyArmBand;

void ay_arm_band_free (AyArmBand *self);

/* Reads a filled template: columns arm, seed, slice, metric, value; rows without a value are left
 * out and counted. Kept in the workspace where that can be written. Errors: INPUT "FILE:LINE: what"
 * (unknown arm, a run given twice, no number), RANGE (no run at all). (transfer full) (element-type
 * AyArmBand) */
GPtrArray *ay_work_arms_import (AyWork *self, const char *path, gsize *n_runs, gsize *n_empty,
                                AyJob *job, GError **error);

/* Share of test rows where the head says what the user's own predictions (role probabilities) say;
 * *share NaN where there are none. */
gboolean ay_work_agreement (AyWork *self, double *share, gsize *n, AyJob *job, GError **error);
#define AY_AGREES 0.95 /* the share from which the head speaks for the user's model */
/* What may be said of it, wherever a person may take the head for the own model; only from 95 % on
 * does it speak of that. NULL where share is NaN. (transfer full) (nullable) */
char *ay_agreement_say (double share, gsize n);
/* Appends it to a sentence about the head; nothing where there are no predictions. *sentence
 * (nullable) is replaced. */
void ay_agreement_append (double share, gsize n, char **sentence);
gboolean ay_work_append_agreement (AyWork *self, char **sentence, AyJob *job, GError **error);

G_END_DECLS
