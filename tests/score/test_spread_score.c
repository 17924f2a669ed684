/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "score/score_data.h"

#include "core/base/error.h"
#include "core/base/stats.h"
#include "core/score/score.h"

#include <math.h>
#include <string.h>

static AyScoreResult *
run (const char *id, AyScoreContext *context)
{
  g_autoptr (GError) error = NULL;
  AyScoreResult *result = ay_score_run (ay_score_find (id), context, NULL, &error);

  g_assert_no_error (error);
  return result;
}

/* Loss on the target of a head trained with one more row, of this class and a small weight. */
static double
loss_with (AyScoreContext *context, guint32 row, gint32 label, double weight)
{
  const AyProblem *train = ay_score_context_train (context, NULL);
  AyProblem more = *train;
  g_autofree guint32 *rows = g_new (guint32, train->n + 1);
  g_autofree gint32 *labels = g_new (gint32, train->n + 1);
  g_autofree double *weights = g_new (double, train->n + 1);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyHead) head = NULL;
  g_autoptr (GError) error = NULL;
  AyFit fit;

  memcpy (rows, train->rows, train->n * sizeof (guint32));
  memcpy (labels, train->label, train->n * sizeof (gint32));
  memcpy (weights, train->weight, train->n * sizeof (double));
  rows[train->n] = row; /* the pool's rows are the last */
  labels[train->n] = label;
  weights[train->n] = weight;
  more.rows = rows;
  more.label = labels;
  more.weight = weights;
  more.n = train->n + 1;
  options.tolerance = 1e-12;
  head = ay_head_fit (&more, &options, ay_score_context_head (context, NULL, NULL), NULL, &error);
  g_assert_no_error (error);
  g_assert_true (ay_head_evaluate (head, ay_score_context_target (context, NULL), &fit, NULL,
                                   NULL));
  return fit.loss;
}

/* The worth of a label is the slope of the refitted loss along the row's weight. */
static void
test_worth (void)
{
  const double small = 1e-3;
  g_auto (Made) made = made_new (200, 4, 2, 1.0, 5);
  g_autoptr (AyDataset) data = dataset_of (&made, 40);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyScoreContext) context = NULL;
  g_autoptr (AyScoreResult) worth = NULL, label = NULL, sure = NULL;

  options.lambda_mean = 1e-2;
  context = ay_score_context_new (data, &options, NULL);
  worth = run ("label_value", context);
  label = run ("pseudo_label", context);
  sure = run ("pseudo_confidence", context);
  for (guint32 i = 160; i < 200; i += 9)
    {
      gint32 y = (gint32) label->values[i];
      double q = sure->values[i], slope = 0.0;

      for (int side = -1; side <= 1; side += 2)
        slope -= side / small
                 * (q * loss_with (context, i, y, small * (1.0 + 0.5 * side))
                    + (1.0 - q) * loss_with (context, i, 1 - y, small * (1.0 + 0.5 * side)));
      g_assert_cmpfloat_with_epsilon (worth->values[i], slope,
                                      0.02 * fabs (worth->values[i]) + 1e-5);
    }
}

/* Rows of the pool get their class back, flipped labels stand out, and the distilled head is
 * reported beside the plain one; numbers that are class names are kept. */
static void
test_labels (void)
{
  g_auto (Made) made = made_new (600, 4, 3, 0.3, 9);
  g_autofree gint32 *truth = g_memdup2 (made.label, 600 * sizeof (gint32));
  g_autofree guint8 *flipped = g_new0 (guint8, 600);
  g_autofree double *doubt = g_new (double, 600);
  g_autofree guint8 *marks = g_new0 (guint8, 600);
  g_autoptr (AyDataset) data = NULL;
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyScoreContext) context = NULL;
  g_autoptr (AyScoreResult) label = NULL, against = NULL;
  gsize right = 0, n = 0;

  for (gsize i = 0; i < 300; i += 15)
    {
      flipped[i] = 1;
      made.label[i] = (made.label[i] + 1) % 3;
    }
  data = dataset_of (&made, 300);
  for (guint c = 0; c < 3; c++)
    {
      g_free (data->class_names[c]);
      data->class_names[c] = g_strdup_printf ("%u", 10 * c);
    }
  context = ay_score_context_new (data, &options, NULL);
  label = run ("pseudo_label", context);
  against = run ("label_disagreement", context);
  for (gsize i = 0; i < 600; i++)
    {
      gboolean train = data->split[i] == AY_SPLIT_TRAIN;

      g_assert_true (isnan (against->values[i]) == !train);
      if (data->split[i] == AY_SPLIT_POOL)
        right += label->values[i] == 10.0 * truth[i];
      if (!train)
        continue;
      marks[n] = flipped[i];
      doubt[n++] = against->values[i];
    }
  g_assert_cmpuint (right, >=, 250);
  g_assert_cmpfloat (ay_auroc (doubt, marks, n), >, 0.9);
  g_assert_true (json_object_has_member (label->certificate, "distilled"));
}

/* No pool, one class, a single label: a value, or missing with its reason. */
static void
test_corners (void)
{
  static const char *const ids[]
      = { "pseudo_label", "pseudo_confidence", "label_disagreement", "label_value" };
  g_auto (Made) made = made_new (60, 3, 2, 1.0, 5);
  g_autoptr (AyDataset) full = dataset_of (&made, 0), bare = dataset_of (&made, 60);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyScoreContext) all = ay_score_context_new (full, &options, NULL);
  g_autoptr (AyScoreContext) none = ay_score_context_new (bare, &options, NULL), one = NULL;
  g_autoptr (AyScoreResult) worth = run ("label_value", all), single = NULL, against = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < 60; i++)
    g_assert_true (isnan (worth->values[i]));
  g_assert_nonnull (worth->missing_because);
  for (gsize k = 0; k < 4; k++)
    {
      g_assert_null (ay_score_run (ay_score_find (ids[k]), none, NULL, &error));
      g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
      g_clear_error (&error);
    }
  bare->split[0] = AY_SPLIT_TRAIN;
  bare->label[0] = 1;
  one = ay_score_context_new (bare, &options, NULL);
  single = run ("pseudo_label", one);
  against = run ("label_disagreement", one);
  g_assert_true (isnan (single->values[0]) && isnan (against->values[0]));
  g_assert_cmpfloat (single->values[59], ==, 1.0);
  ay_score_context_set (one, "alpha", "1");
  g_assert_null (ay_score_run (ay_score_find ("pseudo_label"), one, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spread-score/worth", test_worth);
  g_test_add_func ("/spread-score/labels", test_labels);
  g_test_add_func ("/spread-score/corners", test_corners);
  return g_test_run ();
}
