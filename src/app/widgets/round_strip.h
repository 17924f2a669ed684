/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"
#include "core/data/round_history.h"

G_BEGIN_DECLS

/* What the rounds of a history are made of, by class or by cluster. Signal: chosen (guint round):
 * a column was clicked. */
#define ASSAY_TYPE_ROUND_STRIP (assay_round_strip_get_type ())
G_DECLARE_FINAL_TYPE (AssayRoundStrip, assay_round_strip, ASSAY, ROUND_STRIP, AssaySessionBin)

/* history (nullable) is ref'ed. */
void assay_round_strip_set_history (AssayRoundStrip *self, AyHistory *history);
/* The round that is marked, by its place in the history; -1: none. */
void assay_round_strip_set_round (AssayRoundStrip *self, int round);

G_END_DECLS
