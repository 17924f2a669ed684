/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/taught.h"

#include <glib/gi18n.h>

void
assay_taught_free (gpointer data)
{
  AssayTaught *self = data;

  if (self == NULL)
    return;
  for (guint p = 0; p < AY_TEACHING_PANELS; p++)
    g_free (self->curves[p]);
  ay_teaching_curves_free (self->of);
  g_free (self->file);
  g_free (self);
}

AssayTaught *
assay_taught_new (AyTeachingCurves *of)
{
  AssayTaught *self = g_new0 (AssayTaught, 1);

  self->of = of;
  for (guint p = 0; p < of->n; p++)
    {
      const AyTeachingPanel *panel = &of->panel[p];

      self->curves[p] = g_new0 (AyFigureCurve, panel->n);
      for (guint k = 0; k < panel->n; k++)
        self->curves[p][k] = (AyFigureCurve) {
          .name = panel->each[k].name, .n = panel->each[k].n, .x = panel->each[k].labels,
          .y = panel->each[k].value, .low = panel->each[k].low, .high = panel->each[k].high,
        };
      self->panels[p] = (AyFigurePanel) {
        panel->title,
        { .n_curves = panel->n, .curves = self->curves[p],
          .x_axis = { .label = _ ("round"), .integral = TRUE }, .y_axis = { .label = panel->unit },
          .band_label = panel->band },
      };
    }
  self->spec = (AyFigureSpec) AY_FIGURE_SPEC_INIT;
  self->spec.title = of->title;
  self->spec.subtitle = of->sentence;
  self->spec.kind = AY_FIGURE_PANELS;
  self->spec.panels = (AyFigurePanels) { of->n, self->panels };
  return self;
}
