/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/select/policy.h"

G_BEGIN_DECLS

/* A teacher: a model that controls the training of another. Before each round (EXP4.P: each row) it
 * chooses the arm, a strategy, by which rows are taken; afterwards it learns from what they
 * brought. Hedge learns by credits of the validation loss, EXP4.P by importance-weighted accuracy
 * on what was asked; the policy was trained beforehand and learns nothing. */
typedef enum
{
  AY_TEACHER_EXP4P,
  AY_TEACHER_HEDGE,
  AY_TEACHER_POLICY,
} AyTeacherKind;

typedef struct
{
  AyTeacherKind kind;
  guint rounds, batch;
  gsize n_points;    /* of the pool with the labelled ones */
  guint64 seed;
  const AyPolicy *policy; /* (nullable): the frozen one */
  gboolean explore;       /* policy: arms are drawn, not the likeliest taken */
} AyTeacherOptions;

typedef struct _AyTeacherState AyTeacherState;
typedef struct
{
  AyTeacherOptions options;
  guint n_arms;      /* AY_TEACHER_ARMS */
  double *weight;    /* rounds x n_arms: probability of each arm as the round began */
  double *reward;    /* rounds: mean over its rows of what was learnt from (policy, which is frozen:
                        of the fall of the loss on the rows held back); NaN: nothing was */
  guint *arm;        /* rounds: policy: the arm taken */
  double *context;   /* rounds x AY_POLICY_CONTEXT: policy */
  gsize n_clipped;   /* exp4p: weights 1 / chance above the bound, taken as the bound */
  gsize n_again;     /* exp4p: draws of rows that had a label already: no label is spent */
  AyTeacherState *state;
} AyTeacher;

/* What a round brought. */
typedef struct
{
  const AyPool *pool;          /* with the new labels, p and head of the new fit */
  const AyHead *before;        /* the head of the fit before */
  const AyProblem *known;      /* what the new head was fitted to */
  const AyProblem *valid;      /* labelled rows to judge by; n may be 0 but for hedge */
  const AyPick *picks;
  gsize count;
} AyLesson;

AyTeacher *ay_teacher_new (const AyTeacherOptions *options);
void ay_teacher_free (AyTeacher *self);
/* TRUE: ask for one row at a time and tell what it brought before the next. */
gboolean ay_teacher_one_by_one (const AyTeacher *self);
/* round: from 0. Errors: those of the arms. */
gboolean ay_teacher_pick (AyTeacher *self, const AyPool *pool, guint round, gsize count,
                          AyPick *picks, AyJob *job, GError **error);
gboolean ay_teacher_learn (AyTeacher *self, const AyLesson *lesson, guint round, AyJob *job,
                           GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyTeacher, ay_teacher_free)

G_END_DECLS
