/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trivial rows: those that the head would get right, and surely, had it never seen them.
 *
 * A row's left-out probability p of its own label (loo.h: one Newton step with the row's curvature
 * taken out) is what the other rows say of it. Where p is near 1 the row's gradient, p - 1 on its
 * own class, is near 0 with it and without it: it hardly moves the fit. Flagged are the training
 * rows with p of at least `confidence`, at most `share` of train, highest p first, ties by row.
 * After the easy-to-learn region of dataset cartography (Swayamdipta et al. 2020) with left-out
 * probabilities in the place of an average over epochs.
 *
 * One row alone is never proof for many: many easy rows of one kind may all lean on each other, and
 * with little data easy rows are the ones to keep (Sorscher et al. 2022). The removal test (drop
 * them, refit, beside as many at random) is what counts; the certificate says so.
 *
 * Cost: that of the left-out outputs, shared with self_confidence; then a sort. */
#include "core/score/parameters.h"
#include "core/base/words.h"
#include "core/score/score_private.h"

#include "core/base/error.h"
#include "core/base/stats.h"

#include <math.h>

static gboolean
read_share (AyScoreContext *context, const char *name, double *value, GError **error)
{
  if (!ay_score_parameter_number (context, name, value, error))
    return FALSE;
  if (*value <= 1.0)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%s=%g: a share of at most 1 is wanted"), name,
               *value);
  return FALSE;
}

gboolean
ay_run_trivial (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  const AyDataset *data = ay_score_context_data (context);
  const AyProblem *train = ay_score_context_train (context, error);
  const AyLoo *loo = train != NULL ? ay_score_context_loo (context, FALSE, job, error) : NULL;
  double confidence = 0.95, share = 0.3, lowest = NAN;
  g_autofree double *p = NULL;
  g_autofree guint32 *order = NULL;
  gsize most, flagged = 0;

  if (loo == NULL || !read_share (context, "confidence", &confidence, error)
      || !read_share (context, "share", &share, error))
    return FALSE;
  out->values = ay_score_blank (data->n, error);
  if (out->values == NULL)
    return FALSE;
  p = g_new (double, MAX (train->n, 1));
  for (gsize i = 0; i < train->n; i++)
    {
      p[i] = loo->output[i * loo->n_outputs + (gsize) train->label[i]];
      if (!isnan (p[i]))
        out->values[train->rows[i]] = 0.0;
    }
  order = ay_order (p, train->n, TRUE);
  most = (gsize) floor (share * (double) train->n);
  while (flagged < most && p[order[flagged]] >= confidence)
    {
      lowest = p[order[flagged]];
      out->values[train->rows[order[flagged++]]] = 1.0;
    }
  out->missing_because = g_strdup (N_ ("only training rows that others of their class are left "
                                       "for are judged"));
  ay_score_number (out, "threshold", flagged == most ? lowest : confidence);
  ay_score_count (out, "trivial", flagged);
  ay_score_text (out, "left_out", loo->method);
  ay_score_text (out, "caution", "each row is judged alone: prove the removal of all of them, and "
                 "with little data keep the easy rows");
  return TRUE;
}
