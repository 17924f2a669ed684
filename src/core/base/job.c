/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/job.h"

#include "core/base/error.h"
#include "core/base/file_watch.h"
#include "core/base/words.h"

#include <pthread.h>
#include <stdatomic.h>

typedef enum { RUNNING, CANCELLED, COMMITTED } State;

struct _AyJob
{
  gatomicrefcount ref;
  atomic_int state; /* of State; leaves RUNNING once */
  atomic_int ppm; /* fraction in millionths: an atomic double is not lock-free everywhere */
  pthread_mutex_t lock;
  char *phase;
  AyJobPlan plan;
};

AyJob *
ay_job_new (void)
{
  AyJob *self = g_new0 (AyJob, 1);

  g_atomic_ref_count_init (&self->ref);
  pthread_mutex_init (&self->lock, NULL);
  return self;
}

AyJob *
ay_job_ref (AyJob *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_job_unref (AyJob *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  pthread_mutex_destroy (&self->lock);
  g_free (self->phase);
  g_free (self);
}

void
ay_job_cancel (AyJob *self)
{
  int running = RUNNING;

  if (self != NULL)
    atomic_compare_exchange_strong (&self->state, &running, CANCELLED);
}

gboolean
ay_job_is_cancelled (const AyJob *self)
{
  return self != NULL
         && atomic_load_explicit (&((AyJob *) self)->state, memory_order_relaxed) == CANCELLED;
}

gboolean
ay_job_check (const AyJob *self, GError **error)
{
  if (!ay_job_is_cancelled (self))
    return !ay_mapped_files_are_lost () || ay_mapped_files_check (error);
  g_set_error_literal (error, AY_ERROR, AY_ERROR_CANCELLED, N_ ("cancelled"));
  return FALSE;
}

gboolean
ay_job_commit (AyJob *self, GError **error)
{
  int running = RUNNING;

  if (!ay_mapped_files_check (error))
    return FALSE;
  if (self != NULL)
    atomic_compare_exchange_strong (&self->state, &running, COMMITTED);
  return ay_job_check (self, error);
}

void
ay_job_set_phase (AyJob *self, const char *phase)
{
  if (self == NULL)
    return;
  pthread_mutex_lock (&self->lock);
  g_free (self->phase);
  self->phase = g_strdup (phase);
  pthread_mutex_unlock (&self->lock);
  atomic_store (&self->ppm, 0);
}

void
ay_job_set_fraction (AyJob *self, double fraction)
{
  if (self != NULL)
    atomic_store (&self->ppm, (int) (CLAMP (fraction, 0.0, 1.0) * 1e6));
}

double
ay_job_get_fraction (const AyJob *self)
{
  return self != NULL ? atomic_load (&((AyJob *) self)->ppm) / 1e6 : 0.0;
}

char *
ay_job_dup_phase (AyJob *self)
{
  char *phase;

  if (self == NULL)
    return NULL;
  pthread_mutex_lock (&self->lock);
  phase = g_strdup (self->phase);
  pthread_mutex_unlock (&self->lock);
  return phase;
}

void
ay_job_set_plan (AyJob *self, const AyJobPlan *plan)
{
  if (self == NULL)
    return;
  pthread_mutex_lock (&self->lock);
  self->plan = *plan;
  pthread_mutex_unlock (&self->lock);
}

AyJobPlan
ay_job_get_plan (AyJob *self)
{
  AyJobPlan plan = { 0 };

  if (self == NULL)
    return plan;
  pthread_mutex_lock (&self->lock);
  plan = self->plan;
  pthread_mutex_unlock (&self->lock);
  return plan;
}
