/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/taught.h"

#include "app/say.h"
#include "core/select/strategy.h"

#include <glib/gi18n.h>
#include <math.h>

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
  g_free (self->heading);
  g_free (self->said);
  g_free (self);
}

static char *
say_mixture (AyTeachingStand stand, const char *by)
{
  if (stand == AY_TEACHING_NOT_TOLD)
    return g_strdup_printf (_ ("Not told from the even mixture: %s."), by);
  return g_strdup_printf (stand == AY_TEACHING_AHEAD ? _ ("Ahead of the even mixture by %s.")
                                                     : _ ("Behind the even mixture by %s."), by);
}

static char *
say_arm (AyTeachingStand stand, const char *arm, const char *by)
{
  if (stand == AY_TEACHING_NOT_TOLD)
    return g_strdup_printf (_ ("Not told from the best arm (%s): %s."), arm, by);
  return g_strdup_printf (stand == AY_TEACHING_AHEAD ? _ ("Ahead of the best arm (%s) by %s.")
                                                     : _ ("Behind the best arm (%s) by %s."),
                          arm, by);
}

/* Whether it is ahead of the even mixture and of the best arm, whatever came out. */
static char *
say_verdicts (const AyTeachingCurves *of)
{
  GString *text = g_string_new (NULL);

  for (guint k = 0; k < of->n_verdicts; k++)
    {
      const AyTeachingVerdict *one = &of->verdict[k];
      g_autofree char *by = isnan (one->half) ? assay_say ("%.4f", one->apart)
                                              : assay_say ("%.4f ± %.4f", one->apart, one->half);
      g_autofree char *said = one->arm != NULL
                                  ? say_arm (one->stand, assay_word (one->arm), by)
                                  : say_mixture (one->stand, by);

      g_string_append_printf (text, "%s%s", k > 0 ? " " : "", said);
    }
  return g_string_free (text, FALSE);
}

static const char *
title_of (const AyTeachingCurves *of)
{
  const AyStrategy *strategy = ay_strategy_find (of->strategy);

  return strategy != NULL ? assay_word (strategy->title) : of->strategy;
}

AssayTaught *
assay_taught_new (AyTeachingCurves *of)
{
  AssayTaught *self = g_new0 (AssayTaught, 1);

  self->of = of;
  self->said = say_verdicts (of);
  self->heading = g_strdup_printf (ngettext ("How %s taught, mean of %u loop",
                                             "How %s taught, mean of %u loops", of->repeats),
                                   title_of (of), of->repeats);
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
