/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The retention curve and the minimal set.
 *
 * * A point keeps the first of a ranking, the best row of every class among them, so that no
 * class is lost; the others weigh nothing, and the head is refitted from the full one with lambda
 * (sum form), centre, scale and class list held. Random sets of the same size are refitted
 * likewise; bands are Student's t over the draws. The minimal set is the smallest point whose
 * accuracy on valid is within half a point of that of all rows; what is said of it is what a
 * what-if of the rows that go says. Cost: (points) x (repeats + 1) refits; to choose a ranking
 * one more refit each. */
#include "core/work/retention_private.h"

#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/work/job_memory.h"

#include <math.h>
#include <string.h>

#define FIRST_STREAM 60
#define CHOSEN_AT 0.3
#define NO_WORSE 0.005
#define TOLERANCE 1e-6

static const double shares[] = { 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9, 1.0 };
#define N_POINTS G_N_ELEMENTS (shares)

typedef struct
{
  AyWork *work;
  const AyProblem *train, *valid;
  AyOwnedProblem *test; /* (nullable) */
  AyHead *head;
  AyRetention *out;
  guint n_refits;
  double gradient_norm;  /* the largest of the refits' */
  AyJob *job;
} Retain;

void
ay_retention_free (AyRetention *self)
{
  if (self == NULL)
    return;
  g_free (self->score);
  g_free (self->points);
  g_clear_pointer (&self->minimal_rows, ay_bitset_free);
  g_free (self->minimal_sentence);
  g_clear_pointer (&self->certificate, json_object_unref);
  g_free (self);
}

/* Brings the first row of every class to the front; the order within and after stays. */
static void
classes_first (const AyProblem *train, guint32 *order)
{
  g_autofree guint8 *seen = g_new0 (guint8, train->n_classes + 1);
  g_autofree guint32 *rest = g_new (guint32, MAX (train->n, 1));
  gsize front = 0, back = 0;

  for (gsize k = 0; k < train->n && train->n_classes > 0; k++)
    {
      gint32 class = train->label[order[k]];

      if (seen[class])
        rest[back++] = order[k];
      else
        order[front++] = order[k];
      seen[class] = 1;
    }
  memcpy (order + front, rest, back * sizeof *rest);
}

/* A head fitted to the first n of an order; its accuracies. */
static gboolean
refit (Retain *self, const guint32 *order, gsize n, double *valid, double *test,
       GError **error)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyProblem kept = *self->train;
  g_autofree double *weight = g_new0 (double, MAX (kept.n, 1));
  g_autoptr (AyHead) head = NULL;
  AyFit fit;

  for (gsize k = 0; k < n; k++)
    weight[order[k]] = ay_problem_weight (&kept, order[k]);
  kept.weight = weight;
  options.tolerance = TOLERANCE;
  head = ay_head_fit (&kept, &options, self->head, self->job, error);
  if (head == NULL)
    return FALSE;
  self->n_refits++;
  self->gradient_norm = MAX (self->gradient_norm, head->gradient_norm);
  if (valid != NULL)
    {
      if (!ay_head_evaluate (head, self->valid, &fit, self->job, error))
        return FALSE;
      *valid = fit.accuracy;
    }
  if (test != NULL && self->test != NULL)
    {
      if (!ay_head_evaluate (head, &self->test->problem, &fit, self->job, error))
        return FALSE;
      *test = fit.accuracy;
    }
  return TRUE;
}

static gsize
kept_at (const Retain *self, double share)
{
  gsize n = (gsize) floor (share * (double) self->train->n + 0.5);

  return CLAMP (n, MIN (self->train->n, MAX (self->train->n_classes, 1)), self->train->n);
}

/* --- the ranking --- */

/* (transfer full) (nullable): positions by the score, rows without a value last. */
static guint32 *
rank (const Retain *self, const char *id, gboolean low_first, GError **error)
{
  g_autofree double *values = ay_work_score_values (self->work, id, error);
  g_autofree double *mine = g_new (double, MAX (self->train->n, 1));
  guint32 *order;

  if (values == NULL)
    return NULL;
  for (gsize i = 0; i < self->train->n; i++)
    mine[i] = values[self->train->rows[i]];
  order = ay_order (mine, self->train->n, !low_first);
  classes_first (self->train, order);
  return order;
}

/* Tries one score one way; keeps it where valid likes it best. */
static gboolean
try_score (Retain *self, const char *id, gboolean low_first, double *best, GError **error)
{
  g_autofree guint32 *order = rank (self, id, low_first, error);
  double valid;

  if (order == NULL
      || !refit (self, order, kept_at (self, CHOSEN_AT), &valid, NULL, error))
    return FALSE;
  if (!(valid > *best))
    return TRUE;
  *best = valid;
  g_free (self->out->score);
  self->out->score = g_strdup (id);
  self->out->low_first = low_first;
  return TRUE;
}

static gboolean
choose_score (Retain *self, const char *wanted, GError **error)
{
  g_autoptr (GPtrArray) scores = ay_work_scores (self->work, error);
  double best = -HUGE_VAL;

  if (scores == NULL)
    return FALSE;
  ay_job_set_phase (self->job, "choosing a ranking on valid");
  for (guint k = 0; k < scores->len; k++)
    {
      const AyScoreInfo *info = g_ptr_array_index (scores, k);
      gboolean map = g_str_has_prefix (info->id, "map_");

      if (wanted != NULL ? strcmp (info->id, wanted) != 0
                         : map || (info->kind != AY_SCORE_VALUE && info->kind != AY_SCORE_MEASURE))
        continue;
      if (!try_score (self, info->id, FALSE, &best, error)
          || !try_score (self, info->id, TRUE, &best, error))
        return FALSE;
    }
  if (self->out->score != NULL)
    return TRUE;
  if (wanted != NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("there is no score \"%s\" in the workspace"),
                 wanted);
  else
    g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                         N_ ("no score is stored that could rank the rows: score computes them"));
  return FALSE;
}

/* --- the curve --- */

static gboolean
draw_random (Retain *self, AyRetentionPoint *point, double own, const AyRetentionOptions *options,
             GError **error)
{
  g_autofree double *values = g_new (double, options->repeats);
  g_autofree double *differences = g_new (double, options->repeats);

  for (guint r = 0; r < options->repeats; r++)
    {
      g_autofree guint32 *order = NULL;
      AyRng rng;

      ay_rng_init (&rng, options->seed, FIRST_STREAM + r);
      order = ay_rng_sample (&rng, self->train->n, self->train->n);
      classes_first (self->train, order);
      if (!refit (self, order, point->n, self->test == NULL ? &values[r] : NULL, &values[r],
                  error))
        return FALSE;
      differences[r] = own - values[r];
    }
  point->random = ay_mean_band (values, options->repeats);
  point->difference = ay_mean_band (differences, options->repeats);
  return TRUE;
}

static gboolean
make_points (Retain *self, const guint32 *order, const AyRetentionOptions *options,
             GError **error)
{
  AyRetention *out = self->out;

  ay_job_set_phase (self->job, "refitting on part of the rows");
  out->n_points = N_POINTS;
  out->points = g_new0 (AyRetentionPoint, N_POINTS);
  for (guint k = 0; k < N_POINTS; k++)
    {
      AyRetentionPoint *point = &out->points[k];

      point->share = shares[k];
      point->n = kept_at (self, shares[k]);
      point->test = NAN;
      if (!refit (self, order, point->n, &point->valid, &point->test, error)
          || !draw_random (self, point, self->test != NULL ? point->test : point->valid, options,
                           error))
        return FALSE;
      ay_job_set_fraction (self->job, (k + 1.0) / N_POINTS);
    }
  out->full_valid = out->points[N_POINTS - 1].valid;
  out->full_test = out->points[N_POINTS - 1].test;
  return TRUE;
}

/* --- the minimal set --- */

static gboolean
find_minimal (Retain *self, const guint32 *order, GError **error)
{
  AyRetention *out = self->out;
  g_autoptr (AyBitset) going = ay_bitset_new (self->work->data->n);
  gsize n;
  AyWhatIf what;

  for (out->minimal = 0; out->minimal < N_POINTS - 1; out->minimal++)
    if (out->points[out->minimal].valid >= out->full_valid - NO_WORSE)
      break;
  if (out->minimal == N_POINTS - 1)
    {
      out->minimal = N_POINTS;
      out->minimal_sentence = g_strdup (N_ ("no smaller set tried is within half a point of "
                                            "all rows on valid"));
      return TRUE;
    }
  n = out->points[out->minimal].n;
  out->minimal_rows = ay_bitset_new (self->work->data->n);
  for (gsize k = 0; k < self->train->n; k++)
    ay_bitset_add (k < n ? out->minimal_rows : going, self->train->rows[order[k]]);
  if (!ay_work_whatif (self->work, going, TRUE, &what, self->job, error))
    return FALSE;
  out->minimal_sentence = g_strdup (what.sentence);
  if (what.has_test)
    out->test_openings = what.test_openings;
  ay_what_if_clear (&what);
  return TRUE;
}

/* What the curve is, what was held, who chose and who judged, and how exact the refits are. */
static JsonObject *
certify (const Retain *self, const AyRetentionOptions *options, AyScoreContext *context)
{
  JsonObject *object = json_object_new ();
  const AyRetention *out = self->out;

  json_object_set_string_member (
      object, "quantity", self->work->data->n_classes > 0
                              ? "accuracy of a head refitted to the rows that are kept"
                              : "R2 of a head refitted to the rows that are kept");
  json_object_set_string_member (
      object, "held", "lambda (sum form), centre, scale, class list; the best row of each class "
                      "is kept");
  json_object_set_string_member (
      object, "ranking", options->score != NULL ? "score given; valid chose which end stays first"
                                                : "score and end chosen on valid at 30 % kept");
  json_object_set_string_member (object, "chosen_on", "valid");
  json_object_set_string_member (object, "judged_on", out->on_test ? "test" : "valid");
  json_object_set_int_member (object, "n_train", (gint64) self->train->n);
  json_object_set_int_member (object, "n_valid", (gint64) self->valid->n);
  json_object_set_int_member (object, "n_test",
                              self->test != NULL ? (gint64) self->test->problem.n : 0);
  json_object_set_double_member (object, "no_worse", NO_WORSE);
  json_object_set_string_member (object, "band", "95 %, Student's t over the random draws");
  json_object_set_int_member (object, "repeats", out->repeats);
  json_object_set_int_member (object, "seed", (gint64) options->seed);
  json_object_set_int_member (object, "refits", self->n_refits);
  json_object_set_double_member (object, "tolerance", TOLERANCE);
  json_object_set_double_member (object, "gradient_norm", self->gradient_norm);
  json_object_set_object_member (object, "head", ay_score_tell_head (context, self->head));
  return object;
}

static gboolean
run (Retain *self, const AyRetentionOptions *options, GError **error)
{
  g_autofree guint32 *order = NULL;

  if (!choose_score (self, options->score, error))
    return FALSE;
  order = rank (self, self->out->score, self->out->low_first, error);
  if (order == NULL || !make_points (self, order, options, error))
    return FALSE;
  /* Counted before anyone sees a number of the test part. */
  if (self->test != NULL
      && (!ay_job_check (self->job, error)
          || !ay_work_count_opening (self->work, &self->out->test_openings, error)))
    return FALSE;
  self->out->on_test = self->test != NULL;
  return find_minimal (self, order, error);
}

AyRetention *
ay_work_retention (AyWork *work, const AyRetentionOptions *options, AyJob *job, GError **error)
{
  g_autoptr (AyRetention) out = g_new0 (AyRetention, 1);
  Retain self = { .work = work, .out = out, .job = job };
  g_autoptr (AyOwnedProblem) test = NULL;
  g_autofree char *key = NULL;
  AyScoreContext *context;
  AyRetention *kept;

  if (options->repeats < 2)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE, N_ ("at least 2 draws make a band"));
      return NULL;
    }
  key = ay_retention_key (work, options, error);
  if (key == NULL)
    return NULL;
  kept = ay_retention_read (work, key);
  if (kept != NULL)
    return kept;
  if (!ay_work_plan_one (work, "retention", job, error))
    return NULL;
  context = ay_work_context (work, job, error);
  out->repeats = options->repeats;
  self.train = context != NULL ? ay_score_context_train (context, error) : NULL;
  self.valid = self.train != NULL ? ay_score_context_target (context, error) : NULL;
  self.head = self.valid != NULL ? ay_score_context_head (context, job, error) : NULL;
  if (self.head != NULL && work->data->has_test)
    test = ay_target_new (work->data, AY_SPLIT_TEST, work->target_kind, NULL, error);
  if (self.head == NULL || (work->data->has_test && test == NULL))
    return NULL;
  self.test = test;
  if (!run (&self, options, error))
    return NULL;
  out->certificate = certify (&self, options, context);
  if (!ay_retention_keep (work, out, options, key, error))
    return NULL;
  return g_steal_pointer (&out);
}
