/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What more rows of a kind would bring.
 *
 * Two sorts of rows say it. A training row's leave-one-out effect is what it brought when it joined
 * the others (loo.h); a validation row's, what it would bring the other validation rows, were it
 * added (joining.h). Both have residuals under a head that has not seen them, both are draws of
 * their kind, and both means estimate the same fall of the loss for one more row: the advice is
 * their mean, since of a rare kind there are few training rows, and what a few validation rows say
 * is noisy too. Their spreads give its band. Kinds that are rare or hard have large residuals and
 * directions of little curvature, and come first. Above the dense limit of the Hessian the training
 * rows alone say it.
 *
 * Further rows bring less. What n rows leave to be learned of a kind falls about as 1 / n, as the
 * variance of an estimate does: a fall of g at n then is one of g n m / (n + m) for m more.
 *
 * The trial hides rows and does the same at another size. Cost: leave-one-out of all training rows
 * and of at most MAX_JOINING validation rows; the trial does so too, and refits once a kind.
 * Threads: those of fits and solves. */
#include "core/gain/advice.h"

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/gain/joining.h"
#include "core/model/random_drops.h"

#include <math.h>

#define STREAM 80
#define MAX_TRIED 40
#define MAX_JOINING 4000

void
ay_advice_free (AyAdvice *self)
{
  if (self == NULL)
    return;
  g_free (self->n);
  g_free (self->gain);
  g_free (self->low);
  g_free (self->high);
  g_free (self->gain_more);
  g_free (self->order);
  g_free (self->method);
  g_free (self);
}

void
ay_advice_trial_clear (AyAdviceTrial *self)
{
  g_clear_pointer (&self->added, g_free);
  g_clear_pointer (&self->predicted, g_free);
  g_clear_pointer (&self->realised, g_free);
}

static double
of_more (double gain, gsize n, gsize more)
{
  return gain * (double) n * (double) more / (double) MAX (n + more, 1);
}

/* The means of numbers by kind, and the band of each; NaN numbers say nothing. */
typedef struct
{
  double *mean, *half; /* n_kinds; NaN without, and below two */
  double overall;
} Means;

static void
means_clear (Means *self)
{
  g_free (self->mean);
  g_free (self->half);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Means, means_clear)

static void
means_of (Means *self, const double *x, const guint32 *kind, gsize n, gsize n_kinds)
{
  g_autofree gsize *start = g_new0 (gsize, n_kinds + 1), *at = NULL;
  g_autofree double *sorted = g_new (double, MAX (n, 1));

  self->mean = g_new (double, MAX (n_kinds, 1));
  self->half = g_new (double, MAX (n_kinds, 1));
  for (gsize i = 0; i < n; i++)
    start[kind[i] + 1] += !isnan (x[i]);
  for (gsize k = 0; k < n_kinds; k++)
    start[k + 1] += start[k];
  at = g_memdup2 (start, (n_kinds + 1) * sizeof *start);
  for (gsize i = 0; i < n; i++)
    if (!isnan (x[i]))
      sorted[at[kind[i]]++] = x[i];
  for (gsize k = 0; k < n_kinds; k++)
    {
      const double *of = sorted + start[k];
      gsize count = start[k + 1] - start[k];

      self->mean[k] = count > 0 ? ay_mean (of, count) : NAN;
      self->half[k] = NAN;
      if (count > 1)
        {
          AyMeanBand band = ay_mean_band (of, count);

          self->half[k] = band.high - band.mean;
        }
    }
  self->overall = start[n_kinds] > 0 ? ay_mean (sorted, start[n_kinds]) : NAN;
}

/* Rows of weight 0 say nothing. */
static AyLoo *
leave_out (const AyAdviceInput *input, const AyHead *head, AyHessian *hessian, AyJob *job,
           GError **error)
{
  AyLooOptions options = AY_LOO_OPTIONS_INIT;
  AyLoo *loo;

  options.target = input->target;
  options.max_refits = 0; /* means over rows hardly change by them (digits: not at all) */
  options.seed = input->seed;
  loo = ay_loo_new (input->train, head, hessian, &options, job, error);
  for (gsize i = 0; loo != NULL && i < loo->n; i++)
    if (!(ay_problem_weight (input->train, i) > 0.0) || !isfinite (loo->effect[i]))
      loo->effect[i] = NAN;
  return loo;
}

/* What validation rows, evenly spaced of many, would bring. */
static gboolean
join (const AyAdviceInput *input, const AyHead *head, AyHessian *hessian, Means *means, AyJob *job,
      GError **error)
{
  const AyProblem *of = input->target;
  gsize n = MIN (of->n, MAX_JOINING);
  g_autofree guint32 *rows = g_new (guint32, n + 1), *kind = g_new (guint32, n + 1);
  g_autofree gint32 *label = g_new (gint32, n + 1);
  g_autofree double *target = g_new (double, n + 1), *weight = g_new (double, n + 1);
  g_autofree double *gain = g_new (double, n + 1);
  AyProblem some = *of;

  for (gsize k = 0; k < n; k++)
    {
      gsize i = k * of->n / n;

      rows[k] = of->rows[i];
      kind[k] = input->target_kind[i];
      label[k] = of->label != NULL ? of->label[i] : 0;
      target[k] = of->target != NULL ? of->target[i] : 0.0;
      weight[k] = ay_problem_weight (of, i);
    }
  some.rows = rows;
  some.n = n;
  some.label = of->label != NULL ? label : NULL;
  some.target = of->target != NULL ? target : NULL;
  some.weight = weight;
  if (!ay_joining_gain (&some, head, hessian, gain, job, error))
    return FALSE;
  means_of (means, gain, kind, n, input->n_kinds);
  return TRUE;
}

static double
halve (double a, double b)
{
  return isnan (b) ? a : isnan (a) ? b : 0.5 * (a + b);
}

/* joined: of zeroes where no row could join. */
static void
put_together (AyAdvice *self, const AyAdviceInput *input, const Means *left, const Means *joined)
{
  gsize all = 0;

  for (gsize i = 0; i < input->train->n; i++)
    if (ay_problem_weight (input->train, i) > 0.0)
      {
        self->n[input->train_kind[i]]++;
        all++;
      }
  for (gsize k = 0; k < self->n_kinds; k++)
    {
      double mean = joined->mean != NULL ? joined->mean[k] : NAN;
      double half = joined->half != NULL ? joined->half[k] : NAN;

      /* of a kind without a training row nothing is held that could be learned less of */
      self->gain[k] = self->n[k] > 0 ? halve (left->mean[k], mean) : NAN;
      if (!isnan (left->half[k]) && !isnan (half))
        half = 0.5 * hypot (left->half[k], half);
      else if (!isnan (left->half[k]) && isnan (mean))
        half = left->half[k];
      else if (!isnan (left->mean[k]))
        half = NAN; /* one row says nothing of its spread */
      self->low[k] = self->gain[k] - half;
      self->high[k] = self->gain[k] + half;
      self->gain_more[k] = of_more (self->gain[k], self->n[k], input->more);
    }
  self->overall = halve (left->overall, joined->mean != NULL ? joined->overall : NAN);
  self->overall_more = of_more (self->overall, all, input->more);
  self->order = ay_order (self->gain, self->n_kinds, TRUE);
}

AyAdvice *
ay_advice_new (const AyAdviceInput *input, const AyHead *head, AyHessian *hessian, AyJob *job,
               GError **error)
{
  g_autoptr (AyAdvice) self = g_new0 (AyAdvice, 1);
  g_autoptr (AyLoo) loo = leave_out (input, head, hessian, job, error);
  g_auto (Means) left = { NULL, NULL, NAN }, joined = { NULL, NULL, NAN };
  gsize n = MAX (input->n_kinds, 1);

  if (loo == NULL
      || (!loo->by_folds && !join (input, head, hessian, &joined, job, error)))
    return NULL;
  means_of (&left, loo->effect, input->train_kind, input->train->n, input->n_kinds);
  self->n_kinds = input->n_kinds;
  self->n = g_new0 (gsize, n);
  self->gain = g_new (double, n);
  self->low = g_new (double, n);
  self->high = g_new (double, n);
  self->gain_more = g_new (double, n);
  put_together (self, input, &left, &joined);
  self->method = g_strdup_printf ("training rows left out: %s%s", loo->method,
                                  loo->by_folds ? "" : "; validation rows put in");
  return g_steal_pointer (&self);
}

AyAdviceVerdict
ay_advice_verdict (const AyAdvice *self, gsize kind)
{
  if (self->low[kind] > self->overall)
    return AY_ADVICE_MORE;
  return self->high[kind] < self->overall ? AY_ADVICE_LESS : AY_ADVICE_NOT_TOLD;
}

/* --- the trial --- */

typedef struct
{
  const AyAdviceInput *input;
  AyJob *job;
  guint8 *hidden;        /* train->n */
  double *weight;        /* train->n: 0 for hidden rows */
  AyHead *before;        /* fitted without them */
  double loss_before;    /* of it */
} Trial;

static void
trial_clear (Trial *self)
{
  g_free (self->hidden);
  g_free (self->weight);
  g_clear_pointer (&self->before, ay_head_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Trial, trial_clear)

static gsize
class_of (const AyProblem *train, gsize i)
{
  return train->n_classes > 0 ? (gsize) train->label[i] : 0;
}

/* Marks the rows to hide: a share of every kind, but never one of a class's last two rows. */
static void
hide (Trial *self, double share, gsize *taken)
{
  const AyProblem *train = self->input->train;
  const guint32 *kind = self->input->train_kind;
  g_autofree gsize *size = g_new0 (gsize, MAX (self->input->n_kinds, 1));
  g_autofree gsize *left = g_new0 (gsize, train->n_classes + 1);
  g_autofree guint32 *order = NULL;
  AyRng rng;

  ay_rng_init (&rng, self->input->seed, STREAM);
  order = ay_rng_sample (&rng, train->n, train->n);
  for (gsize i = 0; i < train->n; i++)
    {
      size[kind[i]]++;
      left[class_of (train, i)]++;
    }
  for (gsize k = 0; k < train->n; k++)
    {
      gsize i = order[k], g = kind[i];

      if ((double) taken[g] + 1.0 > share * (double) size[g] || left[class_of (train, i)] <= 2)
        continue;
      self->hidden[i] = 1;
      self->weight[i] = 0.0;
      taken[g]++;
      left[class_of (train, i)]--;
    }
}

static AyHead *
fit (const Trial *self, const AyHead *warm, double *loss, GError **error)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyProblem rest = *self->input->train;
  g_autoptr (AyHead) head = NULL;
  AyFit judged;

  rest.weight = self->weight;
  head = ay_head_fit (&rest, &options, warm, self->job, error);
  if (head == NULL || !ay_head_evaluate (head, self->input->target, &judged, self->job, error))
    return NULL;
  *loss = judged.loss;
  return g_steal_pointer (&head);
}

/* The advice of the rows that are not hidden. */
static AyAdvice *
advise (const Trial *self, GError **error)
{
  AyHessianOptions options = AY_HESSIAN_OPTIONS_INIT;
  AyAdviceInput input = *self->input;
  AyProblem rest = *self->input->train;
  g_autoptr (AyHessian) hessian = NULL;

  rest.weight = self->weight;
  input.train = &rest;
  hessian = ay_hessian_new (&rest, self->before, &options, self->job, error);
  return hessian != NULL ? ay_advice_new (&input, self->before, hessian, self->job, error) : NULL;
}

/* The fall of the loss by the hidden rows of one kind. */
static gboolean
add_again (Trial *self, gsize kind, double *fall, GError **error)
{
  const AyProblem *train = self->input->train;
  g_autoptr (AyHead) after = NULL;
  double loss = NAN;

  for (gsize i = 0; i < train->n; i++)
    if (self->hidden[i] && self->input->train_kind[i] == kind)
      self->weight[i] = ay_problem_weight (train, i);
  after = fit (self, self->before, &loss, error);
  for (gsize i = 0; i < train->n; i++)
    if (self->hidden[i])
      self->weight[i] = 0.0;
  *fall = self->loss_before - loss;
  return after != NULL;
}

static gboolean
try_kinds (Trial *self, const AyAdvice *advice, AyAdviceTrial *out, GError **error)
{
  gsize tried = MIN (self->input->n_kinds, MAX_TRIED);

  for (gsize t = 0; t < tried; t++)
    {
      gsize k = advice->order[tried > 1 ? t * (self->input->n_kinds - 1) / (tried - 1) : 0];

      if (out->added[k] > 0 && advice->n[k] > 0)
        {
          out->predicted[k] = of_more (advice->gain[k], advice->n[k], out->added[k]);
          if (!add_again (self, k, &out->realised[k], error))
            return FALSE;
        }
      ay_job_set_fraction (self->job, (t + 1.0) / (double) tried);
    }
  return TRUE;
}

gboolean
ay_advice_try (const AyAdviceInput *input, const AyHead *head, double share, AyAdviceTrial *out,
               AyJob *job, GError **error)
{
  gsize n = input->train->n, n_kinds = input->n_kinds;
  g_auto (Trial) self = { .input = input, .job = job };
  g_auto (AyAdviceTrial) trial = { NULL, NULL, NULL };
  g_autoptr (AyAdvice) advice = NULL;

  if (!(share > 0.0 && share < 1.0))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("a share to hide is above 0 and below 1: %g"), share);
      return FALSE;
    }
  trial.added = g_new0 (gsize, MAX (n_kinds, 1));
  trial.predicted = g_new (double, MAX (n_kinds, 1));
  trial.realised = g_new (double, MAX (n_kinds, 1));
  for (gsize k = 0; k < n_kinds; k++)
    trial.predicted[k] = trial.realised[k] = NAN;
  self.hidden = g_new0 (guint8, MAX (n, 1));
  self.weight = g_new (double, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    self.weight[i] = ay_problem_weight (input->train, i);
  hide (&self, share, trial.added);
  self.before = fit (&self, head, &self.loss_before, error);
  advice = self.before != NULL ? advise (&self, error) : NULL;
  if (advice == NULL || !try_kinds (&self, advice, &trial, error))
    return FALSE;
  *out = trial;
  trial = (AyAdviceTrial) { NULL, NULL, NULL };
  return TRUE;
}
