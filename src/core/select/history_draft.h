/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/dataset.h"
#include "core/data/round_history.h"

G_BEGIN_DECLS

/* A history while its files are read: rounds come in any order and rows by what they are called.
 * Private to the importers. */
typedef struct
{
  gint64 number;
  AyRound *head;     /* strategy, seed and metrics; no rows */
  GPtrArray *ids;    /* of char*, in the order in which the rows were taken */
  GArray *order, *score, *cost, *seconds; /* of double, one an id */
  GPtrArray *labels, *annotators, *times; /* of char* (nullable), one an id */
  AyScored *scored;  /* (nullable), belongs to head */
} AyDraftRound;

typedef struct
{
  AyHistory *scratch;
  GHashTable *rounds; /* number -> AyDraftRound */
  GHashTable *row_of; /* (nullable) id -> row + 1, shared by the drafts of one import */
  const AyDataset *data;
} AyDraft;

AyDraft *ay_draft_new (const AyDataset *data, GHashTable *row_of, const char *source);
void ay_draft_free (AyDraft *self);
/* The round of that number, made when there is none. (transfer none) */
AyDraftRound *ay_draft_round (AyDraft *self, gint64 number);
/* Adds a row by its id or row number (copied); what is unknown of it is NaN or NULL. */
void ay_draft_take (AyDraftRound *round, const char *id);
/* The same for a row number. */
void ay_draft_take_row (AyDraftRound *round, gint64 row);
/* Rows resolved, rounds in order, everything checked and noted. by_row: ids are row numbers
 * whatever the data's ids are. (transfer full) */
AyHistory *ay_draft_finish (AyDraft *self, const char *name, gboolean by_row);
/* id -> row + 1 of all rows. (transfer full) */
GHashTable *ay_draft_ids (const AyDataset *data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyDraft, ay_draft_free)

G_END_DECLS
