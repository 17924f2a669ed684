/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/random_drops.h"
#include "core/work/work.h"

G_BEGIN_DECLS

#define AY_FOLDS_MOST 20

/* The same change under other draws of the parts: train and valid are dealt into k folds; each is
 * judged by heads fitted to the others, with and without the change. The test part stays closed.
 * Judged are the rows that stay as they are; those that go or are relabelled apart from them, by
 * their present labels. */
typedef struct
{
  guint k;
  gsize n_judged, n_changed; /* rows, over all folds; of n_changed those that are judged apart */
  double accuracy_before, accuracy_after, loss_before, loss_after; /* of the judged rows */
  double changed_before, changed_after; /* accuracy on the others; NaN: none, or a number */
  AyMeanBand accuracy, loss; /* change, with its 95 % band; loss NaN where a class was lost */
  guint n_better, n_worse;   /* folds by their change of accuracy */
  double *each;              /* k: change of accuracy */
  char *sentence;
} AyFoldTest;

/* k: 2 .. AY_FOLDS_MOST. Groups, exact copies and near copies stay in one fold. Errors: RANGE (k, a
 * time column, a fold without rows, a class that a fold's head would never see), those of the
 * fits. */
gboolean ay_work_whatif_folds (AyWork *self, const AyBitset *rows, const AyWhatIfOptions *options,
                               guint k, guint64 seed, AyFoldTest *out, AyJob *job, GError **error);
void ay_fold_test_clear (AyFoldTest *self);

G_END_DECLS
