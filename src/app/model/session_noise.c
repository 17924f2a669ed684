/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the session knows of how sure its scores are. */
#include "app/model/session.h"

#include <math.h>

gboolean
assay_session_is_noise (AssaySession *self, const char *column)
{
  GPtrArray *scores = assay_session_get_scores (self);

  for (guint i = 0; i < scores->len; i++)
    {
      const AyScoreInfo *info = scores->pdata[i];

      for (guint k = 0; k < AY_N_NOISE && info->has_noise; k++)
        {
          g_autofree char *name = ay_noise_column (info->id, k);

          if (g_str_equal (name, column))
            return TRUE;
        }
    }
  return FALSE;
}

double
assay_session_get_noise (AssaySession *self, const char *score, AyNoiseKind kind, gsize row)
{
  const AyScoreInfo *info = assay_session_find_score (self, score);
  g_autofree char *name = ay_noise_column (score, kind);
  AyColumn *column
      = info != NULL && info->has_noise ? assay_session_find_column (self, name) : NULL;

  return column != NULL && row < ay_column_rows (column) ? ay_column_numbers (column)[row] : NAN;
}

AyBitset *
assay_session_dup_uncertain (AssaySession *self, const char *score)
{
  const AyScoreInfo *info = assay_session_find_score (self, score);
  AyTable *columns = info != NULL && info->has_noise ? assay_session_get_columns (self) : NULL;

  return columns != NULL ? ay_uncertain_rows (columns, score) : NULL;
}
