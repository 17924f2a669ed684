/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* The visible rows as a table and as a gallery, sorted alike. Property: session. */
#define ASSAY_TYPE_SAMPLES_PAGE (assay_samples_page_get_type ())
G_DECLARE_FINAL_TYPE (AssaySamplesPage, assay_samples_page, ASSAY, SAMPLES_PAGE, AssaySessionBin)

G_END_DECLS
