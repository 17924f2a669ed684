/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the writers of a report share; nobody else includes it. */

#include "figure/figure.h"
#include "report/report.h"

G_BEGIN_DECLS

#define AY_REPORT_FIGURE_WIDTH 640.0 /* logical pixels */

/* The drawing of a block of bars; the arrays are the block's, `names` the caller's to free. */
AyFigureSpec ay_report_bars (const AyBlock *block, const char ***names);
/* A sample's picture. (transfer full) */
cairo_surface_t *ay_report_picture (const AyStorySample *sample);

gboolean ay_report_pdf (const AyStory *story, AyPaper paper, GString *out, GError **error);
gboolean ay_report_html (const AyStory *story, AyPaper paper, GString *out, GError **error);

G_END_DECLS
