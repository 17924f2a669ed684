/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mpi/mpi_run.h"

#include "core/base/parallel.h"
#include "mpi/mpi_ranks.h"

#include <stdio.h>
#include <string.h>

enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

gboolean
mpi_usage_error (GError **error, const char *text)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "%s", text);
  return FALSE;
}

GHashTable *
mpi_parameters (char **pairs, GError **error)
{
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (char **pair = pairs; pair != NULL && *pair != NULL; pair++)
    {
      const char *equals = strchr (*pair, '=');

      if (equals == NULL || equals == *pair || !g_utf8_validate (*pair, -1, NULL))
        {
          mpi_usage_error (error, "-p: expected key=value");
          return NULL;
        }
      g_hash_table_replace (table, g_strndup (*pair, equals - *pair), g_strdup (equals + 1));
    }
  return g_steal_pointer (&table);
}

int
mpi_run (AyRanks *ranks, const GError *refused, int threads,
         gboolean (*work) (AyRanks *ranks, GError **error))
{
  g_autoptr (GError) error = NULL;

  if (refused != NULL)
    {
      if (ranks->rank == 0)
        fprintf (stderr, "assay-mpi: %s\n", refused->message);
      mpi_ranks_end ();
      return EXIT_USAGE;
    }
  ay_set_threads ((guint) MAX (threads, 0));
  if (!work (ranks, &error))
    {
      fprintf (stderr, "assay-mpi: rank %u: %s\n", ranks->rank, error->message);
      fflush (stderr);
      mpi_ranks_abort (error->domain == G_OPTION_ERROR ? EXIT_USAGE : EXIT_FAILED);
    }
  mpi_ranks_end ();
  return 0;
}
