/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/dataset.h"

#include "model/model_data.h"

#include <math.h>

/* A made data set: rows of `made` in turn train (0, 1, 2), valid (3) and test (4); n_pool rows at
 * the end without a label. */
static inline AyDataset *
dataset_of (Made *made, gsize n_pool)
{
  AyDataset *data = g_new0 (AyDataset, 1);
  gsize n = made->problem.n;
  double *id = g_new (double, n), *time = g_new (double, n);

  g_atomic_ref_count_init (&data->ref);
  data->n = n;
  data->table = ay_table_new (n);
  data->features = ay_matrix_ref (made->features);
  data->n_classes = made->problem.n_classes;
  data->split = g_new (guint8, n);
  data->weight = g_memdup2 (made->weight, n * sizeof (double));
  if (data->n_classes > 0)
    {
      data->label = g_memdup2 (made->label, n * sizeof (gint32));
      data->class_names = g_new0 (char *, data->n_classes + 1);
      for (guint c = 0; c < data->n_classes; c++)
        data->class_names[c] = g_strdup_printf ("class %u", c);
    }
  else
    data->target = g_memdup2 (made->target, n * sizeof (double));
  for (gsize i = 0; i < n; i++)
    {
      id[i] = time[i] = i;
      data->split[i] = i % 5 < 3 ? AY_SPLIT_TRAIN : i % 5 == 3 ? AY_SPLIT_VALID : AY_SPLIT_TEST;
      if (i < n - n_pool)
        continue;
      data->split[i] = AY_SPLIT_POOL;
      if (data->label != NULL)
        data->label[i] = AY_LABEL_MISSING;
      else
        data->target[i] = NAN;
    }
  data->id = ay_column_take_number ("id", n, id, TRUE);
  data->time = ay_column_take_number ("time", n, time, TRUE);
  data->has_test = TRUE;
  data->diagnostics = ay_diagnostics_new ();
  return data;
}
