/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sets.h"

#include "core/model/path_credits.h"

#include <math.h>

/* Ten new digits on some old ones that show all classes; 400 others judge. */
typedef struct
{
  Set set;
  AyOwnedProblem *train, *valid;
  guint8 *is_new;
  AyHead *like; /* fitted to old and new */
} Draw;

#define N_NEW 10

static inline gboolean
draw_has_all (const Set *set, const guint32 *rows, gsize n)
{
  gboolean seen[10] = { 0 };
  guint count = 0;

  for (gsize i = 0; i < n; i++)
    {
      count += !seen[set->label[rows[i]]];
      seen[set->label[rows[i]]] = TRUE;
    }
  return count == set->n_classes;
}

static inline Draw
draw_new (gsize n_old, gboolean standardise, guint64 seed)
{
  Draw draw = { .set = set_digits () };
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autofree guint32 *rows = NULL;
  g_autofree guint8 *fresh = g_new0 (guint8, draw.set.n);
  g_autoptr (GError) error = NULL;
  AyRng rng;

  ay_rng_init (&rng, seed, n_old);
  do
    {
      g_free (rows);
      rows = ay_rng_sample (&rng, draw.set.n, n_old + N_NEW + 400);
    }
  while (!draw_has_all (&draw.set, rows, n_old));
  for (gsize i = n_old; i < n_old + N_NEW; i++)
    fresh[rows[i]] = 1;
  draw.train = set_part (&draw.set, rows, n_old + N_NEW);
  draw.valid = set_part (&draw.set, rows + n_old + N_NEW, 400);
  draw.is_new = g_new (guint8, n_old + N_NEW);
  for (gsize i = 0; i < n_old + N_NEW; i++)
    draw.is_new[i] = fresh[draw.train->rows[i]];
  options.standardise = standardise;
  options.scale = standardise ? 1.0 : 1.0 / 16.0;
  options.lambda = 1.0;
  options.tolerance = 1e-9;
  draw.like = ay_head_fit (&draw.train->problem, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  return draw;
}

static inline void
draw_clear (Draw *draw)
{
  set_clear (&draw->set);
  ay_owned_problem_free (draw->train);
  ay_owned_problem_free (draw->valid);
  g_free (draw->is_new);
  ay_head_unref (draw->like);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Draw, draw_clear)

static inline AyPathCredits *
draw_credits (const Draw *draw, const double *targets, gsize n_targets)
{
  AyPathOptions options = AY_PATH_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyPathCredits *credits;

  options.n_leading = 1;
  credits = ay_path_credits_new (&draw->train->problem, draw->is_new, draw->like,
                                 &draw->valid->problem, targets, n_targets, &options, NULL,
                                 &error);
  g_assert_no_error (error);
  return credits;
}

static inline double
path_sum (const double *credit)
{
  double total = 0.0;

  for (guint i = 0; i < N_NEW; i++)
    total += credit[i];
  return total;
}

/* What the credits miss of the gain that the heads at both ends show, as a share of it. */
static inline double
path_check (const Draw *draw, const AyPathCredits *credits)
{
  AyFit before, after;
  double gain, missing;

  g_assert_true (ay_head_evaluate (credits->before, &draw->valid->problem, &before, NULL, NULL));
  g_assert_true (ay_head_evaluate (credits->after, &draw->valid->problem, &after, NULL, NULL));
  gain = before.loss - after.loss;
  missing = gain - path_sum (credits->credit);
  g_assert_cmpfloat_with_epsilon (gain, credits->gain[0], 1e-10);
  g_assert_cmpfloat_with_epsilon (missing, credits->residual[0], 1e-9);
  g_assert_true (credits->agreed);
  g_assert_null (ay_path_credits_refused (credits, 0));
  return fabs (missing / gain);
}
