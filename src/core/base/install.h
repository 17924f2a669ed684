/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where a program finds the files that belong to it: in the source and build folders when it runs
 * there, so that nothing need be set; else beside itself, wherever the installed tree was moved
 * to; else in the prefix that the build was configured for. Never NULL; a file may be absent. */

/* A file of data/, such as "samples/digits.csv". (transfer full) */
char *ay_install_data (const char *name);
/* The folder of the catalogues. (transfer full) */
char *ay_install_locale (void);
/* The folder of the compiled settings schema. (transfer full) */
char *ay_install_schemas (void);

G_END_DECLS
