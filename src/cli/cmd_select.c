/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_columns.h"
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/base/column_order.h"
#include "core/score/noise.h"

#include <math.h>
#include <stdio.h>

/* assay-cli select: ids of the rows that meet a condition. */

static struct
{
  char *where, *columns, *sort;
  gboolean count, descending;
  gint limit;
} given = { .limit = -1 };

static const GOptionEntry options[] = {
  { "where", 0, 0, G_OPTION_ARG_FILENAME, &given.where,
    "The rows, as an SQL condition over the columns (default: all)", "SQL" },
  { "count", 0, 0, G_OPTION_ARG_NONE, &given.count, "Print only how many there are", NULL },
  { "sort", 0, 0, G_OPTION_ARG_FILENAME, &given.sort,
    "Order by this column, smallest first, missing last", "COLUMN" },
  { "descending", 0, 0, G_OPTION_ARG_NONE, &given.descending, "Largest first", NULL },
  { "limit", 0, 0, G_OPTION_ARG_INT, &given.limit, "At most so many rows", "N" },
  { "columns", 0, 0, G_OPTION_ARG_FILENAME, &given.columns,
    "Print these columns instead of the id", "A,B,..." },
  { NULL },
};

/* The selected rows in the order asked for, at most limit. (transfer full) */
static guint32 *
order_rows (AyWork *work, const AyBitset *rows, gsize *count, GError **error)
{
  g_autofree guint32 *selected = ay_bitset_rows (rows, count);

  if (given.sort != NULL)
    {
      g_autoptr (AyColumn) column = cmd_find_column (work, given.sort, error);
      g_autofree guint32 *order = NULL;
      gsize at = 0;

      if (column == NULL)
        return NULL;
      order = ay_column_order (column, given.descending);
      for (gsize i = 0; i < rows->n; i++)
        if (ay_bitset_get (rows, order[i]))
          selected[at++] = order[i];
    }
  if (given.limit >= 0)
    *count = MIN (*count, (gsize) given.limit);
  return g_steal_pointer (&selected);
}

/* How far the order by a score can be trusted, where validation rows judge it; else NaN. */
static gboolean
find_halves (AyWork *work, double *halves, GError **error)
{
  g_autoptr (GPtrArray) scores = given.sort != NULL ? ay_work_scores (work, error) : NULL;
  const AyScoreInfo *info = scores != NULL ? ay_score_info_find (scores, given.sort) : NULL;

  *halves = info != NULL ? ay_score_info_number (info, "split_half_rank_correlation") : NAN;
  return given.sort == NULL || scores != NULL;
}

static void
print_json (AyColumn *id, GPtrArray *columns, const guint32 *rows, gsize count, double halves)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array;

  cmd_json_count (object, "n", count);
  if (!isnan (halves))
    {
      ay_json_put_number (object, "split_half_rank_correlation", halves);
      cmd_json_bool (object, "unstable", halves < AY_NOISE_STABLE);
    }
  if (!given.count)
    {
      array = cmd_json_array (object, "ids");
      for (gsize i = 0; i < count; i++)
        json_array_add_element (array, cmd_cell_json (id, rows[i]));
    }
  if (!given.count && columns != NULL)
    {
      array = cmd_json_array (object, "rows");
      for (gsize i = 0; i < count; i++)
        {
          JsonObject *one = cmd_json_append (array);

          for (guint c = 0; c < columns->len; c++)
            json_object_set_member (one, ay_column_name (columns->pdata[c]),
                                    cmd_cell_json (columns->pdata[c], rows[i]));
        }
    }
  cmd_json_print (object);
}

static void
print_table (GPtrArray *columns, const guint32 *rows, gsize count)
{
  g_autofree char *align = g_strnfill (columns->len, 'l');
  g_autoptr (CmdTable) table = NULL;

  for (guint c = 0; c < columns->len; c++)
    if (ay_column_type (columns->pdata[c]) == AY_COLUMN_NUMBER)
      align[c] = 'r';
  table = cmd_table_new (align);
  for (gsize i = 0; i <= count; i++) /* row 0: the names */
    {
      char **cells = g_new0 (char *, columns->len + 1);

      for (guint c = 0; c < columns->len; c++)
        cells[c] = i == 0 ? g_strdup (ay_column_name (columns->pdata[c]))
                          : ay_column_dup_text (columns->pdata[c], rows[i - 1]);
      cmd_table_take_row (table, cells);
    }
  cmd_table_print (table, 0);
}

static gboolean
print_rows (CmdRun *run, AyWork *work, const AyBitset *selected, GError **error)
{
  AyColumn *id = ay_work_data (work)->id;
  g_autoptr (GPtrArray) columns = NULL;
  double halves;
  gsize count;
  g_autofree guint32 *rows = order_rows (work, selected, &count, error);

  if (rows == NULL || !find_halves (work, &halves, error))
    return FALSE;
  if (given.columns != NULL)
    {
      columns = cmd_find_columns (work, given.columns, error);
      if (columns == NULL)
        return FALSE;
    }
  cmd_begin_output (run);
  if (run->json)
    print_json (id, columns, rows, count, halves);
  else if (given.count)
    printf ("%" G_GSIZE_FORMAT "\n", count);
  else if (columns != NULL)
    print_table (columns, rows, count);
  else
    for (gsize i = 0; i < count; i++)
      {
        g_autofree char *text = ay_column_dup_text (id, rows[i]);

        puts (text);
      }
  if (!isnan (halves) && !given.count)
    cmd_note (run, "%s: %sthe orders by two halves of the validation rows agree with a rank "
              "correlation of %.2f", given.sort, halves < AY_NOISE_STABLE ? "unstable: " : "",
              halves);
  return TRUE;
}

static gboolean
run_select (CmdRun *run, GError **error)
{
  g_autoptr (AyWork) work = NULL;
  g_autoptr (AyBitset) rows = NULL;

  if (given.where != NULL && !cmd_is_utf8 (given.where, "--where", error))
    return FALSE;
  work = cmd_open (run, run->args[0], AY_WORKSPACE_READ, error);
  rows = work != NULL ? ay_work_select (work, given.where, run->job, error) : NULL;
  return rows != NULL && print_rows (run, work, rows, error);
}

const Cmd cmd_select = {
  .name = "select",
  .operands = "WORK",
  .summary = "Print the ids of rows that meet a condition",
  .description = "A condition is what may stand after WHERE in SQLite: influence < 0 AND label = "
                 "'7'.\nA missing value meets no comparison; ask for it by IS NULL. assay-cli info "
                 "names the columns.",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run_select,
};
