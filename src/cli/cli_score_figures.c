/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_drawing.h"

#include "cli/cli_columns.h"
#include "cli/cli_json.h"
#include "core/base/error.h"
#include "core/score/data_map.h"
#include "core/score/score_pair.h"
#include "core/work/explain.h"
#include "core/work/work_epochs.h"

#include <string.h>

AyColumn *
cmd_drawing_numbers (AyWork *work, const char *name, GError **error)
{
  g_autoptr (AyColumn) column = cmd_find_column (work, name, error);

  if (column == NULL || ay_column_type (column) == AY_COLUMN_NUMBER)
    return g_steal_pointer (&column);
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "column \"%s\" holds no numbers", name);
  return NULL;
}

AyScoreInfo *
cmd_drawing_score (AyWork *work, const char *id)
{
  g_autoptr (GPtrArray) scores = ay_work_scores (work, NULL);

  for (guint i = 0; scores != NULL && i < scores->len; i++)
    if (strcmp (((AyScoreInfo *) scores->pdata[i])->id, id) == 0)
      {
        g_ptr_array_set_free_func (scores, NULL);
        for (guint k = 0; k < scores->len; k++)
          if (k != i)
            ay_score_info_free (scores->pdata[k]);
        return scores->pdata[i];
      }
  return NULL;
}

char *
cmd_drawing_label (const AyColumn *column, const AyScoreInfo *score)
{
  if (score == NULL || score->title == NULL)
    return g_strdup (ay_column_name (column));
  return score->unit != NULL && *score->unit != '\0'
             ? g_strdup_printf ("%s (%s)", score->title, score->unit)
             : g_strdup (score->title);
}

static char *
name_row (gconstpointer data, gsize row)
{
  return ay_column_dup_text (((const AyDataset *) data)->id, row);
}

void
cmd_drawing_scatter (AyWork *work, CmdDrawing *d, const char *x, const char *y)
{
  AyFigureScatter *s = &d->spec.scatter;

  d->fx = ay_column_dup_floats (d->x);
  d->fy = ay_column_dup_floats (d->y);
  d->spec.kind = AY_FIGURE_SCATTER;
  s->n = ay_column_rows (d->x);
  s->x = d->fx;
  s->y = d->fy;
  s->x_axis.label = x;
  s->y_axis.label = y;
  s->visible = d->visible;
  s->row_name = name_row;
  s->row_data = ay_work_data (work);
}

/* Confidence over variability, coloured by correctness, and how many rows lie in each region. */
gboolean
cmd_draw_datamap (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error)
{
  g_autoptr (AyDataMap) map = NULL;
  g_autoptr (AyScoreInfo) score = NULL;

  if (run->n_args > 2)
    return cmd_usage_error (error, "figure datamap takes no NAME");
  d->x = cmd_drawing_numbers (work, "variability", error);
  d->y = d->x != NULL ? cmd_drawing_numbers (work, "confidence", error) : NULL;
  d->column = d->y != NULL ? cmd_drawing_numbers (work, "correctness", error) : NULL;
  if (d->column == NULL)
    {
      g_prefix_error (error, "no data map yet, make one by assay-cli score WORK confidence "
                             "variability correctness: ");
      return FALSE;
    }
  map = ay_data_map_new (ay_column_numbers (d->y), ay_column_numbers (d->x), ay_column_rows (d->x));
  score = cmd_drawing_score (work, "confidence");
  d->title = g_strdup ("Data map: what a training run found easy, ambiguous, hard");
  d->subtitle = g_strdup_printf (
      "%zu easy, %zu ambiguous, %zu hard; %s", map->count[AY_REGION_EASY],
      map->count[AY_REGION_AMBIGUOUS], map->count[AY_REGION_HARD],
      score == NULL ? "a training run"
                    : json_object_get_string_member_with_default (score->certificate, "log",
                                                                  "a training run"));
  d->label = g_strdup ("variability: spread of the label's probability over the epochs");
  d->y_label = g_strdup ("confidence: its mean");
  cmd_drawing_scatter (work, d, d->label, d->y_label);
  d->spec.subtitle = d->subtitle;
  d->spec.scatter.values = ay_column_numbers (d->column);
  d->spec.scatter.color_label = "correctness (epochs)";
  d->told = json_object_new ();
  for (int k = AY_REGION_EASY; k <= AY_REGION_HARD; k++)
    cmd_json_count (d->told, ay_region_name (k), map->count[k]);
  ay_json_put_number (d->told, "ambiguous_above", map->variability);
  ay_json_put_number (d->told, "easy_from", map->confidence);
  return TRUE;
}

/* --- the epochs of one row --- */

/* A diamond where it was forgotten. */
static void
flag_forgotten (CmdDrawing *d)
{
  const AyEpochCurve *curve = d->epochs;
  guint k = 0;

  d->flags = g_new0 (AyFigureFlag, curve->n_forgotten + 1);
  for (guint i = 0; i < curve->n; i++)
    if (curve->forgotten[i])
      d->flags[k++] = (AyFigureFlag) { 0, curve->epoch[i], curve->probability[i], "forgotten" };
}

static void
tell_epochs (CmdDrawing *d, const AyDataset *data, guint32 row, const AyTrainingLog *log)
{
  const AyEpochCurve *curve = d->epochs;
  g_autofree char *id = ay_column_dup_text (data->id, row);
  JsonArray *epochs;

  d->told = json_object_new ();
  cmd_json_text (d->told, "id", id);
  cmd_json_text (d->told, "label", data->class_names[data->label[row]]);
  cmd_json_text (d->told, "log", ay_training_log_describe (log));
  cmd_json_count (d->told, "correctness", curve->n_right);
  cmd_json_count (d->told, "forgetting", curve->n_forgotten);
  epochs = cmd_json_array (d->told, "epochs");
  for (guint i = 0; i < curve->n; i++)
    {
      JsonObject *one = cmd_json_append (epochs);

      cmd_json_count (one, "epoch", (guint64) curve->epoch[i]);
      ay_json_put_number (one, "probability", curve->probability[i]);
      cmd_json_bool (one, "right", curve->right[i]);
      cmd_json_bool (one, "forgotten", curve->forgotten[i]);
    }
}

gboolean
cmd_draw_epochs (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error)
{
  const AyDataset *data = ay_work_data (work);
  g_autoptr (AyTrainingLog) log = NULL;
  guint32 row;

  if (run->n_args != 3)
    return cmd_usage_error (error, "figure epochs: expected the ID of a row");
  if (!ay_work_find_id (work, run->args[2], &row, error))
    return FALSE;
  log = ay_work_training_log (work, run->job, error);
  d->epochs = log != NULL ? ay_epoch_curve_new (log, data, row, run->job, error) : NULL;
  if (d->epochs == NULL)
    return FALSE;
  flag_forgotten (d);
  d->y_label = g_strdup_printf ("probability of %s", data->class_names[data->label[row]]);
  d->curve = (AyFigureCurve) { .name = run->args[2], .n = d->epochs->n, .x = d->epochs->epoch,
                               .y = d->epochs->probability };
  d->title = g_strdup_printf ("Row %s over the epochs", run->args[2]);
  d->subtitle = ay_epoch_curve_describe (d->epochs);
  d->spec.subtitle = d->subtitle;
  d->spec.kind = AY_FIGURE_LINES;
  d->spec.lines = (AyFigureLines) {
    .n_curves = 1, .curves = &d->curve, .marks = TRUE,
    .x_axis = { .label = "epoch", .integral = TRUE },
    .y_axis = { .low = 0.0, .high = 1.0, .label = d->y_label },
    .n_flags = d->epochs->n_forgotten, .flags = d->flags,
  };
  tell_epochs (d, data, row, log);
  return TRUE;
}

/* --- two scores --- */

#define N_APART 20

static void
add_apart (CmdDrawing *d, AyWork *work, const AyScorePair *found)
{
  JsonArray *rows;

  d->told = json_object_new ();
  cmd_json_count (d->told, "n", found->n);
  ay_json_put_number (d->told, "rank_correlation", found->rank_correlation);
  rows = cmd_json_array (d->told, "apart");
  for (gsize k = 0; k < found->n_apart; k++)
    {
      JsonObject *one = cmd_json_append (rows);
      g_autofree char *id = ay_column_dup_text (ay_work_data (work)->id, found->apart[k]);

      cmd_json_text (one, "id", id);
      ay_json_put_number (one, "gap", found->gap[k]);
    }
}

/* Two columns of numbers, and how far their orders agree; both with the good ones high. */
gboolean
cmd_draw_compare (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error)
{
  AyScorePairOptions how = { .rows = d->visible, .n_apart = N_APART };
  g_autoptr (AyScorePair) found = NULL;
  g_autoptr (AyScoreInfo) a = NULL;
  g_autoptr (AyScoreInfo) b = NULL;

  if (run->n_args != 4)
    return cmd_usage_error (error, "figure compare: expected the NAMEs of two columns");
  d->x = cmd_drawing_numbers (work, run->args[2], error);
  d->y = d->x != NULL ? cmd_drawing_numbers (work, run->args[3], error) : NULL;
  if (d->y == NULL)
    return FALSE;
  a = cmd_drawing_score (work, run->args[2]);
  b = cmd_drawing_score (work, run->args[3]);
  how.turn = a != NULL && b != NULL && ay_directions_oppose (a->direction, b->direction);
  found = ay_score_pair_new (ay_column_numbers (d->x), ay_column_numbers (d->y),
                             ay_column_rows (d->x), &how);
  d->label = cmd_drawing_label (d->x, a);
  d->y_label = cmd_drawing_label (d->y, b);
  d->title = g_strdup_printf ("%s and %s", ay_column_name (d->x), ay_column_name (d->y));
  d->subtitle = g_strdup_printf ("rank correlation %.3f over %zu rows%s", found->rank_correlation,
                                 found->n,
                                 how.turn ? ", one order turned so that high is good in both"
                                              : "");
  cmd_drawing_scatter (work, d, d->label, d->y_label);
  d->spec.subtitle = d->subtitle;
  add_apart (d, work, found);
  return TRUE;
}
