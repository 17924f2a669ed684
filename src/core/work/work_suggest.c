/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_private.h"

#include "core/base/words.h"
#include "core/work/job_memory.h"
#include "core/work/loop_pool.h"
#include "core/work/work_loop.h"

#include <string.h>

#define EXAMPLES 5

static gboolean
take_costs (AyLoopPool *self, AyWork *work, const char *name, GError **error)
{
  g_autoptr (AyTable) columns = ay_work_columns (work, error);
  AyColumn *column = columns != NULL ? ay_table_find (columns, name) : NULL;

  if (columns == NULL)
    return FALSE;
  if (column == NULL || ay_column_type (column) != AY_COLUMN_NUMBER)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("cost=%s: no column of numbers is called that"), name);
      return FALSE;
    }
  self->cost = g_new (double, self->state.n + 1);
  for (gsize i = 0; i < self->state.n; i++)
    {
      self->cost[i] = ay_column_numbers (column)[self->row[i]];
      if (!(self->cost[i] > 0.0) && work->data->split[self->row[i]] == AY_SPLIT_POOL)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("row %u: a cost of %g is not above 0"),
                       self->row[i], self->cost[i]);
          return FALSE;
        }
    }
  self->state.pool.cost = self->cost;
  return TRUE;
}

/* head=distilled: of a loop that begins. */
static gboolean
is_distilled (GHashTable *parameters)
{
  const char *head = parameters != NULL ? g_hash_table_lookup (parameters, "head") : NULL;

  return g_strcmp0 (head, "distilled") == 0;
}

static gboolean
take_head (const AyLoopPool *self, const char *value, GError **error)
{
  gboolean distilled = strcmp (value, "distilled") == 0;

  if (!distilled && strcmp (value, "plain") != 0)
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("head=%s: plain or distilled is expected"),
                 value);
  else if (distilled != self->state.distil)
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                 N_ ("head=%s: the loop was begun with the other kind of head"), value);
  else
    return TRUE;
  return FALSE;
}

static gboolean
take_parameters (AyLoopPool *self, AyWork *work, GHashTable *parameters, GError **error)
{
  AyStrategyOptions *options = &self->state.pool.options;
  GHashTableIter iter;
  gpointer name, value;

  if (parameters == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, parameters);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (strcmp (name, "cost") == 0   ? !take_costs (self, work, value, error)
        : strcmp (name, "head") == 0 ? !take_head (self, value, error)
                                     : !ay_strategy_options_set (options, name, value, error))
      return FALSE;
  return TRUE;
}

/* The loop that the suggestion goes on with, if there is one. */
static gboolean
find_loop (AyWork *work, const char *name, AyHistory **loop, GError **error)
{
  name = name != NULL ? name : AY_LOOP_NAME;
  if (!ay_workspace_has (work->store, "history", name))
    return TRUE;
  *loop = ay_work_history (work, name, error);
  if (*loop != NULL && strcmp ((*loop)->source, AY_LOOP_SOURCE) != 0)
    g_clear_pointer (loop, ay_history_unref);
  else if (*loop == NULL)
    return FALSE;
  return TRUE;
}

static void
fill (AySuggestions *out, const AyLoopPool *place, const AyPick *picks, const guint32 *of,
      const AyDataset *data)
{
  for (gsize k = 0; k < out->n; k++)
    {
      AySuggestion *one = &out->each[k];
      const double *p = place->state.p + (gsize) picks[k].position * data->n_classes;
      guint best = 0;

      for (guint c = 1; c < data->n_classes; c++)
        best = p[c] > p[best] ? c : best;
      one->row = place->row[picks[k].position];
      one->value = picks[k].value;
      one->cost = place->cost != NULL ? place->cost[picks[k].position] : 1.0;
      one->predicted = g_strdup (data->class_names[best]);
      one->probability = p[best];
      one->examples = g_new (guint32, EXAMPLES);
    }
  for (gsize i = 0; i < place->state.pool.n_pool; i++)
    if (of[i] != G_MAXUINT32)
      {
        AySuggestion *one = &out->each[of[i]];
        guint32 row = place->row[place->state.pool.pool[i]];

        one->stands_for++;
        if (row != one->row && one->n_examples < EXAMPLES)
          one->examples[one->n_examples++] = row;
      }
}

AySuggestions *
ay_work_suggest (AyWork *self, const AySuggestOptions *options, AyJob *job, GError **error)
{
  g_auto (AyLoopPool) place = { 0 };
  AyPool *pool = &place.state.pool;
  g_autoptr (AyHistory) loop = NULL;
  g_autoptr (AySuggestions) out = NULL;
  g_autofree AyPick *picks = NULL;
  g_autofree guint32 *of = NULL;

  place.state.distil = is_distilled (options->parameters);
  if (!ay_work_plan_one (self, "suggest", job, error)
      || !find_loop (self, options->loop, &loop, error)
      || !ay_loop_pool_init (&place, self, loop, job, error)
      || !take_parameters (&place, self, options->parameters, error))
    return NULL;
  if (pool->n_pool == 0)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                           N_ ("there is no row without a label: nothing to suggest"));
      return NULL;
    }
  pool->seed = ay_loop_seed (options->seed, 0);
  picks = g_new (AyPick, MAX (MIN (options->count, pool->n_pool), 1));
  ay_job_set_phase (job, "choosing rows");
  if (!ay_strategy_pick (options->strategy, pool, options->count, picks, job, error))
    return NULL;
  of = ay_pool_stand_in (pool, picks, options->count, job, error);
  if (of == NULL)
    return NULL;
  out = g_new0 (AySuggestions, 1);
  out->strategy = options->strategy;
  out->n = options->count;
  out->n_pool = pool->n_pool;
  out->n_labelled = pool->n_labelled;
  out->seed = options->seed;
  out->has_costs = place.cost != NULL;
  out->distilled = place.state.distil;
  out->each = g_new0 (AySuggestion, out->n);
  fill (out, &place, picks, of, self->data);
  return g_steal_pointer (&out);
}

void
ay_suggestions_free (AySuggestions *self)
{
  if (self == NULL)
    return;
  for (gsize k = 0; k < self->n; k++)
    {
      g_free (self->each[k].predicted);
      g_free (self->each[k].examples);
    }
  g_free (self->each);
  g_free (self);
}
