/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points to pixels, a million in a few milliseconds.
 *
 * band.c sorts the points into bands of rows that fit the second-level cache. Each band is then
 * drawn by one worker into its buffer of 16-bit premultiplied accumulators, mark by mark in row
 * order, and rounded once to the eight bits of the picture. A pixel of colour c and opacity a
 * turns b into a c + (1 - a) b (Porter and Duff 1984, "over").
 *
 * Cost: about 30 bytes of memory traffic a point and 12 a pixel. Memory: 4 bytes a point (8 where
 * marks are 2 x 2, since they may touch two bands) and 256 KiB a worker, kept between frames.
 * Threads: chunks of points, then bands; the order of blending never depends on them. */
#include "figure/raster.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "figure/band.h"
#include "figure/blend.h"
#include "figure/stamp.h"

#include <math.h>

#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define ALPHA_CHANNEL 3
#else
#define ALPHA_CHANNEL 0
#endif

#define MAX_RADIUS 32.0
#define MAX_SCALE 4.0

struct _AyFigureRaster
{
  AyFigureBands bands;
  AyFigureStamp stamps[AY_FIGURE_N_SHAPES];
  AyFigureInk *inks; /* 2 layers x n_palette */
  guint16 *buffers;  /* one a worker */
  gsize buffers_size;
  guint32 *counts;   /* of a density */
  gsize counts_size;
};

AyFigureRaster *
ay_figure_raster_new (void)
{
  return g_new0 (AyFigureRaster, 1);
}

void
ay_figure_raster_free (AyFigureRaster *self)
{
  if (self == NULL)
    return;
  ay_figure_bands_clear (&self->bands);
  for (int shape = 0; shape < AY_FIGURE_N_SHAPES; shape++)
    ay_figure_stamp_clear (&self->stamps[shape]);
  g_free (self->inks);
  g_free (self->buffers);
  g_free (self->counts);
  g_free (self);
}

static gboolean
check_arguments (const AyFigurePoints *points, const AyFigureView *view,
                 const AyFigureRasterOptions *options, GError **error)
{
  if (options->width < 1 || options->height < 1 || options->width > AY_FIGURE_MAX_SIDE
      || options->height > AY_FIGURE_MAX_SIDE)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "raster of %d x %d pixels: 1 to %d each",
                   options->width, options->height, AY_FIGURE_MAX_SIDE);
      return FALSE;
    }
  if (!ay_figure_view_is_valid (view))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "view %g..%g x %g..%g is empty or not finite",
                   view->x0, view->x1, view->y0, view->y1);
      return FALSE;
    }
  if (points->n > G_MAXINT32 || points->n_palette < 1 || points->n_palette > 65536)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   "%" G_GSIZE_FORMAT " points with %u colours cannot be drawn", points->n,
                   points->n_palette);
      return FALSE;
    }
  return TRUE;
}

static void
init_ink (AyFigureInk *ink, AyFigureColor color, double opacity)
{
  double alpha = CLAMP (opacity, 0.0, 1.0) * (color >> 24) / 255.0;

  for (int c = 0; c < 4; c++)
    {
      /* channel c of the pixel in memory: B G R A, or A R G B */
      guint shift = G_BYTE_ORDER == G_LITTLE_ENDIAN ? 8u * (guint) c : 24u - 8u * (guint) c;
      double value = c == ALPHA_CHANNEL ? 1.0 : ((color >> shift) & 255) / 255.0;

      ink->source[c] = (guint16) (value * alpha * 65535.0 + 0.5);
      ink->keep[c] = (guint16) ((1.0 - alpha) * 65535.0 + 0.5);
    }
}

/* What the draw of a band needs. */
typedef struct
{
  AyFigureRaster *raster;
  const AyFigurePoints *points;
  guint n_palette;
  AyFigureInk background;
  guint32 *pixels;
  gsize stride;
  gsize buffer_size; /* elements a worker */
} Painting;

static void
fill_inks (Painting *self, const AyFigureRasterOptions *options)
{
  double dim = self->points->selected != NULL ? options->dim : 1.0;
  AyFigureInk *inks;

  self->n_palette = self->points->n_palette;
  inks = self->raster->inks = g_renew (AyFigureInk, self->raster->inks, 2 * self->n_palette);
  for (guint k = 0; k < self->n_palette; k++)
    {
      init_ink (&inks[k], self->points->palette[k], options->alpha * dim);
      init_ink (&inks[self->n_palette + k], self->points->palette[k], options->alpha);
    }
  init_ink (&self->background, options->background, 1.0);
}

static void
paint_squares (guint16 *buffer, const AyFigureBandPlan *plan, const AyFigureInk *inks,
               const guint32 *entries, gsize count)
{
  gsize below = 4 * (gsize) plan->pitch;

  if (plan->mark == 1)
    for (gsize i = 0; i < count; i++)
      ay_figure_blend_1 (buffer + 4 * (gsize) (entries[i] & 0xffff), &inks[entries[i] >> 16]);
  else
    for (gsize i = 0; i < count; i++)
      {
        guint16 *at = buffer + 4 * (gsize) (entries[i] & 0xffff);
        const AyFigureInk *ink = &inks[entries[i] >> 16];

        ay_figure_blend_2 (at, ink);
        ay_figure_blend_2 (at + below, ink);
      }
}

/* One stamp with the centre of row `row`, cut to band and image. */
static void
paint_stamp (const Painting *self, guint16 *buffer, int band, const AyFigureInk *inks, guint32 row)
{
  const AyFigureBandPlan *plan = &self->raster->bands.plan;
  const AyFigurePoints *points = self->points;
  guint color = points->color != NULL ? MIN (points->color[row], self->n_palette - 1) : 0;
  guint shape = points->shape != NULL ? points->shape[color] : AY_FIGURE_DISC;
  const AyFigureStamp *stamp = &self->raster->stamps[MIN (shape, AY_FIGURE_N_SHAPES - 1)];
  int qx = (int) floor ((points->x[row] - plan->x0) * plan->sx * stamp->phases + 0.5);
  int qy = (int) floor ((plan->y1 - points->y[row]) * plan->sy * stamp->phases + 0.5);
  int px = qx & (stamp->phases - 1), py = qy & (stamp->phases - 1); /* phases: a power of two */
  int left = (qx - px) / stamp->phases - stamp->reach;
  int top = (qy - py) / stamp->phases - stamp->reach - band * plan->rows;
  const guint8 *mask
      = stamp->masks + (gsize) (py * stamp->phases + px) * (gsize) (stamp->size * stamp->size);
  int from = MAX (0, -left), to = MIN (stamp->size, plan->width - left);

  for (int j = MAX (0, -top); j < stamp->size && top + j < plan->rows; j++)
    if (to > from)
      ay_figure_blend_mask (buffer + 4 * ((gsize) (top + j) * (gsize) plan->pitch + left + from),
                            &inks[color], mask + j * stamp->size + from, to - from, ALPHA_CHANNEL);
}

static gboolean
band_is_empty (const AyFigureBands *bands, int band)
{
  gsize count;

  for (gsize chunk = 0; chunk < bands->n_chunks; chunk++)
    for (int layer = 0; layer < 2; layer++)
      if (ay_figure_bands_get (bands, chunk, band, layer, &count) != NULL && count > 0)
        return FALSE;
  return TRUE;
}

/* 16 bits to 8, rounded to nearest: v / 257. */
static void
store_row (const guint16 *from, guint8 *to, int width)
{
  for (int i = 0; i < 4 * width; i++)
    to[i] = (guint8) ((from[i] + 128 - (from[i] >> 8)) >> 8);
}

static void
paint_band (gsize block, guint worker, gpointer data)
{
  Painting *self = data;
  const AyFigureBands *bands = &self->raster->bands;
  const AyFigureBandPlan *plan = &bands->plan;
  int band = (int) block, first = band * plan->rows;
  int rows = MIN (plan->rows, plan->height - first);
  guint16 *buffer = self->raster->buffers + worker * self->buffer_size;
  gsize n_pixels = (gsize) plan->pitch * (gsize) (plan->rows + 2 * plan->margin);
  gboolean empty = band_is_empty (bands, band);

  for (gsize i = 0; i < (empty ? (gsize) plan->pitch * 3 : n_pixels); i++)
    memcpy (buffer + 4 * i, self->background.source, 8);
  for (int layer = 0; layer < 2 && !empty; layer++)
    for (gsize chunk = 0; chunk < bands->n_chunks; chunk++)
      {
        const AyFigureInk *inks = self->raster->inks + (gsize) layer * self->n_palette;
        gsize count;
        const guint32 *entries = ay_figure_bands_get (bands, chunk, band, layer, &count);

        if (plan->mark != 0)
          paint_squares (buffer, plan, inks, entries, count);
        else
          for (gsize i = 0; i < count; i++)
            paint_stamp (self, buffer, band, inks, entries[i]);
      }
  for (int j = 0; j < rows; j++)
    {
      gsize row = empty ? 0 : (gsize) (j + plan->margin);

      store_row (buffer + 4 * (row * (gsize) plan->pitch + (gsize) plan->margin),
                 (guint8 *) self->pixels + (gsize) (first + j) * self->stride, plan->width);
    }
}

static void
plan_marks (AyFigureRaster *self, const AyFigurePoints *points, const AyFigureView *view,
            const AyFigureRasterOptions *options, AyFigureBandPlan *plan)
{
  double radius = CLAMP (options->radius, 0.0, MAX_RADIUS);
  double scale = isfinite (options->scale) ? CLAMP (options->scale, 0.25, MAX_SCALE) : 1.0;
  double side = 2.0 * (radius <= 0.6 ? 0.5 : radius) * scale;
  int mark = side < 1.5 ? 1 : side < 2.5 ? 2 : 0;

  ay_figure_band_plan (plan, view, options->width, options->height, mark,
                       mark == 0 ? ay_figure_stamp_reach (side / 2.0) : 0);
  if (mark != 0)
    return;
  for (guint k = 0; k < (points->shape != NULL ? points->n_palette : 1); k++)
    {
      guint shape = points->shape != NULL ? MIN (points->shape[k], AY_FIGURE_N_SHAPES - 1) : 0;

      ay_figure_stamp_prepare (&self->stamps[shape], (AyFigureShape) shape, side / 2.0);
    }
}

static gboolean
reserve_buffers (Painting *self, const AyFigureBandPlan *plan, GError **error)
{
  AyFigureRaster *raster = self->raster;
  gsize rows = (gsize) MAX (plan->rows + 2 * plan->margin, 3);

  self->buffer_size = 4 * (gsize) plan->pitch * rows;
  if (self->buffer_size * ay_threads () <= raster->buffers_size)
    return TRUE;
  raster->buffers_size = 0;
  g_free (raster->buffers);
  raster->buffers = ay_try_alloc (self->buffer_size * ay_threads (), sizeof (guint16),
                                  "the raster", error);
  if (raster->buffers == NULL)
    return FALSE;
  raster->buffers_size = self->buffer_size * ay_threads ();
  return TRUE;
}

gboolean
ay_figure_raster_draw (AyFigureRaster *self, const AyFigurePoints *points,
                       const AyFigureView *view, const AyFigureRasterOptions *options,
                       guint32 *pixels, gsize stride, AyJob *job, GError **error)
{
  Painting painting = { .raster = self, .points = points, .pixels = pixels, .stride = stride };
  AyFigureBandPlan plan;

  if (!check_arguments (points, view, options, error))
    return FALSE;
  plan_marks (self, points, view, options, &plan);
  fill_inks (&painting, options);
  return reserve_buffers (&painting, &plan, error)
         && ay_figure_bands_sort (&self->bands, points, &plan, job, error)
         && ay_parallel_for ((gsize) plan.n_bands, paint_band, &painting, job, error);
}

/* ---- counts and density ---- */

typedef struct
{
  const AyFigureBands *bands;
  guint32 *counts;
  guint32 *band_max;
} Counting;

static void
count_band (gsize block, guint worker, gpointer data)
{
  Counting *self = data;
  const AyFigureBandPlan *plan = &self->bands->plan;
  int band = (int) block, first = band * plan->rows;
  gsize n_pixels = (gsize) MIN (plan->rows, plan->height - first) * (gsize) plan->width;
  guint32 *counts = self->counts + (gsize) first * (gsize) plan->width, max = 0;

  memset (counts, 0, n_pixels * sizeof *counts);
  for (gsize chunk = 0; chunk < self->bands->n_chunks; chunk++)
    for (int layer = 0; layer < 2; layer++)
      {
        gsize count;
        const guint32 *entries
            = ay_figure_bands_get (self->bands, chunk, band, layer, &count);

        for (gsize i = 0; i < count; i++)
          counts[entries[i] & 0xffff]++;
      }
  for (gsize i = 0; i < n_pixels; i++)
    max = MAX (max, counts[i]);
  self->band_max[band] = max;
}

gboolean
ay_figure_raster_counts (AyFigureRaster *self, const AyFigurePoints *points,
                         const AyFigureView *view, const AyFigureRasterOptions *options,
                         guint32 *counts, guint32 *max, AyJob *job, GError **error)
{
  g_autofree guint32 *band_max = NULL;
  AyFigureBandPlan plan;
  Counting counting = { &self->bands, counts, NULL };

  if (!check_arguments (points, view, options, error))
    return FALSE;
  ay_figure_band_plan (&plan, view, options->width, options->height, 1, 0);
  counting.band_max = band_max = g_new0 (guint32, plan.n_bands);
  if (!ay_figure_bands_sort (&self->bands, points, &plan, job, error)
      || !ay_parallel_for ((gsize) plan.n_bands, count_band, &counting, job, error))
    return FALSE;
  if (max != NULL)
    {
      *max = 0;
      for (int band = 0; band < plan.n_bands; band++)
        *max = MAX (*max, band_max[band]);
    }
  return TRUE;
}

static guint32
premultiply (AyFigureColor color)
{
  guint32 alpha = color >> 24, out = alpha << 24;

  for (int shift = 0; shift < 24; shift += 8)
    out |= (((color >> shift) & 255) * alpha + 127) / 255 << shift;
  return out;
}

#define LEVELS 4096 /* counts with a ready colour */

typedef struct
{
  const AyFigureRasterOptions *options;
  const AyFigureScale *scale;
  const guint32 *counts;
  double unit;             /* steps a unit of log (1 + count) */
  guint32 levels[LEVELS];  /* premultiplied */
  guint32 *pixels;
  gsize stride;
} Density;

static guint32
density_pixel (const Density *self, guint32 count)
{
  double step = log1p (count) * self->unit + 0.5;

  if (count == 0)
    return premultiply (self->options->background);
  return premultiply (self->scale->colors[MIN ((guint) step, AY_FIGURE_SCALE_STEPS - 1)]);
}

#define DENSITY_ROWS 32

static void
density_rows (gsize block, guint worker, gpointer data)
{
  Density *self = data;
  gsize width = (gsize) self->options->width;
  gsize end = MIN ((block + 1) * DENSITY_ROWS, (gsize) self->options->height);

  for (gsize j = block * DENSITY_ROWS; j < end; j++)
    {
      const guint32 *counts = self->counts + j * width;
      guint32 *out = (guint32 *) ((guint8 *) self->pixels + j * self->stride);

      for (gsize i = 0; i < width; i++)
        out[i] = counts[i] < LEVELS ? self->levels[counts[i]] : density_pixel (self, counts[i]);
    }
}

gboolean
ay_figure_raster_density (AyFigureRaster *self, const AyFigurePoints *points,
                          const AyFigureView *view, const AyFigureRasterOptions *options,
                          const AyFigureScale *scale, guint32 *pixels, gsize stride, AyJob *job,
                          GError **error)
{
  Density density = { .options = options, .scale = scale, .pixels = pixels, .stride = stride };
  gsize n_pixels;
  guint32 max;

  if (!check_arguments (points, view, options, error))
    return FALSE;
  n_pixels = (gsize) options->width * (gsize) options->height;
  if (n_pixels > self->counts_size)
    {
      self->counts_size = 0;
      g_free (self->counts);
      self->counts = ay_try_alloc (n_pixels, sizeof (guint32), "the density", error);
      if (self->counts == NULL)
        return FALSE;
      self->counts_size = n_pixels;
    }
  if (!ay_figure_raster_counts (self, points, view, options, self->counts, &max, job, error))
    return FALSE;
  density.counts = self->counts;
  density.unit = (AY_FIGURE_SCALE_STEPS - 1) / log1p (MAX (max, 1));
  for (guint32 count = 0; count < LEVELS; count++)
    density.levels[count] = density_pixel (&density, count);
  return ay_parallel_for (ay_n_blocks ((gsize) options->height, DENSITY_ROWS), density_rows,
                          &density, job, error);
}

void
ay_figure_raster_suggest (gsize n, double width, double height, double *radius, double *alpha)
{
  /* Two fifths of the room a point has on average, if points were spread over a third of it. */
  double room = sqrt (width * height / 3.0 / (double) MAX (n, 1));

  *radius = CLAMP (0.4 * room, 0.5, 4.0);
  if (*radius < 1.5)
    *radius = *radius < 0.75 ? 0.5 : 1.0;
  *alpha = n > 500000 ? 0.4 : n > 100000 ? 0.55 : n > 20000 ? 0.7 : 0.85;
}

double
ay_figure_raster_density_cell (gsize n, double width, double height, double scale)
{
  double room = sqrt (width * height / 6.0 / (double) MAX (n, 1));

  return CLAMP (floor (2.0 * room * scale), 1.0, 16.0 * scale);
}
