/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* JSON as text: numbers as the shortest text that reads back to the same value, NaN and infinities
 * as null, keys in the order in which they were set. Use it wherever JSON is written: json-glib's
 * own generator writes 1e-8 as "1e-08.0", which no parser takes. indented: two blanks a level,
 * arrays of plain values on one line; else all on one line. (transfer full) */
char *ay_json_to_text (JsonNode *node, gboolean indented);

/* JSON from text. json-glib calls itself at each level, so that text nested deeply enough ends the
 * program: more than AY_JSON_MAX_DEPTH levels are refused before it sees them, as are comments,
 * single quotes and escapes of C, which it would take. size -1: text ends in a NUL. AY_ERROR_INPUT,
 * or what json-glib says; text without a value is an error. (transfer full) */
#define AY_JSON_MAX_DEPTH 500
JsonNode *ay_json_read (const char *text, gssize size, GError **error);

/* The number in a node; NaN where it is missing, null or no number. */
double ay_json_number (JsonNode *node);
double ay_json_number_of (JsonObject *object, const char *key);
/* A member: the number, or null where it is none. */
void ay_json_put_number (JsonObject *object, const char *key, double value);

G_END_DECLS
