/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the writers of a report share; nobody else includes it. */

#include "figure/figure.h"
#include "report/report.h"

G_BEGIN_DECLS

#define AY_REPORT_PIXEL 0.75 /* points a logical pixel of a drawing */

/* The drawing of a block of steps, of curves or of a map; its text and arrays are the block's. */
typedef struct
{
  AyFigureSpec spec;
  double *before;              /* of steps */
  AyFigureCurve *curves;
  AyFigureFlag flag;
} AyReportDrawing;

/* width: logical pixels. */
void ay_report_drawing_init (AyReportDrawing *self, const AyBlock *block, double width);
void ay_report_drawing_clear (AyReportDrawing *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyReportDrawing, ay_report_drawing_clear)

/* Whether samples are pictures, which stand closer than texts. */
gboolean ay_report_has_pictures (const AyBlock *block);
/* A sample's picture. (transfer full) */
cairo_surface_t *ay_report_picture (const AyStorySample *sample);

gboolean ay_report_pdf (const AyStory *story, AyPaper paper, GString *out, GError **error);
gboolean ay_report_html (const AyStory *story, AyPaper paper, GString *out, GError **error);

G_END_DECLS
