/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* One piece of work in the background: title, phase, fraction, cancel. Progress is polled into the
 * properties ten times a second; cancelling frees the user at once, the thread ends when it can and
 * its result is thrown away.
 *
 * Properties: title, phase, memory (what it will take of it; NULL: not known) (strings), fraction
 * (double 0..1), running (boolean). */
#define ASSAY_TYPE_TASK (assay_task_get_type ())
G_DECLARE_FINAL_TYPE (AssayTask, assay_task, ASSAY, TASK, GObject)

typedef gboolean (*AssayTaskFunc) (AyJob *job, AyWork *work, gpointer data, GError **error);
typedef void (*AssayTaskDone) (GObject *session, gpointer data, const GError *error);

AssayTask *assay_task_new (const char *title, AssayTaskFunc func, AssayTaskDone done,
                           gpointer data, GDestroyNotify free_data);
/* What func works on, whatever is open by the time that it runs; nothing unless set. */
void assay_task_set_work (AssayTask *self, AyWork *work);
AyWork *assay_task_get_work (AssayTask *self); /* (transfer none) (nullable) */
/* Starts the thread; `ended` is called on the main thread when the thread has ended, cancelled or
 * not; `done` as soon as there is a result or the task was cancelled. */
void assay_task_start (AssayTask *self, GObject *session,
                       void (*ended) (AssayTask *self, GObject *session));
void assay_task_cancel (AssayTask *self);
const char *assay_task_get_title (AssayTask *self);
double assay_task_get_fraction (AssayTask *self);
gboolean assay_task_is_running (AssayTask *self);
/* Also after it has ended: a task runs once. */
gboolean assay_task_has_started (AssayTask *self);

G_END_DECLS
