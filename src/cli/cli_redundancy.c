/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_redundancy.h"

#include "cli/cli_json.h"
#include "cli/cli_text.h"

#include <math.h>
#include <stdio.h>

#define MEMBERS_SHOWN 6
#define LEAKS_SHOWN 1000 /* in the JSON */

void
cmd_groups_view_clear (CmdGroupsView *view)
{
  g_clear_pointer (&view->found, ay_redundancy_unref);
  g_clear_pointer (&view->cut, ay_redundancy_cut_free);
  g_clear_pointer (&view->curve, g_array_unref);
  ay_leaks_clear (&view->leaks);
}

static char *
id_of (const CmdGroupsView *view, gsize row)
{
  return ay_column_dup_text (view->found->data->id, row);
}

static double
link_of (const CmdGroupsView *view, gsize group)
{
  return ay_redundancy_threshold (view->found->options.distance,
                                  view->cut->groups->weakest[group]);
}

/* "longest edge" or "farthest pair": what the weakest link of a group is. */
static const char *
link_kind (const CmdGroupsView *view)
{
  return view->found->options.linkage == AY_LINKAGE_COMPLETE ? "farthest pair"
                                                             : "weakest edge of the chain";
}

static void
add_fit (JsonObject *into, const char *name, const AyFit *fit, gboolean known)
{
  JsonObject *one;

  if (!known)
    {
      json_object_set_null_member (into, name);
      return;
    }
  one = cmd_json_object (into, name);
  cmd_json_count (one, "n", fit->n);
  ay_json_put_number (one, "loss", fit->loss);
  ay_json_put_number (one, "accuracy", fit->accuracy);
}

static void
add_leaks (const CmdGroupsView *view, JsonObject *object)
{
  const AyLeaks *leaks = &view->leaks;
  JsonObject *into = cmd_json_object (object, "leaks");
  JsonArray *ids;

  cmd_json_count (into, "n_groups", view->cut->n_leaks);
  cmd_json_count (into, "n_valid", leaks->n_valid);
  cmd_json_count (into, "n_test", leaks->n_test);
  ids = cmd_json_array (into, "ids");
  for (gsize i = 0; i < MIN (leaks->n_rows, LEAKS_SHOWN); i++)
    {
      g_autofree char *id = id_of (view, leaks->rows[i]);

      json_array_add_string_element (ids, id);
    }
  add_fit (into, "valid", &leaks->valid, leaks->judged);
  add_fit (into, "valid_without", &leaks->valid_without, leaks->judged);
  add_fit (into, "test", &leaks->test, leaks->test_judged);
  add_fit (into, "test_without", &leaks->test_without, leaks->test_judged);
}

static void
add_parts (JsonObject *one, guint parts)
{
  JsonArray *array = cmd_json_array (one, "parts");

  for (int k = AY_SPLIT_TRAIN; k <= AY_SPLIT_POOL; k++)
    if (parts & (1u << k))
      json_array_add_string_element (array, ay_split_name ((AySplit) k));
}

static void
add_group (const CmdGroupsView *view, gsize group, JsonObject *one)
{
  const AyRedundancyCut *cut = view->cut;
  JsonArray *ids, *labels;

  cmd_json_count (one, "group", group);
  cmd_json_count (one, "size", ay_near_groups_size (cut->groups, group));
  ay_json_put_number (one, "weakest", link_of (view, group));
  cmd_json_bool (one, "conflict", cut->conflict[group]);
  if (cut->representative[group] == G_MAXUINT32)
    json_object_set_null_member (one, "keep");
  else
    {
      g_autofree char *id = id_of (view, cut->representative[group]);

      cmd_json_text (one, "keep", id);
    }
  add_parts (one, cut->parts[group]);
  ids = cmd_json_array (one, "ids");
  labels = cmd_json_array (one, "labels");
  for (gsize m = cut->groups->start[group]; m < cut->groups->start[group + 1]; m++)
    {
      g_autofree char *id = id_of (view, cut->groups->members[m]);
      g_autofree char *label
          = ay_dataset_dup_label (view->found->data, cut->groups->members[m]);

      json_array_add_string_element (ids, id);
      json_array_add_string_element (labels, label);
    }
}

static void
add_text (const AyTextCopies *text, JsonObject *object)
{
  JsonObject *into;

  if (text->same == NULL)
    {
      json_object_set_null_member (object, "text");
      return;
    }
  into = cmd_json_object (object, "text");
  cmd_json_count (into, "exact_groups", text->exact_groups);
  cmd_json_count (into, "exact_surplus", text->exact_surplus);
  cmd_json_count (into, "normalised_groups", text->normalised_groups);
  cmd_json_count (into, "normalised_surplus", text->normalised_surplus);
  cmd_json_count (into, "normalised_conflicts", text->conflicts);
}

static void
add_curve (const CmdGroupsView *view, JsonObject *object)
{
  JsonArray *array;

  if (view->curve == NULL)
    {
      json_object_set_null_member (object, "curve");
      return;
    }
  add_fit (object, "valid_before", &view->before[0], TRUE);
  array = cmd_json_array (object, "curve");
  for (guint k = 0; k < view->curve->len; k++)
    {
      const AyOutcome *at = &g_array_index (view->curve, AyOutcome, k);
      JsonObject *one = cmd_json_append (array);

      ay_json_put_number (one, "threshold", at->threshold);
      cmd_json_count (one, "n_groups", at->n_groups);
      cmd_json_count (one, "n_redundant", at->n_dropped);
      cmd_json_count (one, "n_conflicts", at->n_conflicts);
      ay_json_put_number (one, "loss_change", at->loss);
      ay_json_put_number (one, "accuracy_change", at->accuracy);
      cmd_json_bool (one, "rough", at->rough);
      ay_json_put_number (one, "valid_loss_change", at->loss_valid);
      ay_json_put_number (one, "valid_accuracy_change", at->accuracy_valid);
      ay_json_put_number (one, "test_loss_change", at->loss_test);
      ay_json_put_number (one, "test_accuracy_change", at->accuracy_test);
      ay_json_put_number (one, "random_accuracy_change", at->random_mean);
      ay_json_put_number (one, "random_low", at->random_low);
      ay_json_put_number (one, "random_high", at->random_high);
    }
}

static void
add_agreement (const CmdGroupsView *view, JsonObject *object)
{
  const AyAgreement *found = &view->agreement;
  JsonObject *one;

  if (view->agree == NULL)
    {
      json_object_set_null_member (object, "agreement");
      return;
    }
  one = cmd_json_object (object, "agreement");
  cmd_json_text (one, "column", view->agree);
  cmd_json_count (one, "rows", found->rows);
  cmd_json_count (one, "same", found->same);
  ay_json_put_number (one, "share",
                      found->rows > 0 ? (double) found->same / (double) found->rows : NAN);
  ay_json_put_number (one, "chance", found->chance);
}

void
cmd_redundancy_json (const CmdGroupsView *view)
{
  const AyRedundancy *found = view->found;
  const AyRedundancyCut *cut = view->cut;
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree guint32 *order = ay_redundancy_order (cut, view->order);
  double distance = ay_redundancy_distance (found->options.distance, cut->threshold);
  g_autofree char *by_chance
      = ay_redundancy_by_chance (found->data, found->options.distance);
  JsonArray *groups;

  cmd_json_text (object, "metric", ay_distance_name (found->options.distance));
  cmd_json_bool (object, "standardised", found->scales.centre != NULL);
  cmd_json_text (object, "linkage", ay_linkage_name (found->options.linkage));
  cmd_json_text (object, "keep_rule", ay_keep_rule_name (found->options.keep));
  ay_json_put_number (object, "threshold", cut->threshold);
  ay_json_put_number (object, "floor", found->options.floor);
  cmd_json_bool (object, "floor_raised", found->pairs->reach < found->pairs->asked);
  cmd_json_count (object, "rows", found->data->n);
  cmd_json_count (object, "n_zero", found->pairs->n_zero);
  cmd_json_count (object, "n_pairs", ay_pairs_count (found->pairs, distance));
  cmd_json_count (object, "n_exact", found->pairs->n_copies);
  cmd_json_count (object, "n_groups", cut->groups->n_groups);
  cmd_json_count (object, "n_in_groups", cut->groups->n_members);
  cmd_json_count (object, "n_redundant", cut->n_redundant);
  cmd_json_count (object, "n_conflicts", cut->n_conflicts);
  cmd_json_text (object, "weakest_is", link_kind (view));
  cmd_json_text (object, "by_chance", by_chance);
  add_text (&found->text, object);
  add_leaks (view, object);
  groups = cmd_json_array (object, "groups");
  for (gsize g = 0; g < MIN (cut->groups->n_groups, view->shown); g++)
    add_group (view, order[g], cmd_json_append (groups));
  add_curve (view, object);
  cmd_json_bool (object, "uniqueness", view->uniqueness);
  add_agreement (view, object);
  cmd_json_print (object);
}

static void
print_agreement (const CmdGroupsView *view)
{
  const AyAgreement *found = &view->agreement;
  char share[CMD_TEXT_SIZE], chance[CMD_TEXT_SIZE];

  if (view->agree == NULL)
    return;
  if (found->rows == 0)
    printf ("No two rows have the same %s\n", view->agree);
  else
    printf ("Of %" G_GSIZE_FORMAT " rows whose %s another row has too, %s have it in common with "
            "their nearest row (%s by chance)\n", found->rows, view->agree,
            cmd_text_percent ((double) found->same / (double) found->rows, share),
            cmd_text_percent (found->chance, chance));
}

static void
print_groups (const CmdGroupsView *view)
{
  const AyRedundancyCut *cut = view->cut;
  g_autoptr (CmdTable) table = cmd_table_new ("rrrll");
  g_autofree guint32 *order = ay_redundancy_order (cut, view->order);
  gsize shown = MIN (cut->groups->n_groups, view->shown);

  if (shown == 0)
    return;
  cmd_table_row (table, "group", "rows", "weakest", "labels", "ids", NULL);
  for (gsize g = 0; g < shown; g++)
    {
      gsize group = order[g], size = ay_near_groups_size (cut->groups, group);
      g_autofree char *number = g_strdup_printf ("%" G_GSIZE_FORMAT, group);
      g_autofree char *rows = g_strdup_printf ("%" G_GSIZE_FORMAT, size);
      g_autoptr (GString) ids = g_string_new (NULL);
      char link[CMD_TEXT_SIZE];

      for (gsize m = 0; m < MIN (size, MEMBERS_SHOWN); m++)
        {
          g_autofree char *id = id_of (view, cut->groups->members[cut->groups->start[group] + m]);

          g_string_append_printf (ids, "%s%s", m > 0 ? " " : "", id);
        }
      if (size > MEMBERS_SHOWN)
        g_string_append (ids, " ...");
      cmd_table_row (table, number, rows, cmd_text_number (link_of (view, group), link),
                     cut->conflict[group] ? "differ" : "", ids->str, NULL);
    }
  puts ("");
  cmd_table_print (table, 0);
  printf ("weakest: the %s of the group\n", link_kind (view));
}

static void
print_leaks (const CmdGroupsView *view)
{
  const AyLeaks *leaks = &view->leaks;
  const char *figure = view->found->data->n_classes > 0 ? "accuracy" : "R2";
  char with[CMD_TEXT_SIZE], without[CMD_TEXT_SIZE];

  if (leaks->n_rows == 0)
    return;
  printf ("Leaks: %" G_GSIZE_FORMAT " validation and %" G_GSIZE_FORMAT
          " test rows have a copy in an earlier part\n", leaks->n_valid, leaks->n_test);
  if (leaks->judged)
    printf ("  validation %s %s, without them %s\n", figure,
            cmd_text_percent (leaks->valid.accuracy, with),
            cmd_text_percent (leaks->valid_without.accuracy, without));
  if (leaks->test_judged)
    printf ("  test %s %s, without them %s (opening %u of the test part)\n", figure,
            cmd_text_percent (leaks->test.accuracy, with),
            cmd_text_percent (leaks->test_without.accuracy, without), leaks->test_openings);
}

static void
print_curve (const CmdGroupsView *view)
{
  g_autoptr (CmdTable) table = cmd_table_new ("rrrrrrr");
  gboolean classes = view->found->data->n_classes > 0;

  if (view->curve == NULL)
    return;
  cmd_table_row (table, "threshold", "may go", "conflicts", "valid loss",
                 classes ? "valid accuracy" : "valid R2", classes ? "test accuracy" : "test R2",
                 "random drop", NULL);
  for (guint k = 0; k < view->curve->len; k++)
    {
      const AyOutcome *at = &g_array_index (view->curve, AyOutcome, k);
      gboolean on_test = !isnan (at->accuracy_test);
      g_autofree char *gone = g_strdup_printf ("%" G_GSIZE_FORMAT, at->n_dropped);
      g_autofree char *conflicts = g_strdup_printf ("%" G_GSIZE_FORMAT, at->n_conflicts);
      g_autofree char *band
          = isnan (at->random_low) ? g_strdup ("")
                                   : g_strdup_printf ("%+.2f to %+.2f %%", 100 * at->random_low,
                                                      100 * at->random_high);
      g_autofree char *valid = g_strdup_printf (
          "%+.2f %%", 100 * (at->refitted ? at->accuracy_valid : at->accuracy));
      g_autofree char *test
          = on_test ? g_strdup_printf ("%+.2f %%", 100 * at->accuracy_test) : g_strdup ("");
      char threshold[CMD_TEXT_SIZE], loss[CMD_TEXT_SIZE];

      cmd_table_row (table, cmd_text_number (at->threshold, threshold), gone, conflicts,
                     cmd_text_change (at->refitted ? at->loss_valid : at->loss, loss), valid, test,
                     band, NULL);
    }
  puts ("");
  cmd_table_print (table, 0);
  puts (g_array_index (view->curve, AyOutcome, 0).refitted
            ? "changes after a refit; validation is a preview, since thresholds are chosen by it"
            : "changes as estimated for the head on your features; a preview");
}

void
cmd_redundancy_text (const CmdGroupsView *view)
{
  const AyRedundancy *found = view->found;
  const AyRedundancyCut *cut = view->cut;
  const AyTextCopies *text = &found->text;
  char threshold[CMD_TEXT_SIZE];

  printf ("%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " rows are in %" G_GSIZE_FORMAT
          " group%s of near copies (%s %s %s, %s linkage%s)\n",
          cut->groups->n_members, found->data->n, cut->groups->n_groups,
          cut->groups->n_groups == 1 ? "" : "s",
          ay_distance_name (found->options.distance),
          found->options.distance == AY_DISTANCE_COSINE ? "at least" : "distance at most",
          cmd_text_number (cut->threshold, threshold), ay_linkage_name (found->options.linkage),
          found->scales.centre != NULL ? ", features standardised" : "");
  printf ("%" G_GSIZE_FORMAT " training rows are redundant: %" G_GSIZE_FORMAT
          " exact copies among all rows; groups with differing labels: %" G_GSIZE_FORMAT "\n",
          cut->n_redundant, found->pairs->n_copies, cut->n_conflicts);
  if (text->same != NULL)
    printf ("Texts: %" G_GSIZE_FORMAT " groups the same (%" G_GSIZE_FORMAT " rows too many), %"
            G_GSIZE_FORMAT " up to case and punctuation (%" G_GSIZE_FORMAT "), %" G_GSIZE_FORMAT
            " of these with differing labels\n",
            text->exact_groups, text->exact_surplus, text->normalised_groups,
            text->normalised_surplus, text->conflicts);
  print_agreement (view);
  print_leaks (view);
  print_groups (view);
  print_curve (view);
  printf ("Stored: group, redundant%s\n", view->uniqueness ? ", uniqueness" : "");
}
