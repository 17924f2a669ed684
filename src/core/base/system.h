/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"

G_BEGIN_DECLS

/* What the machine is and how fast its matrix products run here: for bug reports and benchmarks. */
typedef struct
{
  char *cpu;           /* "AMD EPYC ..." as the kernel names it; "unknown" */
  guint cores;         /* that this process may use */
  guint threads;       /* that Assay uses: ay_threads () */
  guint64 memory;      /* bytes of main memory; 0 = not known */
  char *blas_kernel;   /* OpenBLAS's choice for this CPU: "Zen", "SkylakeX" ... */
  char *blas_config;   /* OpenBLAS's own line about its build */
  char **blas_variables; /* "OPENBLAS_CORETYPE=Haswell" ... found in the environment; NULL ends */
} AySystem;

AySystem *ay_system_new (void);
void ay_system_free (AySystem *self);

/* Single-precision matrix products on all threads, in GFLOP/s: the best of a few short rounds (half
 * a second in all) of 512 x 512 x 512 blocks, one block a worker at a time, as Assay's own loops
 * use them. FALSE: cancelled or short of memory. */
gboolean ay_system_measure (double *gflops, AyJob *job, GError **error);

/* Bytes: the most main memory that this process has had at once, mapped files among it; 0: not
 * known. */
guint64 ay_system_peak_memory (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AySystem, ay_system_free)

G_END_DECLS
