/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* UTF-8 without control characters: fit to be an id, and to be shown in a message of one line. */
gboolean ay_is_plain_name (const char *name);
/* Any bytes made such, to name what cannot be named: bad bytes and controls are replaced.
 * (transfer full) */
char *ay_plain_name (const char *name);

G_END_DECLS
