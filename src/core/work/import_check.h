/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

G_BEGIN_DECLS

/* All that ay_work_import() does but storing: what it would join and find wrong. */
gboolean ay_work_import_check (AyWork *self, const char *path, const AyImportOptions *options,
                               AyImportReport *report, AyJob *job, GError **error);

G_END_DECLS
