/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The repulsion of t-SNE in O(n + N^2 log N), after Linderman et al. 2019 ("Fast
 * interpolation-based t-SNE for improved visualization of single-cell RNA-seq data").
 *
 * Each point spreads its charges 1, x and y over the nodes of an even grid around it; the sums
 * over all pairs of nodes are convolutions with (1 + r^2)^-2 (and (1 + r^2)^-1 for the
 * normaliser), done by FFT on a grid twice as wide; each point reads the result back with the
 * same weights. Linderman's weights are Lagrange's within boxes of three nodes, which at their
 * three nodes a unit leave the forces off by 2 %, enough to end at a divergence 2 % above the
 * best. Here the weights are cubic B-splines, and the kernel's transform is divided by theirs
 * squared, so that both ends of a pair are interpolated by splines (Essmann et al. 1995, smooth
 * particle mesh Ewald): at 2.5 nodes a unit the forces of a map of 5000 points are off by 0.4 %
 * (root mean square), the normaliser by 0.06 %. The spacing is SPACING once the map is wide, a
 * part of its width before (to a fourth root of 2, so that the transformed kernels can be kept
 * from round to round).
 *
 * Order: points are sorted by row of nodes; a block of rows is spread by one thread, even blocks
 * before odd ones, since neighbours share three rows. The FFT runs along rows, then along columns
 * in groups of eight (forward, product, back at one go), then along rows, leaving out the rows
 * that are zero or not read. Plans are made without measuring: a measured plan, and with it the
 * rounding, would differ from run to run.
 * Cost: 7 transforms of the doubled grid a round. */
#include "core/project/tsne_grid.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/words.h"

#include <fftw3.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#define SPACING 0.4
#define LEAST_NODES 128
#define MOST_NODES 2048
#define ORDER 4          /* nodes a side that a point touches */
#define MARGIN 2         /* nodes outside of all points */
#define CHARGES 3
#define POTENTIALS 4     /* of 1, x, y with the square; of 1 with the plain kernel */
#define COLUMNS 8        /* transformed together */
#define ROWS 8           /* a block, of more than ORDER */

struct _AyTsneGrid
{
  gsize n;
  guint32 *order;       /* points by block of rows */
  gsize *block_first;   /* of each block, in order */
  double *block_sum;    /* of the normaliser */

  /* what the present size needs */
  gsize nodes, period, width; /* a side; period = 2 nodes; width = complex numbers a row */
  double step;          /* between nodes */
  float *kernel[2];     /* (nodes + 1) x width: the transforms are real and even */
  float *charge;        /* CHARGES x nodes x stride; then the potentials */
  gsize stride;         /* floats a row: period, rounded up */
  fftwf_complex *waves; /* POTENTIALS x nodes x width */
  fftwf_plan rows_forth, rows_back, columns_forth, columns_back;

  /* of this call */
  const float *xy;
  float *force;
  double low[2];
  gsize colour;         /* of the blocks that are spread now: 0 even, 1 odd */
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
  self->nodes = 0;
}

AyTsneGrid *
ay_tsne_grid_new (gsize n, GError **error)
{
  g_autoptr (AyTsneGrid) self = g_new0 (AyTsneGrid, 1);

  self->n = n;
  self->order = ay_try_alloc (MAX (n, 1), sizeof (guint32), "the order of the points", error);
  self->block_first = g_new0 (gsize, 2 * MOST_NODES / ROWS + 2);
  self->block_sum = g_new0 (double, 2 * MOST_NODES / ROWS + 1);
  return self->order != NULL ? g_steal_pointer (&self) : NULL;
}

void
ay_tsne_grid_free (AyTsneGrid *self)
{
  if (self == NULL)
    return;
  free_size (self);
  g_free (self->order);
  g_free (self->block_first);
  g_free (self->block_sum);
  g_free (self);
}

/* ---- size ---- */

/* The next number of nodes whose transforms have small prime factors. */
static gsize
good_nodes (gsize nodes)
{
  static const gsize primes[] = { 2, 3, 5, 7 };

  for (nodes = (nodes + 1) / 2 * 2;; nodes += 2)
    {
      gsize rest = nodes;

      for (gsize i = 0; i < G_N_ELEMENTS (primes); i++)
        while (rest % primes[i] == 0)
          rest /= primes[i];
      if (rest == 1)
        return nodes;
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
  g_set_error (error, AY_ERROR, AY_ERROR_NOMEM, N_ ("not enough memory for the grid of the map"));
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

/* Transform of the cubic B-spline's values at the nodes -1, 0, 1. */
static double
spline_wave (gsize k, gsize period)
{
  return (2.0 + cos (2.0 * G_PI * (double) k / (double) period)) / 3.0;
}

/* The kernels' transforms over those of the splines at both ends: they are even in both
 * directions, so the first nodes + 1 rows hold all, and they are real. Scaled so that the way
 * there and back is 1. */
static gboolean
transform_kernels (AyTsneGrid *self, GError **error)
{
  gsize n = self->period, rows = self->nodes + 1;
  float *line = fftwf_alloc_real (self->stride);
  fftwf_complex *waves = fftwf_alloc_complex (n * self->width);
  fftwf_complex *columns = fftwf_alloc_complex (n * COLUMNS);
  gboolean ok = line != NULL && waves != NULL && columns != NULL;

  for (int power = 1; power <= 2 && ok; power++)
    {
      memset (waves, 0, n * self->width * sizeof *waves);
      for (gsize i = 0; i < n; i++)
        {
          double dy = self->step * (double) MIN (i, n - i);

          for (gsize j = 0; j < n; j++)
            {
              double dx = self->step * (double) MIN (j, n - j);
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
              {
                double ends = spline_wave (i, n) * spline_wave (first + c, n);

                self->kernel[power - 1][i * self->width + first + c]
                    = (float) (columns[i * COLUMNS + c][0] / (ends * ends * (double) (n * n)));
              }
        }
    }
  fftwf_free (line);
  fftwf_free (waves);
  fftwf_free (columns);
  if (!ok)
    g_set_error (error, AY_ERROR, AY_ERROR_NOMEM, N_ ("not enough memory for the grid of the map"));
  return ok;
}

static gboolean
set_size (AyTsneGrid *self, gsize nodes, double step, GError **error)
{
  if (self->nodes == nodes && self->step == step)
    return TRUE;
  if (self->nodes != nodes)
    {
      free_size (self);
      self->nodes = nodes;
      self->period = 2 * nodes;
      self->width = ay_n_blocks (self->period / 2 + 1, COLUMNS) * COLUMNS;
      self->stride = ay_n_blocks (self->period, 16) * 16;
      if (!alloc_size (self, error))
        return FALSE;
      make_plans (self);
      memset (self->waves, 0, POTENTIALS * nodes * self->width * sizeof *self->waves);
    }
  self->step = step;
  return transform_kernels (self, error);
}

/* The fourth root of 2 at or below. */
static double
quarter_octave (double value)
{
  return exp2 (floor (4.0 * log2 (value)) / 4.0);
}

/* The grid over all points. */
static gboolean
fit_size (AyTsneGrid *self, GError **error)
{
  float low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };
  double range, step;

  for (gsize i = 0; i < self->n; i++)
    for (int c = 0; c < 2; c++)
      {
        low[c] = MIN (low[c], self->xy[2 * i + c]);
        high[c] = MAX (high[c], self->xy[2 * i + c]);
      }
  range = MAX ((double) high[0] - low[0], (double) high[1] - low[1]);
  range = MAX (range, 1e-6) * (1.0 + 1e-6);
  step = MIN (SPACING, quarter_octave (range / LEAST_NODES));
  step = MAX (step, 2.0 * quarter_octave (range / MOST_NODES));
  for (int c = 0; c < 2; c++)
    self->low[c] = 0.5 * ((double) low[c] + high[c]) - 0.5 * range - MARGIN * step;
  return set_size (self, good_nodes ((gsize) ceil (range / step) + 2 * MARGIN), step, error);
}

/* ---- points ---- */

/* First of the ORDER nodes around a place along an axis, and their weights. */
static inline gsize
node_weights (const AyTsneGrid *self, float at, int axis, float w[ORDER])
{
  double units = ((double) at - self->low[axis]) / self->step, whole = floor (units);
  float t = (float) (units - whole), s = 1.0f - t;

  w[0] = s * s * s * (1.0f / 6.0f);
  w[1] = (2.0f / 3.0f) - t * t * (1.0f - 0.5f * t);
  w[2] = (2.0f / 3.0f) - s * s * (1.0f - 0.5f * s);
  w[3] = t * t * t * (1.0f / 6.0f);
  return (gsize) whole - 1;
}

static inline gsize
block_of (const AyTsneGrid *self, gsize point)
{
  double units = ((double) self->xy[2 * point + 1] - self->low[1]) / self->step;

  return (gsize) units / ROWS;
}

static void
sort_points (AyTsneGrid *self)
{
  gsize *at = self->block_first, blocks = ay_n_blocks (self->nodes, ROWS);

  memset (at, 0, (blocks + 1) * sizeof *at);
  for (gsize i = 0; i < self->n; i++)
    at[block_of (self, i) + 1]++;
  for (gsize b = 0; b < blocks; b++)
    at[b + 1] += at[b];
  for (gsize i = 0; i < self->n; i++)
    self->order[at[block_of (self, i)]++] = (guint32) i;
  for (gsize b = blocks; b > 0; b--)
    at[b] = at[b - 1];
  at[0] = 0;
}

/* Blocks of one colour: charges of their points onto the nodes. */
static void
spread_block (gsize half, guint worker, gpointer data)
{
  AyTsneGrid *self = data;
  gsize block = 2 * half + self->colour, plane = self->nodes * self->stride;
  float wx[ORDER], wy[ORDER];

  for (gsize k = self->block_first[block]; k < self->block_first[block + 1]; k++)
    {
      const float *at = self->xy + 2 * (gsize) self->order[k];
      gsize column = node_weights (self, at[0], 0, wx), row = node_weights (self, at[1], 1, wy);

      for (int i = 0; i < ORDER; i++)
        {
          float *to = self->charge + (row + i) * self->stride + column;

          for (int j = 0; j < ORDER; j++)
            {
              float w = wy[i] * wx[j];

              to[j] += w;
              to[plane + j] += w * at[0];
              to[2 * plane + j] += w * at[1];
            }
        }
    }
}

static void
read_block (gsize block, guint worker, gpointer data)
{
  AyTsneGrid *self = data;
  gsize plane = self->nodes * self->stride;
  float wx[ORDER], wy[ORDER];
  double sum = 0.0;

  for (gsize k = self->block_first[block]; k < self->block_first[block + 1]; k++)
    {
      gsize point = self->order[k];
      const float *at = self->xy + 2 * point;
      gsize column = node_weights (self, at[0], 0, wx), row = node_weights (self, at[1], 1, wy);
      float phi[POTENTIALS] = { 0 };

      for (int i = 0; i < ORDER; i++)
        for (int c = 0; c < POTENTIALS; c++)
          {
            const float *from = self->charge + c * plane + (row + i) * self->stride + column;

            phi[c] += wy[i] * (wx[0] * from[0] + wx[1] * from[1] + wx[2] * from[2]
                               + wx[3] * from[3]);
          }
      self->force[2 * point] = at[0] * phi[0] - phi[1];
      self->force[2 * point + 1] = at[1] * phi[0] - phi[2];
      sum += phi[3];
    }
  self->block_sum[block] = sum;
}

/* The charges of all points, even blocks first. */
static gboolean
spread (AyTsneGrid *self, AyJob *job, GError **error)
{
  gsize blocks = ay_n_blocks (self->nodes, ROWS);

  memset (self->charge, 0, CHARGES * self->nodes * self->stride * sizeof (float));
  for (self->colour = 0; self->colour < 2; self->colour++)
    if (!ay_parallel_for ((blocks + 1 - self->colour) / 2, spread_block, self, job, error))
      return FALSE;
  return TRUE;
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
  gsize blocks;

  self->xy = xy;
  self->force = force;
  if (!fit_size (self, error))
    return FALSE;
  sort_points (self);
  blocks = ay_n_blocks (self->nodes, ROWS);
  if (!spread (self, job, error)
      || !ay_parallel_for (ay_n_blocks (CHARGES * self->nodes, ROWS), rows_forth, self, job, error)
      || !ay_parallel_for (self->width / COLUMNS, columns_through, self, job, error)
      || !ay_parallel_for (ay_n_blocks (POTENTIALS * self->nodes, ROWS), rows_back, self, job,
                           error)
      || !ay_parallel_for (blocks, read_block, self, job, error))
    return FALSE;
  for (gsize b = 0; b < blocks; b++)
    sum += self->block_sum[b];
  *normaliser = sum - (double) self->n;
  return TRUE;
}
