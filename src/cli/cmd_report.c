/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "core/base/error.h"
#include "core/work/tell.h"
#include "report/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* assay-cli report: a recipe's report as PDF or HTML. */

static struct
{
  char *output, *recipe, *title, *date, *paper, *rows;
  gint samples, random;
} given = { .samples = 12, .random = 20 };

static const GOptionEntry options[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &given.output,
    "The file; its ending says the format: pdf html", "FILE" },
  { "recipe", 0, 0, G_OPTION_ARG_FILENAME, &given.recipe,
    "The recipe it is about (default: as curate)", "FILE" },
  { "title", 0, 0, G_OPTION_ARG_FILENAME, &given.title, "Its title", "TEXT" },
  { "date", 0, 0, G_OPTION_ARG_FILENAME, &given.date,
    "Its date (default: SOURCE_DATE_EPOCH, else today); the same date, the same bytes",
    "YYYY-MM-DD" },
  { "paper", 0, 0, G_OPTION_ARG_FILENAME, &given.paper, "a4 or letter (default: by the locale)",
    "NAME" },
  { "samples", 0, 0, G_OPTION_ARG_INT, &given.samples, "Real examples shown (default 12)", "N" },
  { "random", 0, 0, G_OPTION_ARG_INT, &given.random,
    "Removals of as many rows at random beside the proof (default 20)", "N" },
  { "rows", 0, 0, G_OPTION_ARG_FILENAME, &given.rows,
    "Print the ids of the rows behind a number, by the number's id, and write nothing", "ID" },
  { NULL },
};

/* Of the option, the environment, or today. (transfer full): NULL on a usage error. */
static char *
find_date (GError **error)
{
  const char *epoch = g_getenv ("SOURCE_DATE_EPOCH");
  g_autoptr (GDateTime) now = NULL;

  if (given.date == NULL)
    {
      now = epoch != NULL ? g_date_time_new_from_unix_utc (g_ascii_strtoll (epoch, NULL, 10))
                          : g_date_time_new_now_local ();
      return g_date_time_format (now, "%Y-%m-%d");
    }
  if (g_regex_match_simple ("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", given.date, G_REGEX_DOLLAR_ENDONLY, 0))
    {
      guint64 year = g_ascii_strtoull (given.date, NULL, 10);
      guint64 month = g_ascii_strtoull (given.date + 5, NULL, 10);
      guint64 day = g_ascii_strtoull (given.date + 8, NULL, 10);

      if (g_date_valid_dmy (day, month, year))
        return g_strdup (given.date);
    }
  cmd_usage_error (error, "--date %s: expected YYYY-MM-DD", given.date);
  return NULL;
}

static gboolean
check_given (AyPaper *paper, GError **error)
{
  if ((given.output == NULL) == (given.rows == NULL))
    return cmd_usage_error (error, "report: expected -o FILE or --rows ID");
  if (given.random == 1 || given.random < 0 || given.samples < 0 || given.samples > 48)
    return cmd_usage_error (error, "report: --random from 2 (or 0), --samples 0 to 48");
  if (given.title != NULL && !cmd_is_utf8 (given.title, "--title", error))
    return FALSE;
  if (given.paper != NULL && strcmp (given.paper, "a4") != 0
      && strcmp (given.paper, "letter") != 0)
    return cmd_usage_error (error, "--paper %s: expected a4 or letter", given.paper);
  if (given.paper != NULL)
    *paper = strcmp (given.paper, "a4") == 0 ? AY_PAPER_A4 : AY_PAPER_LETTER;
  return TRUE;
}

static void
print_json (const AyStory *story)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *facts;

  cmd_json_text (object, "file", given.output);
  cmd_json_text (object, "title", story->title);
  cmd_json_text (object, "date", story->date);
  facts = cmd_json_array (object, "facts");
  for (guint i = 0; i < story->facts->len; i++)
    {
      const AyStoryFact *fact = story->facts->pdata[i];
      const AyStoryRows *rows = ay_story_rows (story, fact);
      g_autofree char *statement = ay_story_statement (story, fact);
      JsonObject *one = cmd_json_append (facts);

      cmd_json_text (one, "id", fact->id);
      ay_json_put_number (one, "value", fact->value);
      cmd_json_text (one, "text", fact->text);
      cmd_json_text (one, "statement", statement);
      cmd_json_text (one, "about", rows->words);
      cmd_json_count (one, "n_rows", ay_bitset_count (rows->rows));
    }
  cmd_json_print (object);
}

/* The rows behind a number. */
static gboolean
print_rows (CmdRun *run, const AyWork *work, const AyStory *story, GError **error)
{
  const AyStoryFact *fact = ay_story_find (story, given.rows);
  const AyStoryRows *of = fact != NULL ? ay_story_rows (story, fact) : NULL;
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *ids;

  if (of == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   "the report has no number %s; report --json lists them", given.rows);
      return FALSE;
    }
  cmd_begin_output (run);
  cmd_json_text (object, "id", fact->id);
  cmd_json_text (object, "about", of->words);
  ids = cmd_json_array (object, "ids");
  for (gsize i = ay_bitset_next (of->rows, 0); i < of->rows->n;
       i = ay_bitset_next (of->rows, i + 1))
    {
      g_autofree char *id = ay_column_dup_text (ay_work_data ((AyWork *) work)->id, i);

      if (run->json)
        json_array_add_string_element (ids, id);
      else
        puts (id);
    }
  if (run->json)
    cmd_json_print (object);
  return TRUE;
}

static gboolean
run_report (CmdRun *run, GError **error)
{
  AyTellOptions how = AY_TELL_OPTIONS_INIT;
  AyReportFormat format = AY_REPORT_HTML;
  AyPaper paper;
  g_autofree char *date = NULL;
  g_autoptr (AyRecipe) recipe = NULL;
  g_autoptr (AyWork) work = NULL;
  g_autoptr (AyStory) story = NULL;

  ay_report_locale (&how.numbers, &paper);
  if (!check_given (&paper, error)
      || (given.output != NULL && !ay_report_format_of_path (given.output, &format, error)))
    return FALSE;
  how.date = date = find_date (error);
  if (date == NULL)
    return FALSE;
  how.title = given.title;
  how.repeats = (guint) given.random;
  how.n_samples = (guint) given.samples;
  how.seed = run->seed;
  recipe = given.recipe != NULL ? ay_recipe_read (given.recipe, error) : ay_recipe_new_default ();
  work = recipe != NULL
             ? ay_work_open (run->args[0], AY_WORKSPACE_WRITE, run->moved, run->job, error) : NULL;
  story = work != NULL ? ay_work_tell (work, recipe, &how, run->job, error) : NULL;
  if (story != NULL && given.rows != NULL)
    return print_rows (run, work, story, error);
  if (story == NULL || !ay_report_write (story, format, paper, given.output, error))
    return FALSE;
  cmd_begin_output (run);
  if (run->json)
    print_json (story);
  else
    printf ("%s: %u figures\n", given.output, story->facts->len);
  return TRUE;
}

const Cmd cmd_report = {
  .name = "report",
  .operands = "WORK (-o FILE | --rows ID)",
  .summary = "A recipe's report for those who decide: PDF or one HTML file",
  .description = "Page one needs no knowledge of machine learning; an appendix holds the rest.\n"
                 "The proof in it is made once and kept: the same report opens nothing again.",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run_report,
};
