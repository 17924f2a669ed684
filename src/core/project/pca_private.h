/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/project/centred.h"
#include "core/project/pca.h"

G_BEGIN_DECLS

/* A fit under way, for the solvers of pca.c, pca_gram.c and pca_subspace.c. */
typedef struct
{
  AyCentred *rows;
  AyPca *pca;
  const AyPcaOptions *options;
  double *shift;    /* d: mean of z */
  double *factor;   /* d: what z is multiplied by in the end: inv_scale / scale */
  double unit;      /* of the values that a solver sees: a power of two */
  gboolean converged;
} AyPcaFit;

/* Centre and variances from all rows: mean, scale and total variance of the result are set. */
gboolean ay_pca_measure_columns (AyPcaFit *fit, AyDiagnostics *diagnostics, AyJob *job,
                                 GError **error);
/* The reader gives the values to be projected from now on, times fit->unit. */
void ay_pca_apply_factors (AyPcaFit *fit);
/* Variances and ratios from k eigenvalues of the covariance (divisor n) as a solver sees it. */
void ay_pca_set_variances (const AyPcaFit *fit, const double *values);

/* Set components, variances and solver. */
gboolean ay_pca_fit_gram (AyPcaFit *fit, AyDiagnostics *diagnostics, AyJob *job, GError **error);
gboolean ay_pca_fit_subspace (AyPcaFit *fit, AyDiagnostics *diagnostics, AyJob *job,
                              GError **error);

G_END_DECLS
