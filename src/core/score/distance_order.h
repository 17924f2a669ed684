/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Rows by distance: a sorter for many lists of one length, one a worker. */
typedef struct _AyDistanceOrder AyDistanceOrder;

/* n < 2^31. Errors: NOMEM. (transfer full) */
AyDistanceOrder *ay_distance_order_new (gsize n, GError **error);
void ay_distance_order_free (AyDistanceOrder *self);

/* An entry: bits of the distance, row, and whether its label is the wanted one. */
static inline float
ay_order_distance (guint64 entry)
{
  union { guint32 bits; float value; } u = { .bits = entry >> 32 };

  return u.value;
}

static inline guint32
ay_order_row (guint64 entry)
{
  return (guint32) entry >> 1;
}

static inline gboolean
ay_order_match (guint64 entry)
{
  return entry & 1;
}

/* The `wanted` nearest of n rows (all: wanted = n), ascending by (distance, row); distance >= 0, no
 * NaN. *count: how many are there, at least `wanted` (ties in bits). Owned by self, until the next
 * call. */
guint64 *ay_distance_order (AyDistanceOrder *self, const float *distance, const gint32 *label,
                            gint32 match, gsize wanted, gsize *count);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyDistanceOrder, ay_distance_order_free)

G_END_DECLS
