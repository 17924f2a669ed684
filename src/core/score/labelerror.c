/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a row's label is believed, from probabilities that have not seen the row.
 *
 * Given probabilities where the data set has them, else the head's: left-out ones (loo.h) for
 * train, plain predictions for valid, which the head has not seen. Confident learning (confident.h)
 * on all of these rows together. Rows of the test part are not judged unless asked for: what is
 * chosen by their labels could not be reported on them. */
#include "core/score/score_private.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/score/label_filter.h"
#include "core/score/left_out.h"
#include "core/score/parameters.h"

#include <math.h>
#include <string.h>

#define TOO_MANY 0.15       /* share of rows flagged above which the judge is called too weak */
#define TRAIN_ACCURACY 0.995
#define STRIP 256
#define TRAIN_CONFIDENCE 0.1

typedef struct
{
  AyScoreContext *context;
  AyScoreResult *out;
  const AyDataset *data;
  gboolean given;
  gboolean by_folds;   /* the head's, of folds */
  gboolean adjusted;
  gboolean judge_test; /* rows of the test part too */
  guint32 *rows;       /* of the data set, ascending */
  gint32 *label;
  gsize n;
  AyMatrix *matrix;    /* of the head's probabilities by position, or the given ones */
  AyJudged judged;
  AyConfident *confident;
  AyJob *job;
} Judge;

static void
judge_clear (Judge *self)
{
  g_free (self->rows);
  g_free (self->label);
  ay_matrix_unref (self->matrix);
  ay_confident_free (self->confident);
}

static gboolean
choose_source (Judge *self, GError **error)
{
  static const char *const sources[] = { "auto", "given", "head", "folds", NULL };
  static const char *const answers[] = { "no", "yes", NULL };
  static const char *const test_rows[] = { "leave", "judge", NULL };
  guint source = 0, test = 0, adjusted = 0;

  if (!ay_score_parameter_choice (self->context, "test_rows", test_rows, &test, error)
      || !ay_score_parameter_choice (self->context, "adjusted", answers, &adjusted, error)
      || !ay_score_parameter_choice (self->context, "probabilities", sources, &source, error))
    return FALSE;
  self->judge_test = test;
  self->adjusted = adjusted;
  self->by_folds = source == 3;
  self->given = source == 1 || (source == 0 && self->data->probabilities != NULL);
  if (!self->given || self->data->probabilities != NULL)
    return TRUE;
  g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                       N_ ("probabilities=given: the data set has none"));
  return FALSE;
}

/* Labelled rows to be judged whose p (NULL: not looked at) is present. */
static gsize
list_rows (Judge *self, const double *p)
{
  const AyDataset *data = self->data;
  gsize n = 0;

  self->rows = g_new (guint32, data->n + 1);
  self->label = g_new (gint32, data->n + 1);
  for (gsize i = 0; i < data->n; i++)
    if (data->label[i] != AY_LABEL_MISSING
        && (self->judge_test || data->split[i] != AY_SPLIT_TEST)
        && (p == NULL || !isnan (p[i * data->n_classes])))
      {
        self->rows[n] = (guint32) i;
        self->label[n++] = data->label[i];
      }
  return n;
}

/* Which of count <= STRIP given rows have a number for each class, into known. */
static void
look_at_given (const Judge *self, const guint32 *rows, gsize count, double *p, guint8 *known)
{
  guint n = self->data->n_classes;

  ay_matrix_gather_f64 (self->data->probabilities, rows, count, p);
  for (gsize i = 0; i < count; i++)
    {
      double sum = 0.0;

      for (guint k = 0; k < n; k++)
        sum += p[i * n + k];
      known[i] = isfinite (sum);
    }
}

/* Given probabilities, of the labelled rows that have them. */
static gboolean
load_given (Judge *self, GError **error)
{
  gsize kept = 0, n = list_rows (self, NULL);
  g_autofree double *p = g_new (double, (gsize) STRIP * self->data->n_classes);
  guint8 known[STRIP];

  for (gsize first = 0; first < n; first += STRIP)
    {
      gsize count = MIN (STRIP, n - first);

      look_at_given (self, self->rows + first, count, p, known);
      for (gsize i = 0; i < count; i++)
        if (known[i])
          {
            self->rows[kept] = self->rows[first + i];
            self->label[kept++] = self->label[first + i];
          }
    }
  self->n = kept;
  self->matrix = ay_matrix_ref (self->data->probabilities);
  self->judged = (AyJudged) { self->matrix, self->rows, self->label, kept, self->data->n_classes };
  ay_score_text (self->out, "probabilities", AY_PROBABILITIES_GIVEN);
  return TRUE;
}

static gboolean
load_head (Judge *self, GError **error)
{
  const char *method = NULL;
  double *p = ay_left_out_probabilities (self->context, self->by_folds, &method, self->job, error);

  if (p == NULL)
    return FALSE;
  ay_score_text (self->out, "probabilities", "the head's, not having seen the row: left out for "
                 "train, plain predictions for valid and test");
  ay_score_text (self->out, "computed_by", method);
  self->n = list_rows (self, p);
  self->matrix = ay_matrix_take_f64 (self->data->n, self->data->n_classes, p);
  self->judged = (AyJudged) { self->matrix, self->rows, self->label, self->n,
                              self->data->n_classes };
  return TRUE;
}

/* Mean self-confidence and accuracy by part. */
static void
say_in_sample (Judge *self)
{
  double confidence[4] = { 0.0 }, right[4] = { 0.0 };
  gsize count[4] = { 0 };

  for (gsize k = 0; k < self->n; k++)
    {
      guint part = self->data->split[self->rows[k]];

      confidence[part] += self->confident->self_confidence[k];
      right[part] += self->confident->guess[k] == self->label[k];
      count[part]++;
    }
  for (guint part = 0; part < 2; part++)
    if (count[part] == 0)
      return;
  for (guint part = 0; part < 2; part++)
    {
      confidence[part] /= count[part];
      right[part] /= count[part];
    }
  ay_score_number (self->out, "mean_self_confidence_train", confidence[0]);
  ay_score_number (self->out, "mean_self_confidence_valid", confidence[1]);
  if (confidence[0] - confidence[1] > TRAIN_CONFIDENCE || right[0] >= TRAIN_ACCURACY)
    ay_score_flag (self->context, self->out, "in-sample-probabilities",
                   "the given probabilities look as if their model had seen these labels (mean p "
                   "of the label %.3f on train, %.3f on valid; train accuracy %.4f): errors are "
                   "hidden", confidence[0], confidence[1], right[0]);
}

static void
say_confident (Judge *self)
{
  const AyConfident *confident = self->confident;
  double share = self->n > 0 ? (double) confident->n_errors / self->n : 0.0;

  ay_score_count (self->out, "rows_judged", self->n);
  ay_score_count (self->out, "estimated_errors", confident->n_errors);
  if (share > TOO_MANY && self->given) /* of the head its fitness says so */
    ay_score_flag (self->context, self->out, "weak-probabilities",
                   "the given probabilities are too weak to judge labels: confident learning "
                   "flags %.0f %% of the rows", 100.0 * share);
}

static gboolean
judge (Judge *self, GError **error)
{
  self->data = ay_score_context_data (self->context);
  if (!choose_source (self, error)
      || !(self->given ? load_given (self, error) : load_head (self, error)))
    return FALSE;
  ay_job_set_phase (self->job, "confident learning");
  self->confident = ay_confident_new (&self->judged, self->job, error);
  self->out->values = self->confident != NULL ? ay_score_blank (self->data->n, error) : NULL;
  if (self->out->values == NULL)
    return FALSE;
  self->out->missing_because = g_strdup_printf (
      "no label, %s%s", self->given ? "or no probabilities given" : "or the only row of its class",
      self->judge_test ? "" : ", or a test row, which is kept for the report");
  if (self->given)
    say_in_sample (self);
  say_confident (self);
  return TRUE;
}

static gboolean
rank_rows (Judge *self, AyRanking ranking, double *out, GError **error)
{
  ay_score_text (self->out, "adjusted", self->adjusted
                     ? "class thresholds subtracted from the probabilities" : "no");
  return ay_confident_rank (self->confident, &self->judged, ranking, self->adjusted, out,
                            self->job, error);
}

static gboolean
run_measure (AyScoreContext *context, AyScoreResult *out, AyRanking ranking, AyJob *job,
             GError **error)
{
  Judge self = { .context = context, .out = out, .job = job };
  g_autofree double *value = NULL;
  gboolean done = judge (&self, error);

  value = done ? ay_try_alloc (self.n + 1, sizeof (double), "the ranking", error) : NULL;
  done = value != NULL && rank_rows (&self, ranking, value, error);
  for (gsize k = 0; k < self.n && done; k++)
    out->values[self.rows[k]] = value[k];
  judge_clear (&self);
  return done;
}

gboolean
ay_run_self_confidence (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  return run_measure (context, out, AY_RANKING_SELF_CONFIDENCE, job, error);
}

gboolean
ay_run_normalized_margin (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  return run_measure (context, out, AY_RANKING_MARGIN, job, error);
}

gboolean
ay_run_confidence_weighted_entropy (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                                    GError **error)
{
  return run_measure (context, out, AY_RANKING_ENTROPY, job, error);
}

/* What a filter of the lowest goes by, where it is adjusted. */
static double *
adjusted_ranking (Judge *self, AyFilter filter, GError **error)
{
  double *by = ay_try_alloc (self->n + 1, sizeof (double), "the ranking", error);

  if (by == NULL || rank_rows (self, filter == AY_FILTER_SELF_CONFIDENCE
                                         ? AY_RANKING_SELF_CONFIDENCE : AY_RANKING_MARGIN,
                               by, error))
    return by;
  g_free (by);
  return NULL;
}

static gboolean
flag_rows (Judge *self, GError **error)
{
  const char *name = ay_score_context_get (self->context, "filter");
  AyFilter filter = AY_FILTER_NORMALIZED_MARGIN;
  g_autofree guint8 *mark = NULL;
  g_autofree double *by = NULL;
  gsize flagged = 0;

  if (name != NULL && !ay_filter_parse (name, &filter))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("filter=%s: no such filter"), name);
      return FALSE;
    }
  if (!judge (self, error))
    return FALSE;
  by = self->adjusted ? adjusted_ranking (self, filter, error) : NULL;
  if (self->adjusted && by == NULL)
    return FALSE;
  mark = ay_confident_flag (self->confident, &self->judged, filter, by, self->job, error);
  if (mark == NULL)
    return FALSE;
  for (gsize k = 0; k < self->n; k++)
    {
      self->out->values[self->rows[k]] = mark[k];
      flagged += mark[k];
    }
  ay_score_text (self->out, "filter", ay_filter_name (filter));
  ay_score_count (self->out, "rows_flagged", flagged);
  return TRUE;
}

gboolean
ay_run_label_issue (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  Judge self = { .context = context, .out = out, .job = job };
  gboolean done = flag_rows (&self, error);

  judge_clear (&self);
  return done;
}
