/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/gains_steps.h"

G_BEGIN_DECLS

/* What the Gains page says of one round: what it took and brought, what is not split and why,
 * classes that became known, and the other two views of it where they were computed. gains: of the
 * history; round: one of its rounds; hidden: said of the rows taken, "" for nothing. (transfer
 * full) */
char *assay_gains_round_text (JsonObject *gains, JsonObject *round, const char *hidden);
/* And of all of them; gains and steps are NULL where nothing was computed. early: for a head that
 * is stopped early. (transfer full) */
char *assay_gains_whole_text (JsonObject *gains, const AyGainsSteps *steps, gboolean early);
/* Its rows, most credit first; credits below the round's floor are not shown on their own.
 * (transfer container) (element-type JsonObject) */
GPtrArray *assay_gains_ranked_rows (JsonObject *round);

G_END_DECLS
