/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/map_view.h"

#include "app/widgets/map_frame.h"
#include "app/widgets/map_gestures.h"
#include "app/widgets/map_marks.h"
#include "app/widgets/map_walk.h"
#include "app/widgets/set_name.h"
#include "figure/pick.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

/* The cloud is one texture of the view it was made for. While a new one is in the making the old
 * one is shown moved and scaled, so that panning and zooming follow the hand at once. A frame is
 * made in place while the last one took less than a screen frame, else in a thread. */
#define FRAME_BUDGET 0.012
/* Above so many points marks are small while moving, and full again after this rest. */
#define COARSE_ABOVE 200000
#define REST_MS 160

struct _AssayMapView
{
  GtkWidget parent;
  AssaySession *session;
  char *x_name, *y_name;    /* the columns of the places */
  gboolean plot;            /* of two scores: each axis has its own scale */
  float *x, *y;             /* rc boxes, shared with the frames in the making */
  gsize n;
  AssayPointColors *colors;
  AyFigureView view;
  gboolean fitted;
  AssayTool tool;
  gboolean density, moving;
  guint rest;

  AyFigureRaster *raster;
  GdkTexture *texture;      /* of texture_view at texture_width x texture_height logical px */
  AyFigureView texture_view;
  gboolean stale, drawing;  /* the texture is not of now; a thread makes one */
  double last_seconds;
  AssayMapGestures *gestures;

  gboolean forming;         /* the places are of a map in the making */
  gint64 link_row;          /* joined to link_rows; -1: none */
  guint32 *link_rows;
  guint n_links;
  gboolean show_groups;
  AyFigureEdges *edges;     /* (nullable) of the groups, while they are shown */
  AyColumn *regions;        /* (nullable) made on need */
  AyBitset *only, *marked;  /* (nullable) what is shown in place of the session's rows */
  AssayChart *chart;        /* (nullable) weak: what it is in */
};

G_DEFINE_FINAL_TYPE (AssayMapView, assay_map_view, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SESSION,
  PROP_TOOL,
  PROP_DENSITY,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static guint hover_at;

static void
make_stale (AssayMapView *self)
{
  self->stale = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

AyFigurePoints
assay_map_view_points (AssayMapView *self)
{
  return (AyFigurePoints) { .n = self->n, .x = self->x, .y = self->y,
                            .color = self->colors->index, .palette = self->colors->palette,
                            .n_palette = self->colors->n_palette,
                            .visible = assay_session_get_visible (self->session),
                            .selected = assay_session_get_selection (self->session) };
}

static void
fit_to (AssayMapView *self, const AyBitset *rows)
{
  AyFigurePoints points = assay_map_view_points (self);
  double width = gtk_widget_get_width (GTK_WIDGET (self));
  double height = gtk_widget_get_height (GTK_WIDGET (self));

  points.visible = rows;
  self->view = ay_figure_view_fit (&points, MAX (width, 1), MAX (height, 1), 0.05,
                                   !self->plot);
  self->fitted = width > 0;
  make_stale (self);
}

void
assay_map_view_fit (AssayMapView *self, gboolean to_selection)
{
  const AyBitset *selection;

  if (self->n == 0)
    return;
  selection = assay_session_get_selection (self->session);
  fit_to (self, to_selection && ay_bitset_count (selection) > 0
                    ? selection
                    : assay_session_get_visible (self->session));
}

static gboolean
rested (gpointer data)
{
  AssayMapView *self = data;

  self->rest = 0;
  self->moving = FALSE;
  make_stale (self);
  return G_SOURCE_REMOVE;
}

void
assay_map_view_set_view (AssayMapView *self, const AyFigureView *view)
{
  if (!ay_figure_view_is_valid (view))
    return;
  self->view = *view;
  if (self->n > COARSE_ABOVE)
    {
      self->moving = TRUE;
      g_clear_handle_id (&self->rest, g_source_remove);
      self->rest = g_timeout_add (REST_MS, rested, self);
    }
  make_stale (self);
}

const AyFigureView *
assay_map_view_get_view (AssayMapView *self)
{
  return &self->view;
}

void
assay_map_view_zoom_at (AssayMapView *self, double factor, double px, double py)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self));
  double height = gtk_widget_get_height (GTK_WIDGET (self));
  AyFigureView view = self->view;
  double x, y;

  if (width <= 0 || height <= 0 || !self->fitted)
    return;
  ay_figure_view_to_world (&view, width, height, px, py, &x, &y);
  view.x0 = x + (view.x0 - x) / factor;
  view.x1 = x + (view.x1 - x) / factor;
  view.y0 = y + (view.y0 - y) / factor;
  view.y1 = y + (view.y1 - y) / factor;
  assay_map_view_set_view (self, &view);
}

void
assay_map_view_zoom (AssayMapView *self, double factor)
{
  assay_map_view_zoom_at (self, factor, gtk_widget_get_width (GTK_WIDGET (self)) / 2.0,
                          gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
}

AssaySession *
assay_map_view_get_session (AssayMapView *self)
{
  return self->session;
}

AssayTool
assay_map_view_get_tool (AssayMapView *self)
{
  return self->tool;
}

void
assay_map_view_emit_hover (AssayMapView *self, gint64 row, double px, double py)
{
  g_signal_emit (self, hover_at, 0, row, px, py);
}

/* --- frames --- */

static AssayMapFrame
describe_frame (AssayMapView *self, int width, int height, int scale)
{
  AssayMapFrame frame
      = assay_map_frame_describe (self->session, self->colors, self->n, self->x, self->y);

  if (self->only != NULL)
    {
      g_clear_pointer (&frame.visible, ay_bitset_free);
      g_clear_pointer (&frame.selected, ay_bitset_free);
      frame.visible = ay_bitset_copy (self->only);
      frame.selected = self->marked != NULL && ay_bitset_count (self->marked) > 0
                           ? ay_bitset_copy (self->marked) : NULL;
    }
  frame.view = self->view;
  frame.density = self->density;
  frame.coarse = self->moving;
  ay_figure_raster_suggest (self->only != NULL ? ay_bitset_count (self->only) : self->n, width,
                            height, &frame.options.radius, &frame.options.alpha);
  if (self->moving)
    frame.options.radius = MIN (frame.options.radius, 1.0);
  frame.options.width = width * scale;
  frame.options.height = height * scale;
  frame.options.scale = scale;
  return frame;
}

static void
take_texture (AssayMapView *self, GdkTexture *texture, const AyFigureView *view)
{
  if (texture == NULL)
    return;
  g_set_object (&self->texture, texture);
  g_object_unref (texture);
  self->texture_view = *view;
}

typedef struct
{
  AssayMapFrame frame;
  AyFigureRaster *raster;
  double seconds;
} FrameTask;

static void
frame_task_free (gpointer data)
{
  FrameTask *task = data;

  assay_map_frame_clear (&task->frame);
  g_free (task);
}

static void
draw_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  FrameTask *self = data;
  GdkTexture *texture = assay_map_frame_draw (&self->frame, self->raster, &self->seconds);

  g_task_return_pointer (task, texture, g_object_unref);
}

static void
drawn (GObject *source, GAsyncResult *result, gpointer data)
{
  AssayMapView *self = ASSAY_MAP_VIEW (source);
  FrameTask *task = g_task_get_task_data (G_TASK (result));

  self->drawing = FALSE;
  self->last_seconds = task->seconds;
  take_texture (self, g_task_propagate_pointer (G_TASK (result), NULL), &task->frame.view);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
start_drawing (AssayMapView *self, AssayMapFrame *frame)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, drawn, NULL);
  FrameTask *data = g_new0 (FrameTask, 1);

  data->frame = *frame;
  data->raster = self->raster;
  self->drawing = TRUE;
  g_task_set_task_data (task, data, frame_task_free);
  g_task_run_in_thread (task, draw_in_thread);
}

static void
refresh (AssayMapView *self, int width, int height)
{
  AssayMapFrame frame;

  if (!self->stale || self->drawing || self->n == 0)
    return;
  if (!self->fitted)
    fit_to (self, assay_session_get_visible (self->session));
  frame = describe_frame (self, width, height, gtk_widget_get_scale_factor (GTK_WIDGET (self)));
  self->stale = FALSE;
  if (self->last_seconds > FRAME_BUDGET && self->texture != NULL)
    {
      start_drawing (self, &frame);
      return;
    }
  take_texture (self, assay_map_frame_draw (&frame, self->raster, &self->last_seconds),
                &frame.view);
  assay_map_frame_clear (&frame);
}

double
assay_map_view_time_frame (AssayMapView *self, int width, int height)
{
  AssayMapFrame frame;
  double seconds = NAN;
  g_autoptr (GdkTexture) texture = NULL;

  if (self->drawing || self->n == 0)
    return NAN;
  frame = describe_frame (self, width, height, 1);
  texture = assay_map_frame_draw (&frame, self->raster, &seconds);
  assay_map_frame_clear (&frame);
  return texture != NULL ? seconds : NAN;
}

static void
append_texture (AssayMapView *self, GtkSnapshot *snapshot, int width, int height)
{
  graphene_rect_t bounds;
  double x0, y0, x1, y1;

  if (self->texture == NULL)
    return;
  ay_figure_view_to_pixel (&self->view, width, height, self->texture_view.x0,
                           self->texture_view.y1, &x0, &y0);
  ay_figure_view_to_pixel (&self->view, width, height, self->texture_view.x1,
                           self->texture_view.y0, &x1, &y1);
  graphene_rect_init (&bounds, (float) x0, (float) y0, (float) (x1 - x0), (float) (y1 - y0));
  gtk_snapshot_append_texture (snapshot, self->texture, &bounds);
}

/* What is marked above the cloud. */
static void
append_marks (AssayMapView *self, GtkSnapshot *snapshot, int width, int height)
{
  AssayMapPlaces places = { &self->view, width, height, self->x, self->y, self->n };

  assay_map_marks_links (&places, snapshot, self->link_row, self->link_rows, self->n_links);
  assay_map_marks_ring (&places, snapshot, assay_session_get_hovered (self->session));
}

static void
append_edges (AssayMapView *self, GtkSnapshot *snapshot)
{
  AyFigurePoints points = assay_map_view_points (self);

  if (self->edges != NULL && !self->moving && !self->forming)
    assay_map_frame_append_edges (GTK_WIDGET (self), snapshot, self->edges, &points, &self->view);
}

static void
assay_map_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  AssayMapView *self = ASSAY_MAP_VIEW (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);

  if (width <= 0 || height <= 0 || self->session == NULL || self->n == 0)
    return;
  refresh (self, width, height);
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  append_texture (self, snapshot, width, height);
  append_edges (self, snapshot);
  append_marks (self, snapshot, width, height);
  assay_map_gestures_snapshot (self->gestures, snapshot, width, height);
  gtk_snapshot_pop (snapshot);
}

/* Keeps the middle and the scale when the size changes; a plot keeps its ranges. */
static void
assay_map_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  AssayMapView *self = ASSAY_MAP_VIEW (widget);

  self->stale = TRUE;
  if (self->fitted && !self->plot && width > 0 && height > 0)
    {
      AyFigureView *view = &self->view;
      double unit = MAX ((view->x1 - view->x0) / width, (view->y1 - view->y0) / height);
      double x = (view->x0 + view->x1) / 2, y = (view->y0 + view->y1) / 2;

      *view = (AyFigureView) { x - unit * width / 2, y - unit * height / 2, x + unit * width / 2,
                               y + unit * height / 2 };
    }
}

/* --- what is shown --- */

static void
describe (AssayMapView *self)
{
  guint n_visible = 0, n_selected = 0;
  g_autofree char *text = NULL, *links = NULL;

  g_object_get (self->session, "n-visible", &n_visible, "n-selected", &n_selected, NULL);
  text = self->n == 0
             ? g_strdup (_ ("Map: nothing placed yet"))
         : self->density
             ? g_strdup_printf (_ ("Map: %u of %u points visible, %u selected, shown as density"),
                                n_visible, (guint) self->n, n_selected)
             : g_strdup_printf (_ ("Map: %u of %u points visible, %u selected, coloured by %s"),
                                n_visible, (guint) self->n, n_selected,
                                self->colors->column != NULL ? self->colors->column
                                                             : _ ("nothing"));
  if (self->plot)
    {
      links = g_steal_pointer (&text);
      text = g_strdup_printf (_ ("Plot of %s over %s. %s"), self->y_name, self->x_name, links);
      g_clear_pointer (&links, g_free);
    }
  if (self->n_links > 0)
    {
      links = g_steal_pointer (&text);
      text = g_strdup_printf (_ ("%s; lines to %u true neighbours"), links, self->n_links);
    }
  if (self->edges != NULL && self->n > 0)
    {
      AyFigurePoints points = assay_map_view_points (self);

      g_free (links);
      links = g_steal_pointer (&text);
      text = g_strdup_printf (_ ("%s; %u lines between near copies"), links,
                              (guint) ay_figure_edges_count (self->edges, &points));
    }
  assay_set_name (self, text);
  if (self->chart != NULL)
    assay_chart_update (self->chart, text);
}

static char *
name_row (gconstpointer data, gsize row)
{
  return ay_column_dup_text (((const AyDataset *) data)->id, row);
}

/* AssayDescribeFigure. A map shows what it shows here, a plot all of its ranges. */
static gboolean
describe_figure (gpointer data, AyFigureSpec *spec)
{
  AssayMapView *self = data;
  AyFigureScatter *scatter = &spec->scatter;

  spec->kind = AY_FIGURE_SCATTER;
  if (self->session == NULL || self->n == 0 || self->forming || self->colors->n != self->n)
    return FALSE;
  *scatter = (AyFigureScatter) {
    .n = self->n, .x = self->x, .y = self->y, .map = !self->plot, .density = self->density,
    .x_axis = { .label = self->x_name }, .y_axis = { .label = self->y_name },
    .visible = assay_session_get_visible (self->session),
    .selected = assay_session_get_selection (self->session),
    .row_name = name_row, .row_data = assay_session_get_data (self->session),
  };
  if (!self->plot && self->fitted)
    {
      scatter->x_axis.low = self->view.x0;
      scatter->x_axis.high = self->view.x1;
      scatter->y_axis.low = self->view.y0;
      scatter->y_axis.high = self->view.y1;
    }
  assay_point_colors_figure (self->colors, scatter);
  return TRUE;
}

void
assay_map_view_chart (AssayMapView *self, AssayChart *chart)
{
  g_set_weak_pointer (&self->chart, chart);
  assay_chart_set_figure (chart, describe_figure, self, NULL);
}

static void
recolor (AssayMapView *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());

  g_clear_pointer (&self->colors, assay_point_colors_unref);
  self->colors = assay_point_colors_new (self->session,
                                         assay_session_get_color_by (self->session), dark);
  describe (self);
  make_stale (self);
}

static float *
to_floats (AyColumn *column, gsize n)
{
  const double *values = ay_column_numbers (column);
  float *out = g_atomic_rc_box_alloc (MAX (n, 1) * sizeof (float));

  for (gsize i = 0; i < n; i++)
    out[i] = (float) values[i];
  return out;
}

static void
place (AssayMapView *self)
{
  AyColumn *x = assay_session_find_column (self->session, self->x_name);
  AyColumn *y = assay_session_find_column (self->session, self->y_name);
  gsize n = x != NULL && y != NULL ? ay_column_rows (x) : 0;

  g_clear_pointer (&self->x, g_atomic_rc_box_release);
  g_clear_pointer (&self->y, g_atomic_rc_box_release);
  self->n = 0;
  if (n > 0)
    {
      self->x = to_floats (x, n);
      self->y = to_floats (y, n);
      self->n = n;
    }
  self->fitted = FALSE;
  g_clear_object (&self->texture);
}

static gboolean
same_places (AssayMapView *self)
{
  AyColumn *x = assay_session_find_column (self->session, self->x_name);
  AyColumn *y = assay_session_find_column (self->session, self->y_name);

  if (x == NULL || y == NULL || ay_column_rows (x) != self->n)
    return self->n == 0 && (x == NULL || y == NULL);
  for (gsize i = 0; i < self->n; i++)
    {
      float a = (float) ay_column_numbers (x)[i], b = (float) ay_column_numbers (y)[i];

      if ((a != self->x[i] && !(isnan (a) && isnan (self->x[i])))
          || (b != self->y[i] && !(isnan (b) && isnan (self->y[i]))))
        return FALSE;
    }
  return TRUE;
}

void
assay_map_view_show_places (AssayMapView *self, const float *xy, gsize n)
{
  AyDataset *data = self->session != NULL ? assay_session_get_data (self->session) : NULL;

  if (xy == NULL && !self->forming)
    return;
  self->forming = FALSE;
  place (self);
  if (xy != NULL && data != NULL && data->n == n)
    {
      g_clear_pointer (&self->x, g_atomic_rc_box_release);
      g_clear_pointer (&self->y, g_atomic_rc_box_release);
      self->x = g_atomic_rc_box_alloc (MAX (n, 1) * sizeof (float));
      self->y = g_atomic_rc_box_alloc (MAX (n, 1) * sizeof (float));
      for (gsize i = 0; i < n; i++)
        {
          self->x[i] = xy[2 * i];
          self->y[i] = xy[2 * i + 1];
        }
      self->n = n;
      self->forming = TRUE;
    }
  make_stale (self);
}

void
assay_map_view_set_columns (AssayMapView *self, const char *x, const char *y)
{
  self->plot = TRUE;
  if (g_strcmp0 (x, self->x_name) == 0 && g_strcmp0 (y, self->y_name) == 0)
    return;
  g_free (self->x_name);
  g_free (self->y_name);
  self->x_name = g_strdup (x);
  self->y_name = g_strdup (y);
  if (self->session == NULL)
    return;
  place (self);
  describe (self);
  make_stale (self);
}

void
assay_map_view_set_links (AssayMapView *self, gint64 row, const guint32 *rows, guint count)
{
  g_clear_pointer (&self->link_rows, g_free);
  self->link_row = row;
  self->link_rows = row >= 0 ? g_memdup2 (rows, count * sizeof (guint32)) : NULL;
  self->n_links = row >= 0 ? count : 0;
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
assay_map_view_show_only (AssayMapView *self, const AyBitset *visible, const AyBitset *marked)
{
  g_clear_pointer (&self->only, ay_bitset_free);
  g_clear_pointer (&self->marked, ay_bitset_free);
  self->only = visible != NULL ? ay_bitset_copy (visible) : NULL;
  self->marked = marked != NULL ? ay_bitset_copy (marked) : NULL;
  self->stale = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
make_edges (AssayMapView *self)
{
  AyColumn *groups = self->show_groups ? assay_session_find_column (self->session, "group") : NULL;

  g_clear_pointer (&self->edges, ay_figure_edges_free);
  if (groups != NULL && ay_column_type (groups) == AY_COLUMN_NUMBER)
    self->edges = ay_figure_edges_new (ay_column_numbers (groups), ay_column_rows (groups));
}

void
assay_map_view_show_groups (AssayMapView *self, gboolean show)
{
  self->show_groups = show;
  if (self->session == NULL)
    return;
  make_edges (self);
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

AyColumn *
assay_map_view_get_regions (AssayMapView *self)
{
  if (self->regions == NULL)
    self->regions = assay_map_walk_dup_regions (self->session);
  return self->regions;
}

static void
on_columns_changed (AssayMapView *self)
{
  g_clear_pointer (&self->regions, ay_column_unref);
  make_edges (self);
  if (!self->forming && !same_places (self))
    place (self);
  recolor (self);
}

static void
on_rows_changed (AssayMapView *self)
{
  describe (self);
  make_stale (self);
}

static void
on_hovered (AssayMapView *self)
{
  gint64 row = assay_session_get_hovered (self->session);
  g_autofree char *words = NULL;

  if (row >= 0 && (gsize) row < self->n)
    words = assay_map_walk_dup_words (assay_map_view_get_regions (self), self->session,
                                      (gsize) row);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  words != NULL ? words : "", -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
set_session (AssayMapView *self, AssaySession *session)
{
  if (!g_set_object (&self->session, session) || session == NULL)
    return;
  g_signal_connect_object (session, "columns-changed", G_CALLBACK (on_columns_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "decided", G_CALLBACK (on_columns_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "visible-changed", G_CALLBACK (on_rows_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "selection-changed", G_CALLBACK (on_rows_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::color-by", G_CALLBACK (recolor), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::hovered", G_CALLBACK (on_hovered), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (recolor),
                           self, G_CONNECT_SWAPPED);
  on_columns_changed (self);
}

static void
assay_map_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AssayMapView *self = ASSAY_MAP_VIEW (object);

  switch (id)
    {
    case PROP_SESSION: g_value_set_object (value, self->session); break;
    case PROP_TOOL: g_value_set_int (value, self->tool); break;
    case PROP_DENSITY: g_value_set_boolean (value, self->density); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
assay_map_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AssayMapView *self = ASSAY_MAP_VIEW (object);

  switch (id)
    {
    case PROP_SESSION: set_session (self, g_value_get_object (value)); break;
    case PROP_TOOL:
      self->tool = (AssayTool) g_value_get_int (value);
      gtk_widget_set_cursor_from_name (GTK_WIDGET (self),
                                       self->tool == ASSAY_TOOL_PAN ? "grab" : "crosshair");
      break;
    case PROP_DENSITY:
      self->density = g_value_get_boolean (value);
      if (self->session != NULL)
        describe (self);
      make_stale (self);
      break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
assay_map_view_dispose (GObject *object)
{
  AssayMapView *self = ASSAY_MAP_VIEW (object);

  g_clear_handle_id (&self->rest, g_source_remove);
  g_clear_weak_pointer (&self->chart);
  g_clear_pointer (&self->gestures, assay_map_gestures_free);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (assay_map_view_parent_class)->dispose (object);
}

static void
assay_map_view_finalize (GObject *object)
{
  AssayMapView *self = ASSAY_MAP_VIEW (object);

  g_clear_pointer (&self->x, g_atomic_rc_box_release);
  g_clear_pointer (&self->y, g_atomic_rc_box_release);
  g_clear_pointer (&self->colors, assay_point_colors_unref);
  g_clear_pointer (&self->raster, ay_figure_raster_free);
  g_clear_object (&self->texture);
  g_clear_pointer (&self->link_rows, g_free);
  g_clear_pointer (&self->edges, ay_figure_edges_free);
  g_clear_pointer (&self->regions, ay_column_unref);
  g_clear_pointer (&self->only, ay_bitset_free);
  g_clear_pointer (&self->marked, ay_bitset_free);
  g_free (self->x_name);
  g_free (self->y_name);
  G_OBJECT_CLASS (assay_map_view_parent_class)->finalize (object);
}

static void
assay_map_view_class_init (AssayMapViewClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = assay_map_view_get_property;
  object_class->set_property = assay_map_view_set_property;
  object_class->dispose = assay_map_view_dispose;
  object_class->finalize = assay_map_view_finalize;
  widget_class->snapshot = assay_map_view_snapshot;
  widget_class->size_allocate = assay_map_view_size_allocate;
  properties[PROP_SESSION]
      = g_param_spec_object ("session", NULL, NULL, ASSAY_TYPE_SESSION, flags);
  properties[PROP_TOOL] = g_param_spec_int ("tool", NULL, NULL, 0, 2, 0, flags);
  properties[PROP_DENSITY] = g_param_spec_boolean ("density", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  hover_at = g_signal_new ("hover-at", ASSAY_TYPE_MAP_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                           G_TYPE_NONE, 3, G_TYPE_INT64, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "mapview");
}

static void
assay_map_view_init (AssayMapView *self)
{
  self->raster = ay_figure_raster_new ();
  self->link_row = -1;
  self->x_name = g_strdup ("map_x");
  self->y_name = g_strdup ("map_y");
  self->gestures = assay_map_gestures_new (self);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grab");
}
