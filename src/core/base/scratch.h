/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Room for large things that are read piece by piece: memory, or, where that would take more than
 * half of what is free (core/base/memory.h), a file without a name below TMPDIR, else /var/tmp,
 * whose pages come and go as the kernel sees fit. The disk keeps all of its bytes from the
 * beginning, so that no write can fail later; nothing of it is left when the program ends. */
typedef struct
{
  void *data;
  gsize size;        /* bytes */
  gboolean in_file;
} AyScratch;

/* count x size zeroed bytes. FALSE with AY_ERROR_NOMEM "WHAT: needs N MB of memory, M MB are free,
 * and FOLDER has no room: REASON". */
gboolean ay_scratch_init (AyScratch *self, gsize count, gsize size, const char *what,
                          GError **error);
/* These bytes will be read soon. Nothing else of a file is read ahead: what the kernel takes for
 * the next piece is not that of whoever reads a piece here and there, and where memory is short it
 * drives out what is needed. */
void ay_scratch_will_read (const AyScratch *self, gsize offset, gsize count);
void ay_scratch_clear (AyScratch *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyScratch, ay_scratch_clear)

G_END_DECLS
