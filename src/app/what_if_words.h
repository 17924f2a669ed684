/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

G_BEGIN_DECLS

/* What the window says of a what-if. All (transfer full). */

/* The change of the validation loss with the band of the approximation, and whether it is rough.
 * label: (nullable) the class that the rows get. */
char *assay_what_if_estimate (const AyWhatIf *what, const char *label);
/* The refit: a preview on the validation part and the test part's figure, each beside its estimate
 * with the band of the approximation; then the band of sampling. */
char *assay_what_if_proof (const AyWhatIf *what);
/* Who loses and who wins. groups: by class, as ay_work_whatif_groups() sorts them. NULL where
 * nothing is to be said. */
char *assay_what_if_classes (const AyWhatIf *what, const GPtrArray *groups);

G_END_DECLS
