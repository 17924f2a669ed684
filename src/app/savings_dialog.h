/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"
#include "core/work/plan.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What a planned recipe saves: the inputs as rows to be filled, the results beside them at once;
 * what was filled in is remembered by the workspace. */
void assay_savings_dialog_show (GtkWindow *parent, AssaySession *session, const AyPlan *plan);

G_END_DECLS
