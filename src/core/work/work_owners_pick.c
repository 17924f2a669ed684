/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_owners_pick.h"

#include "core/base/error.h"
#include "core/model/standardise.h"
#include "core/select/listed.h"
#include "core/select/loop_state.h"
#include "core/work/work_private.h"

#include <string.h>

#define TOLERANCE 1e-8

/* The labelled rows of train and the pool, as the head sees them. */
typedef struct
{
  const AyOwnersRun *run;
  AyOwnersPick *pick;
  AyOwnersResult *out;
  gsize n, d, n_labelled, n_pool;
  guint32 *row;             /* n: of the data */
  gint32 *label, *known;    /* n; n_labelled */
  guint32 *labelled, *pool, *all; /* positions */
  float *scaling;           /* 2 d */
  AyMatrix *features, *valid; /* scaled */
  AyOwnedProblem *judges;
  double *p;
  AyHead *head;
} Picking;

static void
picking_clear (Picking *self)
{
  g_free (self->row);
  g_free (self->label);
  g_free (self->known);
  g_free (self->labelled);
  g_free (self->pool);
  g_free (self->all);
  g_free (self->scaling);
  g_clear_pointer (&self->features, ay_matrix_unref);
  g_clear_pointer (&self->valid, ay_matrix_unref);
  ay_owned_problem_free (self->judges);
  g_free (self->p);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Picking, picking_clear)

static void
take_rows (Picking *self)
{
  const AyDataset *data = self->out->work->data;
  gsize room = data->n + 1;

  self->d = ay_matrix_cols (data->features);
  self->row = g_new (guint32, room);
  self->label = g_new (gint32, room);
  self->known = g_new (gint32, room);
  self->labelled = g_new (guint32, room);
  self->pool = g_new (guint32, room);
  self->all = g_new (guint32, room);
  for (gsize i = 0; i < data->n; i++)
    {
      gboolean labelled = data->split[i] == AY_SPLIT_TRAIN && data->label[i] != AY_LABEL_MISSING;

      if (!labelled && data->split[i] != AY_SPLIT_POOL)
        continue;
      if (labelled)
        self->known[self->n_labelled] = data->label[i];
      (labelled ? self->labelled : self->pool)[labelled ? self->n_labelled++ : self->n_pool++]
          = (guint32) self->n;
      self->label[self->n] = labelled ? data->label[i] : AY_LABEL_MISSING;
      self->all[self->n] = (guint32) self->n;
      self->row[self->n++] = (guint32) i;
    }
}

static AyMatrix *
scaled (const Picking *self, const guint32 *rows, gsize n, GError **error)
{
  float *z = ay_try_alloc (MAX (n, 1), MAX (self->d, 1) * sizeof (float), "the rows", error);

  if (z == NULL)
    return NULL;
  ay_standardise_block (self->out->work->data->features, rows, n, self->scaling,
                        self->scaling + self->d, z);
  return ay_matrix_take_f32 (n, self->d, z);
}

/* Common scales of all rows, as in a loop. */
static gboolean
scale (Picking *self, AyJob *job, GError **error)
{
  AyWork *work = self->out->work;
  AyProblem points = { .features = work->data->features, .rows = self->row, .n = self->n,
                       .label = self->label, .n_classes = work->data->n_classes };
  AyProblem *judges;

  self->scaling = g_new0 (float, 2 * self->d + 1);
  for (gsize j = 0; j < self->d; j++)
    self->scaling[self->d + j] = 1.0f;
  if (!(self->run->clip > 0.0)
      && (!ay_owners_rows (self->out, &points, self->row, error)
          || !ay_owners_scaling (self->out->gate, &work->head_options, self->scaling, job,
                                 error)))
    return FALSE;
  if (!work->head_options.standardise)
    memset (self->scaling, 0, self->d * sizeof *self->scaling);
  self->judges = ay_problem_of_split (work->data, AY_SPLIT_VALID);
  judges = &self->judges->problem;
  self->features = scaled (self, self->row, self->n, error);
  self->valid = self->features != NULL ? scaled (self, judges->rows, judges->n, error) : NULL;
  return self->valid != NULL;
}

static gboolean
fit (Picking *self, AyJob *job, GError **error)
{
  AyOwnersResult *out = self->out;
  AyHeadOptions head = ay_loop_head_options (&out->work->head_options);
  g_autofree float *plain = g_new0 (float, 2 * self->d + 1);
  AyOwnersOptions options = { .head = &head, .scaling = plain,
                              .max_rounds = ay_owners_rounds (self->run),
                              .most_dense = self->run->most_dense };
  AyProblem known = { .features = self->features, .rows = self->labelled, .n = self->n_labelled,
                      .label = self->known, .n_classes = out->work->data->n_classes };
  g_autoptr (AyOwnersFit) found = NULL;
  g_autofree guint32 *rows = g_new (guint32, MAX (self->n_labelled, 1));
  gsize count = self->n * known.n_classes;

  for (gsize j = 0; j < self->d; j++)
    plain[self->d + j] = 1.0f;
  for (gsize i = 0; i < self->n_labelled; i++)
    rows[i] = self->row[self->labelled[i]];
  head.tolerance = TOLERANCE;
  if (!ay_owners_rows (out, &known, rows, error))
    return FALSE;
  found = ay_owners_head (out, &options, job, error);
  out->gate->own = NULL;
  if (found == NULL)
    return FALSE;
  out->head = ay_head_ref (found->head);
  out->rounds = found->rounds;
  self->p = ay_try_alloc (MAX (count, 1), sizeof (double), "the probabilities", error);
  return self->p != NULL
         && ay_head_predict (out->head, self->features, self->all, self->n, self->p, job, error);
}

/* This owner's part of the picks, which are places in all lists. */
static void
take_own (Picking *self, const AyListed *listed, const gsize *picks, gsize first, gsize n,
          const guint32 *position)
{
  self->pick->picks = g_array_new (FALSE, FALSE, sizeof (AyOwnPick));
  for (gsize k = 0; k < self->pick->count; k++)
    if (picks[k] >= first && picks[k] < first + n)
      {
        const AyListed *one = &listed[picks[k]];
        AyOwnPick own = { self->row[position[picks[k] - first]], (guint) k, one->score, one->id,
                          one->cluster };

        g_array_append_val (self->pick->picks, own);
      }
}

static gboolean
choose (Picking *self, AyJob *job, GError **error)
{
  AyRelease *gate = self->out->gate;
  guint rank = ay_ranks_own (gate->ranks);
  AyListedRule rule = { self->pick->by_cluster, self->pick->count };
  AyPool pool = { .n = self->n, .d = self->d, .features = self->features,
                  .z = ay_matrix_peek_f32 (self->features, 0, self->n), .pool = self->pool,
                  .n_pool = self->n_pool, .labelled = self->labelled,
                  .n_labelled = self->n_labelled, .label = self->label,
                  .n_classes = self->out->work->data->n_classes, .p = self->p,
                  .head = self->out->head, .landmarks = self->valid,
                  .seed = ay_loop_seed (self->run->seed, 0),
                  .options = AY_STRATEGY_OPTIONS_INIT };
  g_autofree guint32 *position = NULL;
  g_autofree guint64 *n_each = NULL;
  g_autofree AyListed *mine = NULL, *all = NULL;
  g_autofree gsize *picks = NULL;
  gsize n, first = 0;

  if (self->pick->candidates > 0)
    pool.options.candidates = self->pick->candidates;
  mine = ay_listed_new (&pool, &rule, &n, &position, job, error);
  all = mine != NULL ? ay_release_lists (gate, mine, n, sizeof *mine, &n_each, error) : NULL;
  if (all == NULL)
    return FALSE;
  for (guint r = 0; r < gate->size; r++)
    {
      first += r < rank ? n_each[r] : 0;
      self->pick->n_listed += n_each[r];
    }
  picks = ay_listed_pick (all, self->pick->n_listed, &pool, &rule, error);
  if (picks == NULL)
    return FALSE;
  take_own (self, all, picks, first, n, position);
  return TRUE;
}

gboolean
ay_work_pick_owners (const AyOwnersRun *run, AyOwnersPick *pick, AyOwnersResult *out, AyJob *job,
                     GError **error)
{
  g_autofree char *asked = g_strdup_printf ("%s %zu %u", pick->by_cluster ? "cluster_margin"
                                                                          : "margin",
                                            pick->count, pick->candidates);
  g_auto (Picking) self = { .run = run, .pick = pick, .out = out };

  if (!ay_owners_begin (run, asked, out, job, error))
    return FALSE;
  if (out->work->data->n_classes == 0)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                           "choosing rows needs classes; the target is a number");
      return FALSE;
    }
  take_rows (&self);
  ay_ranks_set_stage (run->ranks, "head");
  if (!scale (&self, job, error) || !fit (&self, job, error))
    return FALSE;
  ay_ranks_set_stage (run->ranks, "lists");
  return choose (&self, job, error) && ay_owners_end (run, out, error);
}
