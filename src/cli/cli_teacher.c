/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_teacher.h"

#include "cli/cli_json.h"
#include "core/base/error.h"
#include "core/work/work_select.h"

#include <math.h>

CmdTeacher *
cmd_teacher_new (AyWork *work, const char *id, GError **error)
{
  g_autoptr (JsonObject) object = ay_work_comparison (work, error);
  AyTeachingCurves *of = object != NULL ? ay_teaching_curves_new (object, id) : NULL;
  CmdTeacher *self;

  if (object != NULL && of == NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "%s was not simulated, or is no teacher", id);
  if (of == NULL)
    return NULL;
  self = g_new0 (CmdTeacher, 1);
  self->of = of;
  for (guint p = 0; p < of->n; p++)
    {
      const AyTeachingPanel *panel = &of->panel[p];

      self->curves[p] = g_new0 (AyFigureCurve, panel->n);
      for (guint k = 0; k < panel->n; k++)
        {
          const AyStrategyCurve *one = &panel->each[k];

          self->curves[p][k] = (AyFigureCurve) { .name = one->name, .n = one->n, .x = one->labels,
                                                 .y = one->value, .low = one->low,
                                                 .high = one->high };
        }
      self->panels[p] = (AyFigurePanel) {
        panel->title,
        { .n_curves = panel->n, .curves = self->curves[p],
          .x_axis = { .label = "round", .integral = TRUE }, .y_axis = { .label = panel->unit },
          .band_label = panel->band },
      };
    }
  return self;
}

void
cmd_teacher_free (CmdTeacher *self)
{
  if (self == NULL)
    return;
  for (guint p = 0; p < AY_TEACHING_PANELS; p++)
    g_free (self->curves[p]);
  ay_teaching_curves_free (self->of);
  g_free (self);
}

static void
put_numbers (JsonObject *into, const char *name, const double *values, guint n)
{
  JsonArray *array = cmd_json_array (into, name);

  for (guint i = 0; i < n; i++)
    if (isfinite (values[i]))
      json_array_add_double_element (array, values[i]);
    else
      json_array_add_null_element (array);
}

JsonObject *
cmd_teacher_tell (const CmdTeacher *self)
{
  JsonObject *object = json_object_new ();
  JsonArray *panels = cmd_json_array (object, "panels");

  cmd_json_text (object, "sentence", self->of->sentence);
  for (guint p = 0; p < self->of->n; p++)
    {
      const AyTeachingPanel *panel = &self->of->panel[p];
      JsonObject *into = cmd_json_append (panels);
      JsonArray *curves;

      cmd_json_text (into, "title", panel->title);
      curves = cmd_json_array (into, "curves");
      for (guint k = 0; k < panel->n; k++)
        {
          JsonObject *one = cmd_json_append (curves);

          cmd_json_text (one, "strategy", panel->each[k].id);
          put_numbers (one, "round", panel->each[k].labels, panel->each[k].n);
          put_numbers (one, "value", panel->each[k].value, panel->each[k].n);
        }
    }
  return object;
}
