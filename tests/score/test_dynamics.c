/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "score/score_data.h"
#include "testdata.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/data/source.h"
#include "core/score/dynamics.h"
#include "core/score/score.h"
#include "core/score/training_log.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static AyScoreContext *
context_of (AyDataset *data)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;

  return ay_score_context_new (data, &options, NULL);
}

static AyScoreResult *
run (const char *id, AyScoreContext *context)
{
  g_autoptr (GError) error = NULL;
  AyScoreResult *result = ay_score_run (ay_score_find (id), context, NULL, &error);

  g_assert_no_error (error);
  return result;
}

/* Three epochs of two classes, worked by hand: row 0 right, wrong, right; row 1 never right; row 2
 * ties, which the first class wins; rows 3 and 4 have logits that are none, row 5 one that is
 * -inf. */
static void
test_hand (void)
{
  const gint32 label[] = { 0, 1, 1, 0, 0, 0 };
  const double l3 = log (3.0), inf = HUGE_VAL;
  const double epochs[3][12] = {
    { l3, 0.0, l3, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, -inf, 0.0 },
    { 0.0, l3, l3, 0.0, 0.0, 0.0, NAN, 0.0, 1.0, 0.0, 1.0, 0.0 },
    { l3, 0.0, l3, 0.0, 1.0, 2.0, 1.0, 0.0, 1.0, inf, 1.0, 0.0 },
  };
  g_autoptr (AyDynamics) d = ay_dynamics_new (6, 2, NULL);

  for (guint e = 0; e < 3; e++)
    {
      double z[12];

      memcpy (z, epochs[e], sizeof z);
      /* in two pieces, the second first */
      ay_dynamics_add (d, 2, 4, label + 2, z + 4);
      ay_dynamics_add (d, 0, 2, label, z);
    }
  ay_dynamics_finish (d);
  g_assert_cmpfloat_with_epsilon (d->confidence[0], (0.75 + 0.25 + 0.75) / 3.0, 1e-15);
  g_assert_cmpfloat_with_epsilon (d->variability[0], sqrt (2.0) / 6.0, 1e-15);
  g_assert_cmpfloat_with_epsilon (d->aum[0], l3 / 3.0, 1e-15);
  g_assert_cmpfloat_with_epsilon (d->el2n[0], sqrt (2.0) * (0.25 + 0.75 + 0.25) / 3.0, 1e-15);
  g_assert_cmpuint (d->correctness[0], ==, 2);
  g_assert_cmpuint (d->forgetting[0], ==, 1);
  g_assert_cmpuint (d->correctness[1], ==, 0);
  g_assert_cmpuint (d->forgetting[1], ==, 0);
  g_assert_cmpfloat_with_epsilon (d->variability[1], 0.0, 1e-15);
  g_assert_cmpuint (d->correctness[2], ==, 1);
  g_assert_true (d->state[3] & AY_DYNAMICS_BAD);
  g_assert_true (d->state[4] & AY_DYNAMICS_BAD);
  g_assert_false (d->state[5] & AY_DYNAMICS_BAD);
  g_assert_true (isinf (d->aum[5]));
  g_assert_cmpfloat_with_epsilon (d->confidence[5], 2.0 / 3.0 / (1.0 + exp (-1.0)), 1e-15);
}

/* A made data set with a log of `epochs` epochs: its logits, or the probabilities of them. */
static AyDataset *
with_log (Made *made, gsize epochs, gboolean soft)
{
  AyDataset *data = dataset_of (made, 0);
  gsize n = data->n, c = data->n_classes;
  double *z = g_new (double, epochs * n * c);
  AyRng rng;

  ay_rng_init (&rng, 5, 0);
  data->row_of_dynamics = g_new (guint32, n);
  for (gsize i = 0; i < n; i++)
    data->row_of_dynamics[i] = (guint32) i;
  for (gsize at = 0; at < epochs * n; at++)
    {
      double sum = 0.0;

      for (gsize k = 0; k < c; k++)
        {
          z[at * c + k] = ay_rng_normal (&rng) + 2.0 * (data->label[at % n] == (gint32) k);
          sum += exp (z[at * c + k]);
        }
      for (gsize k = 0; k < c && soft; k++)
        z[at * c + k] = exp (z[at * c + k]) / sum;
    }
  data->rows_of_dynamics = n;
  data->dynamics = ay_matrix_take_f64 (epochs, n * c, z);
  return data;
}

static const char *const measures[] = { "el2n", "grand", "forgetting", "aum", "confidence",
                                        "variability", "correctness" };

/* Logits or their probabilities, one thread or three: the same. Test rows are left unless asked. */
static void
test_log (void)
{
  g_auto (Made) made = made_new (700, 4, 3, 1.0, 2);
  g_autoptr (AyDataset) hard = with_log (&made, 6, FALSE), soft = with_log (&made, 6, TRUE);
  g_autoptr (AyScoreContext) one = context_of (hard), two = context_of (hard);
  g_autoptr (AyScoreContext) of_soft = context_of (soft);

  ay_score_context_set (of_soft, "test_rows", "judge");
  for (guint m = 0; m < G_N_ELEMENTS (measures); m++)
    {
      g_autoptr (AyScoreResult) a = NULL, b = NULL, c = NULL;

      ay_set_threads (1);
      a = run (measures[m], one);
      ay_set_threads (3);
      b = run (measures[m], two);
      ay_set_threads (0);
      c = run (measures[m], of_soft);
      g_assert_cmpmem (a->values, 700 * sizeof (double), b->values, 700 * sizeof (double));
      for (gsize i = 0; i < 700; i++)
        {
          g_assert_true (isnan (a->values[i]) == (hard->split[i] == AY_SPLIT_TEST));
          g_assert_true (isfinite (c->values[i]));
          if (!isnan (a->values[i]))
            g_assert_cmpfloat_with_epsilon (a->values[i], c->values[i], 1e-12);
        }
      g_assert_cmpstr (json_object_get_string_member (a->certificate, "of"), ==,
                       "your model's run");
    }
}

/* Without a log a stated run of a linear head: it learns, the same bytes twice, and says what it
 * is. */
static void
test_run (void)
{
  g_auto (Made) made = made_new (400, 5, 3, 0.6, 3);
  g_autoptr (AyDataset) data = NULL;
  g_autoptr (AyScoreContext) context = NULL, again = NULL;
  g_autoptr (AyScoreResult) confidence = NULL, repeated = NULL, right = NULL;
  double mean = 0.0;
  gsize n = 0;

  for (gsize i = 0; i < 400; i += 25)
    made.label[i] = (made.label[i] + 1) % 3; /* rows 0, 25 .. are of train */
  data = dataset_of (&made, 0);
  context = context_of (data);
  again = context_of (data);
  confidence = run ("confidence", context);
  right = run ("correctness", context);
  repeated = run ("confidence", again);
  g_assert_cmpmem (confidence->values, 400 * sizeof (double), repeated->values,
                   400 * sizeof (double));
  g_assert_cmpstr (json_object_get_string_member (confidence->certificate, "of"), ==,
                   "a linear head");
  g_assert_nonnull (strstr (json_object_get_string_member (confidence->certificate, "log"),
                            "not comparable"));
  for (gsize i = 0; i < 400; i++)
    {
      g_assert_true (isnan (confidence->values[i]) == (data->split[i] != AY_SPLIT_TRAIN));
      if (data->split[i] == AY_SPLIT_TRAIN && i % 25 != 0)
        {
          mean += confidence->values[i];
          n++;
        }
      else if (i % 25 == 0)
        g_assert_cmpfloat (confidence->values[i], <, 0.5);
    }
  g_assert_cmpfloat (mean / n, >, 0.6);
}

/* One step of size eta on one row changes the target's loss by its tracin, but for eta^2: halving
 * the step quarters the difference. */
static double
loss_after (AyDataset *data, const AyProblem *target, const float *z, gsize d, gsize row,
            double eta)
{
  g_autofree double *theta = g_new0 (double, 3 * (d + 1));
  double loss = 0.0;

  for (gsize k = 0; k < 3; k++)
    for (gsize j = 0; j <= d; j++)
      theta[k * (d + 1) + j] = -eta * (1.0 / 3.0 - (data->label[row] == (gint32) k))
                               * (j < d ? z[row * d + j] : 1.0);
  for (gsize t = 0; t < target->n; t++)
    {
      double sum = 0.0, own = 0.0;

      for (gsize k = 0; k < 3; k++)
        {
          double out = theta[k * (d + 1) + d];

          for (gsize j = 0; j < d; j++)
            out += theta[k * (d + 1) + j] * z[target->rows[t] * d + j];
          sum += exp (out);
          own = target->label[t] == (gint32) k ? out : own;
        }
      loss += (log (sum) - own) / target->n;
    }
  return loss;
}

static void
test_tracin (void)
{
  enum { N = 120, D = 4 };
  g_auto (Made) made = made_new (N, D, 3, 1.0, 4);
  g_autoptr (AyDataset) data = dataset_of (&made, 0);
  g_autoptr (AyScoreContext) context = NULL;
  g_autoptr (AyScoreResult) trace = NULL;
  g_autofree float *z = g_new (float, N * D);
  const AyProblem *target;
  AyHead *head;

  /* The log of a model at zero: all logits 0. */
  data->dynamics = ay_matrix_take_f64 (1, N * 3, g_new0 (double, N * 3));
  data->rows_of_dynamics = N;
  data->row_of_dynamics = g_new (guint32, N);
  for (gsize i = 0; i < N; i++)
    data->row_of_dynamics[i] = (guint32) i;
  context = context_of (data);
  trace = run ("tracin", context);
  target = ay_score_context_target (context, NULL);
  head = ay_score_context_head (context, NULL, NULL); /* for its scaling */
  ay_matrix_get_f32 (data->features, 0, N, z);
  for (gsize i = 0; i < N * D; i++)
    z[i] = (z[i] - head->centre[i % D]) * head->inv_scale[i % D];
  for (gsize i = 0; i < N; i += 5)
    {
      double off[2];

      for (guint k = 0; k < 2; k++)
        {
          double eta = k == 0 ? 1e-3 : 5e-4;
          double fall = loss_after (data, target, z, D, i, 0.0)
                        - loss_after (data, target, z, D, i, eta);

          off[k] = fabs (fall - eta * trace->values[i]);
          g_assert_cmpfloat (off[k], <, 30.0 * eta * eta);
        }
      g_assert_cmpfloat (off[1], <, 0.3 * off[0] + 1e-12);
    }
}

/* A folder with a file an epoch: NPY by row and JSON lines by guid say the same as the log. */
static void
test_folder (void)
{
  g_auto (Made) made = made_new (60, 3, 3, 1.0, 6);
  g_autoptr (AyDataset) data = with_log (&made, 12, FALSE);
  g_autoptr (AyScoreContext) context = context_of (data);
  g_autoptr (AyScoreResult) given = run ("aum", context), read = NULL;
  g_autofree char *folder = g_dir_make_tmp ("assay-log-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;

  for (guint e = 0; e < 12; e++) /* "10" comes after "9" */
    {
      g_autofree char *name = g_strdup_printf ("dynamics_epoch_%u.jsonl", e);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GString) text = g_string_new (NULL);

      for (gsize i = 60; i-- > 0;)
        g_string_append_printf (text, "{\"guid\": %zu, \"logits_epoch_%u\": [%.17g, %.17g, %.17g], "
                                "\"gold\": %d}\n", i, e,
                                ay_matrix_value (data->dynamics, e, 3 * i),
                                ay_matrix_value (data->dynamics, e, 3 * i + 1),
                                ay_matrix_value (data->dynamics, e, 3 * i + 2), data->label[i]);
      g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
    }
  ay_score_context_set (context, "logits", folder);
  read = run ("aum", context);
  g_assert_cmpmem (given->values, 60 * sizeof (double), read->values, 60 * sizeof (double));
  for (guint e = 0; e < 12; e++)
    {
      g_autofree char *name = g_strdup_printf ("dynamics_epoch_%u.jsonl", e);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  ay_score_context_set (context, "logits", "no/such/folder");
  g_assert_null (ay_score_run (ay_score_find ("aum"), context, NULL, &error));
  g_assert_nonnull (error);
  g_rmdir (folder);
}

/* Real logs: ten epochs of a network on the MNIST test set, and the published sample of dataset
 * cartography. */
static void
test_mnist (void)
{
  g_autofree char *npz = test_data ("mnist_training_dynamics_DERIVED/logits_f16.npz"), *csv = NULL;
  g_autofree char *csv_path = NULL, *folder = NULL;
  g_auto (Made) made = made_new (10000, 1, 10, 1.0, 1);
  g_autoptr (AySource) source = NULL;
  g_autoptr (AyDataset) data = NULL;
  g_autoptr (AyScoreContext) context = NULL;
  AyScoreResult *results[7];
  AySourceOptions options = AY_SOURCE_OPTIONS_INIT;
  char **lines;

  if (npz == NULL)
    return;
  csv_path = test_data ("mnist_training_dynamics_DERIVED/expected_per_sample.csv");
  source = ay_source_open (npz, &options, NULL, NULL, NULL);
  g_assert_true (g_file_get_contents (csv_path, &csv, NULL, NULL));
  lines = g_strsplit (csv, "\n", -1);
  for (gsize i = 0; i < 10000; i++)
    made.label[i] = atoi (strchr (lines[i + 1], ',') + 1);
  data = dataset_of (&made, 0);
  data->dynamics = ay_matrix_ref (ay_source_array (source, "logits", NULL));
  data->rows_of_dynamics = 10000;
  data->row_of_dynamics = g_new (guint32, 10000);
  for (gsize i = 0; i < 10000; i++)
    data->row_of_dynamics[i] = (guint32) i;
  context = context_of (data);
  ay_score_context_set (context, "test_rows", "judge");
  for (guint m = 0; m < 7; m++)
    results[m] = run (measures[m], context);
  for (gsize i = 0; i < 10000; i++)
    {
      double confidence, variability, aum;
      int index, label, correctness, forgetting, learned;

      g_assert_cmpint (sscanf (lines[i + 1], "%d,%d,%lf,%lf,%d,%lf,%d,%d", &index, &label,
                               &confidence, &variability, &correctness, &aum, &forgetting,
                               &learned), ==, 8);
      g_assert_cmpfloat_with_epsilon (results[4]->values[i], confidence, 1e-6);
      g_assert_cmpfloat_with_epsilon (results[5]->values[i], variability, 1e-6);
      g_assert_cmpfloat_with_epsilon (results[3]->values[i], aum, 1e-6);
      g_assert_cmpfloat (results[6]->values[i], ==, correctness);
      g_assert_cmpfloat (results[2]->values[i], ==, forgetting);
    }
  folder = test_data ("mnist_training_dynamics_DERIVED/cartography_jsonl_first2000");
  ay_score_context_set (context, "logits", folder);
  {
    g_autoptr (AyScoreResult) part = run ("aum", context);

    for (gsize i = 0; i < 10000; i++)
      if (i < 2000)
        g_assert_cmpfloat_with_epsilon (part->values[i], results[3]->values[i], 1e-3);
      else
        g_assert_true (isnan (part->values[i]));
  }
  for (guint m = 0; m < 7; m++)
    ay_score_result_free (results[m]);
  g_strfreev (lines);
}

static void
test_cartography (void)
{
  g_autofree char *folder = test_data ("winogrande_datamap/sample_training_dynamics");
  g_auto (Made) made = made_new (10, 1, 3, 1.0, 1);
  g_autoptr (AyDataset) data = NULL;
  g_autoptr (AyScoreContext) context = NULL;
  g_autoptr (AyScoreResult) confidence = NULL;
  g_autofree char *first = NULL, *text = NULL;
  char **lines;

  if (folder == NULL)
    return;
  first = g_build_filename (folder, "dynamics_epoch_0.jsonl", NULL);
  g_assert_true (g_file_get_contents (first, &text, NULL, NULL));
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 10);
  data = dataset_of (&made, 0);
  {
    double *id = g_new (double, 10);

    for (gsize i = 0; i < 10; i++)
      {
        id[i] = strtod (strstr (lines[i], "\"guid\":") + 7, NULL);
        data->label[i] = atoi (strstr (lines[i], "\"gold\":") + 7);
      }
    ay_column_unref (data->id);
    data->id = ay_column_take_number ("id", 10, id, TRUE);
  }
  context = context_of (data);
  ay_score_context_set (context, "logits", folder);
  ay_score_context_set (context, "test_rows", "judge");
  confidence = run ("confidence", context);
  g_assert_cmpint (json_object_get_int_member (confidence->certificate, "epochs"), ==, 5);
  /* each file of the sample has rows of its own: these stand in the first alone */
  g_assert_cmpint (json_object_get_int_member (confidence->certificate, "rows_of_fewer_epochs"),
                   ==, 10);
  for (gsize i = 0; i < 10; i++)
    {
      g_assert_cmpfloat (confidence->values[i], >, 0.0);
      g_assert_cmpfloat (confidence->values[i], <, 1.0);
    }
  g_strfreev (lines);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dynamics/hand", test_hand);
  g_test_add_func ("/dynamics/log", test_log);
  g_test_add_func ("/dynamics/run", test_run);
  g_test_add_func ("/dynamics/tracin", test_tracin);
  g_test_add_func ("/dynamics/folder", test_folder);
  g_test_add_func ("/dynamics/mnist", test_mnist);
  g_test_add_func ("/dynamics/cartography", test_cartography);
  return g_test_run ();
}
