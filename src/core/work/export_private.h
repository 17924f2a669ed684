/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"
#include "core/work/export.h"

G_BEGIN_DECLS

/* One export on its way. */
typedef struct
{
  AyTable *table;
  const guint32 *rows; /* NULL: row i is i */
  gsize n;             /* rows written */
  AyExportFormat format;
  AyDiagnostics *diagnostics;
  const char *path;
  FILE *stream;
  AyJob *job;
} AyExport;

static inline gsize
ay_export_row (const AyExport *self, gsize i)
{
  return self->rows != NULL ? self->rows[i] : i;
}

/* FALSE with AY_ERROR_IO "PATH: cannot write: why" after a short write. */
gboolean ay_export_write (const AyExport *self, gconstpointer data, gsize size, GError **error);
/* Sets that error from errno; FALSE. */
gboolean ay_export_fail (const AyExport *self, GError **error);

gboolean ay_export_text (const AyExport *self, GError **error);
gboolean ay_export_npy (const AyExport *self, GError **error);
gboolean ay_export_npz (const AyExport *self, GError **error);

G_END_DECLS
