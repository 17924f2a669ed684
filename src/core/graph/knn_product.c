/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the neighbour search multiplies: floats, or 16-bit codes of them.
 *
 * Codes are coordinates over a common step, rounded. The step is such that no product leaves 31
 * bits. A point is no farther from its code than error_i, which is measured, so that by the
 * triangle inequality the distance of two codes is off by error_i + error_j at most: rigorous, and
 * some 3e-4 of the largest length. Where the longest point is far longer than most, codes would be
 * too coarse and floats are taken; so they are where codes gain nothing.
 *
 * The bound for floats is that of a random walk of roundings with a factor of four
 * (ay_point_set_slack()). Cost: one pass over the points for the codes' errors. */
#include "core/graph/knn_private.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define BLOCK 256
#define LARGEST 32700.0    /* length of a code: its square fits 31 bits, every number 16 */
#define COARSEST 3e-3      /* sum of two errors over the usual length */
#define FEWEST_COLUMNS 16
#define ROUNDING 5.9604644775390625e-8

/* x over step to the nearest whole number; below 2^22 in size. Adding 1.5 x 2^23 leaves it in the
 * low bits. */
static inline void
encode (const float *x, gsize d, float over_step, gint16 *code)
{
  for (gsize k = 0; k < d; k++)
    {
      float shifted = x[k] * over_step + 12582912.0f;
      gint32 bits;

      memcpy (&bits, &shifted, sizeof bits);
      code[k] = (gint16) (bits - 0x4b400000);
    }
}

void
ay_knn_encode (const AyKnn *self, AyKnnWorker *worker, gsize i, gsize first, gint16 *code)
{
  const AyPointSet *set = self->points;
  gsize staged = (i - first) % AY_KNN_STAGE;

  if (staged == 0)
    ay_point_set_load (set, NULL, i, MIN (AY_KNN_STAGE, set->n - i), worker->stage);
  encode (worker->stage + staged * set->d, set->d, (float) (1.0 / self->step), code);
}

typedef struct
{
  const AyPointSet *set;
  double step;
  float *square, *error;
} Measure;

static void
measure_block (gsize block, guint worker, gpointer data)
{
  Measure *self = data;
  const AyPointSet *set = self->set;
  gsize d = set->d, first = block * BLOCK, end = MIN (first + BLOCK, set->n);
  g_autofree float *x = g_new (float, AY_KNN_STAGE * d);
  g_autofree gint16 *code = g_new (gint16, d);

  for (gsize i = first; i < end; i++)
    {
      const float *row = x + (i - first) % AY_KNN_STAGE * d;
      double error = 0.0;
      gint64 square = 0;

      if ((i - first) % AY_KNN_STAGE == 0)
        ay_point_set_load (set, NULL, i, MIN (AY_KNN_STAGE, end - i), x);
      encode (row, d, (float) (1.0 / self->step), code);
      for (gsize k = 0; k < d; k++)
        {
          double off = row[k] - code[k] * self->step;

          error += off * off;
          square += (gint32) code[k] * code[k];
        }
      self->square[i] = ay_point_is_zero (set, i)
                            ? NAN : (float) ((double) square * self->step * self->step);
      self->error[i] = nextafterf ((float) (sqrt (error) * (1.0 + 1e-6)), INFINITY);
    }
}

static gboolean
measure (AyKnn *self, int which, GError **error)
{
  const AyPointSet *set = which == 0 ? self->queries : self->points;
  Measure task = { set, self->step, NULL, NULL };

  self->codes_square[which] = ay_try_alloc (set->n, sizeof (float), "the codes", error);
  if (self->codes_square[which] == NULL)
    return FALSE;
  self->codes_error[which] = ay_try_alloc (set->n, sizeof (float), "the codes", error);
  if (self->codes_error[which] == NULL)
    return FALSE;
  task.square = self->codes_square[which];
  task.error = self->codes_error[which];
  return ay_parallel_for (ay_n_blocks (set->n, BLOCK), measure_block, &task, self->job, error);
}

/* Root of the mean squared length. */
static double
usual_length (const AyPointSet *set)
{
  double sum = 0.0;

  for (gsize i = 0; i < set->n; i++)
    if (!isnan (set->square[i]))
      sum += set->square[i];
  return sqrt (sum / (double) set->n);
}

gboolean
ay_knn_choose_product (AyKnn *self, GError **error)
{
  double longest = sqrt (MAX (self->queries->largest, self->points->largest));
  gsize d = self->points->d;

  self->query_square = self->queries->square;
  self->point_square = self->points->square;
  self->step = longest / LARGEST;
  if (d < FEWEST_COLUMNS || !(longest > 1e-15)
      || self->step * sqrt ((double) d / 3.0) > COARSEST * usual_length (self->points))
    return TRUE;
  self->kernel = ay_int_kernel ();
  if (self->kernel == NULL)
    return TRUE;
  if (!measure (self, 1, error) || (!self->same && !measure (self, 0, error)))
    return FALSE;
  for (gsize i = 0; i < self->points->n; i++)
    self->largest_error = MAX (self->largest_error, self->codes_error[1][i]);
  self->point_square = self->codes_square[1];
  self->query_square = self->codes_square[self->same ? 1 : 0];
  return TRUE;
}

void
ay_knn_clear_product (AyKnn *self)
{
  for (int which = 0; which < 2; which++)
    {
      g_free (self->codes_square[which]);
      g_free (self->codes_error[which]);
    }
}

/* Rows as codes, with rows of zeros up to a whole group. */
static void
load_codes (const AyKnn *self, AyKnnWorker *worker, const AyPointSet *set,
            const guint32 *positions, gsize first, gsize count, guint interleave, gint16 *packed)
{
  gsize d = set->d, groups = (count + interleave - 1) / interleave * interleave;

  for (gsize i = 0; i < groups; i++)
    {
      gsize staged = i % AY_KNN_STAGE;

      if (staged == 0 && i < count)
        ay_point_set_load (set, positions != NULL ? positions + i : NULL, first + i,
                           MIN (AY_KNN_STAGE, count - i), worker->stage);
      if (i < count)
        encode (worker->stage + staged * d, d, (float) (1.0 / self->step), worker->code);
      else
        memset (worker->code, 0, d * sizeof *worker->code);
      ay_int_pack_row (worker->code, d, interleave, i, packed);
    }
}

void
ay_knn_load_left (const AyKnn *self, AyKnnWorker *worker, const guint32 *positions, gsize first,
                  gsize count)
{
  if (self->kernel == NULL)
    ay_point_set_load (self->queries, positions, first, count, worker->rows);
  else
    load_codes (self, worker, self->queries, positions, first, count, AY_INT_HEIGHT,
                (gint16 *) worker->rows);
}

void
ay_knn_load_right (const AyKnn *self, AyKnnWorker *worker, gsize first, gsize count)
{
  if (self->kernel == NULL)
    ay_point_set_load (self->points, NULL, first, count, worker->columns);
  else
    load_codes (self, worker, self->points, NULL, first, count, self->kernel->width,
                (gint16 *) worker->columns);
}

gsize
ay_knn_stored_size (const AyKnn *self)
{
  gsize d = self->points->d;

  return self->kernel != NULL ? d * sizeof (gint16) : d * sizeof (float);
}

void
ay_knn_store (const AyKnn *self, const guint32 *positions, gsize count, char *to)
{
  gsize d = self->points->d;
  g_autofree float *stage = g_new (float, AY_KNN_STAGE * d);

  if (self->kernel == NULL)
    {
      ay_point_set_load (self->points, positions, 0, count, (float *) to);
      return;
    }
  for (gsize i = 0; i < count; i++)
    {
      if (i % AY_KNN_STAGE == 0)
        ay_point_set_load (self->points, positions + i, 0, MIN (AY_KNN_STAGE, count - i), stage);
      encode (stage + i % AY_KNN_STAGE * d, d, (float) (1.0 / self->step),
              (gint16 *) to + i * d);
    }
}

/* Stored codes as an operand, with rows of zeros up to a whole group. */
static void
place_codes (const AyKnn *self, const gint16 *stored, const guint32 *numbers, gsize count,
             guint interleave, AyKnnWorker *worker, gint16 *packed)
{
  gsize d = self->points->d, groups = (count + interleave - 1) / interleave * interleave;

  for (gsize i = 0; i < count; i++)
    ay_int_pack_row (stored + (numbers != NULL ? numbers[i] : i) * d, d, interleave, i, packed);
  memset (worker->code, 0, d * sizeof *worker->code);
  for (gsize i = count; i < groups; i++)
    ay_int_pack_row (worker->code, d, interleave, i, packed);
}

void
ay_knn_place_left (const AyKnn *self, const char *stored, const guint32 *numbers, gsize count,
                   AyKnnWorker *worker)
{
  gsize d = self->points->d;

  if (self->kernel != NULL)
    place_codes (self, (const gint16 *) stored, numbers, count, AY_INT_HEIGHT, worker,
                 (gint16 *) worker->rows);
  for (gsize i = 0; i < count && self->kernel == NULL; i++)
    memcpy (worker->rows + i * d, (const float *) stored + numbers[i] * d, d * sizeof (float));
}

void
ay_knn_place_right (const AyKnn *self, const char *stored, gsize count, AyKnnWorker *worker)
{
  if (self->kernel != NULL)
    place_codes (self, (const gint16 *) stored, NULL, count, self->kernel->width, worker,
                 (gint16 *) worker->columns);
  else
    memcpy (worker->columns, stored, count * self->points->d * sizeof (float));
}

void
ay_knn_multiply (const AyKnn *self, AyKnnWorker *worker, const AyKnnTile *tile)
{
  gsize d = self->points->d, pairs = (d + 1) / 2;

  if (self->kernel != NULL)
    {
      AyIntProduct product = { (const gint16 *) worker->rows + tile->row * pairs * 2,
                               (const gint16 *) worker->columns + tile->at * pairs * 2,
                               tile->rows, tile->columns, d, (float) (self->step * self->step),
                               worker->tile, tile->stride };

      self->kernel->multiply (&product);
      return;
    }
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) tile->rows, (int) tile->columns,
               (int) d, 1.0f, worker->rows + tile->row * d, (int) d,
               worker->columns + tile->at * d, (int) d, 0.0f, worker->tile, (int) tile->stride);
}

float
ay_knn_shown_at_most (const AyKnn *self, gsize query, double square)
{
  double own = self->query_square[query], error, reach, shown;

  if (self->kernel == NULL)
    {
      reach = sqrt (own) + sqrt (square);
      shown = square + ay_point_set_slack (self->points, own, reach * reach);
    }
  else
    {
      error = self->codes_error[self->same ? 1 : 0][query] + self->largest_error;
      reach = sqrt (own) + sqrt (square) + error;
      shown = sqrt (square) * (1.0 + 1e-6) + error;
      shown = shown * shown + 8.0 * ROUNDING * (own + reach * reach);
    }
  return nextafterf ((float) shown, INFINITY);
}
