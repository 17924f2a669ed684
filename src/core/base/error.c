/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"

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
