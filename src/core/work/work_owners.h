/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/owner_stages.h"
#include "core/work/work.h"

G_BEGIN_DECLS

/* Scores of owners apart (assay-mpi --private): each rank is an owner of data that reads its own
 * shard alone; a head is fitted to all owners' rows by sums (owners_fit.h), through the one door
 * (release.h); with the head and its Hessian, which all have then, each scores its own rows and
 * keeps them in a workspace of its own. What is judged by is a validation set that all owners
 * hold. */
typedef struct
{
  AyRanks *ranks;           /* (nullable) one owner */
  const char *path;         /* (nullable) of this owner's workspace, which must not exist; NULL: the
                               head alone */
  AyLoadOptions *load;      /* this owner's shard, with valid_features; guessed roles are written
                               back */
  const char *const *ids;   /* of scores that ay_owners_can_score() */
  GHashTable *parameters;   /* as ay_work_score() takes them, but for lambda_mean=auto, slice, of */
  guint64 seed;
  AyReleaseRules rules;
  const char *record;       /* (nullable) file */
  double clip, clip_target; /* with noise: rows longer than clip are shortened to it, and all
                               divided by it; the same with the target */
  guint max_rounds;         /* 0: 50; with noise, of classes, 8 */
  gboolean sites;           /* also the value of each owner */
  gsize most_dense;         /* parameters up to which the Hessian is sent; 0: 6000 */
  gboolean resume;          /* go on from the last stage that such a run has finished, kept beside
                               the record (owner_stages.h) */
} AyOwnersRun;

typedef struct
{
  AyHead *head;
  AyFit valid;
  guint rounds, products;   /* of sums for the head, and of the Hessian with a vector */
  AySiteValues *sites;      /* (nullable) */
  AyRelease *gate;          /* verdicts, messages, privacy loss */
  AyOwnedProblem *own;      /* private: the rows, which gate borrows */
  AyWork *work;             /* private */
  AyOwnerStages *stages;    /* private: what the run keeps to be resumed */
  AyRowIdentity *identity;  /* private: of the data's rows, as they were read */
} AyOwnersResult;

gboolean ay_owners_can_score (const char *id);
/* All owners call it. UNSUPPORTED names what is refused among owners; CHANGED who does not have
 * what all must have alike. An owner that does not take part (gate->verdict) ends with the head and
 * without a workspace. */
gboolean ay_work_score_owners (const AyOwnersRun *run, AyOwnersResult *out, AyJob *job,
                               GError **error);
void ay_owners_result_clear (AyOwnersResult *self);

/* What all owners begin with, also for picking: this owner's data with clipped rows and the head's
 * options set, the gate, what must be alike compared. `more`: a text that must be alike too. */
gboolean ay_owners_begin (const AyOwnersRun *run, const char *more, AyOwnersResult *out,
                          AyJob *job, GError **error);
/* What they end with: all owners have their results, and workspaces get their names. */
gboolean ay_owners_end (const AyOwnersRun *run, AyOwnersResult *out, GError **error);

/* How many rounds of sums a fit may take; with noise, of classes, takes. */
guint ay_owners_rounds (const AyOwnersRun *run);
/* ay_owners_fit() of the gate's rows, or the head that a run before has kept. (transfer full) */
AyOwnersFit *ay_owners_head (AyOwnersResult *self, const AyOwnersOptions *options, AyJob *job,
                             GError **error);
/* As ay_release_rows(), of problems whose row i is row rows[i] of the data. */
gboolean ay_owners_rows (AyOwnersResult *self, const AyProblem *own, const guint32 *rows,
                         GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyOwnersResult, ay_owners_result_clear)

G_END_DECLS
