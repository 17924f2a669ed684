/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/graph/neighbours.h"
#include "core/model/fitness.h"
#include "core/model/loo.h"
#include "core/model/target.h"
#include "core/score/flagged.h"

G_BEGIN_DECLS

/* What the scores of one run share, computed on first need and kept: the training problem, the
 * target, the fitted head, its Hessian, its leave-one-out. Used from one thread at a time. */
typedef struct _AyScoreContext AyScoreContext;

/* head (nullable): one fitted before with these options; else it is fitted on need. */
AyScoreContext *ay_score_context_new (AyDataset *data, const AyHeadOptions *options, AyHead *head);
void ay_score_context_free (AyScoreContext *self);

/* A head fitted before with these options, instead of one fitted on need. Only before anything is
 * computed. */
void ay_score_context_set_head (AyScoreContext *self, AyHead *head);
/* The head's Hessian over more rows than this data set has, in reduced coordinates (reduced.h);
 * borrowed. Only before anything is computed. */
void ay_score_context_set_hessian (AyScoreContext *self, const double *matrix);
/* Of several ranks, who call the same in the same order (nullable: one). Only before anything is
 * computed. */
void ay_score_context_set_ranks (AyScoreContext *self, AyRanks *ranks);
AyRanks *ay_score_context_ranks (const AyScoreContext *self);

/* Parameters as given with -p, NULL = unset; a name no method of the run knows is the caller's
 * error. */
void ay_score_context_set (AyScoreContext *self, const char *name, const char *value);
/* (nullable) */
const char *ay_score_context_get (const AyScoreContext *self, const char *name);

/* The scores that will be asked of this context, by id, so that a family computes them together.
 * (nullable): only the one that runs. Copied. */
void ay_score_context_set_wanted (AyScoreContext *self, const char *const *ids);
gboolean ay_score_context_wants (const AyScoreContext *self, const char *id);
/* What a family keeps for its other scores, by a key that names everything it depends on but the
 * data, head and target. It lives until the target or the key's object changes. Takes object. */
void ay_score_context_keep (AyScoreContext *self, const char *key, gpointer object,
                            GDestroyNotify destroy);
/* (nullable) (transfer none) */
gpointer ay_score_context_kept (const AyScoreContext *self, const char *key);

AyDataset *ay_score_context_data (AyScoreContext *self);
const AyHeadOptions *ay_score_context_options (const AyScoreContext *self);
guint64 ay_score_context_seed (const AyScoreContext *self);
/* The target loss: plain on valid until set. slice (nullable): rows that count; where: the
 * condition that they meet, for what is said of the target. */
void ay_score_context_set_target (AyScoreContext *self, AyTargetKind kind, const AyBitset *slice,
                                  const char *where);
/* The target in words (ay_target_describe()). (transfer full) */
char *ay_score_context_describe_target (AyScoreContext *self, GError **error);
const AyProblem *ay_score_context_train (AyScoreContext *self, GError **error);
const AyProblem *ay_score_context_target (AyScoreContext *self, GError **error);
AyHead *ay_score_context_head (AyScoreContext *self, AyJob *job, GError **error);
AyHessian *ay_score_context_hessian (AyScoreContext *self, AyJob *job, GError **error);
/* with_effect: also the change of the target loss. Parameters refit_above and max_refits. */
const AyLoo *ay_score_context_loo (AyScoreContext *self, gboolean with_effect, AyJob *job,
                                   GError **error);
/* The nearest training rows of rows[0..count-1] (of the data set, ascending; at least one), on the
 * features as the head standardises them; index holds positions in train, and a training row is
 * its own nearest one. Exact. (transfer full) */
AyNeighbours *ay_score_context_nearest (AyScoreContext *self, const guint32 *rows, gsize count,
                                        guint k, AyJob *job, GError **error);
/* With the share of doubted labels, by the left-out rows once they are at hand, else by valid. */
const AyFitness *ay_score_context_fitness (AyScoreContext *self, AyJob *job, GError **error);
/* That share as it is known so far, and what was found of this head before. */
const AyFlagged *ay_score_context_flagged (const AyScoreContext *self);
void ay_score_context_set_flagged (AyScoreContext *self, const AyFlagged *flagged);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyScoreContext, ay_score_context_free)

G_END_DECLS
