/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mpi/mpi_private.h"

#include "core/base/file.h"
#include "core/base/json_text.h"
#include "core/shim/number.h"
#include "core/work/work_owners_pick.h"
#include "mpi/mpi_run.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct
{
  char *features, *label, *target, *id, *split, *group, *time, *class_names;
  char *valid_features, *valid_label, *output, *methods, *log, *record, *head;
  char *strategy;
  char **parameters, **words;
  gint threads, rounds, count;
  gint64 seed;
  gdouble noise, delta, clip, clip_target;
  gboolean private, sites, resume, quiet;
} given = { .delta = 1e-6, .count = 10 };

#define LIKE_NEW "As in assay-cli new: a column of each shard, or a file an owner, by commas"

static const GOptionEntry options[] = {
  { "private", 0, 0, G_OPTION_ARG_NONE, &given.private, "Each rank is an owner who keeps its rows",
    NULL },
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &given.output,
    "Each owner's workspace: WORK.0.assay of the first; suggest: its picks, a CSV", "FILE" },
  { "methods", 'm', 0, G_OPTION_ARG_STRING, &given.methods,
    "Scores, by commas (default: influence,loo)", "ID,..." },
  { "parameter", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &given.parameters,
    "A parameter of a method or of the head, as in assay-cli score; may be repeated", "KEY=VALUE" },
  { "features", 0, 0, G_OPTION_ARG_FILENAME, &given.features, LIKE_NEW, "SOURCE" },
  { "label", 0, 0, G_OPTION_ARG_FILENAME, &given.label, LIKE_NEW, "SOURCE" },
  { "target", 0, 0, G_OPTION_ARG_FILENAME, &given.target, "Number to predict, instead", "SOURCE" },
  { "split", 0, 0, G_OPTION_ARG_FILENAME, &given.split, LIKE_NEW, "SOURCE" },
  { "id", 0, 0, G_OPTION_ARG_FILENAME, &given.id, LIKE_NEW, "SOURCE" },
  { "group", 0, 0, G_OPTION_ARG_FILENAME, &given.group, LIKE_NEW, "SOURCE" },
  { "time", 0, 0, G_OPTION_ARG_FILENAME, &given.time, LIKE_NEW, "SOURCE" },
  { "class-names", 0, 0, G_OPTION_ARG_FILENAME, &given.class_names,
    "File of class names, the same at all owners", "FILE" },
  { "valid-features", 0, 0, G_OPTION_ARG_FILENAME, &given.valid_features,
    "Features of the validation set, which all owners hold", "FILE" },
  { "valid-label", 0, 0, G_OPTION_ARG_FILENAME, &given.valid_label, "Its labels", "SOURCE" },
  { "strategy", 0, 0, G_OPTION_ARG_STRING, &given.strategy,
    "suggest: margin or cluster_margin (default)", "NAME" },
  { "count", 0, 0, G_OPTION_ARG_INT, &given.count,
    "suggest: rows to label, over all owners (default 10)", "N" },
  { "sites", 0, 0, G_OPTION_ARG_NONE, &given.sites, "Also the value of each owner", NULL },
  { "noise", 0, 0, G_OPTION_ARG_DOUBLE, &given.noise,
    "Gaussian noise of so many sensitivities on every sum", "X" },
  { "delta", 0, 0, G_OPTION_ARG_DOUBLE, &given.delta, "At which the privacy loss is said (1e-6)",
    "X" },
  { "clip", 0, 0, G_OPTION_ARG_DOUBLE, &given.clip,
    "Rows longer than this are shortened to it, and all divided by it", "X" },
  { "clip-target", 0, 0, G_OPTION_ARG_DOUBLE, &given.clip_target, "The same for the target", "X" },
  { "rounds", 0, 0, G_OPTION_ARG_INT, &given.rounds,
    "Of sums, at most (50); with noise, for classes, exactly (8)", "N" },
  { "record", 0, 0, G_OPTION_ARG_FILENAME, &given.record,
    "Where each owner keeps what it has released (default: beside its shard)", "FILE,..." },
  { "head", 0, 0, G_OPTION_ARG_FILENAME, &given.head, "Write the head as JSON", "FILE" },
  { "log", 0, 0, G_OPTION_ARG_FILENAME, &given.log,
    "Each owner writes what it sent: number, kind, bytes, rows, meaning; FILE.0 of the first",
    "FILE" },
  { "threads", 0, 0, G_OPTION_ARG_INT, &given.threads,
    "Threads of each rank (default: the cores that it may use)", "N" },
  { "seed", 0, 0, G_OPTION_ARG_INT64, &given.seed, "Seed of everything drawn (default 0)", "N" },
  { "resume", 0, 0, G_OPTION_ARG_NONE, &given.resume,
    "Go on from the last finished stage of the same run, which ended before it was done", NULL },
  { "quiet", 0, 0, G_OPTION_ARG_NONE, &given.quiet, "No notes", NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &given.words, NULL, NULL },
  { NULL },
};

static gboolean
is_verb (const char *verb)
{
  return given.words != NULL && given.words[0] != NULL && strcmp (given.words[0], verb) == 0;
}

static gboolean
parse (int *argc, char ***argv, guint size, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("fit|score|suggest SHARD...");
  guint n_shards;

  g_option_context_set_summary (context, "Owners who do not share their rows fit one head by sums, "
                                         "and score their own rows.");
  g_option_context_set_description (context, "One shard an owner, in the order of ranks; or one "
                                             "name, under which each finds its own. The manual: "
                                             "man assay-mpi.");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (!is_verb ("fit") && !is_verb ("score") && !is_verb ("suggest"))
    return mpi_usage_error (error, "expected: --private fit, score or suggest, then SHARD...");
  n_shards = g_strv_length (given.words + 1);
  if (n_shards != 1 && n_shards != size)
    return mpi_usage_error (error, "expected one shard for each rank, or one name for all");
  if (is_verb ("score")
      && (given.output == NULL || !g_str_has_suffix (given.output, ".assay")))
    return mpi_usage_error (error, "-o: expected the name of workspaces, ending with .assay");
  if (!is_verb ("score") && given.methods != NULL)
    return mpi_usage_error (error, "--methods: of score");
  if (is_verb ("suggest") && given.sites)
    return mpi_usage_error (error, "--sites: of fit and score");
  if (is_verb ("suggest") && (given.output == NULL || !g_str_has_suffix (given.output, ".csv")))
    return mpi_usage_error (error, "-o: expected the name of tables of picks, ending with .csv");
  if (is_verb ("suggest") && given.count < 1)
    return mpi_usage_error (error, "--count: expected 1 or more");
  if (given.strategy != NULL && strcmp (given.strategy, "margin") != 0
      && strcmp (given.strategy, "cluster_margin") != 0)
    return mpi_usage_error (error, "--strategy: among owners, margin or cluster_margin");
  if (given.label != NULL && given.target != NULL)
    return mpi_usage_error (error, "--label and --target exclude each other");
  if (given.noise < 0.0 || !(given.delta > 0.0) || !(given.delta < 1.0) || given.rounds < 0)
    return mpi_usage_error (error,
                            "--noise, --rounds: expected 0 or more; --delta: between 0 and 1");
  return TRUE;
}

/* This owner's of as many pieces as there are owners; else the whole. (transfer full) (nullable) */
static char *
own_piece (const char *value, const AyRanks *ranks)
{
  g_auto (GStrv) pieces = value != NULL ? g_strsplit (value, ",", -1) : NULL;

  return g_strdup (pieces != NULL && ranks->size > 1 && g_strv_length (pieces) == ranks->size
                       ? pieces[ranks->rank]
                       : value);
}

static const char *
own_shard (const AyRanks *ranks)
{
  return given.words[2] != NULL ? given.words[1 + ranks->rank] : given.words[1];
}

static AyLoadOptions *
load_options (const AyRanks *ranks)
{
  AyLoadOptions *load = ay_load_options_new ();
  const char *inputs[] = { own_shard (ranks), NULL };

  g_clear_pointer (&load->inputs, g_strfreev);
  load->inputs = g_strdupv ((char **) inputs);
  load->features = own_piece (given.features, ranks);
  load->label = own_piece (given.label, ranks);
  load->target = own_piece (given.target, ranks);
  load->id = own_piece (given.id, ranks);
  load->split = own_piece (given.split, ranks);
  load->group = own_piece (given.group, ranks);
  load->time = own_piece (given.time, ranks);
  load->class_names = g_strdup (given.class_names);
  load->valid_features = g_strdup (given.valid_features);
  load->valid_label = g_strdup (given.valid_label);
  load->seed = (guint64) given.seed;
  load->one_owner = TRUE;
  return load;
}

/* --- what is said --- */

static void
add_numbers (JsonBuilder *builder, const char *name, const double *x, gsize n)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (gsize j = 0; j < n; j++)
    json_builder_add_double_value (builder, x[j]);
  json_builder_end_array (builder);
}

static void
add_floats (JsonBuilder *builder, const char *name, const float *x, gsize n)
{
  g_autofree double *wide = g_new (double, n + 1);

  for (gsize j = 0; j < n; j++)
    wide[j] = x[j];
  add_numbers (builder, name, wide, n);
}

static gboolean
write_head (const AyHead *head, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  const double numbers[] = { head->lambda, head->sum_weight, head->loss };
  static const char *const names[] = { "lambda", "rows", "training_loss" };

  json_builder_begin_object (builder);
  add_numbers (builder, "weights", head->weights, head->n_outputs * head->d);
  add_numbers (builder, "intercept", head->intercept, head->n_outputs);
  add_floats (builder, "centre", head->centre, head->d);
  add_floats (builder, "inv_scale", head->inv_scale, head->d);
  for (gsize k = 0; k < G_N_ELEMENTS (names); k++)
    {
      json_builder_set_member_name (builder, names[k]);
      json_builder_add_double_value (builder, numbers[k]);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = ay_json_to_text (root, FALSE);
  return g_file_set_contents (given.head, text, -1, error);
}

static void
say_sites (const AySiteValues *sites)
{
  for (guint k = 0; k < sites->n; k++)
    if (!isnan (sites->value[k]))
      printf ("owner %u: site value %.6g\n", k, sites->value[k]);
  printf ("site values: Shapley, exact over %u groups of owners; validation loss %.6g with none, "
          "%.6g with all\n", sites->n_heads, sites->none, sites->all);
}

/* By the first owner: what all know. */
static void
say_all (const AyOwnersResult *result)
{
  const AyRelease *gate = result->gate;

  for (guint k = 0; k < gate->size; k++)
    printf ("owner %u: %s\n", k, ay_verdict_text (gate->verdict[k]));
  printf ("head of %.0f rows: %u rounds of sums, ", result->head->sum_weight, result->rounds);
  if (result->products > 0)
    printf ("%u products of the Hessian, ", result->products);
  if (!isnan (result->head->loss)) /* with noise it is not known */
    printf ("training loss %.9g, ", result->head->loss);
  printf ("validation loss %.9g\n", result->valid.loss);
  if (result->sites != NULL)
    say_sites (result->sites);
}

/* By each owner: what is its own. */
static gboolean
say_own (const AyRanks *ranks, const AyOwnersResult *result, GError **error)
{
  const AyRelease *gate = result->gate;
  g_autofree char *log = ay_release_log (gate), *path = NULL;
  guint64 bytes = 0;

  for (guint k = 0; k < gate->messages->len; k++)
    bytes += g_array_index (gate->messages, AyMessage, k).bytes;
  if (gate->why != NULL)
    fprintf (stderr, "owner %u: does not take part: %s\n", ranks->rank, gate->why);
  if (gate->rho > 0.0)
    printf ("owner %u: privacy loss epsilon %.4g at delta %g by this run, %.4g with those before\n",
            ranks->rank, ay_release_epsilon (gate->rho, gate->rules.delta), gate->rules.delta,
            ay_release_epsilon (gate->rho + gate->rho_before, gate->rules.delta));
  if (!given.quiet)
    fprintf (stderr, "owner %u: sent %" G_GUINT64_FORMAT " bytes in %u messages\n", ranks->rank,
             bytes, gate->messages->len);
  if (given.log == NULL)
    return TRUE;
  path = g_strdup_printf ("%s.%u", given.log, ranks->rank);
  return g_file_set_contents (path, log, -1, error);
}

/* --- the whole --- */

/* "WORK.assay" to "WORK.0.assay". (transfer full) */
static char *
own_output (const AyRanks *ranks)
{
  const char *ending = strrchr (given.output, '.');
  g_autofree char *stem = g_strndup (given.output, ending - given.output);

  return g_strdup_printf ("%s.%u%s", stem, ranks->rank, ending);
}

/* This owner's picks, in the order of all. */
static gboolean
write_picks (const AyRanks *ranks, const AyOwnersPick *pick, const AyDataset *data, GError **error)
{
  g_autofree char *path = own_output (ranks);
  g_autoptr (AyOutput) output = ay_output_new (path, error);
  char number[AY_NUMBER_SIZE];

  if (output == NULL)
    return FALSE;
  fputs ("id,order,score,cluster\n", ay_output_stream (output));
  for (guint k = 0; k < pick->picks->len; k++)
    {
      const AyOwnPick *one = &g_array_index (pick->picks, AyOwnPick, k);
      g_autofree char *id = ay_column_dup_text (data->id, one->row);

      ay_number_format (one->score, number);
      fprintf (ay_output_stream (output), "%s,%u,%s,%" G_GUINT64_FORMAT "\n", id, one->order,
               number, one->cluster);
    }
  return ay_output_commit (output, error);
}

static gboolean
suggest (const AyOwnersRun *what, AyOwnersResult *result, GError **error)
{
  AyOwnersPick pick = { .by_cluster = g_strcmp0 (given.strategy, "margin") != 0,
                        .count = (gsize) given.count };
  gboolean ok = ay_work_pick_owners (what, &pick, result, NULL, error)
                && write_picks (what->ranks, &pick, ay_work_data (result->work), error);

  if (ok)
    printf ("owner %u: %u of %zu picks, out of %zu rows listed by all\n", what->ranks->rank,
            pick.picks->len, pick.count, pick.n_listed);
  g_clear_pointer (&pick.picks, g_array_unref);
  return ok;
}

static gboolean
score (const AyOwnersRun *what, AyOwnersResult *result, GError **error)
{
  if (!ay_work_score_owners (what, result, NULL, error))
    return FALSE;
  if (what->ranks->rank == 0)
    say_all (result);
  return TRUE;
}

static gboolean
run (AyRanks *ranks, GError **error)
{
  static const char *const none[] = { NULL };
  g_autoptr (GHashTable) table = mpi_parameters (given.parameters, error);
  g_auto (GStrv) ids = g_strsplit (given.methods != NULL ? given.methods : "influence,loo", ",",
                                   -1);
  g_autoptr (AyLoadOptions) load = load_options (ranks);
  g_autofree char *path = is_verb ("score") ? own_output (ranks) : NULL;
  g_autofree char *record = given.record != NULL ? own_piece (given.record, ranks)
                                                 : g_strconcat (own_shard (ranks), ".releases",
                                                                NULL);
  g_auto (AyOwnersResult) result = { 0 };
  AyOwnersRun what = { .ranks = ranks, .path = path, .load = load,
                       .ids = path != NULL ? (const char *const *) ids : none,
                       .parameters = table, .seed = (guint64) given.seed,
                       .rules = AY_RELEASE_RULES_INIT, .record = record, .clip = given.clip,
                       .clip_target = given.clip_target, .max_rounds = (guint) given.rounds,
                       .sites = given.sites, .resume = given.resume };

  what.rules.noise = given.noise;
  what.rules.delta = given.delta;
  if (table == NULL || !(is_verb ("suggest") ? suggest : score) (&what, &result, error)
      || !say_own (ranks, &result, error))
    return FALSE;
  return ranks->rank > 0 || given.head == NULL || write_head (result.head, error);
}

gboolean
mpi_private_is_asked (int argc, char **argv)
{
  for (int k = 1; k < argc; k++)
    if (strcmp (argv[k], "--private") == 0)
      return TRUE;
  return FALSE;
}

int
mpi_private_main (int argc, char **argv, AyRanks *ranks)
{
  g_autoptr (GError) error = NULL;

  parse (&argc, &argv, ranks->size, &error);
  return mpi_run (ranks, error, given.threads, run);
}
