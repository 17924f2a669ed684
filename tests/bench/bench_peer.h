/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"
#include "core/base/matrix.h"

#include <glib/gstdio.h>
#include <unistd.h>

/* A peer that makes the data and is timed on them: one of the scripts beside, run as
 * SCRIPT PATH N D EXTRA..., writes n x d floats to PATH and its figures to standard output. */
typedef struct
{
  AyMappedFile *file;
  AyMatrix *matrix; /* what it wrote */
  char *out;        /* what it said */
} BenchPeer;

static inline void
bench_peer_clear (BenchPeer *self)
{
  g_clear_pointer (&self->matrix, ay_matrix_unref);
  g_clear_pointer (&self->file, ay_mapped_file_unref);
  g_clear_pointer (&self->out, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BenchPeer, bench_peer_clear)

/* What SCRIPT PATH N D EXTRA... says; NULL where it cannot be run. extra: ends with NULL. (transfer
 * full) */
static inline char *
bench_peer_say (const char *script, const char *path, gsize n, gsize d, const char *const *extra)
{
  const char *tests = g_getenv ("G_TEST_SRCDIR");
  g_autofree char *rows = g_strdup_printf ("%" G_GSIZE_FORMAT, n);
  g_autofree char *columns = g_strdup_printf ("%" G_GSIZE_FORMAT, d);
  g_autofree char *program
      = g_build_filename (tests != NULL ? tests : "tests", "bench", script, NULL);
  g_autoptr (GPtrArray) command = g_ptr_array_new ();
  const char *const first[] = { "/usr/bin/python3", program, path, rows, columns };
  char *out = NULL;

  for (gsize k = 0; k < G_N_ELEMENTS (first); k++)
    g_ptr_array_add (command, (gpointer) first[k]);
  for (gsize k = 0; extra[k] != NULL; k++)
    g_ptr_array_add (command, (gpointer) extra[k]);
  g_ptr_array_add (command, NULL);
  g_spawn_sync (NULL, (char **) command->pdata, NULL, 0, NULL, NULL, &out, NULL, NULL, NULL);
  return out;
}

/* extra: ends with NULL. FALSE where the script, or what it needs, is not there: no data then. */
static inline gboolean
bench_peer_run (BenchPeer *self, const char *script, gsize n, gsize d, const char *const *extra)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("assay-peer-XXXXXX", &path, NULL);
  gsize size = 0;

  if (fd < 0)
    return FALSE;
  self->out = bench_peer_say (script, path, n, d, extra);
  if (self->out != NULL)
    self->file = ay_mapped_file_new (path, NULL);
  g_unlink (path);
  close (fd);
  if (self->file == NULL || ay_mapped_file_data (self->file, &size) == NULL
      || size != n * d * sizeof (float))
    return FALSE;
  self->matrix = ay_matrix_wrap (n, d, AY_DTYPE_F32, FALSE, FALSE,
                                 ay_mapped_file_data (self->file, &size), NULL, NULL);
  return TRUE;
}
