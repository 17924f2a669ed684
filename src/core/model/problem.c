/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/model/problem.h"

#include <math.h>

static gboolean
takes_part (const AyDataset *data, gsize row)
{
  if (data->weight != NULL && !(data->weight[row] > 0.0))
    return FALSE;
  if (data->label != NULL)
    return data->label[row] != AY_LABEL_MISSING;
  return data->target != NULL && !isnan (data->target[row]);
}

AyOwnedProblem *
ay_problem_of_split (const AyDataset *data, AySplit split)
{
  AyOwnedProblem *self = g_new0 (AyOwnedProblem, 1);
  gsize n = 0, k = 0;

  for (gsize i = 0; i < data->n; i++)
    n += data->split[i] == split && takes_part (data, i);
  self->rows = g_new (guint32, MAX (n, 1));
  self->label = data->label != NULL ? g_new (gint32, MAX (n, 1)) : NULL;
  self->target = data->label == NULL ? g_new (double, MAX (n, 1)) : NULL;
  self->weight = data->weight != NULL ? g_new (double, MAX (n, 1)) : NULL;
  for (gsize i = 0; i < data->n; i++)
    if (data->split[i] == split && takes_part (data, i))
      {
        self->rows[k] = (guint32) i;
        if (self->label != NULL)
          self->label[k] = data->label[i];
        else
          self->target[k] = data->target[i];
        if (self->weight != NULL)
          self->weight[k] = data->weight[i];
        k++;
      }
  self->problem = (AyProblem) { .features = data->features, .rows = self->rows, .n = n,
                                .label = self->label, .target = self->target,
                                .weight = self->weight, .n_classes = data->n_classes };
  return self;
}

void
ay_owned_problem_free (AyOwnedProblem *self)
{
  if (self == NULL)
    return;
  g_free (self->rows);
  g_free (self->label);
  g_free (self->target);
  g_free (self->weight);
  g_free (self);
}
