/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Mapped files that are cut short by somebody else while they are held. Reading behind the new end
 * raises SIGBUS, anywhere; a handler then puts pages of zeros there and notes the file, so that
 * what is computed goes on for a moment and is not kept: ay_mapped_files_check() is asked before
 * results are stored or written. */

/* Watches `size` bytes at `data`, mapped from the open file fd; a slot for ay_file_unwatch(), or -1
 * when too many are watched (this one then is not). path must live as long. */
int ay_file_watch (const char *path, const void *data, gsize size, int fd);
/* Before it is unmapped; notes the file when it is shorter than it was. */
void ay_file_unwatch (int slot);

/* Was any noted? Costs nothing. */
gboolean ay_mapped_files_are_lost (void);
/* FALSE with AY_ERROR_CHANGED "FILE: became shorter while it was read" when one is noted, or held
 * and shorter now. A file is noted until it is mapped anew. Any thread. */
gboolean ay_mapped_files_check (GError **error);

G_END_DECLS
