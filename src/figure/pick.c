/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which points are under the pointer, inside a lasso or in a rectangle.
 *
 * A lasso of m vertices asks, for each point, how many of its edges cross the ray to the right:
 * m tests a point, half a second for a million points and a hand-drawn thousand of vertices. An
 * edge matters only to points between its ends' y; so edges are listed by slabs of y, and a point
 * asks those of its slab. The slab of a number is a monotone function, hence no edge is missed
 * and the answer is exactly that of the plain test. Cost: n x (edges a slab). Threads: chunks of
 * points of whole words of the bitset. */
#include "figure/pick.h"

#include "core/base/parallel.h"

#include <math.h>

#define BLOCK 32768

/* ---- the nearest point ---- */

typedef struct
{
  const AyFigurePoints *points;
  double x, y, unit_x, unit_y; /* world place asked for; pixels a unit */
  double limit;                /* radius squared */
  double *distance;            /* per block */
  guint32 *row;
} Nearest;

static gboolean
is_drawn_later (const AyFigurePoints *points, guint32 row, guint32 than)
{
  if (points->selected != NULL)
    {
      gboolean a = ay_bitset_get (points->selected, row);
      gboolean b = ay_bitset_get (points->selected, than);

      if (a != b)
        return a;
    }
  return row > than;
}

static void
nearest_block (gsize block, guint worker, gpointer data)
{
  Nearest *self = data;
  const AyFigurePoints *points = self->points;
  gsize end = MIN (points->n, (block + 1) * BLOCK);
  double best = self->limit;
  guint32 row = AY_FIGURE_NO_ROW;

  for (gsize i = block * BLOCK; i < end; i++)
    {
      double dx = (points->x[i] - self->x) * self->unit_x;
      double dy = (points->y[i] - self->y) * self->unit_y;
      double distance = dx * dx + dy * dy;

      if (!(distance <= best) || (points->visible != NULL && !ay_bitset_get (points->visible, i)))
        continue;
      if (distance < best || row == AY_FIGURE_NO_ROW || is_drawn_later (points, (guint32) i, row))
        {
          best = distance;
          row = (guint32) i;
        }
    }
  self->distance[block] = best;
  self->row[block] = row;
}

guint32
ay_figure_pick (const AyFigurePoints *points, const AyFigureView *view, double width,
                double height, const double at[2], double radius)
{
  gsize n_blocks = ay_n_blocks (points->n, BLOCK);
  g_autofree double *distance = g_new (double, MAX (n_blocks, 1));
  g_autofree guint32 *rows = g_new (guint32, MAX (n_blocks, 1));
  Nearest nearest = { .points = points, .limit = radius * radius, .distance = distance,
                      .row = rows };
  guint32 row = AY_FIGURE_NO_ROW;
  double best = radius * radius;

  if (!ay_figure_view_is_valid (view) || !(radius >= 0.0))
    return AY_FIGURE_NO_ROW;
  ay_figure_view_to_world (view, width, height, at[0], at[1], &nearest.x, &nearest.y);
  nearest.unit_x = width / (view->x1 - view->x0);
  nearest.unit_y = height / (view->y1 - view->y0);
  ay_parallel_for (n_blocks, nearest_block, &nearest, NULL, NULL);
  for (gsize block = 0; block < n_blocks; block++)
    if (rows[block] != AY_FIGURE_NO_ROW
        && (row == AY_FIGURE_NO_ROW || distance[block] < best
            || (distance[block] == best && is_drawn_later (points, rows[block], row))))
      {
        best = distance[block];
        row = rows[block];
      }
  return row;
}

/* ---- inside a polygon ---- */

#define MAX_SLABS 1024
#define MAX_LISTED (1 << 22) /* entries, if every edge of a large polygon ran through every slab */

typedef struct
{
  double x_low, x_high, y_low, y_high; /* of the polygon */
  double slabs_a_unit;
  guint n_slabs;
  guint32 start[MAX_SLABS + 1]; /* of each slab in edges */
  double (*edges)[4];         /* x0, y0, x1, y1 */
} Slabs;

static inline guint
slab_of (const Slabs *self, double y)
{
  double at = (y - self->y_low) * self->slabs_a_unit;

  return at >= self->n_slabs - 1 ? self->n_slabs - 1 : (guint) MAX (at, 0.0);
}

static void
slabs_bounds (Slabs *self, const double *vertices, gsize m)
{
  self->n_slabs = (guint) CLAMP (MAX_LISTED / m, 16, MAX_SLABS);
  self->x_low = self->y_low = INFINITY;
  self->x_high = self->y_high = -INFINITY;
  for (gsize i = 0; i < m; i++)
    {
      self->x_low = MIN (self->x_low, vertices[2 * i]);
      self->x_high = MAX (self->x_high, vertices[2 * i]);
      self->y_low = MIN (self->y_low, vertices[2 * i + 1]);
      self->y_high = MAX (self->y_high, vertices[2 * i + 1]);
    }
  self->slabs_a_unit
      = self->y_high > self->y_low ? self->n_slabs / (self->y_high - self->y_low) : 0.0;
}

/* Lists the edges twice over: counting, then placing. */
static void
slabs_init (Slabs *self, const double *vertices, gsize m)
{
  g_autofree guint32 *next = g_new0 (guint32, MAX_SLABS + 1);

  slabs_bounds (self, vertices, m);
  memset (self->start, 0, sizeof self->start);
  for (int pass = 0; pass < 2; pass++)
    {
      for (gsize i = 0; i < m; i++)
        {
          const double *a = vertices + 2 * i, *b = vertices + 2 * ((i + 1) % m);
          guint first = slab_of (self, MIN (a[1], b[1])), last = slab_of (self, MAX (a[1], b[1]));

          for (guint slab = first; slab <= last && a[1] != b[1]; slab++)
            if (pass == 0)
              self->start[slab + 1]++;
            else
              memcpy (self->edges[next[slab]++], (double[4]) { a[0], a[1], b[0], b[1] },
                      sizeof (double[4]));
        }
      if (pass == 1)
        break;
      for (guint slab = 0; slab < self->n_slabs; slab++)
        self->start[slab + 1] += self->start[slab];
      memcpy (next, self->start, sizeof self->start);
      self->edges = g_malloc_n (MAX (self->start[self->n_slabs], 1), sizeof *self->edges);
    }
}

/* Crossings of the ray to the right (W. R. Franklin's test). */
static inline gboolean
slabs_contain (const Slabs *self, double x, double y)
{
  gboolean inside = FALSE;
  guint slab;

  if (!(x >= self->x_low && x <= self->x_high && y >= self->y_low && y <= self->y_high))
    return FALSE;
  slab = slab_of (self, y);
  for (guint32 e = self->start[slab]; e < self->start[slab + 1]; e++)
    {
      const double *edge = self->edges[e];

      if ((edge[1] > y) != (edge[3] > y)
          && x < (edge[2] - edge[0]) * (y - edge[1]) / (edge[3] - edge[1]) + edge[0])
        inside = !inside;
    }
  return inside;
}

typedef struct
{
  const AyFigurePoints *points;
  const Slabs *slabs; /* NULL: the rectangle */
  double x_low, x_high, y_low, y_high;
  AyBitset *into;
} Region;

static void
region_block (gsize block, guint worker, gpointer data)
{
  Region *self = data;
  const AyFigurePoints *points = self->points;
  gsize end = MIN (points->n, (block + 1) * BLOCK);

  for (gsize first = block * BLOCK; first < end; first += 64)
    {
      guint64 word = 0;

      for (gsize i = first; i < MIN (first + 64, end); i++)
        {
          double x = points->x[i], y = points->y[i];
          gboolean inside = self->slabs != NULL
                                ? slabs_contain (self->slabs, x, y)
                                : x >= self->x_low && x <= self->x_high && y >= self->y_low
                                      && y <= self->y_high;

          word |= (guint64) (inside && isfinite (x) && isfinite (y)) << (i & 63);
        }
      if (points->visible != NULL)
        word &= points->visible->words[first >> 6];
      self->into->words[first >> 6] = word;
    }
}

void
ay_figure_pick_polygon (const AyFigurePoints *points, const double *vertices, gsize m,
                        AyBitset *into)
{
  g_autofree Slabs *slabs = NULL;
  Region region = { .points = points, .into = into };

  g_return_if_fail (into->n == points->n);
  ay_bitset_clear (into);
  for (gsize i = 0; i < 2 * m; i++)
    if (!isfinite (vertices[i]))
      return;
  if (m < 3)
    return;
  slabs = g_new (Slabs, 1);
  slabs_init (slabs, vertices, m);
  region.slabs = slabs;
  ay_parallel_for (ay_n_blocks (points->n, BLOCK), region_block, &region, NULL, NULL);
  g_free (slabs->edges);
}

void
ay_figure_pick_rectangle (const AyFigurePoints *points, double xa, double ya, double xb, double yb,
                          AyBitset *into)
{
  Region region = { points, NULL, MIN (xa, xb), MAX (xa, xb), MIN (ya, yb), MAX (ya, yb), into };

  g_return_if_fail (into->n == points->n);
  ay_parallel_for (ay_n_blocks (points->n, BLOCK), region_block, &region, NULL, NULL);
}
