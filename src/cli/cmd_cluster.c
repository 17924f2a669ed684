/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/work/clusters.h"

#include <stdio.h>
#include <string.h>

/* assay-cli cluster: finds clusters of rows, says what sets each apart, and lets them be named. */

#define WORDS_SHOWN 6
#define COLUMNS_SHOWN 3
#define CLASSES_SHOWN 2

static struct
{
  gint k, starts, min_size, min_samples, number;
  char *metric, *standardise, *name;
  gboolean approximate;
} given = { .starts = 8, .number = -1 };

static const GOptionEntry options[] = {
  { "k", 0, 0, G_OPTION_ARG_INT, &given.k,
    "kmeans: number of clusters (default: that of the classes, else 10)", "N" },
  { "starts", 0, 0, G_OPTION_ARG_INT, &given.starts,
    "kmeans: the best of so many starts (default 8)", "N" },
  { "min-size", 0, 0, G_OPTION_ARG_INT, &given.min_size,
    "density: rows of the smallest cluster (default: half the root of the rows, at least 5)", "N" },
  { "min-samples", 0, 0, G_OPTION_ARG_INT, &given.min_samples,
    "density: rows, the row itself included, that make a place dense (default 10 or min-size)",
    "N" },
  { "metric", 0, 0, G_OPTION_ARG_FILENAME, &given.metric, "euclidean (default) or cosine",
    "NAME" },
  { "standardise", 0, 0, G_OPTION_ARG_FILENAME, &given.standardise,
    "Features to deviation 1 first: yes, no or auto (default: columns of a table, not vectors)",
    "WHEN" },
  { "approximate", 0, 0, G_OPTION_ARG_NONE, &given.approximate,
    "density: above 20000 rows find neighbours approximately", NULL },
  { "number", 0, 0, G_OPTION_ARG_INT, &given.number, "name: the cluster", "N" },
  { "name", 0, 0, G_OPTION_ARG_FILENAME, &given.name,
    "name: what to call it; \"\" takes the name away", "TEXT" },
  { NULL },
};

static gboolean
check_given (const char *word, GError **error)
{
  gboolean naming = strcmp (word, "name") == 0, listing = strcmp (word, "list") == 0;

  if (!naming && !listing && strcmp (word, "kmeans") != 0 && strcmp (word, "density") != 0)
    return cmd_usage_error (error, "cluster %s: expected kmeans, density, list or name", word);
  if (naming != (given.number >= 0 && given.name != NULL))
    return cmd_usage_error (error, naming ? "cluster name: expected --number N and --name TEXT"
                                          : "--number and --name go with \"cluster WORK name\"");
  if (given.k < 0 || given.starts < 1 || given.min_size < 0 || given.min_size == 1
      || given.min_samples < 0)
    return cmd_usage_error (error, "cluster: --k, --starts from 1, --min-size from 2, "
                                   "--min-samples from 1");
  return given.name == NULL || cmd_is_utf8 (given.name, "--name", error);
}

static gboolean
read_options (const CmdRun *run, AyClusterOptions *into, GError **error)
{
  into->k = (guint) given.k;
  into->starts = (guint) given.starts;
  into->min_size = (guint) given.min_size;
  into->min_samples = (guint) given.min_samples;
  into->approximate_above = given.approximate ? CMD_APPROXIMATE_ABOVE : 0;
  into->seed = run->seed;
  if (given.metric != NULL && !ay_distance_parse (given.metric, &into->distance))
    return cmd_usage_error (error, "--metric %s: expected euclidean or cosine", given.metric);
  return cmd_read_standardise (given.standardise, &into->standardise, error);
}

/* The first of an array of objects by one of their members: "a, b, c". */
static void
append_list (GString *text, JsonObject *cluster, const char *array_name, const char *member,
             guint most)
{
  JsonArray *array = json_object_get_array_member (cluster, array_name);

  for (guint i = 0; i < MIN (json_array_get_length (array), most); i++)
    {
      JsonObject *one = json_array_get_object_element (array, i);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                              json_object_get_string_member (one, member));
      if (strcmp (array_name, "columns") == 0)
        g_string_append (text, json_object_get_double_member (one, "difference") > 0.0 ? " high"
                                                                                        : " low");
      if (strcmp (array_name, "classes") == 0)
        g_string_append_printf (text, " (%" G_GINT64_FORMAT ")",
                                json_object_get_int_member (one, "n"));
    }
}

static void
print_text (JsonObject *object)
{
  JsonArray *clusters = json_object_get_array_member (object, "clusters");
  g_autoptr (CmdTable) table = cmd_table_new ("rrlll");

  printf ("%u clusters by %s; %" G_GINT64_FORMAT " rows in none\n",
          json_array_get_length (clusters), json_object_get_string_member (object, "method"),
          json_object_get_int_member (object, "noise"));
  cmd_table_row (table, "cluster", "rows", "name", "classes", "set apart by", NULL);
  for (guint c = 0; c < json_array_get_length (clusters); c++)
    {
      JsonObject *one = json_array_get_object_element (clusters, c);
      g_autoptr (GString) apart = g_string_new (NULL), classes = g_string_new (NULL);
      char number[CMD_TEXT_SIZE], size[CMD_TEXT_SIZE];

      g_snprintf (number, sizeof number, "%u", c);
      g_snprintf (size, sizeof size, "%" G_GINT64_FORMAT, json_object_get_int_member (one, "size"));
      append_list (classes, one, "classes", "name", CLASSES_SHOWN);
      append_list (apart, one, "words", "word", WORDS_SHOWN);
      if (apart->len == 0)
        append_list (apart, one, "columns", "name", COLUMNS_SHOWN);
      cmd_table_row (table, number, size,
                     json_object_get_null_member (one, "name")
                         ? "" : json_object_get_string_member (one, "name"),
                     classes->str, apart->str, NULL);
    }
  cmd_table_print (table, 0);
}

static gboolean
run_cluster (CmdRun *run, GError **error)
{
  const char *word = run->args[1];
  gboolean listing = strcmp (word, "list") == 0;
  AyClusterOptions into = AY_CLUSTER_OPTIONS_INIT;
  g_autoptr (AyWork) work = NULL;
  g_autoptr (JsonObject) object = NULL;

  if (!check_given (word, error) || !read_options (run, &into, error))
    return FALSE;
  work = cmd_open (run, run->args[0], listing ? AY_WORKSPACE_READ : AY_WORKSPACE_WRITE, error);
  if (work == NULL)
    return FALSE;
  if (strcmp (word, "name") == 0)
    {
      if (!ay_work_name_cluster (work, (guint) given.number, given.name, error))
        return FALSE;
    }
  else if (!listing && !ay_work_cluster (work, word, &into, run->job, error))
    return FALSE;
  object = ay_work_clusters (work, error);
  if (object == NULL)
    return FALSE;
  cmd_print_answer (run, object, print_text);
  return TRUE;
}

const Cmd cmd_cluster = {
  .name = "cluster",
  .operands = "WORK kmeans|density|list|name",
  .summary = "Find clusters of rows, what sets each apart, and name them (column cluster)",
  .description = "kmeans puts every row into one of k clusters; density finds where rows lie\n"
                 "densely, any number of clusters and of any shape, and rows in none (-1).\n"
                 "list shows what was found, name gives a cluster a name.",
  .min_args = 2,
  .max_args = 2,
  .options = options,
  .run = run_cluster,
};
