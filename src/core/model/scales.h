/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/dataset.h"
#include "core/graph/point_set.h"
#include "core/model/problem.h"

G_BEGIN_DECLS

/* What brings features to mean 0 and deviation 1, as searches among points take it. */
typedef struct
{
  float *centre, *inv_scale; /* d each; NULL: as they are */
  AyRanks *ranks;            /* (nullable) of ay_scales_init_as_asked(): who share the work */
} AyScales;

/* By the rows and weights of a problem. Errors: those of ay_moments_of(), ay_moments_scaling(). */
gboolean ay_scales_init (AyScales *self, const AyProblem *over, AyJob *job, GError **error);
/* By the training rows, where a method was asked to standardise: 1 (yes), 0 (no) or -1 (as fits:
 * columns of a table, whose units differ, but neither vectors nor pixels); else left as is. */
gboolean ay_scales_init_as_asked (AyScales *self, const AyDataset *data, int asked, AyJob *job,
                                  GError **error);
/* The scales are borrowed. */
void ay_scales_apply (const AyScales *self, AyPoints *points);
void ay_scales_clear (AyScales *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyScales, ay_scales_clear)

G_END_DECLS
