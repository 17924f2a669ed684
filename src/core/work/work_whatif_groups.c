/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/work/work_private.h"

#include <math.h>
#include <string.h>

/* A what-if cut by the values of a column: the losses of the judged rows, and the share that the
 * head gets right, before and after. */

#define MAX_GROUPS 1000

typedef struct
{
  AyWork *work;
  const AyProblem *on;
  const AyColumn *column;
  double *before, *after; /* outputs of the two heads, n x n_outputs */
  guint n_outputs;
} Cut;

void
ay_what_if_group_free (AyWhatIfGroup *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self);
}

static double
loss_of (const Cut *self, const double *out, gsize t)
{
  double e;

  if (self->on->n_classes > 0)
    return -log (MAX (out[self->on->label[t]], 1e-300));
  e = out[0] - self->on->target[t];
  return 0.5 * e * e;
}

/* Sums; divided in the end. */
static void
add (const Cut *self, AyWhatIfGroup *group, gsize t, double weight)
{
  const double *before = self->before + t * self->n_outputs;
  const double *after = self->after + t * self->n_outputs;
  gsize label = self->on->n_classes > 0 ? (gsize) self->on->label[t] : 0;

  group->n++;
  group->loss_before += weight * loss_of (self, before, t);
  group->loss_after += weight * loss_of (self, after, t);
  group->accuracy_before += weight * (ay_argmax (before, self->n_outputs) == label);
  group->accuracy_after += weight * (ay_argmax (after, self->n_outputs) == label);
}

static void
finish (const Cut *self, AyWhatIfGroup *group, double weight)
{
  group->loss_before /= weight;
  group->loss_after /= weight;
  group->accuracy_before = self->on->n_classes > 0 ? group->accuracy_before / weight : NAN;
  group->accuracy_after = self->on->n_classes > 0 ? group->accuracy_after / weight : NAN;
}

/* Largest rise of the loss first, then by name. */
static int
compare (gconstpointer a, gconstpointer b)
{
  const AyWhatIfGroup *x = *(AyWhatIfGroup *const *) a, *y = *(AyWhatIfGroup *const *) b;
  double rise_x = x->loss_after - x->loss_before, rise_y = y->loss_after - y->loss_before;

  if (rise_x != rise_y)
    return rise_x < rise_y ? 1 : -1;
  return strcmp (x->name, y->name);
}

static GPtrArray *
cut (const Cut *self, GError **error)
{
  g_autoptr (GPtrArray) groups
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_what_if_group_free);
  g_autoptr (GHashTable) index = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GArray) weights = g_array_new (FALSE, TRUE, sizeof (double));

  for (gsize t = 0; t < self->on->n; t++)
    {
      g_autofree char *name = ay_column_dup_text (self->column, self->on->rows[t]);
      double weight = ay_problem_weight (self->on, t);
      gpointer found;

      if (!(weight > 0.0))
        continue;
      if (!g_hash_table_lookup_extended (index, name, NULL, &found))
        {
          AyWhatIfGroup *group = g_new0 (AyWhatIfGroup, 1);

          if (groups->len == MAX_GROUPS)
            {
              g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                           N_ ("column \"%s\" has more than %d values: too many to cut by"),
                           ay_column_name (self->column), MAX_GROUPS);
              return NULL;
            }
          group->name = g_steal_pointer (&name);
          found = GUINT_TO_POINTER (groups->len);
          g_hash_table_insert (index, group->name, found);
          g_ptr_array_add (groups, group);
          g_array_set_size (weights, groups->len);
        }
      add (self, g_ptr_array_index (groups, GPOINTER_TO_UINT (found)), t, weight);
      g_array_index (weights, double, GPOINTER_TO_UINT (found)) += weight;
    }
  for (guint k = 0; k < groups->len; k++)
    finish (self, g_ptr_array_index (groups, k), g_array_index (weights, double, k));
  g_ptr_array_sort (groups, compare);
  return g_steal_pointer (&groups);
}

static gboolean
predict (Cut *self, const AyHead *before, const AyHead *after, AyJob *job, GError **error)
{
  return ay_head_predict (before, self->on->features, self->on->rows, self->on->n, self->before,
                          job, error)
         && ay_head_predict (after, self->on->features, self->on->rows, self->on->n, self->after,
                             job, error);
}

GPtrArray *
ay_work_whatif_groups (AyWork *self, const AyWhatIf *what, const char *column, AyJob *job,
                       GError **error)
{
  const AyRemoval *judged = what->has_test ? &what->test : &what->valid;
  g_autoptr (AyTable) columns = ay_work_columns (self, error);
  AyScoreContext *context = columns != NULL ? ay_work_context (self, job, error) : NULL;
  AyHead *head = context != NULL ? ay_score_context_head (context, job, error) : NULL;
  const AyProblem *valid = head != NULL ? ay_score_context_target (context, error) : NULL;
  const AyHead *after = judged->head != NULL ? judged->head : judged->estimated;
  g_autoptr (AyOwnedProblem) test = NULL;
  g_autofree double *outputs = NULL;
  Cut self_cut = { .work = self, .on = valid };

  if (valid == NULL)
    return NULL;
  self_cut.column = ay_table_find (columns, column);
  if (self_cut.column == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("there is no column \"%s\""), column);
      return NULL;
    }
  if (what->has_test)
    {
      test = ay_target_new (self->data, AY_SPLIT_TEST, self->target_kind, NULL, error);
      if (test == NULL)
        return NULL;
      self_cut.on = &test->problem;
    }
  self_cut.n_outputs = head->n_outputs;
  outputs = ay_try_alloc (2 * MAX (self_cut.on->n, 1) * head->n_outputs, sizeof (double),
                          "the outputs of the judged rows", error);
  if (outputs == NULL)
    return NULL;
  self_cut.before = outputs;
  self_cut.after = outputs + self_cut.on->n * head->n_outputs;
  if (!predict (&self_cut, head, after != NULL ? after : head, job, error))
    return NULL;
  return cut (&self_cut, error);
}
