/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/diagnostic.h"
#include "core/work/work.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Which rows drove the gains of a history's rounds, for the workspace's head on the validation
 * part (gain/ledger.h). */

typedef struct
{
  gboolean shapley;  /* also the Shapley values of the rounds */
  guint n_draws;     /* also each round beside so many random batches; 0: not */
  guint64 seed;      /* of the draws */
  guint steps;       /* > 0: also for a model stopped after so many gradient steps a round */
  double rate;       /* of them */
} AyGainsOptions;
#define AY_GAINS_OPTIONS_INIT { FALSE, 0, 0, 0, 0.1 }

/* Computes the ledger of a stored history and stores it under the history's name, and the scores
 * "credit" and "round" of its rows. Rows of the history that are no training rows here, or have no
 * label, are left out; all that was left out is among the "notes" of the result. (transfer full)
 * Errors: INPUT (no such history), RANGE (none of its rows is in the data set; no round), those of
 * the ledger. */
JsonObject *ay_work_gains (AyWork *self, const char *history, const AyGainsOptions *options,
                           AyJob *job, GError **error);
/* What was stored. AY_ERROR_RANGE where nothing was. (transfer full) */
JsonObject *ay_work_stored_gains (AyWork *self, const char *history, GError **error);
/* The credits of such a result summed over the new rows by a column of the data, or by "strategy",
 * "reason", "annotator", "day" (of the answer) or "round" of the history: a list of objects
 * "value", "n", "credit", "positive", "negative", "accuracy", "rows" (their numbers), largest
 * |credit| first. RANGE where there is no such column. (transfer full) */
JsonArray *ay_work_gains_by (AyWork *self, JsonObject *gains, const char *column, GError **error);

G_END_DECLS
