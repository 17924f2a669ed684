/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mpi/mpi_ranks.h"

#include "core/base/error.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>

#define PIECE ((gsize) 1 << 30) /* MPI counts in int */

static gboolean
fail (AyRanks *self, int code, GError **error)
{
  char text[MPI_MAX_ERROR_STRING];
  int length;

  MPI_Error_string (code, text, &length);
  g_set_error (error, AY_ERROR, AY_ERROR_IO, "the ranks lost each other: %s", text);
  return FALSE;
}

static gboolean
gather_small (AyRanks *self, const void *mine, const gsize *sizes, void *all, GError **error)
{
  g_autofree int *counts = g_new (int, self->size), *places = g_new (int, self->size);
  int at = 0, code;

  for (guint r = 0; r < self->size; r++)
    {
      counts[r] = (int) sizes[r];
      places[r] = at;
      at += counts[r];
    }
  code = MPI_Allgatherv (mine, counts[self->rank], MPI_BYTE, all, counts, places, MPI_BYTE,
                         MPI_COMM_WORLD);
  return code == MPI_SUCCESS || fail (self, code, error);
}

/* Rank by rank, piece by piece. */
static gboolean
gather_large (AyRanks *self, const void *mine, const gsize *sizes, void *all, GError **error)
{
  char *to = all;

  for (guint r = 0; r < self->size; to += sizes[r], r++)
    {
      if (r == self->rank && sizes[r] > 0)
        memcpy (to, mine, sizes[r]);
      for (gsize at = 0; at < sizes[r]; at += PIECE)
        {
          int code = MPI_Bcast (to + at, (int) MIN (PIECE, sizes[r] - at), MPI_BYTE, (int) r,
                                MPI_COMM_WORLD);

          if (code != MPI_SUCCESS)
            return fail (self, code, error);
        }
    }
  return TRUE;
}

static gboolean
gather (AyRanks *self, const void *mine, const gsize *sizes, void *all, GError **error)
{
  gsize total = 0;

  for (guint r = 0; r < self->size; r++)
    total += sizes[r];
  return (total <= PIECE ? gather_small : gather_large) (self, mine, sizes, all, error);
}

void
mpi_ranks_begin (int *argc, char ***argv, AyRanks *ranks)
{
  int level, rank, size;

  MPI_Init_thread (argc, argv, MPI_THREAD_FUNNELED, &level);
  MPI_Comm_set_errhandler (MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Comm_rank (MPI_COMM_WORLD, &rank);
  MPI_Comm_size (MPI_COMM_WORLD, &size);
  *ranks = (AyRanks) { .rank = (guint) rank, .size = (guint) size, .gather = gather };
}

void
mpi_ranks_end (void)
{
  MPI_Finalize ();
}

void
mpi_ranks_abort (int code)
{
  MPI_Abort (MPI_COMM_WORLD, code);
  exit (code);
}
