/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/work/explain.h"

#include <math.h>
#include <stdio.h>

/* assay-cli explain: why the head says what it says of one row. */

#define TEXT_SHOWN 48 /* characters of a row's text */

static struct
{
  char *against;
  char **parameters;
  gint rows;
  gboolean flip, parts;
} given = { .rows = 20 };

static const GOptionEntry options[] = {
  { "rows", 0, 0, G_OPTION_ARG_INT, &given.rows, "Training rows to show (default 20)", "N" },
  { "against", 0, 0, G_OPTION_ARG_FILENAME, &given.against,
    "The class to hold the predicted one against (default: the label where the head says "
    "otherwise, else the runner-up)",
    "CLASS" },
  { "flip", 0, 0, G_OPTION_ARG_NONE, &given.flip,
    "Look for the smallest set of training rows whose removal flips what the head says", NULL },
  { "parts", 0, 0, G_OPTION_ARG_NONE, &given.parts,
    "What columns or words carry of the margin, and of a training row's influence", NULL },
  { "parameter", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &given.parameters,
    "Set a parameter of the head (score --list names them); may be repeated", "KEY=VALUE" },
  { NULL },
};

static void
add_row (JsonObject *into, const AyDataset *data, guint32 row)
{
  g_autofree char *id = ay_column_dup_text (data->id, row);
  g_autofree char *label = ay_dataset_dup_label (data, row);

  cmd_json_text (into, "id", id);
  cmd_json_count (into, "row", row);
  cmd_json_text (into, "label", *label != '\0' ? label : NULL);
}

static void
add_flip (JsonObject *object, const AyDataset *data, const AyExplain *what)
{
  const AyFlipSet *flip = what->flip;
  JsonObject *into;
  JsonArray *rows;

  if (flip == NULL)
    {
      json_object_set_null_member (object, "flip");
      return;
    }
  into = cmd_json_object (object, "flip");
  cmd_json_bool (into, "found", flip->found);
  cmd_json_count (into, "n", flip->n);
  cmd_json_text (into, "becomes", flip->found ? data->class_names[flip->becomes] : NULL);
  ay_json_put_number (into, "margin_before", flip->margin_before);
  ay_json_put_number (into, "margin_after", flip->margin_after);
  ay_json_put_number (into, "gradient_norm", flip->gradient_norm);
  cmd_json_count (into, "refits", flip->refits);
  rows = cmd_json_array (into, "rows");
  for (gsize k = 0; k < flip->n; k++)
    add_row (cmd_json_append (rows), data, what->train_rows[flip->position[k]]);
  cmd_json_text (into, "sentence", what->flip_sentence);
}

static void
add_parts (JsonObject *object, const char *key, const AyRowParts *of)
{
  JsonObject *into;
  JsonArray *parts;

  if (of == NULL)
    {
      json_object_set_null_member (object, key);
      return;
    }
  into = cmd_json_object (object, key);
  ay_json_put_number (into, "total", of->total);
  ay_json_put_number (into, "intercept", of->intercept);
  ay_json_put_number (into, "average_text", of->average_text);
  ay_json_put_number (into, "unnamed", of->unnamed);
  ay_json_put_number (into, "residual", of->residual);
  parts = cmd_json_array (into, "parts");
  for (guint i = 0; i < of->parts->len; i++)
    {
      const AyPart *part = &g_array_index (of->parts, AyPart, i);
      JsonObject *one = cmd_json_append (parts);

      cmd_json_text (one, "name", part->name);
      cmd_json_text (one, "value", part->value);
      ay_json_put_number (one, "part", part->part);
    }
}

static void
print_json (const AyDataset *data, const AyExplain *what)
{
  const AyWhy *why = what->why;
  g_autoptr (JsonObject) object = json_object_new ();
  gboolean classes = why->predicted >= 0;
  JsonArray *rows;

  add_row (object, data, what->row);
  cmd_json_text (object, "split", ay_split_name (data->split[what->row]));
  cmd_json_text (object, "predicted", classes ? data->class_names[why->predicted] : NULL);
  cmd_json_text (object, "against", classes ? data->class_names[why->against] : NULL);
  ay_json_put_number (object, "margin", why->margin);
  ay_json_put_number (object, "intercept", why->intercept);
  ay_json_put_number (object, "share_sum", why->share_sum);
  ay_json_put_number (object, "residual", why->residual);
  cmd_json_count (object, "n_train", why->n_train);
  rows = cmd_json_array (object, "rows");
  for (gsize k = 0; k < why->n_rows; k++)
    {
      JsonObject *one = cmd_json_append (rows);

      add_row (one, data, what->train_rows[why->rows[k].position]);
      ay_json_put_number (one, "share", why->rows[k].share);
      ay_json_put_number (one, "if_removed", why->rows[k].if_removed);
      ay_json_put_number (one, "leverage", why->rows[k].leverage);
      cmd_json_bool (one, "refitted", why->rows[k].refitted);
    }
  cmd_json_text (object, "method", why->method);
  if (given.parts)
    {
      add_parts (object, "margin_parts", what->margin);
      add_parts (object, "influence_parts", what->influence);
      cmd_json_text (object, "no_parts", what->no_parts);
    }
  add_flip (object, data, what);
  cmd_json_count (object, "test_openings", what->test_openings);
  cmd_json_text (object, "sentence", what->sentence);
  cmd_json_print (object);
}

/* The beginning of the row's text, on one line; "" without one. (transfer full) */
static char *
dup_text (const AyDataset *data, guint32 row)
{
  g_autofree char *text = data->text != NULL ? ay_column_dup_text (data->text, row) : g_strdup ("");
  g_autofree char *start = NULL;

  g_strdelimit (text, "\n\r\t", ' ');
  if (g_utf8_strlen (text, -1) <= TEXT_SHOWN)
    return g_steal_pointer (&text);
  start = g_utf8_substring (text, 0, TEXT_SHOWN - 3);
  return g_strconcat (start, "...", NULL);
}

static void
add_line (CmdTable *table, const AyDataset *data, guint32 row, const AyWhyRow *of)
{
  g_autofree char *id = ay_column_dup_text (data->id, row);
  g_autofree char *label = ay_dataset_dup_label (data, row), *text = dup_text (data, row);
  char share[CMD_TEXT_SIZE], removed[CMD_TEXT_SIZE];

  cmd_table_row (table, id, label, of != NULL ? cmd_text_change (of->share, share) : "",
                 of == NULL ? "" : isnan (of->if_removed) ? "last of its class"
                                                          : cmd_text_change (of->if_removed,
                                                                             removed),
                 text, NULL);
}

/* The largest parts, and all that is left of the figure. */
static void
print_parts (const char *of, const AyRowParts *self)
{
  g_autoptr (CmdTable) table = cmd_table_new ("llr");
  guint shown = MIN (self->parts->len, (guint) given.rows);
  double others = self->total - self->intercept - self->average_text - self->unnamed;
  char cell[CMD_TEXT_SIZE];

  printf ("%s by %s:\n", of, self->average_text != 0.0 ? "words" : "columns");
  for (guint i = 0; i < shown; i++)
    {
      const AyPart *part = &g_array_index (self->parts, AyPart, i);

      others -= part->part;
      cmd_table_row (table, part->name, part->value != NULL ? part->value : "",
                     cmd_text_change (part->part, cell), NULL);
    }
  if (shown < self->parts->len)
    cmd_table_row (table, "all others", "", cmd_text_change (others, cell), NULL);
  if (self->unnamed != 0.0)
    cmd_table_row (table, "features without a name", "", cmd_text_change (self->unnamed, cell),
                   NULL);
  if (self->average_text != 0.0)
    cmd_table_row (table, "average text", "", cmd_text_change (self->average_text, cell), NULL);
  cmd_table_row (table, "intercept", "", cmd_text_change (self->intercept, cell), NULL);
  cmd_table_row (table, "sum", "", cmd_text_change (self->total, cell), NULL);
  cmd_table_print (table, 2);
}

static void
print_text (const AyDataset *data, const AyExplain *what)
{
  const AyWhy *why = what->why;
  g_autoptr (CmdTable) table = cmd_table_new ("rlrrl");
  double shown = 0.0;
  char cell[CMD_TEXT_SIZE];

  printf ("%s row: %s\n", ay_split_name (data->split[what->row]), what->sentence);
  cmd_table_row (table, "id", "label", "share of the margin", "if removed", "", NULL);
  for (gsize k = 0; k < why->n_rows; k++)
    {
      add_line (table, data, what->train_rows[why->rows[k].position], &why->rows[k]);
      shown += why->rows[k].share;
    }
  cmd_table_row (table, "all others", "", cmd_text_change (why->share_sum - shown, cell), "", "",
                 NULL);
  cmd_table_row (table, "intercept", "", cmd_text_change (why->intercept, cell), "", "", NULL);
  cmd_table_row (table, "margin", "", cmd_text_change (why->margin, cell), "", "", NULL);
  cmd_table_print (table, 0);
  printf ("shares add up (%.1g is left); \"if removed\" is the change of the margin by %s\n",
          fabs (why->residual), why->method);
  if (what->no_parts != NULL)
    puts (what->no_parts);
  if (what->margin != NULL)
    print_parts ("margin", what->margin);
  if (what->influence != NULL)
    print_parts ("influence (nats)", what->influence);
  if (what->flip != NULL)
    {
      g_autoptr (CmdTable) rows = cmd_table_new ("rlrrl");

      puts (what->flip_sentence);
      for (gsize k = 0; k < what->flip->n; k++)
        add_line (rows, data, what->train_rows[what->flip->position[k]], NULL);
      cmd_table_print (rows, 2);
    }
  if (what->test_openings > 0)
    printf ("the test part has been opened %u time%s\n", what->test_openings,
            what->test_openings == 1 ? "" : "s");
}

static gboolean
run_explain (CmdRun *run, GError **error)
{
  AyExplainOptions explain = AY_EXPLAIN_OPTIONS_INIT;
  g_autoptr (GHashTable) parameters = NULL;
  g_autoptr (AyWork) work = NULL;
  AyExplain what;
  guint32 row;

  if (given.rows < 1)
    return cmd_usage_error (error, "explain: --rows is at least 1");
  if (given.against != NULL && !cmd_is_utf8 (given.against, "--against", error))
    return FALSE;
  parameters = cmd_parameters (given.parameters, error);
  /* A workspace that can only be read will do: nothing is stored but the count of openings. */
  work = parameters != NULL
             ? ay_work_open (run->args[0], AY_WORKSPACE_WRITE, run->moved, run->job, error)
             : NULL;
  if (work == NULL
      || (g_hash_table_size (parameters) > 0
          && !ay_work_set_parameters (work, parameters, error))
      || !ay_work_find_id (work, run->args[1], &row, error))
    return FALSE;
  explain.against = given.against;
  explain.n_rows = (gsize) given.rows;
  explain.flip = given.flip;
  explain.parts = given.parts;
  if (!ay_work_explain (work, row, &explain, &what, run->job, error))
    return FALSE;
  cmd_begin_output (run);
  if (run->json)
    print_json (ay_work_data (work), &what);
  else
    print_text (ay_work_data (work), &what);
  ay_explain_clear (&what);
  return TRUE;
}

const Cmd cmd_explain = {
  .name = "explain",
  .operands = "WORK ID",
  .summary = "Why the head says what it says of a row: the training rows behind it",
  .description = "Two columns a training row: its share of the margin, which add up, and how the\n"
                 "margin would change if it were removed, by which they are sorted: below 0 the\n"
                 "row supports what the head says. A test row counts as a look at the test part.",
  .min_args = 2,
  .max_args = 2,
  .options = options,
  .run = run_explain,
};
