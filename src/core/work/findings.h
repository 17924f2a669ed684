/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

G_BEGIN_DECLS

/* What somebody pinned: a sentence, the rows behind it, and the view that showed it, so that one
 * can go back there. Kept in the workspace; the report shows them in their order. */
typedef struct
{
  guint number;        /* 1, 2 ...: never given twice */
  char *sentence;
  char *view;          /* "map", "samples", "cli" ... */
  char *state;         /* (nullable) what the view needs to be shown again: its own JSON */
  char *time;          /* UTC, ISO 8601 */
  AyBitset *rows;      /* n of the data */
} AyFinding;

void ay_finding_free (AyFinding *self);
AyFinding *ay_finding_copy (const AyFinding *self); /* (transfer full) */
char *ay_finding_now (void);                        /* a time for one; (transfer full) */

/* number is set here and given back in *number; so is time when it is NULL. AY_ERROR_RANGE: no
 * sentence, or rows of another n. */
gboolean ay_work_pin (AyWork *self, const AyFinding *finding, guint *number, GError **error);
/* The number that it has, whether there is one or not: for undo, or with another sentence. */
gboolean ay_work_pin_again (AyWork *self, const AyFinding *finding, GError **error);
/* AY_ERROR_RANGE when there is none of that number. */
gboolean ay_work_unpin (AyWork *self, guint number, GError **error);
/* In their order. (transfer full) (element-type AyFinding) */
GPtrArray *ay_work_findings (AyWork *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyFinding, ay_finding_free)

G_END_DECLS
