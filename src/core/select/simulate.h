/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/round_history.h"
#include "core/select/teacher.h"

G_BEGIN_DECLS

/* What loops of selection would have been worth: rows whose labels are known play an unlabelled
 * pool. Every repeat draws a test part and the rows to start from, the same for all strategies. */
typedef struct
{
  guint start;       /* labelled rows to start from, classes in turn; 0: two a class */
  guint batch, rounds, repeats;
  double test_share; /* of the rows, by class, in each repeat */
  guint valid;       /* of them, for teachers to judge by; not tested on. 0: none, or
                        AY_TEACHER_VALID where hedge or the policy plays, at most half */
  guint64 seed;
  AyHeadOptions head; /* lambda (sum form) is held; 0: 1. Scales are those of the pool */
  AyStrategyOptions strategy;
  gboolean distil;      /* heads are distilled from labels spread to all of the pool */
  gboolean keep_scores; /* what the head says of the pool before each round stays with the loop */
  const AyPolicy *policy; /* (nullable): in the place of the frozen one, and explores */
} AySimulateOptions;
#define AY_SIMULATE_OPTIONS_INIT                                                                  \
  { 0, 10, 28, 20, 0.3, 0, 0, AY_HEAD_OPTIONS_INIT, AY_STRATEGY_OPTIONS_INIT, FALSE, FALSE, NULL }
#define AY_TEACHER_VALID 100

/* One loop: a strategy in a repeat. Arrays over 0..rounds are of the head after so many rounds. */
typedef struct
{
  guint32 *start;    /* n_start row numbers of the data */
  guint32 *judged;   /* n_test row numbers: the test part */
  guint32 *taken;    /* rounds x batch row numbers, in order */
  double *value;     /* rounds x batch: the strategy's own quantity */
  double *accuracy;  /* rounds + 1, on the test part */
  double *loss;      /* rounds + 1 */
  double *kappa;     /* rounds + 1: agreement with the head before on the pool and labelled rows;
                        [0] NaN */
  double *change;    /* rounds + 1: share of them whose predicted class changed; [0] NaN */
  double *entropy;   /* rounds + 1: mean entropy on what is left of the pool, / ln classes */
  double *remaining; /* rounds + 1: mean 1 - p of the likeliest class there: what the head itself
                        expects to have wrong */
  guint32 **scored;  /* (nullable) rounds: the row numbers that could be taken */
  float **logits;    /* (nullable) rounds: n_pool - labelled rows x n_classes: log p of these */
  AyTeacher *teacher; /* (nullable): what it learnt */
  double seconds;
} AyLoop;

typedef struct
{
  guint n_strategies, n_start, batch, rounds, repeats, n_classes;
  gsize n_pool, n_valid, n_test; /* of each repeat */
  const AyStrategy **strategies;
  AyLoop *loops;        /* n_strategies x repeats */
  AySimulateOptions options;
} AySimulation;

/* rows: n labelled rows of classes, ascending (borrowed until it returns). Loops run side by side;
 * the same bytes for any number of threads, seconds aside. Errors: RANGE (options; too few rows of
 * a class), those of strategies, CANCELLED. (transfer full) */
AySimulation *ay_simulate (const AyProblem *rows, const AyStrategy *const *strategies,
                           guint n_strategies, const AySimulateOptions *options, AyJob *job,
                           GError **error);
void ay_simulation_free (AySimulation *self);

static inline AyLoop *
ay_simulation_loop (const AySimulation *self, guint strategy, guint repeat)
{
  return &self->loops[strategy * self->repeats + repeat];
}

/* Labels once `round` rounds are in. */
static inline guint
ay_simulation_labels (const AySimulation *self, guint round)
{
  return self->n_start + round * self->batch;
}

/* A loop as a history over a data set of n_rows; its options are the head's (lambda, standardise,
 * scale, seed) and "judged", the rows of the test part. (transfer full) */
AyHistory *ay_simulation_history (const AySimulation *self, guint strategy, guint repeat,
                                  gsize n_rows);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AySimulation, ay_simulation_free)

G_END_DECLS
