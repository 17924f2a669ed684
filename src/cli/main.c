/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "assay-config.h"
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/base/error.h"
#include "core/base/file_watch.h"
#include "core/base/parallel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* assay-cli: the workspace's verbs from the shell. No locale is set: numbers are in the C locale
 * and bytes pass as they are. */

enum
{
  EXIT_DONE = 0,
  EXIT_FAILED = 1,
  EXIT_USAGE = 2,
  EXIT_RULE = 3,
  EXIT_SIGNAL = 128, /* + its number: 130 for SIGINT */
};

static const Cmd *const commands[] = {
  &cmd_new, &cmd_info, &cmd_score, &cmd_import, &cmd_map, &cmd_suggest, &cmd_simulate, &cmd_budget,
  &cmd_explain, &cmd_gains, &cmd_advice, &cmd_arms, &cmd_redundancy, &cmd_cluster, &cmd_whatif,
  &cmd_select,
  &cmd_decide, &cmd_export, &cmd_figure, &cmd_curate, &cmd_replay, &cmd_check, &cmd_history,
  &cmd_update, &cmd_savings, &cmd_influence, &cmd_report, &cmd_finding, &cmd_review,
};

static struct
{
  gint threads;
  gint64 seed;
  char **moved;
  gboolean json, quiet, version, help;
} globals;

static const GOptionEntry global_options[] = {
  { "threads", 0, 0, G_OPTION_ARG_INT, &globals.threads,
    "Number of threads (default: the cores there are)", "N" },
  { "seed", 0, 0, G_OPTION_ARG_INT64, &globals.seed, "Seed of everything drawn (default 0)", "N" },
  { "moved", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &globals.moved,
    "A data file of the workspace lies elsewhere now (repeatable)", "OLD=NEW" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &globals.json, "Print one JSON object", NULL },
  { "quiet", 0, 0, G_OPTION_ARG_NONE, &globals.quiet, "No progress, no notes", NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &globals.version, "Print the version", NULL },
  { "help", 'h', 0, G_OPTION_ARG_NONE, &globals.help, "Print help", NULL },
  { NULL },
};

static const Cmd *
find_command (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i]->name, name) == 0)
      return commands[i];
  return NULL;
}

/* Index of the sub-command in argv: the first word that is no option, nor the value of a global one
 * before it; argc when there is none. */
static int
find_command_word (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    {
      if (argv[i][0] != '-')
        return i;
      if (strcmp (argv[i], "--threads") == 0 || strcmp (argv[i], "--seed") == 0
          || strcmp (argv[i], "--moved") == 0)
        i++;
    }
  return argc;
}

/* "-o, --output FILE" and what it is for, a line each. */
static void
print_options (const char *title, const GOptionEntry *options)
{
  g_autoptr (CmdTable) table = cmd_table_new ("ll");

  printf ("\n%s\n", title);
  for (const GOptionEntry *option = options; option->long_name != NULL; option++)
    {
      const char *value = option->arg_description;
      g_autofree char *names
          = option->short_name != 0
                ? g_strdup_printf ("-%c, --%s", option->short_name, option->long_name)
                : g_strdup_printf ("--%s", option->long_name);
      g_autofree char *left = g_strjoin (value != NULL ? " " : "", names, value, NULL);

      cmd_table_row (table, left, option->description, NULL);
    }
  cmd_table_print (table, 2);
}

static void
print_overview (void)
{
  puts ("Usage: assay-cli COMMAND ... [OPTION...]\n\n"
        "What each training sample is worth to a model.\n\nCommands:");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    printf ("  %-10s %s\n", commands[i]->name, commands[i]->summary);
  print_options ("Options before or after the command:", global_options);
  puts ("\nassay-cli COMMAND --help says more about one. The manual: man assay-cli.");
}

static void
print_help (const Cmd *command)
{
  printf ("Usage: assay-cli %s %s [OPTION...]\n\n%s.\n", command->name, command->operands,
          command->summary);
  print_options ("Options:", command->options);
  print_options ("Global options, before or after the command:", global_options);
  if (command->description != NULL)
    printf ("\n%s\n", command->description);
}

static GOptionContext *
make_context (const Cmd *command)
{
  GOptionContext *context = g_option_context_new (NULL);

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, command->options, NULL);
  g_option_context_add_main_entries (context, global_options, NULL);
  return context;
}

static gboolean
check_operands (const Cmd *command, int n, GError **error)
{
  if (command->list != NULL && *command->list)
    return TRUE;
  if (n < command->min_args)
    return cmd_usage_error (error, "%s: expected %s", command->name, command->operands);
  if (command->max_args >= 0 && n > command->max_args)
    return cmd_usage_error (error, "%s: too many operands, expected %s", command->name,
                            command->operands);
  return TRUE;
}

static gboolean
check_globals (GError **error)
{
  if (globals.threads < 0 || globals.threads > 1024)
    return cmd_usage_error (error, "--threads %d: expected 1 to 1024", globals.threads);
  if (globals.seed < 0)
    return cmd_usage_error (error, "--seed: expected a number from 0");
  return TRUE;
}

/* One line on stderr, and the exit status that goes with the error. */
static int
report (const GError *error, const char *command)
{
  g_autofree char *text = g_strdup (error->message);

  g_strdelimit (text, "\n\r", ' ');
  if (g_error_matches (error, AY_ERROR, AY_ERROR_CANCELLED) && cmd_progress_signal () != 0)
    {
      fputs ("assay-cli: interrupted, nothing was changed\n", stderr);
      return EXIT_SIGNAL + cmd_progress_signal ();
    }
  if (g_error_matches (error, CMD_ERROR, CMD_ERROR_USAGE) || error->domain == G_OPTION_ERROR)
    {
      fprintf (stderr, "assay-cli: %s; see assay-cli %s --help\n", text, command);
      return EXIT_USAGE;
    }
  fprintf (stderr, "assay-cli: %s\n", text);
  return g_error_matches (error, CMD_ERROR, CMD_ERROR_RULE) ? EXIT_RULE : EXIT_FAILED;
}

static gboolean
run_command (const Cmd *command, int n_args, char **args, GError **error)
{
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (GHashTable) moved = cmd_parameters (globals.moved, error);
  CmdRun run = { n_args, args, globals.json, globals.quiet, (guint64) globals.seed, moved, job,
                 NULL };
  g_autoptr (GError) failure = NULL;
  gboolean ok;

  if (moved == NULL)
    return FALSE;

  ay_set_threads ((guint) globals.threads);
  cmd_json_set_job (job);
  run.progress = cmd_progress_start (job, globals.quiet);
  ok = command->run (&run, &failure);
  cmd_progress_free (run.progress);
  if (!ay_mapped_files_check (error)) /* that is the cause of whatever else went wrong */
    return FALSE;
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&failure));
  if (ok && (fflush (stdout) != 0 || ferror (stdout)))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO, "cannot write to the standard output: %s",
                   g_strerror (errno));
      return FALSE;
    }
  return ok;
}

static int
dispatch (const Cmd *command, int argc, char **argv)
{
  g_autoptr (GOptionContext) context = make_context (command);
  g_autoptr (GError) error = NULL;

  if (!g_option_context_parse (context, &argc, &argv, &error))
    return report (error, command->name);
  if (globals.help)
    {
      print_help (command);
      return EXIT_DONE;
    }
  if (globals.version)
    {
      puts ("assay-cli " AY_VERSION);
      return EXIT_DONE;
    }
  if (argc > 1 && strcmp (argv[1], "--") == 0)
    {
      argc--;
      argv++;
    }
  if (!check_globals (&error) || !check_operands (command, argc - 1, &error)
      || !run_command (command, argc - 1, argv + 1, &error))
    return report (error, command->name);
  return EXIT_DONE;
}

/* Without a command there are only --help and --version. */
static int
run_without_command (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (strcmp (argv[i], "--version") == 0)
      {
        puts ("assay-cli " AY_VERSION);
        return EXIT_DONE;
      }
    else if (strcmp (argv[i], "--help") == 0 || strcmp (argv[i], "-h") == 0)
      {
        print_overview ();
        return EXIT_DONE;
      }
  fputs ("assay-cli: no command; see assay-cli --help\n", stderr);
  return EXIT_USAGE;
}

/* Small blocks of memory are not asked about by GLib: without one it says so and aborts. Nothing is
 * half done then, as every change to a file is a transaction; what was begun is a hidden file. */
static void
on_fatal (const char *domain, GLogLevelFlags level, const char *text, gpointer data)
{
  if (strstr (text, "failed to allocate") == NULL)
    {
      g_log_default_handler (domain, level, text, data);
      return;
    }
  fprintf (stderr, "assay-cli: not enough memory: %s\n", strstr (text, "failed to allocate"));
  _exit (EXIT_FAILED);
}

int
main (int argc, char **argv)
{
  int word = find_command_word (argc, argv);
  const Cmd *command;

  g_set_prgname ("assay-cli");
  g_log_set_handler ("GLib", G_LOG_LEVEL_ERROR | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION, on_fatal,
                     NULL);
  if (word == argc)
    return run_without_command (argc, argv);
  command = find_command (argv[word]);
  if (command == NULL)
    {
      fprintf (stderr, "assay-cli: no command \"%s\"; see assay-cli --help\n", argv[word]);
      return EXIT_USAGE;
    }
  for (int i = word; i < argc; i++)
    argv[i] = argv[i + 1]; /* the NULL at the end too */
  return dispatch (command, argc - 1, argv);
}
