/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* sRGB colour, 0xAARRGGBB, not premultiplied. */
typedef guint32 AyFigureColor;

/* The colours and the font of one drawing. Take a built-in one, or copy and change it (the window
 * does, to follow its accent colour and font). */
/* A word or a format of the figure's own in the person's language. */
typedef const char *AyFigureWord (const char *text);

typedef struct
{
  gboolean dark;
  gboolean high_contrast;
  AyFigureColor background;
  AyFigureColor foreground; /* text and axis lines: contrast >= 7 to the background */
  AyFigureColor muted;      /* secondary text: >= 4.5 */
  AyFigureColor grid;       /* hair lines behind the data */
  AyFigureColor accent;     /* the one series that matters; the selection */
  AyFigureColor other;      /* classes past the hues, rows that are not selected */
  AyFigureColor missing;    /* no value */
  const char *font;         /* family, static or kept alive by the owner of the theme */
  double font_size;         /* of labels, in px; titles and captions are multiples of it */
  const char *decimal;      /* (nullable) the decimal mark of numbers; NULL: a point, as in files */
  AyFigureWord *word;       /* (nullable) NULL: words as they are, English, as in files */
} AyFigureTheme;

/* The built-in light (also the one for every export) or dark theme. */
const AyFigureTheme *ay_figure_theme (gboolean dark);

/* The same for people who ask for high contrast: black and white, and marks of at least 3 : 1. */
const AyFigureTheme *ay_figure_theme_high_contrast (gboolean dark);

/* The theme's word for a text that N_ () marks. theme (nullable): as in files. (transfer none) */
const char *ay_figure_word (const AyFigureTheme *theme, const char *text) G_GNUC_FORMAT (2);
/* What a figure calls something, or else the theme's word for `otherwise`. (transfer none) */
const char *ay_figure_name (const char *given, const AyFigureTheme *theme, const char *otherwise);

/* Contrast ratio of two opaque colours, 1..21 (WCAG 2.1, relative luminance). */
double ay_figure_contrast (AyFigureColor a, AyFigureColor b);
/* a at share 0, b at share 1, linear in sRGB. */
AyFigureColor ay_figure_mix (AyFigureColor a, AyFigureColor b, double share);

G_END_DECLS
