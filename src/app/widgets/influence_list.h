/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* The training rows that speak for and against the head's answer on one row: found on request,
 * each selected by a click or by Enter. */
#define ASSAY_TYPE_INFLUENCE_LIST (assay_influence_list_get_type ())
G_DECLARE_FINAL_TYPE (AssayInfluenceList, assay_influence_list, ASSAY, INFLUENCE_LIST,
                      AssaySessionBin)

/* -1: none. */
void assay_influence_list_set_row (AssayInfluenceList *self, gint64 row);

G_END_DECLS
