/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* Everything about one row: the hovered one, else the first of the selection. Its image or text,
 * every column, and what each score says. Property: session. */
#define ASSAY_TYPE_INSPECTOR (assay_inspector_get_type ())
G_DECLARE_FINAL_TYPE (AssayInspector, assay_inspector, ASSAY, INSPECTOR, AssaySessionBin)

G_END_DECLS
