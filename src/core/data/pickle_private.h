/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of the pickle reader share; nobody else includes it. */

#include "core/data/pickle.h"

#include "core/base/error.h"

G_BEGIN_DECLS

struct _AyPickle
{
  AyMappedFile *file;
  const char *path;
  const guint8 *data;
  gsize size, at, op;      /* op: where the operation being done begins */
  GPtrArray *chunks;       /* of AyPickleValue[]: every value */
  guint n_in_chunk;
  GPtrArray *lists;        /* of GPtrArray*: items of all values */
  GPtrArray *arrays;       /* of AyArray* */
  GPtrArray *made;         /* of GBytes*: texts and bytes that are not as in the file */
  gsize made_size;
  GPtrArray *stack;        /* of AyPickleValue*, NULL: a mark */
  GHashTable *memo;
  AyPickleValue *root;
};

/* Sets "FILE: byte N: what". Returns FALSE. */
gboolean ay_pickle_fail (AyPickle *self, int code, GError **error, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
/* "malformed pickle: WHAT" at the operation. Returns FALSE. */
gboolean ay_pickle_malformed (AyPickle *self, GError **error, const char *what);
AyPickleValue *ay_pickle_new_value (AyPickle *self, AyPickleKind kind);
AyPickleValue *ay_pickle_new_items (AyPickle *self, AyPickleKind kind);
AyPickleValue *ay_pickle_new_text (AyPickle *self, AyPickleKind kind, const char *bytes,
                                   gsize length);
/* Keeps a copy of the bytes; FALSE when the file makes more of itself than it is worth. */
gboolean ay_pickle_make (AyPickle *self, AyPickleValue *value, const char *bytes, gsize length,
                         GError **error);
AyPickleValue *ay_pickle_new_array (AyPickle *self, AyArray *array);

/* NAME for a global that is on the list; NULL with AY_ERROR_UNSUPPORTED for any other. */
AyPickleValue *ay_pickle_name (AyPickle *self, const char *module, gsize module_length,
                               const char *name, gsize name_length, GError **error);
/* What calling `callee` with the tuple would have made. */
AyPickleValue *ay_pickle_apply (AyPickle *self, const AyPickleValue *callee,
                                AyPickleValue *arguments, GError **error);
/* What setting the state of `value` would have made of it, which is written into it. */
gboolean ay_pickle_build (AyPickle *self, AyPickleValue *value, AyPickleValue *state,
                          GError **error);
gboolean ay_pickle_is (const AyPickleValue *value, const char *text);

/* The arguments of an operation: n bytes; an unsigned little-endian number of 1 to 8; up to the end
 * of the line, which is passed. */
const char *ay_pickle_take (AyPickle *self, guint64 n, GError **error);
gboolean ay_pickle_take_unsigned (AyPickle *self, guint bytes, guint64 *value, GError **error);
const char *ay_pickle_take_line (AyPickle *self, gsize *length, GError **error);
void ay_pickle_push (AyPickle *self, AyPickleValue *value);
/* Does an operation that makes one plain value; *known: it is such. */
gboolean ay_pickle_run_plain (AyPickle *self, guint8 op, gboolean *known, GError **error);

G_END_DECLS
