/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* Advice on what to collect: on request of what kind of rows more would lower the loss most, and
 * where they are wasted, with the check on hidden rows; a click selects the kind's training rows.
 * Property: session. */
#define ASSAY_TYPE_ADVICE_VIEW (assay_advice_view_get_type ())
G_DECLARE_FINAL_TYPE (AssayAdviceView, assay_advice_view, ASSAY, ADVICE_VIEW, AssaySessionBin)

G_END_DECLS
