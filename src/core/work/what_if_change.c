/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/what_if_change.h"

#include "core/base/words.h"
#include "core/work/work_private.h"

#include <string.h>

void
ay_what_if_change_clear (AyWhatIfChange *self)
{
  g_clear_pointer (&self->removed, g_free);
  g_clear_pointer (&self->label, g_free);
  g_clear_pointer (&self->target, g_free);
  g_clear_pointer (&self->weight, g_free);
}

static guint8 *
mark_removed (const AyProblem *train, const AyBitset *rows, gsize *n_removed)
{
  guint8 *removed = g_new0 (guint8, MAX (train->n, 1));

  *n_removed = 0;
  for (gsize i = 0; i < train->n; i++)
    if (ay_bitset_get (rows, train->rows[i]))
      {
        removed[i] = 1;
        (*n_removed)++;
      }
  return removed;
}

static gboolean
change_labels (const AyDataset *data, const AyProblem *train, const AyBitset *rows,
               const char *text, AyWhatIfChange *change, GError **error)
{
  gint32 class = -1;

  if (text == NULL || !ay_work_check_label (data, text, error))
    {
      if (text == NULL)
        g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE, N_ ("the new label is not said"));
      return FALSE;
    }
  for (guint c = 0; c < data->n_classes; c++)
    if (strcmp (data->class_names[c], text) == 0)
      class = (gint32) c;
  if (train->label != NULL)
    change->label = g_memdup2 (train->label, train->n * sizeof *train->label);
  else
    change->target = g_memdup2 (train->target, train->n * sizeof *train->target);
  for (gsize i = 0; i < train->n; i++)
    if (ay_bitset_get (rows, train->rows[i]))
      {
        if (change->label != NULL)
          change->label[i] = class;
        else
          change->target[i] = g_ascii_strtod (text, NULL);
      }
  return TRUE;
}

gboolean
ay_what_if_change_make (const AyDataset *data, const AyProblem *train, const AyBitset *rows,
                        const AyWhatIfOptions *options, AyWhatIfChange *change, GError **error)
{
  gsize n_rows;
  g_autofree guint8 *marked = mark_removed (train, rows, &n_rows);

  change->n_rows = n_rows;
  change->kind = options->kind;

  if (options->kind == AY_WHAT_IF_REMOVE && n_rows == train->n)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE, N_ ("no training row would be left"));
      return FALSE;
    }
  if (options->kind == AY_WHAT_IF_RELABEL)
    return change_labels (data, train, rows, options->label, change, error);
  if (options->kind == AY_WHAT_IF_REMOVE)
    {
      change->removed = g_steal_pointer (&marked);
      return TRUE;
    }
  change->weight = g_new (double, MAX (train->n, 1));
  for (gsize i = 0; i < train->n; i++)
    change->weight[i] = ay_problem_weight (train, i) * (marked[i] ? 2.0 : 1.0);
  return TRUE;
}
