/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of a sparse matrix with a thin dense one.
 *
 * Each output row is a sum of dense rows, scaled: 2 k flops a stored value, bound by the reading of
 * dense rows from cache. The inner loop runs over k contiguous floats with the widest vectors of
 * the machine (AVX2 with FMA where present, else what the compiler was told). */
#include "core/data/sparse.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <string.h>

#define BLOCK_ROWS 64

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

static inline __attribute__ ((always_inline)) void
multiply_rows (const Product *product, gsize first, gsize end)
{
  gsize k = product->k;

  for (gsize i = first; i < end; i++)
    {
      float *restrict out = product->out + i * k;

      memset (out, 0, k * sizeof (float));
      for (gsize at = product->self->start[i]; at < product->self->start[i + 1]; at++)
        {
          const float *restrict row = product->dense + (gsize) product->self->index[at] * k;
          float value = product->self->value[at];

          for (gsize j = 0; j < k; j++)
            out[j] += value * row[j];
        }
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
