/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window, timed from inside: run by bench_window.py in a display of its own.
 *
 *   bench-window make FOLDER ROWS     a scored workspace of so many rows, FOLDER/bench.assay
 *   bench-window open WORKSPACE       opens it in the window; frames, recolouring, lasso
 *   bench-window start FILE SINCE     SINCE: CLOCK_MONOTONIC in microseconds just before exec
 *   bench-window sharp FILE           no times: the width of the map and of the picture it shows
 *
 * Prints "NAME VALUE" lines: seconds, of the wall and of all threads (NAME_cpu), or bytes. Of
 * stall_NAME the processor's share is that of the main loop's thread. */
#include "app/application.h"
#include "app/paths.h"
#include "app/widgets/map_gestures.h"
#include "app/widgets/map_view.h"
#include "app/window.h"
#include "core/base/rng.h"
#include "figure/pick.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DIMENSIONS 64
#define CLASSES 10
#define REPEATS 15
#define CORNERS 300

static double
now (void)
{
  return (double) g_get_monotonic_time () * 1e-6;
}

/* Of all threads: what is comparable on a machine that does other things too. */
static double
cpu (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double) time.tv_sec + (double) time.tv_nsec * 1e-9;
}

typedef struct
{
  double wall, cpu;
} Span;

static Span
span_begin (void)
{
  return (Span) { now (), cpu () };
}

static Span
span_end (Span begin)
{
  return (Span) { now () - begin.wall, cpu () - begin.cpu };
}

static void
print_span (const char *name, Span span)
{
  printf ("%s %.6f\n%s_cpu %.6f\n", name, span.wall, name, span.cpu);
}

/* --- make --- */

static void
write_npy (const char *folder, const char *name, const char *type, const char *shape,
           gconstpointer data, gsize size)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.npy", folder, name);
  g_autofree char *head = g_strdup_printf (
      "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", type, shape);
  FILE *file = fopen (path, "wb");
  guint16 length = 118;

  g_assert_nonnull (file);
  fwrite ("\x93NUMPY\x01\x00", 1, 8, file);
  fwrite (&length, 2, 1, file);
  fprintf (file, "%-117s\n", head);
  g_assert_cmpuint (fwrite (data, 1, size, file), ==, size);
  fclose (file);
}

static void
make_files (const char *folder, gsize n)
{
  g_autofree float *x = g_new (float, n * DIMENSIONS);
  g_autofree gint64 *label = g_new (gint64, n);
  g_autofree char *matrix = g_strdup_printf ("(%" G_GSIZE_FORMAT ", %d)", n, DIMENSIONS);
  g_autofree char *vector = g_strdup_printf ("(%" G_GSIZE_FORMAT ",)", n);
  AyRng rng;

  ay_rng_init (&rng, 1, 0);
  for (gsize i = 0; i < n; i++)
    {
      label[i] = (gint64) ay_rng_below (&rng, CLASSES);
      for (int j = 0; j < DIMENSIONS; j++)
        x[i * DIMENSIONS + (gsize) j]
            = (float) (3.0 * sin ((double) (label[i] * 7 + j)) + ay_rng_normal (&rng));
    }
  write_npy (folder, "features", "<f4", matrix, x, n * DIMENSIONS * sizeof (float));
  write_npy (folder, "label", "<i8", vector, label, n * sizeof (gint64));
}

/* Stored as a computed score is: what counts here is that it is there. */
static void
store_score (AyWork *work, const char *name, guint64 stream)
{
  gsize n = ay_work_data (work)->n;
  double *values = g_new (double, n);
  g_autoptr (AyColumn) column = NULL;
  g_autoptr (GError) error = NULL;
  AyRng rng;

  ay_rng_init (&rng, 2, stream);
  for (gsize i = 0; i < n; i++)
    values[i] = ay_rng_normal (&rng) + (double) (ay_work_data (work)->label[i] * (stream < 2));
  column = ay_column_take_number (name, n, values, FALSE);
  ay_workspace_put_column (ay_work_store (work), "score", column,
                           "{\"n_missing\":0,\"title\":\"Score\",\"sentence\":\"A number.\","
                           "\"unit\":\"\",\"kind\":\"value\",\"direction\":\"high\","
                           "\"certificate\":{}}",
                           &error);
  g_assert_no_error (error);
}

static int
make (const char *folder, gsize n)
{
  static const char *const scores[]
      = { "map_x", "map_y", "influence", "self_confidence", "label_issue" };
  g_autoptr (AyLoadOptions) roles = ay_load_options_new ();
  g_autofree char *path = g_strdup_printf ("%s/bench.assay", folder);
  g_autoptr (AyWork) work = NULL;
  g_autoptr (GError) error = NULL;

  make_files (folder, n);
  roles->features = g_strdup_printf ("file:%s/features.npy", folder);
  roles->label = g_strdup_printf ("file:%s/label.npy", folder);
  work = ay_work_new (path, roles, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (scores); i++)
    store_score (work, scores[i], i);
  return 0;
}

/* --- the window --- */

static GtkWidget *
find_widget (GtkWidget *widget, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_widget (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

typedef struct
{
  AssayApplication *application;
  AssayWindow *window;
  AssaySession *session;
  AssayMapView *map;
  guint frames; /* painted by the window */
} Bench;

static void
count_frame (GdkFrameClock *clock, Bench *self)
{
  self->frames++;
}

/* The watchdog: how long the main loop was away at worst, between one look for events and the next.
 * The processor's share is of its thread alone. */
typedef struct
{
  double woke, woke_cpu;
  Span worst;
} Watch;

static Watch watch;

static double
thread_cpu (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec + (double) time.tv_nsec * 1e-9;
}

static void
watch_wake (void)
{
  watch.woke = now ();
  watch.woke_cpu = thread_cpu ();
}

static void
watch_look (void)
{
  Span away = { now () - watch.woke, thread_cpu () - watch.woke_cpu };

  if (away.wall > watch.worst.wall)
    watch.worst = away;
}

static int
watched_poll (GPollFD *fds, guint n, int timeout)
{
  int found;

  watch_look ();
  found = g_poll (fds, n, timeout);
  watch_wake ();
  return found;
}

static void
print_stall (const char *name)
{
  print_span (name, watch.worst);
  watch.worst = (Span) { 0.0, 0.0 };
}

static void
step (void)
{
  watch_wake (); /* what this program does itself is no part of it */
  g_main_context_iteration (NULL, TRUE);
  watch_look ();
}

/* Until the window has painted so many frames more. */
static void
wait_frames (Bench *self, guint n)
{
  guint until = self->frames + n;

  while (self->frames < until)
    {
      gtk_widget_queue_draw (GTK_WIDGET (self->map));
      gtk_widget_queue_draw (GTK_WIDGET (self->window)); /* the map may be on no page that shows */
      step ();
    }
}

static void
settle (Bench *self)
{
  while (g_list_model_get_n_items (assay_session_get_tasks (self->session)) > 0)
    step ();
  wait_frames (self, 3);
}

static void
bench_start (Bench *self)
{
  GdkFrameClock *clock;

  g_main_context_set_poll_func (NULL, watched_poll);
  self->application = assay_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (self->application), NULL, NULL));
  g_application_activate (G_APPLICATION (self->application));
  self->window = ASSAY_WINDOW (
      gtk_application_get_active_window (GTK_APPLICATION (self->application)));
  self->session = assay_window_get_session (self->window);
  self->map = ASSAY_MAP_VIEW (find_widget (GTK_WIDGET (self->window), ASSAY_TYPE_MAP_VIEW));
  clock = gtk_widget_get_frame_clock (GTK_WIDGET (self->window));
  g_signal_connect (clock, "after-paint", G_CALLBACK (count_frame), self);
}

static void
show_page (Bench *self, const char *page)
{
  gtk_widget_activate_action (GTK_WIDGET (self->window), "win.page", "s", page);
}

static void
open_file (Bench *self, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  gboolean loaded = FALSE;

  assay_window_open (self->window, file);
  while (!loaded)
    {
      step ();
      g_object_get (self->session, "loaded", &loaded, NULL);
    }
}

static double
memory_line (const char *name)
{
  g_autofree char *text = NULL;
  const char *at;

  g_file_get_contents ("/proc/self/status", &text, NULL, NULL);
  at = text != NULL ? strstr (text, name) : NULL;
  return at != NULL ? g_ascii_strtod (at + strlen (name), NULL) * 1024.0 : NAN;
}

/* --- open --- */

static int
compare (const void *a, const void *b)
{
  double x = ((const Span *) a)->wall, y = ((const Span *) b)->wall;

  return (x > y) - (x < y);
}

static void
print_median (const char *name, Span *spans)
{
  qsort (spans, REPEATS, sizeof *spans, compare);
  print_span (name, spans[REPEATS / 2]);
}

static void
time_frames (Bench *self)
{
  Span full[REPEATS], moving[REPEATS];

  for (int i = 0; i < REPEATS; i++)
    {
      full[i] = span_begin ();
      full[i] = (Span) { assay_map_view_time_frame (self->map, 1400, 900), cpu () - full[i].cpu };
    }
  for (int i = 0; i < REPEATS; i++)
    {
      assay_map_view_zoom (self->map, i % 2 == 0 ? 1.25 : 0.8); /* now it moves */
      moving[i] = span_begin ();
      moving[i]
          = (Span) { assay_map_view_time_frame (self->map, 1400, 900), cpu () - moving[i].cpu };
    }
  print_median ("frame_full", full);
  print_median ("frame_moving", moving);
}

/* What the person waits for: everything that answers to the choice. */
static void
time_recolor (Bench *self)
{
  Span spans[REPEATS];

  for (int i = 0; i < REPEATS; i++)
    {
      settle (self);
      spans[i] = span_begin ();
      assay_session_set_color_by (self->session, i % 2 == 0 ? "label" : "influence");
      spans[i] = span_end (spans[i]);
    }
  print_median ("recolor", spans);
  settle (self);
}

/* Each page as it is first shown, with what it asks for by itself. */
static void
walk_pages (Bench *self)
{
  static const char *const pages[] = { "overview", "map", "samples", "redundancy", "curate",
                                       "scores", "history", "gains", "report", "review" };

  watch.worst = (Span) { 0.0, 0.0 };
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autofree char *name = g_strdup_printf ("stall_%s", pages[i]);

      show_page (self, pages[i]);
      wait_frames (self, 3);
      settle (self);
      print_stall (name);
    }
}

#define IDLE_SECONDS 3

static gboolean
end_idle (gpointer over)
{
  *(gboolean *) over = TRUE;
  return G_SOURCE_REMOVE;
}

/* What the program uses while nobody does anything. */
static void
time_idle (void)
{
  Span begin = span_begin ();
  gboolean over = FALSE;

  g_timeout_add_seconds (IDLE_SECONDS, end_idle, &over);
  while (!over)
    step ();
  print_span ("idle", span_end (begin));
}

static void
draw_lasso (double *corners, int k)
{
  for (int i = 0; i < CORNERS; i++)
    {
      double angle = 2 * G_PI * i / CORNERS, radius = 3 + sin (9 * angle) + 0.1 * k;

      corners[2 * i] = 4 + radius * cos (angle);
      corners[2 * i + 1] = 4 + radius * sin (angle);
    }
}

/* The rows inside, then everything that answers to the selection. */
static void
time_lasso (Bench *self)
{
  AyFigurePoints points = assay_map_view_points (self->map);
  double corners[2 * CORNERS];
  Span pick[REPEATS], all[REPEATS];

  points.selected = NULL;
  for (int k = 0; k < REPEATS; k++)
    {
      g_autoptr (AyBitset) rows = ay_bitset_new (points.n);

      settle (self);
      draw_lasso (corners, k);
      all[k] = pick[k] = span_begin ();
      ay_figure_pick_polygon (&points, corners, CORNERS, rows);
      pick[k] = span_end (pick[k]);
      assay_session_select (self->session, rows, ASSAY_SELECT_REPLACE);
      all[k] = span_end (all[k]);
      assay_session_select_none (self->session); /* no estimate is asked for */
    }
  print_median ("lasso_rows", pick);
  print_median ("lasso", all);
}

static int
open_workspace (const char *path)
{
  Bench self = { 0 };
  Span begin;

  bench_start (&self);
  wait_frames (&self, 2);
  printf ("memory_empty %.0f\n", memory_line ("VmRSS:"));
  begin = span_begin ();
  open_file (&self, path);
  print_span ("open_loaded", span_end (begin));
  show_page (&self, "map");
  wait_frames (&self, 3);
  print_span ("open", span_end (begin));
  print_stall ("stall_open");
  printf ("memory_open %.0f\n", memory_line ("VmHWM:"));
  settle (&self);
  printf ("memory_settled %.0f\n", memory_line ("VmHWM:"));
  time_frames (&self);
  time_recolor (&self);
  time_lasso (&self);
  settle (&self);
  begin = span_begin ();
  show_page (&self, "samples");
  wait_frames (&self, 2);
  print_span ("samples_first", span_end (begin));
  walk_pages (&self);
  time_idle ();
  fflush (stdout);
  _Exit (0); /* what a window does when it closes is no part of this */
}

/* --- start --- */

static void
print_since (const char *name, double since)
{
  print_span (name, (Span) { now () - since, cpu () });
}

static int
start (const char *path, double since)
{
  Bench self = { 0 };
  Span begin;

  bench_start (&self);
  wait_frames (&self, 1);
  print_since ("start_window", since);
  open_file (&self, path);
  wait_frames (&self, 2);
  print_since ("start_usable", since);
  show_page (&self, "map");
  while (assay_session_get_color_by (self.session) == NULL)
    step ();
  wait_frames (&self, 2);
  print_since ("start_colored", since);
  settle (&self);
  print_stall ("stall_open");
  begin = span_begin ();
  show_page (&self, "samples");
  wait_frames (&self, 2);
  print_span ("samples_first", span_end (begin));
  walk_pages (&self);
  time_idle ();
  printf ("memory %.0f\n", memory_line ("VmRSS:"));
  fflush (stdout);
  _Exit (0);
}

/* --- sharp --- */

static GdkTexture *
find_texture (GskRenderNode *node)
{
  GdkTexture *found = NULL;

  switch (gsk_render_node_get_node_type (node))
    {
    case GSK_TEXTURE_NODE: return gsk_texture_node_get_texture (node);
    case GSK_CLIP_NODE: return find_texture (gsk_clip_node_get_child (node));
    case GSK_TRANSFORM_NODE: return find_texture (gsk_transform_node_get_child (node));
    case GSK_CONTAINER_NODE:
      for (guint i = 0; found == NULL && i < gsk_container_node_get_n_children (node); i++)
        found = find_texture (gsk_container_node_get_child (node, i));
      return found;
    default: return NULL;
    }
}

/* What the map gives to GTK to be shown. */
static int
sharp (const char *path)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  Bench self = { 0 };
  GskRenderNode *node;
  GdkTexture *texture;

  bench_start (&self);
  open_file (&self, path);
  show_page (&self, "map");
  settle (&self);
  GTK_WIDGET_GET_CLASS (self.map)->snapshot (GTK_WIDGET (self.map), snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  texture = node != NULL ? find_texture (node) : NULL;
  printf ("scale %d\nwidth %d\nheight %d\n",
          gtk_widget_get_scale_factor (GTK_WIDGET (self.map)),
          gtk_widget_get_width (GTK_WIDGET (self.map)),
          gtk_widget_get_height (GTK_WIDGET (self.map)));
  printf ("texture_width %d\ntexture_height %d\n",
          texture != NULL ? gdk_texture_get_width (texture) : 0,
          texture != NULL ? gdk_texture_get_height (texture) : 0);
  fflush (stdout);
  _Exit (0);
}

int
main (int argc, char **argv)
{
  assay_paths_init ();
  g_set_prgname ("assay");
  g_set_application_name ("Assay");
  if (argc == 4 && g_str_equal (argv[1], "make"))
    return make (argv[2], (gsize) g_ascii_strtoull (argv[3], NULL, 10));
  if (argc == 3 && g_str_equal (argv[1], "open"))
    return open_workspace (argv[2]);
  if (argc == 4 && g_str_equal (argv[1], "start"))
    return start (argv[2], g_ascii_strtod (argv[3], NULL) * 1e-6);
  if (argc == 3 && g_str_equal (argv[1], "sharp"))
    return sharp (argv[2]);
  fprintf (stderr, "bench-window make FOLDER ROWS | open WORKSPACE | start FILE SINCE | "
                   "sharp FILE\n");
  return 2;
}
