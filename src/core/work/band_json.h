/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/random_drops.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Three members: key, the mean, and key_low and key_high, the band of it. */
void ay_json_put_band (JsonObject *into, const char *key, const AyMeanBand *band);

G_END_DECLS
