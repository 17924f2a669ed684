/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* Which rows drove the gains of a history's rounds: a waterfall of the rounds, the credits of the
 * rows of the chosen one, two attributions beside each other, and sums by class, cluster, reason.
 * Property: session. */
#define ASSAY_TYPE_GAINS_PAGE (assay_gains_page_get_type ())
G_DECLARE_FINAL_TYPE (AssayGainsPage, assay_gains_page, ASSAY, GAINS_PAGE, AssaySessionBin)

G_END_DECLS
