/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* Selection round by round: curves of strategies, a history replayed and audited, the open
 * round. */
#define ASSAY_TYPE_HISTORY_PAGE (assay_history_page_get_type ())
G_DECLARE_FINAL_TYPE (AssayHistoryPage, assay_history_page, ASSAY, HISTORY_PAGE, AssaySessionBin)

G_END_DECLS
