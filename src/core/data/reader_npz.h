/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"
#include "core/base/job.h"
#include "core/data/array.h"

G_BEGIN_DECLS

/* An NPZ archive (numpy.savez, savez_compressed): named NPY arrays in a zip file, read one at a
 * time when asked for. Stored ones stay in the mapped file; compressed ones are inflated into
 * memory after their header has been checked against the sizes that the archive states. Members
 * that are no .npy are left out. */
typedef struct _AyNpz AyNpz;

/* Errors: AY_ERROR_INPUT "FILE: what" for a damaged archive, one without arrays, or a name that
 * occurs twice. (transfer full) */
AyNpz *ay_npz_open (AyMappedFile *file, GError **error);
void ay_npz_free (AyNpz *self);
guint ay_npz_count (const AyNpz *self);
/* Name without ".npy". */
const char *ay_npz_name (const AyNpz *self, guint i);
/* Errors as ay_npy_read() has them, "FILE:NAME: byte N: what"; AY_ERROR_NOMEM also when the array
 * would take more than the memory that is free; AY_ERROR_CANCELLED. (transfer full) */
AyArray *ay_npz_read (AyNpz *self, guint i, AyJob *job, GError **error);
/* Only its header: the shape, and whether it holds strings (nullable). */
gboolean ay_npz_read_shape (AyNpz *self, guint i, AyShape *shape, gboolean *is_text,
                            GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyNpz, ay_npz_free)

G_END_DECLS
