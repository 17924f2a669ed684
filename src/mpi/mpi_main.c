/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "assay-config.h"
#include "core/base/error.h"
#include "core/work/work_ranks.h"
#include "mpi/mpi_private.h"
#include "mpi/mpi_ranks.h"
#include "mpi/mpi_run.h"

#include <stdio.h>
#include <string.h>

/* assay-mpi: the same core over the ranks of mpirun. What can go wrong ends all of them at once,
 * with one line that names the rank. */

static struct
{
  char *features, *label, *target, *id, *split, *weight, *group, *time, *class_names;
  char *valid_features, *valid_label, *output, *methods, *log;
  char **parameters, **words;
  gint threads;
  gint64 seed;
  gboolean resume, quiet, version;
} given;

static const GOptionEntry options[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &given.output, "The workspace to make", "WORK.assay" },
  { "methods", 'm', 0, G_OPTION_ARG_STRING, &given.methods,
    "What is made, by commas: scores, pca, kmeans (default: influence,loo)", "ID,..." },
  { "parameter", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &given.parameters,
    "A parameter of a method or of the head, as in assay-cli score; may be repeated", "KEY=VALUE" },
  { "features", 0, 0, G_OPTION_ARG_FILENAME, &given.features,
    "As in assay-cli new, like the others that follow", "SOURCE" },
  { "label", 0, 0, G_OPTION_ARG_FILENAME, &given.label, "Class of each row of all shards",
    "SOURCE" },
  { "target", 0, 0, G_OPTION_ARG_FILENAME, &given.target, "Number to predict, instead", "SOURCE" },
  { "split", 0, 0, G_OPTION_ARG_FILENAME, &given.split, "train, valid, test or pool of each row",
    "SOURCE" },
  { "id", 0, 0, G_OPTION_ARG_FILENAME, &given.id, "Id of each row", "SOURCE" },
  { "weight", 0, 0, G_OPTION_ARG_FILENAME, &given.weight, "Weight of each row", "SOURCE" },
  { "group", 0, 0, G_OPTION_ARG_FILENAME, &given.group, "Rows of one group stay in one part",
    "SOURCE" },
  { "time", 0, 0, G_OPTION_ARG_FILENAME, &given.time, "Time of each row", "SOURCE" },
  { "class-names", 0, 0, G_OPTION_ARG_FILENAME, &given.class_names, "File of class names", "FILE" },
  { "valid-features", 0, 0, G_OPTION_ARG_FILENAME, &given.valid_features,
    "Features of a validation set of its own", "FILE" },
  { "valid-label", 0, 0, G_OPTION_ARG_FILENAME, &given.valid_label, "Its labels", "FILE" },
  { "threads", 0, 0, G_OPTION_ARG_INT, &given.threads,
    "Threads of each rank (default: the cores that it may use)", "N" },
  { "seed", 0, 0, G_OPTION_ARG_INT64, &given.seed, "Seed of everything drawn (default 0)", "N" },
  { "resume", 0, 0, G_OPTION_ARG_NONE, &given.resume,
    "Go on from the last stage that the same run has finished", NULL },
  { "log", 0, 0, G_OPTION_ARG_FILENAME, &given.log,
    "Write what each rank told the others: rank, stage, kind, bytes, rounds", "FILE" },
  { "quiet", 0, 0, G_OPTION_ARG_NONE, &given.quiet, "No notes", NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &given.version, "Print the version", NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &given.words, NULL, NULL },
  { NULL },
};

static gboolean
parse (int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("score SHARD...");

  g_option_context_set_summary (context, "Scores what lies in several files, on several machines, "
                                         "into one workspace.");
  g_option_context_set_description (context, "All ranks must see the same files under the same "
                                             "names. The manual: man assay-mpi.");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (given.version)
    return TRUE;
  if (given.words == NULL || strcmp (given.words[0], "score") != 0 || given.words[1] == NULL)
    return mpi_usage_error (error, "expected: score SHARD...");
  if (given.output == NULL || !g_str_has_suffix (given.output, ".assay"))
    return mpi_usage_error (error, "-o: expected the name of a workspace, ending with .assay");
  if (given.label != NULL && given.target != NULL)
    return mpi_usage_error (error, "--label and --target exclude each other");
  if ((given.valid_features != NULL) != (given.valid_label != NULL))
    return mpi_usage_error (error, "--valid-features and --valid-label go together");
  return TRUE;
}

static AyLoadOptions *
load_options (void)
{
  AyLoadOptions *load = ay_load_options_new ();

  g_clear_pointer (&load->inputs, g_strfreev);
  load->inputs = g_strdupv (given.words + 1);
  load->features = g_strdup (given.features);
  load->label = g_strdup (given.label);
  load->target = g_strdup (given.target);
  load->id = g_strdup (given.id);
  load->split = g_strdup (given.split);
  load->weight = g_strdup (given.weight);
  load->group = g_strdup (given.group);
  load->time = g_strdup (given.time);
  load->class_names = g_strdup (given.class_names);
  load->valid_features = g_strdup (given.valid_features);
  load->valid_label = g_strdup (given.valid_label);
  load->seed = (guint64) given.seed;
  return load;
}

/* Bytes and rounds of a rank's stages, from the lines of its log, which follow each other. */
static void
print_stages (const char *log)
{
  g_auto (GStrv) lines = g_strsplit (log, "\n", -1);
  guint64 bytes = 0, rounds = 0;

  for (char **line = lines; *line != NULL && **line != '\0'; line++)
    {
      g_auto (GStrv) field = g_strsplit (*line, "\t", -1);
      g_autofree char *begin = g_strdup_printf ("%s\t%s\t", field[0], field[1]);
      guint64 times = g_ascii_strtoull (field[4], NULL, 10);

      bytes += times * g_ascii_strtoull (field[3], NULL, 10);
      rounds += times;
      if (line[1] != NULL && g_str_has_prefix (line[1], begin))
        continue;
      fprintf (stderr, "rank %s, %s: sent %" G_GUINT64_FORMAT " bytes in %" G_GUINT64_FORMAT
                       " rounds\n", field[0], field[1], bytes, rounds);
      bytes = rounds = 0;
    }
}

/* What each rank gave to the others: all logs come to the first rank. */
static gboolean
tell_traffic (AyRanks *ranks, GError **error)
{
  g_autofree char *mine = ay_ranks_log (ranks), *lines = NULL, *all = NULL;
  AyRankList list = { mine, strlen (mine), 1 };
  gsize total;

  lines = ay_ranks_gather_lists (ranks, "log", &list, &total, error);
  if (lines == NULL)
    return FALSE;
  if (ranks->rank > 0)
    return TRUE;
  all = g_strndup (lines, total);
  if (!given.quiet)
    print_stages (all);
  return given.log == NULL || g_file_set_contents (given.log, all, -1, error);
}

static gboolean
score (AyRanks *ranks, GError **error)
{
  g_autoptr (GHashTable) table = mpi_parameters (given.parameters, error);
  g_auto (GStrv) ids = g_strsplit (given.methods != NULL ? given.methods : "influence,loo", ",",
                                   -1);
  g_autoptr (AyLoadOptions) load = load_options ();
  AyRanksScore run = { .ranks = ranks, .path = given.output, .load = load,
                       .ids = (const char *const *) ids, .parameters = table,
                       .seed = (guint64) given.seed, .resume = given.resume };

  return table != NULL && ay_work_score_by_ranks (&run, NULL, error)
         && tell_traffic (ranks, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  AyRanks ranks;

  mpi_ranks_begin (&argc, &argv, &ranks);
  if (mpi_private_is_asked (argc, argv))
    return mpi_private_main (argc, argv, &ranks);
  if (parse (&argc, &argv, &error) && given.version)
    {
      if (ranks.rank == 0)
        puts ("assay-mpi " AY_VERSION);
      mpi_ranks_end ();
      return 0;
    }
  return mpi_run (&ranks, error, given.threads, score);
}
