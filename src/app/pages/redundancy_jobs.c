/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/redundancy_jobs.h"

#include <glib/gi18n.h>

typedef struct
{
  gpointer page;
  AyRedundancy *redundancy;
  double threshold;
  AyOutcomeOptions options;
  AssayCurveDone curve_done;
  AssayLeaksDone leaks_done;
  GArray *outcomes;
  AyLeaks leaks;
} Work;

static Work *
work_new (gpointer page, AyRedundancy *redundancy)
{
  Work *self = g_new0 (Work, 1);

  self->page = g_object_ref (page);
  self->redundancy = ay_redundancy_ref (redundancy);
  return self;
}

static void
work_free (gpointer data)
{
  Work *self = data;

  g_object_unref (self->page);
  ay_redundancy_unref (self->redundancy);
  g_clear_pointer (&self->outcomes, g_array_unref);
  ay_leaks_clear (&self->leaks);
  g_free (self);
}

static gboolean
curve_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Work *self = data;

  self->outcomes = ay_redundancy_curve (work, self->redundancy, &self->options, NULL, job, error);
  return self->outcomes != NULL;
}

static void
curve_done (GObject *session, gpointer data, const GError *error)
{
  Work *self = data;

  if (error != NULL)
    assay_session_fail (ASSAY_SESSION (session), error);
  else
    self->curve_done (self->page, g_steal_pointer (&self->outcomes));
}

void
assay_redundancy_jobs_curve (AssaySession *session, AyRedundancy *redundancy,
                             const AyOutcomeOptions *options, AssayCurveDone done, gpointer page)
{
  Work *self = work_new (page, redundancy);

  self->options = *options;
  self->curve_done = done;
  assay_session_run (session,
                     options->refit ? _ ("Refitting at each threshold")
                                    : _ ("Predicting the outcome"),
                     curve_in_thread, curve_done, self, work_free);
}

static gboolean
leaks_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Work *self = data;
  g_autoptr (AyRedundancyCut) cut = ay_redundancy_cut (self->redundancy, self->threshold);

  return ay_redundancy_leaks (work, cut, FALSE, &self->leaks, job, error);
}

static void
leaks_done (GObject *session, gpointer data, const GError *error)
{
  Work *self = data;

  if (error != NULL)
    assay_session_fail (ASSAY_SESSION (session), error);
  else
    self->leaks_done (self->page, &self->leaks);
}

void
assay_redundancy_jobs_leaks (AssaySession *session, AyRedundancy *redundancy, double threshold,
                             AssayLeaksDone done, gpointer page)
{
  Work *self = work_new (page, redundancy);

  self->threshold = threshold;
  self->leaks_done = done;
  assay_session_run (session, _ ("Judging without leaks"), leaks_in_thread, leaks_done, self,
                     work_free);
}
