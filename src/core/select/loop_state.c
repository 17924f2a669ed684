/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/select/loop_state.h"

#include "core/base/error.h"
#include "core/model/standardise.h"

#include <string.h>

#define SPREAD_NEIGHBOURS 7
#define TOLERANCE 1e-6 /* of the loops' heads: what a finer one brings drowns in the draws */

AyHeadOptions
ay_loop_head_options (const AyHeadOptions *from)
{
  AyHeadOptions head = *from;

  if (!(head.lambda > 0.0))
    head.lambda = 1.0;
  head.lambda_auto = FALSE;
  head.tolerance = MAX (head.tolerance, TOLERANCE);
  return head;
}

AyMatrix *
ay_loop_state_scale (const AyLoopState *self, const AyMatrix *features, const guint32 *rows,
                     gsize n, GError **error)
{
  gsize d = ay_matrix_cols (features);
  float *z = ay_try_alloc (MAX (n, 1), MAX (d, 1) * sizeof (float), "the rows of a loop", error);

  if (z == NULL)
    return NULL;
  ay_standardise_block (features, rows, n, self->scaling, self->scaling + d, z);
  return ay_matrix_take_f32 (n, d, z);
}

static gboolean
set_features (AyLoopState *self, const AyProblem *rows, AyJob *job, GError **error)
{
  gsize d = ay_matrix_cols (rows->features);
  AyProblem points = { .features = rows->features, .rows = rows->rows, .n = rows->n,
                       .label = self->label, .n_classes = rows->n_classes };
  g_autoptr (AyMoments) moments = ay_moments_of (&points, job, error);

  self->scaling = g_new (float, 2 * d + 1);
  if (moments == NULL
      || !ay_moments_scaling (moments, !self->head_options.standardise, self->head_options.scale,
                              self->scaling, self->scaling + d, error))
    return FALSE;
  if (!self->head_options.standardise) /* as they are: lengths and cosines keep their meaning */
    memset (self->scaling, 0, d * sizeof (float));
  self->features = ay_loop_state_scale (self, rows->features, rows->rows, rows->n, error);
  self->head_options.standardise = FALSE;
  self->head_options.scale = 1.0;
  return self->features != NULL;
}

/* Neighbours that labels are spread along; the points stay where they are. */
static gboolean
set_graph (AyLoopState *self, AyJob *job, GError **error)
{
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  AyPoints points = { .features = self->features, .rows = self->all, .n = self->n,
                      .distance = AY_DISTANCE_EUCLIDEAN };
  g_autoptr (AyNeighbours) found = NULL;

  options.k = SPREAD_NEIGHBOURS;
  found = ay_neighbours_find (&points, &options, job, error);
  self->graph = found != NULL ? ay_spread_graph_new (found, error) : NULL;
  return self->graph != NULL;
}

gboolean
ay_loop_state_init (AyLoopState *self, const AyProblem *rows, const AyHeadOptions *head,
                    AyJob *job, GError **error)
{
  gsize n = rows->n;

  self->n = n;
  self->head_options = ay_loop_head_options (head);
  self->known = g_new0 (guint8, MAX (n, 1));
  self->label = g_memdup2 (rows->label, n * sizeof *rows->label);
  self->labelled = g_new (guint32, MAX (n, 1));
  self->rest = g_new (guint32, MAX (n, 1));
  self->all = g_new (guint32, MAX (n, 1));
  self->known_label = g_new (gint32, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    self->all[i] = (guint32) i;
  self->p = ay_try_alloc (MAX (n, 1), rows->n_classes * sizeof (double), "the points of a loop",
                          error);
  if (self->p == NULL || !set_features (self, rows, job, error)
      || (self->distil && !set_graph (self, job, error)))
    return FALSE;
  self->pool = (AyPool) { .n = n, .d = ay_matrix_cols (self->features),
                          .features = self->features,
                          .z = ay_matrix_peek_f32 (self->features, 0, n),
                          .labelled = self->labelled, .pool = self->rest, .label = self->label,
                          .n_classes = rows->n_classes, .p = self->p,
                          .head_options = &self->head_options,
                          .options = AY_STRATEGY_OPTIONS_INIT };
  return TRUE;
}

/* A head fitted to every point that a label reaches, by its confidence. */
static AyHead *
fit_distilled (AyLoopState *self, AyJob *job, GError **error)
{
  const AySpreadOptions options = AY_SPREAD_OPTIONS_INIT;
  const AySpreadRows of = { self->features, self->all, NULL };
  g_autofree gint32 *given = g_new (gint32, self->n + 1);
  g_autoptr (AySpread) spread = NULL;
  g_autoptr (AyOwnedProblem) problem = NULL;

  for (gsize i = 0; i < self->n; i++)
    given[i] = self->known[i] ? self->label[i] : AY_LABEL_MISSING;
  spread = ay_spread_new (self->graph, given, self->pool.n_classes, &options, job, error);
  if (spread == NULL)
    return NULL;
  problem = ay_spread_problem (spread, &of, given);
  return ay_head_fit (&problem->problem, &self->head_options, self->head, job, error);
}

gboolean
ay_loop_state_refit (AyLoopState *self, guint round, AyJob *job, GError **error)
{
  gsize n = 0, m = 0;
  AyProblem known = { .features = self->features, .rows = self->labelled,
                      .label = self->known_label, .n_classes = self->pool.n_classes };
  AyHead *head;

  for (gsize i = 0; i < self->n; i++)
    if (self->known[i])
      {
        self->known_label[n] = self->label[i];
        self->labelled[n++] = (guint32) i;
      }
    else
      self->rest[m++] = (guint32) i;
  known.n = n;
  head = self->distil ? fit_distilled (self, job, error)
                      : ay_head_fit (&known, &self->head_options, self->head, job, error);
  if (head == NULL)
    return FALSE;
  ay_head_unref (self->head);
  self->head = head;
  self->pool.head = head;
  self->pool.n_labelled = n;
  self->pool.n_pool = m;
  self->pool.round = round;
  return ay_head_predict (head, self->features, self->all, self->n, self->p, job, error);
}

void
ay_loop_state_clear (AyLoopState *self)
{
  g_clear_pointer (&self->features, ay_matrix_unref);
  g_free (self->scaling);
  g_free (self->known);
  g_free (self->label);
  g_free (self->labelled);
  g_free (self->rest);
  g_free (self->all);
  g_free (self->known_label);
  g_free (self->p);
  g_clear_pointer (&self->graph, ay_spread_graph_free);
  ay_head_unref (self->head);
}
