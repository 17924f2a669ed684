/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What the Gains page says of one round: what it took and brought, what is not split and why,
 * classes that became known, and the other two views of it where they were computed. gains: of the
 * history; round: one of its rounds; hidden: said of the rows taken, "" for nothing. (transfer
 * full) */
char *assay_gains_round_text (JsonObject *gains, JsonObject *round, const char *hidden);
/* Its rows, most credit first; credits below the round's floor are not shown on their own.
 * (transfer container) (element-type JsonObject) */
GPtrArray *assay_gains_ranked_rows (JsonObject *round);

G_END_DECLS
