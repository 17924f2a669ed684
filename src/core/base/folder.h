/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A folder of output that appears whole or not at all: filled beside its place, then renamed.
 * Freeing without commit removes what was written. */
typedef struct _AyOutputFolder AyOutputFolder;

/* AY_ERROR_IO where path exists already, or where nothing can be made beside it. */
AyOutputFolder *ay_output_folder_new (const char *path, GError **error);
/* The folder to write into until it is committed. */
const char *ay_output_folder_path (const AyOutputFolder *self);
gboolean ay_output_folder_commit (AyOutputFolder *self, GError **error);
void ay_output_folder_free (AyOutputFolder *self);

/* A folder and all below it; links are removed, not followed. */
void ay_folder_remove (const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyOutputFolder, ay_output_folder_free)

G_END_DECLS
