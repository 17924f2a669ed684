/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/application.h"
#include "app/model/session.h"

G_BEGIN_DECLS

/* One window, one session. Property: session (AssaySession, read only). */
#define ASSAY_TYPE_WINDOW (assay_window_get_type ())
G_DECLARE_FINAL_TYPE (AssayWindow, assay_window, ASSAY, WINDOW, AdwApplicationWindow)

AssayWindow *assay_window_new (AssayApplication *application);
AssaySession *assay_window_get_session (AssayWindow *self);
/* Nothing is open and nothing is being opened. */
gboolean assay_window_is_empty (AssayWindow *self);
/* A workspace, a data file or an image folder. */
void assay_window_open (AssayWindow *self, GFile *file);

G_END_DECLS
