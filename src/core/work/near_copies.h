/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/load.h"

G_BEGIN_DECLS

/* Near copies among rows whose parts are drawn: the groups that redundancy makes by default (cosine
 * of at least 0.99, single linkage, texts of the same words). With AY_NEAR_AUTO they are looked for
 * among at most AY_NEAR_MOST_ROWS rows: the search is exact, its cost grows with the square. Groups
 * that hold more than a tenth of the rows (and more than ten) are the bulk of the data, not copies,
 * and do not stay together. */
#define AY_NEAR_MOST_ROWS 100000

const AyNearFinder *ay_near_copies (void);

/* Whether looking for near copies is quick, and what is found is no accident. */
gboolean ay_near_copies_tell (const AyDataset *data);

G_END_DECLS
