/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Z'Z and ZZ' of centred rows.
 *
 * The centre is only near the mean: with z = x - c and s = mean z,
 *
 *   cov = Z'Z / n - s s'
 *
 * where s is small, so that nothing cancels. Rows are summed by parts (parts.h), a part after the
 * other. Blocks of at most 512 columns are multiplied eight at once: a worker centres one and takes
 * its symmetric product, and when all are done each row of the sums takes up its part of the eight
 * in order. With more columns eight products would be too large: the workers first centre a block
 * together, laid out as panels of 256 columns, then each takes tiles of the product's upper
 * triangle, added to the double sums that this tile alone owns. Either way neither the number of
 * threads nor that of ranks can matter. Cost: n d^2 multiplications; memory: d x d doubles for each
 * sum that waits for its neighbour (log2 of the parts, 1 GB at most), eight times as many floats
 * where rows are narrow, and blocks. */
#include "core/project/covariance.h"

#include "core/base/error.h"
#include "core/base/parts.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define PANEL 256        /* columns: narrower tiles spend a third of their time in packing */
#define NARROW 512       /* columns */
#define NARROW_ROWS 1024 /* of a block of such rows */
#define SLOTS 8          /* blocks that are multiplied at once */
#define MAX_BLOCK_ROWS 2048
#define FILL_ROWS 64     /* rows that one worker centres at a time */
#define PART_ROWS (SLOTS * NARROW_ROWS)
#define MAX_PARTS 64
#define PART_BYTES ((gsize) 1 << 30) /* of sums that wait */

typedef struct
{
  const AyCentred *rows;
  gboolean wide;
  gsize d, n_panels;
  gsize block_rows;      /* room */
  gsize first, count;    /* the present block */
  gpointer block;        /* n_panels panels of block_rows x PANEL, float or double */
  double *fill_sums;     /* per FILL_ROWS: d sums of z */
  double *product;       /* d x d: the upper triangle of the part's Z'Z */
  double *tiles;         /* per worker: PANEL x PANEL */
  double *shift;         /* d: sums of z */
} Moments;

static gsize
element_size (const Moments *self)
{
  return self->wide ? sizeof (double) : sizeof (float);
}

static gpointer
panel (const Moments *self, gsize p)
{
  return (guint8 *) self->block + p * self->block_rows * PANEL * element_size (self);
}

static void
fill_rows (gsize block, guint worker, gpointer data)
{
  Moments *self = data;
  gsize first = block * FILL_ROWS, count = MIN (FILL_ROWS, self->count - first);
  double *sums = self->fill_sums + block * self->d;

  memset (sums, 0, self->d * sizeof (double));
  for (gsize p = 0; p < self->n_panels; p++)
    {
      gsize col = p * PANEL, width = MIN (PANEL, self->d - col);

      if (self->wide)
        {
          double *out = (double *) panel (self, p) + first * PANEL;

          ay_centred_get_f64 (self->rows, self->first + first, count, col, width, out, PANEL);
          for (gsize i = 0; i < count; i++)
            for (gsize j = 0; j < width; j++)
              sums[col + j] += out[i * PANEL + j];
        }
      else
        {
          float *out = (float *) panel (self, p) + first * PANEL;
          float some[PANEL] = { 0.0f }; /* sixty-four tame numbers: close enough for a shift */

          ay_centred_get_f32 (self->rows, self->first + first, count, col, width, out, PANEL);
          for (gsize i = 0; i < count; i++)
            for (gsize j = 0; j < width; j++)
              some[j] += out[i * PANEL + j];
          for (gsize j = 0; j < width; j++)
            sums[col + j] = some[j];
        }
    }
}

/* Tile t of the upper triangle, counted by columns of tiles. */
static void
tile_of (gsize t, gsize *row, gsize *col)
{
  *col = 0;
  while (t > *col)
    t -= ++*col;
  *row = t;
}

/* The product of two panels into a tile; only its upper triangle on the diagonal. */
static void
multiply_tile (const Moments *self, gsize a, gsize b, double *tile)
{
  int m = (int) MIN (PANEL, self->d - a * PANEL), n = (int) MIN (PANEL, self->d - b * PANEL);
  int k = (int) self->count;
  float *tile_f32 = (float *) tile;

  if (a == b && self->wide)
    cblas_dsyrk (CblasRowMajor, CblasUpper, CblasTrans, n, k, 1.0, panel (self, a), PANEL, 0.0,
                 tile, PANEL);
  else if (a == b)
    cblas_ssyrk (CblasRowMajor, CblasUpper, CblasTrans, n, k, 1.0f, panel (self, a), PANEL, 0.0f,
                 tile_f32, PANEL);
  else if (self->wide)
    cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, m, n, k, 1.0, panel (self, a), PANEL,
                 panel (self, b), PANEL, 0.0, tile, PANEL);
  else
    cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, m, n, k, 1.0f, panel (self, a), PANEL,
                 panel (self, b), PANEL, 0.0f, tile_f32, PANEL);
}

static void
add_tile (gsize t, guint worker, gpointer data)
{
  Moments *self = data;
  gsize a, b;
  double *tile = self->tiles + (gsize) worker * PANEL * PANEL;
  const float *tile_f32 = (const float *) tile;
  int m, n;

  tile_of (t, &a, &b);
  m = (int) MIN (PANEL, self->d - a * PANEL);
  n = (int) MIN (PANEL, self->d - b * PANEL);
  multiply_tile (self, a, b, tile);
  for (int i = 0; i < m; i++)
    {
      double *out = self->product + (a * PANEL + (gsize) i) * self->d + b * PANEL;

      for (int j = a == b ? i : 0; j < n; j++)
        out[j] += self->wide ? tile[i * PANEL + j] : tile_f32[i * PANEL + j];
    }
}

/* The rows first .. end - 1 of a part. */
static gboolean
add_blocks (Moments *self, gsize first, gsize end, AyJob *job, GError **error)
{
  gsize n_tiles = self->n_panels * (self->n_panels + 1) / 2;

  for (self->first = first; self->first < end; self->first += self->count)
    {
      gsize n_fills;

      self->count = MIN (self->block_rows, end - self->first);
      n_fills = ay_n_blocks (self->count, FILL_ROWS);
      if (!ay_parallel_for (n_fills, fill_rows, self, job, error)
          || !ay_parallel_for (n_tiles, add_tile, self, job, error))
        return FALSE;
      for (gsize f = 0; f < n_fills; f++)
        for (gsize j = 0; j < self->d; j++)
          self->shift[j] += self->fill_sums[f * self->d + j];
    }
  return TRUE;
}

/* ---- narrow rows ---- */

typedef struct
{
  const AyCentred *rows;
  gboolean wide;
  gsize d, element;      /* bytes of a number */
  gsize first, end;      /* rows of the round, and where the part ends */
  gsize n_slots;         /* of the round */
  guint8 *blocks;        /* per worker: NARROW_ROWS x d, float or double */
  guint8 *products;      /* per slot: d x d, upper triangle */
  double *shifts;        /* per slot: d sums of z */
  double *product, *shift; /* of the part */
} Narrow;

static void
sum_columns (const Narrow *self, gconstpointer block, gsize count, double *shift)
{
  gsize d = self->d;
  float some[NARROW] = { 0.0f };

  memset (shift, 0, d * sizeof (double));
  for (gsize i = 0; i < count; i++)
    {
      const float *z = (const float *) block + i * d;

      for (gsize j = 0; j < d && self->wide; j++)
        shift[j] += ((const double *) block)[i * d + j];
      for (gsize j = 0; j < d && !self->wide; j++)
        some[j] += z[j];
      if ((i + 1) % FILL_ROWS != 0 && i + 1 < count)
        continue;
      for (gsize j = 0; j < d; j++) /* of sixty-four tame numbers: close enough for a shift */
        {
          shift[j] += some[j];
          some[j] = 0.0f;
        }
    }
}

static void
multiply_slot (gsize slot, guint worker, gpointer data)
{
  Narrow *self = data;
  gsize d = self->d, first = self->first + slot * NARROW_ROWS;
  gsize count = MIN (NARROW_ROWS, self->end - first);
  gpointer block = self->blocks + worker * NARROW_ROWS * d * self->element;
  gpointer product = self->products + slot * d * d * self->element;

  if (self->wide)
    {
      ay_centred_get_f64 (self->rows, first, count, 0, d, block, d);
      cblas_dsyrk (CblasRowMajor, CblasUpper, CblasTrans, (int) d, (int) count, 1.0, block, (int) d,
                   0.0, product, (int) d);
    }
  else
    {
      ay_centred_get_f32 (self->rows, first, count, 0, d, block, d);
      cblas_ssyrk (CblasRowMajor, CblasUpper, CblasTrans, (int) d, (int) count, 1.0f, block,
                   (int) d, 0.0f, product, (int) d);
    }
  sum_columns (self, block, count, self->shifts + slot * d);
}

static void
add_product_rows (gsize block, guint worker, gpointer data)
{
  Narrow *self = data;
  gsize d = self->d, last = MIN (d, (block + 1) * FILL_ROWS);

  for (gsize i = block * FILL_ROWS; i < last; i++)
    for (gsize slot = 0; slot < self->n_slots; slot++)
      {
        gsize at = slot * d * d + i * d;
        double *out = self->product + i * d;

        for (gsize j = i; j < d && self->wide; j++)
          out[j] += ((const double *) self->products)[at + j];
        for (gsize j = i; j < d && !self->wide; j++)
          out[j] += ((const float *) self->products)[at + j];
      }
}

/* The rows first .. end - 1 of a part. */
static gboolean
add_rounds (Narrow *self, gsize first, gsize end, AyJob *job, GError **error)
{
  gsize d = self->d;

  self->end = end;
  for (self->first = first; self->first < end; self->first += self->n_slots * NARROW_ROWS)
    {
      self->n_slots = MIN (SLOTS, ay_n_blocks (end - self->first, NARROW_ROWS));
      if (!ay_parallel_for (self->n_slots, multiply_slot, self, job, error)
          || !ay_parallel_for (ay_n_blocks (d, FILL_ROWS), add_product_rows, self, job, error))
        return FALSE;
      for (gsize slot = 0; slot < self->n_slots; slot++)
        cblas_daxpy ((int) d, 1.0, self->shifts + slot * d, 1, self->shift, 1);
    }
  return TRUE;
}

/* ---- all parts ---- */

typedef struct
{
  Moments wide;
  Narrow narrow;
  gboolean is_narrow;
  gpointer room[3]; /* of either: freed at the end */
} Covariance;

static void
covariance_clear (Covariance *self)
{
  for (gsize k = 0; k < G_N_ELEMENTS (self->room); k++)
    g_free (self->room[k]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Covariance, covariance_clear)

static gboolean
prepare_narrow (Covariance *self, const AyCentred *rows, gboolean wide, GError **error)
{
  gsize d = rows->d, element = wide ? sizeof (double) : sizeof (float);
  gsize slots = MIN (SLOTS, ay_n_blocks (rows->n, NARROW_ROWS));
  Narrow *narrow = &self->narrow;

  *narrow = (Narrow) { .rows = rows, .wide = wide, .d = d, .element = element };
  self->is_narrow = TRUE;
  self->room[0] = narrow->shifts = g_new (double, SLOTS * d);
  self->room[1] = narrow->blocks
      = ay_try_alloc (ay_threads () * NARROW_ROWS, d * element, "blocks of rows", error);
  if (narrow->blocks == NULL)
    return FALSE;
  self->room[2] = narrow->products
      = ay_try_alloc (slots * d, d * element, "products of columns", error);
  return narrow->products != NULL;
}

static gboolean
prepare (Covariance *self, const AyCentred *rows, gboolean wide, GError **error)
{
  gsize d = rows->d, row_bytes;
  Moments *moments = &self->wide;

  if (d <= NARROW)
    return prepare_narrow (self, rows, wide, error);
  *moments = (Moments) { .rows = rows, .wide = wide, .d = d, .n_panels = ay_n_blocks (d, PANEL) };
  row_bytes = moments->n_panels * PANEL * element_size (moments);
  moments->block_rows = CLAMP (AY_MOMENT_BYTES / row_bytes, 256, MAX_BLOCK_ROWS);
  self->room[0] = moments->block
      = ay_try_alloc (moments->block_rows, row_bytes, "a block of rows", error);
  if (moments->block == NULL)
    return FALSE;
  self->room[1] = moments->fill_sums
      = ay_try_alloc (ay_n_blocks (moments->block_rows, FILL_ROWS) * d, sizeof (double),
                      "the sums", error);
  if (moments->fill_sums == NULL)
    return FALSE;
  self->room[2] = moments->tiles
      = ay_try_alloc (ay_threads (), PANEL * PANEL * sizeof (double), "the tiles", error);
  return moments->tiles != NULL;
}

/* The sums of a part. */
static gboolean
add_part (Covariance *self, const AyParts *parts, gsize part, double *product, double *shift,
          AyJob *job, GError **error)
{
  gsize first = part * parts->rows, end = MIN (parts->n, first + parts->rows);

  if (product == NULL || shift == NULL)
    return FALSE;
  if (self->is_narrow)
    {
      self->narrow.product = product;
      self->narrow.shift = shift;
      return add_rounds (&self->narrow, first, end, job, error);
    }
  self->wide.product = product;
  self->wide.shift = shift;
  return add_blocks (&self->wide, first, end, job, error);
}

static gboolean
add_parts (Covariance *self, const AyParts *parts, gsize d, double *product, double *shift,
           AyJob *job, GError **error)
{
  g_auto (AyPartSums) products, shifts;

  ay_part_sums_init (&products, parts, d * d);
  ay_part_sums_init (&shifts, parts, d);
  for (gsize part = parts->first; part < parts->last; part++)
    {
      double *one = ay_part_sums_next (&products, error);

      if (!add_part (self, parts, part, one,
                     one != NULL ? ay_part_sums_next (&shifts, error) : NULL, job, error))
        return FALSE;
      ay_part_sums_push (&products);
      ay_part_sums_push (&shifts);
      ay_job_set_fraction (job, (double) (part + 1 - parts->first)
                                    / (double) (parts->last - parts->first));
    }
  return ay_part_sums_finish (&products, product, job, error)
         && ay_part_sums_finish (&shifts, shift, job, error);
}

typedef struct
{
  gsize n, d;
  double *covariance;
  const double *shift; /* means */
} Finish;

/* Divides, takes the shift off, and fills the lower triangle. */
static void
finish_row (gsize i, guint worker, gpointer data)
{
  Finish *self = data;
  gsize d = self->d;
  double *row = self->covariance + i * d;

  for (gsize j = i; j < d; j++)
    {
      row[j] = row[j] / (double) self->n - self->shift[i] * self->shift[j];
      if (j == i && row[j] < 0.0)
        row[j] = 0.0;
      self->covariance[j * d + i] = row[j];
    }
}

gboolean
ay_covariance (const AyCentred *rows, gboolean wide, double *covariance, double *shift,
               AyJob *job, GError **error)
{
  gsize d = rows->d;
  AyParts parts = ay_parts (rows->ranks, rows->n, PART_ROWS,
                            CLAMP (PART_BYTES / (d * d * sizeof (double)), 4, MAX_PARTS));
  Finish finish = { rows->n, d, covariance, shift };
  g_auto (Covariance) self = { 0 };

  parts.what = "covariance";
  if (!prepare (&self, rows, wide, error)
      || !add_parts (&self, &parts, d, covariance, shift, job, error))
    return FALSE;
  for (gsize j = 0; j < d; j++)
    shift[j] /= (double) rows->n;
  return ay_parallel_for (d, finish_row, &finish, job, error);
}

/* ---- the other side ---- */

/* Of a block of columns: wide, since rows that are no floats are converted whole for each. */
#define GRAM_BYTES (32 << 20)

typedef struct
{
  const AyCentred *rows;
  gsize col, width; /* the present block of columns */
  double *block;    /* n x width */
  double *gram;     /* n x n */
} Gram;

static void
fill_gram_rows (gsize block, guint worker, gpointer data)
{
  Gram *self = data;
  gsize first = block * FILL_ROWS;

  ay_centred_get_f64 (self->rows, first, MIN (FILL_ROWS, self->rows->n - first), self->col,
                      self->width, self->block + first * self->width, self->width);
}

static void
add_gram_tile (gsize t, guint worker, gpointer data)
{
  Gram *self = data;
  gsize a, b, n = self->rows->n;

  tile_of (t, &a, &b);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) MIN (PANEL, n - a * PANEL),
               (int) MIN (PANEL, n - b * PANEL), (int) self->width, 1.0,
               self->block + a * PANEL * self->width, (int) self->width,
               self->block + b * PANEL * self->width, (int) self->width, 1.0,
               self->gram + a * PANEL * n + b * PANEL, (int) n);
}

/* About the mean of the rows: G - 1 m' - m 1' + mean m, with m the means of G's columns. */
static void
centre_gram (double *gram, gsize n)
{
  g_autofree double *mean = g_new0 (double, n);
  double grand = 0.0;

  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < i; j++)
      gram[i * n + j] = gram[j * n + i];
  for (gsize i = 0; i < n; i++)
    {
      for (gsize j = 0; j < n; j++)
        mean[i] += gram[i * n + j];
      mean[i] /= (double) n;
      grand += mean[i] / (double) n;
    }
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < n; j++)
      gram[i * n + j] += grand - mean[i] - mean[j];
}

gboolean
ay_gram (const AyCentred *rows, double *gram, AyJob *job, GError **error)
{
  gsize n = rows->n, d = rows->d, n_panels = ay_n_blocks (n, PANEL);
  gsize width = CLAMP (GRAM_BYTES / sizeof (double) / n, 256, MAX (d, 256));
  g_autofree double *block = ay_try_alloc (n * MIN (width, d), sizeof (double), "a block", error);
  Gram self = { rows, 0, 0, block, gram };

  if (block == NULL)
    return FALSE;
  memset (gram, 0, n * n * sizeof (double));
  for (self.col = 0; self.col < d; self.col += self.width)
    {
      self.width = MIN (width, d - self.col);
      if (!ay_parallel_for (ay_n_blocks (n, FILL_ROWS), fill_gram_rows, &self, job, error)
          || !ay_parallel_for (n_panels * (n_panels + 1) / 2, add_gram_tile, &self, job, error))
        return FALSE;
      ay_job_set_fraction (job, (double) (self.col + self.width) / (double) d);
    }
  centre_gram (gram, n);
  return TRUE;
}
