/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Confident learning.
 *
 * Threshold t_k = mean p_k over the rows labelled k. A row labelled g is counted at (g, k) of the
 * joint when p_k >= t_k for some k, the likeliest of those. What is off the diagonal is likely
 * mislabelled; its share times n estimates the number of errors. Two passes over blocks of rows on
 * all cores, chunks of a number that depends on n alone, added in order: O(n C). Memory: 24 bytes a
 * row and C^2 counts a chunk. */
#include "core/score/confident.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/stats.h"

#include <math.h>
#include <string.h>

#define LEAST_THRESHOLD 2e-6
#define NO_THRESHOLD 2.0
#define SLACK 1e-6
#define MAX_CHUNKS 64
#define BLOCK_VALUES (8 << 10)
#define JOINT_BYTES (64 << 20)

typedef struct
{
  AyConfident *out;
  const AyJudged *judged;
  gsize chunk_rows, n_chunks;
  double *sums;    /* n_chunks x C */
  gint64 *joints;  /* n_chunks x C x C */
  AyJob *job;
} Count;

typedef void (*RowFunc) (Count *self, gsize chunk, gsize i, const double *p);

static void
read_rows (const AyJudged *judged, gsize first, gsize count, double *p)
{
  if (judged->rows != NULL)
    ay_matrix_gather_f64 (judged->probabilities, judged->rows + first, count, p);
  else
    ay_matrix_get_f64 (judged->probabilities, first, count, p);
}

static void
each_row (Count *self, gsize chunk, RowFunc func)
{
  const AyJudged *judged = self->judged;
  gsize last = MIN (judged->n, (chunk + 1) * self->chunk_rows), n = judged->n_classes;
  gsize rows = MAX (1, BLOCK_VALUES / n);
  g_autofree double *p = g_new (double, rows * n);

  for (gsize first = chunk * self->chunk_rows; first < last; first += rows)
    {
      gsize count = MIN (rows, last - first);

      if (ay_job_is_cancelled (self->job))
        return;
      read_rows (judged, first, count, p);
      for (gsize i = 0; i < count; i++)
        func (self, chunk, first + i, p + i * n);
    }
}

static void
look_at_row (Count *self, gsize chunk, gsize i, const double *p)
{
  gint32 y = self->judged->label[i];
  guint best = 0, n = self->judged->n_classes;
  double other = -HUGE_VAL;

  for (guint k = 0; k < n; k++)
    {
      if (p[k] > p[best])
        best = k;
      if (k != (guint) y)
        other = MAX (other, p[k]);
    }
  self->sums[chunk * n + y] += p[y];
  self->out->self_confidence[i] = p[y];
  self->out->margin[i] = p[y] - other;
  self->out->guess[i] = (gint32) best;
}

static void
count_row (Count *self, gsize chunk, gsize i, const double *p)
{
  guint n = self->judged->n_classes;
  gint32 best = -1;

  for (guint k = 0; k < n; k++)
    if (p[k] >= self->out->threshold[k] - SLACK && (best < 0 || p[k] > p[best]))
      best = (gint32) k;
  self->out->confident[i] = best;
  if (best >= 0)
    self->joints[(chunk * n + self->judged->label[i]) * n + best]++;
}

static void
look_at_chunk (gsize chunk, guint worker, gpointer data)
{
  each_row (data, chunk, look_at_row);
}

static void
count_chunk (gsize chunk, guint worker, gpointer data)
{
  each_row (data, chunk, count_row);
}

static gboolean
set_thresholds (Count *self, GError **error)
{
  AyConfident *out = self->out;

  if (!ay_parallel_for (self->n_chunks, look_at_chunk, self, self->job, error))
    return FALSE;
  for (gsize i = 0; i < out->n; i++)
    out->count[self->judged->label[i]]++;
  for (guint k = 0; k < out->n_classes; k++)
    {
      double sum = 0.0;

      for (gsize chunk = 0; chunk < self->n_chunks; chunk++)
        sum += self->sums[chunk * out->n_classes + k];
      out->threshold[k] = out->count[k] > 0 ? MAX (sum / out->count[k], LEAST_THRESHOLD)
                                            : NO_THRESHOLD;
    }
  return TRUE;
}

static gboolean
count_joint (Count *self, GError **error)
{
  AyConfident *out = self->out;
  gsize size = (gsize) out->n_classes * out->n_classes;
  gint64 trace = 0;

  if (!ay_parallel_for (self->n_chunks, count_chunk, self, self->job, error))
    return FALSE;
  for (gsize chunk = 0; chunk < self->n_chunks; chunk++)
    for (gsize j = 0; j < size; j++)
      out->joint[j] += self->joints[chunk * size + j];
  for (gsize j = 0; j < size; j++)
    out->n_confident += out->joint[j];
  for (guint k = 0; k < out->n_classes; k++)
    trace += out->joint[k * (out->n_classes + 1)];
  if (out->n_confident > 0)
    out->n_errors = (gsize) ((out->n_confident - trace) * (gint64) out->n / out->n_confident);
  return TRUE;
}

AyConfident *
ay_confident_new (const AyJudged *judged, AyJob *job, GError **error)
{
  g_autoptr (AyConfident) self = g_new0 (AyConfident, 1);
  gsize n = MAX (judged->n, 1), classes = judged->n_classes, size = classes * classes;
  Count count = { .out = self, .judged = judged, .job = job };
  g_autofree double *sums = NULL;
  g_autofree gint64 *joints = NULL;

  self->n = judged->n;
  self->n_classes = judged->n_classes;
  count.chunk_rows = MAX (ay_n_blocks (judged->n, CLAMP (JOINT_BYTES / (size * sizeof (gint64)), 1,
                                                         MAX_CHUNKS)), 1);
  count.n_chunks = ay_n_blocks (judged->n, count.chunk_rows);
  self->threshold = g_new0 (double, classes);
  self->count = g_new0 (gsize, classes);
  self->joint = ay_try_alloc (size, sizeof (gint64), "the confident joint", error);
  self->self_confidence = self->joint == NULL
                              ? NULL
                              : ay_try_alloc (n, 2 * sizeof (double) + 2 * sizeof (gint32),
                                              "the rows' confidence", error);
  joints = self->self_confidence == NULL
               ? NULL
               : ay_try_alloc (MAX (count.n_chunks, 1) * size, sizeof (gint64),
                               "the confident joint", error);
  if (joints == NULL)
    return NULL;
  self->margin = self->self_confidence + n;
  self->guess = (gint32 *) (self->margin + n);
  self->confident = self->guess + n;
  count.sums = sums = g_new0 (double, MAX (count.n_chunks, 1) * classes);
  count.joints = joints;
  if (!set_thresholds (&count, error) || !count_joint (&count, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
ay_confident_free (AyConfident *self)
{
  if (self == NULL)
    return;
  g_free (self->threshold);
  g_free (self->count);
  g_free (self->joint);
  g_free (self->self_confidence); /* margin, guess and confident are of the same piece */
  g_free (self);
}

/* --- filters --- */

static const char *const filter_names[]
    = { "low_normalized_margin", "low_self_confidence", "prune_by_noise_rate", "prune_by_class",
        "both", "confident_learning", "predicted_neq_given" };

const char *
ay_filter_name (AyFilter filter)
{
  return (guint) filter < AY_N_FILTERS ? filter_names[filter] : NULL;
}

gboolean
ay_filter_parse (const char *name, AyFilter *filter)
{
  for (guint k = 0; k < AY_N_FILTERS; k++)
    if (strcmp (name, filter_names[k]) == 0)
      {
        *filter = k;
        return TRUE;
      }
  return FALSE;
}

/* Marks the `count` lowest of the positions at (NULL: all). */
static void
mark_lowest (const double *by, const guint32 *at, gsize n, gsize count, guint8 *mark)
{
  g_autofree guint32 *order = ay_order (by, n, FALSE);

  for (gsize k = 0; k < MIN (n, count); k++)
    mark[at != NULL ? at[order[k]] : order[k]] = 1;
}

/* Calibrated counts: each row of the joint scaled to its class's rows, the diagonal at least 1
 * before; the whole then sums to n. */
static double *
calibrate (const AyConfident *self)
{
  gsize classes = self->n_classes;
  double *out = g_new0 (double, classes * classes);

  for (gsize g = 0; g < classes; g++)
    {
      double sum = 0.0;

      for (gsize k = 0; k < classes; k++)
        sum += out[g * classes + k]
            = MAX ((double) self->joint[g * classes + k], g == k ? 1.0 : 0.0);
      for (gsize k = 0; k < classes; k++)
        out[g * classes + k] *= self->count[g] / sum;
    }
  return out;
}

/* Of class g's rows (at), those that the calibrated counts of its row send elsewhere. */
static void
prune_class (const AyConfident *self, const AyJudged *judged, const guint32 *at, gsize n, gsize g,
             const double *counts, guint8 *by_rate, guint8 *by_class)
{
  gsize classes = self->n_classes;
  g_autofree double *p = g_new (double, n * classes + 1), *by = g_new (double, n + 1);
  double away = (double) n - floor (counts[g] + 0.5);

  for (gsize i = 0; i < n; i++)
    {
      guint32 row = judged->rows != NULL ? judged->rows[at[i]] : at[i];

      ay_matrix_gather_f64 (judged->probabilities, &row, 1, p + i * classes);
      by[i] = p[i * classes + g];
    }
  if (away > 0.0)
    mark_lowest (by, at, n, (gsize) away, by_class);
  for (gsize k = 0; k < classes; k++)
    {
      double wanted = floor (counts[k] + 0.5);

      if (k == g || wanted < 1.0)
        continue;
      for (gsize i = 0; i < n; i++)
        by[i] = p[i * classes + g] - p[i * classes + k];
      mark_lowest (by, at, n, (gsize) wanted, by_rate);
    }
}

static gboolean
prune (const AyConfident *self, const AyJudged *judged, guint8 *by_rate, guint8 *by_class,
       AyJob *job, GError **error)
{
  gsize classes = self->n_classes;
  g_autofree double *counts = calibrate (self);
  g_autofree guint32 *at = g_new (guint32, self->n + 1);

  for (gsize g = 0; g < classes; g++)
    {
      gsize n = 0;

      if (!ay_job_check (job, error))
        return FALSE;
      if (self->count[g] == 0)
        continue;
      for (gsize i = 0; i < self->n; i++)
        if ((gsize) judged->label[i] == g)
          at[n++] = (guint32) i;
      prune_class (self, judged, at, n, g, counts + g * classes, by_rate, by_class);
    }
  return TRUE;
}

guint8 *
ay_confident_flag (const AyConfident *self, const AyJudged *judged, AyFilter filter, AyJob *job,
                   GError **error)
{
  g_autofree guint8 *mark = g_new0 (guint8, self->n + 1);
  g_autofree guint8 *other = g_new0 (guint8, self->n + 1);

  switch (filter)
    {
    case AY_FILTER_NORMALIZED_MARGIN:
      mark_lowest (self->margin, NULL, self->n, self->n_errors, mark);
      break;
    case AY_FILTER_SELF_CONFIDENCE:
      mark_lowest (self->self_confidence, NULL, self->n, self->n_errors, mark);
      break;
    case AY_FILTER_NOISE_RATE:
    case AY_FILTER_BOTH:
      if (!prune (self, judged, mark, other, job, error))
        return NULL;
      for (gsize i = 0; i < self->n && filter == AY_FILTER_BOTH; i++)
        mark[i] &= other[i];
      break;
    case AY_FILTER_CLASS:
      if (!prune (self, judged, other, mark, job, error))
        return NULL;
      break;
    case AY_FILTER_CONFIDENT:
      for (gsize i = 0; i < self->n; i++)
        mark[i] = self->confident[i] >= 0 && self->confident[i] != judged->label[i];
      break;
    case AY_FILTER_PREDICTED:
    default:
      for (gsize i = 0; i < self->n; i++)
        mark[i] = self->guess[i] != judged->label[i];
      break;
    }
  return g_steal_pointer (&mark);
}
