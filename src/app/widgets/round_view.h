/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* The live loop: opens a round of rows that a strategy suggests, takes their labels by button or
 * key (a digit is the class of that name, else of that place), and closes it when all are in. */
#define ASSAY_TYPE_ROUND_VIEW (assay_round_view_get_type ())
G_DECLARE_FINAL_TYPE (AssayRoundView, assay_round_view, ASSAY, ROUND_VIEW, AssaySessionBin)

G_END_DECLS
