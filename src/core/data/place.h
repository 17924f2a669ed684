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

G_END_DECLS
