/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/group_list.h"

G_BEGIN_DECLS

/* The long work of the Redundancy page, as tasks of the session. What comes back is handed to the
 * page, which is kept alive until then; faults are told by the session. */

typedef void (*AssayCurveDone) (gpointer page, GArray *outcomes);
typedef void (*AssayLeaksDone) (gpointer page, const AyLeaks *leaks);

/* The outcome curve of what was found, with this threshold among its points; refit: the exact one,
 * beside drops at random. The array is (transfer full) to `done`. */
void assay_redundancy_jobs_curve (AssaySession *session, AyRedundancy *redundancy,
                                  const AyOutcomeOptions *options, AssayCurveDone done,
                                  gpointer page);
/* Leaks at a threshold, and the head judged without them on validation rows. */
void assay_redundancy_jobs_leaks (AssaySession *session, AyRedundancy *redundancy,
                                  double threshold, AssayLeaksDone done, gpointer page);

G_END_DECLS
