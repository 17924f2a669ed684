/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Progress out, cancel in, for one piece of work. Every function here allows NULL (no one watches)
 * and any thread; ay_job_cancel() is also safe in a signal handler. */
typedef struct _AyJob AyJob;

AyJob *ay_job_new (void);
AyJob *ay_job_ref (AyJob *self);
void ay_job_unref (AyJob *self);

void ay_job_cancel (AyJob *self);
gboolean ay_job_is_cancelled (const AyJob *self);
/* FALSE and AY_ERROR_CANCELLED once cancelled, AY_ERROR_CHANGED once an input was seen to be cut
 * short while it is read. Own loops call it at least every 20 ms. */
gboolean ay_job_check (const AyJob *self, GError **error);

/* The point of no return, called before results are stored: FALSE and AY_ERROR_CANCELLED once
 * cancelled; after TRUE cancelling has no effect any more, for good. So whoever cancels knows from
 * ay_job_is_cancelled() at once whether anything will have happened. Also FALSE, with
 * AY_ERROR_CHANGED, when an input became shorter since it was opened. */
gboolean ay_job_commit (AyJob *self, GError **error);

/* What is being done now ("fitting the head"): resets the fraction to 0. */
void ay_job_set_phase (AyJob *self, const char *phase);
/* Share of the present phase that is done, 0..1. */
void ay_job_set_fraction (AyJob *self, double fraction);
double ay_job_get_fraction (const AyJob *self);
/* (transfer full) (nullable) */
char *ay_job_dup_phase (AyJob *self);

/* What the work will take of memory at its peak, what was free when that was asked (bytes), and the
 * way that is taken because memory is short (nullable, lives on): said before anything is computed
 * (core/work/job_memory.h). needed: 0 where nothing was said. */
typedef struct
{
  guint64 needed, left;
  const char *way;
} AyJobPlan;

void ay_job_set_plan (AyJob *self, const AyJobPlan *plan);
AyJobPlan ay_job_get_plan (AyJob *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyJob, ay_job_unref)

G_END_DECLS
