/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/plan_effects.h"

#include <adwaita.h>

G_BEGIN_DECLS

typedef enum
{
  ASSAY_STEP_EDITED, /* the step was switched, or a parameter or its reason changed */
  ASSAY_STEP_UP,
  ASSAY_STEP_DOWN,
  ASSAY_STEP_REMOVE,
  ASSAY_STEP_SELECT, /* the rows that it would take alone */
} AssayStepChange;

/* One step of a recipe: on or off, its parameters and its reason in the fold, and what it takes.
 * It edits the step, which outlives it. It is moved by its buttons, by Alt and an arrow, or dragged
 * onto the row whose place it shall have. Signals: changed (AssayStepChange); dropped
 * (AssayStepRow): that row came here. */
#define ASSAY_TYPE_STEP_ROW (assay_step_row_get_type ())
G_DECLARE_FINAL_TYPE (AssayStepRow, assay_step_row, ASSAY, STEP_ROW, AdwExpanderRow)

GtkWidget *assay_step_row_new (AyStep *step, gboolean is_first, gboolean is_last);
/* Where the focus is, or was, of a step's row: it goes there. */
void assay_step_row_take_focus (AssayStepRow *self);
/* plan NULL: not known yet; effect NULL: not yet. */
void assay_step_row_show (AssayStepRow *self, const AyStepPlan *plan, const AyStepEffect *effect);

G_END_DECLS
