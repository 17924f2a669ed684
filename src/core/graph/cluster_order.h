/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A row in no cluster. */
#define AY_CLUSTER_NONE G_MAXUINT32

/* The one numbering of clusters: by falling size, then by the lowest row. Rewrites cluster (n
 * numbers below k, or AY_CLUSTER_NONE, which stay), fills old and size (k each; the first ones
 * returned): the number that each had before and its rows. Returns how many have rows. */
guint ay_cluster_order (guint32 *cluster, gsize n, guint k, guint32 *old, gsize *size);

G_END_DECLS
