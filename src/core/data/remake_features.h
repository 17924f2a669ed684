/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/dataset.h"

G_BEGIN_DECLS

/* The features as they would be had some rows never been seen: vocabulary, term weights and
 * singular vectors of texts, medians, most frequent values and categories of columns, learned from
 * the other training rows (texts: and pool). without: n marks. Features that were given stay as
 * they are; where there are no others it is the data set's own matrix. *said (transfer full): what
 * was made anew, in words. Columns may be more or fewer than before. */
AyMatrix *ay_dataset_remake_features (const AyDataset *data, const guint8 *without, char **said,
                                      AyJob *job, GError **error);

G_END_DECLS
