/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The pool of a workspace and its labelled rows as a loop has them; for the files of work/. */

#include "core/select/loop_state.h"
#include "core/work/work_history.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 *row;   /* state.n rows of the data, ascending: labelled ones of train, and the pool */
  AyLoopState state;
  double *cost;   /* (nullable), borrowed by state.pool */
  AyFit fit;      /* of the head of the moment on valid */
  gboolean has_fit;
  AyMatrix *valid; /* (nullable) the validation rows as the head sees them */
} AyLoopPool;

/* With a loop that says so, or with state.distil set, heads are distilled from spread labels. With
 * a loop, heads are fitted round by round as they were then, each from the one before: the
 * same head as a simulation's. loop (nullable) may have an open round: it is not looked at. */
gboolean ay_loop_pool_init (AyLoopPool *self, AyWork *work, const AyHistory *loop, AyJob *job,
                            GError **error);
void ay_loop_pool_clear (AyLoopPool *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyLoopPool, ay_loop_pool_clear)

G_END_DECLS
