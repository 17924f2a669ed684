/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/ranks.h"

G_BEGIN_DECLS

/* assay-mpi --private: ranks are owners of data who keep their rows. */

gboolean mpi_private_is_asked (int argc, char **argv);
/* The whole program, once MPI has begun; returns the exit code. */
int mpi_private_main (int argc, char **argv, AyRanks *ranks);

G_END_DECLS
