/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/site_values.h"

G_BEGIN_DECLS

/* What an owner keeps of the stages that a run has finished, so that a run that ended before it was
 * done goes on without sending these sums again, which with noise would cost privacy again: a file
 * beside the record of releases, removed when the run is done. It never leaves the owner. */
typedef enum
{
  AY_OWNER_STAGE_NONE,
  AY_OWNER_STAGE_HEAD,
  AY_OWNER_STAGE_SITES,
  AY_OWNER_STAGE_SOLUTION,
} AyOwnerStage;

typedef struct _AyOwnerStages AyOwnerStages;

/* What is kept under `path` (nullable: nothing is); removed without resume. asked: a hash of what
 * the results depend on. CHANGED: the run before was asked something else; INPUT: damaged; IO.
 * (transfer full) */
AyOwnerStages *ay_owner_stages_new (const char *path, guint64 asked, gboolean resume,
                                    GError **error);
void ay_owner_stages_free (AyOwnerStages *self);
/* With resume all owners call it: they go on from the last stage that all have, and forget those
 * beyond. */
gboolean ay_owner_stages_agree (AyOwnerStages *self, AyRelease *gate, GError **error);
/* Whether all owners have that stage, once they have agreed. */
gboolean ay_owner_stages_has (const AyOwnerStages *self, AyOwnerStage stage);

/* Of stages that all have; of the head also its privacy loss, which the gate takes for this run's.
 * INPUT: it does not fit this run. (transfer full) */
AyOwnersFit *ay_owner_stages_fit (AyOwnerStages *self, AyRelease *gate, GError **error);
AySiteValues *ay_owner_stages_sites (AyOwnerStages *self, AyRelease *gate, GError **error);
/* Numbers of the solution with those that say how good it is. */
typedef struct
{
  double *s;       /* n: of the caller */
  gsize n;
  double residual;
  guint rounds;
} AyOwnersSolution;
gboolean ay_owner_stages_solution (AyOwnerStages *self, AyOwnersSolution *out, GError **error);

/* Kept on the disk when they return. IO. */
gboolean ay_owner_stages_keep_fit (AyOwnerStages *self, const AyOwnersFit *fit,
                                   const AyRelease *gate, GError **error);
gboolean ay_owner_stages_keep_sites (AyOwnerStages *self, const AySiteValues *sites,
                                     GError **error);
gboolean ay_owner_stages_keep_solution (AyOwnerStages *self, const AyOwnersSolution *solution,
                                        GError **error);
/* The run is done. */
void ay_owner_stages_finish (AyOwnerStages *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyOwnerStages, ay_owner_stages_free)

G_END_DECLS
