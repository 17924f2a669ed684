/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/cli_retention.h"
#include "cli/cli_run.h"
#include "cli/cli_teacher.h"
#include "core/score/epoch_curve.h"
#include "core/select/round_parts.h"
#include "core/select/strategy_curves.h"
#include "core/work/gains_steps.h"
#include "figure/figure.h"

G_BEGIN_DECLS

/* What a drawing needs to live until it is written. */
typedef struct
{
  AyFigureSpec spec;
  AyBitset *visible;
  AyBitset *uncertain; /* (nullable) */
  AyColumn *x, *y, *column, *groups;
  float *fx, *fy;
  double *counts, *before;
  AyFigureCurve curve;
  AyEpochCurve *epochs;
  AyFigureFlag *flags;
  AyFigureCurve *curves;
  AyStrategyCurves *strategy;
  AyRoundParts *parts;
  CmdRetention *retention;
  CmdTeacher *teacher;
  AyGainsSteps *steps;
  AyFigureBins *bins;
  char *title, *label, *y_label, *subtitle;
  JsonObject *told; /* (nullable) what the figure tells, beside its summary */
} CmdDrawing;

/* A column of numbers; AY_ERROR_RANGE where there is none of that name. (transfer full) */
AyColumn *cmd_drawing_numbers (AyWork *work, const char *name, GError **error);
/* What is known of a column that is a stored score. (transfer full) (nullable) */
AyScoreInfo *cmd_drawing_score (AyWork *work, const char *id);
/* "Influence (nats)", or the column's own name. (transfer full) */
char *cmd_drawing_label (const AyColumn *column, const AyScoreInfo *score);
/* A cloud of d->x and d->y of the rows asked for; x and y (nullable) name the axes. */
void cmd_drawing_scatter (AyWork *work, CmdDrawing *d, const char *x, const char *y);

/* Learning curves of strategies, with where rules would have stopped. */
gboolean cmd_draw_curves (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error);

/* The figures of scores: what `assay-cli figure` draws by these names. */
gboolean cmd_draw_datamap (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error);
gboolean cmd_draw_epochs (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error);
gboolean cmd_draw_compare (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error);

G_END_DECLS
