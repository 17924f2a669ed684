/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_proofs.h"

#include "cli/cli_json.h"
#include "core/work/band_json.h"

void
cmd_add_folds (JsonObject *object, const AyFoldTest *folds)
{
  JsonObject *into;
  JsonArray *each;

  if (folds == NULL)
    {
      json_object_set_null_member (object, "folds");
      return;
    }
  into = cmd_json_object (object, "folds");
  cmd_json_count (into, "k", folds->k);
  cmd_json_count (into, "n_judged", folds->n_judged);
  cmd_json_count (into, "n_changed", folds->n_changed);
  ay_json_put_number (into, "loss_before", folds->loss_before);
  ay_json_put_number (into, "loss_after", folds->loss_after);
  ay_json_put_number (into, "accuracy_before", folds->accuracy_before);
  ay_json_put_number (into, "accuracy_after", folds->accuracy_after);
  ay_json_put_number (into, "changed_accuracy_before", folds->changed_before);
  ay_json_put_number (into, "changed_accuracy_after", folds->changed_after);
  ay_json_put_band (into, "accuracy", &folds->accuracy);
  ay_json_put_band (into, "loss", &folds->loss);
  cmd_json_count (into, "n_better", folds->n_better);
  cmd_json_count (into, "n_worse", folds->n_worse);
  each = cmd_json_array (into, "each");
  for (guint f = 0; f < folds->k; f++)
    json_array_add_double_element (each, folds->each[f]);
  cmd_json_text (into, "sentence", folds->sentence);
}

static void
add_fits (JsonObject *into, const AyFit *before, const AyFit *after)
{
  ay_json_put_number (into, "loss_before", before->loss);
  ay_json_put_number (into, "loss_after", after->loss);
  ay_json_put_number (into, "accuracy_before", before->accuracy);
  ay_json_put_number (into, "accuracy_after", after->accuracy);
}

void
cmd_add_pipeline (JsonObject *object, const AyPipelineTest *pipeline)
{
  JsonObject *into;

  if (pipeline == NULL)
    {
      json_object_set_null_member (object, "pipeline");
      return;
    }
  into = cmd_json_object (object, "pipeline");
  ay_json_put_number (into, "lambda_mean_before", pipeline->lambda_before);
  ay_json_put_number (into, "lambda_mean_after", pipeline->lambda_after);
  add_fits (into, &pipeline->valid_before, &pipeline->valid_after);
  if (pipeline->has_test)
    add_fits (cmd_json_object (into, "test"), &pipeline->test_before, &pipeline->test_after);
  else
    json_object_set_null_member (into, "test");
  ay_json_put_number (into, "interval_low", pipeline->interval_low);
  ay_json_put_number (into, "interval_high", pipeline->interval_high);
  cmd_json_text (into, "recomputed", pipeline->recomputed);
  cmd_json_text (into, "sentence", pipeline->sentence);
}
