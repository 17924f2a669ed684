/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/pinned.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* A part of the window that shows a session: what pages and panes have in common. It keeps the
 * session; a subclass says in `bind` what it watches, and may hold the pointer from then on.
 * A page may say what it shows when that is pinned (`save`), and show it again (`restore`); one
 * that keys walk about in takes the keyboard focus when a key went to it (`enter`). One that
 * another page led to may offer the way back; one come back to shows what was left (`visit`).
 * Property: session (AssaySession, write only). */
#define ASSAY_TYPE_SESSION_BIN (assay_session_bin_get_type ())
G_DECLARE_DERIVABLE_TYPE (AssaySessionBin, assay_session_bin, ASSAY, SESSION_BIN, AdwBin)

struct _AssaySessionBinClass
{
  AdwBinClass parent_class;
  void (*bind) (AssaySessionBin *self, AssaySession *session);
  void (*save) (AssaySessionBin *self, AssayPinnedView *view);    /* NULL: nothing of its own */
  void (*restore) (AssaySessionBin *self, JsonObject *state);     /* what it saved */
  void (*enter) (AssaySessionBin *self); /* NULL: the keyboard focus stays where it is */
  void (*visit) (AssaySessionBin *self, const char *from, const char *title); /* NULL: as enter */
};

/* (transfer full): to be cleared. */
AssayPinnedView assay_session_bin_save (AssaySessionBin *self);
/* Beside what the page that it is a part of says. */
void assay_session_bin_save_into (AssaySessionBin *self, AssayPinnedView *view);
void assay_session_bin_restore (AssaySessionBin *self, JsonObject *state);
void assay_session_bin_enter (AssaySessionBin *self);
/* From another page, by its name and what a person reads of it. */
void assay_session_bin_visit (AssaySessionBin *self, const char *from, const char *title);

/* The keyboard focus is on this widget or in it: of several things that a page shows, the one that
 * is pinned. */
gboolean assay_has_focus (GtkWidget *widget);

/* Calls func (self) on each of these signals of the session, until self is gone. */
void assay_session_bin_watch (AssaySessionBin *self, const char *const *signals, GCallback func);

G_END_DECLS
