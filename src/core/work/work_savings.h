/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/curate/savings.h"
#include "core/work/plan.h"

G_BEGIN_DECLS

/* The inputs that the workspace remembers, with what it knows by itself: rows and those that go by
 * the plan, bytes of a row by its files, labels by a simulation with a random arm, and the grid's
 * intensity by country and table (grid NULL: ay_grid_path ()). Filled also where FALSE is returned:
 * to be cleared. */
gboolean ay_work_savings_inputs (AyWork *self, const AyPlan *plan, const char *grid,
                                 AySavingsInputs *out, GError **error);
/* The remembered alone, to be changed and kept. */
gboolean ay_work_stored_savings (AyWork *self, AySavingsInputs *out, GError **error);
gboolean ay_work_keep_savings (AyWork *self, const AySavingsInputs *inputs, GError **error);
/* Sets training_kwh and training_hours to the lowest, mean and highest of the *n_runs runs in
 * codecarbon's emissions.csv that have both. Nothing else is read of it, places least of all.
 * AY_ERROR_INPUT, or AY_ERROR_RANGE of a value below 0, with the file's name. */
gboolean ay_savings_read_emissions (AySavingsInputs *self, const char *path, gsize *n_runs,
                                    GError **error);
/* Sets training_flops to total_flos of Hugging Face's trainer_state.json. AY_ERROR_INPUT. */
gboolean ay_savings_read_trainer (AySavingsInputs *self, const char *path, GError **error);

G_END_DECLS
