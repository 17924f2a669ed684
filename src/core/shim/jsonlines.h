/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* JSON objects one by one, by simdjson's on-demand parser. Built only with AY_HAVE_SIMDJSON. */
typedef struct _AyJsonLines AyJsonLines;

#define AY_JSON_PADDING 64 /* readable bytes that must follow a text */

typedef enum
{
  AY_JSON_NULL,
  AY_JSON_NUMBER, /* NaN and infinities too, as Python writes them */
  AY_JSON_BOOL,
  AY_JSON_STRING,
  AY_JSON_VECTOR, /* an array of one or more numbers */
  AY_JSON_OTHER,  /* any other array */
} AyJsonKind;

typedef struct
{
  AyJsonKind kind;
  const char *text; /* of the value: part of what is read, a string without its quotes */
  gsize length;
  gboolean escaped; /* text is elsewhere, without its escapes, until the next call */
  double number;
  const double *numbers; /* VECTOR, until the next call */
  gsize n_numbers;
} AyJsonValue;

/* What is found, in order: each member of the object as `value`, or, where it is an object itself,
 * enter, its members, leave. Keys are not terminated; they live until the next call. */
typedef struct
{
  void (*enter) (const char *key, gsize length, gpointer data);
  void (*leave) (gpointer data);
  void (*value) (const char *key, gsize length, const AyJsonValue *value, gpointer data);
  gboolean kinds_only; /* numbers are not converted, escapes not resolved, nor looked at closely */
} AyJsonEvents;

/* NULL when there is no memory. */
AyJsonLines *ay_json_lines_new (void);
void ay_json_lines_free (AyJsonLines *self);
/* Reads the one object in text[0..length-1]; AY_JSON_PADDING bytes more can be read. NULL, or what
 * is wrong with it (a constant string). */
const char *ay_json_lines_read (AyJsonLines *self, const char *text, gsize length,
                                const AyJsonEvents *events, gpointer data);

/* The outermost key that was being read when the last call failed; length 0: none. */
const char *ay_json_lines_key (const AyJsonLines *self, gsize *length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyJsonLines, ay_json_lines_free)

G_END_DECLS
