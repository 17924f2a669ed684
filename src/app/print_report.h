/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/story.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What prints a report: the pages of its PDF, laid out for the paper that is chosen. Keeps a
 * reference to the story. (transfer full) */
GtkPrintOperation *assay_print_report_operation (AyStory *story);

G_END_DECLS
