/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* Every score that there is, computed or not: what it is, how it compares with another, and the
 * data map. */
#define ASSAY_TYPE_SCORES_PAGE (assay_scores_page_get_type ())
G_DECLARE_FINAL_TYPE (AssayScoresPage, assay_scores_page, ASSAY, SCORES_PAGE, AssaySessionBin)

G_END_DECLS
