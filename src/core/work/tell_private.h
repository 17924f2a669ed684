/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of a told report share; nobody else includes it. */

#include "core/work/findings.h"
#include "core/work/prove.h"
#include "core/work/tell.h"
#include "core/work/work_private.h"
#include "core/work/work_savings.h"

G_BEGIN_DECLS

/* Sets of rows that numbers are about, by their number in the story. */
typedef enum
{
  AY_TELL_ALL,
  AY_TELL_TRAIN,
  AY_TELL_POOL,
  AY_TELL_VALID,
  AY_TELL_JUDGED,     /* test, or valid without it */
  AY_TELL_MAY_GO,     /* train and pool */
  AY_TELL_GO,
  AY_TELL_STAY,       /* of those that may go */
  AY_TELL_RELABELLED,
  AY_TELL_COPIES,
  AY_TELL_LEAKS,
  AY_TELL_DOUBTED,
  AY_TELL_N_SETS
} AyTellSet;

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
  AyBitset *copies, *leaks, *doubted; /* handed to the story */
  gboolean issues_are_findings;
  AyStory *story;
  AyJob *job;
} AyTelling;

/* A number of the proof; NaN where it has none. */
/* Numbers are about these rows from here on. */
void ay_tell_about (AyTelling *self, AyTellSet set);
/* What a step takes, or what is left after it, of the rows that may go. */
void ay_tell_about_step (AyTelling *self, guint step, gboolean left);
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
