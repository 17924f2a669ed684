/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the registry's influence may be asked besides: on one row (of=ID), and relative to the
 * length of each row's gradient. */
#include "core/score/influence_rows.h"
#include "core/base/words.h"
#include "core/score/parameters.h"
#include "core/score/score_private.h"

#include "core/base/error.h"

#include <math.h>

/* The labelled row with this id that may be looked at. */
static gboolean
find_row (const AyDataset *data, const char *id, gsize *row, GError **error)
{
  for (gsize i = 0; i < data->n; i++)
    {
      g_autofree char *text = ay_column_dup_text (data->id, i);

      if (!g_str_equal (text, id))
        continue;
      *row = i;
      if (data->split[i] == AY_SPLIT_TEST)
        g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                     N_ ("of=%s: is a test row, which is kept for "
                         "the report"),
                     id);
      else if (data->label != NULL ? data->label[i] == AY_LABEL_MISSING : isnan (data->target[i]))
        g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("of=%s: the row has no label"), id);
      else
        return TRUE;
      return FALSE;
    }
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("of=%s: no row has this id"), id);
  return FALSE;
}

typedef struct
{
  AyScoreResult *out;
  const guint32 *rows;
} Placing;

static gboolean
place_rows (gsize first, gsize count, const float *effect, gpointer data, GError **error)
{
  const Placing *self = data;

  for (gsize i = 0; i < count; i++)
    self->out->values[self->rows[first + i]] = effect[i];
  return TRUE;
}

static gboolean
run_of (AyScoreContext *context, const char *id, AyScoreResult *out, AyJob *job, GError **error)
{
  const AyDataset *data = ay_score_context_data (context);
  AyHessian *hessian = ay_score_context_hessian (context, job, error);
  AyProblem one = { .features = data->features, .n = 1, .n_classes = data->n_classes };
  AyInfluenceRows rows = { .of = &one, .hessian = hessian };
  Placing placing = { .out = out };
  double residual = NAN;
  guint32 number;
  gsize row;

  if (hessian == NULL || !find_row (data, id, &row, error))
    return FALSE;
  number = (guint32) row;
  one.rows = &number;
  one.label = data->label != NULL ? data->label + row : NULL;
  one.target = data->target != NULL ? data->target + row : NULL;
  rows.train = ay_score_context_train (context, error);
  rows.head = ay_score_context_head (context, job, error);
  placing.rows = rows.train->rows;
  out->values = ay_score_blank (data->n, error);
  if (out->values == NULL
      || !ay_influence_rows (&rows, place_rows, &placing, &residual, job, error))
    return FALSE;
  out->missing_because = g_strdup (N_ ("only labelled rows of the train part have one"));
  ay_score_text (out, "quantity", "first-order change of the loss on one row if the training row "
                 "were removed and the head refitted with all else held");
  ay_score_text (out, "of_row", id);
  ay_score_text (out, "solver", ay_hessian_describe (hessian));
  ay_score_number (out, "solver_residual", residual);
  ay_score_number (out, "damping", 0.0);
  return TRUE;
}

static gboolean
make_relative (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  const AyProblem *train = ay_score_context_train (context, error);
  AyHead *head = ay_score_context_head (context, job, error);
  g_autofree double *length = g_new (double, train->n + 1);

  if (!ay_influence_lengths (train, head, length, job, error))
    return FALSE;
  for (gsize i = 0; i < train->n; i++)
    {
      gsize row = train->rows[i];

      /* a row without a gradient has no influence either */
      out->values[row] = length[i] > 0.0 ? out->values[row] / length[i] : 0.0;
      if (out->errors != NULL)
        out->errors[row] = length[i] > 0.0 ? out->errors[row] / length[i] : 0.0;
    }
  ay_score_text (out, "relative", "divided by the length of the row's gradient: no change of loss, "
                 "an order");
  return TRUE;
}

gboolean
ay_run_influence_asked (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  static const char *const answers[] = { "no", "yes", NULL };
  const char *of = ay_score_context_get (context, "of");
  guint relative = 0;

  if (!ay_score_parameter_choice (context, "relative", answers, &relative, error))
    return FALSE;
  if (!(of != NULL && *of != '\0' ? run_of (context, of, out, job, error)
                                  : ay_run_influence (context, out, job, error)))
    return FALSE;
  return !relative || make_relative (context, out, job, error);
}
