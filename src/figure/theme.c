/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/theme.h"

#include <math.h>

static const AyFigureTheme light = {
  .dark = FALSE,
  .background = 0xffffffff,
  .foreground = 0xff241f31,
  .muted = 0xff5e5c64,
  .grid = 0xffe4e3e6,
  .accent = 0xff1a5fb4,
  .other = 0xff8a8890,
  .missing = 0xff8f8d95,
  .font = "Sans",
  .font_size = 12.0,
};

static const AyFigureTheme dark = {
  .dark = TRUE,
  .background = 0xff1e1e1e,
  .foreground = 0xfff6f5f4,
  .muted = 0xffb8b6b2,
  .grid = 0xff3a3a3a,
  .accent = 0xff78aeed,
  .other = 0xff85838a,
  .missing = 0xff6f6d74,
  .font = "Sans",
  .font_size = 12.0,
};

static const AyFigureTheme light_contrast = {
  .dark = FALSE,
  .high_contrast = TRUE,
  .background = 0xffffffff,
  .foreground = 0xff000000,
  .muted = 0xff2b2a2e,
  .grid = 0xff9a99a0,
  .accent = 0xff0b4a96,
  .other = 0xff77757d,
  .missing = 0xff8f8d95,
  .font = "Sans",
  .font_size = 12.0,
};

static const AyFigureTheme dark_contrast = {
  .dark = TRUE,
  .high_contrast = TRUE,
  .background = 0xff000000,
  .foreground = 0xffffffff,
  .muted = 0xffdedcd8,
  .grid = 0xff6b6970,
  .accent = 0xff99c1f1,
  .other = 0xff85838a,
  .missing = 0xff6f6d74,
  .font = "Sans",
  .font_size = 12.0,
};

const AyFigureTheme *
ay_figure_theme_high_contrast (gboolean want_dark)
{
  return want_dark ? &dark_contrast : &light_contrast;
}

const AyFigureTheme *
ay_figure_theme (gboolean want_dark)
{
  return want_dark ? &dark : &light;
}

static double
luminance (AyFigureColor color)
{
  static const double weight[] = { 0.2126, 0.7152, 0.0722 };
  double sum = 0.0;

  for (int c = 0; c < 3; c++)
    {
      double v = ((color >> (16 - 8 * c)) & 255) / 255.0;

      sum += weight[c] * (v <= 0.04045 ? v / 12.92 : pow ((v + 0.055) / 1.055, 2.4));
    }
  return sum;
}

const char *
ay_figure_word (const AyFigureTheme *theme, const char *text)
{
  return theme != NULL && theme->word != NULL ? theme->word (text) : text;
}

const char *
ay_figure_name (const char *given, const AyFigureTheme *theme, const char *otherwise)
{
  return given != NULL ? given : ay_figure_word (theme, otherwise);
}

double
ay_figure_contrast (AyFigureColor a, AyFigureColor b)
{
  double la = luminance (a), lb = luminance (b);

  return (MAX (la, lb) + 0.05) / (MIN (la, lb) + 0.05);
}

AyFigureColor
ay_figure_mix (AyFigureColor a, AyFigureColor b, double share)
{
  AyFigureColor mixed = 0;

  for (int shift = 0; shift < 32; shift += 8)
    {
      double va = (a >> shift) & 255, vb = (b >> shift) & 255;

      mixed |= (AyFigureColor) (va + (vb - va) * share + 0.5) << shift;
    }
  return mixed;
}
