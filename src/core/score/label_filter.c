/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The filters of confident learning.
 *
 * The lowest (or highest) so many of n numbers are found by a histogram, and a sort of the one bin
 * that the bound falls into: O(n). Pruning by noise rate asks that of p_k - p_g for every pair of
 * classes: tasks of one class and some k read the class's rows once for all their k, on all cores.
 * Memory: 6 bytes a row, C^2 counts, and 8 MB a worker (more for a class of above a million
 * rows). */
#include "core/score/label_filter.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/stats.h"

#include <math.h>
#include <string.h>

#define BINS 2048
#define TASK_VALUES (1 << 20)
#define STRIP 64
#define FEWEST 1 /* rows of a class that stay */

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

/* --- the lowest of many --- */

/* Bins of equal width over -1..1; what is beyond belongs to the outer ones. */
static guint
bin_of (double x)
{
  double at = (x + 1.0) * (0.5 * BINS);

  return at >= BINS ? BINS - 1 : at > 0.0 ? (guint) at : 0;
}

static void
mark_one (guint8 *mark, const guint32 *at, gsize i)
{
  __atomic_store_n (&mark[at != NULL ? at[i] : i], 1, __ATOMIC_RELAXED); /* tasks share a class */
}

/* Marks the `count` lowest of n numbers, ties by position; number i is of position at[i] (NULL:
 * i). */
static void
mark_lowest (const double *by, const guint32 *at, gsize n, gsize count, guint8 *mark)
{
  guint32 bins[BINS] = { 0 }, last = 0;
  gsize below = 0, n_last = 0;
  g_autofree guint32 *of_last = NULL, *order = NULL;
  g_autofree double *values = NULL;

  if (count == 0)
    return;
  for (gsize i = 0; i < n; i++)
    bins[bin_of (by[i])]++;
  while (last < BINS - 1 && below + bins[last] < count)
    below += bins[last++];
  of_last = g_new (guint32, bins[last] + 1);
  values = g_new (double, bins[last] + 1);
  for (gsize i = 0; i < n; i++)
    {
      guint bin = bin_of (by[i]);

      if (bin < last)
        mark_one (mark, at, i);
      else if (bin == last)
        {
          of_last[n_last] = (guint32) i;
          values[n_last++] = by[i];
        }
    }
  order = ay_order (values, n_last, FALSE);
  for (gsize k = 0; k < MIN (n_last, count - below); k++)
    mark_one (mark, at, of_last[order[k]]);
}

/* --- the counts --- */

/* Makes `count` numbers, `stride` apart, whole: rounded, halves to even, then moved by one where
 * that is nearest to right until the sum is kept; of equal ones the last go up, the first down. */
static void
make_whole (double *x, gsize count, gsize stride)
{
  g_autofree double *off = g_new (double, count + 1);
  g_autofree guint32 *order = NULL;
  double sum = 0.0, whole = 0.0;
  gsize moves;

  for (gsize i = 0; i < count; i++)
    {
      double near = rint (x[i * stride]);

      sum += x[i * stride];
      off[i] = x[i * stride] - near;
      whole += x[i * stride] = near;
    }
  sum = rint (sum);
  moves = (gsize) MIN (fabs (sum - whole), (double) count);
  if (moves == 0)
    return;
  order = ay_order (off, count, FALSE);
  for (gsize k = 0; k < moves; k++)
    x[order[sum > whole ? count - 1 - k : k] * stride] += sum > whole ? 1.0 : -1.0;
}

/* Takes what raises the diagonal of class g to FEWEST evenly from its other counts. */
static void
keep_some (double *row, gsize classes, gsize g)
{
  double raise = MAX (FEWEST - row[g], 0.0);
  gsize some = 0;

  for (gsize k = 0; k < classes; k++)
    some += row[k] != 0.0;
  for (gsize k = 0; k < classes; k++)
    if (k == g)
      row[k] += raise;
    else
      row[k] = MAX (row[k] - raise / (some > 2 ? some - 1 : 1), 0.0);
}

/* C x C: rows labelled g that are k. */
static double *
calibrate (const AyConfident *self)
{
  gsize classes = self->n_classes;
  double *out = g_new0 (double, classes * classes);

  for (gsize g = 0; g < classes; g++)
    {
      double *row = out + g * classes, sum = 0.0;

      for (gsize k = 0; k < classes; k++)
        sum += row[k] = MAX ((double) self->joint[g * classes + k], g == k ? 1.0 : 0.0);
      for (gsize k = 0; k < classes; k++)
        row[k] *= self->count[g] / sum;
      make_whole (row, classes, 1);
      keep_some (row, classes, g);
    }
  for (gsize k = 0; k < classes; k++)
    make_whole (out + k, classes, classes);
  return out;
}

/* --- pruning --- */

typedef struct
{
  const AyConfident *confident;
  const AyJudged *judged;
  const double *plain; /* (nullable) the whole matrix, where it lies in memory as it is */
  double *counts;   /* C x C */
  guint32 *at;      /* n positions, class by class */
  gsize *start;     /* C + 1: where a class begins in at */
  guint8 *rate, *by_class; /* (nullable) marks */
  GArray *tasks;    /* of Task */
  double *scratch;  /* a worker: size numbers, taken anew by no task: fresh memory is dear */
  gsize size;
  AyJob *job;
} Prune;

typedef struct
{
  guint32 g, first, count; /* classes first .. of those with counts to prune, of class g */
} Task;

static void
sort_by_class (Prune *self)
{
  gsize n = self->judged->n, classes = self->judged->n_classes;
  g_autofree gsize *next = g_new (gsize, classes + 1);

  for (gsize g = 0; g < classes; g++)
    self->start[g + 1] = self->start[g] + self->confident->count[g];
  memcpy (next, self->start, classes * sizeof *next);
  for (gsize i = 0; i < n; i++)
    self->at[next[self->judged->label[i]]++] = (guint32) i;
}

static void
list_tasks (Prune *self)
{
  guint classes = self->judged->n_classes;

  for (guint32 g = 0; g < classes; g++)
    {
      gsize n = self->confident->count[g], most = MAX (TASK_VALUES / MAX (n, 1), 1);

      for (guint32 k = 0; k < classes && n > FEWEST; k += MIN (most, classes - k))
        {
          Task task = { g, k, (guint32) MIN (most, classes - k) };

          g_array_append_val (self->tasks, task);
          self->size = MAX (self->size, n * task.count);
        }
    }
}

/* Where each of the rows at some positions lies: as it is, or in room. */
static void
find_rows (const Prune *self, const guint32 *at, gsize count, double *room, const double **row)
{
  gsize classes = self->judged->n_classes;
  guint32 rows[STRIP];

  for (gsize i = 0; i < count; i++)
    {
      rows[i] = self->judged->rows != NULL ? self->judged->rows[at[i]] : at[i];
      row[i] = self->plain != NULL ? self->plain + rows[i] * classes : room + i * classes;
    }
  if (self->plain == NULL)
    ay_matrix_gather_f64 (self->judged->probabilities, rows, count, room);
}

/* p_g - p_k of the class's rows for the task's k, k by k, into by. */
static void
fill_margins (const Prune *self, const Task *task, double *by)
{
  gsize classes = self->judged->n_classes, n = self->confident->count[task->g];
  const guint32 *at = self->at + self->start[task->g];
  g_autofree double *room = g_new (double, STRIP * classes);
  const double *row[STRIP];

  for (gsize first = 0; first < n; first += STRIP)
    {
      gsize count = MIN (STRIP, n - first);

      find_rows (self, at + first, count, room, row);
      for (gsize j = 0; j < task->count; j++)
        for (gsize i = 0; i < count; i++)
          by[j * n + first + i] = row[i][task->g] - row[i][task->first + j];
    }
}

static void
prune_by_rate (const Prune *self, const Task *task, double *by)
{
  const double *counts = self->counts + (gsize) task->g * self->judged->n_classes;
  gsize n = self->confident->count[task->g];
  gboolean filled = FALSE;

  for (guint32 j = 0; j < task->count; j++)
    {
      guint32 k = task->first + j;

      if (k == task->g || counts[k] < 1.0)
        continue;
      if (!filled)
        fill_margins (self, task, by);
      filled = TRUE;
      mark_lowest (by + j * n, self->at + self->start[task->g], n, (gsize) counts[k], self->rate);
    }
}

static void
prune_by_class (const Prune *self, guint32 g, double *by)
{
  gsize n = self->confident->count[g];
  const guint32 *at = self->at + self->start[g];
  double away = n - self->counts[(gsize) g * (self->judged->n_classes + 1)];

  for (gsize i = 0; i < n; i++)
    by[i] = self->confident->self_confidence[at[i]];
  if (away >= 1.0)
    mark_lowest (by, at, n, (gsize) away, self->by_class);
}

static void
run_task (gsize block, guint worker, gpointer data)
{
  const Prune *self = data;
  const Task *task = &g_array_index (self->tasks, Task, block);
  double *by = self->scratch + worker * self->size;

  if (self->rate != NULL)
    prune_by_rate (self, task, by);
  if (self->by_class != NULL && task->first == 0)
    prune_by_class (self, task->g, by);
}

static gboolean
prune (Prune *self, GError **error)
{
  gsize n = self->judged->n, classes = self->judged->n_classes;
  gboolean done;

  self->at = ay_try_alloc (n + 1, sizeof (guint32), "rows by class", error);
  if (self->at == NULL)
    return FALSE;
  if (n > 0)
    self->plain = ay_matrix_peek_f64 (self->judged->probabilities, 0,
                                      ay_matrix_rows (self->judged->probabilities));
  self->start = g_new0 (gsize, classes + 1);
  self->counts = calibrate (self->confident);
  self->tasks = g_array_new (FALSE, FALSE, sizeof (Task));
  sort_by_class (self);
  list_tasks (self);
  self->scratch = ay_try_alloc (ay_threads () * (self->size + 1), sizeof (double), "margins",
                                error);
  done = self->scratch != NULL
         && ay_parallel_for (self->tasks->len, run_task, self, self->job, error);
  g_free (self->scratch);
  g_array_unref (self->tasks);
  g_free (self->counts);
  g_free (self->start);
  g_free (self->at);
  return done;
}

/* Takes the mark from rows whose own label is the likeliest class. */
static void
spare_predicted (const AyConfident *self, const AyJudged *judged, guint8 *mark)
{
  for (gsize i = 0; i < self->n; i++)
    mark[i] &= self->guess[i] != judged->label[i];
}

guint8 *
ay_confident_flag (const AyConfident *self, const AyJudged *judged, AyFilter filter,
                   const double *by, AyJob *job, GError **error)
{
  g_autofree guint8 *mark = ay_try_alloc (2 * self->n + 2, 1, "marks", error);
  guint8 *other = mark != NULL ? mark + self->n + 1 : NULL;
  Prune work = { .confident = self, .judged = judged, .job = job };

  if (mark == NULL)
    return NULL;
  work.rate = filter != AY_FILTER_CLASS ? mark : NULL;
  work.by_class = filter == AY_FILTER_CLASS ? mark : filter == AY_FILTER_BOTH ? other : NULL;
  switch (filter)
    {
    case AY_FILTER_NORMALIZED_MARGIN:
      mark_lowest (by != NULL ? by : self->margin, NULL, self->n, self->n_errors, mark);
      return g_steal_pointer (&mark);
    case AY_FILTER_SELF_CONFIDENCE:
      mark_lowest (by != NULL ? by : self->self_confidence, NULL, self->n, self->n_errors, mark);
      return g_steal_pointer (&mark);
    case AY_FILTER_CONFIDENT:
      for (gsize i = 0; i < self->n; i++)
        mark[i] = self->confident[i] >= 0 && self->confident[i] != judged->label[i];
      break;
    case AY_FILTER_PREDICTED:
      memset (mark, 1, self->n);
      break;
    default:
      if (!prune (&work, error))
        return NULL;
      for (gsize i = 0; i < self->n && filter == AY_FILTER_BOTH; i++)
        mark[i] &= other[i];
    }
  spare_predicted (self, judged, mark);
  return g_steal_pointer (&mark);
}
