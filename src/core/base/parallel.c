/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/parallel.h"

#include "core/base/error.h"

#include <cblas.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

/* One loop at a time owns the pool. Helpers sleep on `wake`; a loop publishes itself under `lock`
 * by raising `epoch`, takes blocks from an atomic counter as worker 0, and waits on `idle` until
 * every helper has left. */
typedef struct
{
  gsize n_blocks;
  AyBlockFunc func;
  gpointer data;
  AyJob *job;
  atomic_size_t next;
} Loop;

static pthread_mutex_t owner = PTHREAD_MUTEX_INITIALIZER; /* held while a loop uses the pool */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static pthread_cond_t idle = PTHREAD_COND_INITIALIZER;
static Loop *current;
static guint64 epoch;
static guint helpers;        /* started */
static guint helpers_wanted; /* of the present loop */
static guint helpers_busy;
static atomic_uint n_threads; /* 0 = not yet asked */
static __thread gboolean inside;

static guint
default_threads (void)
{
  cpu_set_t set;
  int count;

  if (sched_getaffinity (0, sizeof set, &set) != 0)
    return g_get_num_processors ();
  count = CPU_COUNT (&set);
  return count > 0 ? (guint) count : 1;
}

static void
run_loop (Loop *loop, guint worker)
{
  gboolean before = inside;

  inside = TRUE;
  while (!ay_job_is_cancelled (loop->job))
    {
      gsize block = atomic_fetch_add (&loop->next, 1);

      if (block >= loop->n_blocks)
        break;
      loop->func (block, worker, loop->data);
    }
  inside = before;
}

static void *
helper_main (void *data)
{
  guint worker = GPOINTER_TO_UINT (data);
  guint64 seen = 0;

  pthread_mutex_lock (&lock);
  while (TRUE)
    {
      Loop *loop;

      while (epoch == seen)
        pthread_cond_wait (&wake, &lock);
      seen = epoch;
      if (worker > helpers_wanted || current == NULL)
        continue;
      loop = current;
      helpers_busy++;
      pthread_mutex_unlock (&lock);
      run_loop (loop, worker);
      pthread_mutex_lock (&lock);
      if (--helpers_busy == 0)
        pthread_cond_signal (&idle);
    }
  return NULL;
}

static void
start_helpers (guint wanted)
{
  pthread_attr_t attr;

  pthread_attr_init (&attr);
  pthread_attr_setdetachstate (&attr, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize (&attr, 4 << 20);
  while (helpers < wanted)
    {
      pthread_t thread;

      if (pthread_create (&thread, &attr, helper_main, GUINT_TO_POINTER (helpers + 1)) != 0)
        break; /* fewer workers: slower, the same bytes */
      helpers++;
    }
  pthread_attr_destroy (&attr);
}

static void
run_on_pool (Loop *loop, guint wanted)
{
  pthread_mutex_lock (&lock);
  start_helpers (wanted);
  current = loop;
  helpers_wanted = wanted;
  epoch++;
  pthread_cond_broadcast (&wake);
  pthread_mutex_unlock (&lock);

  run_loop (loop, 0);

  pthread_mutex_lock (&lock);
  current = NULL;
  while (helpers_busy > 0)
    pthread_cond_wait (&idle, &lock);
  pthread_mutex_unlock (&lock);
}

__attribute__ ((constructor)) static void
hold_blas (void)
{
  openblas_set_num_threads (1);
}

guint
ay_threads (void)
{
  if (n_threads == 0)
    n_threads = default_threads ();
  return n_threads;
}

void
ay_set_threads (guint threads)
{
  n_threads = threads != 0 ? MIN (threads, 256) : default_threads ();
}

gboolean
ay_parallel_for (gsize n_blocks, AyBlockFunc func, gpointer data, AyJob *job, GError **error)
{
  Loop loop = { .n_blocks = n_blocks, .func = func, .data = data, .job = job };
  gsize wanted = MIN ((gsize) ay_threads (), n_blocks);

  if (wanted > 1 && !inside && pthread_mutex_trylock (&owner) == 0)
    {
      run_on_pool (&loop, (guint) wanted - 1);
      pthread_mutex_unlock (&owner);
    }
  else
    run_loop (&loop, 0);
  return ay_job_check (job, error);
}
