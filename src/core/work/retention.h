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
void ay_retention_free (AyRetention *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyRetention, ay_retention_free)

G_END_DECLS
