/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"
#include "core/data/array.h"

G_BEGIN_DECLS

/* A safetensors file: an 8-byte length, a JSON header (name -> dtype, shape, data_offsets), and
 * the tensors' bytes, which stay in the mapped file. Types F64 F32 F16 I8..I64 U8..U64 BOOL; BF16
 * and F8 are AY_ERROR_UNSUPPORTED when asked for. Checked after the format's specification:
 * offsets inside the file, in step with shape and type, no two overlapping, no gap. */
typedef struct _AySafetensors AySafetensors;

/* Errors: AY_ERROR_INPUT "FILE: what". (transfer full) */
AySafetensors *ay_safetensors_open (AyMappedFile *file, GError **error);
void ay_safetensors_free (AySafetensors *self);
/* Whether the bytes begin as such a file does. */
gboolean ay_is_safetensors (const char *data, gsize size);
guint ay_safetensors_count (const AySafetensors *self);
const char *ay_safetensors_name (const AySafetensors *self, guint i);
const AyShape *ay_safetensors_shape (const AySafetensors *self, guint i);
/* (transfer full) */
AyArray *ay_safetensors_read (const AySafetensors *self, guint i, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AySafetensors, ay_safetensors_free)

G_END_DECLS
