/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/outcome_view.h"

#include "app/say.h"
#include "app/widgets/chart.h"

#include <glib/gi18n.h>
#include <math.h>

#define N_CURVES 4

struct _AssayOutcomeView
{
  AdwBin parent;
  AssayChart *chart;
  GArray *outcomes;  /* (nullable) of AyOutcome, by threshold */
  gboolean percent;
  double *columns;   /* x, then the curves and the band, a point each */
  AyFigureCurve curves[N_CURVES]; /* in them, as drawn last */
};

G_DEFINE_FINAL_TYPE (AssayOutcomeView, assay_outcome_view, ADW_TYPE_BIN)

enum { X, PREDICTED, REFITTED, TEST, RANDOM, LOW, HIGH, N_COLUMNS };

static const AyOutcome *
outcome (AssayOutcomeView *self, guint i)
{
  return &g_array_index (self->outcomes, AyOutcome, i);
}

static guint
n_points (AssayOutcomeView *self)
{
  return self->outcomes != NULL ? self->outcomes->len : 0;
}

/* Curves want ascending x: the points come tightest first, which is descending for cosines. */
static void
fill_columns (AssayOutcomeView *self)
{
  guint n = n_points (self);
  double factor = self->percent ? 100.0 : 1.0;
  gboolean turn = n > 1 && outcome (self, 0)->threshold > outcome (self, n - 1)->threshold;

  g_free (self->columns);
  self->columns = g_new (double, (gsize) N_COLUMNS *MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      const AyOutcome *at = outcome (self, turn ? n - 1 - i : i);
      const double values[N_COLUMNS]
          = { at->threshold, factor * at->accuracy, factor * at->accuracy_valid,
              factor * at->accuracy_test, factor * at->random_mean, factor * at->random_low,
              factor * at->random_high };

      for (guint c = 0; c < N_COLUMNS; c++)
        self->columns[c * n + i] = values[c];
    }
}

static gboolean
any_refitted (AssayOutcomeView *self)
{
  for (guint i = 0; i < n_points (self); i++)
    if (outcome (self, i)->refitted)
      return TRUE;
  return FALSE;
}

static gboolean
describe (gpointer data, AyFigureSpec *spec)
{
  AssayOutcomeView *self = data;
  AyFigureCurve *curves = self->curves;
  guint n = n_points (self);
  const double *c = self->columns;
  gboolean refitted = any_refitted (self);

  if (n == 0)
    return FALSE;
  curves[0] = (AyFigureCurve) { .name = _ ("predicted, validation"), .n = n, .x = c,
                                .y = c + PREDICTED * n };
  curves[1] = (AyFigureCurve) { .name = _ ("refitted, validation (preview)"), .n = n, .x = c,
                                .y = c + REFITTED * n };
  curves[2] = (AyFigureCurve) { .name = _ ("refitted, test"), .n = n, .x = c, .y = c + TEST * n };
  curves[3] = (AyFigureCurve) { .name = _ ("as many at random"), .n = n, .x = c,
                                .y = c + RANDOM * n, .low = c + LOW * n, .high = c + HIGH * n,
                                .reference = TRUE };
  spec->kind = AY_FIGURE_LINES;
  spec->lines = (AyFigureLines) {
    .n_curves = refitted ? N_CURVES : 1, .curves = curves,
    .x_axis = { .label = _ ("threshold") },
    .y_axis = { .label = self->percent ? _ ("change of accuracy, points") : _ ("change of R2") },
    .band_label = refitted ? _ ("band: 95 percent of the mean of random drops") : NULL,
    .marks = TRUE,
  };
  return TRUE;
}

static void
update (AssayOutcomeView *self)
{
  assay_chart_update (self->chart, n_points (self) > 0 ? NULL : _ ("No outcome curve yet"));
}

void
assay_outcome_view_take (AssayOutcomeView *self, GArray *outcomes, gboolean percent)
{
  g_clear_pointer (&self->outcomes, g_array_unref);
  self->outcomes = outcomes;
  self->percent = percent;
  fill_columns (self);
  update (self);
}

static void
append_change (GString *text, const char *what, double value, gboolean percent)
{
  if (isnan (value))
    return;
  if (!g_str_has_suffix (text->str, ": "))
    g_string_append (text, "; ");
  /* Translators: what was measured, then its change, as in "on test rows +0.12 points". */
  assay_say_append (text, percent ? _ ("%s %+.2f points") : _ ("%s %+.4f"), what,
                    percent ? 100.0 * value : value);
}

char *
assay_outcome_view_dup_line (AssayOutcomeView *self, double threshold)
{
  const AyOutcome *nearest = NULL;
  GString *text;

  for (guint i = 0; i < n_points (self); i++)
    if (nearest == NULL
        || fabs (outcome (self, i)->threshold - threshold) < fabs (nearest->threshold - threshold))
      nearest = outcome (self, i);
  if (nearest == NULL)
    return NULL;
  text = g_string_new (NULL);
  /* Translators: at a threshold; what each way of judging it says follows. */
  assay_say_append (text, _ ("at %.4g: "), nearest->threshold);
  append_change (text, nearest->rough ? _ ("predicted (rough)") : _ ("predicted"),
                 nearest->accuracy, self->percent);
  if (nearest->refitted)
    {
      append_change (text, _ ("preview on validation rows"), nearest->accuracy_valid,
                     self->percent);
      append_change (text, _ ("on test rows"), nearest->accuracy_test, self->percent);
      append_change (text, _ ("as many at random"), nearest->random_mean, self->percent);
    }
  return g_string_free (text, FALSE);
}

static void
assay_outcome_view_finalize (GObject *object)
{
  AssayOutcomeView *self = ASSAY_OUTCOME_VIEW (object);

  g_clear_pointer (&self->outcomes, g_array_unref);
  g_free (self->columns);
  G_OBJECT_CLASS (assay_outcome_view_parent_class)->finalize (object);
}

static void
assay_outcome_view_class_init (AssayOutcomeViewClass *class)
{
  G_OBJECT_CLASS (class)->finalize = assay_outcome_view_finalize;
}

static void
assay_outcome_view_init (AssayOutcomeView *self)
{
  self->chart = assay_chart_new ();
  assay_chart_set_height (self->chart, 220);
  assay_chart_set_figure (self->chart, describe, self, NULL);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->chart));
  update (self);
}
