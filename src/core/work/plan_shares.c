/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recipe planned on other data than it was applied to: does each step still take the share of the
 * rows that it took? Two shares p of a and q of b rows are called very different when they differ
 * by more than half of the larger one and by more than 3 standard errors of their difference under
 * one common share, sqrt (s (1 - s) (1/a + 1/b)): neither small numbers nor small drifts count. */
#include "core/work/plan_private.h"

#include <math.h>
#include <string.h>

#define ERRORS 3.0
#define PART 0.5

static void
share_free (AyStepShare *self)
{
  g_ptr_array_unref (self->gone);
  g_ptr_array_unref (self->undecided);
  g_free (self);
}

static gsize
length_of (const GPtrArray *ids)
{
  return ids != NULL ? ids->len : 0;
}

gboolean
ay_shares_differ (gsize x, gsize a, gsize y, gsize b)
{
  double p = (double) x / (double) MAX (a, 1), q = (double) y / (double) MAX (b, 1);
  double s = (double) (x + y) / (double) MAX (a + b, 1);
  double error = sqrt (s * (1.0 - s) * (1.0 / (double) MAX (a, 1) + 1.0 / (double) MAX (b, 1)));

  return fabs (p - q) > PART * MAX (p, q) && fabs (p - q) > ERRORS * error;
}

static void
add_all (GHashTable *set, const GPtrArray *ids)
{
  for (guint i = 0; ids != NULL && i < ids->len; i++)
    g_hash_table_add (set, ids->pdata[i]);
}

/* Recorded ids that the data has no more, and of decisions those that no decision is about now. */
static void
compare_ids (AyStepShare *out, const AyStep *then, const AyStep *now, GHashTable *row_of)
{
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);
  const GPtrArray *lists[] = { then->took, then->relabelled };

  add_all (taken, now->took);
  add_all (taken, now->relabelled);
  for (gsize l = 0; l < G_N_ELEMENTS (lists); l++)
    for (guint i = 0; i < length_of (lists[l]); i++)
      {
        char *id = lists[l]->pdata[i];

        if (!g_hash_table_contains (row_of, id))
          g_ptr_array_add (out->gone, g_strdup (id));
        else if (then->kind == AY_STEP_DECISIONS && !g_hash_table_contains (taken, id))
          g_ptr_array_add (out->undecided, g_strdup (id));
      }
}

GPtrArray *
ay_work_plan_shares (AyWork *work, const AyRecipe *recorded, const AyRecipe *planned,
                     const AyPlan *plan)
{
  JsonObject *applied
      = recorded->applied != NULL ? json_node_get_object (recorded->applied) : NULL;
  g_autoptr (GHashTable) row_of = NULL;
  GPtrArray *shares;
  gsize before;

  if (applied == NULL || recorded->steps->len != planned->steps->len)
    return NULL;
  before = (gsize) json_object_get_int_member_with_default (
      applied, "before", json_object_get_int_member_with_default (applied, "rows", 0));
  row_of = ay_dataset_index_ids (work->data);
  shares = g_ptr_array_new_with_free_func ((GDestroyNotify) share_free);
  for (guint s = 0; s < recorded->steps->len; s++)
    {
      const AyStep *then = recorded->steps->pdata[s], *now = planned->steps->pdata[s];
      AyStepShare *one = g_new0 (AyStepShare, 1);

      one->n_then = length_of (then->took) + length_of (then->relabelled);
      one->n_now = length_of (now->took) + length_of (now->relabelled);
      one->share_then = (double) one->n_then / (double) MAX (before, 1);
      one->share_now = (double) one->n_now / (double) MAX (plan->n_before, 1);
      one->differs = ay_shares_differ (one->n_then, before, one->n_now, plan->n_before);
      one->gone = g_ptr_array_new_with_free_func (g_free);
      one->undecided = g_ptr_array_new_with_free_func (g_free);
      compare_ids (one, then, now, row_of);
      g_ptr_array_add (shares, one);
    }
  return shares;
}
