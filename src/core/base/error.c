/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"

#include <unistd.h>

G_DEFINE_QUARK (ay-error-quark, ay_error)

gpointer
ay_try_alloc (gsize count, gsize size, const char *what, GError **error)
{
  gpointer block = g_try_malloc0_n (count ? count : 1, size);

  if (block == NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_NOMEM,
                 "not enough memory for %s (%" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT " bytes)",
                 what, count, size);
  return block;
}

gboolean
ay_check_memory (guint64 bytes, const char *what, GError **error)
{
  long pages = sysconf (_SC_PHYS_PAGES), page = sysconf (_SC_PAGESIZE);
  guint64 limit = pages > 0 && page > 0 ? (guint64) pages / 2 * (guint64) page : G_MAXUINT64;

  if (bytes <= limit)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_NOMEM,
               "%s: needs %" G_GUINT64_FORMAT " MB of memory, more than half of the machine's",
               what, bytes >> 20);
  return FALSE;
}
