/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/bitset.h"
#include "figure/theme.h"

G_BEGIN_DECLS

/* Classes: eight hues that stay apart for people with any of the three colour blindnesses, each
 * with a shape of its own, so that nothing is told by colour alone. */
#define AY_FIGURE_N_HUES 8

typedef enum
{
  AY_FIGURE_DISC,
  AY_FIGURE_SQUARE,
  AY_FIGURE_TRIANGLE,
  AY_FIGURE_DIAMOND,
  AY_FIGURE_PLUS,
  AY_FIGURE_CROSS,
  AY_FIGURE_TRIANGLE_DOWN,
  AY_FIGURE_RING,
} AyFigureShape;
#define AY_FIGURE_N_SHAPES 8
/* Of what has no value: its grey is near that of zero. */
#define AY_FIGURE_MISSING_SHAPE AY_FIGURE_CROSS

/* Hue of class k; the theme's "other" for k >= AY_FIGURE_N_HUES. */
AyFigureColor ay_figure_hue (const AyFigureTheme *theme, guint k);
/* Where marks are large enough to tell shapes, sixteen classes are told apart: class 8 + k has the
 * hue of class k and another shape. */
AyFigureColor ay_figure_class_color (const AyFigureTheme *theme, guint k, gboolean shapes);
AyFigureShape ay_figure_class_shape (guint k);
guint ay_figure_max_classes (gboolean shapes); /* 16 or 8; later ones are "other" */

/* Numbers: sequential (viridis, cut so that both ends show on the background; more = stronger) or
 * diverging (orange below 0, grey at 0, blue above; the range is made symmetric). */
typedef enum
{
  AY_FIGURE_SEQUENTIAL,
  AY_FIGURE_DIVERGING,
} AyFigureScaleKind;

#define AY_FIGURE_SCALE_STEPS 256

typedef struct
{
  AyFigureScaleKind kind;
  double low, high; /* values outside take the end's colour */
  /* colours of the steps; [AY_FIGURE_SCALE_STEPS] is the colour of NaN */
  AyFigureColor colors[AY_FIGURE_SCALE_STEPS + 1];
} AyFigureScale;

/* A range that is empty or not finite is widened around its middle. */
void ay_figure_scale_init (AyFigureScale *self, AyFigureScaleKind kind, double low, double high,
                           const AyFigureTheme *theme);
/* Range for a colouring of values: from the 1 % to the 99 % quantile of the finite ones, so that
 * one outlier does not grey out the rest. FALSE when none is finite (the range is then 0..1). */
gboolean ay_figure_scale_range (const double *values, gsize n, double *low, double *high);
/* Step of a value: 0..AY_FIGURE_SCALE_STEPS - 1, or AY_FIGURE_SCALE_STEPS for NaN. */
guint ay_figure_scale_index (const AyFigureScale *self, double value);
AyFigureColor ay_figure_scale_color (const AyFigureScale *self, double value);
/* The n steps of n values, for AyFigurePoints.color; on all cores. */
void ay_figure_scale_indices (const AyFigureScale *self, const double *values, gsize n,
                              guint16 *out);

/* The same where some values cannot be told from zero: their marks are hollow and faint instead of
 * coloured. Steps as above are full discs, those from AY_FIGURE_SCALE_STEPS on the same hollow, the
 * last one is NaN. */
#define AY_FIGURE_HOLLOW_STEPS (2 * AY_FIGURE_SCALE_STEPS + 1)

void ay_figure_scale_hollow (const AyFigureScale *self, const AyFigureTheme *theme,
                             AyFigureColor colors[AY_FIGURE_HOLLOW_STEPS],
                             guint8 shapes[AY_FIGURE_HOLLOW_STEPS]);
void ay_figure_scale_hollow_indices (const AyFigureScale *self, const double *values, gsize n,
                                     const AyBitset *uncertain, guint16 *out);

G_END_DECLS
