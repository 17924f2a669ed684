/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"
#include "core/data/source.h"

G_BEGIN_DECLS

/* JSON lines (an object a line), or one JSON array of objects; gzip by its first bytes. UTF-8.
 *
 * Fills `into`: `table` (the caller's field is NULL before) with a column a field, nested objects
 * as a.b, in the order of first appearance; and appends to `keys` and `arrays` (made by the caller)
 * every field whose present values are all arrays of the same number of numbers: a matrix of
 * doubles under the field's name (where it is absent or null: NaN, and the diagnostic
 * "missing-array").
 * A column is NUMBER when all present values are numbers that a double holds (whole numbers beyond
 * 2^53 are not), else text, CATEGORY where distinct texts are few and short: strings as they are
 * (without a copy, unless they had escapes), numbers and booleans as written, other arrays as their
 * JSON text. An absent field and null are missing, NaN too; "" is a text like others. Of a key that
 * an object repeats the last value counts. path and format of `into` are left alone.
 *
 * Errors: AY_ERROR_INPUT "FILE:LINE: what"; AY_ERROR_UNSUPPORTED when built without simdjson;
 * AY_ERROR_NOMEM; AY_ERROR_CANCELLED. On error `into` is unchanged. */
gboolean ay_jsonl_read (AyMappedFile *file, AySource *into, AyDiagnostics *diagnostics, AyJob *job,
                        GError **error);

G_END_DECLS
