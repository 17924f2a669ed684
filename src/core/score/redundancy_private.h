/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of redundancy share; nobody else includes it. */

#include "core/base/error.h"
#include "core/score/redundancy.h"

G_BEGIN_DECLS

/* Fills self->text from the text column. */
gboolean ay_redundancy_find_text (AyRedundancy *self, AyJob *job, GError **error);
/* Fills self->preference by the rule. */
gboolean ay_redundancy_prefer (AyRedundancy *self, GError **error);
/* Chooses representatives and marks what goes. */
void ay_redundancy_choose (const AyRedundancy *self, AyRedundancyCut *cut);

G_END_DECLS
