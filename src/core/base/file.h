/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

/* A file read through the page cache, kept while anyone holds it; cut short by somebody else
 * meanwhile it reads as zeros, and nothing made of it is kept (core/base/file_watch.h). */
typedef struct _AyMappedFile AyMappedFile;

AyMappedFile *ay_mapped_file_new (const char *path, GError **error);
/* Takes g_malloc'ed bytes that stand for the file at path (decompressed, converted). */
AyMappedFile *ay_mapped_file_new_take (const char *path, char *data, gsize size);
AyMappedFile *ay_mapped_file_ref (AyMappedFile *self);
void ay_mapped_file_unref (AyMappedFile *self);
const char *ay_mapped_file_path (const AyMappedFile *self);
/* NULL for an empty file. */
const char *ay_mapped_file_data (const AyMappedFile *self, gsize *size);

/* An output file that appears whole or not at all: written beside the target, synced, renamed.
 * Write to ay_output_stream(); ay_output_commit() reports any write error since, and fails when an
 * input was cut short meanwhile. Freeing without commit removes the temporary file. */
typedef struct _AyOutput AyOutput;

AyOutput *ay_output_new (const char *path, GError **error);
FILE *ay_output_stream (AyOutput *self);
/* The temporary file's path, for libraries that write by name. */
const char *ay_output_temporary (const AyOutput *self);
/* All of it reaches the disk; commit then only gives it its name. For files that come together: no
 * room for one of them leaves none. */
gboolean ay_output_finish (AyOutput *self, GError **error);
gboolean ay_output_commit (AyOutput *self, GError **error);
void ay_output_free (AyOutput *self);

/* path as seen from the absolute folder, with ".." where it takes them; absolute when only the root
 * is common. (transfer full) */
char *ay_path_relative (const char *folder, const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyMappedFile, ay_mapped_file_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyOutput, ay_output_free)

G_END_DECLS
