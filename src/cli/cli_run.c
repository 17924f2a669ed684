/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_run.h"

#include "cli/cli_json.h"
#include "core/base/error.h"

#include <stdio.h>
#include <string.h>

G_DEFINE_QUARK (cmd-error-quark, cmd_error)

gboolean
cmd_usage_error (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (CMD_ERROR, CMD_ERROR_USAGE, format, arguments);
  va_end (arguments);
  return FALSE;
}

void
cmd_begin_output (CmdRun *run)
{
  cmd_progress_hide (run->progress);
}

void
cmd_note (CmdRun *run, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  if (run->quiet)
    return;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  cmd_begin_output (run);
  g_strdelimit (text, "\n\r", ' ');
  fprintf (stderr, "assay-cli: %s\n", text);
}

void
cmd_note_diagnostics (CmdRun *run, const AyDiagnostics *diagnostics, gsize first)
{
  for (gsize i = first; i < ay_diagnostics_count (diagnostics); i++)
    {
      const AyDiagnostic *finding = ay_diagnostics_get (diagnostics, i);

      if (strcmp (finding->id, "role-guessed") != 0)
        cmd_note (run, "note: %s [%s]", finding->text, finding->id);
    }
}

AyWork *
cmd_open (CmdRun *run, const char *path, AyWorkspaceMode mode, GError **error)
{
  g_autoptr (AyWork) work = ay_work_open (path, mode, run->moved, run->job, error);
  AyWorkspace *store;

  if (work == NULL)
    return NULL;
  store = ay_work_store (work);
  if (mode == AY_WORKSPACE_WRITE && ay_workspace_is_read_only (store))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO, "%s: can only be read: %s", path,
                   ay_workspace_read_only_reason (store));
      return NULL;
    }
  return g_steal_pointer (&work);
}

void
cmd_print_answer (CmdRun *run, JsonObject *answer, void (*text) (JsonObject *answer))
{
  cmd_begin_output (run);
  if (run->json)
    cmd_json_print (answer);
  else
    text (answer);
}

void
cmd_print_written (CmdRun *run, const char *file, gsize n)
{
  g_autoptr (JsonObject) object = json_object_new ();

  cmd_begin_output (run);
  cmd_json_text (object, "file", file);
  cmd_json_count (object, "n", n);
  if (run->json)
    cmd_json_print (object);
  else
    printf ("%s: %" G_GSIZE_FORMAT " rows\n", file, n);
}

gboolean
cmd_is_utf8 (const char *text, const char *what, GError **error)
{
  return g_utf8_validate (text, -1, NULL) || cmd_usage_error (error, "%s is not UTF-8", what);
}

gboolean
cmd_read_standardise (const char *text, int *into, GError **error)
{
  if (text == NULL || strcmp (text, "auto") == 0)
    return TRUE;
  if (strcmp (text, "yes") != 0 && strcmp (text, "no") != 0)
    return cmd_usage_error (error, "--standardise %s: expected yes, no or auto", text);
  *into = *text == 'y';
  return TRUE;
}

GHashTable *
cmd_parameters (char **pairs, GError **error)
{
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (char **pair = pairs; pair != NULL && *pair != NULL; pair++)
    {
      const char *equals = strchr (*pair, '=');

      if (equals == NULL || equals == *pair)
        {
          cmd_usage_error (error, "-p %s: expected key=value", *pair);
          return NULL;
        }
      if (!cmd_is_utf8 (*pair, "a parameter", error))
        return NULL;
      g_hash_table_replace (table, g_strndup (*pair, equals - *pair), g_strdup (equals + 1));
    }
  return g_steal_pointer (&table);
}
