/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of a told report share; nobody else includes it. */

#include "core/work/findings.h"
#include "core/work/prove.h"
#include "core/work/tell.h"
#include "core/work/work_private.h"
#include "core/work/work_savings.h"

G_BEGIN_DECLS

typedef struct
{
  AyWork *work;
  const AyDataset *data;
  const AyTellOptions *options;
  AyRecipe *recipe;
  AyPlan *plan;
  JsonObject *proof;          /* (nullable) where nothing goes */
  const AyFitness *fitness;   /* (nullable) without a head */
  AySavingsInputs inputs;
  AySavings savings;
  GPtrArray *scores;          /* of AyScoreInfo */
  GPtrArray *findings;        /* of AyFinding */
  gsize n_redundant, n_leaks, n_flagged, n_judged;
  gboolean issues_are_findings;
  AyStory *story;
  AyJob *job;
} AyTelling;

/* A number of the proof; NaN where it has none. */
double ay_tell_proof (const AyTelling *self, const char *name);
/* ay_story_number with three digits that count. */
const char *ay_tell_figure (AyTelling *self, const char *id, double value);
void ay_tell_front (AyTelling *self);
/* Those of page one, or the rest. */
void ay_tell_samples (AyTelling *self, gboolean front);
void ay_tell_findings (AyTelling *self);
/* The map and the learning curves, where the workspace has them. */
gboolean ay_tell_pictures (AyTelling *self, GError **error);
gboolean ay_tell_appendix (AyTelling *self, GError **error);

G_END_DECLS
