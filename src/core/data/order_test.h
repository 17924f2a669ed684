/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/matrix.h"

G_BEGIN_DECLS

/* Whether features and labels that were joined by position have anything to do with each other
 * (TRUTH 10): how well the 5 nearest neighbours among at most 1000 rows tell a row's label, against
 * the same with the labels shuffled 20 times. */
typedef struct
{
  double observed; /* share of rows whose neighbours' majority is right; for a number the
                      correlation of a row's value with its neighbours' mean */
  double best;     /* highest of the shuffles */
  gboolean unrelated; /* observed <= best */
} AyOrderTest;

/* Labels by row of the matrix; one of label and target is NULL. rows: those that have one. Columns
 * are standardised over the sample. Fewer than 20 rows: nothing is found (unrelated is FALSE).
 * FALSE with CANCELLED or NOMEM. */
typedef struct
{
  const AyMatrix *features;
  const guint32 *rows;
  gsize n_rows;
  const gint32 *label;
  guint n_classes;
  const double *target;
  guint64 seed;
} AyOrderInput;

gboolean ay_order_test (const AyOrderInput *input, AyOrderTest *test, AyJob *job, GError **error);

G_END_DECLS
