/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* The labels to look at, one by one, by keys: W takes the suggestion, Q keeps, E excludes, N needs
 * review, digits are classes, Z undoes, arrows go from row to row. Beside the row its nearest ones
 * and the why card; below what the answers have brought and what the rest may be worth. Property:
 * session. */
#define ASSAY_TYPE_REVIEW_PAGE (assay_review_page_get_type ())
G_DECLARE_FINAL_TYPE (AssayReviewPage, assay_review_page, ASSAY, REVIEW_PAGE, AssaySessionBin)

G_END_DECLS
