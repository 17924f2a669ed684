/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/map_walk.h"

#include "app/model/cluster_names.h"
#include "app/widgets/row_card.h"

#include <glib/gi18n.h>
#include <math.h>

/* What lies aside of a direction counts so much more than what lies along it. */
#define ASIDE 2.0

typedef struct
{
  double x, y; /* sums, then the mean */
  gsize n;
} Middle;

AyColumn *
assay_map_walk_dup_regions (AssaySession *session)
{
  AyColumn *clusters = assay_session_find_column (session, "cluster");
  AyColumn *labels = assay_session_find_column (session, "label");

  if (clusters != NULL)
    return assay_clusters_dup_column (session, clusters);
  return labels != NULL && ay_column_type (labels) == AY_COLUMN_CATEGORY ? ay_column_ref (labels)
                                                                         : NULL;
}

static gboolean
is_there (const AyFigurePoints *points, gsize i)
{
  return (points->visible == NULL || ay_bitset_get (points->visible, i)) && isfinite (points->x[i])
         && isfinite (points->y[i]);
}

static gboolean
place_of (const AssayMapWalk *self, gint64 row, double *x, double *y)
{
  *x = self->width / 2.0;
  *y = self->height / 2.0;
  if (row < 0 || (gsize) row >= self->points->n || !is_there (self->points, (gsize) row))
    return FALSE;
  ay_figure_view_to_pixel (self->view, self->width, self->height, self->points->x[row],
                           self->points->y[row], x, y);
  return TRUE;
}

/* INFINITY: not in that direction. */
static double
cost_of (double x, double y, int dx, int dy)
{
  double along = x * dx + y * dy, across = fabs (x * dy - y * dx);

  return along > 0.0 ? along + ASIDE * across : INFINITY;
}

gint64
assay_map_walk_to_point (const AssayMapWalk *self, gint64 from, int dx, int dy)
{
  double x0, y0, least = INFINITY;
  gboolean starts = !place_of (self, from, &x0, &y0);
  gint64 best = -1;

  for (gsize i = 0; i < self->points->n; i++)
    {
      double x, y, cost;

      if ((gint64) i == from || !is_there (self->points, i))
        continue;
      ay_figure_view_to_pixel (self->view, self->width, self->height, self->points->x[i],
                               self->points->y[i], &x, &y);
      cost = starts ? hypot (x - x0, y - y0) : cost_of (x - x0, y - y0, dx, dy);
      if (cost < least)
        {
          least = cost;
          best = (gint64) i;
        }
    }
  return best;
}

/* --- regions --- */

/* (transfer full): n of them; those without a point have n = 0. */
static Middle *
find_middles (const AssayMapWalk *self, guint *n)
{
  const guint32 *codes = ay_column_codes (self->regions);
  Middle *middles;

  ay_column_categories (self->regions, n);
  middles = g_new0 (Middle, MAX (*n, 1));
  for (gsize i = 0; i < self->points->n; i++)
    if (codes[i] < *n && is_there (self->points, i))
      {
        middles[codes[i]].x += self->points->x[i];
        middles[codes[i]].y += self->points->y[i];
        middles[codes[i]].n++;
      }
  for (guint k = 0; k < *n; k++)
    if (middles[k].n > 0)
      {
        middles[k].x /= (double) middles[k].n;
        middles[k].y /= (double) middles[k].n;
      }
  return middles;
}

static gint64
most_central (const AssayMapWalk *self, const Middle *middles, guint region)
{
  const guint32 *codes = ay_column_codes (self->regions);
  double least = INFINITY;
  gint64 best = -1;

  for (gsize i = 0; i < self->points->n; i++)
    if (codes[i] == region && is_there (self->points, i))
      {
        double away = hypot (self->points->x[i] - middles[region].x,
                             self->points->y[i] - middles[region].y);

        if (away < least)
          {
            least = away;
            best = (gint64) i;
          }
      }
  return best;
}

/* n or more: in none. */
static guint
region_of (const AssayMapWalk *self, gint64 row)
{
  return row >= 0 && (gsize) row < self->points->n ? ay_column_codes (self->regions)[row]
                                                   : G_MAXUINT32;
}

gint64
assay_map_walk_to_next (const AssayMapWalk *self, gint64 from, int step)
{
  g_autofree Middle *middles = NULL;
  guint n, at;

  if (self->regions == NULL)
    return -1;
  middles = find_middles (self, &n);
  at = region_of (self, from);
  if (at >= n)
    at = step > 0 ? n - 1 : 0;
  for (guint tried = 0; tried < n; tried++)
    {
      at = (at + n + (guint) step) % n;
      if (middles[at].n > 0)
        return most_central (self, middles, at);
    }
  return -1;
}

gint64
assay_map_walk_to_region (const AssayMapWalk *self, gint64 from, int dx, int dy)
{
  g_autofree Middle *middles = NULL;
  double x0, y0, least = INFINITY;
  guint n, own, best = G_MAXUINT32;
  gboolean starts = !place_of (self, from, &x0, &y0);

  if (self->regions == NULL)
    return -1;
  middles = find_middles (self, &n);
  own = region_of (self, from);
  if (own < n && middles[own].n > 0)
    ay_figure_view_to_pixel (self->view, self->width, self->height, middles[own].x,
                             middles[own].y, &x0, &y0);
  for (guint k = 0; k < n; k++)
    {
      double x, y, cost;

      if (k == own || middles[k].n == 0)
        continue;
      ay_figure_view_to_pixel (self->view, self->width, self->height, middles[k].x, middles[k].y,
                               &x, &y);
      cost = starts ? hypot (x - x0, y - y0) : cost_of (x - x0, y - y0, dx, dy);
      if (cost < least)
        {
          least = cost;
          best = k;
        }
    }
  return best < n ? most_central (self, middles, best) : -1;
}

char *
assay_map_walk_dup_words (AyColumn *regions, AssaySession *session, gsize row)
{
  g_autofree char *title = assay_row_card_dup_title (session, row);
  g_autofree char *value = assay_row_card_dup_value (session, row);
  GString *out = g_string_new (title);
  guint n = 0;
  const char *const *names = regions != NULL ? ay_column_categories (regions, &n) : NULL;
  guint at = regions != NULL ? ay_column_codes (regions)[row] : 0;

  if (value != NULL)
    g_string_append_printf (out, "; %s", value);
  if (at < n)
    g_string_append_printf (out, g_str_equal (ay_column_name (regions), "label")
                                     ? _ ("; %s, one of %u classes")
                                     : _ ("; %s, one of %u clusters"),
                            names[at], n);
  return g_string_free (out, FALSE);
}
