/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* FNV-1a of 64 bits (Fowler, Noll, Vo): hash goes on from what was hashed before, AY_FNV at first.
 * Against accidents alone: whoever wants to can make two of one hash. */
#define AY_FNV G_GUINT64_CONSTANT (0xcbf29ce484222325)

static inline guint64
ay_fnv (guint64 hash, gconstpointer data, gsize size)
{
  const guint8 *at = data;

  for (gsize i = 0; i < size; i++)
    hash = (hash ^ at[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash;
}

G_END_DECLS
