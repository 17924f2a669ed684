/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"
#include "figure/points.h"

G_BEGIN_DECLS

/* Points to pixels. A raster keeps its buffers between frames (first touch of memory costs more
 * than a frame), so keep one per view; not thread-safe, but it uses all cores inside. */
typedef struct _AyFigureRaster AyFigureRaster;

typedef struct
{
  int width, height;        /* device pixels, 1..16384 each */
  double scale;             /* device pixels per logical pixel (1, 2) */
  double radius;            /* of a mark, logical px: <= 0.6 one device-scaled pixel, <= 1.1 a
                               2 x 2 block, else an antialiased shape; at most 32 */
  double alpha;             /* opacity of a mark, 0..1, times the palette's own */
  double dim;               /* opacity of rows that are not selected, times alpha */
  AyFigureColor background; /* 0: transparent */
} AyFigureRasterOptions;
#define AY_FIGURE_RASTER_OPTIONS_INIT { 0, 0, 1.0, 1.0, 0.7, 0.25, 0 }

AyFigureRaster *ay_figure_raster_new (void);
void ay_figure_raster_free (AyFigureRaster *self);

/* Draws into pixels: ARGB32, premultiplied, native endian (CAIRO_FORMAT_ARGB32), stride in bytes.
 * Rows are blended in row order, selected ones after all others; the bytes do not depend on the
 * number of threads or on the processor. Errors: RANGE (size, view), CANCELLED. */
gboolean ay_figure_raster_draw (AyFigureRaster *self, const AyFigurePoints *points,
                                const AyFigureView *view, const AyFigureRasterOptions *options,
                                guint32 *pixels, gsize stride, AyJob *job, GError **error);

/* Counts of visible points per pixel into counts (width x height, row-major); radius, colours and
 * selection play no part. *max (nullable) gets the largest. */
gboolean ay_figure_raster_counts (AyFigureRaster *self, const AyFigurePoints *points,
                                  const AyFigureView *view, const AyFigureRasterOptions *options,
                                  guint32 *counts, guint32 *max, AyJob *job, GError **error);

/* Density: colour by log (1 + count) / log (1 + max); pixels without a point get the background.
 * Only the scale's colours are used. */
gboolean ay_figure_raster_density (AyFigureRaster *self, const AyFigurePoints *points,
                                   const AyFigureView *view, const AyFigureRasterOptions *options,
                                   const AyFigureScale *scale, guint32 *pixels, gsize stride,
                                   AyJob *job, GError **error);

/* A radius (logical px) and an opacity that suit n points on width x height logical px. */
void ay_figure_raster_suggest (gsize n, double width, double height, double *radius,
                               double *alpha);

/* Device pixels a side of a density's cell for n points on width x height logical px: so large that
 * a fair share of the cells holds several points. */
double ay_figure_raster_density_cell (gsize n, double width, double height, double scale);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyFigureRaster, ay_figure_raster_free)

G_END_DECLS
