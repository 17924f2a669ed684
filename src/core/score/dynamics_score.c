/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The training dynamics of the registry, all by one pass over the log, and TracIn (Pruthi et al.
 * 2020): sum over epochs of step times (r_i . G z_i), G = mean over the target's rows of r_t z_t^T,
 * which is the inner product of the gradients of row i and of the target's loss for the last layer:
 * > 0 = a step on the row lowers that loss. */
#include "core/score/dynamics.h"
#include "core/base/words.h"
#include "core/score/noise.h"
#include "core/score/parameters.h"
#include "core/score/score_private.h"
#include "core/score/training_log.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/standardise.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define BLOCK 256

/* --- the log --- */

static AyTrainingLog *
open_run (AyScoreContext *context, AyJob *job, GError **error)
{
  AyRunOptions options = AY_RUN_OPTIONS_INIT;
  const AyProblem *train = ay_score_context_train (context, error);
  gsize epochs = options.epochs, batch = options.batch;

  if (train == NULL || !ay_score_parameter_count (context, "epochs", 1, &epochs, error)
      || !ay_score_parameter_count (context, "batch", 1, &batch, error)
      || !ay_score_parameter_number (context, "step", &options.step, error))
    return NULL;
  options.epochs = (guint) epochs;
  options.batch = (guint) MIN (batch, train->n);
  options.seed = ay_score_context_seed (context);
  return ay_training_log_of_run (ay_score_context_data (context), train, &options, job, error);
}

static AyTrainingLog *
open_log (AyScoreContext *context, AyJob *job, GError **error)
{
  AyDataset *data = ay_score_context_data (context);
  const char *log = ay_score_context_get (context, "logits");

  if (log == NULL || strcmp (log, "auto") == 0)
    log = data->dynamics != NULL ? "given" : "run";
  if (strcmp (log, "given") == 0)
    return ay_training_log_of_data (data, error);
  if (strcmp (log, "run") == 0)
    return open_run (context, job, error);
  return ay_training_log_of_folder (data, log, job, error);
}

/* --- one pass for all measures --- */

/* Rows with a label that stand in the log, and what was found of them. */
typedef struct
{
  AyTrainingLog *log;
  AyDynamics *dynamics;
  guint32 *rows;
  gint32 *label;
  gsize n;
} Measured;

static void
measured_free (gpointer data)
{
  Measured *self = data;

  ay_training_log_free (self->log);
  ay_dynamics_free (self->dynamics);
  g_free (self->rows);
  g_free (self->label);
  g_free (self);
}

static void
list_rows (Measured *self, const AyDataset *data, gboolean judge_test)
{
  gboolean own = ay_training_log_is_own_run (self->log);

  self->rows = g_new (guint32, data->n + 1);
  self->label = g_new (gint32, data->n + 1);
  for (gsize i = 0; i < data->n; i++)
    if (data->label[i] != AY_LABEL_MISSING && ay_training_log_has (self->log, i)
        && (judge_test || data->split[i] != AY_SPLIT_TEST)
        && (!own || data->split[i] == AY_SPLIT_TRAIN))
      {
        self->rows[self->n] = (guint32) i;
        self->label[self->n++] = data->label[i];
      }
}

static void
add_block (gsize block, guint worker, gpointer data)
{
  Measured *self = data;
  gsize first = block * BLOCK, count = MIN (BLOCK, self->n - first);
  g_autofree double *z = g_new (double, BLOCK * self->dynamics->n_classes);

  ay_training_log_read (self->log, self->rows + first, count, z);
  for (gsize i = 0; i < count; i++)
    if (ay_training_log_has_now (self->log, self->rows[first + i]))
      ay_dynamics_add (self->dynamics, first + i, 1, self->label + first + i,
                       z + i * self->dynamics->n_classes);
}

static gboolean
run_epochs (Measured *self, AyJob *job, GError **error)
{
  guint n = ay_training_log_n_epochs (self->log);

  ay_job_set_phase (job, "training dynamics");
  for (guint epoch = 0; epoch < n; epoch++)
    {
      if (!ay_training_log_go_to (self->log, epoch, job, error)
          || !ay_parallel_for (ay_n_blocks (self->n, BLOCK), add_block, self, job, error))
        return FALSE;
      ay_job_set_fraction (job, (epoch + 1.0) / n);
    }
  ay_dynamics_finish (self->dynamics);
  return TRUE;
}

static char *
key_of (AyScoreContext *context)
{
  const char *const names[] = { "logits", "test_rows", "epochs", "batch", "step" };
  GString *key = g_string_new ("dynamics");

  for (guint k = 0; k < G_N_ELEMENTS (names); k++)
    g_string_append_printf (key, "|%s", ay_score_context_get (context, names[k]) != NULL
                                            ? ay_score_context_get (context, names[k]) : "");
  return g_string_free (key, FALSE);
}

static const Measured *
measure (AyScoreContext *context, AyJob *job, GError **error)
{
  static const char *const test_rows[] = { "leave", "judge", NULL };
  g_autofree char *key = key_of (context);
  Measured *self = ay_score_context_kept (context, key);
  AyDataset *data = ay_score_context_data (context);
  guint test = 0;

  if (self != NULL)
    return self;
  if (!ay_score_parameter_choice (context, "test_rows", test_rows, &test, error))
    return NULL;
  self = g_new0 (Measured, 1);
  self->log = open_log (context, job, error);
  if (self->log != NULL)
    list_rows (self, data, test);
  self->dynamics = self->log != NULL ? ay_dynamics_new (self->n, data->n_classes, error) : NULL;
  if (self->dynamics == NULL || !run_epochs (self, job, error))
    {
      measured_free (self);
      return NULL;
    }
  ay_score_context_keep (context, key, self, measured_free);
  return self;
}

/* --- the measures --- */

/* Length of each row's standardised features with a last 1, times its value. */
static gboolean
scale_by_length (AyScoreContext *context, const Measured *measured, double *value, AyJob *job,
                 GError **error)
{
  const AyProblem *train = ay_score_context_train (context, error);
  g_autoptr (AyMoments) moments = train != NULL ? ay_moments_of (train, job, error) : NULL;
  gsize d = moments != NULL ? moments->d : 0;
  g_autofree float *scale = g_new (float, 2 * d + 1), *z = g_new (float, d + 1);

  if (moments == NULL
      || !ay_moments_scaling (moments, FALSE, 1.0, scale, scale + d, error))
    return FALSE;
  for (gsize i = 0; i < measured->n; i++)
    {
      double sum = 1.0;

      if (i % BLOCK == 0 && !ay_job_check (job, error))
        return FALSE;
      ay_standardise_block (train->features, measured->rows + i, 1, scale, scale + d, z);
      for (gsize j = 0; j < d; j++)
        sum += (double) z[j] * z[j];
      value[measured->rows[i]] *= sqrt (sum);
    }
  return TRUE;
}

typedef enum { EL2N, GRAND, FORGETTING, AUM, CONFIDENCE, VARIABILITY, CORRECTNESS } Which;

static double
value_of (const AyDynamics *d, Which which, gsize i)
{
  switch (which)
    {
    case FORGETTING: return d->forgetting[i];
    case AUM: return isfinite (d->aum[i]) ? d->aum[i] : NAN;
    case CONFIDENCE: return d->confidence[i];
    case VARIABILITY: return d->variability[i];
    case CORRECTNESS: return d->correctness[i];
    default: return d->el2n[i];
    }
}

static void
say (const Measured *measured, const AyDataset *data, Which which, AyScoreResult *out)
{
  guint epochs = ay_training_log_n_epochs (measured->log);
  gsize bad = 0, infinite = 0, never = 0, fewer = 0;

  for (gsize i = 0; i < measured->n; i++)
    if (measured->dynamics->state[i] & AY_DYNAMICS_BAD)
      bad++;
    else
      {
        infinite += isinf (measured->dynamics->aum[i]) != 0;
        never += measured->dynamics->correctness[i] == 0;
        fewer += measured->dynamics->epochs[i] < epochs;
      }
  ay_score_text (out, "log", ay_training_log_describe (measured->log));
  ay_score_text (out, "of", ay_training_log_is_own_run (measured->log) ? "a linear head"
                                                                       : "your model's run");
  ay_score_count (out, "epochs", epochs);
  ay_score_count (out, "rows_of_fewer_epochs", fewer);
  ay_score_count (out, "rows_never_right", never);
  ay_score_count (out, "rows_of_bad_logits", bad);
  if (which == GRAND)
    ay_score_text (out, "quantity", "mean over epochs of the length of the last layer's gradient, "
                   "|p - y| (|z|^2 + 1)^(1/2), z the standardised features");
  out->missing_because = g_strdup_printf (
      "no label, not in the training log, or a test row, which is kept for the report; %zu "
      "rows have logits that are not numbers%s", bad,
      which == AUM && infinite > 0 ? ", and some an infinite margin" : "");
}

static gboolean
run_measure (AyScoreContext *context, Which which, AyScoreResult *out, AyJob *job, GError **error)
{
  const Measured *measured = measure (context, job, error);
  const AyDataset *data = ay_score_context_data (context);

  out->values = measured != NULL ? ay_score_blank (data->n, error) : NULL;
  if (out->values == NULL)
    return FALSE;
  for (gsize i = 0; i < measured->n; i++)
    if (!(measured->dynamics->state[i] & AY_DYNAMICS_BAD))
      out->values[measured->rows[i]] = value_of (measured->dynamics, which, i);
  say (measured, data, which, out);
  return which != GRAND || scale_by_length (context, measured, out->values, job, error);
}

#define DEFINE_RUN(NAME, WHICH)                                                                   \
  gboolean NAME (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)         \
  {                                                                                               \
    return run_measure (context, WHICH, out, job, error);                                         \
  }

DEFINE_RUN (ay_run_el2n, EL2N)
DEFINE_RUN (ay_run_grand, GRAND)
DEFINE_RUN (ay_run_forgetting, FORGETTING)
DEFINE_RUN (ay_run_aum, AUM)
DEFINE_RUN (ay_run_confidence, CONFIDENCE)
DEFINE_RUN (ay_run_variability, VARIABILITY)
DEFINE_RUN (ay_run_correctness, CORRECTNESS)

/* --- TracIn --- */

/* Groups of the target's rows, whose values tell how much of the sum is noise: every row its own
 * where that is affordable. */
#define MOST_GROUPS 256
#define GROUPS_FOR_ERRORS 100   /* fewer know their spread too badly */
#define GROUP_COLUMNS 4096      /* groups x classes */
#define GROUP_NUMBERS ((gsize) 1 << 24) /* of gradients, or of values */
#define GROUP_FLOP 2e10

typedef struct
{
  const AyTrainingLog *log;
  const AyProblem *train, *target;
  gsize d, n_groups;
  float *scale;      /* 2 x d */
  double *gradient;  /* n_groups x C x (d + 1): G */
  double *value;     /* n of train x n_groups */
  double *share;     /* n_groups: of the target's weight */
} Trace;

/* Residuals p - y (count x C, NaN where the log is bad), rows with a last 1 (count x (d + 1)). */
static void
load_rows (const Trace *self, const AyProblem *of, gsize first, gsize count, double *r, double *z)
{
  guint n = of->n_classes;
  gsize d = self->d;
  g_autofree float *narrow = g_new (float, count * d + 1);

  ay_training_log_read (self->log, of->rows + first, count, r);
  ay_standardise_block (of->features, of->rows + first, count, self->scale, self->scale + d,
                        narrow);
  for (gsize i = 0; i < count; i++)
    {
      double *p = r + i * n, most = -HUGE_VAL, sum = 0.0;

      for (guint k = 0; k < n; k++)
        most = MAX (most, p[k]);
      for (guint k = 0; k < n; k++)
        sum += p[k] = exp (p[k] - most);
      for (guint k = 0; k < n; k++)
        p[k] = p[k] / sum - (k == (guint) of->label[first + i]);
      for (gsize j = 0; j < d; j++)
        z[i * (d + 1) + j] = narrow[i * d + j];
      z[i * (d + 1) + d] = 1.0;
    }
}

/* Rows t of the target are in group t mod n_groups. */
static gboolean
add_gradient (Trace *self, AyJob *job, GError **error)
{
  const AyProblem *of = self->target;
  gsize p = self->d + 1, n = of->n_classes, groups = self->n_groups;
  g_autofree double *r = g_new (double, BLOCK * n), *z = g_new (double, BLOCK * p);
  double total = 0.0;

  memset (self->gradient, 0, groups * n * p * sizeof (double));
  memset (self->share, 0, groups * sizeof (double));
  for (gsize i = 0; i < of->n; i++)
    total += ay_problem_weight (of, i);
  for (gsize first = 0; first < of->n; first += BLOCK)
    {
      gsize count = MIN (BLOCK, of->n - first);

      if (!ay_job_check (job, error))
        return FALSE;
      load_rows (self, of, first, count, r, z);
      for (gsize i = 0; i < count; i++)
        {
          double weight = ay_problem_weight (of, first + i) / total;

          cblas_dscal (n, weight, r + i * n, 1);
          self->share[(first + i) % groups] += weight;
        }
      for (gsize i = 0; i < MIN (count, groups); i++) /* every groups-th row from here on */
        cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, n, p, (count - i - 1) / groups + 1,
                     1.0, r + i * n, n * groups, z + i * p, p * groups, 1.0,
                     self->gradient + (first + i) % groups * n * p, p);
    }
  return TRUE;
}

static void
trace_block (gsize block, guint worker, gpointer data)
{
  Trace *self = data;
  const AyProblem *of = self->train;
  gsize p = self->d + 1, first = block * BLOCK, count = MIN (BLOCK, of->n - first);
  gsize n = of->n_classes, columns = self->n_groups * n;
  g_autofree double *r = g_new (double, BLOCK * n), *z = g_new (double, BLOCK * p);
  g_autofree double *by = g_new (double, BLOCK * columns);

  load_rows (self, of, first, count, r, z);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, count, columns, p, 1.0, z, p,
               self->gradient, p, 0.0, by, columns);
  for (gsize i = 0; i < count; i++)
    for (gsize g = 0; g < self->n_groups; g++)
      self->value[(first + i) * self->n_groups + g]
          += ay_training_log_step (self->log)
             * cblas_ddot (n, r + i * n, 1, by + i * columns + g * n, 1);
}

static gboolean
check_log (const AyTrainingLog *log, const AyProblem *of, const char *part, GError **error)
{
  for (gsize i = 0; i < of->n; i++)
    if (!ay_training_log_has (log, of->rows[i]))
      {
        g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                     N_ ("tracin: %s row %u is not in the training "
                         "log"),
                     part, of->rows[i]);
        return FALSE;
      }
  return TRUE;
}

/* Two at least, and an even number where they are not the rows, so that halves are alike. */
static gsize
choose_groups (const Trace *self)
{
  gsize n = self->train->n, classes = self->train->n_classes;
  gsize most = MIN (MIN (GROUP_NUMBERS / n, GROUP_COLUMNS / classes),
                    GROUP_NUMBERS / (classes * (self->d + 1)));
  double flop = 2.0 * n * (self->d + 1) * classes * ay_training_log_n_epochs (self->log);

  most = MIN (most, (gsize) (GROUP_FLOP / flop));
  return self->target->n <= MIN (most, MOST_GROUPS) ? self->target->n
                                                    : CLAMP (most, 2, MOST_GROUPS) & ~(gsize) 1;
}

static gboolean
trace (Trace *self, AyTrainingLog *log, AyJob *job, GError **error)
{
  g_autoptr (AyMoments) moments = ay_moments_of (self->train, job, error);

  if (moments == NULL)
    return FALSE;
  self->log = log;
  self->d = moments->d;
  self->n_groups = choose_groups (self);
  self->scale = g_new (float, 2 * moments->d + 1);
  self->share = g_new (double, self->n_groups);
  self->gradient = ay_try_alloc (self->n_groups * self->train->n_classes * (self->d + 1),
                                 sizeof (double), "the gradients", error);
  self->value = self->gradient != NULL ? ay_try_alloc (self->train->n * self->n_groups + 1,
                                                       sizeof (double), "the values", error)
                                       : NULL;
  if (self->value == NULL)
    return FALSE;
  memset (self->value, 0, self->train->n * self->n_groups * sizeof (double));
  if (!ay_moments_scaling (moments, FALSE, 1.0, self->scale, self->scale + self->d, error))
    return FALSE;
  for (guint epoch = 0; epoch < ay_training_log_n_epochs (log); epoch++)
    if (!ay_training_log_go_to (log, epoch, job, error) || !add_gradient (self, job, error)
        || !ay_parallel_for (ay_n_blocks (self->train->n, BLOCK), trace_block, self, job, error))
      return FALSE;
  return TRUE;
}

/* Sums over the groups, by even and odd ones too, and their standard error: the groups' parts are
 * drawn from one lot, each in proportion to its share of the weight. */
static void
sum_groups (const Trace *self, gsize i, double *sum, double *half, double *error)
{
  const double *part = self->value + i * self->n_groups;
  double shares[2] = { 0.0, 0.0 }, squares = 0.0, n = (double) self->n_groups;

  half[0] = half[1] = 0.0;
  for (gsize g = 0; g < self->n_groups; g++)
    {
      half[g % 2] += part[g];
      shares[g % 2] += self->share[g];
    }
  *sum = half[0] + half[1];
  for (gsize g = 0; g < self->n_groups; g++)
    squares += pow (part[g] - self->share[g] * *sum, 2.0);
  *error = n > 1.0 ? sqrt (squares * n / (n - 1.0)) : NAN;
  for (guint h = 0; h < 2; h++)
    half[h] /= shares[h];
}

static gboolean
place_trace (const Trace *self, AyScoreContext *context, AyScoreResult *out, GError **error)
{
  gsize n = self->train->n;
  g_autofree double *memory = ay_try_alloc (4 * n + 1, sizeof (double), "the values", error);
  double *value = memory, *errors = memory + n, *first = memory + 2 * n, *second = memory + 3 * n;
  gboolean known = self->n_groups >= GROUPS_FOR_ERRORS || self->n_groups == self->target->n;
  AyNoise noise = { .rows = self->train->rows, .n = n, .value = value,
                    .error = known && self->target->n > 1 ? errors : NULL,
                    .half = { first, second }, .n_judging = self->target->n };

  out->values = memory != NULL ? ay_score_blank (ay_score_context_data (context)->n, error) : NULL;
  if (out->values == NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      double half[2];

      sum_groups (self, i, &value[i], half, &errors[i]);
      first[i] = half[0];
      second[i] = half[1];
      out->values[self->train->rows[i]] = value[i];
    }
  ay_score_count (out, "groups_of_validation_rows", self->n_groups);
  if (noise.error == NULL)
    ay_score_text (out, "standard_errors", "not computed: too dear at this size");
  return ay_noise_say (&noise, context, out, error);
}

gboolean
ay_run_tracin (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  g_autoptr (AyTrainingLog) log = open_log (context, job, error);
  Trace self = { 0 };
  gboolean done = log != NULL;

  self.train = done ? ay_score_context_train (context, error) : NULL;
  self.target = self.train != NULL ? ay_score_context_target (context, error) : NULL;
  done = self.target != NULL && check_log (log, self.train, "train", error)
         && check_log (log, self.target, "validation", error) && trace (&self, log, job, error)
         && place_trace (&self, context, out, error);
  if (done)
    {
      ay_score_text (out, "log", ay_training_log_describe (log));
      ay_score_number (out, "step", ay_training_log_step (log));
      ay_score_text (out, "quantity", "sum over the log's epochs of step times the inner product "
                     "of the last layer's gradients of the row's and of the target's loss, on "
                     "the standardised features");
      out->missing_because = g_strdup (N_ ("only labelled rows of the train part have one, and "
                                           "logits that are numbers"));
    }
  g_free (self.scale);
  g_free (self.gradient);
  g_free (self.value);
  g_free (self.share);
  return done;
}
