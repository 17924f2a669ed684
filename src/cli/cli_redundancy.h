/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work_redundancy.h"

G_BEGIN_DECLS

/* What `redundancy` found, and how it is printed. */
typedef struct
{
  AyWork *work;          /* borrowed */
  AyRedundancy *found;
  AyRedundancyCut *cut;
  AyLeaks leaks;
  GArray *curve;         /* (nullable) of AyOutcome */
  AyFit before[2];       /* the full fit, with a curve */
  gboolean uniqueness;   /* the column was stored */
  const char *agree;     /* (nullable) the column that nearest rows were compared by */
  AyAgreement agreement;
  AyGroupsOrder order;
  gsize shown;           /* groups */
} CmdGroupsView;

void cmd_redundancy_text (const CmdGroupsView *view);
void cmd_redundancy_json (const CmdGroupsView *view);
void cmd_groups_view_clear (CmdGroupsView *view);

G_END_DECLS
