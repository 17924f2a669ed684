/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The filters of confident learning.
 *
 * The lowest (or highest) so many of n numbers are found by a histogram, and a sort of the one bin
 * that the bound falls into: O(n). Pruning by noise rate asks that of p_k - p_g for every pair of
 * classes, but flags only doubted rows, whose own label is not the likeliest: where at least as
 * many of them have p_k > p_g, they alone are looked at, and else all rows of the class. Tasks of
 * one class and some k read its rows once for all their k; rows are grouped by class, and tasks
 * run, on all cores. Memory: 6 bytes a row, 4 more a doubted one, C^2 counts, and up to 8 MB a
 * worker (more for a class of above a million rows). */
#include "core/score/label_filter.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/stats.h"

#include <math.h>
#include <string.h>

#define BINS 2048
#define TASK_VALUES (1 << 20)
#define STRIP 64
#define CHUNKS 64
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

/* Positions class by class, ascending: those of a class from start[g] on. */
typedef struct
{
  guint32 *at;
  gsize *start; /* C + 1 */
} ByClass;

typedef struct
{
  const AyConfident *confident;
  const AyJudged *judged;
  const double *plain; /* (nullable) the whole matrix, where it lies in memory as it is */
  double *counts;      /* C x C */
  ByClass all, doubted; /* of all rows; of those whose own label is not the likeliest */
  guint8 *rate, *by_class; /* (nullable) marks */
  GArray *tasks;    /* of Task */
  double *scratch;  /* a worker: size numbers, taken anew by no task: fresh memory is dear */
  gsize size;
  AyJob *job;
} Prune;

typedef struct
{
  guint32 g, first, count; /* classes first .. of those with counts to prune, of class g */
  gboolean more;           /* the doubted rows do not tell */
} Task;

typedef struct
{
  const Prune *prune;
  ByClass *out;
  gboolean doubted;
  gsize chunk_rows;
  gsize *next; /* n_chunks x C: rows; then where they go */
} Grouping;

static void
count_classes (gsize chunk, guint worker, gpointer data)
{
  Grouping *self = data;
  const gint32 *label = self->prune->judged->label, *guess = self->prune->confident->guess;
  gsize first = chunk * self->chunk_rows;
  gsize last = MIN (first + self->chunk_rows, self->prune->judged->n);
  gsize *count = self->next + chunk * self->prune->judged->n_classes;

  for (gsize i = first; i < last; i++)
    count[label[i]] += !self->doubted || guess[i] != label[i];
}

static void
group_rows (gsize chunk, guint worker, gpointer data)
{
  Grouping *self = data;
  const gint32 *label = self->prune->judged->label, *guess = self->prune->confident->guess;
  gsize first = chunk * self->chunk_rows;
  gsize last = MIN (first + self->chunk_rows, self->prune->judged->n);
  gsize *next = self->next + chunk * self->prune->judged->n_classes;

  for (gsize i = first; i < last; i++)
    if (!self->doubted || guess[i] != label[i])
      self->out->at[next[label[i]]++] = (guint32) i;
}

static gboolean
group (const Prune *self, gboolean doubted, ByClass *out, GError **error)
{
  gsize n = self->judged->n, classes = self->judged->n_classes, sum = 0;
  gsize rows = MAX (ay_n_blocks (n, CHUNKS), 1), n_chunks = ay_n_blocks (n, rows);
  g_autofree gsize *next = g_new0 (gsize, n_chunks * classes + 1);
  Grouping work = { self, out, doubted, rows, next };

  if (!ay_parallel_for (n_chunks, count_classes, &work, self->job, error))
    return FALSE;
  out->start = g_new (gsize, classes + 1);
  for (gsize g = 0; g < classes; g++)
    {
      out->start[g] = sum;
      for (gsize chunk = 0; chunk < n_chunks; chunk++)
        {
          gsize count = next[chunk * classes + g];

          next[chunk * classes + g] = sum;
          sum += count;
        }
    }
  out->start[classes] = sum;
  out->at = ay_try_alloc (sum + 1, sizeof (guint32), "rows by class", error);
  return out->at != NULL && ay_parallel_for (n_chunks, group_rows, &work, self->job, error);
}

static void
by_class_clear (ByClass *self)
{
  g_free (self->at);
  g_free (self->start);
}

/* Of every class the doubted rows, or all, for as many k at once as there is room for. */
static void
list_tasks (Prune *self, const ByClass *rows, const guint8 *wanted)
{
  guint classes = self->judged->n_classes;

  self->size = 0;
  g_array_set_size (self->tasks, 0);
  for (guint32 g = 0; g < classes; g++)
    {
      gsize n = rows->start[g + 1] - rows->start[g], most = MAX (TASK_VALUES / MAX (n, 1), 1);

      for (guint32 k = 0; k < classes && wanted[g]; k += MIN (most, classes - k))
        {
          Task task = { g, k, (guint32) MIN (most, classes - k), FALSE };

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
fill_margins (const Prune *self, const ByClass *rows, const Task *task, double *by)
{
  gsize classes = self->judged->n_classes, n = rows->start[task->g + 1] - rows->start[task->g];
  const guint32 *at = rows->at + rows->start[task->g];
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

/* The lowest so many of the doubted rows are those of all as long as they are below 0. */
static gboolean
is_told (const double *by, gsize n, gsize count)
{
  gsize below = 0;

  for (gsize i = 0; i < n; i++)
    below += by[i] < 0.0;
  return below >= count;
}

static void
prune_by_rate (const Prune *self, const ByClass *rows, Task *task, double *by)
{
  const double *counts = self->counts + (gsize) task->g * self->judged->n_classes;
  gsize n = rows->start[task->g + 1] - rows->start[task->g];
  gboolean filled = FALSE;

  for (guint32 j = 0; j < task->count; j++)
    {
      guint32 k = task->first + j;

      if (k == task->g || counts[k] < 1.0)
        continue;
      if (!filled)
        fill_margins (self, rows, task, by);
      filled = TRUE;
      if (rows == &self->doubted && !is_told (by + j * n, n, (gsize) counts[k]))
        task->more = TRUE;
      else
        mark_lowest (by + j * n, rows->at + rows->start[task->g], n, (gsize) counts[k],
                     self->rate);
    }
}

static void
run_doubted (gsize block, guint worker, gpointer data)
{
  const Prune *self = data;

  prune_by_rate (self, &self->doubted, &g_array_index (self->tasks, Task, block),
                 self->scratch + worker * self->size);
}

static void
run_all (gsize block, guint worker, gpointer data)
{
  const Prune *self = data;

  prune_by_rate (self, &self->all, &g_array_index (self->tasks, Task, block),
                 self->scratch + worker * self->size);
}

static void
run_class (gsize g, guint worker, gpointer data)
{
  const Prune *self = data;
  gsize n = self->confident->count[g];
  const guint32 *at = self->all.at + self->all.start[g];
  double away = n - self->counts[g * (self->judged->n_classes + 1)];
  double *by = self->scratch + worker * self->size;

  if (n <= FEWEST || away < 1.0)
    return;
  for (gsize i = 0; i < n; i++)
    by[i] = self->confident->self_confidence[at[i]];
  mark_lowest (by, at, n, (gsize) away, self->by_class);
}

static gboolean
run (Prune *self, gsize n_blocks, AyBlockFunc func, GError **error)
{
  gboolean done;

  self->scratch = ay_try_alloc (ay_threads () * (self->size + 1), sizeof (double), "the margins",
                                error);
  done = self->scratch != NULL && ay_parallel_for (n_blocks, func, self, self->job, error);
  g_clear_pointer (&self->scratch, g_free);
  return done;
}

static gboolean
prune_rate (Prune *self, GError **error)
{
  g_autofree guint8 *wanted = g_new0 (guint8, self->judged->n_classes);
  gboolean more = FALSE;

  for (guint g = 0; g < self->judged->n_classes; g++)
    wanted[g] = self->confident->count[g] > FEWEST;
  if (!group (self, TRUE, &self->doubted, error))
    return FALSE;
  list_tasks (self, &self->doubted, wanted);
  if (!run (self, self->tasks->len, run_doubted, error))
    return FALSE;
  memset (wanted, 0, self->judged->n_classes);
  for (guint i = 0; i < self->tasks->len; i++)
    {
      const Task *task = &g_array_index (self->tasks, Task, i);

      more |= task->more;
      wanted[task->g] |= task->more;
    }
  if (!more)
    return TRUE;
  if (!group (self, FALSE, &self->all, error))
    return FALSE;
  list_tasks (self, &self->all, wanted);
  return run (self, self->tasks->len, run_all, error);
}

static gboolean
prune_class (Prune *self, GError **error)
{
  self->size = 0;
  for (guint g = 0; g < self->judged->n_classes; g++)
    self->size = MAX (self->size, self->confident->count[g]);
  return (self->all.at != NULL || group (self, FALSE, &self->all, error))
         && run (self, self->judged->n_classes, run_class, error);
}

static gboolean
prune (Prune *self, GError **error)
{
  gboolean done;

  if (self->judged->n > 0)
    self->plain = ay_matrix_peek_f64 (self->judged->probabilities, 0,
                                      ay_matrix_rows (self->judged->probabilities));
  self->counts = calibrate (self->confident);
  self->tasks = g_array_new (FALSE, FALSE, sizeof (Task));
  done = (self->rate == NULL || prune_rate (self, error))
         && (self->by_class == NULL || prune_class (self, error));
  g_array_unref (self->tasks);
  g_free (self->counts);
  by_class_clear (&self->all);
  by_class_clear (&self->doubted);
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
  g_autofree guint8 *mark = ay_try_alloc (2 * self->n + 2, 1, "the marks", error);
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
