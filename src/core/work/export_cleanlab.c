/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Issues with the columns of cleanlab's Datalab.get_issues ()
 * (https://docs.cleanlab.ai/stable/cleanlab/datalab/guide/issue_type_description.html): is_X_issue
 * is True or False, X_score lies in 0 to 1, low is worse. Rows that were not judged have empty
 * cells. */
#include "core/work/export_form_private.h"

#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/work/export_private.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const char *issue, *score;   /* columns of ours */
  const char *name;            /* cleanlab's */
} Kind;

static const Kind kinds[] = {
  { "label_issue", "self_confidence", "label" },
  { "redundant", "uniqueness", "near_duplicate" },
};

/* The likeliest classes of rows that the head has not been fitted to. */
static gboolean
predict_others (AyFormWriter *self, AyHead *head, gint32 *predicted, GError **error)
{
  gsize n = self->data->n, k = self->data->n_classes, count = 0;
  g_autofree guint32 *rows = g_new (guint32, MAX (n, 1));
  g_autofree double *p = NULL;

  for (gsize i = 0; i < n; i++)
    if (predicted[i] < 0)
      rows[count++] = (guint32) i;
  p = g_new (double, MAX (count * k, 1));
  if (!ay_head_predict (head, self->data->features, rows, count, p, self->job, error))
    return FALSE;
  for (gsize i = 0; i < count; i++)
    predicted[rows[i]] = (gint32) ay_argmax (p + i * k, k);
  return TRUE;
}

/* The likeliest class of each row by a head that has not seen it: left out for train. (transfer
 * full) */
static gint32 *
predict (AyFormWriter *self, GError **error)
{
  AyScoreContext *context = ay_work_context (self->work, self->job, error);
  const AyProblem *train = context != NULL ? ay_score_context_train (context, error) : NULL;
  const AyLoo *loo
      = train != NULL ? ay_score_context_loo (context, FALSE, self->job, error) : NULL;
  AyHead *head = loo != NULL ? ay_score_context_head (context, self->job, error) : NULL;
  g_autofree gint32 *predicted = NULL;

  if (head == NULL)
    return NULL;
  predicted = g_new (gint32, MAX (self->data->n, 1));
  for (gsize i = 0; i < self->data->n; i++)
    predicted[i] = -1;
  for (gsize i = 0; i < train->n; i++)
    predicted[train->rows[i]]
        = (gint32) ay_argmax (loo->output + i * loo->n_outputs, loo->n_outputs);
  return predict_others (self, head, predicted, error) ? g_steal_pointer (&predicted) : NULL;
}

static AyColumn *
name_column (const char *name, gsize n, guint32 *codes, const char *const *names)
{
  return ay_column_take_category (name, n, codes, g_strdupv ((char **) names));
}

static AyColumn *
issue_column (const AyFormWriter *self, const Kind *kind)
{
  static const char *const names[] = { "False", "True", NULL };
  guint32 *codes = g_new (guint32, MAX (self->data->n, 1));
  g_autofree char *name = g_strdup_printf ("is_%s_issue", kind->name);

  for (gsize i = 0; i < self->data->n; i++)
    {
      double value = ay_form_number (self, kind->issue, i);

      codes[i] = isnan (value) ? AY_CODE_MISSING : value > 0.5;
    }
  return name_column (name, self->data->n, codes, names);
}

static AyColumn *
given_column (const AyFormWriter *self)
{
  const AyDataset *data = self->data;
  guint32 *codes = g_new (guint32, MAX (data->n, 1));

  for (gsize i = 0; i < data->n; i++)
    codes[i] = data->label[i] == AY_LABEL_MISSING ? AY_CODE_MISSING : (guint32) data->label[i];
  return name_column ("given_label", data->n, codes, (const char *const *) data->class_names);
}

static AyColumn *
predicted_column (const AyFormWriter *self, const gint32 *predicted)
{
  const AyDataset *data = self->data;
  guint32 *codes = g_new (guint32, MAX (data->n, 1));

  for (gsize i = 0; i < data->n; i++)
    codes[i] = predicted[i] < 0 ? AY_CODE_MISSING : (guint32) predicted[i];
  return name_column ("predicted_label", data->n, codes, (const char *const *) data->class_names);
}

static void
take_kind (const AyFormWriter *self, AyTable *table, const Kind *kind)
{
  AyColumn *score = ay_table_find (self->columns, kind->score);
  g_autofree char *name = g_strdup_printf ("%s_score", kind->name);

  if (ay_table_find (self->columns, kind->issue) == NULL || score == NULL)
    return;
  ay_table_take (table, issue_column (self, kind));
  ay_table_take (table, ay_column_renamed (score, name));
}

gboolean
ay_form_cleanlab (AyFormWriter *self, GError **error)
{
  g_autoptr (AyTable) table = ay_table_new (self->data->n);
  g_autofree gint32 *predicted = NULL;
  AyExport export = { .table = table, .rows = self->rows, .n = self->n,
                      .format = AY_EXPORT_CSV, .path = self->path, .stream = self->stream,
                      .job = self->job };

  if (self->data->n_classes == 0)
    return ay_form_refuse (self, error, N_ ("a number is predicted, there are no labels to doubt"));
  if (ay_table_find (self->columns, "label_issue") == NULL
      || ay_table_find (self->columns, "self_confidence") == NULL)
    return ay_form_refuse (self, error, N_ ("compute label_issue and self_confidence first"));
  predicted = predict (self, error);
  if (predicted == NULL)
    return FALSE;
  ay_table_take (table, ay_column_renamed (ay_table_find (self->columns, "id"), "id"));
  take_kind (self, table, &kinds[0]);
  ay_table_take (table, given_column (self));
  ay_table_take (table, predicted_column (self, predicted));
  take_kind (self, table, &kinds[1]);
  return ay_export_text (&export, error);
}
