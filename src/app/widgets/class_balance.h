/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/chart.h"
#include "core/data/dataset.h"

G_BEGIN_DECLS

/* The class balance as the report draws it. */
AssayChart *assay_class_balance_new (AyDataset *data, char **summary);

G_END_DECLS
