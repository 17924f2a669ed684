/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* What a map is made by, folded away until asked for: the distance, and the number of rows above
 * which neighbours are found approximately (remembered), beside what the shown map was made by and
 * how many of the true neighbours a sample found. Signal "make": the map shown is to be made
 * anew. */
#define ASSAY_TYPE_MAP_ASKED (assay_map_asked_get_type ())
G_DECLARE_FINAL_TYPE (AssayMapAsked, assay_map_asked, ASSAY, MAP_ASKED, AdwBin)

void assay_map_asked_show (AssayMapAsked *self, gboolean shown);

/* The session must outlive the widget's parent. */
void assay_map_asked_bind (AssayMapAsked *self, AssaySession *session, GSettings *settings);

/* What is asked of any map, for AyMapRequest. (transfer full) (element-type utf8 utf8) */
GHashTable *assay_map_asked_dup_parameters (AssayMapAsked *self);

/* certificate: (nullable) the shown map's. Whether it can be made anew now. */
void assay_map_asked_describe (AssayMapAsked *self, JsonObject *certificate, gboolean can_make);

G_END_DECLS
