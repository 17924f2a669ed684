/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/dataset.h"
#include "core/data/round_history.h"
#include "core/select/strategy.h"

G_BEGIN_DECLS

/* What a history says of itself against what can be found again: which strategy explains its picks,
 * how much of the pool was scored, and whether its metrics come out again. */

typedef struct
{
  const AyStrategy *strategy;
  guint n_rounds;      /* rounds in which it could be asked */
  guint same_as;       /* an earlier strategy that takes the same rows in the same order in all of
                          them; G_MAXUINT: none */
  gsize n_taken, n_shared; /* rows taken in these rounds; those that it would have taken too */
  double expected;     /* of n_shared by picks at random */
  double p;            /* chance that picks at random share as many, after Holm; NaN: not asked */
  double rank;         /* mean over the rows taken of the share of the pool that it ranks below
                          them, .5 at random; NaN: it picks whole batches, or does not rank */
  guint n_first;       /* rounds that it explains best, and better than picks at random do */
} AyAuditStrategy;

typedef struct
{
  gint64 number;
  gsize n_pool, n_scored, n_taken; /* of the rows that could be taken */
  guint8 *first;       /* n_strategies: 1 for those that explain the round best; all 0: none does */
  guint n_shared;      /* rows that these would have taken too */
  double accuracy, loss;                       /* as logged; NaN: not logged */
  double accuracy_again, loss_again;           /* of a head on the same labels, on judged rows */
} AyAuditRound;

typedef struct
{
  guint n_strategies, n_rounds;
  AyAuditStrategy *strategies;
  AyAuditRound *rounds;
  guint best;          /* the strategy that explains the picks best; G_MAXUINT: none does */
  gboolean from_logits; /* what the history's own model said was used where strategies need it */
  gboolean on_judged;  /* metrics were found again on the rows that the history names, else on
                          valid */
  double worst_accuracy, worst_loss; /* largest difference to what was logged; NaN: none was */
  char *sentence;      /* what may be said */
} AyAudit;

/* head: of the heads that are fitted again, where the history does not say (lambda in sum form).
 * Time: rounds x (a fit + every strategy once). Errors: RANGE (nothing to audit), UNSUPPORTED (no
 * classes), CANCELLED. (transfer full) */
AyAudit *ay_audit_new (const AyDataset *data, const AyHistory *history, const AyHeadOptions *head,
                       AyJob *job, GError **error);
void ay_audit_free (AyAudit *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyAudit, ay_audit_free)

G_END_DECLS
