/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_epochs.h"

#include "core/base/words.h"
#include "core/work/work_private.h"

const char *
ay_training_log_folder (GPtrArray *scores)
{
  for (guint i = 0; i < scores->len; i++)
    {
      const AyScoreInfo *info = scores->pdata[i];
      JsonObject *told = info->certificate;
      JsonNode *node = told != NULL && json_object_has_member (told, "log")
                           ? json_object_get_member (told, "parameters")
                           : NULL;
      const char *logits
          = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                ? json_object_get_string_member_with_default (json_node_get_object (node),
                                                              "logits", "auto")
                : "auto";

      if (!g_str_equal (logits, "auto") && !g_str_equal (logits, "given")
          && !g_str_equal (logits, "run"))
        return logits;
    }
  return NULL;
}

AyTrainingLog *
ay_work_training_log (AyWork *self, AyJob *job, GError **error)
{
  g_autoptr (GPtrArray) scores = ay_work_scores (self, error);
  const char *folder = scores != NULL ? ay_training_log_folder (scores) : NULL;

  if (scores == NULL)
    return NULL;
  if (folder != NULL && self->data->n_classes > 0)
    return ay_training_log_of_folder (self->data, folder, job, error);
  if (self->data->dynamics != NULL)
    return ay_training_log_of_data (self->data, error);
  g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                       N_ ("no training log: give one with the data (new --dynamics FILE), or "
                           "score "
                           "confidence -p logits=FOLDER"));
  return NULL;
}
