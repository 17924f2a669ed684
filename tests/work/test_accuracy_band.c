/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The band of sampling, judged on test rows: it is made of m of them, and is to hold the change of
 * accuracy on all rows that there could be, here 40000 others of the same source. */
#include "core/base/stats.h"
#include "core/work/accuracy_words.h"
#include "sets.h"

#define N_TRAIN 1200
#define N_ALL 60000
#define N_GROUPS 200

/* Which of the rows a head gets right. */
static guint8 *
right (const AyHead *head, const AyProblem *problem)
{
  guint8 *out = g_new (guint8, problem->n);
  g_autofree double *p = g_new (double, problem->n * problem->n_classes);
  g_autoptr (GError) error = NULL;

  ay_head_predict (head, problem->features, problem->rows, problem->n, p, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < problem->n; i++)
    {
      const double *of = p + i * problem->n_classes;
      guint best = 0;

      for (guint c = 1; c < problem->n_classes; c++)
        if (of[c] > of[best])
          best = c;
      out[i] = (gint32) best == problem->label[i];
    }
  return out;
}

/* The head without a group: rows at random, of one class, or of wrong labels; 1 row to half. */
static AyHead *
fit_without (const Set *set, const guint32 *rows, guint kind, AyRng *rng)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autofree guint32 *kept = g_new (guint32, N_TRAIN);
  g_autoptr (AyOwnedProblem) part = NULL;
  gsize size = (gsize) pow (N_TRAIN / 2, ay_rng_uniform (rng)), n = 0, gone = 0;
  gint32 class = (gint32) ay_rng_below (rng, set->n_classes);
  g_autofree guint32 *order = ay_rng_sample (rng, N_TRAIN, N_TRAIN);

  for (gsize k = 0; k < N_TRAIN; k++)
    {
      guint32 row = rows[order[k]];

      if (gone < size && (kind == 0 || set->label[row] == class) && (kind < 2 || k % 3 > 0))
        gone++;
      else
        kept[n++] = row;
    }
  part = set_part (set, kept, n);
  return ay_head_fit (&part->problem, &options, NULL, NULL, NULL);
}

static void
test_coverage (void)
{
  g_auto (Set) set = set_mixture (N_ALL, 24, 5);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autofree guint32 *rows = NULL;
  g_autofree guint8 *before = NULL;
  g_autoptr (AyOwnedProblem) train = NULL, rest = NULL;
  g_autoptr (AyHead) full = NULL;
  guint inside[2] = { 0 };
  AyRng rng;

  ay_rng_init (&rng, 5, 0);
  rows = ay_rng_sample (&rng, N_ALL, N_ALL);
  train = set_part (&set, rows, N_TRAIN);
  rest = set_part (&set, rows + N_TRAIN, N_ALL - N_TRAIN);
  full = ay_head_fit (&train->problem, &options, NULL, NULL, NULL);
  before = right (full, &rest->problem);
  for (guint k = 0; k < N_GROUPS; k++)
    {
      g_autoptr (AyHead) head = fit_without (&set, rows, k % 3, &rng);
      g_autofree guint8 *after = right (head, &rest->problem);

      for (guint size = 0; size < 2; size++)
        {
          gsize m = size == 0 ? 300 : 3000, changed = 0, n = rest->problem.n;
          g_autofree guint32 *sample = ay_rng_sample (&rng, n, m);
          double all = 0, seen = 0;
          AyAccuracyChange found;

          for (gsize i = 0; i < n; i++)
            all += (double) after[i] - before[i];
          for (gsize i = 0; i < m; i++)
            {
              seen += (double) after[sample[i]] - before[sample[i]];
              changed += after[sample[i]] != before[sample[i]];
            }
          ay_accuracy_judge (&found, seen / (double) m, m, changed);
          inside[size] += found.low <= all / (double) n && all / (double) n <= found.high;
        }
    }
  g_test_message ("the band holds the change of accuracy on all rows for %.1f %% of %u groups by "
                  "300 test rows, %.1f %% by 3000", 100.0 * inside[0] / N_GROUPS, N_GROUPS,
                  100.0 * inside[1] / N_GROUPS);
  /* 95 is meant; where few rows change it is wider, three being counted at least */
  for (guint size = 0; size < 2; size++)
    {
      g_assert_cmpuint (inside[size], >=, 0.92 * N_GROUPS);
      g_assert_cmpuint (inside[size], <=, size == 0 ? N_GROUPS : 0.985 * N_GROUPS);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/accuracy-band/coverage", test_coverage);
  return g_test_run ();
}
