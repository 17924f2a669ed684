/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/samples.h"

#include "core/base/column.h"
#include "core/base/rng.h"

#include <math.h>

#define UMLAUTS "\303\244\303\266\303\274"
#define KANJI "\346\227\245\346\234\254"
#define LONG "a name that goes on and on, with \"quotes\" & <brackets>, " UMLAUTS " and " KANJI
#define MANY 77
#define POINTS 1800

static float px[POINTS], py[POINTS], huge_x[4], huge_y[4], nan_xy[3];
static double values[POINTS], tail[POINTS], whole[POINTS], huge_values[5], nothing[3];
static guint32 codes[POINTS];
static const char *digits[] = { "zero", "one", "two", "three", "four", "five", "six", "seven",
                                "eight", "nine" };
static const char *many_names[MANY];
static double many_values[MANY], before[10], after[10], signs[10];
static double rounds[16], curves[3][16], lows[3][16], highs[3][16], broken[16];
static AyFigureCurve three[3], several[12], hostile[3];
static const guint8 doubtful[10] = { 0, 0, 1, 1, 1, 1, 1, 0, 0, 0 };
static double groups[POINTS];
static AyBitset *selected, *vague;
static Sample all[N_SAMPLES];
static guint n_all;

static void
fill_points (void)
{
  AyRng rng;

  ay_rng_init (&rng, 1, 0);
  selected = ay_bitset_new (POINTS);
  vague = ay_bitset_new (POINTS);
  for (int i = 0; i < POINTS; i++)
    {
      guint k = (guint) (i % 10);
      double angle = 0.63 * k, radius = 6.0 + 2.0 * (k % 3);

      px[i] = (float) (radius * cos (angle) + ay_rng_normal (&rng));
      py[i] = (float) (radius * sin (angle) + ay_rng_normal (&rng));
      codes[i] = i % 50 == 7 ? AY_CODE_MISSING : k;
      values[i] = i % 40 == 3 ? NAN : px[i] * 0.01 + 0.002 * ay_rng_normal (&rng);
      tail[i] = i % 30 == 3 ? NAN : 1e-3 * pow (ay_rng_normal (&rng), 3.0);
      whole[i] = (double) ay_rng_below (&rng, 12);
      groups[i] = i < 300 ? i / 30 * 10 + i % 10 : NAN; /* three of a class each */
      if (fabs (values[i]) < 0.03)
        ay_bitset_add (vague, (gsize) i);
      if (py[i] > 5.0f)
        ay_bitset_add (selected, (gsize) i);
    }
  tail[0] = 5.0;
  tail[1] = INFINITY;
  for (int i = 0; i < 4; i++)
    {
      huge_x[i] = (float) (i - 1.5) * 2e38f;
      huge_y[i] = 1e-38f * (float) i;
    }
  for (int i = 0; i < 3; i++)
    nothing[i] = nan_xy[i] = NAN;
  for (int i = 0; i < 5; i++)
    huge_values[i] = (i - 2) * 8e307;
}

static void
fill_names (void)
{
  for (int i = 0; i < MANY; i++)
    {
      many_names[i] = g_strdup_printf ("%s %d", i % 9 == 0 ? LONG : "intent of the customer", i);
      many_values[i] = i == 5 ? NAN : 187.0 - 2.2 * i;
    }
  for (int i = 0; i < 10; i++)
    {
      before[i] = 178.0 + (i * 7) % 13;
      after[i] = before[i] - (i * i) % 60;
      signs[i] = (i - 4) * 1.3e-3;
    }
}

static void
fill_curves (void)
{
  static const char *const names[] = { "margin", "random", "entropy of the predictions" };

  for (int i = 0; i < 16; i++)
    {
      rounds[i] = 500 + 100 * i;
      for (int c = 0; c < 3; c++)
        {
          curves[c][i] = 0.95 - (0.3 + 0.05 * c) * exp (-i / (3.0 + c));
          lows[c][i] = curves[c][i] - 0.02;
          highs[c][i] = curves[c][i] + 0.02;
        }
      broken[i] = i % 5 == 2 || i == 4 ? NAN : curves[1][i];
    }
  for (int c = 0; c < 3; c++)
    three[c] = (AyFigureCurve) { names[c], 16, rounds, curves[c], lows[c], highs[c], c == 1 };
  for (int c = 0; c < 12; c++)
    several[c] = (AyFigureCurve) { many_names[c * 3], 16, rounds, curves[c % 3] };
  hostile[0] = (AyFigureCurve) { "broken", 16, rounds, broken, lows[1], broken, FALSE };
  hostile[1] = (AyFigureCurve) { "a single point", 1, rounds, curves[0], NULL, NULL, FALSE };
  hostile[2] = (AyFigureCurve) { "nothing", 3, nothing, nothing, NULL, NULL, FALSE };
}

static AyFigureSpec *
add (const char *name, AyFigureKind kind)
{
  AyFigureSpec spec = AY_FIGURE_SPEC_INIT;

  g_assert (n_all < N_SAMPLES);
  spec.kind = kind;
  all[n_all].name = name;
  all[n_all].spec = spec;
  return &all[n_all++].spec;
}

static AyFigureScatter *
add_scatter (const char *name, const char *title)
{
  AyFigureSpec *spec = add (name, AY_FIGURE_SCATTER);

  spec->title = title;
  spec->scatter = (AyFigureScatter) { .n = POINTS, .x = px, .y = py, .map = TRUE };
  return &spec->scatter;
}

static void
add_scatters (void)
{
  AyFigureScatter *s = add_scatter ("map-classes", "Map of the digits");

  s->codes = codes;
  s->names = digits;
  s->n_names = 10;
  s->color_label = "label";
  all[n_all - 1].spec.subtitle = "principal components of 64 pixels, 1 800 rows";
  all[n_all - 1].spec.caption
      = "Two components keep 28 % of the variance: neighbours on the map need not be neighbours in "
        "the data. Rows without a label are grey.";
  s = add_scatter ("map-selected", "A selection is drawn above the rest");
  *s = all[0].spec.scatter;
  s->selected = selected;
  s = add_scatter ("map-groups", "Lines between near copies");
  *s = all[0].spec.scatter;
  s->groups = groups;
  s = add_scatter ("map-many-classes", "More classes than colours");
  s->codes = codes;
  s->names = many_names;
  s->n_names = MANY;
  s->color_label = "intent";
  s = add_scatter ("map-dense", "Points too many for shapes");
  *s = all[0].spec.scatter;
  s->radius = 1.0;
  s = add_scatter ("map-values", "Coloured by a number");
  s->values = tail;
  s->color_label = "loss";
  s = add_scatter ("map-diverging", "Coloured by influence");
  s->values = values;
  s->scale = AY_FIGURE_DIVERGING;
  s->color_label = "influence (nats)";
  s = add_scatter ("map-density", "Where the rows are");
  s->density = TRUE;
  s = add_scatter ("scatter-axes", "Influence against loss");
  s->map = FALSE;
  s->x_axis.label = "first component";
  s->y_axis.label = "second component";
  s = add_scatter ("scatter-empty", "No rows at all");
  s->n = 0;
  s->map = FALSE;
  s = add_scatter ("scatter-one", "One row");
  s->n = 1;
  s->map = FALSE;
  s->codes = codes;
  s->names = digits;
  s->n_names = 10;
  s = add_scatter ("scatter-nan", "No row has a place");
  s->n = 3;
  s->map = FALSE;
  s->x = s->y = nan_xy;
  s->values = nothing;
  s->color_label = "nothing";
  s = add_scatter ("scatter-huge", LONG " " LONG " " LONG);
  s->n = 4;
  s->map = FALSE;
  s->x = huge_x;
  s->y = huge_y;
  s->values = huge_values;
  s->x_axis.label = s->y_axis.label = s->color_label = LONG;
}

static AyFigureHistogram *
add_histogram (const char *name, const char *title, const double *data, gsize n)
{
  AyFigureSpec *spec = add (name, AY_FIGURE_HISTOGRAM);
  AyFigureBinsOptions options = AY_FIGURE_BINS_OPTIONS_INIT;

  spec->title = title;
  options.selected = n == POINTS && data == tail ? selected : NULL;
  options.uncertain = n == POINTS && data == values ? vague : NULL;
  spec->histogram = (AyFigureHistogram) { .bins = ay_figure_bins_new (data, n, &options),
                                          .label = "influence (nats)" };
  return &spec->histogram;
}

static void
add_histograms (void)
{
  AyFigureHistogram *h = add_histogram ("histogram", "Influence of each row", values, POINTS);

  all[n_all - 1].spec.subtitle = "change of the validation loss if the row were removed";
  h->diverging = TRUE;
  h = add_histogram ("histogram-tail", "A heavy tail", tail, POINTS);
  h->label = "score";
  h = add_histogram ("histogram-log", "A heavy tail, counts by logarithm", tail, POINTS);
  h->log_counts = TRUE;
  h = add_histogram ("histogram-whole", "Whole numbers", whole, POINTS);
  h->label = "epochs until learnt";
  add_histogram ("histogram-empty", "Nothing to count", values, 0);
  add_histogram ("histogram-nan", "Only missing values", nothing, 3);
  add_histogram ("histogram-one", "One value", values, 1);
  h = add_histogram ("histogram-huge", "All doubles", huge_values, 5);
  h->label = LONG;
}

static AyFigureBars *
add_bars (const char *name, const char *title, const double *data, const char *const *names,
          guint n)
{
  AyFigureSpec *spec = add (name, AY_FIGURE_BARS);

  spec->title = title;
  spec->bars = (AyFigureBars) { .n = n, .names = names, .values = data, .label = "rows" };
  return &spec->bars;
}

static void
add_all_bars (void)
{
  AyFigureBars *b = add_bars ("bars", "Rows of each class", after, digits, 10);

  b->integral = b->sorted = TRUE;
  b = add_bars ("bars-before", "Before and after the curation", after, digits, 10);
  b->integral = TRUE;
  b->before = before;
  b->before_name = "before";
  b->value_name = "after";
  b = add_bars ("bars-many", "Seventy-seven intents", many_values, many_names, MANY);
  b->sorted = TRUE;
  b = add_bars ("bars-signs", "Mean influence of each class", signs, digits, 10);
  b->diverging = TRUE;
  b->uncertain = doubtful;
  b->label = "mean influence (nats)";
  add_bars ("bars-empty", "No class", after, digits, 0);
  add_bars ("bars-nan", "Missing and huge", (double[3]) { 0 }, digits, 3);
  {
    static double mixed[3];

    mixed[0] = NAN;
    mixed[1] = 1e300;
    mixed[2] = -3e299;
    all[n_all - 1].spec.bars.values = mixed;
  }
}

static AyFigureLines *
add_lines (const char *name, const char *title, const AyFigureCurve *data, guint n)
{
  AyFigureSpec *spec = add (name, AY_FIGURE_LINES);

  spec->title = title;
  spec->lines = (AyFigureLines) { .n_curves = n, .curves = data,
                                  .x_axis = { .label = "labelled rows" },
                                  .y_axis = { .label = "accuracy on test" } };
  return &spec->lines;
}

static void
add_all_lines (void)
{
  static AyFigureFlag stops[4];
  AyFigureLines *l = add_lines ("lines", "Learning curves", three, 3);

  l->band_label = "bands: 95 % of 20 repeats, paired with random";
  l->marks = TRUE;
  stops[0] = (AyFigureFlag) { 0, rounds[5], curves[0][5], "kappa" };
  stops[1] = (AyFigureFlag) { 0, rounds[6], curves[0][6], "change" };
  stops[2] = (AyFigureFlag) { 2, rounds[15], curves[2][15], "entropy" }; /* at the rim */
  stops[3] = (AyFigureFlag) { 0, rounds[7], NAN, "nowhere" };
  l->flags = stops;
  l->n_flags = 4;
  add_lines ("lines-many", "Twelve strategies", several, 12);
  add_lines ("lines-hostile", "Gaps, a point, nothing", hostile, 3);
  add_lines ("lines-empty", "No curve", three, 0);
  l = add_lines ("lines-flat", "A curve that does not move", several, 1);
  l->y_axis.low = 0.5;
  l->y_axis.high = 1.0;
}

/* Falls, a rise, a step that cannot be told, and a level that is taken up elsewhere. */
static void
add_waterfalls (void)
{
  static const char *const names[] = { "1", "2", "3", "4", "5", "6" };
  static const double levels[] = { 1.2, 0.8, NAN, 0.7, 0.75, 0.9 };
  static const double reached[] = { 0.8, 0.7, NAN, 0.75, 0.6, 0.85 };
  static const double residual[] = { 0.02, 1e-9, NAN, 1e-9, NAN, 0.0 };
  AyFigureSpec *spec = add ("waterfall", AY_FIGURE_WATERFALL);

  spec->title = "What each round brought";
  spec->waterfall = (AyFigureWaterfall) { .n = 6, .names = names, .before = levels,
                                          .after = reached, .residual = residual,
                                          .x_label = "round", .label = "validation loss (nats)",
                                          .current = 3 };
  spec = add ("waterfall-empty", AY_FIGURE_WATERFALL);
  spec->title = "No round can be told";
  spec->waterfall = (AyFigureWaterfall) { .n = 1, .names = names + 2, .before = levels + 2,
                                          .after = reached + 2, .current = -1 };
}

/* A probability of two arms above a regret with its band. */
static void
add_panels (void)
{
  static const double round[] = { 1, 2, 3, 4 }, first[] = { 0.5, 0.6, 0.8, 0.9 };
  static const double second[] = { 0.5, 0.4, 0.2, 0.1 }, regret[] = { 0, -0.01, 0.01, 0.02 };
  static const double low[] = { 0, -0.03, -0.02, 0.0 }, high[] = { 0, 0.01, 0.04, 0.04 };
  static const AyFigureCurve arms[] = { { .name = "margin", .n = 4, .x = round, .y = first },
                                        { .name = "random", .n = 4, .x = round, .y = second } };
  static const AyFigureCurve regrets[]
      = { { .name = "even mixture", .n = 4, .x = round, .y = regret, .low = low, .high = high } };
  static const AyFigurePanel panels[] = {
    { "Probability of each arm", { .n_curves = 2, .curves = arms } },
    { "Regret", { .n_curves = 1, .curves = regrets, .x_axis = { .label = "round" },
                  .band_label = "95 %" } },
  };
  AyFigureSpec *spec = add ("panels", AY_FIGURE_PANELS);

  spec->title = "How hedge taught";
  spec->panels = (AyFigurePanels) { 2, panels };
}

const Sample *
samples (void)
{
  if (n_all == 0)
    {
      fill_points ();
      fill_names ();
      fill_curves ();
      add_scatters ();
      add_histograms ();
      add_all_bars ();
      add_all_lines ();
      add_waterfalls ();
      add_panels ();
      g_assert (n_all == N_SAMPLES);
    }
  return all;
}
