/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/words.h"
#include "core/store/workspace_private.h"

#include <string.h>

/* Items in and out. Bytes are cut into chunks, each a value of its own, so that neither SQLite's
 * limit of 1 GB a value nor a second copy in memory stands in the way. */
#define CHUNK (G_GUINT64_CONSTANT (16) << 20)

/* Sizes add up over what the file says: a damaged one must not make us ask for all memory. */
#define MAX_BYTES (G_GUINT64_CONSTANT (1) << 40)

void
ay_item_free (AyItem *self)
{
  if (self == NULL)
    return;
  g_free (self->kind);
  g_free (self->name);
  g_free (self->json);
  g_free (self->changed);
  if (self->bytes != NULL)
    g_bytes_unref (self->bytes);
  g_free (self);
}

static void
bind_text (AyStatement *statement, int at, const char *text)
{
  if (text == NULL)
    sqlite3_bind_null (statement, at);
  else
    sqlite3_bind_text (statement, at, text, -1, SQLITE_STATIC);
}

static AyStatement *
prepare_by_name (AyWorkspace *self, const char *sql, const char *kind, const char *name,
                 GError **error)
{
  AyStatement *statement = ay_store_prepare (self, sql, error);

  if (statement != NULL)
    {
      bind_text (statement, 1, kind);
      bind_text (statement, 2, name);
    }
  return statement;
}

/* *id: 0 when there is none. */
static gboolean
find_id (AyWorkspace *self, const char *kind, const char *name, gint64 *id, GError **error)
{
  g_autoptr (AyStatement) statement
    = prepare_by_name (self, "SELECT id FROM item WHERE kind = ? AND name = ?", kind, name, error);
  int rc = statement != NULL ? ay_store_step (self, statement, error) : SQLITE_ERROR;

  *id = rc == SQLITE_ROW ? sqlite3_column_int64 (statement, 0) : 0;
  return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

static gboolean
delete_chunks (AyWorkspace *self, gint64 id, GError **error)
{
  g_autoptr (AyStatement) statement
    = ay_store_prepare (self, "DELETE FROM chunk WHERE item = ?", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, id);
  return ay_store_run (self, statement, error);
}

static gboolean
write_chunks (AyWorkspace *self, gint64 id, GBytes *bytes, GError **error)
{
  g_autoptr (AyStatement) statement
    = ay_store_prepare (self, "INSERT INTO chunk (item, part, data) VALUES (?, ?, ?)", error);
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);

  if (statement == NULL)
    return FALSE;
  for (gsize at = 0, part = 0; at < size; at += CHUNK, part++)
    {
      sqlite3_bind_int64 (statement, 1, id);
      sqlite3_bind_int64 (statement, 2, (gint64) part);
      sqlite3_bind_blob64 (statement, 3, data + at, MIN (CHUNK, size - at), SQLITE_STATIC);
      if (!ay_store_run (self, statement, error))
        return FALSE;
      sqlite3_reset (statement);
    }
  return TRUE;
}

static gboolean
write_row (AyWorkspace *self, const AyStoredItem *item, gint64 *id, GError **error)
{
  g_autofree char *now = ay_store_now ();
  g_autoptr (AyStatement) statement
    = prepare_by_name (self, *id == 0
                         ? "INSERT INTO item (kind, name, json, type, rows, size, changed)"
                           " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
                         : "UPDATE item SET json = ?3, type = ?4, rows = ?5, size = ?6,"
                           " changed = ?7 WHERE kind = ?1 AND name = ?2",
                       item->kind, item->name, error);

  if (statement == NULL)
    return FALSE;
  bind_text (statement, 3, item->json);
  bind_text (statement, 4, item->type);
  if (item->type != NULL)
    sqlite3_bind_int64 (statement, 5, item->rows);
  if (item->bytes != NULL)
    sqlite3_bind_int64 (statement, 6, (gint64) g_bytes_get_size (item->bytes));
  bind_text (statement, 7, now);
  if (!ay_store_run (self, statement, error))
    return FALSE;
  if (*id == 0)
    *id = ay_store_last_id (self);
  return TRUE;
}

static gboolean
check_names (AyWorkspace *self, const AyStoredItem *item, GError **error)
{
  if (item->kind != NULL && *item->kind != '\0' && g_utf8_validate (item->kind, -1, NULL)
      && item->name != NULL && *item->name != '\0' && g_utf8_validate (item->name, -1, NULL)
      && (item->json == NULL || g_utf8_validate (item->json, -1, NULL)))
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("%s: an item needs a kind, a name and text in UTF-8"), ay_store_file (self));
  return FALSE;
}

gboolean
ay_store_write_item (AyWorkspace *self, const AyStoredItem *item, GError **error)
{
  gint64 id = 0;

  if (!check_names (self, item, error) || !ay_workspace_begin (self, error))
    return FALSE;
  if (find_id (self, item->kind, item->name, &id, error)
      && (id == 0 || delete_chunks (self, id, error)) && write_row (self, item, &id, error)
      && (item->bytes == NULL || write_chunks (self, id, item->bytes, error)))
    return ay_workspace_commit (self, error);
  ay_workspace_rollback (self);
  return FALSE;
}

gboolean
ay_workspace_put (AyWorkspace *self, const AyItem *item, GError **error)
{
  AyStoredItem stored
    = { .kind = item->kind, .name = item->name, .json = item->json, .bytes = item->bytes };

  return ay_store_write_item (self, &stored, error);
}

gboolean
ay_workspace_put_json (AyWorkspace *self, const char *kind, const char *name, const char *json,
                       GError **error)
{
  AyStoredItem stored = { .kind = kind, .name = name, .json = json };

  return ay_store_write_item (self, &stored, error);
}

gboolean
ay_workspace_put_all (AyWorkspace *self, const AyItem *items, gsize n, GError **error)
{
  if (!ay_workspace_begin (self, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (!ay_workspace_put (self, &items[i], error))
      {
        ay_workspace_rollback (self);
        return FALSE;
      }
  return ay_workspace_commit (self, error);
}

gboolean
ay_workspace_has (AyWorkspace *self, const char *kind, const char *name)
{
  gint64 id = 0;
  gboolean found;

  ay_store_lock (self);
  found = find_id (self, kind, name, &id, NULL) && id != 0;
  ay_store_unlock (self);
  return found;
}

AyStatement *
ay_store_find_item (AyWorkspace *self, const char *kind, const char *name, GError **error)
{
  g_autoptr (AyStatement) statement
    = prepare_by_name (self,
                       "SELECT id, json, type, rows, size, changed FROM item"
                       " WHERE kind = ? AND name = ?", kind, name, error);
  int rc = statement != NULL ? ay_store_step (self, statement, error) : SQLITE_ERROR;

  if (rc == SQLITE_ROW)
    return g_steal_pointer (&statement);
  if (rc == SQLITE_DONE)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: no %s called \"%s\""),
                 ay_store_file (self), kind, name);
  return NULL;
}

/* What the chunks hold, not what the item says it has. */
static gboolean
measure_chunks (AyWorkspace *self, gint64 id, guint64 *size, GError **error)
{
  g_autoptr (AyStatement) statement
    = ay_store_prepare (self, "SELECT total (length (data)) FROM chunk WHERE item = ?", error);
  double total;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, id);
  if (ay_store_step (self, statement, error) != SQLITE_ROW)
    return FALSE;
  total = sqlite3_column_double (statement, 0);
  *size = total <= (double) MAX_BYTES ? (guint64) total : MAX_BYTES;
  return TRUE;
}

/* Joins the chunks into data, which has room for size bytes; *filled: how many there were. */
static gboolean
join_chunks (AyWorkspace *self, gint64 id, char *data, guint64 size, guint64 *filled,
             GError **error)
{
  g_autoptr (AyStatement) statement
    = ay_store_prepare (self, "SELECT data FROM chunk WHERE item = ? ORDER BY part", error);
  int rc = SQLITE_ERROR;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, id);
  while ((rc = ay_store_step (self, statement, error)) == SQLITE_ROW)
    {
      gconstpointer chunk = sqlite3_column_blob (statement, 0);
      guint64 length = (guint64) sqlite3_column_bytes (statement, 0);

      if (length > size - *filled)
        break;
      if (length > 0)
        memcpy (data + *filled, chunk, length);
      *filled += length;
    }
  return rc == SQLITE_DONE || rc == SQLITE_ROW;
}

static GBytes *
damaged (AyWorkspace *self, const char *name, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("%s: is damaged: the bytes of \"%s\" are not whole"), ay_store_file (self),
               name);
  return NULL;
}

GBytes *
ay_store_read_bytes (AyWorkspace *self, gint64 id, const char *name, GError **error)
{
  g_autofree char *data = NULL;
  guint64 size = 0, filled = 0;

  if (!measure_chunks (self, id, &size, error))
    return NULL;
  data = g_try_malloc (size > 0 ? size : 1);
  if (data == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_NOMEM,
                   N_ ("%s: not enough memory for \"%s\" (%zu bytes)"),
                   ay_store_file (self), name, (gsize) size);
      return NULL;
    }
  if (!join_chunks (self, id, data, size, &filled, error))
    return NULL;
  if (filled != size)
    return damaged (self, name, error);
  return g_bytes_new_take (g_steal_pointer (&data), size);
}

/* The row that `statement` stands on, columns as ay_store_find_item() gives them from `at` on. */
static AyItem *
item_of_row (AyStatement *statement, int at)
{
  AyItem *item = g_new0 (AyItem, 1);

  item->json = ay_store_dup_text (statement, at);
  item->is_column = sqlite3_column_type (statement, at + 1) != SQLITE_NULL;
  item->size = (guint64) MAX (sqlite3_column_int64 (statement, at + 3), 0);
  item->changed = ay_store_dup_text (statement, at + 4);
  return item;
}

static AyItem *
get_item (AyWorkspace *self, const char *kind, const char *name, GError **error)
{
  g_autoptr (AyStatement) statement = ay_store_find_item (self, kind, name, error);
  g_autoptr (AyItem) item = NULL;

  if (statement == NULL)
    return NULL;
  item = item_of_row (statement, 1);
  item->kind = g_strdup (kind);
  item->name = g_strdup (name);
  if (sqlite3_column_type (statement, 4) != SQLITE_NULL)
    {
      item->bytes = ay_store_read_bytes (self, sqlite3_column_int64 (statement, 0), name, error);
      if (item->bytes == NULL)
        return NULL;
      if (g_bytes_get_size (item->bytes) != item->size)
        {
          damaged (self, name, error);
          return NULL;
        }
    }
  return g_steal_pointer (&item);
}

AyItem *
ay_workspace_get (AyWorkspace *self, const char *kind, const char *name, GError **error)
{
  AyItem *item;

  ay_store_lock (self);
  item = get_item (self, kind, name, error);
  ay_store_unlock (self);
  return item;
}

static gboolean
pour_chunks (AyWorkspace *self, gint64 id, const AyBytesSink *sink, guint64 *poured,
             GError **error)
{
  g_autoptr (AyStatement) statement
    = ay_store_prepare (self, "SELECT data FROM chunk WHERE item = ? ORDER BY part", error);
  int rc = SQLITE_ERROR;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, id);
  while ((rc = ay_store_step (self, statement, error)) == SQLITE_ROW)
    {
      gconstpointer chunk = sqlite3_column_blob (statement, 0);
      gsize length = (gsize) sqlite3_column_bytes (statement, 0);

      if (length > 0 && !sink->take (chunk, length, sink->data, error))
        return FALSE;
      *poured += length;
    }
  return rc == SQLITE_DONE;
}

gboolean
ay_workspace_pour (AyWorkspace *self, const char *kind, const char *name, const AyBytesSink *sink,
                   GError **error)
{
  AyStatement *statement;
  gboolean done = FALSE;
  guint64 poured = 0;

  ay_store_lock (self);
  statement = ay_store_find_item (self, kind, name, error);
  if (statement != NULL)
    done = pour_chunks (self, sqlite3_column_int64 (statement, 0), sink, &poured, error);
  if (done && poured != (guint64) sqlite3_column_int64 (statement, 4))
    {
      damaged (self, name, error);
      done = FALSE;
    }
  sqlite3_finalize (statement);
  ay_store_unlock (self);
  return done;
}

char *
ay_workspace_get_json (AyWorkspace *self, const char *kind, const char *name, GError **error)
{
  AyStatement *statement;
  char *json = NULL;

  ay_store_lock (self);
  statement = ay_store_find_item (self, kind, name, error);
  if (statement != NULL)
    json = ay_store_dup_text (statement, 1);
  sqlite3_finalize (statement);
  ay_store_unlock (self);
  return json;
}

static GPtrArray *
list_items (AyWorkspace *self, const char *kind, GError **error)
{
  g_autoptr (AyStatement) statement
    = prepare_by_name (self,
                       "SELECT kind, name, json, type, rows, size, changed FROM item"
                       " WHERE ?1 IS NULL OR kind = ?1 ORDER BY id", kind, NULL, error);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_item_free);
  int rc = SQLITE_ERROR;

  while (statement != NULL && (rc = ay_store_step (self, statement, error)) == SQLITE_ROW)
    {
      AyItem *item = item_of_row (statement, 2);

      item->kind = ay_store_dup_text (statement, 0);
      item->name = ay_store_dup_text (statement, 1);
      g_ptr_array_add (items, item);
    }
  return rc == SQLITE_DONE ? g_steal_pointer (&items) : NULL;
}

GPtrArray *
ay_workspace_list (AyWorkspace *self, const char *kind, GError **error)
{
  GPtrArray *items;

  ay_store_lock (self);
  items = list_items (self, kind, error);
  ay_store_unlock (self);
  return items;
}

static gboolean
delete_item (AyWorkspace *self, gint64 id, GError **error)
{
  g_autoptr (AyStatement) statement
    = ay_store_prepare (self, "DELETE FROM item WHERE id = ?", error);

  if (statement == NULL || !delete_chunks (self, id, error))
    return FALSE;
  sqlite3_bind_int64 (statement, 1, id);
  return ay_store_run (self, statement, error);
}

gboolean
ay_workspace_delete (AyWorkspace *self, const char *kind, const char *name, GError **error)
{
  gint64 id = 0;

  if (!ay_workspace_begin (self, error))
    return FALSE;
  if (find_id (self, kind, name, &id, error) && (id == 0 || delete_item (self, id, error)))
    return ay_workspace_commit (self, error);
  ay_workspace_rollback (self);
  return FALSE;
}

static gboolean
rename_item (AyWorkspace *self, gint64 id, AyItemName to, GError **error)
{
  g_autoptr (AyStatement) statement
    = ay_store_prepare (self, "UPDATE item SET kind = ?, name = ? WHERE id = ?", error);

  if (statement == NULL)
    return FALSE;
  bind_text (statement, 1, to.kind);
  bind_text (statement, 2, to.name);
  sqlite3_bind_int64 (statement, 3, id);
  return ay_store_run (self, statement, error);
}

gboolean
ay_workspace_rename (AyWorkspace *self, AyItemName from, AyItemName to, GError **error)
{
  gint64 id = 0;

  if (!ay_workspace_begin (self, error))
    return FALSE;
  if (find_id (self, from.kind, from.name, &id, error)
      && (id == 0 || rename_item (self, id, to, error)))
    return ay_workspace_commit (self, error);
  ay_workspace_rollback (self);
  return FALSE;
}
