/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/outcome_draw.h"

#include "app/say.h"
#include "core/base/json_text.h"

#include <glib/gi18n.h>
#include <math.h>

enum { X, PREDICTED, REFITTED, TEST, RANDOM, LOW, HIGH, N_COLUMNS };

static const AyOutcome *
outcome (const AssayOutcomeDrawing *self, guint i)
{
  return &g_array_index (self->outcomes, AyOutcome, i);
}

static guint
n_points (const AssayOutcomeDrawing *self)
{
  return self->outcomes != NULL ? self->outcomes->len : 0;
}

/* Curves want ascending x: the points come tightest first, which is descending for cosines. */
static void
fill_columns (AssayOutcomeDrawing *self)
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
any_refitted (const AssayOutcomeDrawing *self)
{
  for (guint i = 0; i < n_points (self); i++)
    if (outcome (self, i)->refitted)
      return TRUE;
  return FALSE;
}

gboolean
assay_outcome_drawing_describe (AssayOutcomeDrawing *self, AyFigureSpec *spec)
{
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
    .n_curves = refitted ? ASSAY_N_OUTCOME_CURVES : 1, .curves = curves,
    .x_axis = { .label = _ ("threshold") },
    .y_axis = { .label = self->percent ? _ ("change of accuracy, points") : _ ("change of R2") },
    .band_label = refitted ? _ ("band: 95 percent of the mean of random drops") : NULL,
    .marks = TRUE,
  };
  return TRUE;
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
assay_outcome_drawing_dup_line (const AssayOutcomeDrawing *self, double threshold)
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

void
assay_outcome_drawing_take (AssayOutcomeDrawing *self, GArray *outcomes, gboolean percent)
{
  g_clear_pointer (&self->outcomes, g_array_unref);
  self->outcomes = outcomes;
  self->percent = percent;
  fill_columns (self);
}

void
assay_outcome_drawing_clear (AssayOutcomeDrawing *self)
{
  g_clear_pointer (&self->outcomes, g_array_unref);
  g_clear_pointer (&self->columns, g_free);
}

/* --- pinned --- */

static const struct
{
  const char *name;
  goffset at;
} numbers[] = {
  { "threshold", G_STRUCT_OFFSET (AyOutcome, threshold) },
  { "loss", G_STRUCT_OFFSET (AyOutcome, loss) },
  { "accuracy", G_STRUCT_OFFSET (AyOutcome, accuracy) },
  { "loss_valid", G_STRUCT_OFFSET (AyOutcome, loss_valid) },
  { "accuracy_valid", G_STRUCT_OFFSET (AyOutcome, accuracy_valid) },
  { "loss_test", G_STRUCT_OFFSET (AyOutcome, loss_test) },
  { "accuracy_test", G_STRUCT_OFFSET (AyOutcome, accuracy_test) },
  { "random_low", G_STRUCT_OFFSET (AyOutcome, random_low) },
  { "random_mean", G_STRUCT_OFFSET (AyOutcome, random_mean) },
  { "random_high", G_STRUCT_OFFSET (AyOutcome, random_high) },
};

JsonObject *
assay_outcome_drawing_to_json (const AssayOutcomeDrawing *self, const char *key)
{
  JsonObject *into;
  JsonArray *points;

  if (n_points (self) == 0)
    return NULL;
  into = json_object_new ();
  points = json_array_new ();
  for (guint i = 0; i < n_points (self); i++)
    {
      const AyOutcome *at = outcome (self, i);
      JsonObject *one = json_object_new ();

      for (gsize k = 0; k < G_N_ELEMENTS (numbers); k++)
        ay_json_put_number (one, numbers[k].name,
                            G_STRUCT_MEMBER (const double, at, numbers[k].at));
      json_object_set_int_member (one, "groups", (gint64) at->n_groups);
      json_object_set_int_member (one, "dropped", (gint64) at->n_dropped);
      json_object_set_int_member (one, "conflicts", (gint64) at->n_conflicts);
      json_object_set_boolean_member (one, "rough", at->rough);
      json_object_set_boolean_member (one, "refitted", at->refitted);
      json_array_add_object_element (points, one);
    }
  json_object_set_string_member (into, "key", key);
  json_object_set_boolean_member (into, "percent", self->percent);
  json_object_set_array_member (into, "points", points);
  return into;
}

static AyOutcome
read_point (JsonObject *one)
{
  AyOutcome point = {
    .n_groups = (gsize) json_object_get_int_member_with_default (one, "groups", 0),
    .n_dropped = (gsize) json_object_get_int_member_with_default (one, "dropped", 0),
    .n_conflicts = (gsize) json_object_get_int_member_with_default (one, "conflicts", 0),
    .rough = json_object_get_boolean_member_with_default (one, "rough", FALSE),
    .refitted = json_object_get_boolean_member_with_default (one, "refitted", FALSE),
  };

  for (gsize k = 0; k < G_N_ELEMENTS (numbers); k++)
    G_STRUCT_MEMBER (double, &point, numbers[k].at) = ay_json_number_of (one, numbers[k].name);
  return point;
}

gboolean
assay_outcome_drawing_from_json (AssayOutcomeDrawing *self, JsonObject *from, const char *key)
{
  JsonNode *member = json_object_get_member (from, "points");
  JsonArray *points = member != NULL && JSON_NODE_HOLDS_ARRAY (member)
                          ? json_node_get_array (member) : NULL;
  GArray *outcomes;

  if (points == NULL || json_array_get_length (points) == 0
      || (key != NULL
          && g_strcmp0 (key, json_object_get_string_member_with_default (from, "key", "")) != 0))
    return FALSE;
  outcomes = g_array_new (FALSE, FALSE, sizeof (AyOutcome));
  for (guint i = 0; i < json_array_get_length (points); i++)
    {
      JsonNode *node = json_array_get_element (points, i);
      AyOutcome point = JSON_NODE_HOLDS_OBJECT (node) ? read_point (json_node_get_object (node))
                                                      : (AyOutcome) { .threshold = NAN };

      if (!isnan (point.threshold))
        g_array_append_val (outcomes, point);
    }
  assay_outcome_drawing_take (
      self, outcomes, json_object_get_boolean_member_with_default (from, "percent", FALSE));
  return TRUE;
}
