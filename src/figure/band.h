/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"
#include "figure/points.h"

G_BEGIN_DECLS

/* Points sorted into horizontal bands of an image, in row order within a band, unselected rows
 * (layer 0) before selected ones (layer 1). Used by the raster only. */

#define AY_FIGURE_BAND_PIXELS 32768 /* a band with its margin: 256 KiB of accumulators, in L2 */
#define AY_FIGURE_MAX_SIDE 16384
#define AY_FIGURE_BAND_CHUNK 65536  /* points a block of the sort */

typedef struct
{
  /* what is asked for */
  int width, height; /* pixels */
  int mark;          /* 1, 2: square marks of that many pixels; 0: stamps */
  int reach;         /* stamps: pixels around the centre's that a mark may touch */

  /* what follows */
  double x0, sx, y1, sy; /* px = (x - x0) sx, py = (y1 - y) sy */
  int margin;        /* pixels around a band that marks may run into: mark - 1; 0 for stamps */
  int rows;          /* of a band */
  int pitch;         /* pixels from one row of a band's buffer to the next */
  int n_bands;
} AyFigureBandPlan;

/* Where square marks that begin in one row go. */
typedef struct
{
  guint32 offset;  /* of the row's first pixel in its band's buffer */
  guint16 band;    /* n_bands: outside */
  guint16 twice;   /* the mark runs on into the next band */
} AyFigureBandRow;

/* A square mark is packed as its first pixel's place in the band's buffer (low 16 bits) and its
 * colour index (high 16 bits); a stamp is its row number. */
typedef struct
{
  AyFigureBandPlan plan;
  const AyFigurePoints *points;
  gsize n_chunks, n_starts;
  gsize chunk_room;    /* entries that a chunk may take */
  guint32 *entries;    /* n_chunks x chunk_room */
  guint32 *starts;     /* n_chunks x n_starts: where each (band, layer) begins in a chunk; the
                          last bucket takes what is outside */
  gsize entries_size, starts_size, scratch_size; /* allocated elements, kept between frames */
  guint32 *scratch;    /* per worker: AY_FIGURE_BAND_CHUNK keys */
  AyFigureBandRow *rows; /* per first row of a square mark, from row -margin */
} AyFigureBands;

/* mark and reach as above. */
void ay_figure_band_plan (AyFigureBandPlan *plan, const AyFigureView *view, int width, int height,
                          int mark, int reach);
/* Sorts the visible points that touch the image. Errors: CANCELLED, NOMEM. */
gboolean ay_figure_bands_sort (AyFigureBands *self, const AyFigurePoints *points,
                               const AyFigureBandPlan *plan, AyJob *job, GError **error);
void ay_figure_bands_clear (AyFigureBands *self);

/* Entries of a chunk in a band and layer. */
static inline const guint32 *
ay_figure_bands_get (const AyFigureBands *self, gsize chunk, int band, int layer, gsize *count)
{
  const guint32 *starts = self->starts + chunk * self->n_starts;
  int bucket = 2 * band + layer;

  *count = starts[bucket + 1] - starts[bucket];
  return self->entries + chunk * self->chunk_room + starts[bucket];
}

G_END_DECLS
