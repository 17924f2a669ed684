/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/gain/ledger.h"

G_BEGIN_DECLS

/* The training and validation rows of the classes that are known so far, for the files of gain/.
 * A class without a training row has probability 0 at the optimum of the full class list, which is
 * the optimum of the list without it. */
typedef struct
{
  const AyLedgerInput *input;
  guint8 *known;         /* classes of the full list (none for a ridge) */
  guint n_known;
  gint32 *code;          /* full list -> number in the short one, -1: unknown */
  AyHead *like;          /* the short list's: lambda, centre, scale, a start */
  AyProblem on;          /* validation rows of known classes, weighed by their share of all */
  guint32 *on_position;  /* on.n: their positions in input->on */
  guint32 *on_rows;
  gint32 *on_label;
  double *on_share;      /* on.n */
} AyStage;

/* known: flags over the full class list, copied. */
void ay_stage_init (AyStage *self, const AyLedgerInput *input, const guint8 *known);
void ay_stage_clear (AyStage *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyStage, ay_stage_clear)

/* Training rows with their positions in input->train, ascending. */
typedef struct
{
  AyProblem problem;
  guint32 *position, *rows;
  gint32 *label;
  double *target, *weight;
} AyTaken;

/* Rows with take[position] != 0; all must be of known classes. */
void ay_taken_init (AyTaken *self, const AyStage *stage, const guint8 *take);
void ay_taken_clear (AyTaken *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyTaken, ay_taken_clear)

/* The head on these rows with everything else held. from (nullable): where to start. */
AyHead *ay_stage_fit (const AyStage *self, const AyTaken *taken, const AyHead *from,
                      double tolerance, AyJob *job, GError **error);
/* Loss and accuracy as ledger.h means them. right (nullable): on.n flags. */
gboolean ay_stage_judge (const AyStage *self, const AyHead *head, double *loss, double *accuracy,
                         guint8 *right, AyJob *job, GError **error);

G_END_DECLS
