/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/ranks.h"

G_BEGIN_DECLS

/* The processes that mpirun started, as the core knows them. Only this file's code calls MPI. */

/* Begins MPI; takes what is MPI's out of the arguments. */
void mpi_ranks_begin (int *argc, char ***argv, AyRanks *ranks);
/* All ranks have done their work. */
void mpi_ranks_end (void);
/* Ends all ranks, whatever they are at, with this exit code. */
void mpi_ranks_abort (int code) G_GNUC_NORETURN;

G_END_DECLS
