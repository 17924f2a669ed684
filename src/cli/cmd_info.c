/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_describe.h"
#include "cli/cli_input.h"
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "cli/cli_system.h"
#include "core/base/error.h"
#include "core/work/job_memory.h"

#include <stdio.h>
#include <string.h>

/* assay-cli info: what a workspace, a file or this machine holds. */

static struct
{
  gboolean system;
} given;

static const GOptionEntry options[] = {
  { "system", 0, 0, G_OPTION_ARG_NONE, &given.system,
    "This machine: processor, OpenBLAS kernel, threads, measured speed", NULL },
  { NULL },
};

static void
print_decisions (AyJournal *journal)
{
  g_autoptr (AyBitset) kept = ay_journal_rows_decided (journal, AY_DECIDED_KEEP);
  g_autoptr (AyBitset) dropped = ay_journal_rows_decided (journal, AY_DECIDED_DROP);

  printf ("decisions: %" G_GSIZE_FORMAT " in the log; %" G_GSIZE_FORMAT
          " rows kept, %" G_GSIZE_FORMAT " dropped\n",
          ay_journal_n_entries (journal), ay_bitset_count (kept), ay_bitset_count (dropped));
}

static void
add_decisions (AyJournal *journal, JsonObject *into)
{
  g_autoptr (AyBitset) kept = ay_journal_rows_decided (journal, AY_DECIDED_KEEP);
  g_autoptr (AyBitset) dropped = ay_journal_rows_decided (journal, AY_DECIDED_DROP);
  JsonObject *one = cmd_json_object (into, "decisions");

  cmd_json_count (one, "entries", ay_journal_n_entries (journal));
  cmd_json_count (one, "keep", ay_bitset_count (kept));
  cmd_json_count (one, "drop", ay_bitset_count (dropped));
}

static gboolean
print_columns (AyWork *work, GError **error)
{
  g_autoptr (AyTable) table = ay_work_columns (work, error);

  if (table == NULL)
    return FALSE;
  fputs ("columns:", stdout);
  for (guint i = 0; i < ay_table_n_columns (table); i++)
    printf (" %s", ay_column_name (ay_table_column (table, i)));
  putchar ('\n');
  return TRUE;
}

static gboolean
add_columns (AyWork *work, JsonObject *into, GError **error)
{
  g_autoptr (AyTable) table = ay_work_columns (work, error);
  JsonArray *array = cmd_json_array (into, "columns");

  for (guint i = 0; table != NULL && i < ay_table_n_columns (table); i++)
    json_array_add_string_element (array, ay_column_name (ay_table_column (table, i)));
  return table != NULL;
}

/* A head that cannot be fitted (one class only) is said, and is no failure of info. */
static const AyFitness *
try_fitness (AyWork *work, AyJob *job, char **why_not, GError **error)
{
  g_autoptr (GError) local = NULL;
  const AyFitness *fitness = ay_work_fitness (work, job, &local);

  *why_not = NULL;
  if (fitness == NULL && g_error_matches (local, AY_ERROR, AY_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&local));
  else if (fitness == NULL)
    *why_not = g_strdup (local->message);
  return fitness;
}

/* What a person would compute here, with what maps and simulations have unless told otherwise. */
static guint64
planned_of (const char *kind, AyJobShape shape, const char **way)
{
  shape.approximate_above = ay_map_find (kind) != NULL ? 200000 : 0;
  shape.loops = 40;
  return ay_job_memory (kind, &shape, way);
}

static const char *const jobs[]
    = { "head", "influence", "loo", "knn_shapley", "banzhaf", "dvrl", "uniqueness", "redundancy",
        "pca", "umap", "tsne", "kmeans", "simulate" };

static void
print_planned (AyWork *work)
{
  AyJobShape shape = ay_job_shape (work);

  fputs ("memory: jobs take about, in MB:", stdout);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    printf (" %s %" G_GUINT64_FORMAT "%s", jobs[i],
            MAX (planned_of (jobs[i], shape, NULL) >> 20, 1),
            i + 1 < G_N_ELEMENTS (jobs) ? "," : "\n");
}

static void
add_planned (AyWork *work, JsonObject *into)
{
  AyJobShape shape = ay_job_shape (work);
  JsonObject *planned = cmd_json_object (into, "planned");
  JsonArray *array = cmd_json_array (planned, "jobs");

  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      JsonObject *one = cmd_json_append (array);
      const char *way;

      cmd_json_text (one, "job", jobs[i]);
      cmd_json_count (one, "needed", planned_of (jobs[i], shape, &way));
      cmd_json_text (one, "way", way);
    }
}

static gboolean
print_work_json (CmdRun *run, AyWork *work, const AyFitness *fitness, const char *why_not,
                 GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();

  cmd_json_text (object, "workspace", run->args[0]);
  cmd_json_bool (object, "read_only", ay_workspace_is_read_only (ay_work_store (work)));
  cmd_describe_data_json (work, object);
  if (fitness != NULL)
    cmd_describe_fitness_json (fitness, object);
  else
    json_object_set_null_member (object, "head");
  cmd_json_text (object, "no_head_because", why_not);
  if (!cmd_describe_scores_json (work, NULL, object, error) || !add_columns (work, object, error))
    return FALSE;
  add_decisions (ay_work_journal (work), object);
  add_planned (work, object);
  cmd_describe_diagnostics_json (ay_work_data (work)->diagnostics, object);
  cmd_json_print (object);
  return TRUE;
}

static gboolean
info_work (CmdRun *run, GError **error)
{
  g_autoptr (AyWork) work = cmd_open (run, run->args[0], AY_WORKSPACE_READ, error);
  const AyFitness *fitness;
  g_autofree char *why_not = NULL;

  if (work == NULL)
    return FALSE;
  fitness = try_fitness (work, run->job, &why_not, error);
  if (fitness == NULL && why_not == NULL)
    return FALSE;
  cmd_begin_output (run);
  if (run->json)
    return print_work_json (run, work, fitness, why_not, error);
  printf ("%s: ", run->args[0]);
  cmd_describe_data_text (work, NULL);
  printf ("head: %s\n", fitness != NULL ? fitness->sentence : why_not);
  if (!cmd_describe_scores_text (work, NULL, error) || !print_columns (work, error))
    return FALSE;
  print_decisions (ay_work_journal (work));
  print_planned (work);
  cmd_note_diagnostics (run, ay_work_data (work)->diagnostics, 0);
  return TRUE;
}

/* A workspace is known by its first bytes, whatever its name. */
static gboolean
is_workspace (const char *path)
{
  static const char magic[16] = "SQLite format 3";
  char bytes[sizeof magic] = { 0 };
  FILE *file = fopen (path, "rb");
  gboolean is = file != NULL && fread (bytes, 1, sizeof bytes, file) == sizeof bytes
                && memcmp (bytes, magic, sizeof magic) == 0;

  if (file != NULL)
    fclose (file);
  return is || g_str_has_suffix (path, ".assay");
}

static gboolean
run_info (CmdRun *run, GError **error)
{
  if (given.system != (run->n_args == 0))
    return cmd_usage_error (error, "info: expected one of WORK, INPUT and --system");
  if (given.system)
    return cmd_system_print (run, error);
  return is_workspace (run->args[0]) ? info_work (run, error) : cmd_input_print (run, error);
}

const Cmd cmd_info = {
  .name = "info",
  .operands = "WORK|INPUT|--system",
  .summary = "Show what a workspace, a data file or this machine holds",
  .min_args = 0,
  .max_args = 1,
  .options = options,
  .run = run_info,
};
