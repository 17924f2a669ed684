/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sets.h"

#include "core/base/stats.h"
#include "core/model/removal.h"
#include "core/model/target_effect.h"

#include <math.h>

/* The band of a what-if's estimate holds the refit of 92 to 98 % of groups (95 is meant), and is
 * narrow beside the effect. Groups of 1 row to nine tenths of them: random, of few classes but 8
 * rows of each, among the most harmful, the end of a direction. Its one factor was settled on other
 * draws of digits, breast cancer and 15 intents of banking77, and on none of wine. */

#define N_SIZES 5
#define N_KINDS 4

typedef struct
{
  AyOwnedProblem *train, *valid;
  AyHead *head;
  AyHessian *hessian;
  guint32 *harmful;
} Trial;

static void
trial_start (Trial *self, const Set *set, guint64 seed)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyHessianOptions hessian_options = AY_HESSIAN_OPTIONS_INIT;
  gsize n_valid = set->n / 10;
  g_autofree guint32 *rows = NULL;
  g_autofree double *s = NULL, *value = NULL;
  AyRng rng;

  ay_rng_init (&rng, seed, 0);
  rows = ay_rng_sample (&rng, set->n, set->n);
  self->valid = set_part (set, rows, n_valid);
  self->train = set_part (set, rows + 2 * n_valid, set->n - 2 * n_valid);
  self->head = ay_head_fit (&self->train->problem, &options, NULL, NULL, NULL);
  self->hessian = ay_hessian_new (&self->train->problem, self->head, &hessian_options, NULL, NULL);
  s = g_new (double, ay_hessian_n_parameters (self->hessian));
  value = g_new (double, self->train->problem.n);
  g_assert_true (ay_target_gradient (&self->valid->problem, self->head, NULL, s, NULL, NULL));
  g_assert_true (ay_hessian_solve (self->hessian, s, 1, NULL, NULL, NULL));
  g_assert_true (ay_curvature_effect (ay_hessian_curvature (self->hessian, NULL, NULL), s, 1,
                                      value, NULL, NULL));
  self->harmful = ay_order (value, self->train->problem.n, FALSE);
}

static void
trial_end (Trial *self)
{
  ay_owned_problem_free (self->train);
  ay_owned_problem_free (self->valid);
  ay_head_unref (self->head);
  ay_hessian_free (self->hessian);
  g_free (self->harmful);
}

static void
draw_harmful (const Trial *self, gsize size, AyRng *rng, guint8 *removed)
{
  gsize pool = MIN (MAX (2 * size, 60), self->train->problem.n);
  g_autofree guint32 *pick = ay_rng_sample (rng, pool, MIN (size, pool));

  for (gsize k = 0; k < MIN (size, pool); k++)
    removed[self->harmful[pick[k]]] = 1;
}

/* Class by class in random order, all but 8 rows of each. */
static void
draw_classes (const AyProblem *train, gsize size, const guint32 *order, AyRng *rng,
              guint8 *removed)
{
  g_autofree guint32 *class = ay_rng_sample (rng, train->n_classes, train->n_classes);
  gsize count = 0;

  for (guint c = 0; c < train->n_classes; c++)
    {
      gsize kept = 0;

      for (gsize k = 0; k < train->n && count < size; k++)
        if (train->label[order[k]] == (gint32) class[c] && kept++ >= 8)
          count += removed[order[k]] = 1;
    }
}

/* The rows that lie furthest from the first of two towards the second. */
static void
draw_end (const AyProblem *train, gsize size, const guint32 *two, guint8 *removed)
{
  const AyMatrix *x = train->features;
  g_autofree double *at = g_new0 (double, train->n);
  g_autofree guint32 *order = NULL;

  for (gsize i = 0; i < train->n; i++)
    for (gsize j = 0; j < ay_matrix_cols (x); j++)
      at[i] += ay_matrix_value (x, train->rows[i], j)
               * (ay_matrix_value (x, train->rows[two[0]], j)
                  - ay_matrix_value (x, train->rows[two[1]], j));
  order = ay_order (at, train->n, FALSE);
  for (gsize k = 0; k < size; k++)
    removed[order[k]] = 1;
}

static void
draw (const Trial *self, guint size_class, guint kind, AyRng *rng, guint8 *removed)
{
  const AyProblem *train = &self->train->problem;
  double n = (double) train->n;
  const double low[N_SIZES] = { 1, 2, 11, 101, 0.3 * n };
  const double high[N_SIZES] = { 1, 10.4, 100.4, 1000.4, 0.9 * n };
  double most = MIN (high[size_class], 0.9 * n), least = MIN (low[size_class], most);
  gsize size = (gsize) (least * pow (most / least, ay_rng_uniform (rng)));
  g_autofree guint32 *order = ay_rng_sample (rng, train->n, train->n);

  memset (removed, 0, train->n);
  if (kind == 1)
    draw_classes (train, size, order, rng, removed);
  else if (kind == 2)
    draw_harmful (self, size, rng, removed);
  else if (kind == 3)
    draw_end (train, size, order, removed);
  else
    for (gsize k = 0; k < size; k++)
      removed[order[k]] = 1;
}

typedef struct
{
  gsize inside;
  GArray *width; /* of double: relative to the effect */
} Tally;

static void
judge_split (const Set *set, guint64 seed, guint per_cell, Tally *tally)
{
  Trial trial = { 0 };
  g_autofree guint8 *removed = g_new (guint8, set->n);
  AyRemovalOptions options = AY_REMOVAL_OPTIONS_INIT;
  AyRng rng;

  trial_start (&trial, set, seed);
  options.verify = TRUE;
  options.compare = FALSE;
  ay_rng_init (&rng, seed, 1);
  for (guint k = 0; k < N_SIZES * N_KINDS * per_cell; k++)
    {
      const AyProblem *targets[1] = { &trial.valid->problem };
      g_autoptr (GError) error = NULL;
      AyRemoval out;
      double width;

      draw (&trial, k % N_SIZES, k / N_SIZES % N_KINDS, &rng, removed);
      ay_removal_run (&trial.train->problem, trial.head, trial.hessian, removed, targets, 1,
                      &options, &out, NULL, &error);
      g_assert_no_error (error);
      if (!out.unbounded && out.n_removed > 0)
        {
          tally->inside += fabs (out.refit - out.estimate) <= out.band;
          width = 2.0 * out.band / fabs (out.refit);
          g_array_append_val (tally->width, width);
        }
      ay_removal_clear (&out);
    }
  trial_end (&trial);
}

static void
check_set (const char *name, const Set *set, guint n_splits, guint per_cell)
{
  g_autoptr (GArray) width = g_array_new (FALSE, FALSE, sizeof (double));
  Tally tally = { 0, width };
  double cover, median;

  for (guint split = 0; split < n_splits; split++)
    judge_split (set, 100 + split, per_cell, &tally);
  cover = (double) tally.inside / width->len;
  median = ay_quantile ((const double *) width->data, width->len, 0.5);
  g_test_message ("%s: the band holds the refit of %.1f %% of %u groups; its median width is %.2g "
                  "%% of the effect", name, 100 * cover, width->len, 100 * median);
  g_assert_cmpuint (width->len, >=, 200);
  g_assert_cmpfloat (cover, >=, 0.92);
  g_assert_cmpfloat (cover, <=, 0.98);
  g_assert_cmpfloat (median, <=, 0.2);
}

static void
test_digits (void)
{
  g_auto (Set) digits = set_digits ();

  check_set ("digits", &digits, 2, 6);
}

static void
test_banking (void)
{
  g_auto (Set) all = set_banking (64);
  g_auto (Set) some = { 0 };

  if (all.n == 0)
    {
      g_test_skip ("the shared data is absent");
      return;
    }
  some = set_first_classes (&all, 15);
  check_set ("15 intents of banking77", &some, 2, 6);
}

/* A file of numbers with a header, its last column the class. */
static void
check_file (const char *name, const char *file, guint n_splits)
{
  g_autofree char *path = test_data (file);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_auto (Set) set = { 0 };
  gsize d = 0;
  float *x = NULL;

  if (path == NULL)
    return;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  set.label = g_new (gint32, g_strv_length (lines));
  for (char **line = lines + 1; *line != NULL; line++, set.n++)
    {
      g_auto (GStrv) cells = g_strsplit (*line, ",", -1);

      d = g_strv_length (cells) - 1;
      x = x != NULL ? x : g_new (float, g_strv_length (lines) * d);
      for (gsize j = 0; j < d; j++)
        x[set.n * d + j] = (float) g_ascii_strtod (cells[j], NULL);
      set.label[set.n] = atoi (cells[d]);
      set.n_classes = MAX (set.n_classes, (guint) set.label[set.n] + 1);
    }
  set.features = ay_matrix_take_f32 (set.n, d, x);
  check_set (name, &set, n_splits, 6);
}

static void
test_cancer (void)
{
  check_file ("breast cancer", "sklearn_bundled/breast_cancer.csv", 2);
}

static void
test_wine (void)
{
  check_file ("wine", "sklearn_bundled/wine_data.csv", 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/removal-band/digits", test_digits);
  g_test_add_func ("/removal-band/banking77", test_banking);
  g_test_add_func ("/removal-band/breast-cancer", test_cancer);
  g_test_add_func ("/removal-band/wine", test_wine);
  return g_test_run ();
}
