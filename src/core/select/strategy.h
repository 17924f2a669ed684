/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* What to label next: a const table of strategies that CLI and window list from and run by. */

/* Parameters of the strategies, all of them in one place. */
typedef struct
{
  guint committee;   /* qbc: heads */
  guint draws;       /* bald: draws of the weights */
  double beta;       /* density: power of the mean cosine to all points */
  double radius;     /* probcover: of a ball; 0: the largest of which 95 % are pure */
  guint candidates;  /* cluster_margin: rows of smallest margin, times the number of picks */
  guint switch_at;   /* two_phase: labels a class from which on it goes by margin */
  guint neighbours;  /* facility, maxherding: nearest points that a point can be covered by */
  gboolean balance;  /* at most an equal share of the picks from each class that is predicted */
  gboolean by_valid; /* cluster_margin: clusters of the validation rows, not of the candidates */
} AyStrategyOptions;
#define AY_STRATEGY_OPTIONS_INIT { 8, 32, 1.0, 0.0, 10, 5, 50, FALSE, FALSE }

/* FALSE and AY_ERROR_RANGE for a name that nothing knows, or a bad value. */
gboolean ay_strategy_options_set (AyStrategyOptions *self, const char *name, const char *value,
                                  GError **error);

/* The points that a strategy chooses among: each is labelled or may be picked. Borrowed. */
typedef struct
{
  gsize n, d;
  const AyMatrix *features;  /* n x d, wraps z */
  const float *z;            /* n x d, as the head sees them */
  const guint32 *labelled;   /* n_labelled positions, ascending */
  gsize n_labelled;
  const guint32 *pool;       /* n_pool positions, ascending: what may be picked */
  gsize n_pool;
  const gint32 *label;       /* n; read for labelled ones only */
  guint n_classes;
  const AyHead *head;        /* (nullable) fitted to the labelled ones */
  const double *p;           /* (nullable) n x n_classes: its probabilities */
  const AyHeadOptions *head_options; /* lambda is in sum form, features are taken as they are */
  const double *cost;        /* (nullable) n, > 0 */
  const AyMatrix *landmarks; /* (nullable) validation rows as the head sees them */
  guint64 seed;
  guint round;
  AyStrategyOptions options;
} AyPool;

/* One row picked: where, and the strategy's own quantity for it at the time. */
typedef struct
{
  guint32 position;
  double value;
} AyPick;

typedef struct
{
  const char *name, *fallback, *sentence;
} AyStrategyParameter;

typedef struct
{
  const char *id, *title;
  const char *sentence;    /* what it picks */
  const char *quantity;    /* what AyPick.value is; the highest is taken first where it is ranked */
  gboolean needs_head;
  gboolean takes_costs;    /* its quantity is divided by the cost of a row */
  gboolean takes_balance;
  const AyStrategyParameter *parameters; /* (nullable) ends with a NULL name */
  /* (nullable): it learns in a loop, and only a loop can run it (teacher.h) */
  gboolean (*run) (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error);
} AyStrategy;

const AyStrategy *ay_strategies (guint *n);
/* (nullable) */
const AyStrategy *ay_strategy_find (const char *id);
/* Picks count <= n_pool distinct points in the order they would be taken. Same bytes for any number
 * of threads. Errors: RANGE (count; costs, balance or classes that the strategy has no use for),
 * those of fits and searches. */
gboolean ay_strategy_pick (const AyStrategy *strategy, const AyPool *pool, gsize count,
                           AyPick *picks, AyJob *job, GError **error);
/* For each point of the pool the pick nearest to it, by number, or G_MAXUINT32 where a labelled
 * point is at least as near: the rows that a pick stands for. n_pool entries. (transfer full) */
guint32 *ay_pool_stand_in (const AyPool *pool, const AyPick *picks, gsize count, AyJob *job,
                           GError **error);

G_END_DECLS
