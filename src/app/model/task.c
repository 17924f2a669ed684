/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model/task.h"

#include "app/say.h"
#include "core/base/error.h"

#include <glib/gi18n.h>

#define POLL_MS 100

struct _AssayTask
{
  GObject parent;
  char *title, *phase, *memory;
  double fraction;
  gboolean running, reported;
  AyJob *job;
  AyWork *work;
  AssayTaskFunc func;
  AssayTaskDone done;
  void (*ended) (AssayTask *self, GObject *session);
  GObject *session;
  gpointer data;
  GDestroyNotify free_data;
  guint poll;
};

G_DEFINE_FINAL_TYPE (AssayTask, assay_task, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_PHASE,
  PROP_MEMORY,
  PROP_FRACTION,
  PROP_RUNNING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
assay_task_finalize (GObject *object)
{
  AssayTask *self = ASSAY_TASK (object);

  g_clear_handle_id (&self->poll, g_source_remove);
  g_clear_pointer (&self->job, ay_job_unref);
  g_clear_pointer (&self->work, ay_work_unref);
  g_clear_object (&self->session);
  if (self->free_data != NULL)
    self->free_data (self->data);
  g_free (self->title);
  g_free (self->phase);
  g_free (self->memory);
  G_OBJECT_CLASS (assay_task_parent_class)->finalize (object);
}

static void
assay_task_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AssayTask *self = ASSAY_TASK (object);

  switch (id)
    {
    case PROP_TITLE: g_value_set_string (value, self->title); break;
    case PROP_PHASE: g_value_set_string (value, self->phase); break;
    case PROP_MEMORY: g_value_set_string (value, self->memory); break;
    case PROP_FRACTION: g_value_set_double (value, self->fraction); break;
    case PROP_RUNNING: g_value_set_boolean (value, self->running); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
assay_task_class_init (AssayTaskClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = assay_task_finalize;
  object_class->get_property = assay_task_get_property;
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_PHASE] = g_param_spec_string ("phase", NULL, NULL, NULL, flags);
  properties[PROP_MEMORY] = g_param_spec_string ("memory", NULL, NULL, NULL, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
assay_task_init (AssayTask *self)
{
  self->job = ay_job_new ();
}

AssayTask *
assay_task_new (const char *title, AssayTaskFunc func, AssayTaskDone done, gpointer data,
                GDestroyNotify free_data)
{
  AssayTask *self = g_object_new (ASSAY_TYPE_TASK, NULL);

  self->title = g_strdup (title);
  self->func = func;
  self->done = done;
  self->data = data;
  self->free_data = free_data;
  return self;
}

void
assay_task_set_work (AssayTask *self, AyWork *work)
{
  g_clear_pointer (&self->work, ay_work_unref);
  self->work = work != NULL ? ay_work_ref (work) : NULL;
}

AyWork *
assay_task_get_work (AssayTask *self)
{
  return self->work;
}

/* What the job will take of memory, as soon as it has said so. */
static void
poll_memory (AssayTask *self)
{
  AyJobPlan plan = ay_job_get_plan (self->job);

  if (plan.needed == 0 || self->memory != NULL)
    return;
  /* Translators: what a job takes of memory, of what is free */
  self->memory = assay_say (_ ("About %.0f MB of memory of %.0f that are free"),
                            MAX ((double) (plan.needed >> 20), 1.0), (double) (plan.left >> 20));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MEMORY]);
}

static gboolean
poll_progress (gpointer data)
{
  AssayTask *self = data;
  g_autofree char *phase = ay_job_dup_phase (self->job);
  double fraction = ay_job_get_fraction (self->job);

  if (g_strcmp0 (phase, self->phase) != 0)
    {
      g_free (self->phase);
      self->phase = g_steal_pointer (&phase);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PHASE]);
    }
  poll_memory (self);
  if (fraction != self->fraction)
    {
      self->fraction = fraction;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
    }
  return G_SOURCE_CONTINUE;
}

static void
report (AssayTask *self, const GError *error)
{
  if (self->reported)
    return;
  self->reported = TRUE;
  g_clear_handle_id (&self->poll, g_source_remove);
  if (self->done != NULL)
    self->done (self->session, self->data, error);
}

static void
run_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  AssayTask *self = source;
  GError *error = NULL;

  if (ay_job_check (self->job, &error)
      && self->func (self->job, self->work, self->data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
thread_ended (GObject *source, GAsyncResult *result, gpointer data)
{
  AssayTask *self = ASSAY_TASK (source);
  g_autoptr (GError) error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  self->running = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
  report (self, error);
  if (self->ended != NULL)
    self->ended (self, self->session);
}

void
assay_task_start (AssayTask *self, GObject *session,
                  void (*ended) (AssayTask *self, GObject *session))
{
  g_autoptr (GTask) task = g_task_new (self, NULL, thread_ended, NULL);

  self->session = g_object_ref (session);
  self->ended = ended;
  self->running = TRUE;
  self->poll = g_timeout_add (POLL_MS, poll_progress, self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
  g_task_run_in_thread (task, run_in_thread);
}

void
assay_task_cancel (AssayTask *self)
{
  g_autoptr (GError) error = NULL;

  ay_job_cancel (self->job);
  if (self->session != NULL && !ay_job_check (self->job, &error))
    report (self, error);
}

const char *
assay_task_get_title (AssayTask *self)
{
  return self->title;
}

double
assay_task_get_fraction (AssayTask *self)
{
  return self->fraction;
}

gboolean
assay_task_has_started (AssayTask *self)
{
  return self->session != NULL;
}

gboolean
assay_task_is_running (AssayTask *self)
{
  return self->running;
}
