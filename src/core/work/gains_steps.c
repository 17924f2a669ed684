/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/gains_steps.h"

#include "core/base/json_text.h"
#include "core/base/words.h"

#include <math.h>

AyGainsSteps *
ay_gains_steps_new (JsonObject *gains)
{
  JsonArray *rounds = json_object_get_array_member (gains, "rounds");
  AyGainsSteps *self = g_new0 (AyGainsSteps, 1);

  self->n = json_array_get_length (rounds);
  self->names = g_new0 (char *, self->n + 1);
  self->before = g_new (double, MAX (self->n, 1));
  self->after = g_new (double, MAX (self->n, 1));
  self->residual = g_new (double, MAX (self->n, 1));
  for (guint r = 0; r < self->n; r++)
    {
      JsonObject *one = json_array_get_object_element (rounds, r);

      self->names[r] = g_strdup_printf ("%" G_GINT64_FORMAT,
                                        json_object_get_int_member (one, "round"));
      self->before[r] = ay_json_number_of (one, "loss_before");
      self->after[r] = ay_json_number_of (one, "loss_after");
      self->residual[r] = ay_json_number_of (one, "residual");
      if (isnan (ay_json_number_of (one, "gain")))
        self->before[r] = self->after[r] = NAN;
    }
  self->sentence = g_strdup_printf (
      N_ ("%+.4g in all, of %.4g that moved up and down; residual %.1g"),
      ay_json_number_of (gains, "gain"), ay_json_number_of (gains, "absolute"),
      ay_json_number_of (gains, "residual"));
  return self;
}

void
ay_gains_steps_free (AyGainsSteps *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->names);
  g_free (self->before);
  g_free (self->after);
  g_free (self->residual);
  g_free (self->sentence);
  g_free (self);
}

static void
add_opened (GPtrArray *lines, JsonObject *round)
{
  JsonArray *opened = json_object_get_array_member (round, "opened");

  for (guint k = 0; k < json_array_get_length (opened); k++)
    {
      JsonObject *one = json_array_get_object_element (opened, k);
      double recall = ay_json_number_of (one, "recall");
      g_autofree char *of = isnan (recall) ? g_strdup ("unknown")
                                           : g_strdup_printf ("%.1f %%", 100.0 * recall);

      g_ptr_array_add (lines, g_strdup_printf (
          "Round %" G_GINT64_FORMAT ": class %s became known by %" G_GINT64_FORMAT " rows, whose "
          "log-loss before was not bounded; recall of it %s",
          json_object_get_int_member (round, "round"),
          json_object_get_string_member (one, "class"), json_object_get_int_member (one, "n"),
          of));
    }
}

GPtrArray *
ay_gains_remarks (JsonObject *gains)
{
  JsonArray *notes = json_object_get_array_member (gains, "notes");
  JsonArray *rounds = json_object_get_array_member (gains, "rounds");
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  gboolean random = FALSE;

  for (guint k = 0; k < json_array_get_length (notes); k++)
    g_ptr_array_add (lines, g_strdup_printf ("Note: %s", json_array_get_string_element (notes, k)));
  for (guint r = 0; r < json_array_get_length (rounds); r++)
    {
      JsonObject *one = json_array_get_object_element (rounds, r);

      random = random || json_object_has_member (one, "random");
      if (!json_object_get_null_member (one, "why"))
        g_ptr_array_add (lines, g_strdup_printf ("Round %" G_GINT64_FORMAT " is not split: %s",
                                                 json_object_get_int_member (one, "round"),
                                                 json_object_get_string_member (one, "why")));
      add_opened (lines, one);
    }
  if (!random)
    g_ptr_array_add (lines, g_strdup (N_ ("What the selection brought beyond its volume is not "
                                          "known: no random arm; compare with random batches")));
  return lines;
}
