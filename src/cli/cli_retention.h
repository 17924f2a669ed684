/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/retention.h"
#include "figure/line.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A retention curve as figure and as JSON. */
typedef struct
{
  AyRetention *of;
  AyRetentionSeries *series;
  AyFigureCurve curves[2]; /* of the series: by the score; at random, with its band */
} CmdRetention;

/* Takes the curve. (transfer full) */
CmdRetention *cmd_retention_new (AyRetention *of);
void cmd_retention_free (CmdRetention *self);
void cmd_retention_tell (const CmdRetention *self, const AyDataset *data, JsonObject *into);

G_END_DECLS
