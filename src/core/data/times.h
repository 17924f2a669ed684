/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/column.h"

G_BEGIN_DECLS

/* When each row was: seconds since 1970-01-01 UTC of ISO 8601 texts (2011-01-31,
 * 2011-01-31T23:59:59.5+01:00, also with a blank or slashes), of D/M/Y or M/D/Y dates where the
 * column itself tells which, or a NUMBER column's own values. NaN where missing. AY_ERROR_INPUT
 * names column, row and value of the first that is not a time. (transfer full): n
 * values, g_free(). */
double *ay_times_parse (const AyColumn *column, GError **error);

G_END_DECLS
