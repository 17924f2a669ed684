/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* The findings that were pinned, in their order: each goes back to its live view, is said in other
 * words, or is taken down. */
#define ASSAY_TYPE_REPORT_PAGE (assay_report_page_get_type ())
G_DECLARE_FINAL_TYPE (AssayReportPage, assay_report_page, ASSAY, REPORT_PAGE, AssaySessionBin)

G_END_DECLS
