/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Small statistics in double. Missing (NaN) values are the caller's to leave out, except where a
 * function says otherwise. */

/* Where the largest of n >= 1 is, the first of equals. */
gsize ay_argmax (const double *x, gsize n);
/* exp (x) over its sum, in p, which may be x; n >= 1. */
void ay_softmax (const double *x, gsize n, double *p);
double ay_mean (const double *x, gsize n);
double ay_variance (const double *x, gsize n); /* n - 1 in the denominator; NaN for n < 2 */
/* q-quantile (0..1) by linear interpolation between order statistics (Hyndman and Fan's type 7);
 * NaNs are left out; NaN when none is left. Does not change x. */
double ay_quantile (const double *x, gsize n, double q);
/* Rows in ascending (or descending) order of x, ties by row, NaNs last. (transfer full) */
guint32 *ay_order (const double *x, gsize n, gboolean descending);
/* For qsort of guint32: ascending. */
int ay_compare_u32 (const void *a, const void *b);
/* Ranks 1..n, ties get their average. (transfer full) */
double *ay_ranks (const double *x, gsize n);
double ay_pearson (const double *x, const double *y, gsize n);
double ay_spearman (const double *x, const double *y, gsize n);
/* Slope of the least-squares line of y on x. */
double ay_slope (const double *x, const double *y, gsize n);
/* Area under the ROC curve of score for the positive rows (ties count half); NaN with one class. */
double ay_auroc (const double *score, const guint8 *positive, gsize n);
/* Average precision: sum over thresholds of (recall step) x precision; ties share a threshold. */
double ay_average_precision (const double *score, const guint8 *positive, gsize n);
/* Share of positives among the k highest scores, ties by row. */
double ay_precision_at (const double *score, const guint8 *positive, gsize n, gsize k);

/* Nice axis ticks: step 1, 2 or 5 x 10^k with at most max_ticks ticks inside [low, high]. Returns
 * their number; *first and *step describe them. 0 when high <= low or not finite. */
guint ay_ticks (double low, double high, guint max_ticks, double *first, double *step);

G_END_DECLS
