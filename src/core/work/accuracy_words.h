/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/random_drops.h"

G_BEGIN_DECLS

/* What may be said of a change of accuracy: the one place for these words. */

/* Two heads on the same m rows, of which exactly one of the two gets `changed` right. */
typedef struct
{
  gsize m, changed;
  double change;       /* of accuracy, as a share */
  double low, high;    /* its 95 % band, paired */
  const char *verdict; /* "no_loss", "worse", "too_few", "not_ruled_out" */
  double needed;       /* rows that it would take to say no loss; NaN: enough, or worse */
} AyAccuracyChange;

/* No loss: its upper 95 % limit is at most half a point. Worse: the whole band is below 0, by a
 * figure that shows. Else too few rows, or a loss that is not ruled out. */
void ay_accuracy_judge (AyAccuracyChange *self, double change, gsize m, gsize changed);
/* part: "test" or "validation". (transfer full) */
char *ay_accuracy_say (const AyAccuracyChange *self, const char *part);
/* A choice beside random ones, by the difference of accuracy and its band: "better than chance",
 * "worse than chance", "not to be told from chance"; by the hundredths of a point that show. */
const char *ay_accuracy_beside_chance (const AyMeanBand *difference);

G_END_DECLS
