/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Near copies as scores: each row's group and whether it may go (core/score/redundancy.h), found
 * once for both, with exactly the rows that the command redundancy finds at the same threshold. */
#include "core/score/parameters.h"
#include "core/score/redundancy.h"
#include "core/score/score_private.h"

#include "core/base/error.h"

#include <string.h>

typedef struct
{
  AyRedundancy *found;
  AyRedundancyCut *cut;
} Copies;

static void
copies_free (gpointer data)
{
  Copies *self = data;

  ay_redundancy_cut_free (self->cut);
  ay_redundancy_unref (self->found);
  g_free (self);
}

static gboolean
read_options (AyScoreContext *context, AyRedundancyOptions *options, GError **error)
{
  static const char *const metrics[] = { "cosine", "euclidean", NULL };
  static const char *const linkages[] = { "single", "complete", NULL };
  static const char *const rules[] = { "central", "first", "newest", "longest", NULL };
  static const char *const answers[] = { "auto", "yes", "no", NULL };
  guint metric = 0, linkage = 0, rule = 0, answer = 0;

  if (!ay_score_parameter_number (context, "threshold", &options->threshold, error)
      || !ay_score_parameter_choice (context, "metric", metrics, &metric, error)
      || !ay_score_parameter_choice (context, "linkage", linkages, &linkage, error)
      || !ay_score_parameter_choice (context, "keep", rules, &rule, error)
      || !ay_score_parameter_choice (context, "standardise_copies", answers, &answer, error))
    return FALSE;
  options->distance = metric == 0 ? AY_DISTANCE_COSINE : AY_DISTANCE_EUCLIDEAN;
  options->linkage = linkage == 0 ? AY_LINKAGE_SINGLE : AY_LINKAGE_COMPLETE;
  options->standardise = answer == 0 ? -1 : answer == 1;
  options->seed = ay_score_context_seed (context);
  options->ranks = ay_score_context_ranks (context);
  return ay_keep_rule_parse (rules[rule], &options->keep);
}

static const Copies *
copies_of (AyScoreContext *context, AyJob *job, GError **error)
{
  AyRedundancyOptions options = AY_REDUNDANCY_OPTIONS_INIT;
  g_autofree char *key = NULL;
  g_autoptr (AyRedundancy) found = NULL;
  Copies *self;

  if (!read_options (context, &options, error))
    return NULL;
  key = g_strdup_printf ("copies %d %.17g %d %d %d", options.distance, options.threshold,
                         options.linkage, options.keep, options.standardise);
  self = ay_score_context_kept (context, key);
  if (self != NULL)
    return self;
  ay_job_set_phase (job, "finding near copies");
  found = ay_redundancy_find (ay_score_context_data (context), &options, job, error);
  if (found == NULL)
    return NULL;
  self = g_new (Copies, 1);
  self->cut = ay_redundancy_cut (found, found->options.threshold);
  self->found = g_steal_pointer (&found);
  ay_score_context_keep (context, key, self, copies_free);
  return self;
}

typedef void (*Fill) (const AyRedundancy *found, const AyRedundancyCut *cut, double *out);

static gboolean
run (AyScoreContext *context, Fill fill, AyScoreResult *out, AyJob *job, GError **error)
{
  const Copies *self = copies_of (context, job, error);

  out->values
      = self != NULL ? ay_score_blank (ay_score_context_data (context)->n, error) : NULL;
  if (out->values == NULL)
    return FALSE;
  fill (self->found, self->cut, out->values);
  ay_redundancy_certify (self->found, self->cut, out->certificate);
  return TRUE;
}

gboolean
ay_run_redundant (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  ay_score_text (out, "caution", "prove the removal beside as many rows at random: whatif --verify "
                 "--random");
  return run (context, ay_redundancy_flags, out, job, error);
}

gboolean
ay_run_group (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  out->missing_because = g_strdup (AY_REDUNDANCY_ALONE);
  return run (context, ay_redundancy_groups, out, job, error);
}
