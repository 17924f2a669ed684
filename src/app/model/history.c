/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model/history.h"

#define MAX_STEPS 200

struct _AssayHistory
{
  GArray *steps;
  guint at; /* steps before it are done, from it on undone */
};

static void
step_clear (gpointer data)
{
  AssayStep *step = data;

  for (int side = 0; side < 2; side++)
    {
      ay_bitset_free (step->selection[side]);
      assay_filters_free (step->filters[side]);
      ay_finding_free (step->finding[side]);
      g_free (step->name[side]);
      g_free (step->sort[side]);
    }
}

AssayHistory *
assay_history_new (void)
{
  AssayHistory *self = g_new0 (AssayHistory, 1);

  self->steps = g_array_new (FALSE, TRUE, sizeof (AssayStep));
  g_array_set_clear_func (self->steps, step_clear);
  return self;
}

void
assay_history_free (AssayHistory *self)
{
  g_array_unref (self->steps);
  g_free (self);
}

void
assay_history_record (AssayHistory *self, AssayStep step)
{
  g_array_set_size (self->steps, self->at);
  g_array_append_val (self->steps, step);
  if (self->steps->len > MAX_STEPS)
    g_array_remove_index (self->steps, 0);
  self->at = self->steps->len;
}

static AssayStep *
newest (AssayHistory *self)
{
  return self->at > 0 && self->at == self->steps->len
             ? &g_array_index (self->steps, AssayStep, self->at - 1)
             : NULL;
}

gboolean
assay_history_amend (AssayHistory *self, const AssayFilters *after)
{
  AssayStep *step = newest (self);

  if (step == NULL || !step->open)
    return FALSE;
  assay_filters_free (step->filters[1]);
  step->filters[1] = assay_filters_copy (after);
  return TRUE;
}

void
assay_history_close (AssayHistory *self)
{
  AssayStep *step = newest (self);

  if (step != NULL)
    step->open = FALSE;
}

gboolean
assay_history_can_undo (const AssayHistory *self)
{
  return self->at > 0;
}

gboolean
assay_history_can_redo (const AssayHistory *self)
{
  return self->at < self->steps->len;
}

const AssayStep *
assay_history_undo (AssayHistory *self)
{
  return self->at > 0 ? &g_array_index (self->steps, AssayStep, --self->at) : NULL;
}

const AssayStep *
assay_history_redo (AssayHistory *self)
{
  return self->at < self->steps->len ? &g_array_index (self->steps, AssayStep, self->at++) : NULL;
}
