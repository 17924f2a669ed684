/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model_data.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/standardise.h"

#include <math.h>
#include <string.h>

/* J at the head's weights moved by `by` in parameter (c, j); j = d is the intercept. Written out
 * row by row in double, with nothing of the solver. */
static double
objective_at (const AyHead *head, const AyProblem *on, guint c_moved, gsize j_moved, double by)
{
  gsize d = head->d;
  g_autofree float *z = g_new (float, d);
  g_autofree double *logits = g_new (double, head->n_outputs);
  double total = 0.0;

  for (gsize i = 0; i < on->n; i++)
    {
      double weight = on->weight != NULL ? on->weight[i] : 1.0, sum = 0.0, top = -INFINITY;

      ay_standardise_block (on->features, on->rows + i, 1, head->centre, head->inv_scale, z);
      for (guint c = 0; c < head->n_outputs; c++)
        {
          logits[c] = head->intercept[c] + (c == c_moved && j_moved == d ? by : 0.0);
          for (gsize j = 0; j < d; j++)
            {
              double moved = c == c_moved && j_moved == j ? by : 0.0;

              logits[c] += (head->weights[c * d + j] + moved) * z[j];
            }
          top = MAX (top, logits[c]);
        }
      for (guint c = 0; c < head->n_outputs; c++)
        sum += exp (logits[c] - top);
      if (on->n_classes > 0)
        total += weight * (top + log (sum) - logits[on->label[i]]);
      else
        total += weight * 0.5 * (logits[0] - on->target[i]) * (logits[0] - on->target[i]);
    }
  for (gsize k = 0; k < head->n_outputs * d; k++)
    {
      double w = head->weights[k] + (k == c_moved * d + j_moved && j_moved < d ? by : 0.0);

      total += 0.5 * head->lambda * w * w;
    }
  return total;
}

/* The head is a minimum: central differences of J vanish and J rises both ways. */
static void
assert_optimal (const AyHead *head, const AyProblem *on)
{
  double h = 1e-3, middle = objective_at (head, on, 0, 0, 0.0);

  g_assert_cmpfloat_with_epsilon (middle, head->objective, 1e-9 * (1.0 + fabs (middle)));
  for (guint c = 0; c < head->n_outputs; c++)
    for (gsize j = 0; j <= head->d; j += MAX (1, head->d / 4))
      {
        double up = objective_at (head, on, c, j, h), down = objective_at (head, on, c, j, -h);
        double curvature = (up + down - 2.0 * middle) / (h * h);

        g_assert_cmpfloat (fabs (up - down) / (2.0 * h), <=,
                           1e-5 * head->sum_weight + 1e-3 * curvature * h);
        g_assert_cmpfloat (up + down, >=, 2.0 * middle * (1.0 - 1e-12));
      }
}

static void
test_optimal (void)
{
  const guint classes[] = { 0, 2, 3, 10 };

  for (gsize k = 0; k < G_N_ELEMENTS (classes); k++)
    {
      g_auto (Made) made = made_new (300, 13, classes[k], 2.0, 5 + k);
      AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
      g_autoptr (GError) error = NULL;
      g_autoptr (AyHead) head = NULL;

      for (gsize i = 0; i < 300; i++)
        made.weight[i] = (i % 4) * 0.5;
      head = ay_head_fit (&made.problem, &options, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (head->gradient_norm, <=, 1e-8);
      assert_optimal (head, &made.problem);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/head/optimal", test_optimal);
  return g_test_run ();
}
