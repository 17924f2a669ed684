/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/loop_pool.h"

#include "core/base/words.h"
#include "core/work/work_private.h"

#include <string.h>

/* Labelled rows of train, and the pool. */
static gsize
take_rows (AyLoopPool *self, const AyDataset *data, gint32 *label, guint8 *known)
{
  gsize n = 0;

  for (gsize i = 0; i < data->n; i++)
    {
      gboolean labelled = data->split[i] == AY_SPLIT_TRAIN && data->label[i] != AY_LABEL_MISSING;

      if (!labelled && data->split[i] != AY_SPLIT_POOL)
        continue;
      self->row[n] = (guint32) i;
      label[n] = data->label[i];
      known[n++] = labelled;
    }
  return n;
}

/* The points of closed rounds, by round from 1; 0: of the start or not labelled. */
static guint
rounds_of (const AyLoopPool *self, const AyHistory *loop, gsize n_rows, guint *round_of)
{
  g_autofree guint *of = g_new0 (guint, n_rows + 1);
  guint n = 0;

  for (guint r = 0; loop != NULL && r < ay_history_n_rounds (loop); r++)
    {
      const AyRound *round = ay_history_round (loop, r);

      if (round->open)
        break;
      n++;
      for (gsize i = 0; i < round->n; i++)
        if (round->row[i] < n_rows)
          of[round->row[i]] = n;
    }
  for (gsize k = 0; k < self->state.n; k++)
    round_of[k] = of[self->row[k]];
  return n;
}

static gboolean
look_at_valid (AyLoopPool *self, AyWork *work, AyJob *job, GError **error)
{
  g_autoptr (AyOwnedProblem) valid = ay_problem_of_split (work->data, AY_SPLIT_VALID);
  g_autofree guint32 *all = g_new (guint32, valid->problem.n + 1);
  AyProblem problem = valid->problem;

  if (problem.n == 0)
    return TRUE;
  self->valid = ay_loop_state_scale (&self->state, work->data->features, problem.rows, problem.n,
                                     error);
  if (self->valid == NULL)
    return FALSE;
  self->state.pool.landmarks = self->valid;
  for (gsize i = 0; i < problem.n; i++)
    all[i] = (guint32) i;
  problem.features = self->valid;
  problem.rows = all;
  self->has_fit = TRUE;
  return ay_head_evaluate (self->state.head, &problem, &self->fit, job, error);
}

static gboolean
fit_rounds (AyLoopPool *self, AyWork *work, const AyHistory *loop, const guint8 *known,
            AyJob *job, GError **error)
{
  g_autofree guint *round_of = g_new (guint, self->state.n + 1);
  guint n = rounds_of (self, loop, work->data->n, round_of);

  for (guint r = 0; r <= n; r++)
    {
      for (gsize k = 0; k < self->state.n; k++)
        if (known[k] && round_of[k] == r)
          self->state.known[k] = 1;
      if (!ay_loop_state_refit (&self->state, r, job, error))
        return FALSE;
    }
  return TRUE;
}

/* A loop goes on with the kind of head that it was begun with. */
static void
take_kind (AyLoopPool *self, const AyHistory *loop)
{
  if (loop != NULL)
    self->state.distil = loop->options != NULL && strstr (loop->options, "distilled") != NULL;
}

gboolean
ay_loop_pool_init (AyLoopPool *self, AyWork *work, const AyHistory *loop, AyJob *job,
                   GError **error)
{
  const AyDataset *data = work->data;
  g_autofree gint32 *label = g_new (gint32, data->n + 1);
  g_autofree guint8 *known = g_new (guint8, data->n + 1);
  AyProblem rows = { .features = data->features, .label = label, .n_classes = data->n_classes };

  if (data->n_classes == 0)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                           N_ ("a loop of selection needs classes; the target is a number"));
      return FALSE;
    }
  take_kind (self, loop);
  self->row = g_new (guint32, data->n + 1);
  rows.n = take_rows (self, data, label, known);
  rows.rows = self->row;
  return ay_loop_state_init (&self->state, &rows, ay_work_head_options (work), job, error)
         && fit_rounds (self, work, loop, known, job, error)
         && look_at_valid (self, work, job, error);
}

void
ay_loop_pool_clear (AyLoopPool *self)
{
  g_free (self->row);
  g_free (self->cost);
  g_clear_pointer (&self->valid, ay_matrix_unref);
  ay_loop_state_clear (&self->state);
}
