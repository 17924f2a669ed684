/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The writer's lock: flock() on `.NAME.lock` beside the file NAME, with the holder's process id in
 * it. The kernel gives the lock up when its holder ends, however that happens, so a file left
 * behind by a killed program stands in nobody's way. */
typedef struct _AyWorkspaceLock AyWorkspaceLock;

/* NULL when it cannot be had; *reason (transfer full) then says why in one sentence. */
AyWorkspaceLock *ay_workspace_lock_take (const char *path, char **reason);
/* Removes the lock file. NULL is allowed. */
void ay_workspace_lock_free (AyWorkspaceLock *self);

G_END_DECLS
