/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

G_BEGIN_DECLS

/* All that ay_work_import() does but storing: what it would join and find wrong. */
gboolean ay_work_import_check (AyWork *self, const char *path, const AyImportOptions *options,
                               AyImportReport *report, AyJob *job, GError **error);

/* What was told of influence of that file's name when it was imported before, so that it is not
 * asked again. FALSE: there is none. meaning: (transfer full) (nullable). Reads no matrix. */
gboolean ay_work_own_influence_told (AyWork *self, const char *path, gboolean *above_hurts,
                                     char **meaning);
/* The same of a score: what its certificate says. (transfer none) (nullable) */
const char *ay_score_meaning_told (const AyScoreInfo *info);

G_END_DECLS
