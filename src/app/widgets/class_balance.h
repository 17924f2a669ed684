/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/dataset.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The class balance as the report draws it. */
GtkWidget *assay_class_balance_new (AyDataset *data, char **summary);

G_END_DECLS
