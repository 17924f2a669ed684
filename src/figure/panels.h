/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/line.h"

G_BEGIN_DECLS

/* Curves of different quantities below each other, over the same thing. Borrowed. */
typedef struct
{
  const char *title;
  AyFigureLines lines;
} AyFigurePanel;

typedef struct
{
  guint n;
  const AyFigurePanel *each;
} AyFigurePanels;

void ay_figure_panels_draw (AyFigureCanvas *canvas, const AyFigurePanels *self,
                            const AyFigureBox *box);
/* One sentence a panel. (transfer full) */
char *ay_figure_panels_summary (const AyFigurePanels *self, const AyFigureTheme *theme);

G_END_DECLS
