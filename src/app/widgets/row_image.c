/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/row_image.h"

#include "app/widgets/set_name.h"
#include "core/data/thumbnail.h"

#include <glib/gi18n.h>

/* Textures kept, over all sizes: 2000 of 128 px are 130 MB at most. */
#define CACHE_SIZE 2000

struct _AssayRowImage
{
  GtkWidget parent;
  int size;
  AssaySession *session;
  gint64 row;
  GdkTexture *texture;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (AssayRowImage, assay_row_image, GTK_TYPE_WIDGET)

/* Key "SERIAL ROW SIZE" -> texture; the oldest go first. Main thread only. */
static GHashTable *cache;
static GQueue cache_order = G_QUEUE_INIT;

static char *
cache_key (guint serial, gint64 row, int size)
{
  return g_strdup_printf ("%u %" G_GINT64_FORMAT " %d", serial, row, size);
}

static void
cache_put (const char *key, GdkTexture *texture)
{
  if (cache == NULL)
    cache = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  if (g_hash_table_contains (cache, key))
    return;
  g_queue_push_tail (&cache_order, g_strdup (key));
  g_hash_table_insert (cache, g_strdup (key), g_object_ref (texture));
  if (cache_order.length > CACHE_SIZE)
    {
      g_autofree char *oldest = g_queue_pop_head (&cache_order);

      g_hash_table_remove (cache, oldest);
    }
}

typedef struct
{
  AyDataset *data;
  guint serial;
  gint64 row;
  int size;
} Decoding;

static void
decoding_free (gpointer data)
{
  Decoding *self = data;

  ay_dataset_unref (self->data);
  g_free (self);
}

static void
decode_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Decoding *self = data;
  g_autoptr (AyRgb) image = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GError *error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  image = ay_thumbnail_new (self->data, (gsize) self->row, (guint) self->size, &error);
  if (image == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  bytes = g_bytes_new_take (g_steal_pointer (&image->rgb),
                            (gsize) image->width * image->height * 3);
  g_task_return_pointer (task,
                         gdk_memory_texture_new ((int) image->width, (int) image->height,
                                                 GDK_MEMORY_R8G8B8, bytes, image->width * 3),
                         g_object_unref);
}

static void
decoded (GObject *source, GAsyncResult *result, gpointer data)
{
  AssayRowImage *self = ASSAY_ROW_IMAGE (source);
  Decoding *decoding = g_task_get_task_data (G_TASK (result));
  g_autoptr (GdkTexture) texture = g_task_propagate_pointer (G_TASK (result), NULL);
  g_autofree char *key = cache_key (decoding->serial, decoding->row, decoding->size);

  if (texture == NULL)
    return;
  cache_put (key, texture);
  if (decoding->row != self->row || self->session == NULL
      || assay_session_get_serial (self->session) != decoding->serial)
    return;
  g_set_object (&self->texture, texture);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
load (AssayRowImage *self, AyDataset *data)
{
  guint serial = assay_session_get_serial (self->session);
  g_autofree char *key = cache_key (serial, self->row, self->size);
  GdkTexture *known = cache != NULL ? g_hash_table_lookup (cache, key) : NULL;
  g_autoptr (GTask) task = NULL;
  Decoding *decoding;

  if (known != NULL)
    {
      g_set_object (&self->texture, known);
      return;
    }
  decoding = g_new (Decoding, 1);
  decoding->data = ay_dataset_ref (data);
  decoding->serial = serial;
  decoding->row = self->row;
  decoding->size = self->size;
  self->cancellable = g_cancellable_new ();
  task = g_task_new (self, self->cancellable, decoded, NULL);
  g_task_set_task_data (task, decoding, decoding_free);
  g_task_run_in_thread (task, decode_in_thread);
}

void
assay_row_image_set_row (AssayRowImage *self, AssaySession *session, gint64 row)
{
  AyDataset *data = session != NULL ? assay_session_get_data (session) : NULL;

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->texture);
  g_set_object (&self->session, session);
  self->row = row;
  if (data != NULL && row >= 0 && (gsize) row < data->n && ay_dataset_has_images (data))
    {
      g_autofree char *label = g_strdup_printf (_ ("Image of row %u"), (guint) row);

      assay_set_name (self, label);
      load (self, data);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
assay_row_image_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                         int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = ASSAY_ROW_IMAGE (widget)->size;
}

/* GTK 4.8 always smooths a texture; the pixels of a small image are to stay pixels. */
static void
append_pixels (GdkTexture *texture, GtkSnapshot *snapshot, const graphene_rect_t *bounds)
{
  int w = gdk_texture_get_width (texture), h = gdk_texture_get_height (texture);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, w, h);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, bounds);

  gdk_texture_download (texture, cairo_image_surface_get_data (surface),
                        (gsize) cairo_image_surface_get_stride (surface));
  cairo_surface_mark_dirty (surface);
  cairo_translate (cr, bounds->origin.x, bounds->origin.y);
  cairo_scale (cr, bounds->size.width / w, bounds->size.height / h);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_surface_destroy (surface);
  cairo_destroy (cr);
}

/* Fitted and centred; enlarged in whole steps only. */
static void
assay_row_image_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  AssayRowImage *self = ASSAY_ROW_IMAGE (widget);
  float width = (float) gtk_widget_get_width (widget);
  float height = (float) gtk_widget_get_height (widget);
  graphene_rect_t bounds;
  float w, h, scale;

  if (self->texture == NULL)
    return;
  w = (float) gdk_texture_get_width (self->texture);
  h = (float) gdk_texture_get_height (self->texture);
  scale = MIN (width / w, height / h);
  if (scale > 1.0f)
    scale = (float) (int) scale;
  graphene_rect_init (&bounds, (width - w * scale) / 2, (height - h * scale) / 2, w * scale,
                      h * scale);
  if (scale > 1.0f)
    append_pixels (self->texture, snapshot, &bounds);
  else
    gtk_snapshot_append_texture (snapshot, self->texture, &bounds);
}

static void
assay_row_image_dispose (GObject *object)
{
  AssayRowImage *self = ASSAY_ROW_IMAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->texture);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (assay_row_image_parent_class)->dispose (object);
}

static void
assay_row_image_class_init (AssayRowImageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = assay_row_image_dispose;
  widget_class->measure = assay_row_image_measure;
  widget_class->snapshot = assay_row_image_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
assay_row_image_init (AssayRowImage *self)
{
  self->row = -1;
  self->size = 64;
}

GtkWidget *
assay_row_image_new (int size)
{
  AssayRowImage *self = g_object_new (ASSAY_TYPE_ROW_IMAGE, NULL);

  self->size = size;
  return GTK_WIDGET (self);
}
