/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "score/score_data.h"

#include "core/base/error.h"
#include "core/base/stats.h"
#include "core/score/score.h"

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

/* Every entry says what it is. */
static void
test_table (void)
{
  const char *const wanted[] = { "influence", "loo", "self_influence", "self_confidence",
                                 "normalized_margin", "label_issue", "knn_shapley", "knn_banzhaf",
                                 "knn_beta", "el2n", "grand", "forgetting", "aum", "confidence",
                                 "variability", "correctness", "tracin", "density", "outlier",
                                 "uniqueness", "banzhaf", "data_oob", "dvrl", "pseudo_label",
                                 "pseudo_confidence", "label_disagreement", "label_value",
                                 "redundant", "group", "outdated", "trivial" };
  guint n;
  const AyScoreMethod *methods = ay_score_methods (&n);

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_assert_nonnull (ay_score_find (wanted[i]));
  g_assert_null (ay_score_find ("no such score"));
  for (guint i = 0; i < n; i++)
    {
      const AyScoreMethod *m = &methods[i];

      g_assert_true (ay_score_find (m->id) == m);
      g_assert_cmpuint (strlen (m->title), >, 2);
      g_assert_true (g_str_has_suffix (m->sentence, "."));
      g_assert_nonnull (m->unit);
      g_assert_nonnull (m->run);
      g_assert_true (m->kind != AY_SCORE_VALUE || m->direction == AY_DIRECTION_HIGH_GOOD);
      for (const AyScoreParameter *p = m->parameters; p != NULL && p->name != NULL; p++)
        {
          g_assert_cmpuint (strlen (p->sentence), >, 10);
          g_assert_nonnull (p->fallback);
        }
    }
  g_assert_cmpstr (ay_score_kind_name (AY_SCORE_FLAG), ==, "flag");
  g_assert_cmpstr (ay_direction_name (AY_DIRECTION_LOW_GOOD), ==, "low");
}

static void
check_certificate (const AyScoreMethod *method, JsonObject *certificate)
{
  const char *const keys[] = { "method", "meaning", "seed", "parameters", "flags", "finding" };
  JsonObject *head;

  for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
    g_assert_true (json_object_has_member (certificate, keys[k]));
  g_assert_true (json_object_has_member (certificate, "head") == !method->no_head);
  g_assert_true (json_object_has_member (certificate, "fitness") == !method->no_head);
  if (method->no_head)
    return;
  head = json_object_get_object_member (certificate, "head");
  g_assert_cmpfloat (json_object_get_double_member (head, "lambda"), >, 0.0);
  g_assert_cmpfloat (json_object_get_double_member (head, "gradient_norm"), <=, 1e-8);
}

/* A value score that is judged by validation rows says how far its order can be trusted, and where
 * it has errors which rows are told from zero and the ranges of their ranks. */
static void
check_noise (const AyScoreMethod *method, const AyScoreResult *result, gsize n)
{
  gboolean judged = method->kind == AY_SCORE_VALUE && (method->needs & AY_NEEDS_VALID)
                    && !g_str_equal (method->id, "label_value");

  if (judged)
    g_assert_true (json_object_has_member (result->certificate, "split_half_rank_correlation"));
  g_assert_true ((result->told != NULL) == (result->errors != NULL));
  if (judged)
    g_assert_nonnull (result->errors);
  for (gsize i = 0; i < n && result->errors != NULL; i++)
    {
      gboolean known = !isnan (result->values[i]) && !isnan (result->errors[i]);

      g_assert_true (isnan (result->told[i]) == !known && isnan (result->rank_low[i]) == !known);
      if (known)
        g_assert_true (result->rank_low[i] >= 1.0 && result->rank_low[i] <= result->rank_high[i]
                       && result->rank_high[i] <= n);
    }
}

/* Which rows a score has a value for: all where it needs no label; label scores leave test
 * rows, spread labels go to the pool. */
static gboolean
is_judged (const AyScoreMethod *method, const AyDataset *data, gsize row)
{
  static const char *const of_labels[] = { "self_confidence", "normalized_margin", "label_issue",
                                           "confidence_weighted_entropy", NULL };

  if (method->needs == 0)
    return TRUE;
  if (g_str_equal (method->id, "label_value"))
    return data->split[row] == AY_SPLIT_POOL;
  if (g_str_has_prefix (method->id, "pseudo_") && data->split[row] == AY_SPLIT_POOL)
    return TRUE;
  return data->split[row] == AY_SPLIT_TRAIN
         || (data->split[row] == AY_SPLIT_VALID && g_strv_contains (of_labels, method->id));
}

/* Every score runs, has the values it should, and a certificate that says where they come from. */
static void
test_certificates (void)
{
  g_auto (Made) made = made_new (300, 6, 3, 1.0, 17);
  g_autoptr (AyDataset) data = dataset_of (&made, 30);
  g_autoptr (AyScoreContext) context = context_of (data);
  guint n;
  const AyScoreMethod *methods = ay_score_methods (&n);

  for (guint m = 0; m < n; m++)
    {
      g_autoptr (AyScoreResult) result = run (methods[m].id, context);
      check_certificate (&methods[m], result->certificate);
      check_noise (&methods[m], result, 300);
      for (gsize i = 0; i < 300; i++)
        {
          gboolean judged = is_judged (&methods[m], data, i);

          g_assert_true (isfinite (result->values[i]) || result->missing_because != NULL);
          if (g_str_equal (methods[m].id, "group"))
            continue;
          g_assert_true (isfinite (result->values[i]) == judged);
          if (methods[m].kind == AY_SCORE_FLAG && judged)
            g_assert_true (result->values[i] == 0.0 || result->values[i] == 1.0);
        }
    }
}

/* Label scores on left-out probabilities: a planted error stands out, margin and confidence agree
 * with their definitions on given probabilities. */
static void
test_labels (void)
{
  g_auto (Made) made = made_new (400, 6, 3, 0.7, 19);
  g_autoptr (AyDataset) data = NULL;
  g_autoptr (AyScoreContext) context = NULL;
  g_autoptr (AyScoreResult) confidence = NULL, issue = NULL, margin = NULL, own = NULL;
  gsize planted[] = { 10, 25, 50, 101, 203, 304 }; /* of all parts */
  g_autofree guint32 *order = NULL;
  g_autofree double *p = NULL;

  for (gsize k = 0; k < G_N_ELEMENTS (planted); k++)
    made.label[planted[k]] = (made.label[planted[k]] + 1) % 3;
  data = dataset_of (&made, 0);
  context = context_of (data);
  ay_score_context_set (context, "test_rows", "judge");
  confidence = run ("self_confidence", context);
  issue = run ("label_issue", context);
  own = run ("self_influence", context);
  order = ay_order (confidence->values, 400, FALSE);
  for (gsize k = 0; k < G_N_ELEMENTS (planted); k++)
    {
      gboolean first = FALSE;

      for (gsize j = 0; j < 12; j++)
        first |= order[j] == planted[k];
      g_assert_true (first);
      g_assert_cmpfloat (issue->values[planted[k]], ==, 1.0);
      if (data->split[planted[k]] == AY_SPLIT_TRAIN)
        g_assert_cmpfloat (own->values[planted[k]], >, ay_quantile (own->values, 400, 0.8));
    }
  p = g_new (double, 1200);
  for (gsize i = 0; i < 400; i++)
    {
      p[3 * i] = 0.2;
      p[3 * i + 1] = 0.5;
      p[3 * i + 2] = 0.3;
    }
  data->probabilities = ay_matrix_take_f64 (400, 3, g_steal_pointer (&p));
  margin = run ("normalized_margin", context);
  for (gsize i = 0; i < 400; i++)
    {
      const double wanted[] = { 0.5 * (0.2 - 0.5 + 1.0), 0.5 * (0.5 - 0.3 + 1.0),
                                0.5 * (0.3 - 0.5 + 1.0) };

      g_assert_cmpfloat_with_epsilon (margin->values[i], wanted[data->label[i]], 1e-15);
    }
  g_assert_false (json_object_has_member (margin->certificate, "head"));
}

/* Probabilities of folds find planted errors too; an adjusted filter and ranking agree; the ranking
 * by entropy puts what is surely right first. */
static void
test_label_parameters (void)
{
  g_auto (Made) made = made_new (400, 6, 3, 0.7, 19);
  g_autoptr (AyDataset) data = NULL;
  g_autoptr (AyScoreContext) context = NULL;
  g_autoptr (AyScoreResult) folds = NULL, entropy = NULL, adjusted = NULL, issue = NULL;
  gsize flagged = 0;
  double highest = -1.0, lowest = 2.0;

  for (gsize k = 1; k < 400; k += 40)
    made.label[k] = (made.label[k] + 1) % 3;
  data = dataset_of (&made, 0);
  context = context_of (data);
  ay_score_context_set (context, "probabilities", "folds");
  folds = run ("self_confidence", context);
  g_assert_nonnull (strstr (json_object_get_string_member (folds->certificate, "computed_by"),
                            "folds"));
  for (gsize k = 1; k < 400; k += 40)
    g_assert_cmpfloat (folds->values[k], <, 0.5);
  entropy = run ("confidence_weighted_entropy", context);
  for (gsize i = 0; i < 400; i++)
    if (folds->values[i] > 0.99)
      g_assert_cmpfloat (entropy->values[i], >, 0.9);
  ay_score_context_set (context, "adjusted", "yes");
  adjusted = run ("normalized_margin", context);
  issue = run ("label_issue", context);
  for (gsize i = 0; i < 400; i++)
    if (issue->values[i] == 1.0)
      {
        flagged++;
        highest = MAX (highest, adjusted->values[i]);
      }
    else if (issue->values[i] == 0.0)
      lowest = MIN (lowest, adjusted->values[i]);
  g_assert_cmpuint (flagged, >, 0);
  g_assert_cmpfloat (highest, <=, lowest);
}

/* What may not be asked is refused by name. */
static void
test_refusals (void)
{
  g_auto (Made) number = made_new (100, 4, 0, 1.0, 2), classes = made_new (100, 4, 2, 1.0, 2);
  g_autoptr (AyDataset) a = dataset_of (&number, 0), b = dataset_of (&classes, 0);
  g_autoptr (AyScoreContext) of_number = context_of (a), of_classes = context_of (b);
  const struct { const char *id, *parameter, *value; AyErrorCode code; } wrong[] = {
    { "label_issue", "filter", "nonsense", AY_ERROR_RANGE },
    { "label_issue", "test_rows", "maybe", AY_ERROR_RANGE },
    { "self_confidence", "adjusted", "maybe", AY_ERROR_RANGE },
    { "label_issue", "probabilities", "given", AY_ERROR_RANGE },
    { "self_confidence", "probabilities", "mine", AY_ERROR_RANGE },
    { "loo", "refit_above", "-1", AY_ERROR_RANGE },
    { "loo", "max_refits", "many", AY_ERROR_RANGE },
    { "knn_shapley", "neighbours", "0", AY_ERROR_RANGE },
    { "knn_shapley", "neighbours", "2.5", AY_ERROR_RANGE },
    { "knn_shapley", "utility", "strange", AY_ERROR_RANGE },
    { "knn_shapley", "weights", "maybe", AY_ERROR_RANGE },
    { "knn_shapley", "metric", "manhattan", AY_ERROR_RANGE },
    { "knn_shapley", "precision", "f16", AY_ERROR_RANGE },
    { "knn_shapley", "radius", "far", AY_ERROR_RANGE },
    { "knn_shapley", "nearest", "0", AY_ERROR_RANGE },
    { "knn_banzhaf", "p", "1", AY_ERROR_RANGE },
    { "knn_beta", "a", "0", AY_ERROR_RANGE },
  };
  g_autoptr (GError) error = NULL;

  g_assert_null (ay_score_run (ay_score_find ("label_issue"), of_number, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  for (gsize k = 0; k < G_N_ELEMENTS (wrong); k++)
    {
      ay_score_context_set (of_classes, wrong[k].parameter, wrong[k].value);
      g_assert_null (ay_score_run (ay_score_find (wrong[k].id), of_classes, NULL, &error));
      g_assert_true (g_error_matches (error, AY_ERROR, wrong[k].code));
      g_clear_error (&error);
      ay_score_context_set (of_classes, wrong[k].parameter, NULL);
    }
  for (gsize i = 0; i < 100; i++)
    if (b->split[i] == AY_SPLIT_VALID)
      b->split[i] = AY_SPLIT_TEST;
  {
    g_autoptr (AyScoreContext) no_valid = context_of (b);

    g_assert_null (ay_score_run (ay_score_find ("influence"), no_valid, NULL, &error));
    g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  }
}

/* A head that knows nothing makes no finding, and features said to have seen the labels neither. */
static void
test_flags (void)
{
  g_auto (Made) made = made_new (400, 10, 4, 1.0, 23);
  g_autoptr (AyDataset) data = NULL, seen = NULL;
  g_autoptr (AyScoreContext) context = NULL, of_seen = NULL;
  g_autoptr (AyScoreResult) weak = NULL, hidden = NULL;
  AyRng rng;

  seen = dataset_of (&made, 0);
  ay_rng_init (&rng, 3, 0);
  for (gsize i = 4; i < 400; i++)
    made.label[i] = ay_rng_below (&rng, 4);
  data = dataset_of (&made, 0);
  context = context_of (data);
  weak = run ("label_issue", context);
  g_assert_nonnull (ay_diagnostics_find (data->diagnostics, "weak-head"));
  g_assert_false (json_object_get_boolean_member (weak->certificate, "finding"));
  ay_diagnostics_add (seen->diagnostics, "seen-labels", "the encoder was trained on these labels");
  of_seen = context_of (seen);
  hidden = run ("label_issue", of_seen);
  g_assert_false (json_object_get_boolean_member (hidden->certificate, "finding"));
  g_assert_nonnull (ay_diagnostics_find (seen->diagnostics, "seen-labels-score"));
}

/* A third of the labels flipped on rows well apart: as good as any reference, and no judge all the
 * same. The share is found by valid first, and by the left-out rows as soon as they are there: then
 * it is that of the label score. */
static void
test_doubts (void)
{
  g_auto (Made) made = made_new (1500, 6, 3, 0.3, 29);
  g_autoptr (AyDataset) clean = dataset_of (&made, 0), data = NULL;
  g_autoptr (AyScoreContext) sound = context_of (clean), context = NULL;
  g_autoptr (AyScoreResult) effect = NULL, issue = NULL;
  const AyFitness *fitness;
  double share;
  AyRng rng;

  fitness = ay_score_context_fitness (sound, NULL, NULL);
  g_assert_cmpfloat (fitness->flagged, <, 0.05);
  g_assert_false (fitness->weak);
  ay_rng_init (&rng, 4, 0);
  for (gsize i = 0; i < 1500; i++)
    if (ay_rng_uniform (&rng) < 1.0 / 3.0)
      made.label[i] = (made.label[i] + 1 + (gint32) ay_rng_below (&rng, 2)) % 3;
  data = dataset_of (&made, 0);
  context = context_of (data);
  effect = run ("influence", context);
  fitness = ay_score_context_fitness (context, NULL, NULL);
  g_test_message ("%s", fitness->sentence);
  g_assert_cmpfloat (fitness->valid.accuracy, >, 0.8 * fitness->knn);
  g_assert_cmpuint (fitness->flagged_rows, ==, 300);
  g_assert_cmpfloat (fitness->flagged, >, 0.2);
  g_assert_true (fitness->weak);
  g_assert_nonnull (strstr (fitness->sentence, "this head is too weak to judge labels"));
  g_assert_false (json_object_get_boolean_member (effect->certificate, "finding"));

  issue = run ("label_issue", context);
  fitness = ay_score_context_fitness (context, NULL, NULL);
  share = (double) json_object_get_int_member (issue->certificate, "estimated_errors")
          / (double) json_object_get_int_member (issue->certificate, "rows_judged");
  g_assert_cmpuint (fitness->flagged_rows, ==, 1200);
  g_assert_cmpfloat (fitness->flagged, ==, share);
  g_assert_cmpfloat (fabs (share - 1.0 / 3.0), <, 0.05);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/registry/table", test_table);
  g_test_add_func ("/registry/certificates", test_certificates);
  g_test_add_func ("/registry/labels", test_labels);
  g_test_add_func ("/registry/label-parameters", test_label_parameters);
  g_test_add_func ("/registry/refusals", test_refusals);
  g_test_add_func ("/registry/flags", test_flags);
  g_test_add_func ("/registry/doubts", test_doubts);
  return g_test_run ();
}
