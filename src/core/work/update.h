/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

G_BEGIN_DECLS

/* A new version of a workspace's data, joined to it by id. Rows that were there keep their part
 * and the decisions about them; nothing is written before everything that differs is known, and
 * the workspace of the earlier version stays as it is. */

/* A row of both versions that is not the same in them. */
typedef struct
{
  guint32 was, is;      /* its row then and now */
  char *columns;        /* (nullable) names of the columns that differ, by commas; "features" for
                           a matrix */
  char *label_was, *label_is; /* (nullable) where the label differs; "" none */
} AyRowChange;

/* A decision that no longer fits its row. */
typedef struct
{
  char *id;
  AyDecisionKind kind;
  char *value, *why, *time; /* (nullable) */
  char *because;        /* one clause */
  gboolean is_kept;     /* it holds on in the new version; else it is set aside, and made again when
                           a later version has the row, or the class, again */
} AyUnmatched;

typedef struct
{
  gsize n_was, n_is, n_common;
  guint32 *was_of;          /* n_is: row in the earlier version, or AY_ROW_NONE */
  guint32 *is_of;           /* n_was: row in the new version, or AY_ROW_NONE */
  gsize n_added, n_gone, n_changed, n_relabelled;
  GPtrArray *changes;       /* of AyRowChange, in the new order */
  guint32 *moved;           /* n_moved rows of the new version: the fewest that would have to be
                               put elsewhere to have the common rows in their earlier order */
  gsize n_moved;
  GPtrArray *columns_added, *columns_gone; /* of char* */
  GPtrArray *classes_added, *classes_gone; /* of char* */
  GPtrArray *unmatched;     /* of AyUnmatched */
  gsize n_decisions;        /* row by row: about rows of the earlier version, in force */
  gsize n_returned;         /* decisions that an earlier update set aside, of rows that are back */
  GPtrArray *stale;         /* of char*: computed scores and maps that the new version has not */
  GPtrArray *carried;       /* of char*: scores of the user's own that come along */
} AyUpdate;

/* What the new version is made of, where it is not what the workspace's own roles say with other
 * inputs. */
typedef struct
{
  char *const *inputs;      /* NULL-terminated, may be empty */
  const char *features, *label, *id, *probabilities, *dynamics; /* (nullable) SOURCEs */
} AyUpdateSources;

typedef struct _AyUpdating AyUpdating;

/* Loads the new version and compares. AY_ERROR_UNSUPPORTED where rows are only numbered, since a
 * row number says nothing about another version; RANGE where features or labels came from files
 * and no new ones are named; those of loading. (transfer full) */
AyUpdating *ay_work_update (AyWork *earlier, const AyUpdateSources *sources, AyJob *job,
                            GError **error);
/* (transfer none) */
const AyUpdate *ay_updating_found (const AyUpdating *self);
const AyDataset *ay_updating_data (const AyUpdating *self);
/* Makes a workspace of the new version: parts, decisions, head parameters, the count of looks at
 * the test part and scores of the user's own come along; `added` and `changed` flag its rows. It
 * appears whole or not at all. (transfer full): the workspace. */
AyWork *ay_updating_write (AyUpdating *self, const char *path, AyJob *job, GError **error);
void ay_updating_free (AyUpdating *self);

/* What the update that made a workspace found, as JSON counts. (transfer full) (nullable): NULL
 * without error where it was made of nothing earlier. */
JsonObject *ay_work_update_counts (AyWork *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyUpdating, ay_updating_free)

G_END_DECLS
