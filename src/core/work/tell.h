/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/story.h"
#include "core/work/plan.h"

G_BEGIN_DECLS

/* The report on a recipe as a story: page one for a reader who knows no machine learning, then an
 * appendix. The ids of its facts are paths into what the commands print as JSON, "curate.n_left",
 * "savings.savings.energy.low": the same numbers. */
typedef struct
{
  AyStoryNumbers numbers;
  const char *title;    /* (nullable) */
  const char *date;     /* "2026-11-28" */
  guint repeats;        /* removals at random beside the proof */
  guint n_samples;      /* real examples shown */
  guint64 seed;
} AyTellOptions;
#define AY_TELL_OPTIONS_INIT { AY_STORY_NUMBERS_INIT, NULL, "", 20, 12, 0 }

/* Plans the recipe, proves it (once: the proof is kept) and computes its savings. Scores that it
 * needs are computed and stored. (transfer full) */
AyStory *ay_work_tell (AyWork *work, AyRecipe *recipe, const AyTellOptions *options, AyJob *job,
                       GError **error);

G_END_DECLS
