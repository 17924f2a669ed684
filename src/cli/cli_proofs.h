/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/what_if_folds.h"
#include "core/work/what_if_pipeline.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What whatif shows beside its refit; NULL: not asked for, and null in JSON. */
void cmd_add_folds (JsonObject *object, const AyFoldTest *folds);
void cmd_add_pipeline (JsonObject *object, const AyPipelineTest *pipeline);

G_END_DECLS
