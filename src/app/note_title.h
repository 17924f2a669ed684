/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a finding about the data is about, in the person's language; the id where none is known.
 * (transfer none) */
const char *assay_note_title (const char *id);

G_END_DECLS
