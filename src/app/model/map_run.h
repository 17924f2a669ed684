/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

G_BEGIN_DECLS

/* One making of a map in the background, shared by the thread that lays it out and the window that
 * watches: the places as they are now, and the wish to stop. Ref-counted; any thread. */
typedef struct _AssayMapRun AssayMapRun;

/* parameters: as of AyMapRequest, referenced and not to be changed any more. changed (data) is
 * called on the main thread when there are new places, until assay_map_run_forget(). */
AssayMapRun *assay_map_run_new (const char *method, GHashTable *parameters,
                                void (*changed) (gpointer data), gpointer data);
AssayMapRun *assay_map_run_ref (AssayMapRun *self);
void assay_map_run_unref (AssayMapRun *self);
void assay_map_run_forget (AssayMapRun *self);

const char *assay_map_run_get_method (AssayMapRun *self);
/* Keep the layout as it stands. */
void assay_map_run_stop (AssayMapRun *self);
/* n x 2 floats as they are now; NULL before the first. (transfer full) */
float *assay_map_run_dup_places (AssayMapRun *self, gsize *n, guint *rounds, guint *planned);

/* An AssayTaskFunc; data is the run. */
gboolean assay_map_run_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayMapRun, assay_map_run_unref)

G_END_DECLS
