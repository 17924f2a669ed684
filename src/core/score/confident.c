/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Confident learning.
 *
 * Threshold t_k = mean p_k over the rows labelled k. A row labelled g is counted at (g, k) of the
 * joint when p_k >= t_k for one k, or for several, at the likeliest class then. What is off the
 * diagonal is likely mislabelled; its share times n estimates the number of errors. Two passes over
 * blocks of rows on all cores, chunks of a number that depends on n alone, added in order:
 * O(n C). Memory: 24 bytes a row and C^2 counts a chunk. */
#include "core/score/confident.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/stats.h"

#include <math.h>
#include <string.h>

#define LEAST_THRESHOLD 2e-6
#define NO_THRESHOLD 2.0
#define SLACK 1e-6
#define LEAST_SHARE 1e-6 /* what is divided by, at least */
#define MAX_CHUNKS 64
#define BLOCK_VALUES (8 << 10)
#define JOINT_BYTES (64 << 20)

typedef struct
{
  AyConfident *out;
  const AyJudged *judged;
  gsize chunk_rows, n_chunks;
  double *sums;    /* n_chunks x C */
  gsize *counts;   /* the same: rows */
  double *bound;   /* C: from where on a row is confidently of a class */
  gint64 *joints;  /* n_chunks x C x (C + 1): of no class, of class 0 ... */
  AyJob *job;
} Count;

typedef void (*RowFunc) (Count *self, gsize chunk, gsize i, const double *p);

/* Where the rows lie in memory as they are, or a copy of them in room. */
static const double *
read_rows (const AyJudged *judged, gsize first, gsize count, double *room)
{
  const guint32 *rows = judged->rows != NULL ? judged->rows + first : NULL;
  gsize from = rows != NULL ? rows[0] : first;
  const double *plain = rows == NULL || rows[count - 1] - from == count - 1 /* ascending */
                            ? ay_matrix_peek_f64 (judged->probabilities, from, count)
                            : NULL;

  if (plain != NULL)
    return plain;
  if (rows != NULL)
    ay_matrix_gather_f64 (judged->probabilities, rows, count, room);
  else
    ay_matrix_get_f64 (judged->probabilities, first, count, room);
  return room;
}

static void
each_row (Count *self, gsize chunk, RowFunc func)
{
  const AyJudged *judged = self->judged;
  gsize last = MIN (judged->n, (chunk + 1) * self->chunk_rows), n = judged->n_classes;
  gsize rows = MAX (1, BLOCK_VALUES / n);
  g_autofree double *room = g_new (double, rows * n);

  for (gsize first = chunk * self->chunk_rows; first < last; first += rows)
    {
      gsize count = MIN (rows, last - first);
      const double *p = read_rows (judged, first, count, room);

      if (ay_job_is_cancelled (self->job))
        return;
      for (gsize i = 0; i < count; i++)
        func (self, chunk, first + i, p + i * n);
    }
}

/* The two largest without a branch, as none could be foreseen; which is the largest is looked for
 * only where it is not the label's. Of equals the second counts too, as the largest other p. */
static void
look_at_row (Count *self, gsize chunk, gsize i, const double *p)
{
  gint32 y = self->judged->label[i], best = y;
  guint n = self->judged->n_classes;
  double largest = p[0], second = n > 1 ? -HUGE_VAL : 0.0;

  for (guint k = 1; k < n; k++)
    {
      double less = p[k] < largest ? p[k] : largest;

      second = less > second ? less : second;
      largest = p[k] > largest ? p[k] : largest;
    }
  if (p[y] < largest || second == largest)
    for (best = 0; p[best] < largest;)
      best++;
  self->sums[chunk * n + y] += p[y];
  self->counts[chunk * n + y]++;
  self->out->self_confidence[i] = p[y];
  self->out->margin[i] = p[y] - (p[y] < largest ? largest : second);
  self->out->guess[i] = best;
}

static void
count_row (Count *self, gsize chunk, gsize i, const double *p)
{
  guint n = self->judged->n_classes;
  gint64 several = 0, which = 0;
  gint32 choice[] = { -1, 0, self->out->guess[i] }, best;

  for (guint k = 0; k < n; k++)
    {
      gint64 confident = p[k] >= self->bound[k];

      several += confident;
      which += confident * k;
    }
  choice[1] = (gint32) which;
  best = choice[MIN (several, 2)];
  self->out->confident[i] = best;
  self->joints[(chunk * n + self->judged->label[i]) * (n + 1) + (gsize) (best + 1)]++;
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
  for (guint k = 0; k < out->n_classes; k++)
    {
      double sum = 0.0;

      for (gsize chunk = 0; chunk < self->n_chunks; chunk++)
        {
          sum += self->sums[chunk * out->n_classes + k];
          out->count[k] += self->counts[chunk * out->n_classes + k];
        }
      out->threshold[k] = out->count[k] > 0 ? MAX (sum / out->count[k], LEAST_THRESHOLD)
                                            : NO_THRESHOLD;
      self->bound[k] = out->threshold[k] - SLACK;
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
      out->joint[j] += self->joints[chunk * (size + out->n_classes) + j + j / out->n_classes + 1];
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
  g_autofree double *sums = NULL, *bound = g_new (double, classes + 1);
  g_autofree gsize *counts = NULL;
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
               : ay_try_alloc (MAX (count.n_chunks, 1) * (size + classes), sizeof (gint64),
                               "the confident joint", error);
  if (joints == NULL)
    return NULL;
  self->margin = self->self_confidence + n;
  self->guess = (gint32 *) (self->margin + n);
  self->confident = self->guess + n;
  count.sums = sums = g_new0 (double, MAX (count.n_chunks, 1) * classes);
  count.counts = counts = g_new0 (gsize, MAX (count.n_chunks, 1) * classes);
  count.bound = bound;
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

/* --- rankings --- */

typedef struct
{
  const AyConfident *confident;
  const AyJudged *judged;
  AyRanking ranking;
  const double *shift; /* (nullable) n_classes: largest threshold - threshold */
  double *out;
} Rank;

static double
entropy_of (const double *p, guint n)
{
  double sum = 0.0;

  for (guint k = 0; k < n; k++)
    if (p[k] > 0.0)
      sum -= p[k] * log (p[k]);
  return n > 1 ? sum / log (n) : 0.0;
}

/* p is changed. */
static double
rank_row (const Rank *self, double *p, gint32 y)
{
  guint n = self->judged->n_classes;
  double other = -HUGE_VAL, sum = 0.0, x;

  for (guint k = 0; k < n && self->shift != NULL; k++)
    sum += p[k] += self->shift[k];
  for (guint k = 0; k < n && self->shift != NULL; k++)
    p[k] /= sum;
  if (self->ranking == AY_RANKING_SELF_CONFIDENCE)
    return p[y];
  if (self->ranking == AY_RANKING_ENTROPY)
    {
      x = MAX (entropy_of (p, n) / MAX (p[y], LEAST_SHARE), LEAST_SHARE);
      return log1p (x) / x;
    }
  for (guint k = 0; k < n; k++)
    if (k != (guint) y)
      other = MAX (other, p[k]);
  return 0.5 * (p[y] - other + 1.0);
}

static void
rank_block (gsize block, guint worker, gpointer data)
{
  Rank *self = data;
  const AyJudged *judged = self->judged;
  gsize n = judged->n_classes, rows = MAX (1, BLOCK_VALUES / n), first = block * rows;
  gsize count = MIN (rows, judged->n - first);
  g_autofree double *room = g_new (double, rows * n), *one = g_new (double, n);
  const double *p = read_rows (judged, first, count, room);

  for (gsize i = 0; i < count; i++)
    {
      memcpy (one, p + i * n, n * sizeof *one);
      self->out[first + i] = rank_row (self, one, judged->label[first + i]);
    }
}

gboolean
ay_confident_rank (const AyConfident *self, const AyJudged *judged, AyRanking ranking,
                   gboolean adjusted, double *out, AyJob *job, GError **error)
{
  guint n = self->n_classes;
  g_autofree double *shift = g_new (double, n);
  Rank rank = { self, judged, ranking, adjusted ? shift : NULL, out };
  double most = 0.0;

  for (guint k = 0; k < n; k++)
    most = MAX (most, self->threshold[k]);
  for (guint k = 0; k < n; k++)
    shift[k] = most - self->threshold[k];
  if (ranking == AY_RANKING_ENTROPY || adjusted)
    return ay_parallel_for (ay_n_blocks (judged->n, MAX (1, BLOCK_VALUES / n)), rank_block, &rank,
                            job, error);
  for (gsize i = 0; i < self->n; i++)
    out[i] = ranking == AY_RANKING_MARGIN ? 0.5 * (self->margin[i] + 1.0)
                                          : self->self_confidence[i];
  return TRUE;
}
