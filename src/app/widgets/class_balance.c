/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/class_balance.h"

#define LINE_HEIGHT 22
#define MAX_LINES 40

typedef struct
{
  AyDataset *data;
  double *count; /* rows a class */
} Balance;

static void
balance_free (gpointer user)
{
  Balance *self = user;

  ay_dataset_unref (self->data);
  g_free (self->count);
  g_free (self);
}

static AyFigureBars
describe (const Balance *self)
{
  return (AyFigureBars) { .n = self->data->n_classes,
                          .names = (const char *const *) self->data->class_names,
                          .values = self->count, .integral = TRUE, .sorted = TRUE };
}

static gboolean
describe_figure (gpointer data, AyFigureSpec *spec)
{
  spec->kind = AY_FIGURE_BARS;
  spec->bars = describe (data);
  return TRUE;
}

AssayChart *
assay_class_balance_new (AyDataset *data, char **summary)
{
  AssayChart *chart = assay_chart_new ();
  Balance *self = g_new (Balance, 1);
  AyFigureBars bars;

  self->data = ay_dataset_ref (data);
  self->count = g_new0 (double, MAX (data->n_classes, 1));
  for (gsize i = 0; i < data->n; i++)
    if (data->label[i] != AY_LABEL_MISSING)
      self->count[data->label[i]] += 1.0;
  bars = describe (self);
  *summary = assay_chart_summary (&(AyFigureSpec) { .kind = AY_FIGURE_BARS, .bars = bars });
  assay_chart_set_height (chart, (int) MIN (data->n_classes, MAX_LINES) * LINE_HEIGHT + 40);
  assay_chart_set_figure (chart, describe_figure, self, balance_free);
  assay_chart_update (chart, *summary);
  return chart;
}
