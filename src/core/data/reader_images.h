/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/diagnostic.h"
#include "core/base/job.h"
#include "core/base/table.h"
#include "core/data/source.h"

G_BEGIN_DECLS

/* Lists a folder of PNG and JPEG images, sub-folders included, in bytewise order of their paths:
 * columns "path" (TEXT, relative to the folder, "/" between; the rows' ids), "label" (CATEGORY: the
 * first sub-folder that tells images apart; not there when all lie in one folder), "split"
 * (CATEGORY; only when every image lies under a folder such as train, valid or test: then the label
 * is the next sub-folder), "width" and "height" as stored.
 *
 * Each file is looked through (header, and that it is whole), not decoded. Hidden files, and files
 * that are no PNG or JPEG by name, are left out (diagnostic "other-files" counts the latter).
 * Unreadable images are AY_ERROR_INPUT "FILE: what" for the first of them; with AY_RAGGED_SKIP they
 * are left out with the diagnostic "unreadable-images". A folder without images is AY_ERROR_INPUT.
 * (transfer full) */
AyTable *ay_images_read (const char *folder, const AySourceOptions *options,
                         AyDiagnostics *diagnostics, AyJob *job, GError **error);
/* Only their relative paths, in that order, appended to paths (of char*, freed by the array).
 * others (nullable): number of files of other kinds. */
gboolean ay_images_list (const char *folder, GPtrArray *paths, gsize *others, AyJob *job,
                         GError **error);

G_END_DECLS
