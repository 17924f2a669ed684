/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/edges.h"

#include <math.h>

typedef struct
{
  guint32 from, to;
} Edge;

struct _AyFigureEdges
{
  GArray *edges; /* of Edge */
};

AyFigureEdges *
ay_figure_edges_new (const double *groups, gsize n)
{
  AyFigureEdges *self = g_new (AyFigureEdges, 1);
  g_autoptr (GHashTable) first = g_hash_table_new (g_direct_hash, g_direct_equal);

  self->edges = g_array_new (FALSE, FALSE, sizeof (Edge));
  for (gsize i = 0; i < n; i++)
    {
      gpointer key, from;

      if (!(groups[i] >= 0.0 && groups[i] < G_MAXUINT32))
        continue;
      key = GUINT_TO_POINTER ((guint) groups[i]);
      if (g_hash_table_lookup_extended (first, key, NULL, &from))
        {
          Edge edge = { GPOINTER_TO_UINT (from), (guint32) i };

          g_array_append_val (self->edges, edge);
        }
      else
        g_hash_table_insert (first, key, GUINT_TO_POINTER ((guint) i));
    }
  return self;
}

void
ay_figure_edges_free (AyFigureEdges *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->edges);
  g_free (self);
}

static gboolean
is_shown (const AyFigurePoints *points, guint32 row)
{
  return row < points->n && (points->visible == NULL || ay_bitset_get (points->visible, row))
         && isfinite (points->x[row]) && isfinite (points->y[row]);
}

gsize
ay_figure_edges_count (const AyFigureEdges *self, const AyFigurePoints *points)
{
  gsize count = 0;

  for (guint i = 0; i < self->edges->len; i++)
    {
      const Edge *edge = &g_array_index (self->edges, Edge, i);

      count += is_shown (points, edge->from) && is_shown (points, edge->to);
    }
  return count;
}

/* line: x0, y0, x1, y1. FALSE when no pixel of it can be within. */
static gboolean
place_line (const Edge *edge, const AyFigurePoints *points, const AyFigureView *view,
            const double size[2], double line[4])
{
  if (!is_shown (points, edge->from) || !is_shown (points, edge->to))
    return FALSE;
  ay_figure_view_to_pixel (view, size[0], size[1], points->x[edge->from], points->y[edge->from],
                           &line[0], &line[1]);
  ay_figure_view_to_pixel (view, size[0], size[1], points->x[edge->to], points->y[edge->to],
                           &line[2], &line[3]);
  return MAX (line[0], line[2]) >= 0.0 && MIN (line[0], line[2]) <= size[0]
         && MAX (line[1], line[3]) >= 0.0 && MIN (line[1], line[3]) <= size[1];
}

static void
stroke (cairo_t *cr, AyFigureColor color, double alpha, double width)
{
  cairo_set_source_rgba (cr, ((color >> 16) & 255) / 255.0, ((color >> 8) & 255) / 255.0,
                         (color & 255) / 255.0, alpha);
  cairo_set_line_width (cr, width);
  cairo_stroke_preserve (cr);
}

gsize
ay_figure_edges_draw (const AyFigureEdges *self, cairo_t *cr, const AyFigurePoints *points,
                      const AyFigureView *view, const double size[2], const AyFigureTheme *theme)
{
  gsize within = 0;
  double line[4];

  cairo_save (cr);
  cairo_rectangle (cr, 0.0, 0.0, size[0], size[1]);
  cairo_clip (cr);
  for (guint i = 0; i < self->edges->len; i++)
    if (place_line (&g_array_index (self->edges, Edge, i), points, view, size, line)
        && within++ < AY_FIGURE_MOST_EDGES)
      {
        cairo_move_to (cr, line[0], line[1]);
        cairo_line_to (cr, line[2], line[3]);
      }
  if (within <= AY_FIGURE_MOST_EDGES)
    {
      stroke (cr, theme->background, 0.6, 3.0); /* readable on points of any colour */
      stroke (cr, theme->foreground, 0.8, 1.0);
    }
  cairo_new_path (cr);
  cairo_restore (cr);
  return within;
}
