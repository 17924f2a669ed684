/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* The `size` smallest of many (distance, position) pairs, each one 64-bit key: the bits of a float
 * that is not negative sort as it does, the position breaks ties. What is kept does not depend on
 * the order of arrival. The largest kept is keys[0]. */
#define AY_HEAP_EMPTY (((guint64) 0x7f800000 << 32) | G_MAXUINT32) /* infinitely far */

static inline guint64
ay_heap_key (float distance, guint32 position)
{
  float at_least_zero = distance > 0.0f ? distance : 0.0f;
  guint32 bits;

  memcpy (&bits, &at_least_zero, sizeof bits);
  return ((guint64) bits << 32) | position;
}

static inline float
ay_heap_distance (guint64 key)
{
  guint32 bits = (guint32) (key >> 32);
  float distance;

  memcpy (&distance, &bits, sizeof distance);
  return distance;
}

/* Puts a key smaller than keys[0] in its place. */
static inline void
ay_heap_replace (guint64 *keys, gsize size, guint64 key)
{
  gsize at = 0;

  for (gsize child = 1; child < size; child = 2 * at + 1)
    {
      if (child + 1 < size && keys[child + 1] > keys[child])
        child++;
      if (keys[child] <= key)
        break;
      keys[at] = keys[child];
      at = child;
    }
  keys[at] = key;
}

G_END_DECLS
