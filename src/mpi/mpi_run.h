/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/ranks.h"

G_BEGIN_DECLS

/* What the ways of running assay-mpi have in common. */

/* Sets the error and returns FALSE: how the program is called. */
gboolean mpi_usage_error (GError **error, const char *text);
/* "key=value" each (nullable). NULL with a usage error. (transfer full) */
GHashTable *mpi_parameters (char **pairs, GError **error);

/* Does the work in all ranks; returns the exit status. refused (nullable): what is wrong with the
 * arguments, everybody's mistake, is said once by the first rank, and nothing is done. What goes
 * wrong in one rank ends all of them, with one line that names it. threads: 0, as many as may be.
 */
int mpi_run (AyRanks *ranks, const GError *refused, int threads,
             gboolean (*work) (AyRanks *ranks, GError **error));

G_END_DECLS
