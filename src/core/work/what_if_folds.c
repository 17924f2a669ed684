/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folds over train and valid.
 *
 * What varies from fold to fold is which rows are fitted and which judge; lambda per row, the
 * features and the class list are the full head's, centre and scale each fold's own. The heads of
 * two folds share most of their rows, so that the plain standard error of the mean over k folds is
 * too small: the variance of one fold counts 1/k + 1/(k - 1) times, the share of judged to fitted
 * rows beside 1/k, with Student's t of k - 1 degrees of freedom (the corrected resampled t of
 * Nadeau and Bengio, Machine Learning 52, 2003). Rows are dealt class by class, a unit (group,
 * copies) to the fold that has fewest of its class. Cost: two fits and a few steps a fold. */
#include "core/work/what_if_folds.h"

#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/data/content.h"
#include "core/work/near_copies.h"
#include "core/work/what_if_change.h"
#include "core/work/work_private.h"

#include <math.h>
#include <string.h>

#define STREAM 0x666f6c6473 /* of the seed */

/* Rows with what they are before and after the change. */
typedef struct
{
  gsize n;
  guint32 *row;
  gint32 *label, *new_label;    /* of classes */
  double *target, *new_target;  /* of numbers */
  double *weight, *new_weight;
  guint8 *removed, *apart;      /* apart: judged apart */
} Rows;

static void
rows_init (Rows *self, gsize n, gboolean classes)
{
  n = MAX (n, 1);
  *self = (Rows) { .row = g_new (guint32, n), .weight = g_new (double, n),
                   .new_weight = g_new (double, n), .removed = g_new0 (guint8, n),
                   .apart = g_new0 (guint8, n) };
  if (classes)
    {
      self->label = g_new (gint32, n);
      self->new_label = g_new (gint32, n);
      return;
    }
  self->target = g_new (double, n);
  self->new_target = g_new (double, n);
}

static void
rows_clear (Rows *self)
{
  gpointer each[] = { self->row, self->label, self->new_label, self->target, self->new_target,
                      self->weight, self->new_weight, self->removed, self->apart };

  for (gsize i = 0; i < G_N_ELEMENTS (each); i++)
    g_free (each[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rows, rows_clear)

static void
rows_add (Rows *self, const Rows *from, gsize i)
{
  gsize k = self->n++;

  self->row[k] = from->row[i];
  if (from->label != NULL)
    {
      self->label[k] = from->label[i];
      self->new_label[k] = from->new_label[i];
    }
  else
    {
      self->target[k] = from->target[i];
      self->new_target[k] = from->new_target[i];
    }
  self->weight[k] = from->weight[i];
  self->new_weight[k] = from->new_weight[i];
  self->removed[k] = from->removed[i];
  self->apart[k] = from->apart[i];
}

/* As the rows are before the change. */
static AyProblem
problem_of (const Rows *self, const AyDataset *data)
{
  return (AyProblem) { .features = data->features, .rows = self->row, .n = self->n,
                       .label = self->label, .target = self->target, .weight = self->weight,
                       .n_classes = data->n_classes };
}

/* One part's row at `at` of its problem; change (nullable) is what happens there. */
static void
take_row (Rows *into, const AyProblem *of, gsize at, const AyWhatIfChange *change)
{
  gsize k = into->n++;
  double weight = ay_problem_weight (of, at);

  into->row[k] = of->rows[at];
  into->weight[k] = weight;
  into->new_weight[k] = change != NULL && change->weight != NULL ? change->weight[at] : weight;
  into->removed[k] = change != NULL && change->removed != NULL && change->removed[at];
  into->apart[k] = into->removed[k];
  if (of->label != NULL)
    {
      into->label[k] = of->label[at];
      into->new_label[k] = change != NULL && change->label != NULL ? change->label[at]
                                                                   : of->label[at];
      into->apart[k] |= into->label[k] != into->new_label[k];
      return;
    }
  into->target[k] = of->target[at];
  into->new_target[k] = change != NULL && change->target != NULL ? change->target[at]
                                                                 : of->target[at];
  into->apart[k] |= into->target[k] != into->new_target[k];
}

/* Train and valid together, in the order of the data. */
static void
pool_rows (Rows *into, const AyProblem *train, const AyProblem *valid,
           const AyWhatIfChange *change)
{
  gsize i = 0, j = 0;

  while (i < train->n || j < valid->n)
    if (j == valid->n || (i < train->n && train->rows[i] < valid->rows[j]))
      take_row (into, train, i++, change);
    else
      take_row (into, valid, j++, NULL);
}

/* n of the data: the first row of each row's unit. */
static guint32 *
find_units (AyWork *work, AyJob *job, GError **error)
{
  AyDataset *data = work->data;
  AyContent content = { .matrix = data->features };
  g_autofree guint32 *first = ay_content_first (&content, data->n, NULL, job, error);
  g_auto (AyNearRows) near = { NULL, NULL };

  if (first == NULL
      || !ay_near_copies ()->find (data, work->load, &near, job, error))
    return NULL;
  return ay_content_units (first, near.first, data->n, data->group, error);
}

/* The fold of each row. */
static guint8 *
deal (const Rows *all, const guint32 *unit, const AyDataset *data, guint k, guint64 seed)
{
  guint n_classes = MAX (data->n_classes, 1);
  g_autofree guint32 *order = NULL;
  g_autofree gsize *size = g_new0 (gsize, data->n);           /* rows of a unit */
  g_autofree gsize *count = g_new0 (gsize, (gsize) n_classes * k); /* of a class in a fold */
  g_autofree gsize *total = g_new0 (gsize, k);
  g_autofree guint8 *of_unit = g_new (guint8, data->n);
  guint8 *fold = g_new (guint8, MAX (all->n, 1));
  AyRng rng;

  ay_rng_init (&rng, seed, STREAM);
  order = ay_rng_sample (&rng, all->n, all->n);
  memset (of_unit, 0xff, data->n);
  for (gsize i = 0; i < all->n; i++)
    size[unit[all->row[i]]]++;
  for (gsize o = 0; o < all->n; o++)
    {
      gsize i = order[o];
      guint32 u = unit[all->row[i]];
      gsize *of_class = count + (gsize) (all->label != NULL ? all->label[i] : 0) * k;
      guint best = 0;

      if (of_unit[u] != 0xff)
        continue;
      for (guint f = 1; f < k; f++)
        if (of_class[f] < of_class[best]
            || (of_class[f] == of_class[best] && total[f] < total[best]))
          best = f;
      of_unit[u] = (guint8) best;
      of_class[best] += size[u];
      total[best] += size[u];
    }
  for (gsize i = 0; i < all->n; i++)
    fold[i] = of_unit[unit[all->row[i]]];
  return fold;
}

typedef struct
{
  AyRemoval stay, apart;
  gsize n_apart;
} Judged;

static void
judged_clear (Judged *self)
{
  ay_removal_clear (&self->stay);
  ay_removal_clear (&self->apart);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Judged, judged_clear)

static gboolean
check_classes (const Rows *fit, const AyDataset *data, guint fold, GError **error)
{
  g_autofree gsize *count = g_new0 (gsize, data->n_classes + 1);

  for (gsize i = 0; i < fit->n && data->n_classes > 0; i++)
    count[fit->label[i]]++;
  for (guint c = 0; c < data->n_classes; c++)
    if (count[c] == 0)
      {
        g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                     N_ ("folds: class \"%s\" has too few rows or groups, fold %u holds all of "
                         "them"),
                     data->class_names[c], fold + 1);
        return FALSE;
      }
  return TRUE;
}

static gboolean
run_fold (const Rows *all, const guint8 *fold, guint f, const AyDataset *data,
          const AyHeadOptions *head_options, Judged *out, AyJob *job, GError **error)
{
  g_auto (Rows) fit = { 0 }, stay = { 0 }, apart = { 0 };
  AyRemovalOptions options = AY_REMOVAL_OPTIONS_INIT;
  AyProblem train, judged[2];
  const AyProblem *targets[2] = { judged, judged + 1 };
  g_autoptr (AyHead) head = NULL;
  AyRemoval results[2];

  rows_init (&fit, all->n, data->n_classes > 0);
  rows_init (&stay, all->n, data->n_classes > 0);
  rows_init (&apart, all->n, data->n_classes > 0);
  for (gsize i = 0; i < all->n; i++)
    rows_add (fold[i] != f ? &fit : all->apart[i] ? &apart : &stay, all, i);
  if (stay.n == 0 || fit.n == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("folds: fold %u has no row to judge by"),
                   f + 1);
      return FALSE;
    }
  if (!check_classes (&fit, data, f, error))
    return FALSE;
  train = problem_of (&fit, data);
  judged[0] = problem_of (&stay, data);
  judged[1] = problem_of (&apart, data);
  head = ay_head_fit (&train, head_options, NULL, job, error);
  options.verify = TRUE;
  options.compare = FALSE;
  options.max_steps = 2; /* the refit follows in any case */
  options.label = fit.new_label;
  options.target = fit.new_target;
  options.weight = fit.new_weight;
  memset (results, 0, sizeof results);
  if (head == NULL
      || !ay_removal_run (&train, head, NULL, fit.removed, targets, apart.n > 0 ? 2 : 1, &options,
                          results, job, error))
    return FALSE;
  *out = (Judged) { results[0], results[1], apart.n };
  return TRUE;
}

/* The corrected band of the mean of k folds, from that of k independent draws. */
static AyMeanBand
band_of (const double *x, guint k)
{
  AyMeanBand band = ay_mean_band (x, k);
  double wider = sqrt (1.0 + (double) k / (k - 1.0));

  return (AyMeanBand) { band.mean, band.mean - wider * (band.mean - band.low),
                        band.mean + wider * (band.high - band.mean) };
}

static void
add_fold (AyFoldTest *out, const Judged *one, guint f, double *loss)
{
  const AyRemoval *stay = &one->stay;
  double n = (double) stay->before.n;

  out->each[f] = stay->after.accuracy - stay->before.accuracy;
  out->n_better += out->each[f] > 0.0;
  out->n_worse += out->each[f] < 0.0;
  loss[f] = stay->unbounded ? NAN : stay->refit;
  out->n_judged += stay->before.n;
  out->accuracy_before += n * stay->before.accuracy;
  out->accuracy_after += n * stay->after.accuracy;
  out->loss_before += n * stay->before.loss;
  out->loss_after += n * stay->after.loss;
  out->n_changed += one->n_apart;
  if (one->n_apart > 0)
    {
      out->changed_before += (double) one->n_apart * one->apart.before.accuracy;
      out->changed_after += (double) one->n_apart * one->apart.after.accuracy;
    }
}

static void
finish (AyFoldTest *out, const double *loss, gboolean classes)
{
  double n = (double) out->n_judged, m = (double) out->n_changed;

  out->accuracy_before /= n;
  out->accuracy_after /= n;
  out->loss_before /= n;
  out->loss_after /= n;
  out->changed_before = classes && m > 0.0 ? out->changed_before / m : NAN;
  out->changed_after = classes && m > 0.0 ? out->changed_after / m : NAN;
  out->accuracy = band_of (out->each, out->k);
  if (classes) /* folds that all say the same: three rows could differ yet */
    {
      double least = 1.96 * sqrt (3.0) / n;

      out->accuracy.low = MIN (out->accuracy.low, out->accuracy.mean - least);
      out->accuracy.high = MAX (out->accuracy.high, out->accuracy.mean + least);
    }
  out->loss = band_of (loss, out->k);
}

static char *
say (const AyFoldTest *out, gboolean classes)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "over %u folds of train and validation, heads refitted in each: ",
                          out->k);
  if (classes)
    g_string_append_printf (text, "accuracy on %" G_GSIZE_FORMAT " rows that stay changes by %+.2f "
                            "points (95 %% band %+.2f to %+.2f, over other draws of the rows), up "
                            "in %u folds, down in %u", out->n_judged, 100.0 * out->accuracy.mean,
                            100.0 * out->accuracy.low, 100.0 * out->accuracy.high, out->n_better,
                            out->n_worse);
  if (!isnan (out->loss.mean))
    g_string_append_printf (text, "%s by %+.4g (%+.4g to %+.4g)", classes ? "; their loss" : "loss",
                            out->loss.mean, out->loss.low, out->loss.high);
  if (!isnan (out->changed_before))
    g_string_append_printf (text, "; of the %" G_GSIZE_FORMAT " that change, by their present "
                            "labels, %.1f %% right before, %.1f %% after", out->n_changed,
                            100.0 * out->changed_before, 100.0 * out->changed_after);
  g_string_append (text, "; a preview, since the rows were chosen among these; test stays closed");
  return g_string_free (text, FALSE);
}

static gboolean
run_folds (const Rows *all, const guint8 *fold, const AyDataset *data,
           const AyHeadOptions *options, AyFoldTest *out, AyJob *job, GError **error)
{
  g_autofree double *loss = g_new (double, out->k);

  for (guint f = 0; f < out->k; f++)
    {
      g_auto (Judged) one = { 0 };

      ay_job_set_fraction (job, (double) f / out->k);
      if (!run_fold (all, fold, f, data, options, &one, job, error))
        return FALSE;
      add_fold (out, &one, f, loss);
    }
  finish (out, loss, data->n_classes > 0);
  out->sentence = say (out, data->n_classes > 0);
  return TRUE;
}

static gboolean
check (const AyDataset *data, guint k, GError **error)
{
  if (k < 2 || k > AY_FOLDS_MOST)
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("folds: %u is not between 2 and %d"), k,
                 AY_FOLDS_MOST);
  else if (data->time != NULL)
    g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                         N_ ("folds: the rows have a time, and folds would judge earlier rows by "
                             "later "
                             "ones"));
  return k >= 2 && k <= AY_FOLDS_MOST && data->time == NULL;
}

gboolean
ay_work_whatif_folds (AyWork *self, const AyBitset *rows, const AyWhatIfOptions *options, guint k,
                      guint64 seed, AyFoldTest *out, AyJob *job, GError **error)
{
  AyDataset *data = self->data;
  AyHead *full = NULL;
  AyHeadOptions head_options = self->head_options;
  g_autoptr (AyOwnedProblem) train = NULL, valid = NULL;
  g_auto (AyWhatIfChange) change = { 0 };
  g_auto (Rows) all = { 0 };
  g_autofree guint32 *unit = NULL;
  g_autofree guint8 *fold = NULL;

  memset (out, 0, sizeof *out);
  if (!check (data, k, error) || (full = ay_work_head (self, job, error)) == NULL)
    return FALSE;
  ay_job_set_phase (job, "refitting over folds");
  train = ay_problem_of_split (data, AY_SPLIT_TRAIN);
  valid = ay_problem_of_split (data, AY_SPLIT_VALID);
  if (!ay_what_if_change_make (data, &train->problem, rows, options, &change, error)
      || (unit = find_units (self, job, error)) == NULL)
    return FALSE;
  rows_init (&all, train->problem.n + valid->problem.n, data->n_classes > 0);
  pool_rows (&all, &train->problem, &valid->problem, &change);
  fold = deal (&all, unit, data, k, seed);
  head_options.lambda_auto = FALSE;
  head_options.lambda = 0.0;
  head_options.lambda_mean = full->lambda / full->sum_weight;
  out->k = k;
  out->each = g_new0 (double, k);
  if (run_folds (&all, fold, data, &head_options, out, job, error))
    return TRUE;
  ay_fold_test_clear (out);
  return FALSE;
}

void
ay_fold_test_clear (AyFoldTest *self)
{
  g_clear_pointer (&self->each, g_free);
  g_clear_pointer (&self->sentence, g_free);
}
