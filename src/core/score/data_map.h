/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The regions of a data map (Swayamdipta et al. 2020): rows by how sure a training run was of
 * their label (confidence) and by how much that changed (variability). Every row that has both is
 * in one region. */
typedef enum
{
  AY_REGION_NONE, /* confidence or variability is missing */
  AY_REGION_EASY,
  AY_REGION_AMBIGUOUS,
  AY_REGION_HARD,
} AyRegion;
#define AY_N_REGIONS 4

typedef struct
{
  gsize n;
  guint8 *region;          /* n: AyRegion */
  gsize count[AY_N_REGIONS];
  double variability;      /* above it: ambiguous; NaN: no row has both */
  double confidence;       /* of the others, from it on easy, below it hard */
} AyDataMap;

/* n values each, NaN = missing. (transfer full) */
AyDataMap *ay_data_map_new (const double *confidence, const double *variability, gsize n);
void ay_data_map_free (AyDataMap *self);
/* "easy", "ambiguous", "hard"; what its rows are, in a sentence. */
const char *ay_region_name (AyRegion region);
const char *ay_region_meaning (AyRegion region);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyDataMap, ay_data_map_free)

G_END_DECLS
