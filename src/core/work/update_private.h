/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of an update share; nobody else includes it. */

#include "core/work/update.h"
#include "core/work/work_private.h"

G_BEGIN_DECLS

struct _AyUpdating
{
  AyWork *earlier;
  AyWork *now;          /* loaded, without a file until it is written */
  AyUpdate found;
  GPtrArray *decisions; /* of AyPlannedDecision: what the new journal will hold */
};

typedef struct
{
  AyDecisionKind kind;
  AyBitset *rows;       /* of the new version */
  char *value, *why, *time;
} AyPlannedDecision;

/* Items of the workspace. */
#define AY_KIND_UPDATE "update"
#define AY_UPDATE_COUNTS "counts"   /* ay_work_update_counts() */
#define AY_UPDATE_ASIDE "aside"     /* decisions set aside, a list */

/* Fills found's rows, columns, classes, changes and order. */
gboolean ay_update_compare_rows (AyUpdating *self, AyJob *job, GError **error);
/* Fills found's decisions and what the new journal will hold. */
gboolean ay_update_carry_decisions (AyUpdating *self, GError **error);
/* Those set aside as JSON, a list. (transfer full) */
JsonNode *ay_update_describe_aside (const AyUpdating *self);
void ay_update_clear_rows (AyUpdate *found);
void ay_unmatched_free (AyUnmatched *self);

G_END_DECLS
