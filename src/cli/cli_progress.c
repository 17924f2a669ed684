/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_progress.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A thread looks at the job ten times a second; what is over in half a second shows nothing. */
#define FIRST_LOOK_US 500000
#define LOOK_US 100000
#define BAR_WIDTH 24

struct _CmdProgress
{
  AyJob *job;
  GThread *thread; /* (nullable): no bar */
  GMutex lock;
  GCond wake;
  gboolean stop;
};

static AyJob *watched; /* set before the handlers are, kept to the end of the process */
static volatile sig_atomic_t caught;

static void
on_signal (int number)
{
  caught = number;
  ay_job_cancel (watched);
}

int
cmd_progress_signal (void)
{
  return caught;
}

static void
draw (AyJob *job)
{
  g_autofree char *phase = ay_job_dup_phase (job);
  double fraction = CLAMP (ay_job_get_fraction (job), 0.0, 1.0);
  AyJobPlan plan = ay_job_get_plan (job);
  g_autofree char *memory = plan.needed > 0
                                ? g_strdup_printf (", some %" G_GUINT64_FORMAT " MB of memory",
                                                   MAX (plan.needed >> 20, 1)) : g_strdup ("");
  int full = (int) (fraction * BAR_WIDTH + 0.5);
  char bar[BAR_WIDTH + 1];

  memset (bar, '.', BAR_WIDTH);
  memset (bar, '#', full);
  bar[BAR_WIDTH] = '\0';
  fprintf (stderr, "\r\033[K[%s] %3.0f %%  %s%s", bar, 100.0 * fraction,
           phase != NULL ? phase : "", memory);
  fflush (stderr);
}

static gpointer
watch (gpointer data)
{
  CmdProgress *self = data;
  gint64 next = g_get_monotonic_time () + FIRST_LOOK_US;
  gboolean drawn = FALSE;

  g_mutex_lock (&self->lock);
  while (!self->stop)
    {
      if (g_cond_wait_until (&self->wake, &self->lock, next))
        continue;
      draw (self->job);
      drawn = TRUE;
      next += LOOK_US;
    }
  g_mutex_unlock (&self->lock);
  if (drawn)
    fputs ("\r\033[K", stderr);
  return NULL;
}

CmdProgress *
cmd_progress_start (AyJob *job, gboolean quiet)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  CmdProgress *self = g_new0 (CmdProgress, 1);
  struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND | SA_RESTART };

  self->job = ay_job_ref (job);
  watched = ay_job_ref (job);
  sigemptyset (&action.sa_mask);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      struct sigaction before;

      /* nohup and background shells ignore some of them: that stays. */
      if (sigaction (signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction (signals[i], &action, NULL);
    }
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
  if (!quiet && isatty (STDERR_FILENO))
    self->thread = g_thread_new ("progress", watch, self);
  return self;
}

void
cmd_progress_hide (CmdProgress *self)
{
  if (self->thread == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->stop = TRUE;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
  g_thread_join (g_steal_pointer (&self->thread));
}

void
cmd_progress_free (CmdProgress *self)
{
  cmd_progress_hide (self);
  g_cond_clear (&self->wake);
  g_mutex_clear (&self->lock);
  ay_job_unref (self->job);
  g_free (self);
}
