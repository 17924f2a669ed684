/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/stack.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <string.h>

#define BLOCK_ROWS 256

typedef struct
{
  AyMatrix *const *parts;
  gsize n_parts, n, d;
  float *out;
} Beside;

static void
copy_block (gsize block, guint worker, gpointer data)
{
  const Beside *beside = data;
  gsize first = block * BLOCK_ROWS, count = MIN (BLOCK_ROWS, beside->n - first), at = 0;

  for (gsize k = 0; k < beside->n_parts; k++)
    {
      gsize cols = ay_matrix_cols (beside->parts[k]);
      g_autofree float *buffer = g_new (float, MAX (count * cols, 1));

      ay_matrix_get_f32 (beside->parts[k], first, count, buffer);
      for (gsize i = 0; i < count; i++)
        memcpy (beside->out + (first + i) * beside->d + at, buffer + i * cols,
                cols * sizeof (float));
      at += cols;
    }
}

AyMatrix *
ay_matrix_beside (AyMatrix *const *parts, gsize n_parts, AyJob *job, GError **error)
{
  Beside beside = { parts, n_parts, ay_matrix_rows (parts[0]), 0, NULL };
  g_autofree float *out = NULL;

  if (n_parts == 1)
    return ay_matrix_ref (parts[0]);
  for (gsize k = 0; k < n_parts; k++)
    beside.d += ay_matrix_cols (parts[k]);
  out = ay_try_alloc (MAX (beside.n, 1), MAX (beside.d, 1) * sizeof (float), "the features", error);
  if (out == NULL)
    return NULL;
  beside.out = out;
  if (!ay_parallel_for (ay_n_blocks (beside.n, BLOCK_ROWS), copy_block, &beside, job, error))
    return NULL;
  return ay_matrix_take_f32 (beside.n, beside.d, g_steal_pointer (&out));
}

AyMatrix *
ay_matrix_take_rows (AyMatrix *matrix, const guint32 *rows, gsize count, GError **error)
{
  gsize cols = ay_matrix_cols (matrix);
  float *out = ay_try_alloc (MAX (count, 1), MAX (cols, 1) * sizeof (float), "the features", error);

  if (out == NULL)
    return NULL;
  ay_matrix_gather_f32 (matrix, rows, count, out);
  return ay_matrix_take_f32 (count, cols, out);
}
