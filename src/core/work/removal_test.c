/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/removal_test.h"

#include "core/base/words.h"
#include "core/work/band_json.h"
#include "core/work/work_private.h"

#include <math.h>

static gboolean
judge (AyWork *self, AyRandomDrops *drops, gboolean on_test, AyOwnedProblem **test, AyJob *job,
       GError **error)
{
  AyScoreContext *context = ay_work_context (self, job, error);

  drops->train = context != NULL ? ay_score_context_train (context, error) : NULL;
  drops->target = drops->train != NULL ? ay_score_context_target (context, error) : NULL;
  drops->head = drops->target != NULL ? ay_score_context_head (context, job, error) : NULL;
  drops->hessian = drops->head != NULL ? ay_score_context_hessian (context, job, error) : NULL;
  if (drops->hessian == NULL)
    return FALSE;
  if (!on_test)
    return TRUE;
  *test = ay_target_new (self->data, AY_SPLIT_TEST, self->target_kind, NULL, error);
  if (*test != NULL)
    drops->target = &(*test)->problem;
  return *test != NULL;
}

gboolean
ay_work_removal_test (AyWork *self, const AyWhatIf *what, guint repeats, guint64 seed,
                      AyRemovalTest *out, AyJob *job, GError **error)
{
  const AyRemoval *judged = what->has_test ? &what->test : &what->valid;
  double change = judged->after.accuracy - judged->before.accuracy;
  AyRandomDrops drops = { .n_drop = what->n_rows, .repeats = repeats, .seed = seed };
  g_autoptr (AyOwnedProblem) test = NULL;
  g_autofree double *accuracy = g_new (double, MAX (repeats, 1));
  g_autofree double *loss = g_new (double, MAX (repeats, 1));

  if (repeats < 2 || what->n_rows == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("removals at random: %s"),
                   repeats < 2 ? N_ ("at least 2 draws make a band")
                               : N_ ("no training row is removed"));
      return FALSE;
    }
  ay_job_set_phase (job, "dropping as many at random");
  if (!judge (self, &drops, what->has_test, &test, job, error)
      || !ay_random_drops_run (&drops, accuracy, loss, job, error))
    return FALSE;
  out->n_drop = what->n_rows;
  out->repeats = repeats;
  out->on_test = what->has_test;
  out->accuracy = ay_mean_band (accuracy, repeats);
  out->loss = ay_mean_band (loss, repeats);
  out->difference = (AyMeanBand) { change - out->accuracy.mean, change - out->accuracy.high,
                                   change - out->accuracy.low };
  return TRUE;
}

JsonObject *
ay_removal_test_to_json (const AyRemovalTest *self)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "n", (gint64) self->n_drop);
  json_object_set_int_member (object, "repeats", self->repeats);
  json_object_set_string_member (object, "part", self->on_test ? "test" : "valid");
  ay_json_put_band (object, "accuracy", &self->accuracy);
  ay_json_put_band (object, "loss", &self->loss);
  ay_json_put_band (object, "difference", &self->difference);
  return object;
}
