/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/column.h"

G_BEGIN_DECLS

/* The workspace: one SQLite file, `NAME.assay`, that is whole by itself (journal mode DELETE,
 * synchronous FULL). It keeps items: a kind and a name, both plain strings, with JSON text, bytes,
 * or a typed column. It knows nothing of what they mean.
 *
 * Every call that changes something is one transaction, or a part of the one that
 * ay_workspace_begin() opened: when it has returned TRUE outside of one, it survives a kill or a
 * power cut. The writer holds a lock on `.NAME.assay.lock` beside the file; whoever comes second,
 * or cannot write there, gets the workspace read-only.
 *
 * Threads: any thread may call anything; one connection behind one lock, which a transaction holds
 * from begin to commit or rollback (by the same thread). A GError's message is one line that names
 * the file. */
typedef struct _AyWorkspace AyWorkspace;

typedef enum
{
  AY_WORKSPACE_WRITE, /* read-only all the same when the file is locked or cannot be written */
  AY_WORKSPACE_READ,
} AyWorkspaceMode;

/* Puts the first items into a new workspace, before it has its name. */
typedef struct
{
  gboolean (*fill) (AyWorkspace *self, gpointer data, GError **error);
  gpointer data;
} AyWorkspaceFiller;

/* A new file, which appears whole, with what filler (nullable) puts into it, or not at all.
 * AY_ERROR_IO when the path exists already. */
AyWorkspace *ay_workspace_create (const char *path, const AyWorkspaceFiller *filler,
                                  GError **error);
/* AY_ERROR_INPUT: not a workspace, damaged, or made by a newer version; AY_ERROR_IO. A file of an
 * older version is brought up to date after a copy `NAME.assay.bak` was made. */
AyWorkspace *ay_workspace_open (const char *path, AyWorkspaceMode mode, GError **error);
AyWorkspace *ay_workspace_ref (AyWorkspace *self);
/* The last one closes the file, gives up the lock and rolls an open transaction back. */
void ay_workspace_unref (AyWorkspace *self);

/* Absolute. */
const char *ay_workspace_path (const AyWorkspace *self);
gboolean ay_workspace_is_read_only (const AyWorkspace *self);
/* (nullable): why, one sentence: "process 4711 has it open", "the folder cannot be written to". */
const char *ay_workspace_read_only_reason (const AyWorkspace *self);
/* Reads every page (SQLite's integrity_check): for tests and after a crash. */
gboolean ay_workspace_check (AyWorkspace *self, GError **error);

/* Groups changes: all of them or none. Nests (an inner rollback undoes the inner part only). */
gboolean ay_workspace_begin (AyWorkspace *self, GError **error);
/* After FALSE nothing of the transaction was kept and it is closed. */
gboolean ay_workspace_commit (AyWorkspace *self, GError **error);
void ay_workspace_rollback (AyWorkspace *self);

typedef struct
{
  char *kind;    /* "score", "load", "head", "recipe", "finding", "history", "setting" ... */
  char *name;    /* one item a (kind, name) */
  char *json;    /* (nullable) UTF-8, kept as it is */
  GBytes *bytes; /* (nullable) any size; not filled by a list */
  guint64 size;  /* of the bytes; read only */
  gboolean is_column; /* read it with ay_workspace_get_column(); read only */
  char *changed; /* UTC, "2026-11-23T14:30:16Z"; read only */
} AyItem;

void ay_item_free (AyItem *self);

/* Adds the item, or replaces the one of its kind and name, which keeps its place in the order. */
gboolean ay_workspace_put (AyWorkspace *self, const AyItem *item, GError **error);
/* The same for JSON alone. */
gboolean ay_workspace_put_json (AyWorkspace *self, const char *kind, const char *name,
                                const char *json, GError **error);
gboolean ay_workspace_put_all (AyWorkspace *self, const AyItem *items, gsize n, GError **error);
gboolean ay_workspace_has (AyWorkspace *self, const char *kind, const char *name);
/* AY_ERROR_INPUT "FILE: no KIND called "NAME"" when there is none. (transfer full) */
AyItem *ay_workspace_get (AyWorkspace *self, const char *kind, const char *name, GError **error);
/* Hands the item's bytes over in order, a chunk at a time: they are never whole in memory. FALSE as
 * soon as take returns FALSE; other errors as ay_workspace_get(). */
typedef struct
{
  gboolean (*take) (gconstpointer bytes, gsize size, gpointer data, GError **error);
  gpointer data;
} AyBytesSink;

gboolean ay_workspace_pour (AyWorkspace *self, const char *kind, const char *name,
                            const AyBytesSink *sink, GError **error);
/* (nullable) (transfer full): the item's JSON; NULL with AY_ERROR_INPUT when there is no such item,
 * NULL without error when it has none. */
char *ay_workspace_get_json (AyWorkspace *self, const char *kind, const char *name,
                             GError **error);
/* Items of a kind (NULL: of every kind) in the order in which they were first put, without their
 * bytes. (transfer full) (element-type AyItem) */
GPtrArray *ay_workspace_list (AyWorkspace *self, const char *kind, GError **error);
/* TRUE also when there is none. */
gboolean ay_workspace_delete (AyWorkspace *self, const char *kind, const char *name,
                              GError **error);

/* Gives the item another kind and name, which nothing has; its place in the order and its time
 * stay. TRUE also when there is none. */
typedef struct
{
  const char *kind, *name;
} AyItemName;

gboolean ay_workspace_rename (AyWorkspace *self, AyItemName from, AyItemName to, GError **error);

/* A column as the item (kind, its name), with the JSON that goes with it (a score's certificate;
 * nullable). Numbers: n doubles, little-endian. */
gboolean ay_workspace_put_column (AyWorkspace *self, const char *kind, AyColumn *column,
                                  const char *json, GError **error);
/* json: (out) (optional) (nullable) (transfer full). */
AyColumn *ay_workspace_get_column (AyWorkspace *self, const char *kind, const char *name,
                                   char **json, GError **error);

/* Files beside the workspace are stored relative to its folder (with ".." where it takes them;
 * absolute when only the root is common), so that both can be moved together. (transfer full) */
char *ay_workspace_relative_path (const AyWorkspace *self, const char *path);
char *ay_workspace_absolute_path (const AyWorkspace *self, const char *stored);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyWorkspace, ay_workspace_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyItem, ay_item_free)

G_END_DECLS
