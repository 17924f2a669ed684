/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/score/epoch_curve.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/score/dynamics.h"

void
ay_epoch_curve_free (AyEpochCurve *self)
{
  if (self == NULL)
    return;
  g_free (self->epoch);
  g_free (self->probability);
  g_free (self->right);
  g_free (self->forgotten);
  g_free (self);
}

static gboolean
check_row (const AyTrainingLog *log, const AyDataset *data, guint32 row, GError **error)
{
  g_autofree char *id = ay_column_dup_text (data->id, row);
  const char *why;

  if (data->label == NULL)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                           N_ ("the data has a numeric target, no classes to be right about"));
      return FALSE;
    }
  if (data->split[row] == AY_SPLIT_TEST)
    why = "is a test row, which is kept for the report";
  else if (data->label[row] == AY_LABEL_MISSING)
    why = "has no label";
  else if (!ay_training_log_has (log, row))
    why = "is not in the training log";
  else
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "row %s %s", id, why);
  return FALSE;
}

static gboolean
add_epoch (AyEpochCurve *self, AyDynamics *dynamics, guint epoch, gint32 label, double *z)
{
  guint32 forgotten = dynamics->forgetting[0];

  ay_dynamics_add (dynamics, 0, 1, &label, z);
  if (dynamics->state[0] & AY_DYNAMICS_BAD)
    return FALSE;
  self->epoch[self->n] = epoch + 1.0;
  self->probability[self->n] = z[label];
  self->right[self->n] = (dynamics->state[0] & AY_DYNAMICS_RIGHT) != 0;
  self->forgotten[self->n] = dynamics->forgetting[0] > forgotten;
  self->n_right += self->right[self->n];
  self->n_forgotten += self->forgotten[self->n];
  self->n++;
  return TRUE;
}

AyEpochCurve *
ay_epoch_curve_new (AyTrainingLog *log, const AyDataset *data, guint32 row, AyJob *job,
                    GError **error)
{
  guint epochs = ay_training_log_n_epochs (log);
  g_autoptr (AyEpochCurve) self = NULL;
  g_autoptr (AyDynamics) dynamics = NULL;
  g_autofree double *z = g_new (double, data->n_classes + 1);

  if (!check_row (log, data, row, error)
      || (dynamics = ay_dynamics_new (1, data->n_classes, error)) == NULL)
    return NULL;
  self = g_new0 (AyEpochCurve, 1);
  self->epoch = g_new (double, epochs + 1);
  self->probability = g_new (double, epochs + 1);
  self->right = g_new (guint8, epochs + 1);
  self->forgotten = g_new (guint8, epochs + 1);
  for (guint epoch = 0; epoch < epochs; epoch++)
    {
      if (!ay_training_log_go_to (log, epoch, job, error))
        return NULL;
      if (!ay_training_log_has_now (log, row))
        continue;
      ay_training_log_read (log, &row, 1, z);
      if (!add_epoch (self, dynamics, epoch, data->label[row], z))
        {
          g_autofree char *id = ay_column_dup_text (data->id, row);

          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("row %s has logits that are not numbers in "
                           "epoch %u"),
                       id, epoch + 1);
          return NULL;
        }
    }
  return g_steal_pointer (&self);
}

char *
ay_epoch_curve_describe (const AyEpochCurve *self)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "right in %u of %u epochs, ", self->n_right, self->n);
  if (self->n_forgotten == 0)
    g_string_append (text, "never forgotten");
  else
    g_string_append_printf (text, "forgotten in epoch%s", self->n_forgotten == 1 ? "" : "s");
  for (guint i = 0, k = 0; i < self->n; i++)
    if (self->forgotten[i])
      g_string_append_printf (text, "%s%.0f", k++ > 0 ? ", " : " ", self->epoch[i]);
  return g_string_free (text, FALSE);
}
