/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

/* Writes a ZIP archive of uncompressed members whose sizes are known beforehand, to a seekable
 * stream, with ZIP64 where sizes or offsets ask for it; no times, so the same bytes every time.
 * (PKWARE's APPNOTE.TXT 6.3.) Every function answers FALSE after an error of the stream, with
 * errno set. */
typedef struct _AyZipStore AyZipStore;

/* The stream is the caller's and stands at its start. */
AyZipStore *ay_zip_store_new (FILE *stream);
void ay_zip_store_free (AyZipStore *self);
/* Exactly `size` bytes must follow. name: UTF-8, at most 65535 bytes. */
gboolean ay_zip_store_begin (AyZipStore *self, const char *name, guint64 size);
gboolean ay_zip_store_write (AyZipStore *self, gconstpointer data, gsize size);
gboolean ay_zip_store_end (AyZipStore *self);
/* The directory at the archive's end. */
gboolean ay_zip_store_finish (AyZipStore *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyZipStore, ay_zip_store_free)

G_END_DECLS
