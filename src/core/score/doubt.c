/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The probability that a label is wrong.
 *
 * Idea: Bayes' rule. With p_k what a model that has not seen the row gives class k, and Q_kg the
 * share of rows of true class k that came with label g,
 *
 *   P(true = k | x, label = g) = p_k Q_kg / sum_j p_j Q_jg,   wrong = 1 - P(true = g | x, g).
 *
 * Q comes from the confident joint (Northcutt, Jiang and Chuang 2021, eq. 1 and 2: calibrated to
 * the classes' sizes), with its share of off-diagonal counts spread evenly over all cells, so that
 * a mistake that was never seen is not impossible. It is learned from the labels as they came:
 * labels corrected since say nothing of how mistakes were made. Where p is the head's, rows of some
 * doubt get the mean of it and of what their ten nearest training rows say, two judges that err
 * differently: class k would have brought their labels with the product of Q_k, to a power below 1,
 * as they lie together.
 *
 * 1 - p_g, the usual doubt, does not add up to a number of errors: on digits with a tenth of the
 * labels changed it sums to three times their number, this to eight tenths of it (test
 * cli_review_claim).
 *
 * Cost: leave-one-out, two passes over n x C, and the neighbours of the doubted rows, at most
 * 2e12 flop. Memory: n x C doubles. */
#include "core/score/doubt.h"

#include "core/base/error.h"
#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/score/confident.h"
#include "core/score/left_out.h"

#include <math.h>
#include <string.h>

#define DOUBTED 0.02    /* from which on neighbours are asked */
#define NEIGHBOURS 10
#define VOTE_WEIGHT 0.5  /* neighbours lie together, and err together */
#define LEAST_NOISE 1e-6
#define NEIGHBOUR_FLOP 2e12

typedef struct
{
  AyScoreContext *context;
  const AyDataset *data;
  const gint32 *came;
  double *p;           /* n x C, NaN where not known */
  double *noise;       /* C x C: Q, true class by label */
  double *scratch;     /* C */
  AyDoubt *out;
  AyJob *job;
} Doubt;

/* --- who judges --- */

static gboolean
load_probabilities (Doubt *self, GError **error)
{
  const AyDataset *data = self->data;
  const char *method;

  self->out->given = data->probabilities != NULL;
  if (!self->out->given)
    self->p = ay_left_out_probabilities (self->context, FALSE, &method, self->job, error);
  else
    {
      self->p = ay_try_alloc (data->n * data->n_classes, sizeof (double), "the probabilities",
                              error);
      if (self->p != NULL)
        ay_matrix_get_f64 (data->probabilities, 0, data->n, self->p);
    }
  return self->p != NULL;
}

static gboolean
is_known (const Doubt *self, gsize row)
{
  const double *p = self->p + row * self->data->n_classes;
  double sum = 0.0;

  for (guint k = 0; k < self->data->n_classes; k++)
    sum += p[k];
  return isfinite (sum);
}

/* Rows that Q is learned from. */
static gboolean
is_judged (const Doubt *self, gsize row)
{
  return self->came[row] != AY_LABEL_MISSING && self->data->split[row] != AY_SPLIT_TEST
         && self->data->split[row] != AY_SPLIT_POOL && is_known (self, row);
}

/* --- how labels go wrong --- */

/* Rows of Q to sum 1: P(label g | true k). */
static void
normalise (Doubt *self)
{
  guint n_classes = self->data->n_classes;

  for (guint k = 0; k < n_classes; k++)
    {
      double sum = 0.0;

      for (guint g = 0; g < n_classes; g++)
        sum += self->noise[k * n_classes + g];
      for (guint g = 0; g < n_classes; g++)
        self->noise[k * n_classes + g]
            = sum > 0.0 ? self->noise[k * n_classes + g] / sum : k == g;
    }
}

/* Q from the joint's counts. */
static void
set_noise (Doubt *self, const AyConfident *confident)
{
  guint n_classes = confident->n_classes;
  double off = self->out->rate / n_classes;

  for (guint g = 0; g < n_classes; g++)
    {
      double sum = 0.0;

      for (guint k = 0; k < n_classes; k++)
        sum += (double) confident->joint[g * n_classes + k];
      for (guint k = 0; k < n_classes; k++)
        {
          double share = sum > 0.0 ? confident->joint[g * n_classes + k] / sum : k == g;

          self->noise[k * n_classes + g] = share * (double) confident->count[g] + off;
        }
    }
  normalise (self);
}

static gboolean
learn_noise (Doubt *self, GError **error)
{
  const AyDataset *data = self->data;
  g_autofree guint32 *rows = g_new (guint32, data->n + 1);
  g_autofree gint32 *label = g_new (gint32, data->n + 1);
  g_autoptr (AyMatrix) matrix = ay_matrix_wrap (data->n, data->n_classes, AY_DTYPE_F64, FALSE,
                                                FALSE, self->p, NULL, NULL);
  AyJudged judged = { matrix, rows, label, 0, data->n_classes };
  g_autoptr (AyConfident) confident = NULL;
  gint64 kept = 0;

  for (gsize i = 0; i < data->n; i++)
    if (is_judged (self, i))
      {
        rows[judged.n] = (guint32) i;
        label[judged.n++] = self->came[i];
      }
  confident = ay_confident_new (&judged, self->job, error);
  if (confident != NULL)
    {
      for (guint k = 0; k < data->n_classes; k++)
        kept += confident->joint[k * data->n_classes + k];
      self->out->rate = confident->n_confident > 0
                            ? 1.0 - (double) kept / confident->n_confident : 0.0;
      set_noise (self, confident);
    }
  return confident != NULL;
}

/* --- Bayes --- */

static void
judge_row (Doubt *self, gsize row, const double *p)
{
  guint n_classes = self->data->n_classes;
  gint32 label = self->data->label[row];
  double sum = 0.0, most = -1.0;

  for (guint k = 0; k < n_classes; k++)
    {
      double mass = p[k] * self->noise[k * n_classes + label];

      sum += mass;
      if ((gint32) k != label && mass > most)
        {
          most = mass;
          self->out->instead[row] = (gint32) k;
        }
      self->scratch[k] = mass;
    }
  self->out->wrong[row] = sum > 0.0 ? 1.0 - self->scratch[label] / sum : 0.5;
}

static gboolean
judge_rows (Doubt *self, GError **error)
{
  for (gsize i = 0; i < self->data->n; i++)
    {
      if (i % 1024 == 0 && !ay_job_check (self->job, error))
        return FALSE;
      if (self->data->label[i] != AY_LABEL_MISSING && self->data->split[i] != AY_SPLIT_POOL
          && is_known (self, i))
        judge_row (self, i, self->p + i * self->data->n_classes);
    }
  return TRUE;
}

/* --- neighbours --- */

/* The rows of some doubt, the most doubted where that are too many to ask for. */
static guint32 *
list_doubted (const Doubt *self, gsize n_train, gsize *count)
{
  const AyDataset *data = self->data;
  double each = 2.0 * (double) n_train * (double) MAX (ay_matrix_cols (data->features), 1);
  gsize most = (gsize) MAX (NEIGHBOUR_FLOP / each, 1.0);
  g_autofree guint32 *order = ay_order (self->out->wrong, data->n, TRUE);
  g_autofree guint32 *rows = g_new (guint32, data->n + 1);
  g_autofree guint8 *mark = g_new0 (guint8, data->n + 1);
  gsize n = 0;

  for (gsize k = 0; k < data->n && n < most && self->out->wrong[order[k]] >= DOUBTED; k++, n++)
    mark[order[k]] = 1;
  n = 0;
  for (gsize i = 0; i < data->n; i++)
    if (mark[i])
      rows[n++] = (guint32) i;
  *count = n;
  return g_steal_pointer (&rows);
}

/* The mean of p and of what the neighbours' labels say, in p: class k would have brought label g
 * with Q_kg each. */
static void
add_votes (Doubt *self, guint32 row, const AyNeighbours *near, gsize query, const AyProblem *train)
{
  guint n_classes = self->data->n_classes, found = 0;
  double *p = self->p + (gsize) row * n_classes, *said = self->scratch;

  memset (said, 0, n_classes * sizeof *said);
  for (guint n = 0; n < near->k && found < NEIGHBOURS; n++)
    {
      guint32 at = near->index[query * near->k + n];

      if (at == G_MAXUINT32 || train->rows[at] == row)
        continue;
      found++;
      for (guint k = 0; k < n_classes; k++)
        said[k] += VOTE_WEIGHT
                   * log (MAX (self->noise[k * n_classes + train->label[at]], LEAST_NOISE));
    }
  ay_softmax (said, n_classes, said);
  for (guint k = 0; k < n_classes && found > 0; k++)
    p[k] = 0.5 * (p[k] + said[k]);
}

static gboolean
ask_neighbours (Doubt *self, GError **error)
{
  const AyProblem *train = ay_score_context_train (self->context, error);
  g_autoptr (AyNeighbours) near = NULL;
  g_autofree guint32 *rows = NULL;
  gsize count;

  if (train == NULL)
    return FALSE;
  rows = list_doubted (self, train->n, &count);
  if (count == 0 || train->n < 2)
    return TRUE;
  ay_job_set_phase (self->job, "asking neighbours");
  near = ay_score_context_nearest (self->context, rows, count,
                                   NEIGHBOURS + 1, /* one may be the row itself */
                                   self->job, error);
  if (near == NULL)
    return FALSE;
  for (gsize q = 0; q < count; q++)
    add_votes (self, rows[q], near, q, train);
  return TRUE;
}

static gboolean
run (Doubt *self, GError **error)
{
  if (!load_probabilities (self, error) || !learn_noise (self, error)
      || !judge_rows (self, error))
    return FALSE;
  if (!self->out->given && !ask_neighbours (self, error))
    return FALSE;
  return judge_rows (self, error);
}

AyDoubt *
ay_doubt_new (AyScoreContext *context, const gint32 *came, AyJob *job, GError **error)
{
  Doubt self = { .context = context, .data = ay_score_context_data (context), .came = came,
                 .job = job };
  g_autoptr (AyDoubt) out = g_new0 (AyDoubt, 1);
  guint n_classes = self.data->n_classes;
  gboolean done;

  if (n_classes < 2)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                           N_ ("labels are doubted where there are two classes or more"));
      return NULL;
    }
  self.out = out;
  out->n = self.data->n;
  out->wrong = ay_try_alloc (out->n, sizeof (double), "the doubts", error);
  if (out->wrong == NULL)
    return NULL;
  out->instead = g_new (gint32, out->n + 1);
  for (gsize i = 0; i < out->n; i++)
    {
      out->wrong[i] = NAN;
      out->instead[i] = AY_LABEL_MISSING;
    }
  self.noise = g_new0 (double, (gsize) n_classes * n_classes);
  self.scratch = g_new0 (double, n_classes);
  done = run (&self, error);
  g_free (self.p);
  g_free (self.noise);
  g_free (self.scratch);
  return done ? g_steal_pointer (&out) : NULL;
}

void
ay_doubt_free (AyDoubt *self)
{
  if (self == NULL)
    return;
  g_free (self->wrong);
  g_free (self->instead);
  g_free (self);
}
