/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/role_plan.h"
#include "app/window.h"

G_BEGIN_DECLS

/* Which column or array of a data file is what: asked for by the person, or when guessing failed
 * (why: what was wrong, NULL when asked for). Shows the first rows and what is guessed; opens the
 * file in the window with what was chosen. Takes the plan. */
void assay_roles_dialog_show (AssayWindow *window, AssayRolePlan *plan, const char *why);

/* Reads the file in the background first; a file that cannot be read is told by the window. roles
 * (nullable): what was tried, instead of a guess. */
void assay_roles_dialog_ask (AssayWindow *window, GFile *file, const AyLoadOptions *roles,
                             const char *why);

G_END_DECLS
