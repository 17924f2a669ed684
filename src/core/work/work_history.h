/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/round_history.h"
#include "core/work/work.h"

G_BEGIN_DECLS

/* Histories of the workspace: those of its own loop, of simulations, and of other tools. */

/* Stores it under its name, or replaces the one of that name. */
gboolean ay_work_put_history (AyWork *self, const AyHistory *history, GError **error);
/* Stores all of them (element-type AyHistory), or none. */
gboolean ay_work_put_histories (AyWork *self, GPtrArray *histories, GError **error);
/* Names in the order in which they were first stored. (transfer full) (element-type char*) */
GPtrArray *ay_work_history_names (AyWork *self, GError **error);
/* AY_ERROR_INPUT when there is none of that name. (transfer full) */
AyHistory *ay_work_history (AyWork *self, const char *name, GError **error);
/* Those of that name, or that a file of that name held ("NAME: ..."). AY_ERROR_RANGE where there is
 * none. (transfer full) (element-type AyHistory) */
GPtrArray *ay_work_histories_called (AyWork *self, const char *name, GError **error);
/* TRUE also when there is none. */
gboolean ay_work_delete_history (AyWork *self, const char *name, GError **error);
/* A name that no history has: `name` itself, else "NAME 2", "NAME 3" ... (transfer full) */
char *ay_work_free_history_name (AyWork *self, const char *name);

G_END_DECLS
