/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/map_gestures.h"

#include "app/widgets/map_walk.h"
#include "figure/pick.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

/* Distances in logical px, times in ms. */
#define CLICK_SLOP 4.0
#define PICK_RADIUS 10.0
#define HIT_TEST_EVERY 50
#define CARD_AFTER 125
#define ZOOM_STEP 200.0

struct _AssayMapGestures
{
  AssayMapView *view; /* owns this */
  AssayTool drag_tool;
  gboolean dragging, moved;
  double start_x, start_y;
  AyFigureView start_view;
  GArray *shape; /* of double: x, y in pixels */
  guint inside;  /* rows inside the shape */
  double pointer_x, pointer_y;
  gint64 last_hit_test;
  guint hit_test, card;
};

static double
view_width (AssayMapGestures *self)
{
  return gtk_widget_get_width (GTK_WIDGET (self->view));
}

static double
view_height (AssayMapGestures *self)
{
  return gtk_widget_get_height (GTK_WIDGET (self->view));
}

static guint32
pick (AssayMapGestures *self, double x, double y)
{
  AyFigurePoints points = assay_map_view_points (self->view);
  const double at[2] = { x, y };

  if (points.n == 0)
    return AY_FIGURE_NO_ROW;
  return ay_figure_pick (&points, assay_map_view_get_view (self->view), view_width (self),
                         view_height (self), at, PICK_RADIUS);
}

/* --- shapes --- */

static AyBitset *
rows_inside (AssayMapGestures *self)
{
  AyFigurePoints points = assay_map_view_points (self->view);
  const AyFigureView *view = assay_map_view_get_view (self->view);
  AyBitset *rows = ay_bitset_new (points.n);
  gsize m = self->shape->len / 2;
  g_autofree double *world = g_new (double, MAX (2 * m, 1));

  for (gsize i = 0; i < m; i++)
    ay_figure_view_to_world (view, view_width (self), view_height (self),
                             g_array_index (self->shape, double, 2 * i),
                             g_array_index (self->shape, double, 2 * i + 1), &world[2 * i],
                             &world[2 * i + 1]);
  if (self->drag_tool == ASSAY_TOOL_RECTANGLE && m == 4)
    ay_figure_pick_rectangle (&points, world[0], world[1], world[4], world[5], rows);
  else
    ay_figure_pick_polygon (&points, world, m, rows);
  return rows;
}

static void
add_vertex (AssayMapGestures *self, double x, double y)
{
  g_array_append_val (self->shape, x);
  g_array_append_val (self->shape, y);
}

/* Where the pointer was between two frames: a quick hand or a slow frame cuts no corner. */
static void
add_history (AssayMapGestures *self, GtkGesture *gesture)
{
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (gesture));
  guint n = 0;
  g_autofree GdkTimeCoord *history = event != NULL ? gdk_event_get_history (event, &n) : NULL;
  double x, y;

  if (n == 0 || !gdk_event_get_position (event, &x, &y))
    return;
  for (guint i = 0; i < n; i++)
    {
      const double *at = history[i].axes;

      if ((history[i].flags & GDK_AXIS_FLAG_X) && (history[i].flags & GDK_AXIS_FLAG_Y))
        add_vertex (self, self->pointer_x + at[GDK_AXIS_X] - x,
                    self->pointer_y + at[GDK_AXIS_Y] - y);
    }
}

static void
grow_shape (AssayMapGestures *self, double x, double y)
{
  g_autoptr (AyBitset) rows = NULL;

  if (self->drag_tool == ASSAY_TOOL_RECTANGLE)
    {
      g_array_set_size (self->shape, 0);
      add_vertex (self, self->start_x, self->start_y);
      add_vertex (self, x, self->start_y);
      add_vertex (self, x, y);
      add_vertex (self, self->start_x, y);
    }
  else
    add_vertex (self, x, y);
  rows = rows_inside (self);
  self->inside = (guint) ay_bitset_count (rows);
  gtk_widget_queue_draw (GTK_WIDGET (self->view));
}

static void
set_source (cairo_t *cr, AyFigureColor color, double alpha)
{
  cairo_set_source_rgba (cr, ((color >> 16) & 255) / 255.0, ((color >> 8) & 255) / 255.0,
                         (color & 255) / 255.0, alpha);
}

static void
draw_count (AssayMapGestures *self, cairo_t *cr, const AyFigureTheme *theme)
{
  g_autofree char *text = g_strdup_printf (_ ("%u inside"), self->inside);
  g_autoptr (PangoLayout) layout
      = gtk_widget_create_pango_layout (GTK_WIDGET (self->view), text);
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  set_source (cr, theme->background, 0.85);
  cairo_rectangle (cr, self->pointer_x + 14, self->pointer_y + 10, width + 8, height + 4);
  cairo_fill (cr);
  set_source (cr, theme->foreground, 1.0);
  cairo_move_to (cr, self->pointer_x + 18, self->pointer_y + 12);
  pango_cairo_show_layout (cr, layout);
}

void
assay_map_gestures_snapshot (AssayMapGestures *self, GtkSnapshot *snapshot, int width, int height)
{
  const AyFigureTheme *theme
      = ay_figure_theme (adw_style_manager_get_dark (adw_style_manager_get_default ()));
  cairo_t *cr;

  if (!self->dragging || self->drag_tool == ASSAY_TOOL_PAN || self->shape->len < 4)
    return;
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  for (guint i = 0; i + 1 < self->shape->len; i += 2)
    cairo_line_to (cr, g_array_index (self->shape, double, i),
                   g_array_index (self->shape, double, i + 1));
  cairo_close_path (cr); /* the closing line is part of what will be selected */
  set_source (cr, theme->accent, 0.15);
  cairo_fill_preserve (cr);
  set_source (cr, theme->accent, 1.0);
  cairo_set_line_width (cr, 1.5);
  cairo_stroke (cr);
  draw_count (self, cr, theme);
  cairo_destroy (cr);
}

/* --- drag and click --- */

static guint
modifiers (GtkGesture *gesture)
{
  return gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
}

static void
drag_begin (GtkGestureDrag *gesture, double x, double y, AssayMapGestures *self)
{
  guint state = modifiers (GTK_GESTURE (gesture));

  gtk_widget_grab_focus (GTK_WIDGET (self->view));
  self->drag_tool = (state & GDK_SHIFT_MASK) && !(state & GDK_CONTROL_MASK)
                        ? ASSAY_TOOL_LASSO
                        : assay_map_view_get_tool (self->view);
  self->dragging = TRUE;
  self->moved = FALSE;
  self->start_x = x;
  self->start_y = y;
  self->start_view = *assay_map_view_get_view (self->view);
  g_array_set_size (self->shape, 0);
  add_vertex (self, x, y);
}

static void
pan_to (AssayMapGestures *self, double dx, double dy)
{
  AyFigureView view = self->start_view;
  double x = dx * (view.x1 - view.x0) / view_width (self);
  double y = dy * (view.y1 - view.y0) / view_height (self);

  view.x0 -= x;
  view.x1 -= x;
  view.y0 += y;
  view.y1 += y;
  assay_map_view_set_view (self->view, &view);
}

static void
drag_update (GtkGestureDrag *gesture, double dx, double dy, AssayMapGestures *self)
{
  if (!self->moved && hypot (dx, dy) < CLICK_SLOP)
    return;
  self->moved = TRUE;
  self->pointer_x = self->start_x + dx;
  self->pointer_y = self->start_y + dy;
  if (self->drag_tool == ASSAY_TOOL_PAN)
    {
      gtk_widget_set_cursor_from_name (GTK_WIDGET (self->view), "grabbing");
      pan_to (self, dx, dy);
    }
  else
    {
      if (self->drag_tool == ASSAY_TOOL_LASSO)
        add_history (self, GTK_GESTURE (gesture));
      grow_shape (self, self->pointer_x, self->pointer_y);
    }
}

static void
click (AssayMapGestures *self, guint state)
{
  AssaySession *session = assay_map_view_get_session (self->view);
  guint32 row = pick (self, self->start_x, self->start_y);

  if (row != AY_FIGURE_NO_ROW)
    assay_session_select_row (session, row, assay_select_mode (state, TRUE));
  else if ((state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) == 0)
    assay_session_select_none (session);
}

static void
drag_end (GtkGestureDrag *gesture, double dx, double dy, AssayMapGestures *self)
{
  guint state = modifiers (GTK_GESTURE (gesture));

  if (!self->dragging)
    return;
  self->dragging = FALSE;
  gtk_widget_set_cursor_from_name (
      GTK_WIDGET (self->view),
      assay_map_view_get_tool (self->view) == ASSAY_TOOL_PAN ? "grab" : "crosshair");
  gtk_widget_queue_draw (GTK_WIDGET (self->view));
  if (!self->moved)
    click (self, state);
  else if (self->drag_tool != ASSAY_TOOL_PAN)
    {
      g_autoptr (AyBitset) rows = rows_inside (self);

      assay_session_select (assay_map_view_get_session (self->view), rows,
                            assay_select_mode (state, FALSE));
    }
}

static void
drag_cancel (GtkGesture *gesture, GdkEventSequence *sequence, AssayMapGestures *self)
{
  self->dragging = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self->view));
}

/* --- wheel, pinch --- */

static gboolean
scrolled (GtkEventControllerScroll *controller, double dx, double dy, AssayMapGestures *self)
{
  double unit = 1.0;

  if (gtk_event_controller_scroll_get_unit (controller) == GDK_SCROLL_UNIT_WHEEL)
    unit = 40.0;
  assay_map_view_zoom_at (self->view, exp (-dy * unit / ZOOM_STEP), self->pointer_x,
                          self->pointer_y);
  return TRUE;
}

static void
pinch_begin (GtkGesture *gesture, GdkEventSequence *sequence, AssayMapGestures *self)
{
  self->dragging = FALSE;
  self->start_view = *assay_map_view_get_view (self->view);
}

static void
pinched (GtkGestureZoom *gesture, double scale, AssayMapGestures *self)
{
  double x, y;

  if (!gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    return;
  assay_map_view_set_view (self->view, &self->start_view);
  assay_map_view_zoom_at (self->view, scale, x, y);
}

/* --- hover --- */

static gboolean
show_card (gpointer data)
{
  AssayMapGestures *self = data;

  self->card = 0;
  assay_map_view_emit_hover (self->view,
                             assay_session_get_hovered (assay_map_view_get_session (self->view)),
                             self->pointer_x, self->pointer_y);
  return G_SOURCE_REMOVE;
}

static void
hover (AssayMapGestures *self, gint64 row)
{
  AssaySession *session = assay_map_view_get_session (self->view);

  if (assay_session_get_hovered (session) == row)
    return;
  assay_session_set_hovered (session, row);
  g_clear_handle_id (&self->card, g_source_remove);
  if (row < 0)
    assay_map_view_emit_hover (self->view, -1, 0.0, 0.0);
  else
    self->card = g_timeout_add (CARD_AFTER, show_card, self);
}

static gboolean
hit_test (gpointer data)
{
  AssayMapGestures *self = data;
  guint32 row = pick (self, self->pointer_x, self->pointer_y);

  self->hit_test = 0;
  self->last_hit_test = g_get_monotonic_time ();
  hover (self, row != AY_FIGURE_NO_ROW ? (gint64) row : -1);
  return G_SOURCE_REMOVE;
}

static void
pointer_moved (GtkEventControllerMotion *controller, double x, double y, AssayMapGestures *self)
{
  gint64 since = (g_get_monotonic_time () - self->last_hit_test) / 1000;

  self->pointer_x = x;
  self->pointer_y = y;
  if (self->dragging || self->hit_test != 0 || assay_map_view_get_session (self->view) == NULL)
    return;
  self->hit_test
      = g_timeout_add (since >= HIT_TEST_EVERY ? 0 : (guint) (HIT_TEST_EVERY - since), hit_test,
                       self);
}

static void
pointer_left (GtkEventControllerMotion *controller, AssayMapGestures *self)
{
  g_clear_handle_id (&self->hit_test, g_source_remove);
  if (assay_map_view_get_session (self->view) != NULL)
    hover (self, -1);
}

/* --- keys --- */

/* Shows the row with its card, moving the view where it does not show. */
static void
go_to (AssayMapGestures *self, gint64 row)
{
  AyFigurePoints points = assay_map_view_points (self->view);
  double w = view_width (self), h = view_height (self), x, y;
  AyFigureView view = *assay_map_view_get_view (self->view);

  if (row < 0)
    return;
  ay_figure_view_to_pixel (&view, w, h, points.x[row], points.y[row], &x, &y);
  if (x < 0.0 || y < 0.0 || x > w || y > h)
    {
      double left = points.x[row] - (view.x1 - view.x0) / 2.0;
      double bottom = points.y[row] - (view.y1 - view.y0) / 2.0;
      AyFigureView moved = { left, bottom, left + (view.x1 - view.x0),
                             bottom + (view.y1 - view.y0) };

      assay_map_view_set_view (self->view, &moved);
      x = w / 2.0;
      y = h / 2.0;
    }
  self->pointer_x = x;
  self->pointer_y = y;
  hover (self, row);
}

/* To a point, or with Ctrl to a region, in a direction; without one, to the next region. */
static void
walk (AssayMapGestures *self, int dx, int dy, int step, gboolean region)
{
  AyFigurePoints points = assay_map_view_points (self->view);
  AssayMapWalk map = { &points, assay_map_view_get_view (self->view), view_width (self),
                       view_height (self), assay_map_view_get_regions (self->view) };
  gint64 from = assay_session_get_hovered (assay_map_view_get_session (self->view));

  go_to (self, step != 0 ? assay_map_walk_to_next (&map, from, step)
               : region  ? assay_map_walk_to_region (&map, from, dx, dy)
                         : assay_map_walk_to_point (&map, from, dx, dy));
}

static gboolean
select_walked (AssayMapGestures *self, AssaySelectMode mode)
{
  AssaySession *session = assay_map_view_get_session (self->view);
  gint64 row = assay_session_get_hovered (session);

  if (row >= 0)
    assay_session_select_row (session, (gsize) row, mode);
  return TRUE;
}

static gboolean
key_pressed (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
             AssayMapGestures *self)
{
  AssaySession *session = assay_map_view_get_session (self->view);
  gboolean control = (state & GDK_CONTROL_MASK) != 0;

  if (session == NULL || assay_map_view_points (self->view).n == 0)
    return FALSE;
  switch (key)
    {
    case GDK_KEY_plus: case GDK_KEY_KP_Add: case GDK_KEY_equal:
      assay_map_view_zoom (self->view, 1.25);
      return TRUE;
    case GDK_KEY_minus: case GDK_KEY_KP_Subtract:
      assay_map_view_zoom (self->view, 0.8);
      return TRUE;
    case GDK_KEY_0: case GDK_KEY_Home:
      assay_map_view_fit (self->view, (state & GDK_SHIFT_MASK) != 0);
      return TRUE;
    case GDK_KEY_Left: walk (self, -1, 0, 0, control); return TRUE;
    case GDK_KEY_Right: walk (self, 1, 0, 0, control); return TRUE;
    case GDK_KEY_Up: walk (self, 0, -1, 0, control); return TRUE;
    case GDK_KEY_Down: walk (self, 0, 1, 0, control); return TRUE;
    case GDK_KEY_Page_Up: walk (self, 0, 0, -1, TRUE); return TRUE;
    case GDK_KEY_Page_Down: walk (self, 0, 0, 1, TRUE); return TRUE;
    case GDK_KEY_space: return select_walked (self, ASSAY_SELECT_TOGGLE);
    case GDK_KEY_Return: case GDK_KEY_KP_Enter:
      return select_walked (self, ASSAY_SELECT_REPLACE);
    case GDK_KEY_Escape: assay_session_select_none (session); return TRUE;
    default: return FALSE;
    }
}

/* --- assembly --- */

static void
add (AssayMapGestures *self, GtkEventController *controller)
{
  gtk_widget_add_controller (GTK_WIDGET (self->view), controller);
}

static void
add_drag (AssayMapGestures *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *zoom = gtk_gesture_zoom_new ();

  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end), self);
  g_signal_connect (drag, "cancel", G_CALLBACK (drag_cancel), self);
  g_signal_connect (zoom, "begin", G_CALLBACK (pinch_begin), self);
  g_signal_connect (zoom, "scale-changed", G_CALLBACK (pinched), self);
  add (self, GTK_EVENT_CONTROLLER (drag));
  add (self, GTK_EVENT_CONTROLLER (zoom));
}

AssayMapGestures *
assay_map_gestures_new (AssayMapView *view)
{
  AssayMapGestures *self = g_new0 (AssayMapGestures, 1);
  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *key = gtk_event_controller_key_new ();

  self->view = view;
  self->shape = g_array_new (FALSE, FALSE, sizeof (double));
  add_drag (self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scrolled), self);
  g_signal_connect (motion, "motion", G_CALLBACK (pointer_moved), self);
  g_signal_connect (motion, "leave", G_CALLBACK (pointer_left), self);
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_pressed), self);
  add (self, scroll);
  add (self, motion);
  add (self, key);
  return self;
}

void
assay_map_gestures_free (AssayMapGestures *self)
{
  g_clear_handle_id (&self->hit_test, g_source_remove);
  g_clear_handle_id (&self->card, g_source_remove);
  g_array_unref (self->shape);
  g_free (self);
}
