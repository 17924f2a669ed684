/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clusters of the validation rows, which tell apart rows of pools that do not know each other:
 * k-means of these rows, and of each row of the pool the nearest mean. n k d products. */
#include "core/select/strategy_private.h"

#include "core/base/error.h"
#include "core/base/words.h"

gboolean
ay_pool_landmarks (const AyPool *pool, const guint32 *positions, gsize n, guint k,
                   guint32 *cluster, guint *n_clusters, AyJob *job, GError **error)
{
  gsize n_marks = pool->landmarks != NULL ? ay_matrix_rows (pool->landmarks) : 0;
  AyPoints points = { .features = pool->landmarks, .n = n_marks,
                      .distance = AY_DISTANCE_EUCLIDEAN };
  AyKmeansOptions options = AY_KMEANS_OPTIONS_INIT;
  g_autoptr (AyKmeans) found = NULL;

  if (n_marks == 0)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                           N_ ("clusters=valid needs validation rows"));
      return FALSE;
    }
  options.k = (guint) MIN (k, n_marks);
  options.starts = 1;
  options.max_rounds = 100;
  options.seed = pool->seed * 1000 + pool->round;
  found = ay_kmeans_new (&points, &options, job, error);
  if (found == NULL)
    return FALSE;
  *n_clusters = found->k;
  for (gsize i = 0; i < n; i++)
    {
      const float *z = pool->z + positions[i] * pool->d;
      double least = G_MAXDOUBLE;

      for (guint c = 0; c < found->k; c++)
        {
          const double *centre = found->centre + c * pool->d;
          double square = 0.0;

          for (gsize j = 0; j < pool->d; j++)
            square += (z[j] - centre[j]) * (z[j] - centre[j]);
          if (square < least)
            {
              least = square;
              cluster[i] = c;
            }
        }
    }
  return TRUE;
}
