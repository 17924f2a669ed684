/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/point_colors.h"

#include "app/model/cluster_names.h"

AssayPointColors *
assay_point_colors_ref (AssayPointColors *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
assay_point_colors_unref (AssayPointColors *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  g_free (self->column);
  g_free (self->index);
  g_free (self->palette);
  g_free (self->shape);
  g_clear_pointer (&self->source, ay_column_unref);
  ay_bitset_free (self->uncertain);
  g_free (self);
}

void
assay_point_colors_figure (const AssayPointColors *self, AyFigureScatter *scatter)
{
  if (self->kind == ASSAY_COLORS_PLAIN)
    return;
  scatter->color_label = self->column;
  if (self->kind == ASSAY_COLORS_CLASSES)
    {
      scatter->codes = ay_column_codes (self->source);
      scatter->names = ay_column_categories (self->source, &scatter->n_names);
      return;
    }
  scatter->values = ay_column_numbers (self->source);
  scatter->scale = self->scale.kind;
  scatter->uncertain = self->uncertain;
}

static void
color_plain (AssayPointColors *self, const AyFigureTheme *theme)
{
  self->kind = ASSAY_COLORS_PLAIN;
  self->n_palette = 1;
  self->palette = g_new (AyFigureColor, 1);
  self->palette[0] = theme->accent;
  self->index = g_new0 (guint16, MAX (self->n, 1));
}

/* One palette entry a class up to what can be told apart, then "other", then "missing". */
static void
color_classes (AssayPointColors *self, AyColumn *column, const AyFigureTheme *theme)
{
  const guint32 *codes = ay_column_codes (column);
  guint told = ay_figure_max_classes (TRUE), n_classes;

  ay_column_categories (column, &n_classes);
  self->kind = ASSAY_COLORS_CLASSES;
  self->n_palette = MIN (told, n_classes) + 2;
  self->palette = g_new (AyFigureColor, self->n_palette);
  self->shape = g_new0 (guint8, self->n_palette);
  self->index = g_new (guint16, MAX (self->n, 1));
  for (guint k = 0; k + 2 < self->n_palette; k++)
    {
      self->palette[k] = ay_figure_class_color (theme, k, TRUE);
      self->shape[k] = (guint8) ay_figure_class_shape (k);
    }
  self->palette[self->n_palette - 2] = theme->other;
  self->palette[self->n_palette - 1] = theme->missing;
  self->shape[self->n_palette - 1] = AY_FIGURE_MISSING_SHAPE;
  for (gsize i = 0; i < self->n; i++)
    self->index[i] = (guint16) (codes[i] == AY_CODE_MISSING ? self->n_palette - 1
                                                            : MIN (codes[i], self->n_palette - 2));
}

static void
color_scale (AssayPointColors *self, AssaySession *session, AyColumn *column,
             const AyFigureTheme *theme)
{
  const AyScoreInfo *info = assay_session_find_score (session, ay_column_name (column));
  gboolean diverging = info != NULL && info->kind == AY_SCORE_VALUE;
  double low, high;

  self->kind = ASSAY_COLORS_SCALE;
  ay_figure_scale_range (ay_column_numbers (column), self->n, &low, &high);
  ay_figure_scale_init (&self->scale, diverging ? AY_FIGURE_DIVERGING : AY_FIGURE_SEQUENTIAL, low,
                        high, theme);
  self->index = g_new (guint16, MAX (self->n, 1));
  self->uncertain = assay_session_dup_uncertain (session, ay_column_name (column));
  if (self->uncertain != NULL)
    {
      self->n_uncertain = ay_bitset_count (self->uncertain);
      self->n_palette = AY_FIGURE_HOLLOW_STEPS;
      self->palette = g_new (AyFigureColor, AY_FIGURE_HOLLOW_STEPS);
      self->shape = g_new (guint8, AY_FIGURE_HOLLOW_STEPS);
      ay_figure_scale_hollow (&self->scale, theme, self->palette, self->shape);
      ay_figure_scale_hollow_indices (&self->scale, ay_column_numbers (column), self->n,
                                      self->uncertain, self->index);
      return;
    }
  self->n_palette = AY_FIGURE_SCALE_STEPS + 1;
  self->palette = g_memdup2 (self->scale.colors, sizeof self->scale.colors);
  self->shape = g_new0 (guint8, AY_FIGURE_SCALE_STEPS + 1);
  self->shape[AY_FIGURE_SCALE_STEPS] = AY_FIGURE_MISSING_SHAPE;
  ay_figure_scale_indices (&self->scale, ay_column_numbers (column), self->n, self->index);
}

static AssayPointColors *
make_colors (AssaySession *session, const char *name, AyColumn *column, gboolean dark)
{
  AssayPointColors *self = g_new0 (AssayPointColors, 1);
  AyDataset *data = assay_session_get_data (session);
  const AyFigureTheme *theme = ay_figure_theme (dark);
  g_autoptr (AyColumn) named
      = column != NULL ? assay_clusters_dup_column (session, column) : NULL;

  if (named != NULL)
    column = named;
  g_atomic_ref_count_init (&self->ref);
  self->n = data != NULL ? data->n : 0;
  self->column = g_strdup (name);
  self->source = column != NULL ? ay_column_ref (column) : NULL;
  self->dark = dark;
  if (column == NULL || ay_column_type (column) == AY_COLUMN_TEXT)
    color_plain (self, theme);
  else if (ay_column_type (column) == AY_COLUMN_CATEGORY)
    color_classes (self, column, theme);
  else
    color_scale (self, session, column, theme);
  return self;
}

AssayPointColors *
assay_point_colors_new (AssaySession *session, const char *name, gboolean dark)
{
  static AssayPointColors *latest;
  AyColumn *column = assay_session_find_column (session, name);

  if (latest == NULL || column == NULL || latest->source != column || latest->dark != dark)
    {
      g_clear_pointer (&latest, assay_point_colors_unref);
      latest = make_colors (session, name, column, dark);
    }
  return assay_point_colors_ref (latest);
}
