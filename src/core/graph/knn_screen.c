/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A screen of 8 bits before the products of 16.
 *
 * Of the pairs of a large set one in hundreds is nearer than what its points have kept so far. Each
 * row of 16-bit codes is rounded once more, to whole numbers of -127 to 127 times a scale of its
 * own; it lies error_i from there, which is measured, not estimated. By the triangle inequality the
 * rounded points of a pair that is D apart are at most D + error_i + error_j apart: a pair of codes
 * that is farther than sqrt (limit) + error_i + error_j, for both points' limits, is left out, and
 * none that a heap would have taken is. Those that pass get the very number that the product of 16
 * bits would have shown; heaps end with the same content, to the bit, screened or not.
 *
 * Rounding, u = 2^-24: a tile shows a squared distance off by 8 u of the two squared lengths at
 * most, the comparison is off by 8 u of those and of the reach; both are in the reach. For all
 * columns of a block the largest error stands for their own, so that a row has one reach a tile.
 *
 * Limits are infinite until a point has met k + SPARE others: blocks are searched in themselves
 * first, unscreened. Where many pairs pass all the same (copies, rows of one long coordinate) a
 * worker multiplies 16 bits for a while and tries again. Cost: n^2 d / 2 byte products, a quarter
 * of the time of floats; some hundred 16-bit products a point. Memory: n (3 d + 24) bytes. */
#include "core/graph/knn_private.h"

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/base/parallel.h"

#include <math.h>
#include <string.h>

#define FEWEST_ROWS 2048
#define MOST_COLUMNS 8192
#define MOST_BYTES ((gsize) 2 << 30)
#define SHORTEST 1e-10   /* longest point: squares of steps stay normal floats */
#define ROUNDING 5.9604644775390625e-8
#define EVERYTHING 1e38  /* a reach beyond all squares */
#define DENSE 16         /* one pair in so many: 16-bit products are as fast */
#define LONGEST_PAUSE 64 /* tiles */

struct _AyKnnScreen
{
  const AyScreenKernel *kernel;
  gsize depth, wide;       /* numbers an 8-bit and a 16-bit code, with zeros at the end */
  guint8 *codes;           /* packed as the right side, whole blocks of ROWS */
  gint16 *fine;            /* n x wide */
  gint32 *start;           /* the rest: whole blocks of ROWS; see AyScreenTile */
  float *scale, *square;   /* square: INFINITY where there is no point */
  float *error;            /* distance of the 8-bit from the 16-bit code */
  float *size;             /* squared lengths of both codes, summed */
  float *block_error, *block_size; /* largest of each block of ROWS */
};

static gint64
square_of (const gint16 *code, gsize d)
{
  gint64 sum = 0;

  for (gsize k = 0; k < d; k++)
    sum += (gint32) code[k] * code[k];
  return sum;
}

/* Rounds row i, whose 16-bit code is in its place, and puts it away. */
static void
round_row (const AyKnn *self, gsize i, gint8 *code)
{
  AyKnnScreen *screen = self->screen;
  const gint16 *fine = screen->fine + i * screen->wide;
  gsize d = self->points->d;
  int largest = 0, sum = 0;
  double off = 0.0, scale, square = 0.0;

  for (gsize k = 0; k < d; k++)
    largest = MAX (largest, ABS (fine[k]));
  scale = (float) (largest * self->step / 127.0);
  for (gsize k = 0; k < d; k++)
    {
      double gap;

      code[k] = largest > 0 ? (gint8) rint (fine[k] * (127.0 / largest)) : 0;
      gap = fine[k] * self->step - code[k] * scale;
      off += gap * gap;
      square += code[k] * code[k];
      sum += code[k];
    }
  ay_screen_pack_row (code, screen->depth, 128, i, screen->codes);
  screen->start[i] = -128 * sum;
  screen->scale[i] = (float) scale;
  screen->square[i] = ay_point_is_zero (self->points, i) ? INFINITY
                                                         : (float) (square * scale * scale);
  screen->error[i] = (float) (sqrt (off) * (1.0 + 1e-6));
  screen->size[i] = (float) (square * scale * scale
                             + (double) square_of (fine, d) * self->step * self->step);
}

static void
round_block (gsize block, guint number, gpointer data)
{
  AyKnn *self = data;
  AyKnnScreen *screen = self->screen;
  gsize n = self->points->n, d = self->points->d, first = block * AY_KNN_ROWS;
  g_autofree gint8 *code = g_new0 (gint8, screen->depth);

  for (gsize i = first; i < MIN (first + AY_KNN_ROWS, n); i++)
    {
      gint16 *fine = screen->fine + i * screen->wide;

      ay_knn_encode (self, &self->workers[number], i, first, fine);
      memset (fine + d, 0, (screen->wide - d) * sizeof *fine);
      round_row (self, i, code);
      screen->block_error[block] = MAX (screen->block_error[block], screen->error[i]);
      screen->block_size[block] = MAX (screen->block_size[block], screen->size[i]);
    }
  for (gsize i = MAX (first, n); i < first + AY_KNN_ROWS; i++)
    screen->square[i] = INFINITY;
}

static gboolean
allocate (AyKnnScreen *screen, gsize n, GError **error)
{
  gsize blocks = ay_n_blocks (n, AY_KNN_ROWS), rows = blocks * AY_KNN_ROWS;

  screen->codes = ay_try_alloc (rows, screen->depth, "the codes", error);
  if (screen->codes == NULL)
    return FALSE;
  screen->fine = ay_try_alloc (n, screen->wide * sizeof *screen->fine, "the codes", error);
  if (screen->fine == NULL)
    return FALSE;
  screen->start = g_new0 (gint32, rows);
  screen->scale = g_new0 (float, rows);
  screen->square = g_new0 (float, rows);
  screen->error = g_new0 (float, rows);
  screen->size = g_new0 (float, rows);
  screen->block_error = g_new0 (float, blocks);
  screen->block_size = g_new0 (float, blocks);
  return TRUE;
}

static gboolean
is_worth_it (const AyKnn *self)
{
  gsize n = self->points->n, d = self->points->d;

  return self->same && self->kernel != NULL && ay_screen_kernel () != NULL && n >= FEWEST_ROWS
         && d <= MOST_COLUMNS && 3 * d * n <= MIN (MOST_BYTES, ay_memory_free () / 2)
         && self->points->largest > SHORTEST * SHORTEST;
}

gboolean
ay_knn_screen_new (AyKnn *self, GError **error)
{
  gsize n = self->points->n, d = self->points->d;
  AyKnnScreen *screen;

  if (!is_worth_it (self))
    return TRUE;
  screen = self->screen = g_new0 (AyKnnScreen, 1);
  screen->kernel = ay_screen_kernel ();
  screen->depth = (d + 3) / 4 * 4;
  screen->wide = (d + 31) / 32 * 32;
  if (!allocate (screen, n, error))
    return FALSE;
  for (guint w = 0; w < self->n_workers; w++)
    {
      AyKnnWorker *worker = &self->workers[w];

      worker->left = g_malloc (AY_KNN_ROWS * screen->depth);
      worker->mask = g_new (guint32, AY_KNN_ROWS * AY_KNN_ROWS / AY_SCREEN_GROUP);
      worker->past = g_new (float, 2 * AY_KNN_ROWS);
    }
  return ay_parallel_for (ay_n_blocks (n, AY_KNN_ROWS), round_block, self, self->job, error);
}

void
ay_knn_screen_free (AyKnnScreen *screen)
{
  if (screen == NULL)
    return;
  g_free (screen->codes);
  g_free (screen->fine);
  g_free (screen->start);
  g_free (screen->scale);
  g_free (screen->square);
  g_free (screen->error);
  g_free (screen->size);
  g_free (screen->block_error);
  g_free (screen->block_size);
  g_free (screen);
}

/* square - reach of a block's points against those of another block. */
static void
set_past (const AyKnn *self, gsize block, gsize other, float *past)
{
  const AyKnnScreen *screen = self->screen;
  gsize first = block * AY_KNN_ROWS, n = MIN (AY_KNN_ROWS, self->points->n - first);

  for (gsize i = first; i < first + n; i++)
    {
      double slack = 8.0 * ROUNDING * ((double) screen->size[i] + screen->block_size[other]);
      double reach = sqrt (self->limit[i] + slack) + screen->error[i] + screen->block_error[other];

      reach = MIN (reach * reach * (1.0 + 1e-6) + slack, EVERYTHING);
      past[i - first] = (float) (screen->square[i] - reach);
    }
  for (gsize i = n; i < AY_KNN_ROWS; i++)
    past[i] = INFINITY;
}

/* The left side is signed: 128 taken off again. */
static void
load_left (const AyKnnScreen *screen, gsize block, guint8 *left)
{
  gsize size = AY_KNN_ROWS * screen->depth;
  const guint8 *from = screen->codes + block * size;

  for (gsize k = 0; k < size; k++)
    left[k] = from[k] ^ 0x80;
}

static AyScreenSide
side_of (const AyKnnScreen *screen, gsize first, const float *past)
{
  return (AyScreenSide) { screen->scale + first, screen->square + first, past };
}

/* Gives the pairs that passed their number and offers them to both heaps. */
static void
offer_passed (AyKnn *self, AyKnnWorker *worker, gsize from, gsize rows, gsize first)
{
  const AyKnnScreen *screen = self->screen;
  const gsize words = AY_KNN_ROWS / AY_SCREEN_GROUP;
  float scale = (float) (self->step * self->step);

  for (gsize i = from; i < from + rows; i++)
    for (gsize w = 0; w < words; w++)
      for (guint32 mask = worker->mask[(i - from) * words + w]; mask != 0; mask &= mask - 1)
        {
          gsize j = first + w * AY_SCREEN_GROUP + (gsize) __builtin_ctz (mask);
          gint32 dot = screen->kernel->dot (screen->fine + i * screen->wide,
                                            screen->fine + j * screen->wide, screen->wide);
          float square = (self->point_square[i] + self->point_square[j])
                         - 2.0f * ((float) dot * scale);

          ay_knn_offer (self, i, square, (guint32) j);
          ay_knn_offer (self, j, square, (guint32) i);
        }
}

static gsize
count_passed (const guint32 *mask, gsize words)
{
  gsize n = 0;

  for (gsize w = 0; w < words; w++)
    if (mask[w] != 0)
      n += (gsize) __builtin_popcount (mask[w]);
  return n;
}

gboolean
ay_knn_screen_part (AyKnn *self, AyKnnWorker *worker, gsize block, gsize other)
{
  const AyKnnScreen *screen = self->screen;
  gsize from = block * AY_KNN_ROWS, first = other * AY_KNN_ROWS;
  gsize rows = MIN (AY_KNN_ROWS, self->points->n - from);
  AyScreenTile tile = { worker->left, screen->codes + first * screen->depth, AY_KNN_ROWS,
                        AY_KNN_ROWS, screen->depth, screen->start + from,
                        side_of (screen, from, worker->past),
                        side_of (screen, first, worker->past + AY_KNN_ROWS), worker->mask };

  if (worker->pause > 0)
    {
      worker->pause--;
      return FALSE;
    }
  if (worker->left_block != block + 1)
    load_left (screen, block, worker->left);
  worker->left_block = block + 1;
  ay_knn_lock (self, block, other);
  set_past (self, block, other, worker->past);
  set_past (self, other, block, worker->past + AY_KNN_ROWS);
  ay_knn_unlock (self, block, other);
  screen->kernel->screen (&tile);
  if (count_passed (worker->mask, AY_KNN_ROWS * AY_KNN_ROWS / AY_SCREEN_GROUP)
      > AY_KNN_ROWS * AY_KNN_ROWS / DENSE)
    {
      worker->next_pause = CLAMP (2 * worker->next_pause, 1, LONGEST_PAUSE);
      worker->pause = worker->next_pause;
      return FALSE;
    }
  worker->next_pause = 0;
  ay_knn_lock (self, block, other);
  offer_passed (self, worker, from, rows, first);
  ay_knn_unlock (self, block, other);
  return TRUE;
}
