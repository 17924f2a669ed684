/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/graph/neighbours.h"

AyNeighbours *
ay_neighbours_ref (AyNeighbours *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_neighbours_unref (AyNeighbours *self)
{
  if (!g_atomic_ref_count_dec (&self->ref))
    return;
  g_free (self->index);
  g_free (self->distances);
  g_free (self);
}
