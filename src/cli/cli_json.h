/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"
#include "core/base/json_text.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The --json output: one object, two blanks of indent, numbers as the shortest text that reads back
 * to the same value, a missing number null. */

/* Numbers by ay_json_put_number(). */
void cmd_json_count (JsonObject *object, const char *key, guint64 value);
/* NULL becomes null. */
void cmd_json_text (JsonObject *object, const char *key, const char *value);
void cmd_json_bool (JsonObject *object, const char *key, gboolean value);
/* A new array or object under key. (transfer none) */
JsonArray *cmd_json_array (JsonObject *object, const char *key);
JsonObject *cmd_json_object (JsonObject *object, const char *key);
/* A new object at the end of an array. (transfer none) */
JsonObject *cmd_json_append (JsonArray *array);

/* The job of this call: where its memory was planned, its answer says so: "memory" with "needed"
 * (bytes) and "way"; not what was free, so that the same call has the same answer. */
void cmd_json_set_job (AyJob *job);
/* Prints it to stdout with a line end. */
void cmd_json_print (JsonObject *object);

G_END_DECLS
