/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/score/context.h"

G_BEGIN_DECLS

/* Parameters of the methods as given with -p. Each leaves *value as it is where the parameter is
 * not given; FALSE and AY_ERROR_RANGE "NAME=TEXT: ... is wanted". */

/* A number >= 0. */
gboolean ay_score_parameter_number (const AyScoreContext *context, const char *name,
                                    double *value, GError **error);
/* A whole number >= least. */
gboolean ay_score_parameter_count (const AyScoreContext *context, const char *name, gsize least,
                                   gsize *value, GError **error);
/* One of names, which ends with NULL; *value is its place. */
gboolean ay_score_parameter_choice (const AyScoreContext *context, const char *name,
                                    const char *const *names, guint *value, GError **error);

G_END_DECLS
