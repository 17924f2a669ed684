/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/base/error.h"
#include "core/work/own_influence.h"

#include <stdio.h>
#include <string.h>

/* assay-cli influence: which training rows speak for and against the answer on single rows. */

static struct
{
  char *where, *own;
  gint top;
  gboolean prediction;
} given = { .top = 5 };

static const GOptionEntry options[] = {
  { "where", 0, 0, G_OPTION_ARG_FILENAME, &given.where, "The rows, as an SQL condition", "SQL" },
  { "top", 0, 0, G_OPTION_ARG_INT, &given.top,
    "So many training rows for and against each (default 5)", "N" },
  { "prediction", 0, 0, G_OPTION_ARG_NONE, &given.prediction,
    "Of the class that the head predicts, instead of the label", NULL },
  { "own", 0, 0, G_OPTION_ARG_FILENAME, &given.own,
    "By influence of your own tool (import --influence) instead of the head's", "NAME" },
  { NULL },
};

/* Adds the rows with these ids. */
static gboolean
add_ids (AyWork *work, char **ids, AyBitset *rows, GError **error)
{
  AyColumn *column = ay_work_data (work)->id;
  g_autoptr (GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer left;

  for (char **id = ids; *id != NULL; id++)
    g_hash_table_add (wanted, *id);
  for (gsize i = 0; i < rows->n && g_hash_table_size (wanted) > 0; i++)
    {
      g_autofree char *text = ay_column_dup_text (column, i);

      if (g_hash_table_remove (wanted, text))
        ay_bitset_add (rows, i);
    }
  g_hash_table_iter_init (&iter, wanted);
  if (!g_hash_table_iter_next (&iter, &left, NULL))
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "no row has the id \"%s\"", (char *) left);
  return FALSE;
}

/* (transfer full) */
static char *
dup_class (AyWork *work, const gint32 *label)
{
  return label == NULL || *label < 0 ? NULL : g_strdup (ay_work_data (work)->class_names[*label]);
}

static char *
dup_label (AyWork *work, gsize row)
{
  const AyDataset *data = ay_work_data (work);

  return data->label != NULL ? dup_class (work, data->label + row)
                             : g_strdup_printf ("%.6g", data->target[row]);
}

static void
add_list (AyWork *work, JsonObject *into, const char *key, const guint32 *rows,
          const float *influence, guint k)
{
  JsonArray *array = cmd_json_array (into, key);

  for (guint i = 0; i < k && rows[i] != G_MAXUINT32; i++)
    {
      JsonObject *one = cmd_json_append (array);
      g_autofree char *id = ay_column_dup_text (ay_work_data (work)->id, rows[i]);
      g_autofree char *label = dup_label (work, rows[i]);

      cmd_json_text (one, "id", id);
      cmd_json_text (one, "label", label);
      ay_json_put_number (one, "influence", influence[i]);
    }
}

static void
print_json (AyWork *work, const AyRowInfluence *found)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *rows;

  cmd_json_text (object, "of", given.prediction ? "prediction" : "label");
  cmd_json_text (object, "own", given.own);
  rows = cmd_json_array (object, "rows");
  for (gsize t = 0; t < found->m; t++)
    {
      JsonObject *one = cmd_json_append (rows);
      g_autofree char *id = ay_column_dup_text (ay_work_data (work)->id, found->rows[t]);
      g_autofree char *class = dup_class (work, found->label != NULL ? found->label + t : NULL);

      cmd_json_text (one, "id", id);
      cmd_json_text (one, "class", class);
      add_list (work, one, "helping", found->helping + t * found->k, found->help + t * found->k,
                found->k);
      add_list (work, one, "hurting", found->hurting + t * found->k, found->hurt + t * found->k,
                found->k);
    }
  cmd_json_print (object);
}

static void
add_lines (AyWork *work, CmdTable *table, const char *what, const guint32 *rows,
           const float *influence, guint k)
{
  for (guint i = 0; i < k && rows[i] != G_MAXUINT32; i++)
    {
      g_autofree char *id = ay_column_dup_text (ay_work_data (work)->id, rows[i]);
      g_autofree char *label = dup_label (work, rows[i]);
      char number[CMD_TEXT_SIZE];

      cmd_table_row (table, what, id, label, cmd_text_number (influence[i], number), NULL);
    }
}

static void
print_text (AyWork *work, const AyRowInfluence *found)
{
  for (gsize t = 0; t < found->m; t++)
    {
      g_autoptr (CmdTable) table = cmd_table_new ("lllr");
      g_autofree char *id = ay_column_dup_text (ay_work_data (work)->id, found->rows[t]);
      g_autofree char *class = dup_class (work, found->label != NULL ? found->label + t : NULL);

      printf ("%s%s%s%s\n", id, class != NULL ? ", " : "",
              class == NULL ? "" : given.prediction ? "predicted " : "label ",
              class != NULL ? class : "");
      cmd_table_row (table, "", "row", "label", "influence", NULL);
      add_lines (work, table, "for", found->helping + t * found->k, found->help + t * found->k,
                 found->k);
      add_lines (work, table, "against", found->hurting + t * found->k,
                 found->hurt + t * found->k, found->k);
      cmd_table_print (table, 2);
    }
}

/* NULL with an error that names what there is. */
static AyRowInfluence *
ask_own (AyWork *work, const AyBitset *rows, GError **error)
{
  g_autoptr (GPtrArray) names = ay_work_own_influences (work, error);
  g_autofree char *list = NULL;

  if (names == NULL)
    return NULL;
  for (guint i = 0; i < names->len; i++)
    if (strcmp (names->pdata[i], given.own) == 0)
      return ay_work_own_influence (work, given.own, rows, (guint) given.top, error);
  g_ptr_array_add (names, NULL);
  list = g_strjoinv (", ", (char **) names->pdata);
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "no influence called \"%s\" was imported%s%s",
               given.own, *list != '\0' ? "; there are: " : "", list);
  return NULL;
}

static gboolean
run_influence (CmdRun *run, GError **error)
{
  AyInfluenceQuestion question = { 0, given.prediction };
  g_autoptr (AyWork) work = NULL;
  g_autoptr (AyBitset) rows = NULL;
  g_autoptr (AyRowInfluence) found = NULL;

  if (given.top < 1)
    return cmd_usage_error (error, "--top %d: expected 1 or more", given.top);
  if ((run->n_args < 2) == (given.where == NULL))
    return cmd_usage_error (error, "influence: expected IDs or --where SQL");
  if (given.own != NULL && given.prediction)
    return cmd_usage_error (error, "--own and --prediction exclude each other");
  if ((given.where != NULL && !cmd_is_utf8 (given.where, "--where", error))
      || (given.own != NULL && !cmd_is_utf8 (given.own, "--own", error)))
    return FALSE;
  question.k = (guint) given.top;
  work = cmd_open (run, run->args[0], AY_WORKSPACE_READ, error);
  if (work == NULL)
    return FALSE;
  rows = given.where != NULL ? ay_work_select (work, given.where, run->job, error)
                             : ay_bitset_new (ay_work_data (work)->n);
  if (rows == NULL || (given.where == NULL && !add_ids (work, run->args + 1, rows, error)))
    return FALSE;
  found = given.own != NULL ? ask_own (work, rows, error)
                            : ay_work_row_influence (work, rows, &question, run->job, error);
  if (found == NULL)
    return FALSE;
  cmd_begin_output (run);
  if (run->json)
    print_json (work, found);
  else
    print_text (work, found);
  return TRUE;
}

const Cmd cmd_influence = {
  .name = "influence",
  .operands = "WORK [ID...]",
  .summary = "Training rows that speak for and against the answer on single rows",
  .description = "An influence is the first-order change of the row's loss if that training row "
                 "were removed;\nabove 0 the training row helps. For a slice of the validation "
                 "rows as a whole see score influence\n-p slice=SQL, for all training rows on one "
                 "row -p of=ID.",
  .min_args = 1,
  .max_args = -1,
  .options = options,
  .run = run_influence,
};
