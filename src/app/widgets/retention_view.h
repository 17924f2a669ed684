/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"
#include "core/work/retention.h"
#include "figure/line.h"

G_BEGIN_DECLS

/* How many rows are needed: accuracy of heads refitted on the share of the training rows that a
 * score ranks first, beside as many at random, as the workspace keeps it or as a button makes it. A
 * point is chosen by a click or by the arrow keys. Signal: chosen (guint), the point. */
#define ASSAY_TYPE_RETENTION_VIEW (assay_retention_view_get_type ())
G_DECLARE_FINAL_TYPE (AssayRetentionView, assay_retention_view, ASSAY, RETENTION_VIEW,
                      AssaySessionBin)

/* The curve that is shown. (transfer none) (nullable) */
const AyRetention *assay_retention_view_get (AssayRetentionView *self);
/* Marks the point that keeps so many rows; 0, or another number: none. */
void assay_retention_view_mark (AssayRetentionView *self, gsize rows);
/* What is said below it. (transfer full) */
char *assay_retention_view_dup_sentence (AssayRetentionView *self);

/* How a curve is drawn here; borrows from it. */
typedef struct
{
  AyFigureCurve curves[2];
  AyFigureFlag flags[2];
  AyFigureLines lines;
} AssayRetentionDrawing;

/* marked: the point that is chosen; -1: none. */
void assay_retention_draw_as (AssayRetentionDrawing *drawing, const AyRetention *curve,
                              const AyRetentionSeries *series, int marked);

G_END_DECLS
