/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"
#include "app/widgets/map_view.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* A row of controls under the map's tools: which map is shown (made on need, with the layout as it
 * forms, Stop Here and Cancel), how far it may be trusted, and the honesty layer, which colours by
 * the share of true neighbours and joins the one selected row to its true nearest ones. */
#define ASSAY_TYPE_MAP_CHOOSER (assay_map_chooser_get_type ())
G_DECLARE_FINAL_TYPE (AssayMapChooser, assay_map_chooser, ASSAY, MAP_CHOOSER, AdwBin)

void assay_map_chooser_bind (AssayMapChooser *self, AssaySession *session, AssayMapView *view);

G_END_DECLS
