/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of a sparse matrix with a thin dense one.
 *
 * Each output row is a sum of dense rows, scaled: 2 k flops a stored value, bound by the reading of
 * dense rows from cache. Output columns are taken in tiles that stay in registers over all values
 * of the row (AVX2 with FMA where present, else what the compiler was told). */
#include "core/data/sparse.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <string.h>

#define BLOCK_ROWS 64
#define TILE 64   /* columns: 8 vectors of 8 floats */

AySparse *
ay_sparse_new (gsize rows, gsize cols, gsize count, GError **error)
{
  g_autoptr (AySparse) self = g_new0 (AySparse, 1);

  self->rows = rows;
  self->cols = cols;
  self->start = ay_try_alloc (rows + 1, sizeof (gsize), "sparse rows", error);
  if (self->start == NULL
      || (self->index = ay_try_alloc (MAX (count, 1), sizeof (guint32), "sparse indices", error))
             == NULL
      || (self->value = ay_try_alloc (MAX (count, 1), sizeof (float), "sparse values", error))
             == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

void
ay_sparse_free (AySparse *self)
{
  if (self == NULL)
    return;
  g_free (self->start);
  g_free (self->index);
  g_free (self->value);
  g_free (self);
}

AySparse *
ay_sparse_transpose (const AySparse *self, GError **error)
{
  gsize count = self->start[self->rows];
  AySparse *other = ay_sparse_new (self->cols, self->rows, count, error);
  g_autofree gsize *next = NULL;

  if (other == NULL)
    return NULL;
  for (gsize k = 0; k < count; k++)
    other->start[self->index[k] + 1]++;
  for (gsize j = 0; j < self->cols; j++)
    other->start[j + 1] += other->start[j];
  next = g_memdup2 (other->start, (self->cols + 1) * sizeof (gsize));
  for (gsize i = 0; i < self->rows; i++)
    for (gsize k = self->start[i]; k < self->start[i + 1]; k++)
      {
        gsize at = next[self->index[k]]++;

        other->index[at] = (guint32) i;
        other->value[at] = self->value[k];
      }
  return other;
}

AySparse *
ay_sparse_take_rows (const AySparse *self, const guint8 *keep, GError **error)
{
  gsize rows = 0, count = 0, row = 0;
  AySparse *some;

  for (gsize i = 0; i < self->rows; i++)
    if (keep[i])
      {
        rows++;
        count += self->start[i + 1] - self->start[i];
      }
  some = ay_sparse_new (rows, self->cols, count, error);
  for (gsize i = 0; some != NULL && i < self->rows; i++)
    if (keep[i])
      {
        gsize from = self->start[i], length = self->start[i + 1] - from, to = some->start[row];

        memcpy (some->index + to, self->index + from, length * sizeof (guint32));
        memcpy (some->value + to, self->value + from, length * sizeof (float));
        some->start[++row] = to + length;
      }
  return some;
}

typedef struct
{
  const AySparse *self;
  const float *dense;
  gsize k;
  float *out;
} Product;

typedef float Lanes __attribute__ ((vector_size (32), aligned (4), may_alias));

/* Columns first .. first + 8 n_lanes - 1 of output row i; n_lanes is constant, so that the sums
 * stay in registers. */
static inline __attribute__ ((always_inline)) void
multiply_tile (const Product *product, gsize i, gsize first, int n_lanes)
{
  const AySparse *self = product->self;
  const float *dense = product->dense + first;
  Lanes *out = (Lanes *) (product->out + i * product->k + first);
  Lanes sum[TILE / 8] = { { 0.0f } };

  for (gsize at = self->start[i]; at < self->start[i + 1]; at++)
    {
      const Lanes *row = (const Lanes *) (dense + (gsize) self->index[at] * product->k);
      float value = self->value[at];

#pragma GCC unroll 8
      for (int lane = 0; lane < n_lanes; lane++)
        sum[lane] += value * row[lane];
    }
#pragma GCC unroll 8
  for (int lane = 0; lane < n_lanes; lane++)
    out[lane] = sum[lane];
}

/* The last columns, fewer than a vector holds. */
static inline __attribute__ ((always_inline)) void
multiply_rest (const Product *product, gsize i, gsize first)
{
  const AySparse *self = product->self;

  for (gsize j = first; j < product->k; j++)
    {
      float sum = 0.0f;

      for (gsize at = self->start[i]; at < self->start[i + 1]; at++)
        sum += self->value[at] * product->dense[(gsize) self->index[at] * product->k + j];
      product->out[i * product->k + j] = sum;
    }
}

static inline __attribute__ ((always_inline)) void
multiply_rows (const Product *product, gsize first, gsize end)
{
  gsize k = product->k;

  for (gsize i = first; i < end; i++)
    {
      gsize j = 0;

      for (; j + TILE <= k; j += TILE)
        multiply_tile (product, i, j, TILE / 8);
      for (; j + 8 <= k; j += 8)
        multiply_tile (product, i, j, 1);
      multiply_rest (product, i, j);
    }
}

static void
multiply_portable (const Product *product, gsize first, gsize end)
{
  multiply_rows (product, first, end);
}

#if defined(__x86_64__)
__attribute__ ((target ("avx2,fma"))) static void
multiply_avx2 (const Product *product, gsize first, gsize end)
{
  multiply_rows (product, first, end);
}
#endif

static void
multiply_block (gsize block, guint worker, gpointer data)
{
  const Product *product = data;
  gsize first = block * BLOCK_ROWS, end = MIN (first + BLOCK_ROWS, product->self->rows);

#if defined(__x86_64__)
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    {
      multiply_avx2 (product, first, end);
      return;
    }
#endif
  multiply_portable (product, first, end);
}

gboolean
ay_sparse_times (const AySparse *self, const float *dense, gsize k, float *out, AyJob *job,
                 GError **error)
{
  Product product = { self, dense, k, out };

  return ay_parallel_for (ay_n_blocks (self->rows, BLOCK_ROWS), multiply_block, &product, job,
                          error);
}
