/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_drawing.h"
#include "cli/cli_json.h"
#include "core/work/work_history.h"
#include "core/work/work_select.h"

static void
tell_curves (CmdDrawing *d)
{
  JsonArray *array;

  d->told = json_object_new ();
  cmd_json_text (d->told, "metric", d->strategy->metric);
  array = cmd_json_array (d->told, "curves");
  for (guint k = 0; k < d->strategy->n; k++)
    {
      const AyStrategyCurve *from = &d->strategy->each[k];
      JsonObject *one = cmd_json_append (array);
      JsonArray *labels, *value, *marks;

      cmd_json_text (one, "strategy", from->id);
      labels = cmd_json_array (one, "labels");
      value = cmd_json_array (one, "value");
      for (guint i = 0; i < from->n; i++)
        {
          json_array_add_double_element (labels, from->labels[i]);
          json_array_add_double_element (value, from->value[i]);
        }
      if (from->n_marks == 0)
        continue;
      marks = cmd_json_array (one, "marks");
      for (guint m = 0; m < from->n_marks; m++)
        {
          JsonObject *mark = cmd_json_append (marks);

          cmd_json_text (mark, "rule", from->marks[m].text);
          ay_json_put_number (mark, "labels", from->marks[m].labels);
          ay_json_put_number (mark, "value", from->marks[m].value);
        }
    }
}

/* Where rules to stop by would have stopped, on the curve of each strategy. */
static void
flag_curves (CmdDrawing *d)
{
  const AyStrategyCurves *of = d->strategy;
  guint n = 0;

  for (guint k = 0; k < of->n; k++)
    n += of->each[k].n_marks;
  d->flags = g_new0 (AyFigureFlag, n + 1);
  d->spec.lines.flags = d->flags;
  for (guint k = 0; k < of->n; k++)
    for (guint m = 0; m < of->each[k].n_marks; m++)
      {
        const AyCurveMark *mark = &of->each[k].marks[m];

        d->flags[d->spec.lines.n_flags++]
            = (AyFigureFlag) { k, mark->labels, mark->value, mark->text };
      }
}

/* Mean accuracy by labels of each strategy that was simulated, or of histories. */
gboolean
cmd_draw_curves (CmdRun *run, AyWork *work, CmdDrawing *d, GError **error)
{
  if (run->n_args > 3)
    return cmd_usage_error (error, "figure curves takes one NAME");
  if (run->n_args == 3)
    {
      g_autoptr (GPtrArray) histories
          = ay_work_histories_called (work, run->args[2], error);

      if (histories == NULL)
        return FALSE;
      d->strategy = ay_strategy_curves_of_histories (histories, NULL);
    }
  else
    {
      g_autoptr (JsonObject) object = ay_work_comparison (work, error);

      if (object == NULL)
        return FALSE;
      d->strategy = ay_strategy_curves_of_comparison (object, TRUE);
    }
  d->curves = g_new0 (AyFigureCurve, d->strategy->n + 1);
  for (guint k = 0; k < d->strategy->n; k++)
    {
      const AyStrategyCurve *one = &d->strategy->each[k];

      d->curves[k] = (AyFigureCurve) { .name = one->name, .n = one->n, .x = one->labels,
                                       .y = one->value, .low = one->low, .high = one->high,
                                       .reference = one->reference };
    }
  d->title = g_strdup (d->strategy->title);
  d->spec.kind = AY_FIGURE_LINES;
  d->spec.lines = (AyFigureLines) {
    .n_curves = d->strategy->n, .curves = d->curves,
    .x_axis = { .label = "labels", .integral = TRUE },
    .y_axis = { .label = d->strategy->metric }, .band_label = d->strategy->band,
  };
  flag_curves (d);
  tell_curves (d);
  return TRUE;
}
