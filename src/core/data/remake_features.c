/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/remake_features.h"

#include "core/base/error.h"
#include "core/data/features_table.h"
#include "core/data/features_text.h"
#include "core/data/stack.h"

#include <string.h>

static guint8 *
fitted_rows (const AyDataset *data, const guint8 *without, gboolean pool)
{
  guint8 *fit = g_new (guint8, MAX (data->n, 1));

  for (gsize i = 0; i < data->n; i++)
    fit[i] = !without[i]
             && (data->split[i] == AY_SPLIT_TRAIN || (pool && data->split[i] == AY_SPLIT_POOL));
  return fit;
}

static AyMatrix *
remake (const AyDataset *data, const AyFeatureSpan *span, const guint8 *without, AyJob *job,
        GError **error)
{
  g_autofree guint8 *fit = fitted_rows (data, without, span->kind == AY_FEATURES_TEXT);
  AyTextOptions options = AY_TEXT_OPTIONS_INIT;

  if (span->kind == AY_FEATURES_COLUMNS)
    {
      g_autoptr (AyDiagnostics) said_before = ay_diagnostics_new ();

      return ay_table_features ((AyColumn *const *) span->columns->pdata, span->columns->len, fit,
                                NULL, said_before, job, error);
    }
  options.dimensions = span->dimensions;
  options.seed = span->seed;
  return ay_text_features (span->text, fit, &options, NULL, job, error);
}

static AyMatrix *
given_columns (const AyDataset *data, const AyFeatureSpan *span, GError **error)
{
  gsize d = ay_matrix_cols (data->features);
  g_autofree float *row = g_new (float, MAX (d, 1));
  float *some = ay_try_alloc (MAX (data->n * span->n, 1), sizeof *some, "the features", error);

  for (gsize i = 0; some != NULL && i < data->n; i++)
    {
      ay_matrix_get_f32 (data->features, i, 1, row);
      memcpy (some + i * span->n, row + span->first, span->n * sizeof *some);
    }
  return some != NULL ? ay_matrix_take_f32 (data->n, span->n, some) : NULL;
}

AyMatrix *
ay_dataset_remake_features (const AyDataset *data, const guint8 *without, char **said, AyJob *job,
                            GError **error)
{
  static const char *const names[]
      = { "medians and categories of the columns",
          "vocabulary, term weights and singular vectors of the texts" };
  g_autoptr (GPtrArray) parts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_matrix_unref);
  gboolean made[3] = { FALSE };

  for (guint i = 0; data->feature_spans != NULL && i < data->feature_spans->len; i++)
    made[g_array_index (data->feature_spans, AyFeatureSpan, i).kind] = TRUE;
  *said = g_strdup_printf ("%s%s%s", made[0] ? names[0] : "", made[0] && made[1] ? ", " : "",
                           made[1] ? names[1] : "");
  for (guint i = 0; (made[0] || made[1]) && i < data->feature_spans->len; i++)
    {
      const AyFeatureSpan *span = &g_array_index (data->feature_spans, AyFeatureSpan, i);
      AyMatrix *part = span->kind == AY_FEATURES_GIVEN ? given_columns (data, span, error)
                                                       : remake (data, span, without, job, error);

      if (part == NULL)
        {
          g_clear_pointer (said, g_free);
          return NULL;
        }
      g_ptr_array_add (parts, part);
    }
  if (parts->len == 0)
    return ay_matrix_ref (data->features);
  return ay_matrix_beside ((AyMatrix *const *) parts->pdata, parts->len, job, error);
}
