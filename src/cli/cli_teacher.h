/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/select/teaching_curves.h"
#include "core/work/work.h"
#include "figure/panels.h"

G_BEGIN_DECLS

/* What a teacher did, as figure and as JSON. */
typedef struct
{
  AyTeachingCurves *of;
  AyFigurePanel panels[AY_TEACHING_PANELS];
  AyFigureCurve *curves[AY_TEACHING_PANELS]; /* what they point into */
} CmdTeacher;

/* Of the teacher of that id in the last simulation. AY_ERROR_RANGE: it is none, or was not played.
 * (transfer full) */
CmdTeacher *cmd_teacher_new (AyWork *work, const char *id, GError **error);
void cmd_teacher_free (CmdTeacher *self);
/* (transfer full) */
JsonObject *cmd_teacher_tell (const CmdTeacher *self);

G_END_DECLS
