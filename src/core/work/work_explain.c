/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/explain.h"

#include "core/base/words.h"
#include "core/work/arms.h"
#include "core/work/work_private.h"

#include <math.h>
#include <string.h>

void
ay_explain_clear (AyExplain *self)
{
  g_clear_pointer (&self->why, ay_why_free);
  g_clear_pointer (&self->flip, ay_flip_set_free);
  g_clear_pointer (&self->margin, ay_row_parts_free);
  g_clear_pointer (&self->influence, ay_row_parts_free);
  g_clear_pointer (&self->no_parts, g_free);
  g_clear_pointer (&self->train_rows, g_free);
  g_clear_pointer (&self->sentence, g_free);
  g_clear_pointer (&self->flip_sentence, g_free);
}

gboolean
ay_work_find_id (AyWork *work, const char *id, guint32 *row, GError **error)
{
  const AyDataset *data = work->data;

  for (gsize i = 0; i < data->n; i++)
    {
      g_autofree char *text = ay_column_dup_text (data->id, i);

      if (strcmp (text, id) == 0)
        {
          *row = (guint32) i;
          return TRUE;
        }
    }
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("no row has the id \"%s\""), id);
  return FALSE;
}

static gboolean
find_class (const AyDataset *data, const char *name, gint32 *class, GError **error)
{
  *class = -1;
  if (name == NULL)
    return TRUE;
  for (guint c = 0; c < data->n_classes; c++)
    if (strcmp (data->class_names[c], name) == 0)
      *class = (gint32) c;
  if (*class >= 0)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("there is no class \"%s\""), name);
  return FALSE;
}

static char *
describe (const AyWork *self, const AyExplain *out)
{
  const AyWhy *why = out->why;
  const AyDataset *data = self->data;
  g_autofree char *label = ay_dataset_dup_label (data, out->row);
  const char *says;

  if (why->predicted < 0)
    return *label != '\0'
               ? g_strdup_printf (N_ ("a linear head on your features predicts %.6g for %s: "
                                      "intercept %+.6g, %zu training rows %+.6g"),
                                  why->margin, label, why->intercept, why->n_train, why->share_sum)
               : g_strdup_printf (N_ ("a linear head on your features predicts %.6g: intercept "
                                      "%+.6g, %zu training rows %+.6g"),
                                  why->margin, why->intercept, why->n_train, why->share_sum);
  says = data->class_names[why->predicted];
  if (*label == '\0')
    return g_strdup_printf (N_ ("a linear head on your features says \"%s\", by a margin of %.6g "
                                "over \"%s\": intercept %+.6g, %zu training rows %+.6g"),
                            says, why->margin, data->class_names[why->against], why->intercept,
                            why->n_train, why->share_sum);
  return g_strdup_printf (N_ ("a linear head on your features says \"%s\", the label is \"%s\", by "
                              "a margin of %.6g over \"%s\": intercept %+.6g, %zu training rows "
                              "%+.6g"),
                          says, label, why->margin, data->class_names[why->against],
                          why->intercept, why->n_train, why->share_sum);
}

static char *
describe_flip (const AyWork *self, const AyFlipSet *flip)
{
  if (!flip->found)
    return g_strdup_printf (N_ ("no set of training rows was found whose removal flips it; the "
                                "margin went from %.6g to %.6g"),
                            flip->margin_before, flip->margin_after);
  return g_strdup_printf (flip->n == 1 ? N_ ("without %zu training row the refitted head says "
                                             "\"%s\": the smallest set found, a smaller one may "
                                             "exist")
                                       : N_ ("without %zu training rows the refitted head says "
                                             "\"%s\": the smallest set found, a smaller one may "
                                             "exist"),
                          flip->n, self->data->class_names[flip->becomes]);
}

/* A row that is not fitted has no influence. */
static gboolean
take_parts (AyWork *self, AyExplain *out, AyJob *job, GError **error)
{
  GError *failed = NULL;

  out->no_parts = ay_row_parts_refuse (self->data);
  if (out->no_parts != NULL)
    return TRUE;
  ay_job_set_phase (job, "taking the row apart");
  out->margin = ay_row_parts_of_margin (self, out->row, out->why->slope, job, error);
  if (out->margin == NULL)
    return FALSE;
  out->influence = ay_row_parts_of_influence (self, out->row, job, &failed);
  if (failed != NULL)
    g_propagate_error (error, failed);
  return failed == NULL;
}

static gboolean
run (AyWork *self, const AyExplainOptions *options, AyExplain *out, AyJob *job, GError **error)
{
  AyWhyOptions why = AY_WHY_OPTIONS_INIT;
  AyFlipOptions flip = AY_FLIP_OPTIONS_INIT;
  AyScoreContext *context = ay_work_context (self, job, error);
  const AyProblem *train = context != NULL ? ay_score_context_train (context, error) : NULL;
  AyHead *head = train != NULL ? ay_score_context_head (context, job, error) : NULL;
  AyHessian *hessian = head != NULL ? ay_score_context_hessian (context, job, error) : NULL;

  if (hessian == NULL || !find_class (self->data, options->against, &why.against, error))
    return FALSE;
  why.label = self->data->label != NULL ? self->data->label[out->row] : -1;
  why.n_rows = options->n_rows;
  ay_job_set_phase (job, "taking the margin apart");
  out->why = ay_why_new (train, head, hessian, out->row, &why, job, error);
  if (out->why == NULL || (options->parts && !take_parts (self, out, job, error)))
    return FALSE;
  ay_job_set_phase (job, "looking for rows that flip it");
  if (options->flip)
    {
      out->flip = ay_flip_set_new (train, head, hessian, out->row, &flip, job, error);
      if (out->flip == NULL)
        return FALSE;
      out->flip_sentence = describe_flip (self, out->flip);
    }
  out->n_train = train->n;
  out->train_rows = g_memdup2 (train->rows, train->n * sizeof *train->rows);
  out->sentence = describe (self, out);
  if (!ay_work_append_agreement (self, &out->sentence, job, error))
    return FALSE;
  /* Counted before anyone sees what is said of a test row. */
  return self->data->split[out->row] != AY_SPLIT_TEST
         || (ay_job_commit (job, error)
             && ay_work_count_opening (self, &out->test_openings, error));
}

gboolean
ay_work_explain (AyWork *self, guint32 row, const AyExplainOptions *options, AyExplain *out,
                 AyJob *job, GError **error)
{
  memset (out, 0, sizeof *out);
  out->row = row;
  if (run (self, options, out, job, error))
    return TRUE;
  ay_explain_clear (out);
  return FALSE;
}
