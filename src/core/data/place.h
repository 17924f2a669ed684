/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/column.h"

G_BEGIN_DECLS

/* Where a file's bytes are to be read from. A workspace that keeps its files inside lays copies of
 * those that are gone below a folder of its own, the root, each under its absolute path; names, ids
 * and messages stay those of the path itself. */

/* Below the root (an absolute path of its own). (transfer full) */
char *ay_place_below (const char *root, const char *path);
/* The copy below the root (nullable: none is looked for) where there is one, else the path.
 * (transfer full) */
char *ay_place_find (const char *root, const char *path);
/* The same of an image's name, which is relative to base (nullable: as it is). (transfer full) */
char *ay_place_find_image (const char *root, const char *base, const char *name);
/* All of a column. (transfer full) */
AyColumn *ay_place_find_images (const char *root, const char *base, const AyColumn *names);

/* FALSE with AY_ERROR_INPUT "BASE: row N: ..." where a relative name leads out of base by way of
 * "..": a table says what is in its folder, not what else is on the machine. A base of NULL (the
 * names come from the command) allows all. */
gboolean ay_place_check_images (const char *base, const AyColumn *names, GError **error);

G_END_DECLS
