/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/spread.h"
#include "core/select/strategy.h"

G_BEGIN_DECLS

/* A loop of selection at one moment, simulated or live: its points as its head sees them, which of
 * them are labelled, and the head fitted to those. Scales are of all points, so that they stay
 * while labels come in. */
typedef struct
{
  gboolean distil;       /* set before init: labels are spread to all points along their nearest
                            neighbours, and the head is distilled from what was spread */
  gsize n;               /* points: rows that are labelled or may be */
  AyMatrix *features;    /* n x d, scaled */
  float *scaling;        /* 2 d: centre, inverse scale */
  guint8 *known;         /* n: 1 for labelled points; set by the caller */
  gint32 *label;         /* n; read for labelled points only */
  double *p;             /* n x n_classes: what the head says */
  AyHead *head;
  AyPool pool;           /* what a strategy chooses from; cost and options are the caller's */

  /* its own */
  AyHeadOptions head_options;
  guint32 *labelled, *rest, *all;
  gint32 *known_label;
  AySpreadGraph *graph;  /* (nullable) */
} AyLoopState;

/* The rows, ascending, with room for labels. `head` gives penalty, standardising and scale: lambda
 * (sum form) is held, 1 where none is set. The points are copied once: 4 n d bytes. */
gboolean ay_loop_state_init (AyLoopState *self, const AyProblem *rows, const AyHeadOptions *head,
                             AyJob *job, GError **error);
/* The options of the heads of loops that ay_loop_state_init() makes of others. */
AyHeadOptions ay_loop_head_options (const AyHeadOptions *from);
/* Rows of the same features as the points are scaled. (transfer full) */
AyMatrix *ay_loop_state_scale (const AyLoopState *self, const AyMatrix *features,
                               const guint32 *rows, gsize n, GError **error);
/* Fits a head to the labelled points, from the one before, and predicts all. */
gboolean ay_loop_state_refit (AyLoopState *self, guint round, AyJob *job, GError **error);
void ay_loop_state_clear (AyLoopState *self);

/* The seed of what strategies draw in a repeat; a live loop is repeat 0. */
static inline guint64
ay_loop_seed (guint64 seed, guint repeat)
{
  return seed * 1000003 + repeat;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyLoopState, ay_loop_state_clear)

G_END_DECLS
