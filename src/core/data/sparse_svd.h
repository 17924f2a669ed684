/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/sparse.h"

G_BEGIN_DECLS

/* The k largest singular values of a sparse matrix and their right vectors, by random projection:
 * Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 53 (2011),
 * algorithms 4.4 and 5.1. */
typedef struct
{
  gsize cols, k;
  double *singular;  /* k, descending, > 0 */
  float *components; /* cols x k, row-major: column c is right vector c */
} AySparseSvd;

/* k is cut to the numerical rank. Same bytes for a seed, whatever the number of threads.
 * (transfer full); NULL with NOMEM, CANCELLED, or NOT_CONVERGED from LAPACK. */
AySparseSvd *ay_sparse_svd (const AySparse *matrix, gsize k, guint64 seed, AyJob *job,
                            GError **error);
void ay_sparse_svd_free (AySparseSvd *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AySparseSvd, ay_sparse_svd_free)

G_END_DECLS
