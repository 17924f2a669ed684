/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/dataset.h"

G_BEGIN_DECLS

/* The class that a digit key means: the one called that; where none is, the one of that place, from
 * 1. NULL for another key, or where there are fewer classes. (transfer none) */
const char *assay_class_of_key (const AyDataset *data, guint key);

G_END_DECLS
