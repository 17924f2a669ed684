/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "planted.h"

#include <stdio.h>

/* Planted label errors (a tenth of the labels): uniform, between pairs of classes, by features; on
 * digits and text features of banking77, over seeds. AUPRC and precision at the number of errors of
 * the probability of the given label: left out, by five folds, and in sample; and the worst seed of
 * left out less folds. Where leaving out is itself by folds the two differ by their folds alone.
 * Usage: bench-labelerror [seeds [digits|banking77]]. */

static void
run_set (const char *name, const Set *set, double lambda_mean, guint seeds)
{
  for (Plant kind = 0; kind < N_PLANTS; kind++)
    {
      double area[3] = { 0.0 }, precision[3] = { 0.0 }, worst = 1.0;
      gboolean by_folds = FALSE;

      for (guint seed = 0; seed < seeds; seed++)
        {
          g_autofree guint32 *rows = g_new (guint32, set->n);
          g_autofree guint8 *wrong = g_new (guint8, set->n);
          g_autoptr (AyOwnedProblem) part = NULL;
          Found found;

          for (gsize i = 0; i < set->n; i++)
            rows[i] = (guint32) i;
          part = set_part (set, rows, set->n);
          plant (part, kind, seed, wrong);
          found = planted_find (part, wrong, lambda_mean, seed);
          by_folds = found.by_folds;
          worst = MIN (worst, found.area[0] - found.area[1]);
          for (guint k = 0; k < 3; k++)
            {
              area[k] += found.area[k] / seeds;
              precision[k] += found.precision[k] / seeds;
            }
        }
      printf ("%-9s lambda_mean %g  %-11s  AUPRC left out%s %.4f, folds %.4f, in sample %.4f; "
              "precision at k %.4f, %.4f, %.4f; worst seed %+.4f\n", name, lambda_mean,
              plant_names[kind], by_folds ? " (by folds)" : "", area[0], area[1], area[2],
              precision[0], precision[1], precision[2], worst);
      fflush (stdout);
    }
}

int
main (int argc, char **argv)
{
  guint seeds = argc > 1 ? (guint) g_ascii_strtoull (argv[1], NULL, 10) : 5;
  const char *only = argc > 2 ? argv[2] : NULL;
  g_auto (Set) digits = { 0 }, banking = { 0 };

  g_test_init (&argc, &argv, NULL);
  if (g_strcmp0 (only, "banking77") != 0)
    {
      digits = set_digits ();
      run_set ("digits", &digits, 1e-3, seeds);
      run_set ("digits", &digits, 1e-2, seeds);
    }
  if (g_strcmp0 (only, "digits") != 0)
    banking = set_banking (256);
  if (banking.n > 0)
    run_set ("banking77", &banking, 1e-3, seeds);
  return 0;
}
