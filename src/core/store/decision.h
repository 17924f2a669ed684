/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/bitset.h"

G_BEGIN_DECLS

/* What a person decided about some rows of the data set. */
typedef enum
{
  AY_DECISION_KEEP,    /* keep or drop: the last one wins, row by row */
  AY_DECISION_DROP,
  AY_DECISION_RELABEL, /* value: the new label */
  AY_DECISION_TAG,     /* value: a tag to add */
  AY_DECISION_UNTAG,   /* value: a tag to take away */
  AY_DECISION_CLEAR,   /* back to no decision, no new label, no tag */
  AY_DECISION_COLUMN,  /* value: columns that came in, with values for the rows; decides nothing */
} AyDecisionKind;

#define AY_N_DECISION_KINDS (AY_DECISION_COLUMN + 1)

const char *ay_decision_kind_name (AyDecisionKind kind); /* "keep" ... */
gboolean ay_decision_kind_parse (const char *name, AyDecisionKind *kind);
/* RELABEL, TAG, UNTAG and COLUMN take a value, the others none. */
gboolean ay_decision_kind_takes_value (AyDecisionKind kind);

/* Borrowed strings and rows: the caller's. */
typedef struct
{
  AyDecisionKind kind;
  const AyBitset *rows; /* n = rows of the data set; at least one member */
  const char *value;    /* (nullable) as the kind asks; a tag has no comma */
  const char *why;      /* (nullable) the reason, free text */
  const char *time;     /* (nullable) when it was made, of one that comes from another workspace */
} AyDecision;

/* AY_ERROR_RANGE: no rows, value missing or not wanted, comma in a tag, not UTF-8. */
gboolean ay_decision_check (const AyDecision *self, GError **error);

G_END_DECLS
