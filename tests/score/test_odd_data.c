/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every score of the registry on data that break naive ones: each row has a finite value, or is
 * missing and the score says why, or the whole score is refused in one line. Missing is never 0:
 * rows that no value can be of stay missing. */
#include "score/score_data.h"

#include "core/base/error.h"
#include "core/score/score.h"

#include <string.h>

#define N 100
#define D 4

typedef enum { PLAIN, CONSTANT, DUPLICATED, LONELY, WIDE, UNSEEN, N_KINDS } Kind;

static const char *const kind_names[]
    = { "plain", "constant features", "duplicated rows", "classes of one row", "fewer rows than "
        "features", "a class in validation only" };

/* Features of a kind over those that were made. */
static AyMatrix *
features_of (Kind kind, const AyMatrix *made)
{
  gsize n = ay_matrix_rows (made), d = ay_matrix_cols (made);
  float *x = g_new (float, n * d);

  ay_matrix_get_f32 (made, 0, n, x);
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < d; j++)
      {
        if (kind == CONSTANT)
          x[i * d + j] = 3.0f;
        if (kind == DUPLICATED)
          x[i * d + j] = x[(i % 7) * d + j];
      }
  return ay_matrix_take_f32 (n, d, x);
}

static AyDataset *
odd_data (Kind kind)
{
  g_auto (Made) made = made_new (kind == WIDE ? 40 : N, kind == WIDE ? 60 : D, 3, 0.5, 31);
  gsize n = made.problem.n;
  AyDataset *data;

  for (gsize i = 0; i < n && kind == LONELY; i++)
    made.label[i] = i == 0 ? 2 : i % 2; /* row 0 is in train */
  data = dataset_of (&made, 5);
  for (gsize i = 0; i < n && kind == UNSEEN; i++)
    if (data->label[i] == 2 && data->split[i] != AY_SPLIT_VALID)
      data->label[i] = 0;
  ay_matrix_unref (data->features);
  data->features = features_of (kind, made.features);
  return data;
}

static void
check_finite (JsonObject *object, const char *id, const char *on)
{
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *l = members; l != NULL; l = l->next)
    {
      JsonNode *node = json_object_get_member (object, l->data);

      if (JSON_NODE_HOLDS_OBJECT (node))
        check_finite (json_node_get_object (node), id, on);
      else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_DOUBLE
               && !isfinite (json_node_get_double (node)))
        g_error ("%s on %s: %s of the certificate is no number", id, on, (char *) l->data);
    }
}

/* Scores that are of the features alone, or spread to the pool, have values outside train. */
static gboolean
only_of_train (const AyScoreMethod *method)
{
  return method->kind == AY_SCORE_VALUE && !g_str_equal (method->id, "label_value");
}

static void
check_values (const AyScoreMethod *method, const AyDataset *data, const AyScoreResult *result,
              const char *on)
{
  gsize n_missing = 0;

  for (gsize i = 0; i < data->n; i++)
    {
      if (isinf (result->values[i]))
        g_error ("%s on %s: row %zu is infinite", method->id, on, i);
      n_missing += isnan (result->values[i]);
      if (only_of_train (method) && data->split[i] != AY_SPLIT_TRAIN
          && !isnan (result->values[i]))
        g_error ("%s on %s: row %zu of another part has the value %g", method->id, on, i,
                 result->values[i]);
      if (result->errors != NULL && (isinf (result->errors[i]) || result->errors[i] < 0.0))
        g_error ("%s on %s: row %zu has the error %g", method->id, on, i, result->errors[i]);
    }
  if (n_missing > 0 && (result->missing_because == NULL || *result->missing_because == '\0'))
    g_error ("%s on %s: %zu rows are missing without a reason", method->id, on, n_missing);
}

static void
test_kind (gconstpointer of)
{
  Kind kind = GPOINTER_TO_UINT (of);
  g_autoptr (AyDataset) data = odd_data (kind);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  guint n, n_refused = 0;
  const AyScoreMethod *methods = ay_score_methods (&n);

  for (guint m = 0; m < n; m++)
    {
      g_autoptr (AyScoreContext) context = ay_score_context_new (data, &options, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (AyScoreResult) result = NULL;

      ay_score_context_set (context, "models", "12");
      ay_score_context_set (context, "iterations", "10");
      ay_score_context_set (context, "repeats", "2");
      ay_score_context_set (context, "shuffles", "20");
      ay_score_context_set (context, "windows", "2");
      result = ay_score_run (&methods[m], context, NULL, &error);
      if (result == NULL)
        {
          g_assert_nonnull (error);
          g_assert_true (error->domain == AY_ERROR);
          g_assert_null (strchr (error->message, '\n'));
          g_test_message ("%s: %s", methods[m].id, error->message);
          n_refused++;
          continue;
        }
      check_values (&methods[m], data, result, kind_names[kind]);
      check_finite (result->certificate, methods[m].id, kind_names[kind]);
    }
  g_assert_cmpuint (n_refused, <=, kind == PLAIN ? 0 : 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (Kind kind = PLAIN; kind < N_KINDS; kind++)
    {
      g_autofree char *path = g_strdup_printf ("/odd-data/%s", kind_names[kind]);

      g_test_add_data_func (path, GUINT_TO_POINTER (kind), test_kind);
    }
  return g_test_run ();
}
