/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"

G_BEGIN_DECLS

/* Blocks of work over a pool of POSIX threads, with OpenBLAS held at one thread.
 *
 * Same bytes for any number of threads: a caller cuts its work into blocks whose size does not
 * depend on ay_threads(), writes each block's result to its own place, and reduces in block order.
 * A parallel-for inside another, or while another thread's one runs, is run serially. */

/* Number of workers (>= 1). Default: the cores this process may use. */
guint ay_threads (void);
/* Sets it: 0 = default. Call it before the first parallel-for or between two. */
void ay_set_threads (guint threads);

/* Called for each block of 0..n_blocks-1 once; worker < ay_threads() names a scratch buffer. */
typedef void (*AyBlockFunc) (gsize block, guint worker, gpointer data);

/* Runs func over all blocks. FALSE and AY_ERROR_CANCELLED when the job was cancelled meanwhile:
 * blocks begun are finished, others never run. job may be NULL; progress is left to the caller. */
gboolean ay_parallel_for (gsize n_blocks, AyBlockFunc func, gpointer data, AyJob *job,
                          GError **error);

/* Number of blocks of `size` in n. */
static inline gsize
ay_n_blocks (gsize n, gsize size)
{
  return (n + size - 1) / size;
}

G_END_DECLS
