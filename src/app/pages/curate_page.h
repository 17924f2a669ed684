/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* The recipe: its steps with what each takes, what is left, the proof, and the curated data.
 * Property: session. */
#define ASSAY_TYPE_CURATE_PAGE (assay_curate_page_get_type ())
G_DECLARE_FINAL_TYPE (AssayCuratePage, assay_curate_page, ASSAY, CURATE_PAGE, AssaySessionBin)

G_END_DECLS
