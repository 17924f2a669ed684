/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Where `more` further rows would lower the validation loss most, by the values of a column
 * ("class": the label; numbers of many values, a numeric target among them, are cut into fifths of
 * the training rows), and how near such advice came where rows were hidden and then added again: an
 * object with "by", "n", "more", "overall", "overall_more", "groups" (largest gain first: "value",
 * of a fifth "above" and "to", null where it is open, "n", "gain", "gain_low", "gain_high",
 * "gain_more", "verdict" more | less | not_told, "hidden", "predicted", "realised"),
 * "hidden_share", "rank_correlation", "typical_error" (median of |predicted - realised|), "method",
 * "sentence", "wasted" (a sentence, or null). Gains are falls of the mean validation loss. Nothing
 * is stored, no test row is looked at. (transfer full) Errors: RANGE (no such column; a column of
 * more than 1000 values; more is 0), those of fits. */
JsonObject *ay_work_advice (AyWork *self, const char *by, gsize more, guint64 seed, AyJob *job,
                            GError **error);

G_END_DECLS
