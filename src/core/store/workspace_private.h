/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/store/workspace.h"

#include <sqlite3.h>

G_BEGIN_DECLS

/* What the files of the store share and nobody else may use. Callers hold the lock. */

typedef sqlite3_stmt AyStatement;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyStatement, sqlite3_finalize)

void ay_store_lock (AyWorkspace *self);
void ay_store_unlock (AyWorkspace *self);

/* As given when it was opened: what messages name. */
const char *ay_store_file (const AyWorkspace *self);
/* Sets the error to what SQLite said last; returns FALSE. */
gboolean ay_store_fail (AyWorkspace *self, GError **error);
AyStatement *ay_store_prepare (AyWorkspace *self, const char *sql, GError **error);
/* Steps a statement that gives no rows. */
gboolean ay_store_run (AyWorkspace *self, AyStatement *statement, GError **error);
/* SQLITE_ROW or SQLITE_DONE; else the error is set. */
int ay_store_step (AyWorkspace *self, AyStatement *statement, GError **error);
gint64 ay_store_last_id (AyWorkspace *self);
/* A column of the present row. (transfer full) (nullable) */
char *ay_store_dup_text (AyStatement *statement, int column);
/* Now, in UTC, ISO 8601, to the second. (transfer full) */
char *ay_store_now (void);

/* Bytes of an item and what they are; used by plain items and columns alike. */
typedef struct
{
  const char *kind;
  const char *name;
  const char *json;  /* (nullable) */
  const char *type;  /* (nullable): of a column */
  gint64 rows;       /* of a column */
  GBytes *bytes;     /* (nullable) */
} AyStoredItem;

gboolean ay_store_write_item (AyWorkspace *self, const AyStoredItem *item, GError **error);
/* The item's row: id json type rows size changed. NULL with AY_ERROR_INPUT when there is none. */
AyStatement *ay_store_find_item (AyWorkspace *self, const char *kind, const char *name,
                                 GError **error);
/* All chunks of an item, joined. (transfer full) */
GBytes *ay_store_read_bytes (AyWorkspace *self, gint64 id, const char *name, GError **error);

G_END_DECLS
