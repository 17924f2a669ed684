/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

G_BEGIN_DECLS

/* What a job takes of memory at its peak, beside the data set that is loaded: known from the shape
 * of the data before anything is computed, told through the job (ay_job_set_plan()), and refused
 * where it is more than is free. One function a kind of job, from its real buffers; the test
 * job-memory measures them. */

typedef struct
{
  gsize n, train, judged;   /* rows: all, of train, of the validation part */
  gsize d;                  /* features */
  guint outputs;            /* classes; 1: a number */
  guint threads;            /* as many as there are processors, so that what is said of a job does
                               not depend on how many it is told to use */
  guint k;                  /* neighbours, clusters or semivalues; 0: as the job has it */
  gsize approximate_above;  /* rows above which neighbours are approximate; 0: never */
  gsize loops;              /* that are played */
  gsize taken, largest;     /* rows that a history's rounds took in all, and the largest of them; 0:
                               half of train, in one */
  gboolean standardised;    /* the features are */
  guint64 left;             /* bytes that are free */
} AyJobShape;

/* The shape of a workspace's data, with what is free now. */
AyJobShape ay_job_shape (AyWork *work);
/* Bytes, of a score by id, "head", "pca", "umap", "tsne", "kmeans", "density clusters",
 * "redundancy", "simulate", "suggest", "whatif", "retention" or "gains"; 0: nothing is known of it.
 * *way (nullable): where memory is short, the way that is taken because of it, else NULL. */
guint64 ay_job_memory (const char *kind, const AyJobShape *shape, const char **way);
/* The peak of jobs that follow one another. FALSE with AY_ERROR_NOMEM "WHAT: needs about N MB of
 * memory, M MB are free". shape (nullable): that of the workspace. */
gboolean ay_work_plan_memory (AyWork *work, const char *const *kinds, const AyJobShape *shape,
                              AyJob *job, GError **error);
/* The same of one. */
gboolean ay_work_plan_one (AyWork *work, const char *kind, AyJob *job, GError **error);

G_END_DECLS
