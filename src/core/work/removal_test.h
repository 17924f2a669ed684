/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/random_drops.h"
#include "core/work/work.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A removal beside removals of as many training rows at random, all refitted with everything else
 * held, judged on test where there is one, else on valid. The bands are over the random draws; what
 * other test rows would say is in the interval of the what-if. */
typedef struct
{
  gsize n_drop;
  guint repeats;
  gboolean on_test;
  AyMeanBand accuracy;   /* change of accuracy of the random removals */
  AyMeanBand loss;       /* of loss; NaN where a draw took a class's last row */
  AyMeanBand difference; /* change of accuracy of the removal minus that of each random one: above 0
                            the removal is the better one */
} AyRemovalTest;

/* After ay_work_whatif() with verify, of the same rows, whose look at the test part is counted: the
 * random removals belong to it. Errors: RANGE (fewer than 2 repeats, no training row), those of the
 * refits. */
gboolean ay_work_removal_test (AyWork *work, const AyWhatIf *what, guint repeats, guint64 seed,
                               AyRemovalTest *out, AyJob *job, GError **error);
/* n, repeats, part, and the bands accuracy, loss and difference. (transfer full) */
JsonObject *ay_removal_test_to_json (const AyRemovalTest *self);

G_END_DECLS
