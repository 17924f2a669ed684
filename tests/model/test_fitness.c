/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model_data.h"

#include "core/model/fitness.h"
#include "core/model/nearest.h"
#include "core/model/standardise.h"

#include <math.h>
#include <string.h>

/* A data set of made rows, every fourth for validation; probabilities of the given quality:
 * right for `known` of 100 rows. */
static AyDataset *
data_of (const Made *made, int known)
{
  AyDataset *data = g_new0 (AyDataset, 1);
  gsize n = made->problem.n;
  guint n_classes = made->problem.n_classes;

  g_atomic_ref_count_init (&data->ref);
  data->n = n;
  data->features = ay_matrix_ref (made->features);
  data->n_classes = n_classes;
  data->split = g_new (guint8, n);
  for (gsize i = 0; i < n; i++)
    data->split[i] = i % 4 == 3 ? AY_SPLIT_VALID : AY_SPLIT_TRAIN;
  if (n_classes > 0)
    data->label = g_memdup2 (made->label, n * sizeof (gint32));
  else
    data->target = g_memdup2 (made->target, n * sizeof (double));
  if (known >= 0)
    {
      double *p = g_new0 (double, n * n_classes);

      for (gsize i = 0; i < n; i++)
        p[i * n_classes + (made->label[i] + ((int) (i / 4 % 100) >= known)) % n_classes] = 1.0;
      data->probabilities = ay_matrix_take_f64 (n, n_classes, p);
    }
  return data;
}

static AyHead *
fit (const AyDataset *data, double lambda_mean)
{
  g_autoptr (AyOwnedProblem) train = ay_problem_of_split (data, AY_SPLIT_TRAIN);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyHead *head;

  options.lambda_mean = lambda_mean;
  head = ay_head_fit (&train->problem, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  return head;
}

static AyFitness *
fitness (const AyDataset *data, const AyHead *head)
{
  g_autoptr (GError) error = NULL;
  AyFitness *self = ay_fitness_new (data, head, NULL, NULL, &error);

  g_assert_no_error (error);
  g_test_message ("%s", self->sentence);
  return self;
}

/* Votes of the k nearest of two classes by looking at every pair, in double. */
static double
votes_by_pairs (const AyProblem *train, const AyProblem *on, const AyHead *head, gsize k)
{
  gsize d = head->d, right = 0;
  g_autofree float *a = g_new (float, d), *b = g_new (float, d);
  g_autofree double *distance = g_new (double, train->n);

  for (gsize i = 0; i < on->n; i++)
    {
      guint votes[2] = { 0 };

      ay_standardise_block (on->features, on->rows + i, 1, head->centre, head->inv_scale, a);
      for (gsize j = 0; j < train->n; j++)
        {
          ay_standardise_block (train->features, train->rows + j, 1, head->centre,
                                head->inv_scale, b);
          distance[j] = 0.0;
          for (gsize l = 0; l < d; l++)
            distance[j] += ((double) a[l] - b[l]) * ((double) a[l] - b[l]);
        }
      for (gsize m = 0; m < k; m++)
        {
          gsize best = 0;

          for (gsize j = 1; j < train->n; j++)
            if (distance[j] < distance[best])
              best = j;
          distance[best] = INFINITY;
          votes[train->label[best]]++;
        }
      right += (votes[1] > votes[0]) == on->label[i];
    }
  return (double) right / on->n;
}

static void
test_nearest_by_pairs (void)
{
  g_auto (Made) made = made_new (400, 9, 2, 1.5, 3);
  g_autoptr (AyDataset) data = data_of (&made, -1);
  g_autoptr (AyHead) head = fit (data, 1e-3);
  g_autoptr (AyOwnedProblem) train = ay_problem_of_split (data, AY_SPLIT_TRAIN);
  g_autoptr (AyOwnedProblem) valid = ay_problem_of_split (data, AY_SPLIT_VALID);

  for (guint k = 1; k <= 15; k += 14) /* odd: two classes never tie */
    {
      AyNearestOptions options = AY_NEAREST_OPTIONS_INIT;
      AyNearest nearest;

      options.k = k;
      g_assert_true (ay_nearest_judge (&train->problem, &valid->problem, head, &options, &nearest,
                                       NULL, NULL));
      g_assert_cmpuint (nearest.n_queries, ==, 100);
      g_assert_cmpuint (nearest.n_rows, ==, 300);
      g_assert_cmpfloat (fabs (nearest.accuracy
                               - votes_by_pairs (&train->problem, &valid->problem, head, k)), <,
                         1e-12);
    }
}

/* A sample is asked where there are more rows than allowed, the same one every time. */
static void
test_nearest_sample (void)
{
  g_auto (Made) made = made_new (3000, 9, 3, 1.5, 4);
  g_autoptr (AyDataset) data = data_of (&made, -1);
  g_autoptr (AyHead) head = fit (data, 1e-3);
  g_autoptr (AyOwnedProblem) train = ay_problem_of_split (data, AY_SPLIT_TRAIN);
  g_autoptr (AyOwnedProblem) valid = ay_problem_of_split (data, AY_SPLIT_VALID);
  AyNearestOptions options = AY_NEAREST_OPTIONS_INIT;
  AyNearest all, some, again;

  g_assert_true (ay_nearest_judge (&train->problem, &valid->problem, head, &options, &all, NULL,
                                   NULL));
  options.max_queries = 200;
  options.max_rows = 500;
  g_assert_true (ay_nearest_judge (&train->problem, &valid->problem, head, &options, &some, NULL,
                                   NULL));
  g_assert_true (ay_nearest_judge (&train->problem, &valid->problem, head, &options, &again, NULL,
                                   NULL));
  g_assert_cmpuint (some.n_queries, ==, 200);
  g_assert_cmpuint (some.n_rows, ==, 500);
  g_assert_true (some.accuracy == again.accuracy);
  g_assert_cmpfloat (fabs (some.accuracy - all.accuracy), <, 0.15);
}

static void
test_good_head (void)
{
  g_auto (Made) made = made_new (1200, 10, 4, 1.0, 5);
  g_autoptr (AyDataset) data = data_of (&made, 90);
  g_autoptr (AyHead) head = fit (data, 1e-2);
  g_autoptr (AyFitness) self = fitness (data, head);

  g_assert_false (self->weak);
  g_assert_false (self->may_have_seen);
  g_assert_cmpuint (self->valid.n, ==, 300);
  g_assert_cmpfloat (self->baseline, <, 0.4);
  g_assert_cmpfloat (self->knn, >, 0.8);
  g_assert_cmpfloat (fabs (self->reference - 0.9), <, 1e-12);
  g_assert_null (strstr (self->sentence, "too weak"));
  g_assert_nonnull (strstr (self->sentence, "300 validation rows"));
  g_assert_nonnull (strstr (self->sentence, "the given predictions 90.0 %"));
}

/* Two classes that a circle parts: a plane cannot, neighbours can. */
static void
test_weak_head (void)
{
  gsize n = 1200, d = 2;
  g_auto (Made) made = made_new (n, d, 2, 1.0, 6);
  float *x = g_new (float, n * d);
  AyRng rng;

  ay_rng_init (&rng, 1, 1);
  for (gsize i = 0; i < n; i++)
    {
      x[2 * i] = ay_rng_normal (&rng);
      x[2 * i + 1] = ay_rng_normal (&rng);
      made.label[i] = hypot (x[2 * i], x[2 * i + 1]) > 1.17;
    }
  ay_matrix_unref (made.features);
  made.features = ay_matrix_take_f32 (n, d, x);
  {
    g_autoptr (AyDataset) data = data_of (&made, -1);
    g_autoptr (AyHead) head = fit (data, 1e-3);
    g_autoptr (AyFitness) self = fitness (data, head);

    g_assert_true (self->weak);
    g_assert_true (isnan (self->reference));
    g_assert_cmpfloat (self->knn, >, 0.9);
    g_assert_nonnull (strstr (self->sentence, "too weak to judge labels"));
  }
}

/* Labels at random and more features than rows: fitted by heart, worth nothing outside. */
static void
test_seen_labels (void)
{
  g_auto (Made) made = made_new (240, 300, 2, 1.0, 7);
  AyRng rng;

  ay_rng_init (&rng, 2, 2);
  for (gsize i = 2; i < 240; i++)
    made.label[i] = ay_rng_below (&rng, 2);
  {
    g_autoptr (AyDataset) data = data_of (&made, -1);
    g_autoptr (AyHead) head = fit (data, 1e-3);
    g_autoptr (AyFitness) self = fitness (data, head);

    g_assert_true (self->may_have_seen);
    g_assert_cmpfloat (self->train.accuracy, >, 0.99);
    g_assert_nonnull (strstr (self->sentence, "may have seen the labels"));
  }
}

static void
test_ridge (void)
{
  g_auto (Made) made = made_new (800, 6, 0, 1.0, 8);
  g_autoptr (AyDataset) data = data_of (&made, -1);
  g_autoptr (AyHead) head = fit (data, 1e-3);
  g_autoptr (AyFitness) self = fitness (data, head);

  g_assert_false (self->weak);
  g_assert_cmpfloat (self->baseline, ==, 0.0);
  g_assert_cmpfloat (self->knn, >, 0.2);
  g_assert_cmpfloat (self->valid.accuracy, >, self->knn);
  g_assert_nonnull (strstr (self->sentence, "R2"));
  g_assert_false (self->too_good);
}

/* A target that is the sum of two features: it is asked whether it is made of them. */
static void
test_too_good (void)
{
  static const char *const names[] = { "mon", "casual", "tue", "registered", "wed", "thu", NULL };
  g_auto (Made) made = made_new (800, 6, 0, 1.0, 8);

  for (guint named = 0; named < 2; named++)
    {
      g_autoptr (AyDataset) data = data_of (&made, -1);
      float x[6];

      if (named)
        data->feature_names = g_strdupv ((char **) names);
      for (gsize i = 0; i < data->n; i++)
        {
          ay_matrix_get_f32 (data->features, i, 1, x);
          data->target[i] = 2.0 * x[1] + x[3] + 1e-3 * x[5];
        }
      {
        g_autoptr (AyHead) head = fit (data, 1e-6);
        g_autoptr (AyFitness) self = fitness (data, head);

        g_assert_true (self->too_good);
        g_assert_nonnull (strstr (self->sentence,
                                  named ? "most of it by \"casual\", \"registered\": is the target"
                                        : "all but exactly: is the target"));
      }
    }
}

static void
test_no_validation (void)
{
  g_auto (Made) made = made_new (100, 4, 2, 1.0, 9);
  g_autoptr (AyDataset) data = data_of (&made, -1);

  memset (data->split, AY_SPLIT_TRAIN, 100);
  {
    g_autoptr (AyHead) head = fit (data, 1e-3);
    g_autoptr (AyFitness) self = fitness (data, head);

    g_assert_true (isnan (self->knn));
    g_assert_false (self->weak);
    g_assert_false (self->may_have_seen);
    g_assert_nonnull (strstr (self->sentence, "no validation rows"));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fitness/nearest/by-pairs", test_nearest_by_pairs);
  g_test_add_func ("/fitness/nearest/sample", test_nearest_sample);
  g_test_add_func ("/fitness/good-head", test_good_head);
  g_test_add_func ("/fitness/weak-head", test_weak_head);
  g_test_add_func ("/fitness/seen-labels", test_seen_labels);
  g_test_add_func ("/fitness/ridge", test_ridge);
  g_test_add_func ("/fitness/too-good", test_too_good);
  g_test_add_func ("/fitness/no-validation", test_no_validation);
  return g_test_run ();
}
