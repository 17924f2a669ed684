/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/band_json.h"

#include "core/base/json_text.h"

void
ay_json_put_band (JsonObject *into, const char *key, const AyMeanBand *band)
{
  g_autofree char *low = g_strconcat (key, "_low", NULL), *high = g_strconcat (key, "_high", NULL);

  ay_json_put_number (into, key, band->mean);
  ay_json_put_number (into, low, band->low);
  ay_json_put_number (into, high, band->high);
}
