/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/gain/ledger_stage.h"

#include "core/base/stats.h"

#include <math.h>
#include <string.h>

/* The head of the full list without the classes that are not known; the penalty is in sum form and
 * stays. */
static AyHead *
shorten (const AyHead *full, const gint32 *code, guint n_known)
{
  AyHead *head = ay_head_copy (full);

  if (full->n_classes == 0 || n_known == full->n_classes)
    return head;
  for (guint c = 0; c < full->n_classes; c++)
    if (code[c] >= 0)
      {
        memmove (head->weights + code[c] * full->d, head->weights + c * full->d,
                 full->d * sizeof (double));
        head->intercept[code[c]] = head->intercept[c];
      }
  head->n_classes = head->n_outputs = n_known;
  return head;
}

static void
take_judges (AyStage *self)
{
  const AyProblem *on = self->input->on;
  double sum = 0.0;
  gsize n = 0;

  self->on_position = g_new (guint32, MAX (on->n, 1));
  self->on_rows = g_new (guint32, MAX (on->n, 1));
  self->on_label = on->label != NULL ? g_new (gint32, MAX (on->n, 1)) : NULL;
  self->on_share = g_new (double, MAX (on->n, 1));
  for (gsize t = 0; t < on->n; t++)
    sum += ay_problem_weight (on, t);
  self->on = *on;
  for (gsize t = 0; t < on->n; t++)
    if (on->n_classes == 0 || self->known[on->label[t]])
      {
        self->on_position[n] = (guint32) t;
        self->on_rows[n] = on->rows[t];
        if (self->on_label != NULL)
          self->on_label[n] = self->code[on->label[t]];
        self->on_share[n++] = ay_problem_weight (on, t) / sum;
      }
  self->on.n = n;
  self->on.rows = self->on_rows;
  self->on.label = self->on_label;
  self->on.weight = self->on_share;
  self->on.n_classes = self->n_known;
}

void
ay_stage_init (AyStage *self, const AyLedgerInput *input, const guint8 *known)
{
  guint n_classes = input->like->n_classes;

  memset (self, 0, sizeof *self);
  self->input = input;
  self->known = g_memdup2 (known, MAX (n_classes, 1));
  self->code = g_new (gint32, MAX (n_classes, 1));
  for (guint c = 0; c < n_classes; c++)
    self->code[c] = known[c] ? (gint32) self->n_known++ : -1;
  self->like = shorten (input->like, self->code, self->n_known);
  take_judges (self);
}

void
ay_stage_clear (AyStage *self)
{
  g_free (self->known);
  g_free (self->code);
  ay_head_unref (self->like);
  g_free (self->on_position);
  g_free (self->on_rows);
  g_free (self->on_label);
  g_free (self->on_share);
  memset (self, 0, sizeof *self);
}

void
ay_taken_init (AyTaken *self, const AyStage *stage, const guint8 *take)
{
  const AyProblem *train = stage->input->train;
  gsize n = 0, k = 0;

  for (gsize i = 0; i < train->n; i++)
    n += take[i] != 0;
  memset (self, 0, sizeof *self);
  self->position = g_new (guint32, MAX (n, 1));
  self->rows = g_new (guint32, MAX (n, 1));
  self->label = train->label != NULL ? g_new (gint32, MAX (n, 1)) : NULL;
  self->target = train->target != NULL ? g_new (double, MAX (n, 1)) : NULL;
  self->weight = train->weight != NULL ? g_new (double, MAX (n, 1)) : NULL;
  for (gsize i = 0; i < train->n; i++)
    if (take[i])
      {
        self->position[k] = (guint32) i;
        self->rows[k] = train->rows[i];
        if (self->label != NULL)
          self->label[k] = stage->code[train->label[i]];
        if (self->target != NULL)
          self->target[k] = train->target[i];
        if (self->weight != NULL)
          self->weight[k] = train->weight[i];
        k++;
      }
  self->problem = (AyProblem) { .features = train->features, .rows = self->rows, .n = n,
                                .label = self->label, .target = self->target,
                                .weight = self->weight, .n_classes = stage->n_known };
}

void
ay_taken_clear (AyTaken *self)
{
  g_free (self->position);
  g_free (self->rows);
  g_free (self->label);
  g_free (self->target);
  g_free (self->weight);
  memset (self, 0, sizeof *self);
}

AyHead *
ay_stage_fit (const AyStage *self, const AyTaken *taken, const AyHead *from, double tolerance,
              AyJob *job, GError **error)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;

  options.tolerance = tolerance;
  return ay_head_fit (&taken->problem, &options, from != NULL ? from : self->like, job, error);
}

gboolean
ay_stage_judge (const AyStage *self, const AyHead *head, double *loss, double *accuracy,
                guint8 *right, AyJob *job, GError **error)
{
  const AyProblem *on = &self->on;
  guint k = head->n_outputs;
  g_autofree double *p = NULL;
  AyFit fit;
  double share = 0.0;

  if (!ay_head_evaluate (head, on, &fit, job, error))
    return FALSE;
  for (gsize t = 0; t < on->n; t++)
    share += self->on_share[t];
  *loss = on->n > 0 ? share * fit.loss : 0.0;
  *accuracy = on->n_classes > 0 ? (on->n > 0 ? share * fit.accuracy : 0.0) : fit.accuracy;
  if (right == NULL || on->n_classes == 0)
    return TRUE;
  p = g_new (double, MAX (on->n * k, 1));
  if (!ay_head_predict (head, on->features, on->rows, on->n, p, job, error))
    return FALSE;
  for (gsize t = 0; t < on->n; t++)
    right[t] = ay_argmax (p + t * k, k) == (gsize) on->label[t];
  return TRUE;
}
