/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* The bottom bar: how many rows are selected, what removing them would do (the estimate at once,
 * the exact refit on "Prove it", both kept beside each other), and the decisions about them.
 * Property: session. */
#define ASSAY_TYPE_DECISION_BAR (assay_decision_bar_get_type ())
G_DECLARE_FINAL_TYPE (AssayDecisionBar, assay_decision_bar, ASSAY, DECISION_BAR, AssaySessionBin)

typedef enum
{
  ASSAY_PROOF_NONE,     /* the estimate alone */
  ASSAY_PROOF_REFIT,    /* on valid, and on test, which is counted */
  ASSAY_PROOF_FOLDS,    /* over folds of train and valid */
  ASSAY_PROOF_PIPELINE, /* the refit, and beside it one with all done again */
} AssayProof;

/* Where the window is narrow its words stand above its buttons. */
void assay_decision_bar_set_narrow (AssayDecisionBar *self, gboolean narrow);

void assay_decision_bar_prove (AssayDecisionBar *self, AssayProof proof);
/* What it says of the selection now, or NULL while it says nothing. (transfer full) (nullable) */
char *assay_decision_bar_dup_sentence (AssayDecisionBar *self);
/* A message, over what the bar says for some seconds. (transfer full) */
void assay_decision_bar_tell (AssayDecisionBar *self, AdwToast *toast);

G_END_DECLS
