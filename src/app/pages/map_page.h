/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* The map with its tools, the choice of colour and the card of the row under the pointer.
 * Property: session. */
#define ASSAY_TYPE_MAP_PAGE (assay_map_page_get_type ())
G_DECLARE_FINAL_TYPE (AssayMapPage, assay_map_page, ASSAY, MAP_PAGE, AssaySessionBin)

G_END_DECLS
