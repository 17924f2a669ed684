/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/work/review.h"

#include <math.h>
#include <stdio.h>

/* assay-cli review: which labels a person should look at, in the order of what a minute brings. */

#define SHOWN 20

static struct
{
  gint limit;
  gboolean leave_test;
} given = { .limit = SHOWN };

static const GOptionEntry options[] = {
  { "limit", 0, 0, G_OPTION_ARG_INT, &given.limit, "How many rows to list (default 20, 0: all)",
    "N" },
  { "leave-test", 0, 0, G_OPTION_ARG_NONE, &given.leave_test,
    "Do not list rows of the test part", NULL },
  { NULL },
};

static const char *
suggestion_of (const AyDataset *data, const AyReviewItem *item)
{
  return item->instead == AY_LABEL_MISSING ? NULL : data->class_names[item->instead];
}

static gsize
n_shown (const AyReview *review)
{
  return given.limit > 0 ? MIN (review->n, (gsize) given.limit) : review->n;
}

/* --- text --- */

static void
add_row (CmdTable *table, const AyDataset *data, const AyReviewItem *item)
{
  g_autofree char *id = ay_column_dup_text (data->id, item->row);
  g_autofree char *label = ay_dataset_dup_label (data, item->row);
  const char *instead = suggestion_of (data, item);
  char wrong[CMD_TEXT_SIZE], worth[CMD_TEXT_SIZE];

  cmd_table_row (table, id, ay_split_name (data->split[item->row]),
                 ay_review_kind_name (item->kind), label, instead != NULL ? instead : "(exclude)",
                 cmd_text_percent (item->wrong, wrong),
                 isnan (item->gain) ? "" : cmd_text_number (item->worth, worth), NULL);
}

static void
print_text (AyWork *work, const AyReview *review)
{
  g_autoptr (CmdTable) table = cmd_table_new ("lllllrr");

  printf ("%zu rows to look at: %zu validation rows first, %zu test rows, then %zu training rows\n",
          review->n, review->n_valid, review->n_test,
          review->n - review->n_valid - review->n_test);
  if (n_shown (review) > 0)
    {
      cmd_table_row (table, "id", "part", "kind", "label", "suggestion", "wrong", "gain a minute",
                     NULL);
      for (gsize i = 0; i < n_shown (review); i++)
        add_row (table, ay_work_data (work), &review->items[i]);
      cmd_table_print (table, 2);
    }
  printf ("reviewed %zu, changed %zu: validation loss %.4g -> %.4g, accuracy %.2f %% -> %.2f %% "
          "(refitted, on validation labels as decided: a preview)\n",
          review->n_reviewed, review->n_changed, review->loss_before, review->loss_now,
          100.0 * review->accuracy_before, 100.0 * review->accuracy_now);
  puts (review->sentence);
  for (guint k = 0; k < review->notes->len; k++)
    printf ("note: %s\n", (const char *) g_ptr_array_index (review->notes, k));
}

/* --- json --- */

static void
put_items (JsonObject *into, const AyDataset *data, const AyReview *review)
{
  JsonArray *rows = cmd_json_array (into, "rows");

  for (gsize i = 0; i < n_shown (review); i++)
    {
      const AyReviewItem *item = &review->items[i];
      JsonObject *one = cmd_json_append (rows);
      g_autofree char *id = ay_column_dup_text (data->id, item->row);
      g_autofree char *label = ay_dataset_dup_label (data, item->row);

      cmd_json_text (one, "id", id);
      cmd_json_text (one, "part", ay_split_name (data->split[item->row]));
      cmd_json_text (one, "kind", ay_review_kind_name (item->kind));
      cmd_json_text (one, "label", label);
      cmd_json_text (one, "suggestion", suggestion_of (data, item));
      ay_json_put_number (one, "wrong", item->wrong);
      ay_json_put_number (one, "gain", item->gain);
      ay_json_put_number (one, "worth", isnan (item->gain) ? NAN : item->worth);
    }
}

static void
print_json (AyWork *work, const AyReview *review)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonObject *seconds;
  JsonArray *notes;

  cmd_json_count (object, "n", review->n);
  cmd_json_count (object, "n_valid", review->n_valid);
  cmd_json_count (object, "n_test", review->n_test);
  put_items (object, ay_work_data (work), review);
  cmd_json_count (object, "n_reviewed", review->n_reviewed);
  cmd_json_count (object, "n_changed", review->n_changed);
  ay_json_put_number (object, "loss_before", review->loss_before);
  ay_json_put_number (object, "loss_now", review->loss_now);
  ay_json_put_number (object, "accuracy_before", review->accuracy_before);
  ay_json_put_number (object, "accuracy_now", review->accuracy_now);
  ay_json_put_number (object, "expected_wrong", review->expected_wrong);
  ay_json_put_number (object, "left", review->left);
  ay_json_put_number (object, "left_most", review->left_most);
  ay_json_put_number (object, "reliability", review->reliability);
  seconds = cmd_json_object (object, "seconds");
  for (guint k = 0; k < AY_N_REVIEW_KINDS; k++)
    ay_json_put_number (seconds, ay_review_kind_name (k), review->seconds[k]);
  cmd_json_text (object, "sentence", review->sentence);
  notes = cmd_json_array (object, "notes");
  for (guint k = 0; k < review->notes->len; k++)
    json_array_add_string_element (notes, g_ptr_array_index (review->notes, k));
  cmd_json_print (object);
}

static gboolean
run_review (CmdRun *run, GError **error)
{
  AyReviewOptions what = AY_REVIEW_OPTIONS_INIT;
  g_autoptr (AyWork) work = NULL;
  g_autoptr (AyReview) review = NULL;

  if (given.limit < 0)
    return cmd_usage_error (error, "--limit %d: from 0", given.limit);
  what.leave_test = given.leave_test;
  /* A workspace that can only be read will do: nothing is stored. */
  work = ay_work_open (run->args[0], AY_WORKSPACE_WRITE, run->moved, run->job, error);
  review = work != NULL ? ay_work_review (work, &what, run->job, error) : NULL;
  if (review == NULL)
    return FALSE;
  cmd_begin_output (run);
  if (run->json)
    print_json (work, review);
  else
    print_text (work, review);
  return TRUE;
}

const Cmd cmd_review = {
  .name = "review",
  .operands = "WORK",
  .summary = "Which labels to look at, in the order of what a minute of looking brings",
  .description = "Decide about the rows with assay-cli decide --why review; they are not listed "
                 "again, and what the decisions brought so far is refitted.",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run_review,
};
