/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"
#include "core/data/array.h"

G_BEGIN_DECLS

/* Whether the bytes begin as an IDX file does. */
gboolean ay_is_idx (const char *data, gsize size);

/* Reads an IDX array (the format of the MNIST files): u8, i8, i16, i32, f32, f64, big-endian. The
 * numbers stay in the file. A gzip file has been through ay_gunzip() before. Errors:
 * AY_ERROR_INPUT "FILE: byte N: what". (transfer full) */
AyArray *ay_idx_read (AyMappedFile *file, GError **error);

G_END_DECLS
