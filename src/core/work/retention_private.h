/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the two files of the retention curve share; nobody else includes it. */

#include "core/work/retention.h"
#include "core/work/work_private.h"

G_BEGIN_DECLS

/* What a curve depends on: what was asked, the head, the scores that are tried. (transfer full) */
char *ay_retention_key (AyWork *work, const AyRetentionOptions *options, GError **error);
/* Into the workspace, in place of an earlier one; nothing where it is only read. */
gboolean ay_retention_keep (AyWork *work, const AyRetention *of, const AyRetentionOptions *options,
                            const char *key, GError **error);
/* The one kept under the key, or (NULL) under the one that it would have now. (nullable) */
AyRetention *ay_retention_read (AyWork *work, const char *key);

G_END_DECLS
