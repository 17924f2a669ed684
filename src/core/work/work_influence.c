/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_influence.h"

#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/score/influence_rows.h"
#include "core/work/work_private.h"

#include <math.h>

void
ay_row_influence_free (AyRowInfluence *self)
{
  if (self == NULL)
    return;
  g_free (self->rows);
  g_free (self->label);
  g_free (self->helping);
  g_free (self->hurting);
  g_free (self->help);
  g_free (self->hurt);
  g_free (self);
}

static gboolean
refuse (AyWork *self, gsize row, const char *why, GError **error)
{
  g_autofree char *id = ay_column_dup_text (self->data->id, row);

  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "row %s %s", id, why);
  return FALSE;
}

static gboolean
check_rows (AyWork *self, const AyRowInfluence *asked, gboolean prediction, GError **error)
{
  const AyDataset *data = self->data;

  if (asked->m == 0)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE, N_ ("no rows to ask of"));
      return FALSE;
    }
  if (prediction && data->n_classes == 0)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                           N_ ("the target is a number: only classes are predicted as if they were "
                               "labels"));
      return FALSE;
    }
  for (gsize t = 0; t < asked->m; t++)
    {
      gsize row = asked->rows[t];

      if (data->split[row] == AY_SPLIT_TEST)
        return refuse (self, row, N_ ("is a test row, which is kept for the report"), error);
      if (!prediction
          && (data->label != NULL ? data->label[row] == AY_LABEL_MISSING
                                  : isnan (data->target[row])))
        return refuse (self, row, N_ ("has no label (its prediction can be asked of instead)"),
                       error);
    }
  return TRUE;
}

/* The classes asked of: the labels, or what the head predicts. */
static gboolean
set_labels (AyWork *self, AyRowInfluence *asked, const AyHead *head, gboolean prediction,
            AyJob *job, GError **error)
{
  guint n = self->data->n_classes;
  g_autofree double *p = NULL;

  if (n == 0)
    return TRUE;
  asked->label = g_new (gint32, asked->m);
  for (gsize t = 0; t < asked->m && !prediction; t++)
    asked->label[t] = self->data->label[asked->rows[t]];
  if (!prediction)
    return TRUE;
  p = ay_try_alloc (asked->m * n, sizeof (double), "the predictions", error);
  if (p == NULL
      || !ay_head_predict (head, self->data->features, asked->rows, asked->m, p, job, error))
    return FALSE;
  for (gsize t = 0; t < asked->m; t++)
    asked->label[t] = (gint32) ay_argmax (p + t * n, n);
  return TRUE;
}

/* Rows of the data set, of positions in train. (transfer full) */
static guint32 *
dup_rows (const guint32 *positions, gsize count, const guint32 *rows)
{
  guint32 *taken = g_new (guint32, count + 1);

  for (gsize i = 0; i < count; i++)
    taken[i] = rows[positions[i]];
  return taken;
}

static gboolean
answer (AyWork *self, AyRowInfluence *asked, const AyInfluenceQuestion *question, AyJob *job,
        GError **error)
{
  AyScoreContext *context = ay_work_context (self, job, error);
  AyHessian *hessian = context != NULL ? ay_score_context_hessian (context, job, error) : NULL;
  g_autofree double *target = NULL;
  AyProblem of = { .features = self->data->features, .rows = asked->rows, .n = asked->m,
                   .n_classes = self->data->n_classes };
  AyInfluenceRows how = { .of = &of, .hessian = hessian };
  g_autoptr (AyInfluenceTop) top = NULL;
  gsize count;

  if (hessian == NULL)
    return FALSE;
  how.train = ay_score_context_train (context, error);
  how.head = ay_score_context_head (context, job, error);
  if (!set_labels (self, asked, how.head, question->prediction, job, error))
    return FALSE;
  if (asked->label == NULL)
    {
      target = g_new (double, asked->m);
      for (gsize t = 0; t < asked->m; t++)
        target[t] = self->data->target[asked->rows[t]];
    }
  of.label = asked->label;
  of.target = target;
  ay_job_set_phase (job, "influence on single rows");
  top = ay_influence_top_new (&how, question->k, job, error);
  if (top == NULL)
    return FALSE;
  asked->k = top->k;
  count = asked->m * top->k;
  asked->helping = dup_rows (top->helping, count, how.train->rows);
  asked->hurting = dup_rows (top->hurting, count, how.train->rows);
  asked->help = g_memdup2 (top->help, count * sizeof (float));
  asked->hurt = g_memdup2 (top->hurt, count * sizeof (float));
  return TRUE;
}

AyRowInfluence *
ay_work_row_influence (AyWork *self, const AyBitset *rows, const AyInfluenceQuestion *question,
                       AyJob *job, GError **error)
{
  g_autoptr (AyRowInfluence) asked = g_new0 (AyRowInfluence, 1);

  if (self->data->label == NULL && self->data->target == NULL)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                           N_ ("influence needs labels or a target"));
      return NULL;
    }
  asked->rows = ay_bitset_rows (rows, &asked->m);
  if (!check_rows (self, asked, question->prediction, error)
      || !answer (self, asked, question, job, error))
    return NULL;
  return g_steal_pointer (&asked);
}
