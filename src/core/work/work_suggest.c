/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_private.h"

#include "core/model/standardise.h"
#include "core/work/work_select.h"

#include <math.h>
#include <string.h>

#define EXAMPLES 5

/* The pool of a workspace, with all it borrows. */
typedef struct
{
  gsize n;
  guint32 *row;       /* n: rows of the data, ascending */
  guint32 *labelled, *rest, *all;
  gint32 *label, *known;
  double *p, *cost;
  AyMatrix *features;
  AyHeadOptions head_options;
  AyHead *head;
  AyPool pool;
} Place;

static void
place_clear (Place *self)
{
  g_free (self->row);
  g_free (self->labelled);
  g_free (self->rest);
  g_free (self->all);
  g_free (self->label);
  g_free (self->known);
  g_free (self->p);
  g_free (self->cost);
  g_clear_pointer (&self->features, ay_matrix_unref);
  ay_head_unref (self->head);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

/* Positions of the labelled rows of train and of the pool. */
static gboolean
take_rows (Place *self, const AyDataset *data, GError **error)
{
  gsize n = data->n, labelled = 0, rest = 0;

  self->row = g_new (guint32, MAX (n, 1));
  self->labelled = g_new (guint32, MAX (n, 1));
  self->rest = g_new (guint32, MAX (n, 1));
  self->all = g_new (guint32, MAX (n, 1));
  self->label = g_new (gint32, MAX (n, 1));
  self->known = g_new (gint32, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    {
      gboolean known = data->split[i] == AY_SPLIT_TRAIN && data->label[i] != AY_LABEL_MISSING;

      if (!known && data->split[i] != AY_SPLIT_POOL)
        continue;
      self->row[self->n] = (guint32) i;
      self->all[self->n] = (guint32) self->n;
      self->label[self->n] = data->label[i];
      if (known)
        {
          self->known[labelled] = data->label[i];
          self->labelled[labelled++] = (guint32) self->n;
        }
      else
        self->rest[rest++] = (guint32) self->n;
      self->n++;
    }
  self->pool.n = self->n;
  self->pool.n_labelled = labelled;
  self->pool.n_pool = rest;
  if (rest > 0)
    return TRUE;
  g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                       "there is no row without a label: nothing to suggest");
  return FALSE;
}

/* The rows as the workspace's head sees them, and a head of the same penalty on them. */
static gboolean
take_head (Place *self, AyWork *work, AyJob *job, GError **error)
{
  const AyHead *fitted = ay_work_head (work, job, error);
  gsize d = ay_matrix_cols (work->data->features);
  AyProblem problem = { .rows = self->labelled, .n = self->pool.n_labelled, .label = self->known,
                        .n_classes = work->data->n_classes };
  float *z;

  if (fitted == NULL)
    return FALSE;
  z = ay_try_alloc (self->n, MAX (d, 1) * sizeof (float), "the pool", error);
  if (z == NULL)
    return FALSE;
  ay_standardise_block (work->data->features, self->row, self->n, fitted->centre,
                        fitted->inv_scale, z);
  self->features = ay_matrix_take_f32 (self->n, d, z);
  problem.features = self->features;
  self->head_options = *ay_work_head_options (work);
  self->head_options.standardise = FALSE;
  self->head_options.scale = 1.0;
  self->head_options.lambda_auto = FALSE;
  self->head_options.lambda = fitted->lambda;
  self->head = ay_head_fit (&problem, &self->head_options, NULL, job, error);
  self->p = self->head != NULL ? ay_try_alloc (self->n, work->data->n_classes * sizeof (double),
                                               "the pool", error)
                               : NULL;
  return self->p != NULL
         && ay_head_predict (self->head, self->features, self->all, self->n, self->p, job, error);
}

static gboolean
take_costs (Place *self, AyWork *work, const char *name, GError **error)
{
  g_autoptr (AyTable) columns = ay_work_columns (work, error);
  AyColumn *column = columns != NULL ? ay_table_find (columns, name) : NULL;

  if (columns == NULL)
    return FALSE;
  if (column == NULL || ay_column_type (column) != AY_COLUMN_NUMBER)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "cost=%s: no column of numbers is called that",
                   name);
      return FALSE;
    }
  self->cost = g_new (double, self->n);
  for (gsize i = 0; i < self->n; i++)
    {
      self->cost[i] = ay_column_numbers (column)[self->row[i]];
      if (!(self->cost[i] > 0.0) && work->data->split[self->row[i]] == AY_SPLIT_POOL)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "row %u: a cost of %g is not above 0",
                       self->row[i], self->cost[i]);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
take_parameters (Place *self, AyWork *work, GHashTable *parameters, GError **error)
{
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, parameters);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (strcmp (name, "cost") == 0 ? !take_costs (self, work, value, error)
                                   : !ay_strategy_options_set (&self->pool.options, name, value,
                                                               error))
      return FALSE;
  return TRUE;
}

static gboolean
place_init (Place *self, AyWork *work, GHashTable *parameters, AyJob *job, GError **error)
{
  const AyStrategyOptions options = AY_STRATEGY_OPTIONS_INIT;
  const AyDataset *data = work->data;

  if (data->n_classes == 0)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                           "suggestions need classes; the target is a number");
      return FALSE;
    }
  self->pool.options = options;
  if (!take_rows (self, data, error) || !take_parameters (self, work, parameters, error)
      || !take_head (self, work, job, error))
    return FALSE;
  self->pool.d = ay_matrix_cols (self->features);
  self->pool.features = self->features;
  self->pool.z = ay_matrix_peek_f32 (self->features, 0, self->n);
  self->pool.labelled = self->labelled;
  self->pool.pool = self->rest;
  self->pool.label = self->label;
  self->pool.n_classes = data->n_classes;
  self->pool.head = self->head;
  self->pool.p = self->p;
  self->pool.head_options = &self->head_options;
  self->pool.cost = self->cost;
  return TRUE;
}

static void
fill (AySuggestions *out, const Place *place, const AyPick *picks, const guint32 *of,
      const AyDataset *data)
{
  for (gsize k = 0; k < out->n; k++)
    {
      AySuggestion *one = &out->each[k];
      const double *p = place->p + (gsize) picks[k].position * data->n_classes;
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
  for (gsize i = 0; i < place->pool.n_pool; i++)
    if (of[i] != G_MAXUINT32)
      {
        AySuggestion *one = &out->each[of[i]];
        guint32 row = place->row[place->pool.pool[i]];

        one->stands_for++;
        if (row != one->row && one->n_examples < EXAMPLES)
          one->examples[one->n_examples++] = row;
      }
}

AySuggestions *
ay_work_suggest (AyWork *self, const AyStrategy *strategy, gsize count, GHashTable *parameters,
                 guint64 seed, AyJob *job, GError **error)
{
  g_auto (Place) place = { 0 };
  g_autoptr (AySuggestions) out = NULL;
  g_autofree AyPick *picks = NULL;
  g_autofree guint32 *of = NULL;

  if (!place_init (&place, self, parameters, job, error))
    return NULL;
  place.pool.seed = seed;
  picks = g_new (AyPick, MAX (MIN (count, place.pool.n_pool), 1));
  ay_job_set_phase (job, "choosing rows");
  if (!ay_strategy_pick (strategy, &place.pool, count, picks, job, error))
    return NULL;
  of = ay_pool_stand_in (&place.pool, picks, count, job, error);
  if (of == NULL)
    return NULL;
  out = g_new0 (AySuggestions, 1);
  out->strategy = strategy;
  out->n = count;
  out->n_pool = place.pool.n_pool;
  out->n_labelled = place.pool.n_labelled;
  out->each = g_new0 (AySuggestion, count);
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
