/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/window.h"

G_BEGIN_DECLS

/* A window opens as the last one was closed: its size, whether it filled the screen, the page, the
 * panes, and, as soon as the data has such columns, what colours and sorts the rows. Kept in the
 * settings when the window closes. Called once, before the window is shown. */
void assay_window_state_follow (AssayWindow *window);

G_END_DECLS
