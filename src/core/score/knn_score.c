/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The neighbour values of the registry: knn_shapley, knn_banzhaf, knn_beta, by one pass
 * (knn_values.h) for all that a run asks. */
#include "core/score/knn_values.h"
#include "core/base/words.h"
#include "core/score/noise.h"
#include "core/score/parameters.h"
#include "core/score/score_private.h"

#include "core/base/error.h"

#include <math.h>
#include <string.h>

typedef enum { SHAPLEY, BANZHAF, BETA, N_LAWS } Law;

static const char *const ids[] = { "knn_shapley", "knn_banzhaf", "knn_beta" };
static const char *const utilities[] = { "hard", "soft", "threshold", NULL };
static const char *const weights[] = { "equal", "distance", NULL };
static const char *const metrics[] = { "euclidean", "cosine", NULL };
static const char *const precisions[] = { "f32", "f64", NULL };

/* What a run asks, and the laws in the order of the pass. */
typedef struct
{
  AyKnnOptions options;
  AySemivalue laws[N_LAWS];
  guint place[N_LAWS]; /* in laws */
  double p, a, b;
} Asked;

static gboolean
read_radius (AyScoreContext *context, double *radius, GError **error)
{
  *radius = NAN;
  return g_strcmp0 (ay_score_context_get (context, "radius"), "auto") == 0
         || ay_score_parameter_number (context, "radius", radius, error);
}

static gboolean
read_nearest (AyScoreContext *context, gsize *nearest, GError **error)
{
  *nearest = 0;
  return g_strcmp0 (ay_score_context_get (context, "nearest"), "all") == 0
         || ay_score_parameter_count (context, "nearest", 1, nearest, error);
}

static gboolean
read_laws (AyScoreContext *context, Asked *self, GError **error)
{
  self->p = 0.5;
  self->a = 16.0;
  self->b = 1.0;
  if (!ay_score_parameter_number (context, "p", &self->p, error)
      || !ay_score_parameter_number (context, "a", &self->a, error)
      || !ay_score_parameter_number (context, "b", &self->b, error))
    return FALSE;
  if (self->p > 0.0 && self->p < 1.0 && self->a > 0.0 && self->b > 0.0)
    return TRUE;
  g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                       N_ ("p must be between 0 and 1, a and b above 0"));
  return FALSE;
}

static gboolean
read_asked (AyScoreContext *context, Law own, Asked *self, GError **error)
{
  AyKnnOptions options = AY_KNN_OPTIONS_INIT;
  guint utility = AY_UTILITY_HARD, weighted = 0, cosine = 0, wide = 0;
  gsize k = options.k;

  if (!ay_score_parameter_count (context, "neighbours", 1, &k, error)
      || !ay_score_parameter_choice (context, "utility", utilities, &utility, error)
      || !ay_score_parameter_choice (context, "weights", weights, &weighted, error)
      || !ay_score_parameter_choice (context, "metric", metrics, &cosine, error)
      || !ay_score_parameter_choice (context, "precision", precisions, &wide, error)
      || !read_radius (context, &options.radius, error)
      || !read_nearest (context, &options.nearest, error)
      || !read_laws (context, self, error))
    return FALSE;
  options.k = (guint) MIN (k, G_MAXINT32);
  options.utility = utility;
  options.weighted = weighted;
  options.cosine = cosine;
  options.wide = wide;
  options.seed = ay_score_context_seed (context);
  for (Law law = 0; law < N_LAWS; law++)
    if (law == own || ay_score_context_wants (context, ids[law]))
      {
        const AySemivalue of[]
            = { AY_SEMIVALUE_SHAPLEY, { self->p, 0.0, 0.0 }, { 0.0, self->b, self->a } };

        self->place[law] = options.n_laws;
        self->laws[options.n_laws++] = of[law];
      }
  options.laws = self->laws;
  self->options = options;
  return TRUE;
}

/* Everything the pass depends on. (transfer full) */
static char *
key_of (const Asked *self)
{
  const AyKnnOptions *o = &self->options;
  GString *key = g_string_new ("knn");

  g_string_append_printf (key, " %u %u %d %.17g %d %d %zu", o->utility, o->k, o->weighted,
                          o->radius, o->cosine, o->wide, o->nearest);
  for (guint k = 0; k < o->n_laws; k++)
    g_string_append_printf (key, " (%.17g %.17g %.17g)", o->laws[k].p, o->laws[k].in,
                            o->laws[k].out);
  return g_string_free (key, FALSE);
}

static const AyKnnValues *
values_of (AyScoreContext *context, const Asked *asked, AyJob *job, GError **error)
{
  g_autofree char *key = key_of (asked);
  AyKnnValues *values = ay_score_context_kept (context, key);
  const AyProblem *train = ay_score_context_train (context, error);
  const AyProblem *valid = train != NULL ? ay_score_context_target (context, error) : NULL;

  if (values != NULL || valid == NULL)
    return values;
  values = ay_knn_values_new (train, valid, &asked->options, job, error);
  if (values != NULL)
    ay_score_context_keep (context, key, values, (GDestroyNotify) ay_knn_values_free);
  return values;
}

static const char *
quantity_of (AyNearUtility utility)
{
  static const char *const texts[]
      = { "semivalue for u(S) = sum of u over the min (K, |S|) nearest of S, divided by K",
          "semivalue for u(S) = mean of u over the min (K, |S|) nearest of S; u of nothing is one "
          "by the number of classes",
          "semivalue for u(S) = mean of u over the members of S within the radius; u of nothing is "
          "one by the number of classes; rows beyond have the value 0" };

  return texts[utility];
}

static void
say_order (const Asked *asked, const AyKnnValues *values, Law law, AyScoreResult *out)
{
  const AyKnnOptions *o = &asked->options;

  ay_score_text (out, "features", o->cosine ? "standardised on train, rows scaled to length 1"
                                            : "standardised on train");
  ay_score_text (out, "distances", o->wide
                     ? "double products, ties by row"
                     : "float products, computed again in double where the nearest rows are as "
                       "good as tied; ties by row");
  if (o->utility != AY_UTILITY_THRESHOLD)
    ay_score_count (out, "rows_ordered", values->ordered);
  if (!values->to_rounding)
    {
      ay_score_text (out, "shortcut", "rows beyond the ordered ones enter by their exact share of "
                     "matches, and have the mean value of such rows");
      ay_score_number (out, "error_at_most", values->bound[asked->place[law]]);
    }
  ay_score_text (out, "exact", values->to_rounding
                     ? "for the neighbour classifier on these features, to rounding"
                     : "approximate: nearest");
}

static gboolean
say (AyScoreContext *context, const Asked *asked, const AyKnnValues *values, Law law,
     AyScoreResult *out, GError **error)
{
  const AyKnnOptions *o = &asked->options;
  const AyProblem *train = ay_score_context_train (context, NULL);
  gsize at = asked->place[law] * values->n;
  AyNoise noise = { train->rows, train->n, values->value + at, values->error + at,
                    { values->half + 2 * at, values->half + 2 * at + values->n },
                    values->n_judged };
  double sum = 0.0;

  for (gsize i = 0; i < values->n; i++)
    sum += values->value[at + i];
  ay_score_text (out, "quantity", quantity_of (o->utility));
  ay_score_text (out, "u", o->weighted
                     ? "exp (-(distance / radius)^2) for rows of the validation row's class, else 0"
                     : "1 for rows of the validation row's class, else 0");
  ay_score_count (out, "neighbours", o->k);
  if (o->weighted || o->utility == AY_UTILITY_THRESHOLD)
    ay_score_number (out, "radius", values->radius);
  ay_score_number (out, "sum_of_values", sum);
  say_order (asked, values, law, out);
  ay_score_text (out, "note", "compare ranks: 0 is no safe limit between helpful and harmful for "
                 "neighbour values, and they shrink as 1 / n");
  return ay_noise_say (&noise, context, out, error);
}

static gboolean
run_law (AyScoreContext *context, Law law, AyScoreResult *out, AyJob *job, GError **error)
{
  Asked asked;
  const AyKnnValues *values;
  const AyProblem *train;

  if (!read_asked (context, law, &asked, error))
    return FALSE;
  values = values_of (context, &asked, job, error);
  if (values == NULL)
    return FALSE;
  train = ay_score_context_train (context, error);
  out->values = ay_score_blank (ay_score_context_data (context)->n, error);
  if (out->values == NULL)
    return FALSE;
  for (gsize i = 0; i < train->n; i++)
    out->values[train->rows[i]] = values->value[asked.place[law] * values->n + i];
  out->missing_because = g_strdup (N_ ("only labelled rows of the train part have one"));
  return say (context, &asked, values, law, out, error);
}

gboolean
ay_run_knn_shapley (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  return run_law (context, SHAPLEY, out, job, error);
}

gboolean
ay_run_knn_banzhaf (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  return run_law (context, BANZHAF, out, job, error);
}

gboolean
ay_run_knn_beta (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  return run_law (context, BETA, out, job, error);
}
