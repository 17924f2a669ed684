/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers with a decimal comma, or with digits in groups: brought into the plain form, which
 * ay_cell_number() reads. */
#include "core/data/cell_style.h"

#include <math.h>
#include <string.h>

#define LONGEST 64 /* characters of a number with groups or a decimal comma */

static const char mark_of[AY_STYLES] = { '.', ',', '.' };
static const char group_of[AY_STYLES] = { '\0', '.', ',' };

static gsize
digits (const char *text, gsize length)
{
  gsize n = 0;

  while (n < length && g_ascii_isdigit (text[n]))
    n++;
  return n;
}

/* The whole part, without the marks between its groups: the first of one to three digits, not 0,
 * the others of three. Returns how many characters it takes, 0 where it is none. */
static gsize
whole_part (const char *text, gsize length, char group, GString *out)
{
  gsize at = digits (text, length);

  g_string_append_len (out, text, (gssize) at);
  if (at == length || group == '\0' || text[at] != group || at < 1 || at > 3 || *text == '0')
    return at;
  while (at < length && text[at] == group)
    {
      if (digits (text + at + 1, length - at - 1) != 3)
        return 0;
      g_string_append_len (out, text + at + 1, 3);
      at += 4;
    }
  return at;
}

/* The number in plain form into out; FALSE where it is none of the style. */
static gboolean
to_plain (const char *text, gsize length, AyCellStyle style, GString *out)
{
  gsize at;

  g_string_truncate (out, 0);
  if (length > 0 && (*text == '-' || *text == '+'))
    {
      g_string_append_c (out, *text++);
      length--;
    }
  if (length == 0 || length > LONGEST)
    return FALSE;
  at = whole_part (text, length, group_of[style], out);
  if (at < length && text[at] == mark_of[style])
    {
      g_string_append_c (out, '.');
      at++;
    }
  if (at == 0 || memchr (text + at, '.', length - at) != NULL
      || memchr (text + at, ',', length - at) != NULL)
    return FALSE;
  g_string_append_len (out, text + at, (gssize) (length - at));
  return TRUE;
}

static AyCellKind
styled_number (const char *text, gsize length, AyCellStyle style, GString *plain, double *value)
{
  AyCellKind kind;

  if (!ay_cell_strip_quotes (&text, &length))
    return AY_CELL_OTHER;
  for (; length > 0 && (*text == ' ' || *text == '\t'); text++)
    length--;
  while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
    length--;
  if (style == AY_STYLE_PLAIN)
    return ay_cell_number (text, length, value);
  if (to_plain (text, length, style, plain))
    return ay_cell_number (plain->str, plain->len, value);
  kind = ay_cell_number (text, length, value);
  return kind == AY_CELL_NUMBER ? AY_CELL_OTHER : kind; /* of another style */
}

/* Most cells are decided without looking at the other styles: what has neither mark is the same in
 * all, and a plain number with a point is none with a decimal comma unless three digits end it. */
guint
ay_cell_styles (const char *text, gsize length)
{
  gboolean comma = memchr (text, ',', length) != NULL, point = memchr (text, '.', length) != NULL;
  guint bits = (comma ? 0 : AY_STYLE_NO_COMMA) | (point ? 0 : AY_STYLE_NO_POINT);
  g_autoptr (GString) plain = NULL;
  AyCellKind kind;
  double value;

  kind = ay_cell_number (text, length, &value);
  if (kind == AY_CELL_MISSING)
    return AY_STYLE_ALL;
  if (!comma && !point)
    return kind == AY_CELL_NUMBER ? bits | AY_STYLE_NUMBER : bits;
  if (kind == AY_CELL_NUMBER)
    {
      bits |= AY_STYLE_BIT (AY_STYLE_PLAIN) | AY_STYLE_BIT (AY_STYLE_GROUPED);
      if (length < 5 || text[length - 4] != '.')
        return bits;
    }
  plain = g_string_sized_new (LONGEST);
  for (guint style = AY_STYLE_COMMA; style < AY_STYLES; style++)
    if (styled_number (text, length, style, plain, &value) != AY_CELL_OTHER)
      bits |= AY_STYLE_BIT (style);
  return bits;
}

void
ay_cell_choose_styles (const guint *bits, guint n, char delimiter, guint8 *style)
{
  const guint plain = AY_STYLE_BIT (AY_STYLE_PLAIN), comma = AY_STYLE_BIT (AY_STYLE_COMMA),
              grouped = AY_STYLE_BIT (AY_STYLE_GROUPED);
  gboolean by_comma = FALSE, by_point = FALSE;

  for (guint c = 0; c < n; c++)
    {
      guint fits = bits[c] & AY_STYLE_NUMBER;

      by_comma |= fits == comma && (bits[c] & AY_STYLE_NO_COMMA) == 0;
      by_point |= fits != 0 && (fits & comma) == 0;
    }
  for (guint c = 0; c < n; c++)
    {
      guint fits = bits[c] & AY_STYLE_NUMBER;
      gboolean commas = (bits[c] & AY_STYLE_NO_COMMA) == 0;
      gboolean marked = commas || (bits[c] & AY_STYLE_NO_POINT) == 0;
      gboolean alike = !by_point && (by_comma || (commas && delimiter == ';'));

      style[c] = AY_STYLE_PLAIN;
      if ((fits == comma && commas) || (marked && (fits & comma) != 0 && alike))
        style[c] = AY_STYLE_COMMA;
      else if ((fits & plain) == 0 && (fits & grouped) != 0
               && (fits == grouped || by_point || (delimiter == ',' && !by_comma)))
        style[c] = AY_STYLE_GROUPED;
    }
}

gsize
ay_cells_styled (const AyCells *cells, guint column, AyCellStyle style, double *out,
                 gboolean *integral)
{
  g_autoptr (GString) plain = NULL;

  if (style == AY_STYLE_PLAIN)
    return ay_cells_numbers (cells, column, out, integral);
  plain = g_string_sized_new (LONGEST);
  for (gsize row = 0; row < cells->n_rows; row++)
    {
      gsize length;
      const char *text = ay_cells_get (cells, row, column, &length);

      if (styled_number (text, length, style, plain, &out[row]) == AY_CELL_OTHER)
        return row;
      *integral &= isnan (out[row]) || out[row] == floor (out[row]);
    }
  return cells->n_rows;
}
