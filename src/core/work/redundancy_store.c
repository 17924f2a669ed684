/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_redundancy.h"

#include "core/base/words.h"
#include "core/work/job_memory.h"
#include "core/work/work_private.h"

#include <string.h>

/* The numbers of the score that options keep by, if they do: *columns holds them. */
static gboolean
read_keep_values (AyWork *work, AyRedundancyOptions *options, AyTable **columns, GError **error)
{
  AyColumn *column;

  if (options->keep != AY_KEEP_SCORE)
    return TRUE;
  *columns = ay_work_columns (work, error);
  if (*columns == NULL)
    return FALSE;
  column = options->keep_score != NULL ? ay_table_find (*columns, options->keep_score) : NULL;
  if (column == NULL || ay_column_type (column) != AY_COLUMN_NUMBER)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("keep rule score: no column of numbers is called \"%s\""),
                   options->keep_score != NULL ? options->keep_score : "");
      return FALSE;
    }
  options->keep_values = ay_column_numbers (column);
  return TRUE;
}

AyRedundancy *
ay_work_redundancy (AyWork *work, const AyRedundancyOptions *options, AyJob *job, GError **error)
{
  AyRedundancyOptions by = *options;
  g_autoptr (AyTable) columns = NULL;

  return ay_work_plan_one (work, "redundancy", job, error)
                 && read_keep_values (work, &by, &columns, error)
             ? ay_redundancy_find (work->data, &by, job, error) : NULL;
}

AyRedundancy *
ay_work_redundancy_keeping (AyWork *work, AyRedundancy *self, const AyRedundancyOptions *options,
                            GError **error)
{
  AyRedundancyOptions by = *options;
  g_autoptr (AyTable) columns = NULL;

  return read_keep_values (work, &by, &columns, error) ? ay_redundancy_keeping (self, &by, error)
                                                       : NULL;
}

static gboolean
store_one (AyWork *work, const char *id, JsonObject *certificate, const double *values,
           GError **error)
{
  const AyScoreMethod *method = ay_score_find (id);
  const char *missing = strcmp (id, "group") == 0        ? AY_REDUNDANCY_ALONE
                        : strcmp (id, "uniqueness") == 0 ? "a row of zeros has no direction"
                                                         : NULL;
  AyScoreRecord record = { id, method->title, method->sentence, method->unit, missing,
                           method->kind, method->direction, certificate };

  return ay_work_store_score (work, &record, values, error);
}

static gboolean
store_uniqueness (AyWork *work, const AyRedundancy *self, const AyNeighbours *nearest,
                  GError **error)
{
  g_autofree double *values = g_new (double, MAX (self->data->n, 1));
  g_autoptr (JsonObject) certificate = json_object_new ();

  ay_uniqueness_fill (nearest, values);
  json_object_set_string_member (certificate, "method", nearest->method);
  ay_redundancy_certify (self, NULL, certificate);
  json_object_set_double_member (certificate, "recall", nearest->recall);
  if (nearest->recall_sample > 0)
    json_object_set_int_member (certificate, "recall_sample", (gint64) nearest->recall_sample);
  return store_one (work, "uniqueness", certificate, values, error);
}

gboolean
ay_redundancy_store (AyWork *work, const AyRedundancy *self, const AyRedundancyCut *cut,
                     const AyNeighbours *nearest, AyJob *job, GError **error)
{
  gsize n = self->data->n;
  g_autofree double *group = g_new (double, MAX (n, 1));
  g_autofree double *redundant = g_new (double, MAX (n, 1));
  g_autoptr (JsonObject) certificate = json_object_new ();

  ay_redundancy_certify (self, cut, certificate);
  ay_redundancy_groups (self, cut, group);
  ay_redundancy_flags (self, cut, redundant);
  if (!ay_job_commit (job, error) || !ay_work_begin (work, error))
    return FALSE;
  return ay_work_end (work,
                      (nearest == NULL || store_uniqueness (work, self, nearest, error))
                          && store_one (work, "group", certificate, group, error)
                          && store_one (work, "redundant", certificate, redundant, error),
                      error);
}

AyNeighbours *
ay_redundancy_nearest (const AyRedundancy *self, gsize approximate_above, AyJob *job,
                       GError **error)
{
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;

  options.k = 1;
  options.seed = self->options.seed;
  options.approximate_above = approximate_above;
  return ay_neighbours_find (&self->points->points, &options, job, error);
}
