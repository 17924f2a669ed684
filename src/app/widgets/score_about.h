/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* What one score is: name, sentence, kind, direction, unit; of one that is computed also how many
 * rows have it, how stable its order is, what its reader must know, and its certificate. Computes
 * it, with progress and cancel, and colours by it. Emits "computed" with the name (string) of a
 * column that is of a slice or a row. */
#define ASSAY_TYPE_SCORE_ABOUT (assay_score_about_get_type ())
G_DECLARE_FINAL_TYPE (AssayScoreAbout, assay_score_about, ASSAY, SCORE_ABOUT, AssaySessionBin)

/* id: of the registry or of a stored score; NULL: none. */
void assay_score_about_set_score (AssayScoreAbout *self, const char *id);
/* What is said of it, in one line. (transfer full) (nullable) */
char *assay_score_about_dup_words (AssayScoreAbout *self);

G_END_DECLS
