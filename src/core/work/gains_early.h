/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/gain/step_credits.h"
#include "core/work/work_gains.h"
#include "core/work/work_history.h"

G_BEGIN_DECLS

/* The same history for a head that is stopped early (gain/step_credits.h), told in the form of the
 * ledger's result, so that what draws and cuts the one does so with the other: its rounds have
 * "rows" with the credit that each new row has in its own round. The round 0 before the history's
 * own is the training on the rows that had labels; it is left out where there are none. */
typedef struct
{
  AyWork *work;
  const AyHistory *history;
  const AyLedgerInput *input;
  const char *target; /* what the loss is over */
} AyGainsEarly;

/* Errors: those of the steps. (transfer full) */
JsonObject *ay_gains_early_new (const AyGainsEarly *of, const AyStepOptions *options, AyJob *job,
                                GError **error);

G_END_DECLS
