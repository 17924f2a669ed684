/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The repulsion of t-SNE in O(n + N^2 log N) (Linderman et al. 2019, "Fast interpolation-based
 * t-SNE for improved visualization of single-cell RNA-seq data").
 *
 * The plane is cut into N x N boxes with three equispaced nodes a side. Each point spreads its
 * charges 1, x and y over the nine nodes of its box with Lagrange weights; the nodes are an even
 * grid, so the sums over all pairs of nodes are convolutions with (1 + r^2)^-2 (and (1 + r^2)^-1 for
 * the normaliser), done by FFT on a grid twice as wide; each point reads the result back with the
 * same weights. The boxes have side 1 once the map is 50 wide, 1/50 of it before (to the next
 * fourth root of 2 below, so that the transformed kernels can be kept from round to round).
 *
 * Order: points are sorted by row of boxes, a row of boxes owns its three rows of nodes, so that
 * blocks write apart; the FFT runs along rows, then along columns in groups of eight (forward,
 * product, back at one go), then along rows, leaving out the rows that are zero or not read. Plans
 * are made without measuring: a measured plan, and with it the rounding, would differ from run to
 * run.
 * Cost: 7 transforms of the doubled grid a round; 60 N^2 floats. */
#include "core/project/tsne_grid.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <fftw3.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#define NODES 3          /* a side of a box */
#define LEAST_BOXES 50
#define MOST_BOXES 800
#define CHARGES 3
#define POTENTIALS 4     /* of 1, x, y with the square; of 1 with the plain kernel */
#define COLUMNS 8        /* transformed together */
#define ROWS 8           /* of an array, a block */

struct _AyTsneGrid
{
  gsize n;
  guint32 *order;       /* points by row of boxes */
  gsize *row_first;     /* MOST_BOXES * 2 + 1 */
  double *row_sum;      /* of the normaliser, a row of boxes */

  /* what the present size needs */
  gsize boxes, nodes, period, width; /* nodes = 3 boxes, period = 2 nodes, width = complex a row */
  double side;
  float *kernel[2];     /* (nodes + 1) x width: the transforms are real and even */
  float *charge;        /* CHARGES x nodes x stride, then potentials */
  gsize stride;         /* floats a row: period, rounded up */
  fftwf_complex *waves; /* POTENTIALS x nodes x width */
  fftwf_plan rows_forth, rows_back, columns_forth, columns_back;

  /* of this call */
  const float *xy;
  float *force;
  double low[2];
};

static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER; /* FFTW's is not safe in threads */

static void
free_size (AyTsneGrid *self)
{
  pthread_mutex_lock (&planner);
  g_clear_pointer (&self->rows_forth, fftwf_destroy_plan);
  g_clear_pointer (&self->rows_back, fftwf_destroy_plan);
  g_clear_pointer (&self->columns_forth, fftwf_destroy_plan);
  g_clear_pointer (&self->columns_back, fftwf_destroy_plan);
  pthread_mutex_unlock (&planner);
  g_clear_pointer (&self->kernel[0], fftwf_free);
  g_clear_pointer (&self->kernel[1], fftwf_free);
  g_clear_pointer (&self->charge, fftwf_free);
  g_clear_pointer (&self->waves, fftwf_free);
  self->boxes = 0;
}

AyTsneGrid *
ay_tsne_grid_new (gsize n, GError **error)
{
  g_autoptr (AyTsneGrid) self = g_new0 (AyTsneGrid, 1);

  self->n = n;
  self->order = ay_try_alloc (MAX (n, 1), sizeof (guint32), "the order of the points", error);
  self->row_first = g_new0 (gsize, 2 * MOST_BOXES + 1);
  self->row_sum = g_new0 (double, 2 * MOST_BOXES);
  return self->order != NULL ? g_steal_pointer (&self) : NULL;
}

void
ay_tsne_grid_free (AyTsneGrid *self)
{
  if (self == NULL)
    return;
  free_size (self);
  g_free (self->order);
  g_free (self->row_first);
  g_free (self->row_sum);
  g_free (self);
}

/* ---- size ---- */

/* The next number of boxes whose transforms have small prime factors. */
static gsize
good_boxes (gsize boxes)
{
  static const gsize primes[] = { 2, 3, 5, 7 };

  for (;; boxes++)
    {
      gsize rest = boxes;

      for (gsize i = 0; i < G_N_ELEMENTS (primes); i++)
        while (rest % primes[i] == 0)
          rest /= primes[i];
      if (rest == 1)
        return boxes;
    }
}

static gboolean
alloc_size (AyTsneGrid *self, GError **error)
{
  gsize plane = self->nodes * self->width;

  self->kernel[0] = fftwf_alloc_real ((self->nodes + 1) * self->width);
  self->kernel[1] = fftwf_alloc_real ((self->nodes + 1) * self->width);
  self->charge = fftwf_alloc_real (POTENTIALS * self->nodes * self->stride);
  self->waves = fftwf_alloc_complex (POTENTIALS * plane);
  if (self->kernel[0] != NULL && self->kernel[1] != NULL && self->charge != NULL
      && self->waves != NULL)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_NOMEM, "not enough memory for the grid of the map");
  return FALSE;
}

static void
make_plans (AyTsneGrid *self)
{
  fftwf_complex *columns = fftwf_alloc_complex (self->period * COLUMNS);
  int n = (int) self->period;

  pthread_mutex_lock (&planner);
  self->rows_forth
      = fftwf_plan_dft_r2c_1d (n, self->charge, self->waves, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
  self->rows_back
      = fftwf_plan_dft_c2r_1d (n, self->waves, self->charge, FFTW_ESTIMATE | FFTW_DESTROY_INPUT);
  self->columns_forth = fftwf_plan_many_dft (1, &n, COLUMNS, columns, NULL, COLUMNS, 1, columns,
                                             NULL, COLUMNS, 1, FFTW_FORWARD, FFTW_ESTIMATE);
  self->columns_back = fftwf_plan_many_dft (1, &n, COLUMNS, columns, NULL, COLUMNS, 1, columns,
                                            NULL, COLUMNS, 1, FFTW_BACKWARD, FFTW_ESTIMATE);
  pthread_mutex_unlock (&planner);
  fftwf_free (columns);
}

/* Column groups of a transform along the other axis: `rows` rows of waves are not zero. */
static void
load_columns (const fftwf_complex *waves, gsize rows, gsize width, gsize period, gsize first,
              fftwf_complex *out)
{
  for (gsize i = 0; i < rows; i++)
    memcpy (out + i * COLUMNS, waves + i * width + first, COLUMNS * sizeof *out);
  memset (out + rows * COLUMNS, 0, (period - rows) * COLUMNS * sizeof *out);
}

/* The kernels' transforms: they are even in both directions, so the first nodes + 1 rows hold all,
 * and they are real. Scaled so that the way there and back is 1. */
static gboolean
transform_kernels (AyTsneGrid *self, GError **error)
{
  gsize n = self->period, rows = self->nodes + 1;
  float *line = fftwf_alloc_real (self->stride);
  fftwf_complex *waves = fftwf_alloc_complex (n * self->width);
  fftwf_complex *columns = fftwf_alloc_complex (n * COLUMNS);
  double step = self->side / NODES;
  gboolean ok = line != NULL && waves != NULL && columns != NULL;

  for (int power = 1; power <= 2 && ok; power++)
    {
      memset (waves, 0, n * self->width * sizeof *waves);
      for (gsize i = 0; i < n; i++)
        {
          double dy = step * (double) MIN (i, n - i);

          for (gsize j = 0; j < n; j++)
            {
              double dx = step * (double) MIN (j, n - j);
              double value = 1.0 / (1.0 + dx * dx + dy * dy);

              line[j] = (float) (power == 1 ? value : value * value);
            }
          fftwf_execute_dft_r2c (self->rows_forth, line, waves + i * self->width);
        }
      for (gsize first = 0; first < self->width; first += COLUMNS)
        {
          load_columns (waves, n, self->width, n, first, columns);
          fftwf_execute_dft (self->columns_forth, columns, columns);
          for (gsize i = 0; i < rows; i++)
            for (gsize c = 0; c < COLUMNS; c++)
              self->kernel[power - 1][i * self->width + first + c]
                  = columns[i * COLUMNS + c][0] / (float) (n * n);
        }
    }
  fftwf_free (line);
  fftwf_free (waves);
  fftwf_free (columns);
  if (!ok)
    g_set_error (error, AY_ERROR, AY_ERROR_NOMEM, "not enough memory for the grid of the map");
  return ok;
}

static gboolean
set_size (AyTsneGrid *self, gsize boxes, double side, GError **error)
{
  if (self->boxes == boxes && self->side == side)
    return TRUE;
  if (self->boxes != boxes)
    {
      free_size (self);
      self->nodes = NODES * boxes;
      self->period = 2 * self->nodes;
      self->width = ay_n_blocks (self->period / 2 + 1, COLUMNS) * COLUMNS;
      self->stride = ay_n_blocks (self->period, 16) * 16;
      if (!alloc_size (self, error))
        return FALSE;
      make_plans (self);
      memset (self->waves, 0, POTENTIALS * self->nodes * self->width * sizeof *self->waves);
      self->boxes = boxes;
    }
  self->side = side;
  return transform_kernels (self, error);
}

/* Boxes over all points, and the size that fits them. */
static gboolean
fit_size (AyTsneGrid *self, GError **error)
{
  float low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };
  double range, side;

  for (gsize i = 0; i < self->n; i++)
    for (int c = 0; c < 2; c++)
      {
        low[c] = MIN (low[c], self->xy[2 * i + c]);
        high[c] = MAX (high[c], self->xy[2 * i + c]);
      }
  range = MAX ((double) high[0] - low[0], (double) high[1] - low[1]);
  range = MAX (range, 1e-6) * (1.0 + 1e-6);
  side = range < LEAST_BOXES ? exp2 (floor (4.0 * log2 (range / LEAST_BOXES)) / 4.0)
                             : MAX (1.0, exp2 (ceil (4.0 * log2 (range / MOST_BOXES)) / 4.0));
  for (int c = 0; c < 2; c++)
    self->low[c] = 0.5 * ((double) low[c] + high[c]) - 0.5 * range;
  return set_size (self, good_boxes ((gsize) ceil (range / side)), side, error);
}

/* ---- points ---- */

static inline gsize
box_of (const AyTsneGrid *self, float at, int axis, float *inside)
{
  double units = ((double) at - self->low[axis]) / self->side;
  double box = CLAMP (floor (units), 0.0, (double) (self->boxes - 1));

  *inside = (float) (units - box);
  return (gsize) box;
}

/* Lagrange weights of nodes at 1/6, 1/2 and 5/6 of a box for a place in 0..1. */
static inline void
node_weights (float inside, float w[NODES])
{
  float t = 3.0f * inside - 1.5f; /* -1, 0, 1 at the nodes */

  w[0] = 0.5f * t * (t - 1.0f);
  w[1] = 1.0f - t * t;
  w[2] = 0.5f * t * (t + 1.0f);
}

static void
sort_points (AyTsneGrid *self)
{
  gsize *at = self->row_first;
  float inside;

  memset (at, 0, (self->boxes + 1) * sizeof *at);
  for (gsize i = 0; i < self->n; i++)
    at[box_of (self, self->xy[2 * i + 1], 1, &inside) + 1]++;
  for (gsize r = 0; r < self->boxes; r++)
    at[r + 1] += at[r];
  for (gsize i = 0; i < self->n; i++)
    self->order[at[box_of (self, self->xy[2 * i + 1], 1, &inside)]++] = (guint32) i;
  for (gsize r = self->boxes; r > 0; r--)
    at[r] = at[r - 1];
  at[0] = 0;
}

/* A row of boxes: charges of its points onto its three rows of nodes. */
static void
spread_row (gsize row, guint worker, gpointer data)
{
  AyTsneGrid *self = data;
  gsize plane = self->nodes * self->stride;
  float wx[NODES], wy[NODES], inside;

  for (int c = 0; c < CHARGES; c++)
    memset (self->charge + c * plane + row * NODES * self->stride, 0,
            NODES * self->stride * sizeof (float));
  for (gsize k = self->row_first[row]; k < self->row_first[row + 1]; k++)
    {
      const float *at = self->xy + 2 * (gsize) self->order[k];
      gsize column = box_of (self, at[0], 0, &inside) * NODES;

      node_weights (inside, wx);
      box_of (self, at[1], 1, &inside);
      node_weights (inside, wy);
      for (int i = 0; i < NODES; i++)
        for (int j = 0; j < NODES; j++)
          {
            float *to = self->charge + (row * NODES + i) * self->stride + column + j;
            float w = wy[i] * wx[j];

            to[0] += w;
            to[plane] += w * at[0];
            to[2 * plane] += w * at[1];
          }
    }
}

static void
read_row (gsize row, guint worker, gpointer data)
{
  AyTsneGrid *self = data;
  gsize plane = self->nodes * self->stride;
  float wx[NODES], wy[NODES], inside;
  double sum = 0.0;

  for (gsize k = self->row_first[row]; k < self->row_first[row + 1]; k++)
    {
      gsize point = self->order[k];
      const float *at = self->xy + 2 * point;
      gsize column = box_of (self, at[0], 0, &inside) * NODES;
      float phi[POTENTIALS] = { 0 };

      node_weights (inside, wx);
      box_of (self, at[1], 1, &inside);
      node_weights (inside, wy);
      for (int i = 0; i < NODES; i++)
        for (int j = 0; j < NODES; j++)
          {
            const float *from = self->charge + (row * NODES + i) * self->stride + column + j;
            float w = wy[i] * wx[j];

            for (int c = 0; c < POTENTIALS; c++)
              phi[c] += w * from[c * plane];
          }
      self->force[2 * point] = at[0] * phi[0] - phi[1];
      self->force[2 * point + 1] = at[1] * phi[0] - phi[2];
      sum += phi[3];
    }
  self->row_sum[row] = sum;
}

/* ---- transforms ---- */

static void
rows_forth (gsize block, guint worker, gpointer data)
{
  AyTsneGrid *self = data;
  gsize last = MIN ((block + 1) * ROWS, CHARGES * self->nodes);

  for (gsize i = block * ROWS; i < last; i++)
    fftwf_execute_dft_r2c (self->rows_forth, self->charge + i * self->stride,
                           self->waves + i * self->width);
}

static void
rows_back (gsize block, guint worker, gpointer data)
{
  AyTsneGrid *self = data;
  gsize last = MIN ((block + 1) * ROWS, POTENTIALS * self->nodes);

  for (gsize i = block * ROWS; i < last; i++)
    fftwf_execute_dft_c2r (self->rows_back, self->waves + i * self->width,
                           self->charge + i * self->stride);
}

static void
times_kernel (const AyTsneGrid *self, const float *kernel, gsize first, const fftwf_complex *in,
              fftwf_complex *out)
{
  for (gsize i = 0; i < self->period; i++)
    {
      const float *k = kernel + MIN (i, self->period - i) * self->width + first;

      for (gsize c = 0; c < COLUMNS; c++)
        {
          out[i * COLUMNS + c][0] = in[i * COLUMNS + c][0] * k[c];
          out[i * COLUMNS + c][1] = in[i * COLUMNS + c][1] * k[c];
        }
    }
}

/* Eight columns of a charge: forth, times a kernel, back. */
static void
column_product (AyTsneGrid *self, const fftwf_complex *in, int kernel, int potential, gsize first,
                fftwf_complex *out)
{
  fftwf_complex *to = self->waves + potential * self->nodes * self->width + first;

  times_kernel (self, self->kernel[kernel], first, in, out);
  fftwf_execute_dft (self->columns_back, out, out);
  for (gsize i = 0; i < self->nodes; i++)
    memcpy (to + i * self->width, out + i * COLUMNS, COLUMNS * sizeof *out);
}

static void
columns_through (gsize block, guint worker, gpointer data)
{
  AyTsneGrid *self = data;
  gsize first = block * COLUMNS;
  fftwf_complex *in = fftwf_alloc_complex (2 * self->period * COLUMNS);
  fftwf_complex *out = in + self->period * COLUMNS;

  for (int charge = 0; charge < CHARGES; charge++)
    {
      load_columns (self->waves + charge * self->nodes * self->width, self->nodes, self->width,
                    self->period, first, in);
      fftwf_execute_dft (self->columns_forth, in, in);
      column_product (self, in, 1, charge, first, out);
      if (charge == 0)
        column_product (self, in, 0, POTENTIALS - 1, first, out);
    }
  fftwf_free (in);
}

gboolean
ay_tsne_grid_sums (AyTsneGrid *self, const float *xy, float *force, double *normaliser,
                   AyJob *job, GError **error)
{
  double sum = 0.0;

  self->xy = xy;
  self->force = force;
  if (!fit_size (self, error))
    return FALSE;
  sort_points (self);
  if (!ay_parallel_for (self->boxes, spread_row, self, job, error)
      || !ay_parallel_for (ay_n_blocks (CHARGES * self->nodes, ROWS), rows_forth, self, job, error)
      || !ay_parallel_for (self->width / COLUMNS, columns_through, self, job, error)
      || !ay_parallel_for (ay_n_blocks (POTENTIALS * self->nodes, ROWS), rows_back, self, job,
                           error)
      || !ay_parallel_for (self->boxes, read_row, self, job, error))
    return FALSE;
  for (gsize r = 0; r < self->boxes; r++)
    sum += self->row_sum[r];
  *normaliser = sum - (double) self->n;
  return TRUE;
}
