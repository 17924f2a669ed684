/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* The findings one by one, as large as the screen: the sentence, the rows on the map (or the curves
 * that were pinned), and some of the rows themselves. Arrows, Page Up and Down, Space, Home and End
 * turn; Enter emits "live" (uint number), Escape "close". */
#define ASSAY_TYPE_PRESENTER (assay_presenter_get_type ())
G_DECLARE_FINAL_TYPE (AssayPresenter, assay_presenter, ASSAY, PRESENTER, AssaySessionBin)

/* Reads the findings anew and takes the keys; where it was, or the first. */
void assay_presenter_start (AssayPresenter *self);

G_END_DECLS
