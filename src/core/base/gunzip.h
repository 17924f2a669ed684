/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"
#include "core/base/job.h"

G_BEGIN_DECLS

/* Whether the bytes begin as a gzip file does. */
gboolean ay_is_gzip (const char *data, gsize size);

/* The file without its gzip compression, in memory under the same path (several members one after
 * another, as gzip allows); a file that is not gzip is returned as it is, with a new reference.
 * Errors: AY_ERROR_INPUT "FILE: byte N: ..." when damaged or cut short; AY_ERROR_NOMEM;
 * AY_ERROR_CANCELLED. (transfer full) */
AyMappedFile *ay_gunzip (AyMappedFile *file, AyJob *job, GError **error);

/* For sizes that compressed data claim or come to: FALSE with AY_ERROR_INPUT "WHAT: more than ..."
 * above 256 MiB and 500 times what it is made of, as in a file that is made to fill a memory. */
#define AY_INFLATED_FREE ((guint64) 256 << 20)
#define AY_INFLATED_RATIO 500
gboolean ay_check_inflated (guint64 size, guint64 compressed, const char *what, GError **error);

G_END_DECLS
