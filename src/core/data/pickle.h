/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"
#include "core/data/array.h"

G_BEGIN_DECLS

/* Python pickles, protocols 0 to 5, read as plain values. No class or function is ever looked up or
 * called: names that a pickle may mention are compared with a short list and what they stand for is
 * rebuilt here (arrays, dtypes and scalars of numpy, OrderedDict, datetime, bytes) or kept as an
 * inert record (ALiPy's states, numpy's RandomState). Any other name, and any operation that would
 * reach out of the file (persistent ids, extension codes, out-of-band buffers), is refused by
 * name. */
typedef enum
{
  AY_PICKLE_NONE,
  AY_PICKLE_BOOL,   /* integer */
  AY_PICKLE_INT,    /* integer */
  AY_PICKLE_FLOAT,  /* number; also integers beyond 64 bits */
  AY_PICKLE_TEXT,   /* bytes[0..length-1], UTF-8; a datetime is a text "2026-01-02T03:04:05" */
  AY_PICKLE_BYTES,
  AY_PICKLE_LIST,   /* items */
  AY_PICKLE_TUPLE,  /* items */
  AY_PICKLE_SET,    /* items */
  AY_PICKLE_DICT,   /* items: key, value, key, value ... in file order */
  AY_PICKLE_ARRAY,  /* array; an array without elements is an empty list */
  AY_PICKLE_RECORD, /* items: class name (text), arguments (tuple), then states */
  AY_PICKLE_NAME,   /* private: a name of the list, bytes "module.name" */
  AY_PICKLE_DTYPE,  /* private: items */
} AyPickleKind;

typedef struct
{
  AyPickleKind kind;
  guint32 length;
  union
  {
    gint64 integer;
    double number;
    const char *bytes;
    GPtrArray *items;
    AyArray *array;
  } is;
} AyPickleValue;

typedef struct _AyPickle AyPickle;

/* Reads one pickle, which fills the file. Errors: AY_ERROR_INPUT "FILE: byte N: what";
 * AY_ERROR_UNSUPPORTED for what is refused, by name. (transfer full) */
AyPickle *ay_pickle_read (AyMappedFile *file, GError **error);
void ay_pickle_free (AyPickle *self);
/* The value, alive as long as self. Values may be shared, and a list may hold itself: walk to a
 * depth that you know. (transfer none) */
const AyPickleValue *ay_pickle_root (const AyPickle *self);

gsize ay_pickle_size (const AyPickleValue *value); /* items of a list, tuple or set; pairs */
/* (nullable): item i of a list, tuple or set; NULL also when value is NULL or no such. */
const AyPickleValue *ay_pickle_item (const AyPickleValue *value, gsize i);
/* (nullable): the value of a key of a dict, of a record's state too. */
const AyPickleValue *ay_pickle_get (const AyPickleValue *dict, const char *key);
/* FALSE when value (nullable) is no number (an array of one element is). */
gboolean ay_pickle_number (const AyPickleValue *value, double *number);
/* The same for whole numbers; also text of digits. */
gboolean ay_pickle_integer (const AyPickleValue *value, gint64 *integer);
/* A text, or a number or bool as text; NULL for others. (transfer full) */
char *ay_pickle_dup_text (const AyPickleValue *value);
/* Numbers of an array or a list (of lists) of numbers as rows x columns; a list of texts as a text
 * array. NULL when it is neither. (transfer full) */
AyArray *ay_pickle_array (const AyPickleValue *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyPickle, ay_pickle_free)

G_END_DECLS
