/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/work/update.h"

#include <stdio.h>

/* assay-cli update: a new version of the data, joined by id. */

#define SHOWN 10

static struct
{
  char *output, *features, *label, *id, *probabilities, *dynamics;
  gboolean strict;
} given;

static const GOptionEntry options[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &given.output,
    "Make a workspace of the new version; without it the differences are listed, no more",
    "WORK2.assay" },
  { "strict", 0, 0, G_OPTION_ARG_NONE, &given.strict,
    "When a decision no longer matches its row: exit status 3, and nothing is written", NULL },
  { "features", 0, 0, G_OPTION_ARG_FILENAME, &given.features,
    "Feature matrix of the new version, where features come from a file", "SOURCE" },
  { "label", 0, 0, G_OPTION_ARG_FILENAME, &given.label,
    "Labels of the new version, where they come from a file", "SOURCE" },
  { "id", 0, 0, G_OPTION_ARG_FILENAME, &given.id, "Ids of the new version", "SOURCE" },
  { "probabilities", 0, 0, G_OPTION_ARG_FILENAME, &given.probabilities,
    "Your model's class probabilities for the new version", "SOURCE" },
  { "dynamics", 0, 0, G_OPTION_ARG_FILENAME, &given.dynamics,
    "Logits of a training run on the new version", "FILE" },
  { NULL },
};

/* --- rows as lists of ids --- */

/* Rows of one version; all rows for which other has none where rows is NULL. */
typedef struct
{
  const AyDataset *data;
  const guint32 *rows;
  gsize n;
  const guint32 *other;
} Rows;

typedef void (*IdFunc) (const char *id, gpointer data);

static void
each_id (const Rows *rows, IdFunc func, gpointer data)
{
  gsize n = rows->rows != NULL ? rows->n : rows->data->n;

  for (gsize i = 0; i < n; i++)
    {
      gsize row = rows->rows != NULL ? rows->rows[i] : i;
      g_autofree char *id = NULL;

      if (rows->rows == NULL && rows->other[row] != AY_ROW_NONE)
        continue;
      id = ay_column_dup_text (rows->data->id, row);
      func (id, data);
    }
}

static void
add_id (const char *id, gpointer array)
{
  json_array_add_string_element (array, id);
}

static void
print_id (const char *id, gpointer shown)
{
  gsize *n = shown;

  if (*n < SHOWN)
    printf ("%s%s", *n == 0 ? ": " : ", ", id);
  ++*n;
}

static void
print_rows (const char *title, const Rows *rows, gsize n)
{
  gsize shown = 0;

  printf ("%s: %" G_GSIZE_FORMAT, title, n);
  each_id (rows, print_id, &shown);
  puts (shown > SHOWN ? ", ..." : "");
}

/* --- JSON --- */

static void
add_texts (JsonObject *into, const char *key, const GPtrArray *texts)
{
  JsonArray *array = cmd_json_array (into, key);

  for (guint i = 0; i < texts->len; i++)
    json_array_add_string_element (array, texts->pdata[i]);
}

static void
add_changes (JsonObject *into, const AyUpdating *updating)
{
  const AyUpdate *found = ay_updating_found (updating);
  JsonArray *array = cmd_json_array (into, "changed");

  for (guint i = 0; i < found->changes->len; i++)
    {
      const AyRowChange *change = found->changes->pdata[i];
      g_autofree char *id = ay_column_dup_text (ay_updating_data (updating)->id, change->is);
      JsonObject *one = cmd_json_append (array);

      cmd_json_text (one, "id", id);
      cmd_json_text (one, "columns", change->columns);
      cmd_json_text (one, "label_before", change->label_was);
      cmd_json_text (one, "label", change->label_is);
    }
}

static void
add_unmatched (JsonObject *into, const AyUpdate *found)
{
  JsonArray *array = cmd_json_array (into, "unmatched");

  for (guint i = 0; i < found->unmatched->len; i++)
    {
      const AyUnmatched *unmatched = found->unmatched->pdata[i];
      JsonObject *one = cmd_json_append (array);

      cmd_json_text (one, "id", unmatched->id);
      cmd_json_text (one, "decision", ay_decision_kind_name (unmatched->kind));
      cmd_json_text (one, "value", unmatched->value);
      cmd_json_text (one, "why", unmatched->why);
      cmd_json_text (one, "because", unmatched->because);
      cmd_json_bool (one, "kept", unmatched->is_kept);
    }
}

static void
print_json (const AyUpdating *updating, const AyDataset *was, gboolean written)
{
  const AyUpdate *found = ay_updating_found (updating);
  const AyDataset *is = ay_updating_data (updating);
  g_autoptr (JsonObject) object = json_object_new ();

  cmd_json_text (object, "file", written ? given.output : NULL);
  cmd_json_count (object, "n_before", found->n_was);
  cmd_json_count (object, "n", found->n_is);
  cmd_json_count (object, "n_relabelled", found->n_relabelled);
  each_id (&(Rows) { is, NULL, 0, found->was_of }, add_id, cmd_json_array (object, "added"));
  each_id (&(Rows) { was, NULL, 0, found->is_of }, add_id, cmd_json_array (object, "gone"));
  each_id (&(Rows) { is, found->moved, found->n_moved, NULL }, add_id,
           cmd_json_array (object, "moved"));
  add_changes (object, updating);
  add_texts (object, "columns_added", found->columns_added);
  add_texts (object, "columns_gone", found->columns_gone);
  add_texts (object, "classes_added", found->classes_added);
  add_texts (object, "classes_gone", found->classes_gone);
  cmd_json_count (object, "n_decisions", found->n_decisions);
  cmd_json_count (object, "n_returned", found->n_returned);
  add_unmatched (object, found);
  add_texts (object, "stale", found->stale);
  add_texts (object, "carried", found->carried);
  cmd_json_print (object);
}

/* --- text --- */

static void
print_texts (const char *title, const GPtrArray *texts)
{
  if (texts->len == 0)
    return;
  printf ("%s: %u", title, texts->len);
  for (guint i = 0; i < MIN (texts->len, SHOWN); i++)
    printf ("%s%s", i == 0 ? ": " : ", ", (char *) texts->pdata[i]);
  puts (texts->len > SHOWN ? ", ..." : "");
}

static void
print_changes (const AyUpdating *updating)
{
  const AyUpdate *found = ay_updating_found (updating);

  printf ("changed: %" G_GSIZE_FORMAT ", of them relabelled: %" G_GSIZE_FORMAT "\n",
          found->n_changed, found->n_relabelled);
  for (guint i = 0; i < MIN (found->changes->len, SHOWN); i++)
    {
      const AyRowChange *change = found->changes->pdata[i];
      g_autofree char *id = ay_column_dup_text (ay_updating_data (updating)->id, change->is);

      printf ("  %s:", id);
      if (change->label_is != NULL)
        printf (" label %s, was %s%s", change->label_is, change->label_was,
                change->columns != NULL ? ";" : "");
      printf ("%s%s\n", change->columns != NULL ? " " : "",
              change->columns != NULL ? change->columns : "");
    }
  if (found->changes->len > SHOWN)
    puts ("  ...");
}

static void
print_unmatched (const AyUpdate *found)
{
  printf ("decisions about rows: %" G_GSIZE_FORMAT ", no longer matching: %u, of rows that are "
          "back: %" G_GSIZE_FORMAT "\n", found->n_decisions, found->unmatched->len,
          found->n_returned);
  for (guint i = 0; i < MIN (found->unmatched->len, SHOWN); i++)
    {
      const AyUnmatched *one = found->unmatched->pdata[i];

      printf ("  %s: %s%s%s: %s%s\n", one->id, ay_decision_kind_name (one->kind),
              one->value != NULL ? " " : "", one->value != NULL ? one->value : "", one->because,
              one->is_kept ? "" : "; set aside");
    }
  if (found->unmatched->len > SHOWN)
    puts ("  ...");
}

static void
print_text (const AyUpdating *updating, const AyDataset *was, gboolean written)
{
  const AyUpdate *found = ay_updating_found (updating);
  const AyDataset *is = ay_updating_data (updating);

  printf ("%" G_GSIZE_FORMAT " rows before, %" G_GSIZE_FORMAT " now\n", found->n_was, found->n_is);
  print_rows ("added", &(Rows) { is, NULL, 0, found->was_of }, found->n_added);
  print_rows ("gone", &(Rows) { was, NULL, 0, found->is_of }, found->n_gone);
  print_rows ("moved", &(Rows) { is, found->moved, found->n_moved, NULL }, found->n_moved);
  print_changes (updating);
  print_texts ("columns added", found->columns_added);
  print_texts ("columns gone", found->columns_gone);
  print_texts ("classes added", found->classes_added);
  print_texts ("classes gone", found->classes_gone);
  print_unmatched (found);
  print_texts ("scores to compute again", found->stale);
  print_texts ("scores carried over", found->carried);
  if (written)
    printf ("%s written\n", given.output);
}

static gboolean
run_update (CmdRun *run, GError **error)
{
  AyUpdateSources sources = { run->args + 1, given.features, given.label, given.id,
                              given.probabilities, given.dynamics };
  g_autoptr (AyWork) work = NULL;
  g_autoptr (AyUpdating) updating = NULL;
  g_autoptr (AyWork) written = NULL;
  gboolean broken;

  if (run->n_args == 1 && given.features == NULL)
    return cmd_usage_error (error, "update: expected an INPUT, or --features FILE");
  if (given.output != NULL && !g_str_has_suffix (given.output, ".assay"))
    return cmd_usage_error (error, "%s: the name of a workspace ends with .assay", given.output);
  work = cmd_open (run, run->args[0], AY_WORKSPACE_READ, error);
  updating = work != NULL ? ay_work_update (work, &sources, run->job, error) : NULL;
  if (updating == NULL)
    return FALSE;
  broken = given.strict && ay_updating_found (updating)->unmatched->len > 0;
  if (given.output != NULL && !broken)
    {
      written = ay_updating_write (updating, given.output, run->job, error);
      if (written == NULL)
        return FALSE;
    }
  cmd_begin_output (run);
  if (run->json)
    print_json (updating, ay_work_data (work), written != NULL);
  else
    print_text (updating, ay_work_data (work), written != NULL);
  if (!broken)
    return TRUE;
  g_set_error (error, CMD_ERROR, CMD_ERROR_RULE, "%u decisions no longer match their rows",
               ay_updating_found (updating)->unmatched->len);
  return FALSE;
}

const Cmd cmd_update = {
  .name = "update",
  .operands = "WORK INPUT... [-o WORK2.assay]",
  .summary = "Join a new version of the data by id: every difference, decisions carried over",
  .description = "Rows that were there keep their part and the decisions about them. WORK itself\n"
                 "is not changed.",
  .min_args = 1,
  .max_args = -1,
  .options = options,
  .run = run_update,
};
