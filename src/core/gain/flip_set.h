/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/hessian.h"

G_BEGIN_DECLS

/* The smallest set of training rows found whose removal flips the prediction of a row: the head,
 * refitted without them, says another class. Found greedily, verified by a refit; a smaller one may
 * exist. */
typedef struct
{
  gboolean found;      /* and verified */
  gint32 predicted;    /* class before */
  gint32 becomes;      /* class after; -1 when not found */
  guint32 *position;   /* n in the training problem, in the order they were chosen */
  gsize n;             /* 0 when not found */
  double margin_before; /* logit of `predicted` over the best other class */
  double margin_after; /* the same after the refit without the set; below 0 when found */
  double gradient_norm; /* of that refit */
  guint refits;        /* heads moved to sets of rows on the way */
} AyFlipSet;

typedef struct
{
  gsize max_rows; /* larger sets are not sought; 0: half of the training rows, at most
                     2000 */
  gsize max_pruned; /* sets up to this size are tried without each of their rows */
} AyFlipOptions;
#define AY_FLIP_OPTIONS_INIT { 0, 40 }

/* row: of the training problem's features, in any part. A class's last training row is never taken.
 * Not finding one is no error. Errors: RANGE (a numeric target), those of the refits. (transfer
 * full) */
AyFlipSet *ay_flip_set_new (const AyProblem *train, const AyHead *head, AyHessian *hessian,
                            guint32 row, const AyFlipOptions *options, AyJob *job, GError **error);
void ay_flip_set_free (AyFlipSet *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyFlipSet, ay_flip_set_free)

G_END_DECLS
