/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* Near copies: groups with their weakest link, a live threshold, what a threshold would cost, and
 * one undoable drop of all but the representatives. Property: session. */
#define ASSAY_TYPE_REDUNDANCY_PAGE (assay_redundancy_page_get_type ())
G_DECLARE_FINAL_TYPE (AssayRedundancyPage, assay_redundancy_page, ASSAY, REDUNDANCY_PAGE,
                      AssaySessionBin)

G_END_DECLS
