/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/score/left_out.h"

#include "core/base/error.h"

#include <math.h>
#include <string.h>

/* The training rows' left-out outputs, by one step or, where they are asked for, by folds. */
static const AyLoo *
left_out (AyScoreContext *context, gboolean by_folds, AyJob *job, GError **error)
{
  AyLooOptions options = AY_LOO_OPTIONS_INIT;
  AyHessian *hessian;
  AyLoo *loo;

  if (!by_folds)
    return ay_score_context_loo (context, FALSE, job, error);
  loo = ay_score_context_kept (context, "folds");
  hessian = loo == NULL ? ay_score_context_hessian (context, job, error) : NULL;
  if (hessian == NULL)
    return loo;
  options.folds = TRUE;
  options.seed = ay_score_context_seed (context);
  loo = ay_loo_new (ay_score_context_train (context, error),
                    ay_score_context_head (context, job, error), hessian, &options, job, error);
  if (loo != NULL)
    ay_score_context_keep (context, "folds", loo, (GDestroyNotify) ay_loo_free);
  return loo;
}

double *
ay_left_out_probabilities (AyScoreContext *context, gboolean by_folds, const char **method,
                           AyJob *job, GError **error)
{
  const AyDataset *data = ay_score_context_data (context);
  const AyLoo *loo = left_out (context, by_folds, job, error);
  guint n_classes = data->n_classes;
  g_autofree double *p = NULL;
  const AyProblem *train;
  AyHead *head;

  if (loo == NULL)
    return NULL;
  train = ay_score_context_train (context, error);
  head = ay_score_context_head (context, job, error);
  p = ay_try_alloc (data->n * n_classes, sizeof (double), "the probabilities", error);
  if (p == NULL)
    return NULL;
  for (gsize j = 0; j < data->n * n_classes; j++)
    p[j] = NAN;
  for (gsize i = 0; i < train->n; i++)
    memcpy (p + train->rows[i] * n_classes, loo->output + i * n_classes,
            n_classes * sizeof (double));
  for (AySplit split = AY_SPLIT_VALID; split <= AY_SPLIT_TEST; split++)
    {
      gsize count;
      g_autofree guint32 *rows = ay_dataset_rows_of (data, split, &count);
      g_autofree double *q = g_new (double, count * n_classes + 1);

      if (!ay_head_predict (head, data->features, rows, count, q, job, error))
        return NULL;
      for (gsize k = 0; k < count; k++)
        memcpy (p + rows[k] * n_classes, q + k * n_classes, n_classes * sizeof (double));
    }
  *method = loo->method;
  return g_steal_pointer (&p);
}
