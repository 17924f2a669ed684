/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/filters.h"
#include "core/work/findings.h"

G_BEGIN_DECLS

/* The one undo order over selections, filters (both kept here, not stored), decisions (kept by the
 * workspace's journal; here only their place in the order), columns that came in and names of
 * clusters (likewise, with what they were shown by), and findings (stored as they are now; what
 * they were is kept here). */
typedef enum
{
  ASSAY_STEP_SELECTION,
  ASSAY_STEP_FILTERS,
  ASSAY_STEP_DECISION,
  ASSAY_STEP_FINDING,
  ASSAY_STEP_COLUMN,
} AssayStepKind;

typedef struct
{
  AssayStepKind kind;
  AyBitset *selection[2];   /* before, after */
  AssayFilters *filters[2]; /* before, after */
  AyFinding *finding[2];    /* before, after; NULL: none */
  char *name[2];            /* of a column's step what colours, before, after (nullable) */
  char *sort[2];            /* before, after (nullable) */
  gboolean descending[2];   /* before, after */
  gboolean open;            /* filters that are being typed: still one step with what follows */
} AssayStep;

typedef struct _AssayHistory AssayHistory;

AssayHistory *assay_history_new (void);
void assay_history_free (AssayHistory *self);
/* Takes what the step holds; what was undone is forgotten. The oldest selections and filters are
 * forgotten past 200 steps. */
void assay_history_record (AssayHistory *self, AssayStep step);
/* The newest step takes these filters as its after, if it is open; else FALSE, nothing happens. */
gboolean assay_history_amend (AssayHistory *self, const AssayFilters *after);
/* What is recorded from now on is another step. */
void assay_history_close (AssayHistory *self);
gboolean assay_history_can_undo (const AssayHistory *self);
gboolean assay_history_can_redo (const AssayHistory *self);
/* Moves the pointer and returns the step passed over: bring back its side 0 (undo) or 1 (redo).
 * (transfer none) (nullable) */
const AssayStep *assay_history_undo (AssayHistory *self);
const AssayStep *assay_history_redo (AssayHistory *self);

G_END_DECLS
