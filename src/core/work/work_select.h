/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/select/compare.h"
#include "core/work/work.h"

G_BEGIN_DECLS

/* Selection on a workspace: what to label next, and what strategies would have been worth. */

/* One row that is suggested. */
typedef struct
{
  guint32 row;
  double value;       /* the strategy's own quantity */
  double cost;        /* 1 where no column of costs is given */
  char *predicted;    /* (nullable) the likeliest class by the head, and its probability */
  double probability;
  gsize stands_for;   /* rows of the pool nearer to it than to any other suggested or labelled */
  guint32 *examples;  /* the first of them, itself aside */
  gsize n_examples;
} AySuggestion;

typedef struct
{
  const AyStrategy *strategy;
  guint64 seed;
  gboolean has_costs; /* a column of costs was given */
  gboolean distilled; /* the head is distilled from spread labels */
  gsize n, n_pool, n_labelled;
  AySuggestion *each; /* n, in the order they would be taken */
} AySuggestions;

typedef struct
{
  const AyStrategy *strategy;
  gsize count;
  GHashTable *parameters; /* (nullable): of the strategy, cost=COLUMN, head=plain|distilled */
  guint64 seed;
  const char *loop;       /* (nullable): of the live loop that is gone on with, if there is one */
} AySuggestOptions;

/* The pool is the part of that name; the labelled rows are those of train. Scales are of both, and
 * lambda (sum form) is held, 1 unless the workspace has one: as in a simulation. Nothing is stored.
 * (transfer full) */
AySuggestions *ay_work_suggest (AyWork *self, const AySuggestOptions *options, AyJob *job,
                                GError **error);
void ay_suggestions_free (AySuggestions *self);

/* Plays the strategies on the labelled rows of train and valid, never on those of test; stores each
 * loop as a history, and the comparison, which takes the place of an earlier one. options->head is
 * the workspace's with lambda held. (transfer full) */
AySimulation *ay_work_simulate (AyWork *self, const AyStrategy *const *strategies,
                                guint n_strategies, const AySimulateOptions *options,
                                double target, AyJob *job, GError **error);
/* Whether something was simulated. */
gboolean ay_work_has_comparison (AyWork *self);
/* The stored comparison: "labels", "target", "strategies" with "id", "title", "mean", "low",
 * "high", "difference", "half" ... (transfer full); AY_ERROR_RANGE where nothing was simulated. */
JsonObject *ay_work_comparison (AyWork *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AySuggestions, ay_suggestions_free)

G_END_DECLS
