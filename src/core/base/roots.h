/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The root of an element of disjoint sets; paths are halved on the way (Tarjan and van Leeuwen
 * 1984). parent: each element's, a root its own. */
static inline guint32
ay_root_of (guint32 *parent, guint32 element)
{
  for (; parent[element] != element; element = parent[element])
    parent[element] = parent[parent[element]];
  return element;
}

G_END_DECLS
