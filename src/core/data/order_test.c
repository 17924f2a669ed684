/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The test for swapped or shuffled files.
 *
 * A sample of s <= 1000 labelled rows is standardised; blocks of rows are multiplied with the whole
 * sample (sgemm) and the 5 nearest others kept. The neighbour lists stay, the labels are shuffled:
 * features that say anything about the labels beat all 20 shuffles, unrelated ones do so 1 time in
 * 21. Cost 2 s^2 d flops, memory 4 s d bytes. */
#include "core/data/order_test.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/base/stats.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE 1000
#define SAMPLE_VALUES (G_GINT64_CONSTANT (1) << 25) /* floats of the sample: 128 MB */
#define LEAST_ROWS 20
#define NEIGHBOURS 5
#define SHUFFLES 20
#define BLOCK_ROWS 64

typedef struct
{
  const float *x; /* s x d, standardised */
  const float *norm;
  gsize s, d;
  guint32 *neighbour; /* s x NEIGHBOURS */
} Search;

static void
search_block (gsize block, guint worker, gpointer data)
{
  const Search *search = data;
  gsize s = search->s, first = block * BLOCK_ROWS, count = MIN (BLOCK_ROWS, s - first);
  g_autofree float *product = g_new (float, count * s);

  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) count, (int) s, (int) search->d, 1.0f,
               search->x + first * search->d, (int) search->d, search->x, (int) search->d, 0.0f,
               product, (int) s);
  for (gsize i = 0; i < count; i++)
    {
      guint32 *best = search->neighbour + (first + i) * NEIGHBOURS;
      float distance[NEIGHBOURS];
      gsize found = 0;

      for (gsize j = 0; j < s; j++)
        {
          float away = search->norm[j] - 2.0f * product[i * s + j];
          gsize at = found;

          if (j == first + i || (found == NEIGHBOURS && !(away < distance[NEIGHBOURS - 1])))
            continue;
          found = MIN (found + 1, NEIGHBOURS);
          at = MIN (at, NEIGHBOURS - 1);
          for (; at > 0 && distance[at - 1] > away; at--)
            {
              distance[at] = distance[at - 1];
              best[at] = best[at - 1];
            }
          distance[at] = away;
          best[at] = (guint32) j;
        }
    }
}

/* Columns to mean 0 and standard deviation 1 over the sample; constant ones to 0. */
static void
standardise (float *x, float *norm, gsize s, gsize d)
{
  g_autofree double *mean = g_new0 (double, d), *square = g_new0 (double, d);

  for (gsize i = 0; i < s; i++)
    for (gsize j = 0; j < d; j++)
      mean[j] += x[i * d + j] / (double) s;
  for (gsize i = 0; i < s; i++)
    for (gsize j = 0; j < d; j++)
      square[j] += (x[i * d + j] - mean[j]) * (x[i * d + j] - mean[j]) / (double) s;
  for (gsize i = 0; i < s; i++)
    {
      double sum = 0.0;

      for (gsize j = 0; j < d; j++)
        {
          double z = square[j] > 0.0 ? (x[i * d + j] - mean[j]) / sqrt (square[j]) : 0.0;

          x[i * d + j] = (float) z;
          sum += z * z;
        }
      norm[i] = (float) sum;
    }
}

/* Share of rows whose most frequent neighbouring class (ties: the nearer) is theirs. */
static double
class_agreement (const Search *search, const gint32 *label)
{
  gsize right = 0;

  for (gsize i = 0; i < search->s; i++)
    {
      const guint32 *near = search->neighbour + i * NEIGHBOURS;
      int most = 0, best = 0;

      for (int a = 0; a < NEIGHBOURS; a++)
        {
          int votes = 0;

          for (int b = 0; b < NEIGHBOURS; b++)
            votes += label[near[b]] == label[near[a]];
          if (votes > most)
            {
              most = votes;
              best = a;
            }
        }
      right += label[near[best]] == label[i];
    }
  return right / (double) search->s;
}

static double
number_agreement (const Search *search, const double *target)
{
  g_autofree double *mean = g_new0 (double, search->s);
  double r;

  for (gsize i = 0; i < search->s; i++)
    for (int k = 0; k < NEIGHBOURS; k++)
      mean[i] += target[search->neighbour[i * NEIGHBOURS + k]] / NEIGHBOURS;
  r = ay_pearson (mean, target, search->s);
  return isnan (r) ? 0.0 : r;
}

static void
compare_with_shuffles (const Search *search, const AyOrderInput *input, const guint32 *sample,
                       AyOrderTest *test)
{
  gsize s = search->s;
  g_autofree guint32 *order = g_new (guint32, s);
  g_autofree gint32 *label = g_new0 (gint32, s);
  g_autofree double *target = g_new0 (double, s);
  AyRng rng;

  ay_rng_init (&rng, input->seed, 1);
  for (gsize i = 0; i < s; i++)
    order[i] = (guint32) i;
  for (int round = 0; round <= SHUFFLES; round++)
    {
      double agreement;

      for (gsize i = 0; i < s; i++)
        if (input->label != NULL)
          label[i] = input->label[sample[order[i]]];
        else
          target[i] = input->target[sample[order[i]]];
      agreement = input->label != NULL ? class_agreement (search, label)
                                       : number_agreement (search, target);
      if (round == 0)
        test->observed = agreement;
      else
        test->best = MAX (test->best, agreement);
      ay_rng_shuffle (&rng, order, s);
    }
  test->unrelated = test->observed <= test->best;
}

gboolean
ay_order_test (const AyOrderInput *input, AyOrderTest *test, AyJob *job, GError **error)
{
  gsize d = ay_matrix_cols (input->features);
  gsize s = MIN (input->n_rows, MIN (SAMPLE, (gsize) SAMPLE_VALUES / MAX (d, 1)));
  g_autofree guint32 *sample = NULL, *neighbour = NULL;
  g_autofree float *x = NULL, *norm = NULL;
  Search search;
  AyRng rng;

  *test = (AyOrderTest) { NAN, -INFINITY, FALSE };
  if (s < LEAST_ROWS)
    return TRUE;
  ay_rng_init (&rng, input->seed, 0);
  sample = ay_rng_sample (&rng, input->n_rows, s);
  for (gsize i = 0; i < s; i++)
    sample[i] = input->rows[sample[i]];
  x = ay_try_alloc (s, d * sizeof (float), "order test", error);
  if (x == NULL)
    return FALSE;
  norm = g_new (float, s);
  neighbour = g_new0 (guint32, s * NEIGHBOURS);
  ay_matrix_gather_f32 (input->features, sample, s, x);
  standardise (x, norm, s, d);
  search = (Search) { x, norm, s, d, neighbour };
  if (!ay_parallel_for (ay_n_blocks (s, BLOCK_ROWS), search_block, &search, job, error))
    return FALSE;
  compare_with_shuffles (&search, input, sample, test);
  return TRUE;
}
