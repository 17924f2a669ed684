/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Names that look like `name`, joined for a message: "influence", "influx"; NULL when none does.
 * (transfer full) */
char *ay_filter_near_names (const char *name, const char *const *names, guint n);

G_END_DECLS
