/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"

G_BEGIN_DECLS

#define AY_SHA256_HEX 65 /* 64 digits and the end */

/* What a file was when it was seen. quick: SHA-256 over the size (8 bytes, little-endian) and up to
 * 66 blocks of 4 KiB, in order: the first, 64 between that depend on the size alone, the last (a
 * file that is no longer than 66 blocks: all of it). full: SHA-256 of all bytes, "" when not asked
 * for. Hexadecimal, lower case. */
typedef struct
{
  guint64 size;
  gint64 mtime_ns;
  char quick[AY_SHA256_HEX];
  char full[AY_SHA256_HEX];
} AyFileHash;

/* Reads at most 264 KiB. Errors: AY_ERROR_IO "FILE: what"; AY_ERROR_INPUT for a folder. */
gboolean ay_file_hash_quick (const char *path, AyFileHash *hash, GError **error);
/* Quick and full. AY_ERROR_CHANGED when the file changes meanwhile; AY_ERROR_CANCELLED. */
gboolean ay_file_hash_full (const char *path, AyFileHash *hash, AyJob *job, GError **error);
/* A folder of images: size = bytes of all files, mtime_ns = the latest; quick over the relative
 * paths, sizes and times of its PNG and JPEG files in bytewise order, full over their paths and
 * contents. Same errors. */
gboolean ay_folder_hash (const char *folder, gboolean full, AyFileHash *hash, AyJob *job,
                         GError **error);

G_END_DECLS
