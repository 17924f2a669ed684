/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_list.h"

#include "cli/cli_json.h"

#include <stdarg.h>
#include <stdio.h>

struct _CmdList
{
  JsonObject *object;
  JsonArray *array;
  char **keys;
  GString *text;
  JsonObject *last;
  JsonArray *parameters; /* (nullable) of the last */
};

CmdList *
cmd_list_new (const char *what, const char *keys)
{
  CmdList *self = g_new0 (CmdList, 1);

  self->object = json_object_new ();
  self->array = cmd_json_array (self->object, what);
  self->keys = g_strsplit (keys, " ", -1);
  self->text = g_string_new (NULL);
  return self;
}

void
cmd_list_add (CmdList *self, ...)
{
  va_list arguments;
  const char *text;

  self->last = cmd_json_append (self->array);
  self->parameters = NULL;
  va_start (arguments, self);
  for (guint i = 0; (text = va_arg (arguments, const char *)) != NULL && self->keys[i] != NULL; i++)
    {
      cmd_json_text (self->last, self->keys[i], text);
      if (i < 2)
        g_string_append_printf (self->text, i == 0 ? "%s: " : "%s", text);
      else if (*text != '\0')
        g_string_append_printf (self->text, "; %s: %s", self->keys[i], text);
    }
  va_end (arguments);
  g_string_append_c (self->text, '\n');
}

void
cmd_list_parameter (CmdList *self, const char *name, const char *fallback, const char *sentence)
{
  JsonObject *one;

  if (self->parameters == NULL)
    self->parameters = cmd_json_array (self->last, "parameters");
  one = cmd_json_append (self->parameters);
  cmd_json_text (one, "name", name);
  cmd_json_text (one, "default", fallback);
  cmd_json_text (one, "sentence", sentence);
  g_string_append_printf (self->text, "  %s=%s: %s\n", name, fallback, sentence);
}

void
cmd_list_number (CmdList *self, const char *key, double value)
{
  ay_json_put_number (self->last, key, value);
}

gboolean
cmd_list_print (CmdList *self, CmdRun *run)
{
  cmd_begin_output (run);
  if (run->json)
    cmd_json_print (self->object);
  else
    fputs (self->text->str, stdout);
  json_object_unref (self->object);
  g_strfreev (self->keys);
  g_string_free (self->text, TRUE);
  g_free (self);
  return TRUE;
}
