/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model/map_run.h"

struct _AssayMapRun
{
  gatomicrefcount ref;
  char *method;
  GHashTable *parameters;
  gint stop;
  GMutex lock;           /* guards what follows */
  float *places;         /* nullable */
  gsize n;
  guint rounds, planned;
  gboolean told;         /* the main thread will look */
  void (*changed) (gpointer data); /* main thread only */
  gpointer data;
};

AssayMapRun *
assay_map_run_new (const char *method, GHashTable *parameters,
                   void (*changed) (gpointer data), gpointer data)
{
  AssayMapRun *self = g_new0 (AssayMapRun, 1);

  g_atomic_ref_count_init (&self->ref);
  g_mutex_init (&self->lock);
  self->method = g_strdup (method);
  self->parameters = g_hash_table_ref (parameters);
  self->changed = changed;
  self->data = data;
  return self;
}

AssayMapRun *
assay_map_run_ref (AssayMapRun *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
assay_map_run_unref (AssayMapRun *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  g_mutex_clear (&self->lock);
  g_hash_table_unref (self->parameters);
  g_free (self->method);
  g_free (self->places);
  g_free (self);
}

void
assay_map_run_forget (AssayMapRun *self)
{
  self->changed = NULL;
}

const char *
assay_map_run_get_method (AssayMapRun *self)
{
  return self->method;
}

void
assay_map_run_stop (AssayMapRun *self)
{
  g_atomic_int_set (&self->stop, 1);
}

float *
assay_map_run_dup_places (AssayMapRun *self, gsize *n, guint *rounds, guint *planned)
{
  float *places;

  g_mutex_lock (&self->lock);
  self->told = FALSE;
  places = self->places != NULL ? g_memdup2 (self->places, 2 * self->n * sizeof (float)) : NULL;
  *n = self->n;
  *rounds = self->rounds;
  *planned = self->planned;
  g_mutex_unlock (&self->lock);
  return places;
}

static gboolean
tell (gpointer data)
{
  AssayMapRun *self = data;

  if (self->changed != NULL)
    self->changed (self->data);
  return G_SOURCE_REMOVE;
}

/* In the thread that lays out. */
static void
show (gpointer data, const float *xy, gsize n, guint rounds, guint planned)
{
  AssayMapRun *self = data;
  gboolean tell_now;

  g_mutex_lock (&self->lock);
  if (self->n != n)
    {
      g_free (self->places);
      self->places = g_new (float, 2 * MAX (n, 1));
      self->n = n;
    }
  for (gsize i = 0; i < 2 * n; i++)
    self->places[i] = xy[i];
  self->rounds = rounds;
  self->planned = planned;
  tell_now = !self->told;
  self->told = TRUE;
  g_mutex_unlock (&self->lock);
  if (tell_now)
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, tell, assay_map_run_ref (self),
                     (GDestroyNotify) assay_map_run_unref);
}

gboolean
assay_map_run_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  AssayMapRun *self = data;
  AyLayoutWatch watch = { show, self, &self->stop };
  AyMapRequest request = { self->method, self->parameters, ay_work_load_options (work)->seed,
                           &watch };

  return ay_work_map (work, &request, job, error);
}
