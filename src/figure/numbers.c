/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/numbers.h"

#include "core/base/words.h"
#include "core/shim/number.h"

#include <math.h>
#include <string.h>

/* What is being filled: the columns first, then the rows. */
typedef struct
{
  AyFigureNumbers *out;
  const AyFigureTheme *theme; /* (nullable) */
  GPtrArray *names;           /* of char * */
} Filling;

static void
add_name (Filling *to, const char *name)
{
  g_ptr_array_add (to->names, g_strdup (name != NULL ? name : ""));
}

/* "accuracy, low"; a curve without a name is known by its axis. */
static void
add_name_of (Filling *to, const char *name, const char *what)
{
  g_ptr_array_add (to->names, name != NULL && *name != '\0'
                                  ? g_strdup_printf ("%s, %s", name, what) : g_strdup (what));
}

static double *
make_rows (Filling *to, guint n_rows)
{
  AyFigureNumbers *out = to->out;
  gsize n;

  out->n_columns = to->names->len;
  out->n_rows = n_rows;
  out->n_all = n_rows;
  g_ptr_array_add (to->names, NULL);
  out->names = (char **) g_ptr_array_steal (to->names, NULL);
  n = (gsize) n_rows * out->n_columns;
  out->values = g_new (double, n + 1);
  for (gsize i = 0; i < n; i++)
    out->values[i] = NAN;
  return out->values;
}

static void
title_rows (Filling *to, const char *head, const char *const *titles)
{
  to->out->head = g_strdup (head);
  to->out->titles = g_new0 (char *, to->out->n_rows + 1);
  for (guint i = 0; i < to->out->n_rows; i++)
    to->out->titles[i] = g_strdup (titles[i]);
}

/* --- bars, bins, steps, parts --- */

static void
fill_bars (Filling *to, const AyFigureBars *bars)
{
  const char *value = bars->value_name != NULL ? bars->value_name
                      : bars->label != NULL    ? bars->label
                      : ay_figure_word (to->theme, bars->integral ? N_ ("rows") : N_ ("value"));
  double *at;

  add_name (to, value);
  if (bars->before != NULL)
    add_name (to, ay_figure_name (bars->before_name, to->theme, N_ ("before")));
  if (bars->uncertain != NULL)
    add_name (to, ay_figure_word (to->theme, N_ ("not told from zero")));
  at = make_rows (to, bars->n);
  title_rows (to, ay_figure_word (to->theme, N_ ("name")), bars->names);
  for (guint i = 0; i < bars->n; i++)
    {
      *at++ = bars->values[i];
      if (bars->before != NULL)
        *at++ = bars->before[i];
      if (bars->uncertain != NULL)
        *at++ = bars->uncertain[i];
    }
}

/* A line a bin; what lies outside has a line before and behind them. */
static void
fill_histogram (Filling *to, const AyFigureHistogram *histogram)
{
  const AyFigureBins *bins = histogram->bins;
  double width = (bins->high - bins->low) / MAX (bins->n_bins, 1), *at;
  guint below = bins->below > 0, above = bins->above > 0, n = bins->n_bins + below + above;

  add_name_of (to, histogram->label, ay_figure_word (to->theme, N_ ("from")));
  add_name_of (to, histogram->label, ay_figure_word (to->theme, N_ ("to")));
  add_name (to, ay_figure_name (histogram->count_label, to->theme, N_ ("rows")));
  if (bins->count_selected != NULL)
    add_name (to, ay_figure_word (to->theme, N_ ("selected")));
  if (bins->count_uncertain != NULL)
    add_name (to, ay_figure_word (to->theme, N_ ("not told from zero")));
  at = make_rows (to, n);
  for (guint i = 0; i < n; i++, at += to->out->n_columns)
    {
      guint b = i - below, k = 2;
      gboolean inside = i >= below && b < bins->n_bins;

      at[0] = inside ? bins->low + b * width : i < below ? bins->minimum : bins->high;
      at[1] = inside ? bins->low + (b + 1) * width : i < below ? bins->low : bins->maximum;
      at[k++] = (double) (inside ? bins->count[b] : i < below ? bins->below : bins->above);
      if (bins->count_selected != NULL && inside)
        at[k] = (double) bins->count_selected[b];
      k += bins->count_selected != NULL;
      if (bins->count_uncertain != NULL && inside)
        at[k] = (double) bins->count_uncertain[b];
    }
}

static void
fill_waterfall (Filling *to, const AyFigureWaterfall *fall)
{
  double *at;

  add_name_of (to, fall->label, ay_figure_word (to->theme, N_ ("before")));
  add_name_of (to, fall->label, ay_figure_word (to->theme, N_ ("after")));
  add_name (to, ay_figure_word (to->theme, N_ ("change")));
  if (fall->residual != NULL)
    add_name (to, ay_figure_word (to->theme, N_ ("residual")));
  at = make_rows (to, fall->n);
  title_rows (to, ay_figure_name (fall->x_label, to->theme, N_ ("step")), fall->names);
  for (guint i = 0; i < fall->n; i++)
    {
      *at++ = fall->before[i];
      *at++ = fall->after[i];
      *at++ = fall->after[i] - fall->before[i];
      if (fall->residual != NULL)
        *at++ = fall->residual[i];
    }
}

/* The counts themselves, not their shares. */
static void
fill_strip (Filling *to, const AyFigureStrip *strip)
{
  double *at;

  add_name (to, ay_figure_name (strip->x_label, to->theme, N_ ("step")));
  for (guint k = 0; k < strip->n_parts; k++)
    add_name (to, strip->names[k]);
  at = make_rows (to, strip->n);
  for (guint i = 0; i < strip->n; i++)
    {
      *at++ = strip->x[i];
      memcpy (at, strip->values + (gsize) i * strip->n_parts, strip->n_parts * sizeof (double));
      at += strip->n_parts;
    }
}

/* --- curves --- */

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* All x of the curves, ascending, each once. */
static GArray *
gather_x (const AyFigurePanels *panels)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (double));
  GArray *out = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint p = 0; p < panels->n; p++)
    for (guint c = 0; c < panels->each[p].lines.n_curves; c++)
      {
        const AyFigureCurve *curve = &panels->each[p].lines.curves[c];

        for (guint i = 0; i < curve->n; i++)
          if (!isnan (curve->x[i]))
            g_array_append_val (all, curve->x[i]);
      }
  g_array_sort (all, compare_numbers);
  for (guint i = 0; i < all->len; i++)
    if (i == 0 || g_array_index (all, double, i) != g_array_index (all, double, i - 1))
      g_array_append_val (out, g_array_index (all, double, i));
  return out;
}

static guint
find_x (const GArray *x, double value)
{
  guint at = 0;

  if (isnan (value) || !g_array_binary_search ((GArray *) x, &value, compare_numbers, &at))
    return G_MAXUINT;
  return at;
}

static void
name_curve (Filling *to, const AyFigureLines *lines, const AyFigureCurve *curve)
{
  const char *axis = ay_figure_name (lines->y_axis.label, to->theme, N_ ("value"));
  const char *name = curve->name != NULL && *curve->name != '\0' ? curve->name : axis;

  add_name (to, name);
  if (curve->low == NULL || curve->high == NULL)
    return;
  add_name_of (to, name, ay_figure_word (to->theme, N_ ("low")));
  add_name_of (to, name, ay_figure_word (to->theme, N_ ("high")));
}

static guint
fill_curve (Filling *to, const GArray *x, const AyFigureCurve *curve, guint column)
{
  gboolean band = curve->low != NULL && curve->high != NULL;

  for (guint i = 0; i < curve->n; i++)
    {
      guint row = find_x (x, curve->x[i]);
      double *at = to->out->values + (gsize) row * to->out->n_columns + column;

      if (row == G_MAXUINT)
        continue;
      at[0] = curve->y[i];
      if (band)
        {
          at[1] = curve->low[i];
          at[2] = curve->high[i];
        }
    }
  return column + (band ? 3 : 1);
}

/* What a diamond says; without words, that it is there. */
static void
mark_rows (Filling *to, const GArray *x, const AyFigureLines *lines)
{
  AyFigureNumbers *out = to->out;

  if (lines->n_flags == 0)
    return;
  if (out->mark == NULL)
    {
      out->mark = g_strdup (ay_figure_word (to->theme, N_ ("marked")));
      out->marks = g_new0 (char *, out->n_rows + 1);
      for (guint i = 0; i < out->n_rows; i++)
        out->marks[i] = g_strdup ("");
    }
  for (guint f = 0; f < lines->n_flags; f++)
    {
      const AyFigureFlag *flag = &lines->flags[f];
      const char *of = lines->n_curves > 1 ? lines->curves[flag->curve].name : NULL;
      const char *text = flag->text != NULL && *flag->text != '\0' ? flag->text : out->mark;
      guint row = find_x (x, flag->x);
      char *before;

      if (row == G_MAXUINT)
        continue;
      before = out->marks[row];
      out->marks[row] = g_strdup_printf ("%s%s%s%s%s", before, *before != '\0' ? "; " : "",
                                         of != NULL ? of : "", of != NULL ? ": " : "", text);
      g_free (before);
    }
}

static void
fill_panels (Filling *to, const AyFigurePanels *panels)
{
  g_autoptr (GArray) x = gather_x (panels);
  const char *label = panels->n > 0 ? panels->each[panels->n - 1].lines.x_axis.label : NULL;
  guint column = 1;

  add_name (to, label != NULL ? label : ay_figure_word (to->theme, N_ ("step")));
  for (guint p = 0; p < panels->n; p++)
    for (guint c = 0; c < panels->each[p].lines.n_curves; c++)
      name_curve (to, &panels->each[p].lines, &panels->each[p].lines.curves[c]);
  make_rows (to, x->len);
  for (guint i = 0; i < x->len; i++)
    to->out->values[(gsize) i * to->out->n_columns] = g_array_index (x, double, i);
  for (guint p = 0; p < panels->n; p++)
    {
      for (guint c = 0; c < panels->each[p].lines.n_curves; c++)
        column = fill_curve (to, x, &panels->each[p].lines.curves[c], column);
      mark_rows (to, x, &panels->each[p].lines);
    }
}

/* --- points --- */

typedef struct
{
  gsize row;
  float x, y;
  gboolean selected;
} Point;

/* The selected ones first, then from the highest down. */
static int
compare_points (gconstpointer a, gconstpointer b)
{
  const Point *p = a, *q = b;

  if (p->selected != q->selected)
    return p->selected ? -1 : 1;
  if (p->y != q->y)
    return p->y > q->y ? -1 : 1;
  if (p->x != q->x)
    return p->x > q->x ? -1 : 1;
  return (p->row > q->row) - (p->row < q->row);
}

/* The first points of that order, in it; n_all: of how many. Twice as many as are wanted are
 * gathered and then cut, so that a million are not sorted. */
static GArray *
first_points (const AyFigureScatter *scatter, gsize *n_all)
{
  GArray *out = g_array_sized_new (FALSE, FALSE, sizeof (Point), 2 * AY_FIGURE_NUMBERS_MOST);
  Point last = { 0 };
  gboolean cut = FALSE;

  *n_all = 0;
  for (gsize i = 0; i < scatter->n; i++)
    {
      Point point = { i, scatter->x[i], scatter->y[i], FALSE };

      if (!isfinite (point.x) || !isfinite (point.y)
          || (scatter->visible != NULL && !ay_bitset_get (scatter->visible, i)))
        continue;
      ++*n_all;
      point.selected = scatter->selected != NULL && ay_bitset_get (scatter->selected, i);
      if (cut && compare_points (&point, &last) > 0)
        continue;
      g_array_append_val (out, point);
      if (out->len < 2 * AY_FIGURE_NUMBERS_MOST)
        continue;
      g_array_sort (out, compare_points);
      g_array_set_size (out, AY_FIGURE_NUMBERS_MOST);
      last = g_array_index (out, Point, AY_FIGURE_NUMBERS_MOST - 1);
      cut = TRUE;
    }
  g_array_sort (out, compare_points);
  if (out->len > AY_FIGURE_NUMBERS_MOST)
    g_array_set_size (out, AY_FIGURE_NUMBERS_MOST);
  return out;
}

/* The number of fewest digits that is the same float. */
static double
of_float (float value)
{
  for (int digits = 6; digits < 9; digits++)
    {
      char text[G_ASCII_DTOSTR_BUF_SIZE], format[8];
      double read;

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      read = g_ascii_strtod (g_ascii_formatd (text, sizeof text, format, value), NULL);
      if ((float) read == value)
        return read;
    }
  return value;
}

static void
name_points (Filling *to, const AyFigureScatter *scatter, const GArray *points)
{
  AyFigureNumbers *out = to->out;
  gboolean coded = scatter->codes != NULL;

  out->head = g_strdup (ay_figure_word (to->theme, N_ ("row")));
  out->titles = g_new0 (char *, points->len + 1);
  if (coded)
    {
      out->mark = g_strdup (ay_figure_name (scatter->color_label, to->theme, N_ ("class")));
      out->marks = g_new0 (char *, points->len + 1);
    }
  for (guint k = 0; k < points->len; k++)
    {
      gsize row = g_array_index (points, Point, k).row;

      out->titles[k] = scatter->row_name != NULL ? scatter->row_name (scatter->row_data, row)
                                                 : g_strdup_printf ("%" G_GSIZE_FORMAT, row);
      if (coded)
        out->marks[k] = g_strdup (scatter->codes[row] < scatter->n_names
                                      ? scatter->names[scatter->codes[row]] : "");
    }
}

static void
fill_scatter (Filling *to, const AyFigureScatter *scatter)
{
  gboolean numbers = scatter->values != NULL && scatter->codes == NULL;
  gboolean selected = scatter->selected != NULL && ay_bitset_count (scatter->selected) > 0;
  gsize n_all;
  g_autoptr (GArray) points = first_points (scatter, &n_all);
  double *at;

  add_name (to, ay_figure_name (scatter->x_axis.label, to->theme, N_ ("across")));
  add_name (to, ay_figure_name (scatter->y_axis.label, to->theme, N_ ("up")));
  if (numbers)
    add_name (to, ay_figure_name (scatter->color_label, to->theme, N_ ("value")));
  if (numbers && scatter->uncertain != NULL)
    add_name (to, ay_figure_word (to->theme, N_ ("not told from zero")));
  if (selected)
    add_name (to, ay_figure_word (to->theme, N_ ("selected")));
  at = make_rows (to, points->len);
  to->out->n_all = n_all;
  name_points (to, scatter, points);
  for (guint k = 0; k < points->len; k++)
    {
      const Point *point = &g_array_index (points, Point, k);

      *at++ = of_float (point->x);
      *at++ = of_float (point->y);
      if (numbers)
        *at++ = scatter->values[point->row];
      if (numbers && scatter->uncertain != NULL)
        *at++ = isnan (scatter->values[point->row])
                    ? NAN : ay_bitset_get (scatter->uncertain, point->row);
      if (selected)
        *at++ = point->selected;
    }
}

/* --- the table --- */

AyFigureNumbers *
ay_figure_numbers_new (const AyFigureSpec *spec, const AyFigureTheme *theme)
{
  g_autoptr (GPtrArray) names = NULL;
  AyFigurePanel one;
  Filling to = { NULL, theme, NULL };

  names = g_ptr_array_new_with_free_func (g_free);
  to.names = names;
  to.out = g_new0 (AyFigureNumbers, 1);
  switch (spec->kind)
    {
    case AY_FIGURE_HISTOGRAM: fill_histogram (&to, &spec->histogram); break;
    case AY_FIGURE_BARS: fill_bars (&to, &spec->bars); break;
    case AY_FIGURE_LINES:
      one = (AyFigurePanel) { NULL, spec->lines };
      fill_panels (&to, &(AyFigurePanels) { 1, &one });
      break;
    case AY_FIGURE_STRIP: fill_strip (&to, &spec->strip); break;
    case AY_FIGURE_WATERFALL: fill_waterfall (&to, &spec->waterfall); break;
    case AY_FIGURE_PANELS: fill_panels (&to, &spec->panels); break;
    case AY_FIGURE_SCATTER: fill_scatter (&to, &spec->scatter); break;
    }
  return to.out;
}

void
ay_figure_numbers_free (AyFigureNumbers *self)
{
  if (self == NULL)
    return;
  g_free (self->head);
  g_strfreev (self->titles);
  g_strfreev (self->names);
  g_free (self->values);
  g_free (self->mark);
  g_strfreev (self->marks);
  g_free (self);
}

/* Tabs stand between; a tab or a line's end inside would break the table. */
static void
append_cell (GString *out, gboolean first, const char *text)
{
  if (!first)
    g_string_append_c (out, '\t');
  for (; *text != '\0'; text++)
    g_string_append_c (out, *text == '\t' || *text == '\n' || *text == '\r' ? ' ' : *text);
}

char *
ay_figure_numbers_tsv (const AyFigureNumbers *self, const AyBitset *which)
{
  GString *out = g_string_new (NULL);
  guint n = self->n_columns;

  if (self->head != NULL)
    append_cell (out, TRUE, self->head);
  for (guint k = 0; k < n; k++)
    append_cell (out, k == 0 && self->head == NULL, self->names[k]);
  if (self->mark != NULL)
    append_cell (out, FALSE, self->mark);
  g_string_append_c (out, '\n');
  for (guint i = 0; i < self->n_rows; i++)
    {
      if (which != NULL && !ay_bitset_get (which, i))
        continue;
      if (self->head != NULL)
        append_cell (out, TRUE, self->titles[i]);
      for (guint k = 0; k < n; k++)
        {
          double value = self->values[(gsize) i * n + k];
          char text[AY_NUMBER_SIZE] = "";

          if (!isnan (value))
            ay_number_format (value, text);
          append_cell (out, k == 0 && self->head == NULL, text);
        }
      if (self->mark != NULL)
        append_cell (out, FALSE, self->marks[i]);
      g_string_append_c (out, '\n');
    }
  return g_string_free (out, FALSE);
}
