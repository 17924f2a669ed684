/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"
#include "core/data/source.h"

G_BEGIN_DECLS

/* JSON lines (an object a line), or one JSON array of objects; gzip by its first bytes. UTF-8.
 *
 * Fills `into`: `table` (the caller's field is NULL before) with a column a field, nested objects
 * as a.b, in the order of first appearance; and appends to `keys` and `arrays` (made by the caller)
 * every field whose value is, in every row, an array of the same number of numbers: a matrix of
 * doubles under the field's name. Columns are typed as in reader_csv.h; booleans are a category of
 * "false" and "true"; an absent field and null are missing. Other arrays, and arrays of varying
 * length, are kept as their JSON text. path and format of `into` are left alone.
 *
 * Errors: AY_ERROR_INPUT "FILE:LINE: what"; AY_ERROR_UNSUPPORTED when built without simdjson;
 * AY_ERROR_NOMEM; AY_ERROR_CANCELLED. On error `into` is unchanged. */
gboolean ay_jsonl_read (AyMappedFile *file, AySource *into, AyDiagnostics *diagnostics, AyJob *job,
                        GError **error);

G_END_DECLS
