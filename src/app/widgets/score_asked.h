/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"
#include "core/score/score.h"

G_BEGIN_DECLS

/* For which validation rows a score is asked: all, those of a class, those that the filters leave,
 * or one row, the selected one. Below it the condition in words, or why there is none. Emits
 * "changed" when another answer would come. */
#define ASSAY_TYPE_SCORE_ASKED (assay_score_asked_get_type ())
G_DECLARE_FINAL_TYPE (AssayScoreAsked, assay_score_asked, ASSAY, SCORE_ASKED, AssaySessionBin)

/* NULL, or one that asks no validation row: nothing is shown. */
void assay_score_asked_set_method (AssayScoreAsked *self, const AyScoreMethod *method);
/* Why what is chosen cannot be asked; NULL: it can. (transfer none) */
const char *assay_score_asked_why_not (AssayScoreAsked *self);
/* For ay_work_score(); empty: of all rows. (transfer full) */
GHashTable *assay_score_asked_dup_parameters (AssayScoreAsked *self);

G_END_DECLS
