/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/model/target.h"

#include "core/base/error.h"
#include "core/base/words.h"

#include <string.h>

/* Keeps the rows of the slice. */
static void
keep_slice (AyOwnedProblem *self, const AyBitset *slice)
{
  gsize to = 0;

  for (gsize i = 0; i < self->problem.n; i++)
    {
      if (!ay_bitset_get (slice, self->rows[i]))
        continue;
      self->rows[to] = self->rows[i];
      if (self->label != NULL)
        self->label[to] = self->label[i];
      if (self->target != NULL)
        self->target[to] = self->target[i];
      if (self->weight != NULL)
        self->weight[to] = self->weight[i];
      to++;
    }
  self->problem.n = to;
}

/* Each class present gets the same total weight, the sum of weights stays. */
static void
balance (AyOwnedProblem *self)
{
  gsize n = self->problem.n;
  guint n_classes = self->problem.n_classes, present = 0;
  g_autofree double *total = g_new0 (double, n_classes + 1);
  double sum = 0.0;

  if (self->weight == NULL)
    {
      self->weight = g_new (double, MAX (n, 1));
      for (gsize i = 0; i < n; i++)
        self->weight[i] = 1.0;
      self->problem.weight = self->weight;
    }
  for (gsize i = 0; i < n; i++)
    total[self->label[i]] += self->weight[i];
  for (guint c = 0; c < n_classes; c++)
    {
      present += total[c] > 0.0;
      sum += total[c];
    }
  for (gsize i = 0; i < n; i++)
    self->weight[i] *= sum / (present * total[self->label[i]]);
}

AyOwnedProblem *
ay_target_new (const AyDataset *data, AySplit split, AyTargetKind kind, const AyBitset *slice,
               GError **error)
{
  g_autoptr (AyOwnedProblem) self = ay_problem_of_split (data, split);

  if (slice != NULL)
    keep_slice (self, slice);
  if (self->problem.n == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("the %s part has no labelled row%s to judge by"), ay_split_name (split),
                   slice != NULL ? N_ (" in this slice") : "");
      return NULL;
    }
  if (kind == AY_TARGET_BALANCED && self->label != NULL)
    balance (self);
  return g_steal_pointer (&self);
}

char *
ay_target_describe (const AyProblem *target, AySplit split, AyTargetKind kind, const char *where)
{
  const char *part = split == AY_SPLIT_VALID ? "validation" : ay_split_name (split);
  gboolean balanced = kind == AY_TARGET_BALANCED && target->n_classes > 0;

  return g_strdup_printf ("mean %s over %zu %s %s%s%s%s",
                          target->n_classes > 0 ? "log-loss" : "half squared error", target->n,
                          part, target->n == 1 ? "row" : "rows",
                          balanced                 ? ", classes balanced"
                          : target->weight != NULL ? ", weighted"
                                                   : "",
                          where != NULL ? ", where " : "", where != NULL ? where : "");
}
