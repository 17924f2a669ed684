/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A folder that nobody else can read, removed with all it holds when it is freed. Folders of
 * programs that were killed are removed when the next one is made: each is locked by its owner, and
 * the kernel gives the lock of a dead one up. It lies in the user's cache (ASSAY_CACHE moves it),
 * or, where that cannot be written, with the temporary files. */
typedef struct _AyPrivateFolder AyPrivateFolder;

/* AY_ERROR_IO when it cannot be made anywhere. */
AyPrivateFolder *ay_private_folder_new (GError **error);
const char *ay_private_folder_path (const AyPrivateFolder *self);
/* NULL is allowed. */
void ay_private_folder_free (AyPrivateFolder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyPrivateFolder, ay_private_folder_free)

G_END_DECLS
