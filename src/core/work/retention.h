/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/random_drops.h"
#include "core/work/work.h"

G_BEGIN_DECLS

/* How much of the training set is needed: accuracy of heads refitted on the rows that a score
 * ranks first, against as many at random, everything else held. The ranking and the minimal set
 * are chosen on valid; test, where there is one, only reports, and each curve counts as one look
 * at it. */
typedef struct
{
  double share;          /* of the training rows that is kept */
  gsize n;               /* rows kept; the best of each class is always among them */
  double valid, test;    /* accuracy (a number: R2); test NaN without that part */
  AyMeanBand random;     /* of as many at random, on test where there is one, else on valid: its
                            band over the draws, */
  AyMeanBand difference; /* and that of the score minus the draws */
} AyRetentionPoint;

typedef struct
{
  char *score;
  gboolean low_first;    /* low values are kept first */
  gboolean on_test;
  double full_valid, full_test; /* accuracy of all rows */
  guint n_points;
  AyRetentionPoint *points; /* by share, ascending; the last is all of them */
  guint repeats;
  guint minimal;         /* point of the smallest set that is no worse on valid; n_points: none but
                            all */
  AyBitset *minimal_rows; /* (nullable) its rows */
  char *minimal_sentence; /* what test (or valid) says of it, by the rule of no loss */
  guint test_openings;
  JsonObject *certificate; /* what was fitted, how well, what chose and what judged */
} AyRetention;

typedef struct
{
  const char *score; /* (nullable) id; else every stored value and measure is tried both ways, and
                        the one of highest accuracy on valid at 30 % kept is taken */
  guint repeats;     /* random sets a point, at least 2 */
  guint64 seed;
} AyRetentionOptions;
#define AY_RETENTION_OPTIONS_INIT { NULL, 10, 0 }

/* Kept in the workspace: asked for again, nothing is fitted and test is not looked at. Errors:
 * RANGE (no such score; no score at all; repeats), those of the fits. (transfer full) */
AyRetention *ay_work_retention (AyWork *self, const AyRetentionOptions *options, AyJob *job,
                                GError **error);
/* The curve that the workspace keeps, the last one made; NULL where there is none, or the head or
 * the scores that it is of are others now. (transfer full) (nullable) */
AyRetention *ay_work_kept_retention (AyWork *self);
/* What every refit depends on, as one text: another one when the head, the parts or the labels are.
 * (transfer full) */
char *ay_work_dup_fit_key (AyWork *self);
void ay_retention_free (AyRetention *self);

/* The curve of the score and that of as many at random as a figure wants them. */
typedef struct
{
  char *name;    /* "influence, high first" */
  guint n;
  double *x;     /* n: % of the training rows that are kept; then */
  double *own, *random, *low, *high; /* accuracy, on test where there is one, else on valid */
} AyRetentionSeries;

/* (transfer full) */
AyRetentionSeries *ay_retention_series (const AyRetention *of);
void ay_retention_series_free (AyRetentionSeries *self);
/* The point in one line, and the smallest set. (transfer full) */
char *ay_retention_sentence (const AyRetention *of, guint point);
/* The point at 30 %, where a score is chosen. */
guint ay_retention_usual_point (const AyRetention *of);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyRetention, ay_retention_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyRetentionSeries, ay_retention_series_free)

G_END_DECLS
