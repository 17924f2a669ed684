/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"
#include "core/base/job.h"
#include "core/data/array.h"

G_BEGIN_DECLS

/* The data sets of an HDF5 file by their paths ("features", "train/labels"), as h5py, PyTables and
 * MATLAB write them: contiguous or chunked, deflate, shuffle and checksum filters, floats of any
 * size up to 8 bytes, integers, booleans (h5py's), strings of fixed and variable length.
 *
 * Only what lies in the file itself is read: no filter plugin is ever loaded, soft and external
 * links are not followed, data sets whose bytes lie in other files (external or virtual storage)
 * are refused by name, and so is one that claims far more numbers than its bytes can hold. libhdf5
 * itself falls over some damaged files: it works in a process of its own (hdf5_apart.h), and such a
 * file is refused as any damaged one. Built without libhdf5, opening one is AY_ERROR_UNSUPPORTED.
 * Any thread, one at a time within. */
typedef struct _AyHdf5 AyHdf5;

/* in_memory: the bytes of `file` are taken from memory (they were unpacked), else from its path.
 * Errors: AY_ERROR_INPUT "FILE: what". (transfer full) */
AyHdf5 *ay_hdf5_open (AyMappedFile *file, gboolean in_memory, AyJob *job, GError **error);
void ay_hdf5_free (AyHdf5 *self);
/* Whether the bytes begin as such a file does. */
gboolean ay_is_hdf5 (const char *data, gsize size);
guint ay_hdf5_count (const AyHdf5 *self);
const char *ay_hdf5_name (const AyHdf5 *self, guint i);
const AyShape *ay_hdf5_shape (const AyHdf5 *self, guint i);
gboolean ay_hdf5_is_text (const AyHdf5 *self, guint i);
/* (transfer full) Errors: UNSUPPORTED "FILE:NAME: what" (a compound type ...), INPUT, NOMEM. */
AyArray *ay_hdf5_read (const AyHdf5 *self, guint i, AyJob *job, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyHdf5, ay_hdf5_free)

G_END_DECLS
