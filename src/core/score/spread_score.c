/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What label spreading (core/model/spread.h) says of rows without a label, and of labels.
 *
 * The graph joins the labelled training rows and the pool; valid and test take no part. A row of
 * the pool gets its label and confidence from all labels. A labelled row is judged by the labels of
 * the others: they are dealt into five folds, and each fold is spread to by the other four, so that
 * a label never speaks for itself.
 *
 * label_value: a row that is added with label y changes the mean validation loss by
 * -(p - y)^T S (z, 1) to first order, S = H^-1 g as for influence. The label is not known; what
 * spreading says of it, q, takes its place: (p - q)^T S (z, 1) is the expected fall of the loss.
 * Where head and neighbours agree there is nothing to learn.
 *
 * Cost: one neighbour search, six spreads; for label_value one solve and two passes over the
 * pool. */
#include "core/score/parameters.h"
#include "core/base/words.h"
#include "core/score/score_private.h"

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/model/scales.h"
#include "core/model/spread.h"
#include "core/model/target_effect.h"

#include <math.h>

#define FOLDS 5
#define FOLD_STREAM 53
#define POOL_BLOCK 4096

typedef enum { LABEL, CONFIDENCE, DISAGREEMENT } Which;

/* What one run keeps: points are the rows, ascending. */
typedef struct
{
  guint32 *rows;       /* n */
  gint32 *given;       /* n */
  double *weight;      /* (nullable) n */
  gsize n, n_labelled;
  AyNeighbours *found;
  AySpread *all;       /* from all labels */
  gint32 *label;       /* n: of labelled points, by the other folds */
  double *confidence, *own; /* n: likewise; own: share of the given label */
  guint alone;         /* labelled points that no other label reaches */
} Spreading;

static void
spreading_free (gpointer data)
{
  Spreading *self = data;

  g_free (self->rows);
  g_free (self->given);
  g_free (self->weight);
  g_clear_pointer (&self->found, ay_neighbours_unref);
  ay_spread_free (self->all);
  g_free (self->label);
  g_free (self->confidence);
  g_free (self->own);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Spreading, spreading_free)

static void
take_rows (Spreading *self, const AyDataset *data)
{
  self->rows = g_new (guint32, data->n + 1);
  self->given = g_new (gint32, data->n + 1);
  self->weight = data->weight != NULL ? g_new (double, data->n + 1) : NULL;
  for (gsize i = 0; i < data->n; i++)
    {
      gboolean pool = data->split[i] == AY_SPLIT_POOL;
      gboolean train = data->split[i] == AY_SPLIT_TRAIN && data->label[i] != AY_LABEL_MISSING;

      if (!pool && !train)
        continue;
      self->rows[self->n] = (guint32) i;
      self->given[self->n] = train ? data->label[i] : AY_LABEL_MISSING;
      if (self->weight != NULL)
        self->weight[self->n] = data->weight[i];
      self->n_labelled += train;
      self->n++;
    }
}

static gboolean
search (Spreading *self, AyScoreContext *context, gsize k, gsize above, AyJob *job, GError **error)
{
  const AyDataset *data = ay_score_context_data (context);
  g_auto (AyScales) scales = { 0 };
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  AyPoints points = { .features = data->features, .rows = self->rows, .n = self->n,
                      .distance = AY_DISTANCE_EUCLIDEAN };

  if (!ay_scales_init_as_asked (&scales, data, ay_score_context_options (context)->standardise,
                                job, error))
    return FALSE;
  ay_scales_apply (&scales, &points);
  options.k = (guint) MIN (k, G_MAXINT32);
  options.seed = ay_score_context_seed (context);
  options.approximate_above = above;
  ay_job_set_phase (job, "nearest neighbours of labelled and unlabelled rows");
  self->found = ay_neighbours_find (&points, &options, job, error);
  return self->found != NULL;
}

/* The fold of each labelled point, dealt in a random order. */
static guint8 *
deal_folds (const Spreading *self, guint64 seed)
{
  guint8 *fold = g_new0 (guint8, self->n + 1);
  g_autofree guint32 *order = g_new (guint32, self->n_labelled + 1);
  gsize k = 0;
  AyRng rng;

  for (gsize i = 0; i < self->n; i++)
    if (self->given[i] != AY_LABEL_MISSING)
      order[k++] = (guint32) i;
  ay_rng_init (&rng, seed, FOLD_STREAM);
  ay_rng_shuffle (&rng, order, k);
  for (gsize i = 0; i < k; i++)
    fold[order[i]] = i % FOLDS;
  return fold;
}

static void
take_fold (Spreading *self, const AySpread *by, const guint8 *fold, guint f)
{
  for (gsize i = 0; i < self->n; i++)
    {
      gint32 y = self->given[i];

      if (y == AY_LABEL_MISSING || fold[i] != f)
        continue;
      self->label[i] = by->label[i];
      self->confidence[i] = ay_spread_confidence (by, i);
      self->own[i] = by->label[i] != AY_LABEL_MISSING ? by->share[i * by->n_classes + (guint) y]
                                                      : NAN;
      self->alone += by->label[i] == AY_LABEL_MISSING;
    }
}

static gboolean
judge_labels (Spreading *self, const AySpreadGraph *graph, guint n_classes,
              const AySpreadOptions *options, guint64 seed, AyJob *job, GError **error)
{
  g_autofree guint8 *fold = deal_folds (self, seed);
  g_autofree gint32 *rest = g_new (gint32, self->n + 1);

  self->label = g_new (gint32, self->n + 1);
  self->confidence = g_new (double, self->n + 1);
  self->own = g_new (double, self->n + 1);
  for (gsize i = 0; i < self->n; i++)
    {
      self->label[i] = AY_LABEL_MISSING;
      self->confidence[i] = self->own[i] = NAN;
    }
  for (guint f = 0; f < FOLDS && self->n_labelled > 1; f++)
    {
      g_autoptr (AySpread) by = NULL;
      gsize left = 0;

      for (gsize i = 0; i < self->n; i++)
        {
          gboolean out = self->given[i] == AY_LABEL_MISSING || fold[i] == f;

          rest[i] = out ? AY_LABEL_MISSING : self->given[i];
          left += !out;
        }
      if (left == 0)
        continue;
      by = ay_spread_new (graph, rest, n_classes, options, job, error);
      if (by == NULL)
        return FALSE;
      take_fold (self, by, fold, f);
    }
  return TRUE;
}

static const Spreading *
spreading_of (AyScoreContext *context, AyJob *job, GError **error)
{
  const AyDataset *data = ay_score_context_data (context);
  gsize k = 7, above = 0;
  AySpreadOptions options = AY_SPREAD_OPTIONS_INIT;
  g_autofree char *key = NULL;
  g_autoptr (Spreading) self = NULL;
  g_autoptr (AySpreadGraph) graph = NULL;

  if (!ay_score_parameter_count (context, "neighbours", 1, &k, error)
      || !ay_score_parameter_count (context, "approximate_above", 0, &above, error)
      || !ay_score_parameter_number (context, "alpha", &options.alpha, error))
    return NULL;
  key = g_strdup_printf ("spreading %zu %zu %.17g", k, above, options.alpha);
  if (ay_score_context_kept (context, key) != NULL)
    return ay_score_context_kept (context, key);
  self = g_new0 (Spreading, 1);
  take_rows (self, data);
  if (self->n_labelled == 0)
    g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                         N_ ("the train part has no labelled row"));
  if (self->n_labelled == 0 || !search (self, context, k, above, job, error))
    return NULL;
  graph = ay_spread_graph_new (self->found, error);
  self->all = graph != NULL ? ay_spread_new (graph, self->given, data->n_classes, &options, job,
                                             error)
                            : NULL;
  if (self->all == NULL
      || !judge_labels (self, graph, data->n_classes, &options, ay_score_context_seed (context),
                        job, error))
    return NULL;
  ay_score_context_keep (context, key, g_steal_pointer (&self), spreading_free);
  return ay_score_context_kept (context, key);
}

/* --- what is said --- */

/* Labels as numbers: the class names' own where all are numbers, else the class's place. */
static double *
class_numbers (const AyDataset *data, gboolean *own)
{
  double *number = g_new (double, data->n_classes + 1);

  *own = TRUE;
  for (guint c = 0; c < data->n_classes && *own; c++)
    {
      char *end;

      number[c] = g_ascii_strtod (data->class_names[c], &end);
      *own = end != data->class_names[c] && *end == '\0' && isfinite (number[c]);
    }
  for (guint c = 0; c < data->n_classes && !*own; c++)
    number[c] = c;
  return number;
}

static void
say_classes (AyScoreResult *out, const AyDataset *data, gboolean own)
{
  JsonArray *names = json_array_new ();

  for (guint c = 0; c < data->n_classes; c++)
    json_array_add_string_element (names, data->class_names[c]);
  json_object_set_array_member (out->certificate, "classes", names);
  ay_score_text (out, "values", own ? "the class's name, a number"
                                    : "the class's place in classes, from 0");
}

static void
say_spreading (const Spreading *self, AyScoreContext *context, AyScoreResult *out)
{
  gsize right = 0, judged = self->n_labelled - self->alone;

  for (gsize i = 0; i < self->n; i++)
    right += self->given[i] != AY_LABEL_MISSING && self->label[i] == self->given[i];
  ay_score_count (out, "rows_labelled", self->n_labelled);
  ay_score_count (out, "rows_pool", self->n - self->n_labelled);
  ay_score_count (out, "rows_unreached", self->all->n_unreached);
  ay_score_count (out, "iterations", self->all->iterations);
  ay_score_text (out, "search", self->found->method);
  ay_score_number (out, "recall", self->found->recall);
  ay_score_text (out, "features", ay_score_context_options (context)->standardise
                                      ? "standardised on train" : "as they are");
  ay_score_number (out, "agreement", judged > 0 ? (double) right / judged : NAN);
}

/* The head distilled from the spread labels beside the plain one, on valid. */
static gboolean
say_distilled (const Spreading *self, AyScoreContext *context, AyScoreResult *out, AyJob *job,
               GError **error)
{
  const AyDataset *data = ay_score_context_data (context);
  g_autoptr (AyOwnedProblem) valid = ay_problem_of_split (data, AY_SPLIT_VALID), rows = NULL;
  AySpreadRows of = { data->features, self->rows, self->weight };
  g_autofree guint8 *seen = g_new0 (guint8, data->n_classes + 1);
  g_autoptr (AyHead) distilled = NULL;
  AyHead *plain;
  AyFit fits[2];
  guint present = 0;
  JsonObject *object;

  for (gsize i = 0; i < self->n; i++)
    if (self->given[i] != AY_LABEL_MISSING && (self->weight == NULL || self->weight[i] > 0.0))
      {
        present += !seen[self->given[i]];
        seen[self->given[i]] = 1;
      }
  if (valid->problem.n == 0 || present < 2)
    return TRUE;
  rows = ay_spread_problem (self->all, &of, self->given);
  plain = ay_score_context_head (context, job, error);
  distilled = plain != NULL ? ay_head_fit (&rows->problem, ay_score_context_options (context),
                                           NULL, job, error)
                            : NULL;
  if (distilled == NULL || !ay_head_evaluate (plain, &valid->problem, &fits[0], job, error)
      || !ay_head_evaluate (distilled, &valid->problem, &fits[1], job, error))
    return FALSE;
  object = json_object_new ();
  json_object_set_int_member (object, "rows", (gint64) rows->problem.n);
  json_object_set_int_member (object, "valid_rows", (gint64) valid->problem.n);
  json_object_set_double_member (object, "loss_plain", fits[0].loss);
  json_object_set_double_member (object, "loss_distilled", fits[1].loss);
  json_object_set_double_member (object, "accuracy_plain", fits[0].accuracy);
  json_object_set_double_member (object, "accuracy_distilled", fits[1].accuracy);
  json_object_set_object_member (out->certificate, "distilled", object);
  return TRUE;
}

static gboolean
run (AyScoreContext *context, Which which, AyScoreResult *out, AyJob *job, GError **error)
{
  const AyDataset *data = ay_score_context_data (context);
  const Spreading *self = spreading_of (context, job, error);
  g_autofree double *number = NULL;
  gboolean own;

  out->values = self != NULL ? ay_score_blank (data->n, error) : NULL;
  if (out->values == NULL)
    return FALSE;
  number = class_numbers (data, &own);
  for (gsize i = 0; i < self->n; i++)
    {
      gboolean labelled = self->given[i] != AY_LABEL_MISSING;
      gint32 label = labelled ? self->label[i] : self->all->label[i];
      double *to = out->values + self->rows[i];

      if (which == LABEL)
        *to = label != AY_LABEL_MISSING ? number[label] : NAN;
      else if (which == CONFIDENCE)
        *to = labelled ? self->confidence[i] : ay_spread_confidence (self->all, i);
      else
        *to = labelled ? 1.0 - self->own[i] : NAN;
    }
  say_spreading (self, context, out);
  out->missing_because = g_strdup_printf ("%s; a row that no label reaches has none",
                                          which == DISAGREEMENT
                                              ? "only labelled rows of the train part have one"
                                              : "rows of valid and test take no part");
  if (which != LABEL)
    return TRUE;
  say_classes (out, data, own);
  return say_distilled (self, context, out, job, error);
}

gboolean
ay_run_pseudo_label (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  return run (context, LABEL, out, job, error);
}

gboolean
ay_run_pseudo_confidence (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                          GError **error)
{
  return run (context, CONFIDENCE, out, job, error);
}

gboolean
ay_run_label_disagreement (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                           GError **error)
{
  return run (context, DISAGREEMENT, out, job, error);
}

/* --- the worth of a label --- */

/* The head that gives S (z, 1) instead of probabilities; borrows the head's scaling. */
static AyHead
head_of_step (const AyHead *head, const double *step, double *weights, double *intercept)
{
  AyHead out = *head;

  for (guint c = 0; c < head->n_outputs; c++)
    {
      for (gsize j = 0; j < head->d; j++)
        weights[c * head->d + j] = step[c * (head->d + 1) + j];
      intercept[c] = step[c * (head->d + 1) + head->d];
    }
  out.n_classes = 0;
  out.weights = weights;
  out.intercept = intercept;
  return out;
}

static gboolean
value_pool (const Spreading *self, const AyMatrix *features, const AyHead *head,
            const double *step, double *values, AyJob *job, GError **error)
{
  guint n_classes = head->n_classes;
  g_autofree double *weights = g_new (double, n_classes * head->d + 1);
  g_autofree double *intercept = g_new (double, n_classes);
  g_autofree double *p = g_new (double, (gsize) POOL_BLOCK * n_classes);
  g_autofree double *s = g_new (double, (gsize) POOL_BLOCK * n_classes);
  g_autofree guint32 *rows = g_new (guint32, POOL_BLOCK), *points = g_new (guint32, POOL_BLOCK);
  AyHead moved = head_of_step (head, step, weights, intercept);
  gsize i = 0;

  while (i < self->n)
    {
      gsize count = 0;

      for (; i < self->n && count < POOL_BLOCK; i++)
        if (self->given[i] == AY_LABEL_MISSING && self->all->label[i] != AY_LABEL_MISSING)
          {
            rows[count] = self->rows[i];
            points[count++] = (guint32) i;
          }
      if (!ay_head_predict (head, features, rows, count, p, job, error)
          || !ay_head_predict (&moved, features, rows, count, s, job, error))
        return FALSE;
      for (gsize k = 0; k < count; k++)
        {
          const float *q = self->all->share + points[k] * (gsize) n_classes;
          double sum = 0.0;

          for (guint c = 0; c < n_classes; c++)
            sum += (p[k * n_classes + c] - q[c]) * s[k * n_classes + c];
          values[rows[k]] = sum;
        }
    }
  return TRUE;
}

gboolean
ay_run_label_value (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  const AyDataset *data = ay_score_context_data (context);
  const Spreading *self = spreading_of (context, job, error);
  AyHessian *hessian = self != NULL ? ay_score_context_hessian (context, job, error) : NULL;
  const AyProblem *target = hessian != NULL ? ay_score_context_target (context, error) : NULL;
  const AyHead *head = target != NULL ? ay_score_context_head (context, job, error) : NULL;
  g_autofree double *step = NULL;
  double residual = NAN;

  if (head == NULL)
    return FALSE;
  out->values = ay_score_blank (data->n, error);
  step = out->values != NULL ? ay_try_alloc (ay_hessian_n_parameters (hessian), sizeof (double),
                                             "the solution", error)
                             : NULL;
  if (step == NULL || !ay_target_gradient (target, head, NULL, step, job, error)
      || !ay_hessian_solve (hessian, step, 1, &residual, job, error)
      || !value_pool (self, data->features, head, step, out->values, job, error))
    return FALSE;
  ay_score_text (out, "quantity", "first-order fall of the target loss if the row were added to "
                 "train, in the mean over the labels that spreading holds possible");
  ay_score_text (out, "solver", ay_hessian_describe (hessian));
  ay_score_number (out, "solver_residual", residual);
  say_spreading (self, context, out);
  out->missing_because = g_strdup (N_ ("only rows of the pool that a label reaches have one"));
  return TRUE;
}
