/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

G_BEGIN_DECLS

/* The selection with the rows nearest to it, or without its rim: a lasso by keys. A task; the new
 * selection can be undone. */
void assay_grow_selection (AssaySession *session, gboolean shrink);

G_END_DECLS
