/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* What the tables of a workspace look like, version by version. */

#define AY_SCHEMA_APPLICATION_ID 0x41736179 /* "Asay" */

/* Brings a file from version to - 1 to version `to`. */
typedef struct
{
  int to;
  const char *sql; /* or AY_SCHEMA_SAME_TABLES: only what may stand in them is more */
} AySchemaStep;
#define AY_SCHEMA_SAME_TABLES ""

/* The steps from an empty file to the present version, and their number. */
const AySchemaStep *ay_schema_steps (gsize *n);

/* The version the last of n steps leads to. */
int ay_schema_version (const AySchemaStep *steps, gsize n);
/* Whether a file of that version has the tables of the last step, and can be read as it is. */
gboolean ay_schema_same_tables (const AySchemaStep *steps, gsize n, int version);
/* Reads application id and version. AY_ERROR_INPUT, one line that names the file, when it is not a
 * workspace, damaged, or newer than the steps reach. */
gboolean ay_schema_read (sqlite3 *db, const char *file, const AySchemaStep *steps, gsize n,
                         int *version, GError **error);
/* Whether the file has the tables that the steps up to `version` make, by the same words, and
 * nothing else: no view, trigger or table of somebody else's making, which SQLite would run or read
 * in place of ours. AY_ERROR_INPUT names the first thing that differs. */
gboolean ay_schema_check (sqlite3 *db, const char *file, const AySchemaStep *steps, gsize n,
                          int version, GError **error);
/* Takes the open database from *version to the last step's in one transaction. A database that is
 * not new (version > 0) is copied to `backup` first. */
gboolean ay_schema_migrate (sqlite3 *db, const char *backup, const AySchemaStep *steps, gsize n,
                            int version, GError **error);
/* A whole copy of the database as a file, which appears at once (replacing an older one). */
gboolean ay_schema_copy (sqlite3 *db, const char *to, GError **error);

/* Says in one line what went wrong in SQLite, with the fitting code. */
void ay_schema_set_error (GError **error, const char *file, sqlite3 *db);

G_END_DECLS
