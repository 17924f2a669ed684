/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"
#include "core/work/review.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The long work of the Review page, as tasks of the session; the page is kept alive until then,
 * faults are told by the session. */

/* (transfer full); NULL: it failed or was stopped. */
typedef void (*AssayReviewDone) (gpointer page, AyReview *review);
/* What the decisions bring on test, in a few lines; NULL: as above. */
typedef void (*AssayReviewProved) (gpointer page, const char *text);

/* seconds (nullable): the person's pace, kept first. */
AssayTask *assay_review_jobs_find (AssaySession *session, const double *seconds,
                                   AssayReviewDone done, gpointer page);
/* Refits without what was dropped and with the new labels; looks at the test part. */
AssayTask *assay_review_jobs_prove (AssaySession *session, AssayReviewProved done, gpointer page);

G_END_DECLS
