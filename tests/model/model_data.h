/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/rng.h"
#include "core/model/head.h"

/* A made problem: n rows of d features in n_classes overlapping clouds (0: a linear target plus
 * noise). Owns its arrays; the features are freed by made_clear(). */
typedef struct
{
  AyProblem problem;
  guint32 *rows;
  gint32 *label;
  double *target, *weight;
  AyMatrix *features;
} Made;

static inline Made
made_new (gsize n, gsize d, guint n_classes, double spread, guint64 seed)
{
  Made made = { 0 };
  AyRng rng;
  float *x = g_new (float, n * d);
  double *middle = g_new (double, MAX (n_classes, 1) * d);

  ay_rng_init (&rng, seed, 0);
  made.rows = g_new (guint32, n);
  made.label = g_new (gint32, n);
  made.target = g_new (double, n);
  made.weight = g_new (double, n);
  for (gsize k = 0; k < MAX (n_classes, 1) * d; k++)
    middle[k] = ay_rng_normal (&rng);
  for (gsize i = 0; i < n; i++)
    {
      guint c = n_classes > 0 ? (i < n_classes ? i : ay_rng_below (&rng, n_classes)) : 0;

      made.rows[i] = i;
      made.label[i] = c;
      made.weight[i] = 1.0;
      made.target[i] = 3.0 + 0.5 * ay_rng_normal (&rng);
      for (gsize j = 0; j < d; j++)
        {
          x[i * d + j] = (1 + j % 3) * (middle[c * d + j] + spread * ay_rng_normal (&rng)) + j;
          made.target[i] += n_classes == 0 ? x[i * d + j] * (j % 5 - 2.0) / d : 0.0;
        }
    }
  g_free (middle);
  made.features = ay_matrix_take_f32 (n, d, x);
  made.problem = (AyProblem) { .features = made.features, .rows = made.rows, .n = n,
                               .label = n_classes > 0 ? made.label : NULL,
                               .target = n_classes > 0 ? NULL : made.target,
                               .weight = made.weight, .n_classes = n_classes };
  return made;
}

static inline void
made_clear (Made *made)
{
  g_free (made->rows);
  g_free (made->label);
  g_free (made->target);
  g_free (made->weight);
  ay_matrix_unref (made->features);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Made, made_clear)
