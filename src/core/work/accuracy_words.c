/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Non-inferiority of a changed training set, and its words.
 *
 * Of m rows, D are right under exactly one of the two heads. The standard error of the difference
 * of accuracy is sqrt (D) / m, D at least 3 (the rule of three: nothing seen in m rows leaves up to
 * 3 / m with 95 %). A loss is ruled out when the one-sided 95 % limit of it is within the margin;
 * where the band is wider than the margin there are too few rows for that, unless the whole of it
 * is on the worse side: that is plain however few the rows. Figures are judged as they are shown,
 * by hundredths of a point, so that none of 0.00 is called worse. */
#include "core/work/accuracy_words.h"

#include "core/base/words.h"

#include <math.h>

/* Loss of accuracy a person calls none: half a point. */
#define MARGIN 0.005
#define Z_ONE_SIDED 1.645
#define Z_TWO_SIDED 1.96

/* A share in points as it is shown: by hundredths, and no -0. */
static double
shown (double share)
{
  return round (1e4 * share) / 100.0 + 0.0;
}

void
ay_accuracy_judge (AyAccuracyChange *self, double change, gsize m, gsize changed)
{
  double differ = MAX ((double) changed, 3.0);
  double spread = sqrt (differ) / (double) m;

  *self = (AyAccuracyChange) { m, changed, change, change - Z_TWO_SIDED * spread,
                               change + Z_TWO_SIDED * spread, NULL, NAN };
  if (Z_ONE_SIDED * spread <= MARGIN && Z_ONE_SIDED * spread - change <= MARGIN)
    self->verdict = "no_loss";
  else if (shown (self->high) < 0.0)
    self->verdict = "worse";
  else if (Z_ONE_SIDED * spread <= MARGIN)
    self->verdict = "not_ruled_out";
  else
    {
      self->verdict = "too_few";
      self->needed = ceil (Z_ONE_SIDED * Z_ONE_SIDED * differ / (double) m / (MARGIN * MARGIN));
    }
}

char *
ay_accuracy_say (const AyAccuracyChange *self, const char *part)
{
  double change = shown (self->change), low = shown (self->low), high = shown (self->high);
  g_autofree char *seen
      = g_strdup_printf (N_ ("on %zu %s rows accuracy changes by %+.2f points (95 %% band %+.2f to "
                             "%+.2f)"),
                         self->m, part, change, low, high);

  if (g_str_equal (self->verdict, "no_loss"))
    return g_strdup_printf (N_ ("no loss of accuracy larger than %.1f points seen on %zu %s rows "
                                "(change %+.2f points, 95 %% band %+.2f to %+.2f)"),
                            100.0 * MARGIN, self->m, part, change, low, high);
  if (g_str_equal (self->verdict, "worse"))
    return g_strdup_printf (N_ ("%s: worse, the whole band is on the side of a loss"), seen);
  if (g_str_equal (self->verdict, "too_few"))
    return g_strdup_printf (N_ ("%s: too few rows to call it no loss within %.1f points, about "
                                "%.0f would do"),
                            seen, 100.0 * MARGIN, self->needed);
  return g_strdup_printf (N_ ("%s: a loss above %.1f points is not ruled out"), seen,
                          100.0 * MARGIN);
}

const char *
ay_accuracy_beside_chance (const AyMeanBand *difference)
{
  return shown (difference->low) > 0.0    ? "better than chance"
         : shown (difference->high) < 0.0 ? "worse than chance"
                                          : "not to be told from chance";
}
