/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/score/flagged.h"

#include "core/base/error.h"
#include "core/score/confident.h"

#include <math.h>
#include <string.h>

#define FEWEST 50 /* rows by which a share is said */

gboolean
ay_flagged_find (const AyDataset *data, const AyHead *head, const AyProblem *train,
                 const AyLoo *loo, AyFlagged *out, AyJob *job, GError **error)
{
  guint k = head->n_classes;
  gsize n_valid, n = 0;
  g_autofree guint32 *valid = ay_dataset_rows_of (data, AY_SPLIT_VALID, &n_valid);
  gsize most = n_valid + (loo != NULL ? train->n : 0);
  g_autoptr (AyMatrix) matrix = NULL;
  g_autoptr (AyConfident) confident = NULL;
  g_autofree gint32 *label = NULL;
  double *p;

  *out = (AyFlagged) AY_FLAGGED_INIT;
  if (k == 0 || most < FEWEST)
    return TRUE;
  label = ay_try_alloc (most, sizeof (gint32), "the judged labels", error);
  p = label != NULL ? ay_try_alloc (most * k, sizeof (double), "the judged rows", error) : NULL;
  if (p == NULL)
    return FALSE;
  for (gsize i = 0; loo != NULL && i < train->n; i++)
    if (!isnan (loo->output[i * k])) /* the only row of its class has none */
      {
        memcpy (p + n * k, loo->output + i * k, k * sizeof (double));
        label[n++] = train->label[i];
      }
  for (gsize i = 0; i < n_valid; i++)
    label[n + i] = data->label[valid[i]];
  if (!ay_head_predict (head, data->features, valid, n_valid, p + n * k, job, error))
    {
      g_free (p);
      return FALSE;
    }
  n += n_valid;
  matrix = ay_matrix_take_f64 (n, k, p);
  confident = ay_confident_new (&(AyJudged) { matrix, NULL, label, n, k }, job, error);
  if (confident == NULL)
    return FALSE;
  *out = (AyFlagged) { (double) confident->n_errors / n, n, loo != NULL };
  return TRUE;
}
