/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/score/dvrl.h"
#include "core/base/words.h"
#include "core/score/parameters.h"
#include "core/score/score_private.h"

#include "core/base/stats.h"

#include <math.h>

#define STABLE 0.5

static void
say (AyScoreContext *context, const AyDvrl *found, const AyDvrlOptions *options,
     AyScoreResult *out)
{
  ay_score_text (out, "quantity", "probability with which a value network trained by REINFORCE "
                 "chooses the row, mean over repeats with seeds of their own");
  ay_score_text (out, "reward", "fall of the validation loss when the head of all rows makes a few "
                 "gradient steps on the chosen rows of a batch; baseline: a moving average");
  ay_score_count (out, "iterations", options->iterations);
  ay_score_count (out, "batch", options->batch);
  ay_score_count (out, "repeats", options->repeats);
  ay_score_number (out, "median_spread", ay_quantile (found->spread, found->n, 0.5));
  ay_score_number (out, "repeat_rank_correlation", found->agreement);
  if (isnan (found->agreement))
    ay_score_flag (context, out, "unstable-dvrl",
                   N_ ("unstable: one repeat does not tell how much of the order is chance"));
  else if (found->agreement < STABLE)
    ay_score_flag (context, out, "unstable-dvrl",
                   N_ ("unstable: repeats with other seeds agree with a rank correlation of only "
                       "%.2f"),
                   found->agreement);
}

gboolean
ay_run_dvrl (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  AyDvrlOptions options = AY_DVRL_OPTIONS_INIT;
  gsize iterations = options.iterations, batch = options.batch, repeats = options.repeats, n;
  const AyProblem *train = ay_score_context_train (context, error);
  const AyProblem *valid = train != NULL ? ay_score_context_target (context, error) : NULL;
  AyHead *head = valid != NULL ? ay_score_context_head (context, job, error) : NULL;
  g_autoptr (AyDvrl) found = NULL;

  if (head == NULL || !ay_score_parameter_count (context, "iterations", 1, &iterations, error)
      || !ay_score_parameter_count (context, "batch", 1, &batch, error)
      || !ay_score_parameter_count (context, "repeats", 1, &repeats, error))
    return FALSE;
  options.iterations = (guint) iterations;
  options.batch = (guint) MIN (batch, 65536);
  options.repeats = (guint) repeats;
  options.seed = ay_score_context_seed (context);
  n = ay_score_context_data (context)->n;
  found = ay_dvrl_new (train, valid, head, &options, job, error);
  out->values = found != NULL ? ay_score_blank (n, error) : NULL;
  out->errors = out->values != NULL ? ay_score_blank (n, error) : NULL;
  if (out->errors == NULL)
    return FALSE;
  for (gsize i = 0; i < train->n; i++)
    {
      out->values[train->rows[i]] = found->value[i];
      out->errors[train->rows[i]] = found->spread[i] / sqrt (options.repeats);
    }
  out->missing_because = g_strdup (N_ ("only labelled rows of the train part have one"));
  say (context, found, &options, out);
  return TRUE;
}
