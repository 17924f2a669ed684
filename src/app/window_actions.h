/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/decision_bar.h"
#include "app/search_bar.h"
#include "app/widgets/presenter.h"
#include "app/window.h"

G_BEGIN_DECLS

/* The window's actions (win.*), apart from the window so that both stay small. */
void assay_window_actions_install (GtkWidgetClass *widget_class);
/* Enables what can be done now. */
void assay_window_actions_update (AssayWindow *self);
/* Registers the types that the window's template names. */
void assay_window_ensure_types (void);
void assay_window_make_recent_menu (AssayWindow *self, GtkMenuButton *button);

/* What the actions need of the window. */
void assay_window_open_with (AssayWindow *self, GFile *file, const AyLoadOptions *roles);
void assay_window_cancel_open (AssayWindow *self);
AdwViewStack *assay_window_get_pages (AssayWindow *self);
AdwFlap *assay_window_get_pane (AssayWindow *self, gboolean inspector);
AssayDecisionBar *assay_window_get_decision_bar (AssayWindow *self);
AssaySearchBar *assay_window_get_search_bar (AssayWindow *self);
AssayPresenter *assay_window_get_presenter (AssayWindow *self);
/* The findings instead of all else, or the live view of one, from which one goes back to them. */
typedef enum
{
  ASSAY_PRESENT_NOT,
  ASSAY_PRESENT_FINDINGS,
  ASSAY_PRESENT_LIVE,
} AssayPresenting;
AssayPresenting assay_window_get_presenting (AssayWindow *self);
void assay_window_set_presenting (AssayWindow *self, AssayPresenting presenting);

G_END_DECLS
