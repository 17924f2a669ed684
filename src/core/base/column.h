/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One typed column of n rows: immutable once returned, ref-counted. Missing is missing, never 0:
 * NaN in numbers, AY_CODE_MISSING in categories, a NULL text. */
typedef enum
{
  AY_COLUMN_NUMBER,   /* double */
  AY_COLUMN_CATEGORY, /* code into a dictionary of few distinct strings */
  AY_COLUMN_TEXT,     /* a string a row */
} AyColumnType;

#define AY_CODE_MISSING G_MAXUINT32

typedef struct _AyColumn AyColumn;

/* Takes n doubles. integral: every value present is an integer (shown without a point). */
AyColumn *ay_column_take_number (const char *name, gsize n, double *values, gboolean integral);
/* The same over values that `owner` keeps alive (one block for all columns of a file). */
AyColumn *ay_column_wrap_number (const char *name, gsize n, const double *values,
                                 gboolean integral, gpointer owner, GDestroyNotify owner_free);
/* Takes n codes and a NULL-terminated dictionary (g_strfreev'ed). */
AyColumn *ay_column_take_category (const char *name, gsize n, guint32 *codes, char **names);
/* Row i is the length[i] bytes at base + offset[i]; length AY_CODE_MISSING = missing. Takes the two
 * arrays; `owner` keeps base alive (a mapped file, an arena). Bytes are valid UTF-8 without NUL. */
AyColumn *ay_column_take_text (const char *name, gsize n, guint64 *offset, guint32 *length,
                               const char *base, gpointer owner, GDestroyNotify owner_free);
static inline guint64
ay_text_offset (const char *base, const char *address)
{
  return (guint64) (guintptr) address - (guint64) (guintptr) base;
}
AyColumn *ay_column_ref (AyColumn *self);
void ay_column_unref (AyColumn *self);
/* The same data under another name (shares it). */
AyColumn *ay_column_renamed (AyColumn *self, const char *name);
/* Rows of both, one after another: numbers with numbers; anything else becomes category or text. */
AyColumn *ay_column_concat (AyColumn *a, AyColumn *b);

/* The rows rows[0..count-1] in that order; AY_ROW_NONE makes a missing one. Texts and categories
 * share the bytes of self. (transfer full) */
#define AY_ROW_NONE G_MAXUINT32
AyColumn *ay_column_gather (AyColumn *self, const guint32 *rows, gsize count);

const char *ay_column_name (const AyColumn *self);
AyColumnType ay_column_type (const AyColumn *self);
gsize ay_column_rows (const AyColumn *self);
gboolean ay_column_is_integral (const AyColumn *self);
gboolean ay_column_is_missing (const AyColumn *self, gsize row);
gsize ay_column_count_missing (const AyColumn *self);

/* NUMBER: the n values. */
const double *ay_column_numbers (const AyColumn *self);
/* NUMBER: the n values in single precision, for drawing. (transfer full) */
float *ay_column_dup_floats (const AyColumn *self);
/* CATEGORY: the n codes, the dictionary and its size. */
const guint32 *ay_column_codes (const AyColumn *self);
const char *const *ay_column_categories (const AyColumn *self, guint *n);
/* TEXT and CATEGORY: bytes of a row, not terminated; NULL when missing. */
const char *ay_column_text (const AyColumn *self, gsize row, gsize *length);
/* Any type: the row's value as text as an export writes it; missing is "". (transfer full) */
char *ay_column_dup_text (const AyColumn *self, gsize row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyColumn, ay_column_unref)

G_END_DECLS
