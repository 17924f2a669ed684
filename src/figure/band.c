/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sorting points into bands of an image.
 *
 * Drawing a million marks one by one into a picture of several megabytes waits for memory, and two
 * threads cannot share it. So the picture is cut into bands of whole rows that fit the second-level
 * cache, and each chunk of 65536 points is sorted by counting into (band, layer) runs. A band's
 * marks are then the runs of chunk 0, 1, 2, ... in turn: row order, whatever thread sorted which
 * chunk. A mark across the border of bands is entered in each; a margin around a band's buffer
 * takes what sticks out, so that square marks need no clipping.
 *
 * Cost: one pass over x and y (8 bytes a point), 4 bytes a point written, 4 read. The keys of a
 * chunk stay in the cache between counting and placing. Threads: chunks. Positions are computed in
 * double, without contraction, so that every processor puts a point into the same pixel. */
#include "figure/band.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <math.h>
#include <string.h>

#define BATCH 512

void
ay_figure_band_plan (AyFigureBandPlan *plan, const AyFigureView *view, int width, int height,
                     int mark, int reach)
{
  int most;

  plan->width = width;
  plan->height = height;
  plan->mark = mark;
  plan->reach = reach;
  plan->x0 = view->x0;
  plan->y1 = view->y1;
  plan->sx = width / (view->x1 - view->x0);
  plan->sy = height / (view->y1 - view->y0);
  plan->margin = mark > 1 ? mark - 1 : 0;
  plan->pitch = width + 2 * plan->margin;
  most = AY_FIGURE_BAND_PIXELS / plan->pitch - 2 * plan->margin;
  plan->rows = CLAMP (most, 1, 64);
  plan->n_bands = (height + plan->rows - 1) / plan->rows;
}

/* Pixel of a batch of points, shifted to be >= 0 for all that touch the image: (v << 16) | u; what
 * is outside has v = limit_v. Stamps: the pixel of the centre, shifted by reach + 1. */
typedef struct
{
  double x0, sx, y1, sy, shift;
  double limit_u, limit_v;
} Projection;

static void
init_projection (Projection *self, const AyFigureBandPlan *plan)
{
  *self = (Projection) { plan->x0, plan->sx, plan->y1, plan->sy, plan->margin * 0.5,
                         plan->width + plan->margin, plan->height + plan->margin };
  if (plan->mark == 0)
    {
      self->shift = plan->reach + 1;
      self->limit_u = plan->width + 2 * self->shift;
      self->limit_v = plan->height + 2 * self->shift;
    }
}

/* Branch-free, for the compiler to vectorise. Outside, and NaN, becomes the limit. */
static inline __attribute__ ((always_inline)) void
project_any (const Projection *p, const float *x, const float *y, gsize n, guint32 *keys)
{
  gint32 u[BATCH], v[BATCH];
  double x0 = p->x0, sx = p->sx, y1 = p->y1, sy = p->sy, shift = p->shift;
  double limit_u = p->limit_u, limit_v = p->limit_v;
  gint32 end_u = (gint32) limit_u, end_v = (gint32) limit_v;

  for (gsize i = 0; i < n; i++)
    {
      double at = (x[i] - x0) * sx + shift;

      at = at >= 0.0 ? at : limit_u;
      at = at < limit_u ? at : limit_u;
      u[i] = (gint32) at;
    }
  for (gsize i = 0; i < n; i++)
    {
      double at = (y1 - y[i]) * sy + shift;

      at = at >= 0.0 ? at : limit_v;
      at = at < limit_v ? at : limit_v;
      v[i] = (gint32) at;
    }
  for (gsize i = 0; i < n; i++)
    keys[i] = (guint32) (u[i] < end_u ? v[i] : end_v) << 16 | (guint32) u[i];
}

#if defined (__x86_64__)
/* AVX2 without FMA: the same roundings as the portable path. */
__attribute__ ((target ("avx2"))) static void
project_avx2 (const Projection *p, const float *x, const float *y, gsize n, guint32 *keys)
{
  project_any (p, x, y, n, keys);
}
#endif

static void
project_portable (const Projection *p, const float *x, const float *y, gsize n, guint32 *keys)
{
  project_any (p, x, y, n, keys);
}

static void
project (const Projection *p, const float *x, const float *y, gsize n, guint32 *keys)
{
#if defined (__x86_64__)
  if (__builtin_cpu_supports ("avx2"))
    {
      project_avx2 (p, x, y, n, keys);
      return;
    }
#endif
  project_portable (p, x, y, n, keys);
}

static guint32
key_of_outside (const AyFigureBandPlan *plan)
{
  Projection projection;

  init_projection (&projection, plan);
  return (guint32) projection.limit_v << 16;
}

static void
fill_keys (AyFigureBands *self, gsize first, gsize count, guint32 *keys)
{
  const AyFigurePoints *points = self->points;
  guint32 outside = key_of_outside (&self->plan);
  Projection projection;

  init_projection (&projection, &self->plan);
  for (gsize done = 0; done < count; done += BATCH)
    project (&projection, points->x + first + done, points->y + first + done,
             MIN (BATCH, count - done), keys + done);
  if (points->visible != NULL)
    for (gsize i = 0; i < count; i++)
      keys[i] = ay_bitset_get (points->visible, first + i) ? keys[i] : outside;
}

static inline guint32
layer_of (const AyFigurePoints *points, gsize row)
{
  return points->selected != NULL && ay_bitset_get (points->selected, row);
}

/* starts[b + 1] = entries of bucket b. No branch depends on the data, but for marks that touch two
 * bands. */
static void
count_squares (const AyFigureBands *self, gsize first, gsize count, const guint32 *keys,
               guint32 *starts)
{
  const AyFigurePoints *points = self->points;
  const AyFigureBandRow *rows = self->rows;

  for (gsize i = 0; i < count; i++)
    {
      const AyFigureBandRow *row = &rows[keys[i] >> 16];
      guint32 bucket = 2u * row->band + layer_of (points, first + i);

      starts[bucket + 1]++;
      if (row->twice)
        starts[bucket + 3]++;
    }
}

static void
place_squares (const AyFigureBands *self, gsize first, gsize count, const guint32 *keys,
               guint32 *starts, guint32 *entries)
{
  static const guint16 no_color = 0;
  const AyFigurePoints *points = self->points;
  const AyFigureBandRow *rows = self->rows;
  const guint16 *color = points->color != NULL ? points->color + first : &no_color;
  gsize color_step = points->color != NULL ? 1 : 0;
  guint32 last_color = points->n_palette - 1;

  for (gsize i = 0; i < count; i++)
    {
      const AyFigureBandRow *row = &rows[keys[i] >> 16];
      guint32 bucket = 2u * row->band + layer_of (points, first + i), u = keys[i] & 0xffff;
      guint32 high = MIN (color[i * color_step], last_color) << 16;

      entries[starts[bucket]++] = high | (row->offset + u);
      if (row->twice) /* its last row is the first one of the next band's buffer + margin */
        entries[starts[bucket + 2]++] = high | u;
    }
}

/* Bands that a stamp with key row v touches, which may reach half a pixel farther than its centre's
 * pixel tells, for positions are rounded. */
static gboolean
bands_of_stamp (const AyFigureBandPlan *plan, guint32 v, int *first, int *last)
{
  int top = MAX ((int) v - 2 * plan->reach - 1, 0), bottom = MIN ((int) v + 1, plan->height - 1);

  *first = top / plan->rows;
  *last = bottom / plan->rows;
  return top < plan->height;
}

/* Counts (entries NULL) or places stamps. */
static void
sort_stamps (const AyFigureBands *self, gsize first, gsize count, const guint32 *keys,
             guint32 *starts, guint32 *entries)
{
  guint32 outside = key_of_outside (&self->plan) >> 16;

  for (gsize i = 0; i < count; i++)
    {
      guint32 v = keys[i] >> 16, layer = layer_of (self->points, first + i);
      int from, to;

      if (v == outside || !bands_of_stamp (&self->plan, v, &from, &to))
        continue;
      for (int band = from; band <= to; band++)
        if (entries == NULL)
          starts[2 * (guint32) band + layer + 1]++;
        else
          entries[starts[2 * (guint32) band + layer]++] = (guint32) (first + i);
    }
}

static void
sort_chunk (gsize chunk, guint worker, gpointer data)
{
  AyFigureBands *self = data;
  gsize first = chunk * AY_FIGURE_BAND_CHUNK;
  gsize count = MIN (AY_FIGURE_BAND_CHUNK, self->points->n - first);
  guint32 *keys = self->scratch + (gsize) worker * AY_FIGURE_BAND_CHUNK;
  guint32 *starts = self->starts + chunk * self->n_starts;
  guint32 *entries = self->entries + chunk * self->chunk_room;

  memset (starts, 0, self->n_starts * sizeof *starts);
  fill_keys (self, first, count, keys);
  if (self->plan.mark != 0)
    count_squares (self, first, count, keys, starts);
  else
    sort_stamps (self, first, count, keys, starts, NULL);
  for (gsize b = 1; b < self->n_starts; b++)
    starts[b] += starts[b - 1];
  if (self->plan.mark != 0)
    place_squares (self, first, count, keys, starts, entries);
  else
    sort_stamps (self, first, count, keys, starts, entries);
  /* placing has moved each start on to its bucket's end, which is the next one's start */
  memmove (starts + 1, starts, (self->n_starts - 1) * sizeof *starts);
  starts[0] = 0;
}

/* Grows a kept buffer; its old contents are not needed. */
static gboolean
reserve (guint32 **buffer, gsize *size, gsize count, gsize each, GError **error)
{
  gsize total;

  if (!g_size_checked_mul (&total, count, each))
    total = G_MAXSIZE / 8; /* refused just below */
  if (total <= *size)
    return TRUE;
  g_clear_pointer (buffer, g_free);
  *size = 0;
  *buffer = g_try_malloc_n (total, sizeof (guint32));
  if (*buffer == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_NOMEM,
                   "no memory to draw %" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT " marks", count,
                   each);
      return FALSE;
    }
  *size = total;
  return TRUE;
}

static void
fill_rows (AyFigureBands *self)
{
  const AyFigureBandPlan *plan = &self->plan;
  int n = plan->height + plan->margin;

  self->rows = g_renew (AyFigureBandRow, self->rows, n + 1);
  for (int v = 0; v < n; v++)
    {
      int band = MAX (v - plan->margin, 0) / plan->rows;
      int last = MIN (v, plan->height - 1) / plan->rows;

      self->rows[v] = (AyFigureBandRow) { (guint32) ((v - band * plan->rows) * plan->pitch),
                                          (guint16) band, band != last };
    }
  self->rows[n] = (AyFigureBandRow) { 0, (guint16) plan->n_bands, FALSE };
}

gboolean
ay_figure_bands_sort (AyFigureBands *self, const AyFigurePoints *points,
                      const AyFigureBandPlan *plan, AyJob *job, GError **error)
{
  gsize copies = plan->mark == 0 ? (gsize) (2 * plan->reach + 1) / (gsize) plan->rows + 2
                                 : (gsize) plan->mark;

  self->plan = *plan;
  self->points = points;
  self->n_chunks = ay_n_blocks (points->n, AY_FIGURE_BAND_CHUNK);
  self->chunk_room = MIN (points->n, AY_FIGURE_BAND_CHUNK) * copies;
  self->n_starts = 2 * (gsize) (plan->n_bands + 1) + 1;
  if (!reserve (&self->entries, &self->entries_size, self->n_chunks, self->chunk_room, error)
      || !reserve (&self->starts, &self->starts_size, self->n_chunks, self->n_starts, error)
      || !reserve (&self->scratch, &self->scratch_size, ay_threads (), AY_FIGURE_BAND_CHUNK, error))
    return FALSE;
  fill_rows (self);
  return ay_parallel_for (self->n_chunks, sort_chunk, self, job, error);
}

void
ay_figure_bands_clear (AyFigureBands *self)
{
  g_clear_pointer (&self->entries, g_free);
  g_clear_pointer (&self->starts, g_free);
  g_clear_pointer (&self->scratch, g_free);
  g_clear_pointer (&self->rows, g_free);
}
