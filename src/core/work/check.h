/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

G_BEGIN_DECLS

/* Rules that a data set must hold to, for pipelines. A rule file is JSON: "assay_rules": 1 and
 * "rules", a list of objects with "rule", a limit ("most" or "least", rows or a share) and the
 * rule's own members; see ay_rule_types(). */

typedef struct
{
  const char *id;
  const char *sentence;
  const char *members;    /* of its own, for --list: "threshold where" */
  gboolean at_most;       /* "most", else "least" */
  double limit;           /* default; NaN: must be given */
} AyRuleType;

const AyRuleType *ay_rule_types (guint *n);

typedef struct
{
  const AyRuleType *type;
  char *why;              /* (nullable) from the file */
  double limit;
  double found;
  gboolean holds;
  AyBitset *rows;         /* those that break it, or all that it is about */
  char *sentence;         /* what was found */
} AyRuleResult;

/* (transfer full) (element-type AyRuleResult), in the file's order. Scores that a rule needs and
 * that are missing are computed, and stored where the workspace can be written. Errors: INPUT
 * "FILE: rule 3: ..." names what is not understood; those of what the rules look at. */
GPtrArray *ay_work_check (AyWork *work, const char *rules_path, guint64 seed, AyJob *job,
                          GError **error);

G_END_DECLS
