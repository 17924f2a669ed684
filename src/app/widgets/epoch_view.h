/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* The curve of one row over the epochs of the training log: the probability of its label, a diamond
 * where it was forgotten. Shown only where there is a log. Property: session. */
#define ASSAY_TYPE_EPOCH_VIEW (assay_epoch_view_get_type ())
G_DECLARE_FINAL_TYPE (AssayEpochView, assay_epoch_view, ASSAY, EPOCH_VIEW, AssaySessionBin)

/* -1: none. */
void assay_epoch_view_set_row (AssayEpochView *self, gint64 row);

G_END_DECLS
