/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"

#include "core/base/memory.h"
#include "core/base/words.h"

G_DEFINE_QUARK (ay-error-quark, ay_error)

/* Smaller ones are not worth a look at /proc. */
#define LARGE (G_GUINT64_CONSTANT (16) << 20)

gpointer
ay_try_alloc (gsize count, gsize size, const char *what, GError **error)
{
  guint64 bytes;
  gpointer block;

  if (g_uint64_checked_mul (&bytes, count, size) && bytes >= LARGE
      && !ay_check_memory (bytes, what, error))
    return NULL;
  block = g_try_malloc0_n (count ? count : 1, size);
  if (block == NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_NOMEM,
                 N_ ("not enough memory for %s (%zu x %zu bytes)"),
                 what, count, size);
  return block;
}

gboolean
ay_check_memory (guint64 bytes, const char *what, GError **error)
{
  guint64 left = ay_memory_free ();

  if (bytes <= left)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_NOMEM, N_ ("%s: needs %zu MB of memory, %zu MB are free"),
               what, (gsize) (bytes >> 20), (gsize) (left >> 20));
  return FALSE;
}
