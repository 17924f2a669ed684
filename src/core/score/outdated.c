/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outdated rows: rows of their own time bear out their label, the latest hardly do or not at all.
 *
 * Training rows are cut by time into windows of about equal size: four, or fewer (two at least)
 * where a window would have too few rows of a class to learn it from. The last window, and the
 * validation rows from its beginning on, are the latest rows. Each earlier window is cut at random
 * into PARTS; the rows of a part are judged by what the window's other parts, their own time, and
 * the latest rows teach of their labels: the path credits of either for the row's loss, summed
 * (drift.h).
 *
 * The latest rows must know what they judge: a class that they lack is not judged by them, nor,
 * where a number is predicted, a row farther out than nearly all of them (reach.h). Months of
 * summer say of a winter what a straight line says beyond its points.
 *
 * A row is outdated when its own time's credit is above 0, the latest one is at most `remains`
 * times it, and the difference is beyond chance. Chance: the same differences under shuffled times.
 * Flagged are the differences up to the threshold tau, the loosest at which in nine of ten shuffles
 * no more than `fdr` times as many lie below it as without shuffling. Nine of ten, not the mean:
 * all rows are judged by the same rows, so that false ones come in crowds.
 *
 * The penalty of the heads is chosen by folds inside train, rows of all times together: a penalty
 * that suits one time alone is too weak for shuffled ones, whose labels may contradict each other,
 * and fills the shuffles with noise.
 *
 * Cost: PARTS x (windows - 1) x 2 x (shuffles + 1) fits to about two windows; then a sort. */
#include "core/score/drift.h"
#include "core/base/words.h"
#include "core/score/parameters.h"
#include "core/score/reach.h"
#include "core/score/score_private.h"

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/data/times.h"
#include "core/model/lambda_folds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PARTS 4         /* of a window, judged in turn */
#define FEWEST 20       /* rows of a window, at least */
#define FEWEST_A_CLASS 50 /* rows of a window for each class, on average, unless it is one of two */
#define MOST 4          /* windows, where their number is not given */
#define INNER 0.99      /* of the latest rows: of a number, no row farther out is judged */
#define SURE_SHARE 0.9  /* of the shuffles that must keep below fdr */

typedef struct
{
  AyScoreContext *context;
  const AyDataset *data;
  const AyProblem *train;
  const AyHead *like;
  gsize windows, shuffles;
  double fdr, remains;
  double *time;         /* n of the data set */
  guint32 *window;      /* train->n: G_MAXUINT32 where the time is missing */
  guint8 *part;         /* train->n: 0 to PARTS - 1 */
  guint32 *latest;      /* rows to judge by */
  gsize n_latest;
  guint8 *within;       /* (nullable) train->n: 0 where the latest rows cannot judge it */
  double from;          /* time of the first latest row */
  double *difference;   /* train->n, NaN = not judged */
  double lambda_mean;
  char *lambda_note;
  float *null;          /* shuffles x train->n, of the judged ones */
} Outdated;

static void
outdated_clear (Outdated *self)
{
  g_free (self->time);
  g_free (self->window);
  g_free (self->part);
  g_free (self->latest);
  g_free (self->within);
  g_free (self->difference);
  g_free (self->lambda_note);
  g_free (self->null);
}

/* --- windows --- */

static gboolean
read_options (Outdated *self, GError **error)
{
  gsize windows = 0, shuffles = 50;
  double fdr = 0.1, remains = 0.2;

  if (!ay_score_parameter_count (self->context, "windows", 2, &windows, error)
      || !ay_score_parameter_count (self->context, "shuffles", 20, &shuffles, error)
      || !ay_score_parameter_number (self->context, "fdr", &fdr, error)
      || !ay_score_parameter_number (self->context, "remains", &remains, error))
    return FALSE;
  if (fdr > 1.0 || remains > 1.0 || windows > 1000 || shuffles > 100000)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("outdated: fdr and remains of at most 1, at "
                       "most 1000 windows and 100000 shuffles are wanted"));
      return FALSE;
    }
  self->windows = windows;
  self->shuffles = shuffles;
  self->fdr = fdr;
  self->remains = remains;
  return TRUE;
}

/* As many as leave each class enough rows in each. */
static gsize
windows_for (const AyProblem *train)
{
  gsize most = train->n_classes > 0 ? train->n / (FEWEST_A_CLASS * train->n_classes) : MOST;

  return CLAMP (most, 2, MOST);
}

/* Equal times stay in one window. Windows that come out empty vanish. */
static gboolean
cut_windows (Outdated *self, GError **error)
{
  gsize n = self->train->n, n_timed = 0, first = 0, count = 0;
  g_autofree double *time = g_new (double, n + 1);
  g_autofree guint32 *order = NULL;

  if (self->windows == 0)
    self->windows = windows_for (self->train);
  for (gsize i = 0; i < n; i++)
    {
      time[i] = self->time[self->train->rows[i]];
      n_timed += !isnan (time[i]);
      self->window[i] = G_MAXUINT32;
    }
  order = ay_order (time, n, FALSE);
  for (gsize k = 0; k < self->windows; k++)
    {
      gsize end = (k + 1) * n_timed / self->windows;

      while (end < n_timed && end > 0 && time[order[end]] == time[order[end - 1]])
        end++;
      if (end < first + FEWEST)
        continue;
      if (n_timed - end < FEWEST)
        end = n_timed;
      for (gsize i = first; i < end; i++)
        self->window[order[i]] = (guint32) count;
      self->from = time[order[first]];
      first = end;
      count++;
    }
  self->windows = count;
  if (count >= 2)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
               N_ ("outdated: two windows of at least %d training "
                   "rows with different times are wanted"),
               FEWEST);
  return FALSE;
}

static void
deal_parts (Outdated *self)
{
  gsize n = self->train->n;
  g_autofree guint32 *order = g_new (guint32, n + 1);
  g_autofree gsize *seen = g_new0 (gsize, self->windows + 1);
  AyRng rng;

  for (gsize i = 0; i < n; i++)
    order[i] = (guint32) i;
  ay_rng_init (&rng, ay_score_context_seed (self->context), 0);
  ay_rng_shuffle (&rng, order, n);
  for (gsize i = 0; i < n; i++)
    if (self->window[order[i]] != G_MAXUINT32)
      self->part[order[i]] = seen[self->window[order[i]]]++ % PARTS;
}

static void
find_latest (Outdated *self)
{
  gsize n_valid, to = 0;

  self->latest = ay_dataset_rows_of (self->data, AY_SPLIT_VALID, &n_valid);
  for (gsize i = 0; i < n_valid; i++)
    if (self->time[self->latest[i]] >= self->from)
      self->latest[to++] = self->latest[i];
  self->latest = g_renew (guint32, self->latest, to + self->train->n + 1);
  for (gsize i = 0; i < self->train->n; i++)
    if (self->window[i] == self->windows - 1)
      self->latest[to++] = self->train->rows[i];
  self->n_latest = to;
}

static gboolean
prepare (Outdated *self, GError **error)
{
  gsize n = self->train->n;

  if (self->data->time == NULL)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                           N_ ("outdated needs a time column (new --time)"));
      return FALSE;
    }
  self->time = ay_times_parse (self->data->time, error);
  if (self->time == NULL)
    return FALSE;
  self->window = g_new (guint32, n + 1);
  self->part = g_new0 (guint8, n + 1);
  self->difference = ay_score_blank (n, error);
  if (self->difference == NULL || !cut_windows (self, error))
    return FALSE;
  self->null = ay_try_alloc (n * self->shuffles, sizeof (float), "the shuffles", error);
  deal_parts (self);
  find_latest (self);
  return self->null != NULL;
}

static gboolean
find_within (Outdated *self, AyJob *job, GError **error)
{
  g_autofree double *target = g_new (double, self->n_latest + 1);
  AyProblem latest = { .features = self->data->features, .rows = self->latest,
                       .n = self->n_latest, .target = target };
  AyReachTask task = { &latest, self->train, self->like,
                       self->lambda_mean * (double) self->n_latest, INNER };

  if (self->data->target == NULL)
    return TRUE;
  for (gsize k = 0; k < self->n_latest; k++)
    target[k] = self->data->target[self->latest[k]];
  self->within = ay_reach_within (&task, job, error);
  return self->within != NULL;
}

/* --- one part of one window --- */

/* Rows of the data set by position, with what a problem needs of them. */
typedef struct
{
  AyProblem problem;
  guint32 *rows;
  gint32 *label;
  double *target, *weight;
  guint8 *latest;
} Chosen;

static void
chosen_clear (Chosen *self)
{
  g_free (self->rows);
  g_free (self->label);
  g_free (self->target);
  g_free (self->weight);
  g_free (self->latest);
}

enum { LEFT, OWN, LATEST, JUDGED };

/* role (data->n). A row of a class that the latest rows lack cannot be judged by them. */
static guint8 *
roles_of (const Outdated *self, guint32 window, guint8 part)
{
  const AyDataset *data = self->data;
  const AyProblem *train = self->train;
  guint8 *role = g_new0 (guint8, data->n + 1);
  g_autofree guint8 *known = g_new0 (guint8, data->n_classes + 1);

  for (gsize k = 0; k < self->n_latest; k++)
    {
      role[self->latest[k]] = LATEST;
      if (data->label != NULL)
        known[data->label[self->latest[k]]] = 1;
    }
  for (gsize i = 0; i < train->n; i++)
    if (self->window[i] == window)
      {
        guint8 *to = &role[train->rows[i]];

        *to = self->part[i] != part ? OWN : JUDGED;
        if (*to == JUDGED && data->label != NULL && !known[train->label[i]])
          *to = LEFT;
        if (*to == JUDGED && self->within != NULL && !self->within[i])
          *to = LEFT;
      }
  return role;
}

static void
choose (const Outdated *self, const guint8 *role, gboolean judged, Chosen *out)
{
  const AyDataset *data = self->data;
  gsize n = 0;

  out->rows = g_new (guint32, data->n + 1);
  out->label = data->label != NULL ? g_new (gint32, data->n + 1) : NULL;
  out->target = data->label == NULL ? g_new (double, data->n + 1) : NULL;
  out->weight = g_new (double, data->n + 1);
  out->latest = g_new (guint8, data->n + 1);
  for (gsize row = 0; row < data->n; row++)
    {
      if (role[row] == LEFT || (role[row] == JUDGED) != judged)
        continue;
      out->rows[n] = (guint32) row;
      if (data->label != NULL)
        out->label[n] = data->label[row];
      else
        out->target[n] = data->target[row];
      out->weight[n] = data->weight != NULL ? data->weight[row] : 1.0;
      out->latest[n++] = role[row] == LATEST;
    }
  out->problem = (AyProblem) { .features = data->features, .rows = out->rows, .n = n,
                               .label = out->label, .target = out->target,
                               .weight = out->weight, .n_classes = data->n_classes };
}

/* Positions in train of the judged rows are told by their row numbers, both ascending. */
static void
keep (Outdated *self, const AyProblem *judged, const AyDrift *drift)
{
  const AyProblem *train = self->train;

  for (gsize i = 0, k = 0; i < train->n && k < drift->n; i++)
    {
      if (train->rows[i] != judged->rows[k])
        continue;
      self->difference[i] = drift->difference[k];
      for (gsize b = 0; b < self->shuffles; b++)
        self->null[b * train->n + i] = drift->null[b * drift->n + k];
      k++;
    }
}

static gboolean
judge_part (Outdated *self, guint32 window, guint8 part, AyJob *job, GError **error)
{
  g_autofree guint8 *role = roles_of (self, window, part);
  Chosen on, judged;
  g_autoptr (AyDrift) drift = NULL;
  gboolean done = TRUE;

  choose (self, role, FALSE, &on);
  choose (self, role, TRUE, &judged);
  if (judged.problem.n > 0)
    {
      AyDriftTask task = { &on.problem, on.latest, &judged.problem, self->like, self->lambda_mean,
                           self->remains, (guint) self->shuffles,
                           ay_score_context_seed (self->context), 1 + PARTS * window + part };

      drift = ay_drift_new (&task, job, error);
      done = drift != NULL;
    }
  if (drift != NULL)
    keep (self, &judged.problem, drift);
  chosen_clear (&on);
  chosen_clear (&judged);
  return done;
}

/* --- the threshold --- */

static int
compare_floats (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

static int
compare_counts (const void *a, const void *b)
{
  gsize x = *(const gsize *) a, y = *(const gsize *) b;

  return (x > y) - (x < y);
}

/* -inf where no difference is beyond chance. */
static double
threshold_of (Outdated *self)
{
  gsize n = self->train->n, judged = 0;
  g_autofree guint32 *order = ay_order (self->difference, n, FALSE);
  g_autofree gsize *below = g_new0 (gsize, self->shuffles), *sorted = g_new (gsize, self->shuffles);
  gsize sure = (gsize) ceil (SURE_SHARE * (double) self->shuffles) - 1;
  double tau = -INFINITY;

  while (judged < n && !isnan (self->difference[order[judged]]))
    judged++;
  for (gsize b = 0; b < self->shuffles; b++)
    {
      float *null = self->null + b * n;
      gsize to = 0;

      for (gsize i = 0; i < n; i++)
        if (!isnan (self->difference[i]))
          null[to++] = null[i];
      qsort (null, to, sizeof *null, compare_floats);
    }
  for (gsize k = 0; k < judged && self->difference[order[k]] < 0.0; k++)
    {
      double at = self->difference[order[k]];

      if (k + 1 < judged && self->difference[order[k + 1]] == at)
        continue;
      for (gsize b = 0; b < self->shuffles; b++)
        while (below[b] < judged && self->null[b * n + below[b]] <= at)
          below[b]++;
      memcpy (sorted, below, self->shuffles * sizeof *sorted);
      qsort (sorted, self->shuffles, sizeof *sorted, compare_counts);
      if ((double) sorted[sure] <= self->fdr * (double) (k + 1))
        tau = at;
    }
  return tau;
}

static gsize
flag (Outdated *self, double tau, double *values)
{
  gsize flagged = 0;

  for (gsize i = 0; i < self->train->n; i++)
    {
      double *value = &values[self->train->rows[i]];

      if (!isnan (self->difference[i]))
        *value = self->difference[i] <= tau;
      else if (self->window[i] == self->windows - 1)
        *value = 0.0; /* of the latest time itself */
      flagged += *value == 1.0;
    }
  return flagged;
}

static void
say (const Outdated *self, double tau, gsize flagged, AyScoreResult *out)
{
  gsize judged = 0, beyond = 0;

  for (gsize i = 0; i < self->train->n; i++)
    {
      judged += !isnan (self->difference[i]);
      beyond += self->within != NULL && !self->within[i] && self->window[i] != G_MAXUINT32
                && self->window[i] + 1 < self->windows;
    }
  ay_score_count (out, "windows", self->windows);
  ay_score_text (out, "latest_are", "the last window of train, validation rows since it began too");
  ay_score_count (out, "latest_rows", self->n_latest);
  ay_score_count (out, "rows_judged", judged);
  ay_score_count (out, "shuffles", self->shuffles);
  ay_score_number (out, "fdr", self->fdr);
  ay_score_number (out, "remains", self->remains);
  ay_score_number (out, "threshold", tau);
  ay_score_text (out, "threshold_is", "of what the latest rows teach of the label less what those "
                 "of its own time do, both as the fall of the row's loss; null: none is beyond "
                 "chance");
  ay_score_count (out, "outdated", flagged);
  ay_score_number (out, "lambda_mean", self->lambda_mean);
  ay_score_text (out, "lambda_from", self->lambda_note);
  ay_score_text (out, "caution", "prove the removal beside as many rows at random: whatif --verify "
                 "--random");
  if (self->within != NULL)
    ay_score_count (out, "rows_beyond_the_latest", beyond);
  out->missing_because
      = g_strdup (self->within != NULL
                      ? N_ ("only training rows with a time, and no farther out than nearly all "
                            "of the latest rows, are judged")
                      : N_ ("only training rows with a time, of a class that the last window has "
                            "too, are judged"));
}

static gboolean
judge (Outdated *self, AyScoreResult *out, AyJob *job, GError **error)
{
  AyHeadOptions options = *ay_score_context_options (self->context);
  double tau;

  self->train = ay_score_context_train (self->context, error);
  if (self->train == NULL || !read_options (self, error) || !prepare (self, error))
    return FALSE;
  self->like = ay_score_context_head (self->context, job, error);
  self->lambda_mean = options.lambda_mean;
  if (self->like == NULL
      || !ay_lambda_by_folds (self->train, &options, &self->lambda_mean, &self->lambda_note, job,
                              error)
      || !find_within (self, job, error))
    return FALSE;
  for (guint32 w = 0; w + 1 < self->windows; w++)
    for (guint8 part = 0; part < PARTS; part++)
      if (!judge_part (self, w, part, job, error))
        return FALSE;
  out->values = ay_score_blank (self->data->n, error);
  if (out->values == NULL)
    return FALSE;
  tau = threshold_of (self);
  say (self, tau, flag (self, tau, out->values), out);
  return TRUE;
}

gboolean
ay_run_outdated (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  Outdated self = { .context = context, .data = ay_score_context_data (context) };
  gboolean done = judge (&self, out, job, error);

  outdated_clear (&self);
  return done;
}
