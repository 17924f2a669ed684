/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/path_credits.h"

G_BEGIN_DECLS

/* The ledger of a history: what each round's new rows did to the loss on the validation rows, in
 * parts that add up (path_credits.h). Rounds follow each other: the head after one is the head
 * before the next, so that their gains add up too. */

/* Round of a training row: 0 = it had its label before the first round, 1..n_rounds, or: */
#define AY_LEDGER_NEVER G_MAXUINT32

/* Borrowed, all of it, until ay_ledger_new() returns. */
typedef struct
{
  const AyProblem *train;   /* rows that may have been taken */
  const guint32 *round_of;  /* train->n */
  guint n_rounds;
  const AyProblem *on;      /* validation rows with weights: the loss is their weighted mean */
  const guint32 *group;     /* (nullable) on->n: group of each, 0..n_groups-1; NULL: one group */
  guint n_groups;
  const AyHead *like;       /* lambda (sum form), centre, scale and class list to keep */
} AyLedgerInput;

typedef struct
{
  AyPathOptions path;       /* before and n_leading are the ledger's own */
  guint max_flips;          /* of a round: up to as many are split one by one; more, and those of
                               rounds of more than single_rows rows, as two groups */
  guint single_rows;
} AyLedgerOptions;
#define AY_LEDGER_OPTIONS_INIT { AY_PATH_OPTIONS_INIT, 200, 200 }

typedef enum
{
  AY_ROUND_SPLIT,    /* credits add up to the gain */
  AY_ROUND_REFUSED,  /* they do not, or could not be had: why says so, credits are NaN */
  AY_ROUND_OPENED,   /* all its rows are of classes first seen: nothing is left to split */
  AY_ROUND_EMPTY,    /* none of its rows is a training row */
  AY_ROUND_NO_HEAD,  /* fewer than two classes were known before it: its rows are a part of what the
                        ledger starts from */
} AyRoundState;

const char *ay_round_state_name (AyRoundState state); /* "split" ... */

/* A class first seen in a round. Its log-loss before was not bounded, so that its rows get no
 * credit but this one line. */
typedef struct
{
  gint32 label;
  gsize n_rows;      /* training rows of it in the round */
  gsize n_judged;    /* validation rows of it */
  double recall;     /* of them, once it is known; NaN without any. Before: 0 */
} AyClassOpened;

/* Losses are sums over validation rows of known classes, each weighed by its share of all
 * validation rows, so that rounds add up; accuracies are over all validation rows, those of classes
 * not yet known being wrong. */
typedef struct
{
  AyRoundState state;
  char *why;               /* (nullable) one sentence: why nothing is split */

  /* classes first seen: taken in first, one step, not split */
  GArray *opened;          /* of AyClassOpened */
  guint32 *opened_rows;    /* rows of the data (train->rows) */
  gsize n_opened;
  double opened_accuracy;  /* change by them; 0 without any, NaN without a head before */

  /* the other new rows */
  gsize n;
  guint32 *rows;           /* n rows of the data, ascending */
  double *credit;          /* n: over all validation rows; NaN when refused */
  double *by_group;        /* (nullable, one group) n_groups x n: a refused group's are NaN */
  double *at_start, *at_end; /* n: one-step influence before and after; does not add up */
  double *accuracy_credit; /* n: of the change of accuracy, through the flips; NaN for a ridge */
  double loss_before, loss_after, gain, residual;
  double positive, negative; /* sums of the credits above and below 0 */
  double floor;            /* credits smaller than this are not to be shown on their own */
  double *group_gain, *group_residual; /* n_groups */
  double accuracy_before, accuracy_after, accuracy_rest; /* rest: of their difference, not split */
  guint to_right, to_wrong; /* flips */
  gsize n_judged, n_unjudged; /* validation rows: of known classes, of others */
  guint nodes, iterations; /* the cost (path_credits.h) */
  double solve_residual;
} AyLedgerRound;

typedef struct
{
  guint n_rounds, n_groups;
  AyLedgerRound *round;    /* n_rounds; round r of the input is round[r - 1] */
  gsize n_start;           /* rows that had their label before */
  double gain, residual;   /* sums over the rounds that are split */
  double lambda;
  char *method;            /* one sentence */
} AyLedger;

/* A round that cannot be split is no error: its state says so. Errors: RANGE (nothing to judge by;
 * options), NOT_CONVERGED (a head), CANCELLED, NOMEM. The same bytes for any number of threads.
 * Cost: two to three dozen warm fits a round. (transfer full) */
AyLedger *ay_ledger_new (const AyLedgerInput *input, const AyLedgerOptions *options, AyJob *job,
                         GError **error);
void ay_ledger_free (AyLedger *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyLedger, ay_ledger_free)

G_END_DECLS
