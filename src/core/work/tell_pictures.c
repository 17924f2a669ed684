/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pictures of a report: where the examples lie, with those that go marked, and what labelling
 * in another order would have brought. Shown where the workspace has them; nothing is computed. */
#include "core/work/tell_private.h"

#include "core/select/strategy_curves.h"
#include "core/work/retention.h"
#include "core/work/work_select.h"

#include <math.h>
#include <string.h>

#define MOST_CLASSES 10 /* that colours can tell apart */

static void
color_by_class (const AyTelling *self, AyStoryMap *map)
{
  const AyDataset *data = self->data;

  if (data->n_classes == 0 || data->n_classes > MOST_CLASSES)
    return;
  map->codes = g_new (guint32, MAX (data->n, 1));
  map->names = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < data->n; i++)
    map->codes[i]
        = data->label[i] == AY_LABEL_MISSING ? G_MAXUINT32 : (guint32) data->label[i];
  for (guint k = 0; k < data->n_classes; k++)
    g_ptr_array_add (map->names, g_strdup (data->class_names[k]));
}

static gboolean
tell_map (AyTelling *self, GError **error)
{
  g_autoptr (AyTable) columns = ay_work_columns (self->work, error);
  AyColumn *x = columns != NULL ? ay_table_find (columns, "map_x") : NULL;
  AyColumn *y = columns != NULL ? ay_table_find (columns, "map_y") : NULL;
  AyStoryMap *map;
  const char *all;
  g_autofree char *sentence = NULL;

  if (columns == NULL)
    return FALSE;
  if (x == NULL || y == NULL || ay_column_type (x) != AY_COLUMN_NUMBER
      || ay_column_type (y) != AY_COLUMN_NUMBER)
    return TRUE;
  map = g_new0 (AyStoryMap, 1);
  map->n = self->data->n;
  map->x = ay_column_dup_floats (x);
  map->y = ay_column_dup_floats (y);
  if (ay_bitset_count (self->plan->dropped) > 0)
    map->marked = ay_bitset_copy (self->plan->dropped);
  color_by_class (self, map);
  ay_story_add (self->story, AY_BLOCK_HEADING, "Where the examples lie");
  ay_tell_about (self, AY_TELL_ALL);
  all = ay_story_count (self->story, "info.rows", self->data->n);
  ay_tell_about (self, AY_TELL_GO);
  sentence = g_strdup_printf ("All %s examples; those that are alike lie near each other. Bold: "
                              "the %s that go.", all,
                              ay_story_count (self->story, "curate.n_dropped",
                                              ay_bitset_count (self->plan->dropped)));
  ay_story_map (self->story, map, map->names != NULL ? "kind of answer" : NULL, sentence);
  return TRUE;
}

static gboolean
tell_curves (AyTelling *self, GError **error)
{
  g_autoptr (JsonObject) comparison = NULL;
  AyStrategyCurves *curves;
  AyBlock *block;
  g_autofree char *sentence = NULL;

  if (!ay_work_has_comparison (self->work))
    return TRUE;
  comparison = ay_work_comparison (self->work, error);
  if (comparison == NULL)
    return FALSE;
  curves = ay_strategy_curves_of_comparison (comparison, FALSE);
  ay_story_add (self->story, AY_BLOCK_HEADING, "What the order of labelling would have brought");
  sentence = g_strdup_printf ("The %s by the number of labels, simulated on the labels there are, "
                              "beside a random order%s%s.", curves->metric,
                              curves->band != NULL ? "; " : "",
                              curves->band != NULL ? curves->band : "");
  block = ay_story_curves (self->story, curves->metric, "labels", sentence);
  for (guint k = 0; k < curves->n; k++)
    {
      const AyStrategyCurve *one = &curves->each[k];
      AyStoryCurve curve = { one->name, one->n, one->labels, one->value, one->low, one->high,
                             one->reference };

      ay_story_curve (block, &curve);
    }
  ay_strategy_curves_free (curves);
  return TRUE;
}

/* The curve of a score and that of as many at random, by the share of examples that is kept. */
static void
draw_retention (AyTelling *self, const AyRetention *of, const char *sentence)
{
  g_autoptr (AyRetentionSeries) series = ay_retention_series (of);
  AyStoryCurve own = { series->name, series->n, series->x, series->own, NULL, NULL, FALSE };
  AyStoryCurve drawn = { (char *) "at random", series->n, series->x, series->random, series->low,
                         series->high, TRUE };
  AyBlock *block = ay_story_curves (
      self->story, of->on_test ? "right answers on test" : "right answers on valid",
      "% of the training examples kept", sentence);

  ay_story_curve (block, &own);
  ay_story_curve (block, &drawn);
  if (of->minimal < series->n)
    ay_story_mark (block, series->x[of->minimal], series->own[of->minimal], "smallest no worse");
}

/* The chosen point in words: chosen where rows are chosen, told where they are judged. */
static char *
say_retention (AyTelling *self, const AyRetention *of)
{
  AyStory *story = self->story;
  const AyRetentionPoint *point = &of->points[MIN (of->minimal, of->n_points - 1)];
  g_autofree char *id = g_strdup_printf ("figure.numbers.points.%u.",
                                         MIN (of->minimal, of->n_points - 1));
  g_autofree char *n_id = g_strconcat (id, "n", NULL);
  g_autofree char *difference = g_strconcat (id, "difference", NULL);
  g_autofree char *low = g_strconcat (id, "difference_low", NULL);
  g_autofree char *high = g_strconcat (id, "difference_high", NULL);
  const char *n, *share;

  if (of->minimal >= of->n_points)
    return g_strdup_printf ("Examples in the order of %s, beside as many at random: %s.",
                            of->score, of->minimal_sentence);
  ay_story_about (story, "the smallest set tried that is no worse",
                  ay_bitset_copy (of->minimal_rows));
  share = ay_story_percent (story, "figure.numbers.minimal.share", point->share, 0);
  n = ay_story_count (story, n_id, point->n);
  ay_tell_about (self, AY_TELL_JUDGED);
  return g_strdup_printf (
      "Examples in the order of %s. Marked: the smallest set tried that is no worse where rows are "
      "chosen, %s or %s examples; beside as many at random it is %s points different (95 %% band "
      "%s to %s). Of it: %s.",
      of->score, share, n, ay_story_points (story, difference, point->difference.mean, 2),
      ay_story_points (story, low, point->difference.low, 2),
      ay_story_points (story, high, point->difference.high, 2), of->minimal_sentence);
}

static void
tell_retention (AyTelling *self)
{
  g_autoptr (AyRetention) of = ay_work_kept_retention (self->work);
  g_autofree char *sentence = NULL;

  if (of == NULL || of->n_points == 0)
    return;
  ay_story_add (self->story, AY_BLOCK_HEADING, "How many examples are needed");
  sentence = say_retention (self, of);
  draw_retention (self, of, sentence);
}

gboolean
ay_tell_pictures (AyTelling *self, GError **error)
{
  if (!tell_map (self, error))
    return FALSE;
  tell_retention (self);
  return tell_curves (self, error);
}
