/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/scatter.h"

#include "core/base/words.h"
#include "core/base/column.h"
#include "core/base/stats.h"
#include "figure/edges.h"
#include "figure/legend.h"
#include "figure/raster.h"

#include <math.h>

#define LEGEND_GAP 16.0
#define MAX_RASTER 16383.0 /* px a side */
#define SHAPE_POINTS 5000 /* up to so many marks are large enough to tell shapes */
#define SHAPE_RADIUS 2.2

/* The colouring of one drawing: an index a point, a palette, and the legend's entries. */
typedef struct
{
  AyFigurePoints points;
  guint16 *color;
  AyFigureColor *palette;
  guint8 *shape;
  AyFigureScale scale;
  gboolean has_scale;
  AyFigureLegendNotes notes;
  GArray *entries; /* (nullable) */
  double radius, alpha;
} Coloring;

static gboolean
is_visible (const AyFigureScatter *self, gsize i)
{
  return (self->visible == NULL || ay_bitset_get (self->visible, i)) && isfinite (self->x[i])
         && isfinite (self->y[i]);
}

static gboolean
is_uncertain (const AyFigureScatter *self, gsize i)
{
  return self->uncertain != NULL && !isnan (self->values[i]) && ay_bitset_get (self->uncertain, i);
}

static gsize
count_visible (const AyFigureScatter *self)
{
  gsize count = 0;

  for (gsize i = 0; i < self->n; i++)
    count += is_visible (self, i);
  return count;
}

/* counts[k] of class k among the visible points; [n_names]: missing. (transfer full) */
static guint64 *
count_classes (const AyFigureScatter *self)
{
  guint64 *counts = g_new0 (guint64, (gsize) self->n_names + 1);

  for (gsize i = 0; i < self->n; i++)
    if (is_visible (self, i))
      counts[MIN (self->codes[i], self->n_names)]++;
  return counts;
}

/* The slot of each class, [n_names]: missing. Where there are more classes than colours the
 * largest ones get them; slot `most` is all others, most + 1 is missing. (transfer full) */
static guint16 *
assign_slots (const AyFigureScatter *self, const guint64 *counts, guint most)
{
  guint16 *slots = g_new (guint16, (gsize) self->n_names + 1);
  g_autofree double *sizes = g_new (double, (gsize) self->n_names + 1);
  g_autofree guint32 *order = NULL;
  guint next = 0;

  for (guint k = 0; k < self->n_names; k++)
    {
      sizes[k] = (double) counts[k];
      slots[k] = (guint16) (self->n_names <= most ? k : most);
    }
  slots[self->n_names] = (guint16) (most + 1);
  if (self->n_names <= most)
    return slots;
  order = ay_order (sizes, self->n_names, TRUE);
  for (guint k = 0; k < most; k++)
    slots[order[k]] = 0;
  for (guint k = 0; k < self->n_names; k++) /* in the order of the names, so that it is stable */
    if (slots[k] == 0)
      slots[k] = (guint16) next++;
  return slots;
}

static void
add_entry (Coloring *into, const char *name, guint64 count, guint slot)
{
  AyFigureLegendEntry entry = { (char *) name, count, into->palette[slot],
                                (AyFigureShape) into->shape[slot], FALSE };

  ay_figure_legend_add (into->entries, &entry);
}

static void
list_classes (const AyFigureScatter *self, const guint64 *counts, const guint16 *slots, guint most,
              const AyFigureTheme *theme, Coloring *into)
{
  guint64 others = 0;
  guint n_others = 0;

  into->entries = ay_figure_legend_new ();
  for (guint k = 0; k < self->n_names; k++)
    if (slots[k] < most)
      add_entry (into, self->names[k], counts[k], slots[k]);
    else
      {
        others += counts[k];
        n_others++;
      }
  if (n_others > 0)
    {
      g_autofree char *name
          = g_strdup_printf (ay_figure_word (theme, N_ ("%u others")), n_others);

      add_entry (into, name, others, most);
    }
  if (counts[self->n_names] > 0)
    add_entry (into, ay_figure_word (theme, N_ ("no value")), counts[self->n_names], most + 1);
}

static void
color_by_class (const AyFigureScatter *self, const AyFigureTheme *theme, Coloring *into)
{
  gboolean shapes = into->radius >= SHAPE_RADIUS;
  guint most = ay_figure_max_classes (shapes);
  g_autofree guint64 *counts = count_classes (self);
  g_autofree guint16 *slots = assign_slots (self, counts, most);

  into->points.n_palette = most + 2;
  into->palette = g_new (AyFigureColor, most + 2);
  into->shape = g_new0 (guint8, most + 2);
  for (guint k = 0; k < most; k++)
    {
      into->palette[k] = ay_figure_class_color (theme, k, shapes);
      into->shape[k] = shapes ? (guint8) ay_figure_class_shape (k) : AY_FIGURE_DISC;
    }
  into->palette[most] = theme->other;
  into->palette[most + 1] = theme->missing;
  into->shape[most + 1] = shapes ? AY_FIGURE_MISSING_SHAPE : AY_FIGURE_DISC;
  for (gsize i = 0; i < self->n; i++)
    into->color[i] = slots[MIN (self->codes[i], self->n_names)];
  list_classes (self, counts, slots, most, theme, into);
}

static void
color_by_value (const AyFigureScatter *self, const AyFigureTheme *theme, Coloring *into)
{
  double low = self->low, high = self->high;

  if (!(low < high))
    ay_figure_scale_range (self->values, self->n, &low, &high);
  ay_figure_scale_init (&into->scale, self->scale, low, high, theme);
  into->has_scale = TRUE;
  for (gsize i = 0; i < self->n; i++)
    if (is_visible (self, i))
      {
        into->notes.missing += isnan (self->values[i]);
        into->notes.uncertain += is_uncertain (self, i);
      }
  if (self->uncertain == NULL)
    {
      into->points.n_palette = AY_FIGURE_SCALE_STEPS + 1;
      into->palette = g_memdup2 (into->scale.colors, sizeof into->scale.colors);
      into->shape = g_new0 (guint8, AY_FIGURE_SCALE_STEPS + 1);
      into->shape[AY_FIGURE_SCALE_STEPS] = AY_FIGURE_MISSING_SHAPE;
      ay_figure_scale_indices (&into->scale, self->values, self->n, into->color);
      return;
    }
  into->points.n_palette = AY_FIGURE_HOLLOW_STEPS;
  into->palette = g_new (AyFigureColor, AY_FIGURE_HOLLOW_STEPS);
  into->shape = g_new (guint8, AY_FIGURE_HOLLOW_STEPS);
  ay_figure_scale_hollow (&into->scale, theme, into->palette, into->shape);
  ay_figure_scale_hollow_indices (&into->scale, self->values, self->n, self->uncertain,
                                  into->color);
}

static void
coloring_init (Coloring *into, const AyFigureScatter *self, const AyFigureTheme *theme,
               const AyFigureBox *box)
{
  gsize shown = count_visible (self);

  *into = (Coloring) { .points = { .n = self->n, .x = self->x, .y = self->y,
                                   .visible = self->visible, .n_palette = 1 } };
  ay_figure_raster_suggest (shown, box->width, box->height, &into->radius, &into->alpha);
  if (shown <= SHAPE_POINTS && self->codes != NULL && !self->density)
    into->radius = MAX (into->radius, SHAPE_RADIUS);
  if (self->radius > 0.0)
    into->radius = self->radius;
  into->color = g_new0 (guint16, self->n + 1);
  if (self->density || (self->codes == NULL && self->values == NULL))
    into->palette = g_memdup2 (&theme->accent, sizeof theme->accent);
  else if (self->codes != NULL)
    color_by_class (self, theme, into);
  else
    color_by_value (self, theme, into);
  if (self->density)
    ay_figure_scale_init (&into->scale, AY_FIGURE_SEQUENTIAL, 0.0, 1.0, theme);
  into->points.color = into->color;
  into->points.palette = into->palette;
  into->points.shape = into->shape;
  if (self->selected != NULL && ay_bitset_count (self->selected) > 0)
    into->points.selected = self->selected;
}

static void
coloring_clear (Coloring *self)
{
  g_free (self->color);
  g_free (self->palette);
  g_free (self->shape);
  g_clear_pointer (&self->entries, g_array_unref);
}

/* ---- drawing ---- */

static void
draw_points (AyFigureCanvas *canvas, const AyFigureScatter *self, const Coloring *coloring,
             const AyFigureView *view, const AyFigureBox *plot)
{
  AyFigureRasterOptions options = AY_FIGURE_RASTER_OPTIONS_INIT;
  g_autoptr (AyFigureRaster) raster = NULL;
  cairo_surface_t *image;
  guint32 *pixels;
  gboolean drawn;
  gsize stride;

  options.scale = CLAMP (canvas->scale, 1.0, 4.0);
  options.scale = MIN (options.scale, MAX_RASTER / MAX (plot->width, plot->height));
  if (self->density)
    options.scale /= ay_figure_raster_density_cell (count_visible (self), plot->width,
                                                    plot->height, options.scale);
  options.width = (int) MAX (plot->width * options.scale + 0.5, 1.0);
  options.height = (int) MAX (plot->height * options.scale + 0.5, 1.0);
  options.radius = coloring->radius;
  options.alpha = coloring->alpha;
  image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, options.width, options.height);
  if (cairo_surface_status (image) != CAIRO_STATUS_SUCCESS)
    {
      ay_figure_give_up (canvas->cr);
      cairo_surface_destroy (image);
      return;
    }
  raster = ay_figure_raster_new ();
  cairo_surface_flush (image);
  pixels = (guint32 *) cairo_image_surface_get_data (image);
  stride = (gsize) cairo_image_surface_get_stride (image);
  drawn = self->density
              ? ay_figure_raster_density (raster, &coloring->points, view, &options,
                                          &coloring->scale, pixels, stride, NULL, NULL)
              : ay_figure_raster_draw (raster, &coloring->points, view, &options, pixels, stride,
                                       NULL, NULL);
  cairo_surface_mark_dirty (image);
  if (drawn)
    {
      cairo_save (canvas->cr);
      cairo_translate (canvas->cr, plot->x, plot->y);
      cairo_scale (canvas->cr, 1.0 / options.scale, 1.0 / options.scale);
      cairo_set_source_surface (canvas->cr, image, 0.0, 0.0);
      cairo_pattern_set_filter (cairo_get_source (canvas->cr), CAIRO_FILTER_NEAREST);
      cairo_paint (canvas->cr);
      cairo_restore (canvas->cr);
    }
  else
    ay_figure_give_up (canvas->cr); /* better no drawing than one without its points */
  cairo_surface_destroy (image);
}

static void
draw_edges (AyFigureCanvas *canvas, const AyFigureScatter *self, const Coloring *coloring,
            const AyFigureView *view, const AyFigureBox *plot)
{
  g_autoptr (AyFigureEdges) edges = ay_figure_edges_new (self->groups, self->n);
  const double size[2] = { plot->width, plot->height };

  cairo_save (canvas->cr);
  cairo_translate (canvas->cr, plot->x, plot->y);
  ay_figure_edges_draw (edges, canvas->cr, &coloring->points, view, size, canvas->theme);
  cairo_restore (canvas->cr);
}

static void
fit_axis (AyFigureAxis *axis, double low, double high)
{
  if (axis->low == axis->high)
    {
      axis->low = low;
      axis->high = high;
    }
  ay_figure_axis_repair (axis);
}

static double
legend_width (AyFigureCanvas *canvas, const AyFigureScatter *self, const Coloring *coloring,
              const AyFigureBox *box)
{
  double most = box->width * 0.34;

  if (coloring->entries != NULL)
    return ay_figure_legend_width (canvas, self->color_label, coloring->entries, most);
  if (coloring->has_scale)
    {
      g_autoptr (GArray) none = ay_figure_legend_new ();
      double title = ay_figure_legend_width (canvas, self->color_label, none, most);

      return MIN (MAX (title, canvas->theme->font_size * (coloring->notes.uncertain > 0 ? 14.0
                                                   : coloring->notes.missing > 0 ? 11.0
                                                                                 : 6.0)),
                  most);
    }
  return 0.0;
}

static void
draw_legend (AyFigureCanvas *canvas, const AyFigureScatter *self, const Coloring *coloring,
             const AyFigureBox *box)
{
  if (coloring->entries != NULL)
    ay_figure_legend_draw (canvas, self->color_label, coloring->entries, box);
  else if (coloring->has_scale)
    ay_figure_legend_draw_scale (canvas, self->color_label, &coloring->scale, &coloring->notes,
                                 box);
}

/* What is asked for of a map, grown in one direction so that both have the same scale. */
static AyFigureView
map_window (const AyFigureAxis *x, const AyFigureAxis *y, const AyFigureBox *plot)
{
  double scale = MAX ((x->high - x->low) / plot->width, (y->high - y->low) / plot->height);
  double cx = (x->low + x->high) / 2.0, cy = (y->low + y->high) / 2.0;
  double w = scale * plot->width / 2.0, h = scale * plot->height / 2.0;

  return (AyFigureView) { cx - w, cy - h, cx + w, cy + h };
}

void
ay_figure_scatter_draw (AyFigureCanvas *canvas, const AyFigureScatter *self,
                        const AyFigureBox *box)
{
  AyFigureAxis x = self->x_axis, y = self->y_axis;
  AyFigureBox left = *box, legend, plot;
  AyFigureView view;
  Coloring coloring;

  coloring_init (&coloring, self, canvas->theme, box);
  legend = *box;
  legend.width = legend_width (canvas, self, &coloring, box);
  legend.x = box->x + box->width - legend.width;
  if (legend.width > 0.0)
    left.width = MAX (left.width - legend.width - LEGEND_GAP, 1.0);
  x.hidden = x.hidden || self->map;
  y.hidden = y.hidden || self->map;
  view = ay_figure_view_fit (&coloring.points, left.width, left.height, 0.04, self->map);
  fit_axis (&x, view.x0, view.x1);
  fit_axis (&y, view.y0, view.y1);
  plot = ay_figure_axes_layout (canvas, &left, &x, &y);
  if (self->map && self->x_axis.low < self->x_axis.high && self->y_axis.low < self->y_axis.high)
    view = map_window (&self->x_axis, &self->y_axis, &plot);
  else if (self->map) /* again, for the equal scales of the plot itself */
    view = ay_figure_view_fit (&coloring.points, plot.width, plot.height, 0.04, TRUE);
  else
    view = (AyFigureView) { x.low, y.low, x.high, y.high };
  ay_figure_axes_draw (canvas, &plot, &x, &y);
  if (count_visible (self) > 0)
    draw_points (canvas, self, &coloring, &view, &plot);
  else
    ay_figure_say (canvas, &plot, N_ ("No points to show"));
  if (self->groups != NULL)
    draw_edges (canvas, self, &coloring, &view, &plot);
  draw_legend (canvas, self, &coloring, &legend);
  coloring_clear (&coloring);
}

/* ---- words ---- */

#define NAMED_CLASSES 3

static void
describe_classes (const AyFigureScatter *self, const AyFigureTheme *theme, GString *out)
{
  g_autofree guint64 *counts = count_classes (self);
  guint named = MIN (self->n_names, NAMED_CLASSES);

  g_string_append (out, ": ");
  for (guint k = 0; k < named; k++)
    {
      g_autofree char *count = ay_figure_count (counts[k]);

      g_string_append_printf (out, "%s%s (%s)", k > 0 ? ", " : "", self->names[k], count);
    }
  if (self->n_names > named)
    g_string_append_printf (out, ay_figure_word (theme, N_ (" and %u more")),
                            self->n_names - named);
  if (counts[self->n_names] > 0)
    g_string_append_printf (out, ay_figure_word (theme, N_ ("; %zu without a value")),
                            (gsize) counts[self->n_names]);
}

static void
describe_values (const AyFigureScatter *self, const AyFigureTheme *theme, GString *out)
{
  double low = INFINITY, high = -INFINITY;
  char a[24], b[24];
  gsize missing = 0, uncertain = 0;

  for (gsize i = 0; i < self->n; i++)
    if (is_visible (self, i))
      {
        missing += isnan (self->values[i]);
        uncertain += is_uncertain (self, i);
        low = MIN (low, isnan (self->values[i]) ? low : self->values[i]);
        high = MAX (high, isnan (self->values[i]) ? high : self->values[i]);
      }
  ay_figure_number_said (theme, low, a);
  ay_figure_number_said (theme, high, b);
  if (low <= high)
    g_string_append_printf (out, ay_figure_word (theme, N_ (", from %s to %s")), a, b);
  if (uncertain > 0)
    g_string_append_printf (
        out, ay_figure_word (theme, N_ ("; %zu not to be told from zero (hollow)")), uncertain);
  if (missing > 0)
    g_string_append_printf (out, ay_figure_word (theme, N_ ("; %zu without a value")), missing);
}

static void
describe_edges (const AyFigureScatter *self, const AyFigureTheme *theme, GString *out)
{
  AyFigurePoints points = { .n = self->n, .x = self->x, .y = self->y, .visible = self->visible };
  g_autoptr (AyFigureEdges) edges = ay_figure_edges_new (self->groups, self->n);
  gsize n = ay_figure_edges_count (edges, &points);
  g_autofree char *count = ay_figure_count (n);

  g_string_append_printf (
      out,
      ay_figure_word (theme, n == 1 ? N_ ("; %s line between rows of a group")
                                    : N_ ("; %s lines between rows of a group")),
      count);
  if (n > AY_FIGURE_MOST_EDGES)
    g_string_append (out, ay_figure_word (theme, N_ (", too many to be drawn")));
}

char *
ay_figure_scatter_summary (const AyFigureScatter *self, const AyFigureTheme *theme)
{
  gsize shown = count_visible (self), placed = 0;
  g_autofree char *count = ay_figure_count (shown);
  GString *out = g_string_new (NULL);

  g_string_append_printf (
      out,
      ay_figure_word (theme, self->map && shown == 1 ? N_ ("Map of %s point")
                             : self->map             ? N_ ("Map of %s points")
                             : shown == 1            ? N_ ("Scatter plot of %s point")
                                                     : N_ ("Scatter plot of %s points")),
      count);
  if (!self->map && self->x_axis.label != NULL && self->y_axis.label != NULL)
    g_string_append_printf (out, ay_figure_word (theme, N_ (", %s against %s")),
                            self->y_axis.label, self->x_axis.label);
  if (self->density)
    g_string_append (out, ay_figure_word (theme, N_ (", coloured by their density")));
  else if (self->codes != NULL || self->values != NULL)
    g_string_append_printf (out, ay_figure_word (theme, N_ (", coloured by %s")),
                            ay_figure_name (self->color_label, theme,
                                            self->codes != NULL ? N_ ("class") : N_ ("value")));
  if (!self->density && self->codes != NULL)
    describe_classes (self, theme, out);
  else if (!self->density && self->values != NULL)
    describe_values (self, theme, out);
  for (gsize i = 0; i < self->n; i++)
    placed += isfinite (self->x[i]) && isfinite (self->y[i]);
  if (placed < self->n)
    g_string_append_printf (out, ay_figure_word (theme, N_ ("; %zu have no place")),
                            self->n - placed);
  if (self->selected != NULL && ay_bitset_count (self->selected) > 0)
    g_string_append_printf (out, ay_figure_word (theme, N_ ("; %zu selected")),
                            ay_bitset_count (self->selected));
  if (self->groups != NULL)
    describe_edges (self, theme, out);
  g_string_append_c (out, '.');
  return g_string_free (out, FALSE);
}
