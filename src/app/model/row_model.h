/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

G_BEGIN_DECLS

/* The visible rows of the session, in its order, as a list and a selection in one: a GListModel of
 * AssayRow made on demand, and a GtkSelectionModel that is the session's own selection. A million
 * rows cost an array of row numbers. */
#define ASSAY_TYPE_ROW_MODEL (assay_row_model_get_type ())
G_DECLARE_FINAL_TYPE (AssayRowModel, assay_row_model, ASSAY, ROW_MODEL, GObject)

AssayRowModel *assay_row_model_new (AssaySession *session);
/* Only the selected rows, instead of all visible ones. */
void assay_row_model_set_only_selected (AssayRowModel *self, gboolean only_selected);
guint assay_row_model_get_row (AssayRowModel *self, guint position);
/* GTK_INVALID_LIST_POSITION when the row is not shown. */
guint assay_row_model_find (AssayRowModel *self, guint row);

G_END_DECLS
