/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"
#include "core/select/teaching_curves.h"
#include "figure/figure.h"

G_BEGIN_DECLS

/* What a teacher did, as a figure, and what the figure points into. */
typedef struct
{
  AssaySession *session; /* (nullable) borrowed; for who writes the figure */
  char *file;            /* (nullable) the name that is offered then */
  AyTeachingCurves *of;
  char *heading;         /* what a person reads on the screen, in the person's language: */
  char *said;            /* whether it is ahead of what it is held against */
  AyFigurePanel panels[AY_TEACHING_PANELS];
  AyFigureCurve *curves[AY_TEACHING_PANELS];
  AyFigureSpec spec;     /* as it is written, in the words of files */
} AssayTaught;

/* Takes the curves. (transfer full) */
AssayTaught *assay_taught_new (AyTeachingCurves *of);
/* An AssayTaught; NULL is fine. */
void assay_taught_free (gpointer data);

G_END_DECLS
