/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The retraining values of the registry: banzhaf and data_oob. */
#include "core/score/noise.h"
#include "core/base/words.h"
#include "core/score/parameters.h"
#include "core/score/retrain.h"
#include "core/score/score_private.h"

#include "core/base/error.h"

#include <math.h>

#define TOLERANCE 1e-5 /* of refits: far below what a set more or less changes */

static gboolean
prepare (AyScoreContext *context, AyRetrain *self, AyRetrainOptions *options, AyJob *job,
         GError **error)
{
  gsize models = options->models;

  if (!ay_score_parameter_count (context, "models", 2, &models, error))
    return FALSE;
  options->models = (guint) models;
  options->seed = ay_score_context_seed (context);
  self->train = ay_score_context_train (context, error);
  self->head = self->train != NULL ? ay_score_context_head (context, job, error) : NULL;
  self->tolerance = TOLERANCE;
  return self->head != NULL;
}

static gboolean
place (AyScoreContext *context, const AyProblem *train, const double *value, AyScoreResult *out,
       GError **error)
{
  out->values = ay_score_blank (ay_score_context_data (context)->n, error);
  for (gsize i = 0; out->values != NULL && i < train->n; i++)
    out->values[train->rows[i]] = value[i];
  return out->values != NULL;
}

static gboolean
sample (AyScoreContext *context, const AyRetrain *self, const AyRetrainOptions *options,
        AyScoreResult *out, AyJob *job, GError **error)
{
  const AyProblem *target = ay_score_context_target (context, error);
  gsize n = self->train->n;
  g_autofree double *memory = ay_try_alloc (4 * n + 1, sizeof (double), "the values", error);
  AyBanzhaf found = { memory, memory + n, { memory + 2 * n, memory + 3 * n } };
  AyNoise noise = { self->train->rows, n, found.value, found.error,
                    { found.half[0], found.half[1] }, target != NULL ? target->n : 0,
                    " and of the sets" };

  if (target == NULL || memory == NULL
      || !ay_retrain_banzhaf (self, target, options, &found, job, error)
      || !place (context, self->train, found.value, out, error))
    return FALSE;
  ay_score_text (out, "computed_by", "maximum sample reuse: mean utility of the random halves with "
                 "the row less of those without; standard errors over the halves");
  ay_score_count (out, "models", options->models);
  return ay_noise_say (&noise, context, out, error);
}

static gboolean
enumerate (AyScoreContext *context, const AyRetrain *self, gboolean shapley, AyScoreResult *out,
           AyJob *job, GError **error)
{
  const AyProblem *target = ay_score_context_target (context, error);
  const AySemivalue laws[] = { AY_SEMIVALUE_BANZHAF, AY_SEMIVALUE_SHAPLEY };
  g_autofree double *value = g_new (double, self->train->n + 1);

  if (target == NULL
      || !ay_retrain_enumerate (self, target, &laws[shapley], value, job, error)
      || !place (context, self->train, value, out, error))
    return FALSE;
  ay_score_text (out, "computed_by", shapley ? "Shapley values by training on every set"
                                             : "Banzhaf values by training on every set");
  return TRUE;
}

gboolean
ay_run_banzhaf (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  static const char *const methods[] = { "sample", "exact", "exact_shapley", NULL };
  AyRetrainOptions options = { 500, 0 };
  AyRetrain self;
  guint method = 0;

  if (!ay_score_parameter_choice (context, "method", methods, &method, error)
      || !prepare (context, &self, &options, job, error)
      || !(method == 0 ? sample (context, &self, &options, out, job, error)
                       : enumerate (context, &self, method == 2, out, job, error)))
    return FALSE;
  ay_score_text (out, "quantity", "change of the mean probability of the right class on the "
                 "validation rows when the row joins a set of others");
  ay_score_text (out, "refits", "of the head, with lambda (sum form), scaling and classes held");
  ay_score_number (out, "refit_tolerance", self.tolerance);
  out->missing_because = g_strdup (N_ ("only labelled rows of the train part have one"));
  return TRUE;
}

gboolean
ay_run_data_oob (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  AyRetrainOptions options = { 100, 0 };
  AyRetrain self;
  g_autofree guint32 *counts = NULL;
  gsize never = 0, least = G_MAXSIZE, n;

  if (!prepare (context, &self, &options, job, error))
    return FALSE;
  n = self.train->n;
  counts = ay_try_alloc (2 * n + 1, sizeof (guint32), "the votes", error);
  out->values = counts != NULL ? ay_score_blank (ay_score_context_data (context)->n, error) : NULL;
  if (out->values == NULL
      || !ay_retrain_out_of_bag (&self, &options, counts, counts + n, job, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      guint32 votes = counts[n + i];

      never += votes == 0;
      least = MIN (least, votes);
      if (votes > 0)
        out->values[self.train->rows[i]] = (double) counts[i] / votes;
    }
  ay_score_text (out, "quantity", "share of the models whose bootstrap left the row out that "
                 "predict its label");
  ay_score_count (out, "models", options.models);
  ay_score_count (out, "fewest_votes", least);
  out->missing_because = g_strdup_printf ("only labelled rows of the train part have one; %zu rows "
                                          "were in every bootstrap", never);
  return TRUE;
}
