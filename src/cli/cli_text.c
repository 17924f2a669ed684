/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct _CmdTable
{
  char *align;
  guint n_columns;
  GPtrArray *rows; /* of char**: n_columns strings and a NULL */
};

CmdTable *
cmd_table_new (const char *align)
{
  CmdTable *self = g_new0 (CmdTable, 1);

  self->align = g_strdup (align);
  self->n_columns = strlen (align);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  return self;
}

void
cmd_table_free (CmdTable *self)
{
  g_free (self->align);
  g_ptr_array_unref (self->rows);
  g_free (self);
}

void
cmd_table_take_row (CmdTable *self, char **cells)
{
  g_ptr_array_add (self->rows, cells);
}

void
cmd_table_row (CmdTable *self, ...)
{
  char **cells = g_new0 (char *, self->n_columns + 1);
  va_list arguments;
  gboolean ended = FALSE;

  va_start (arguments, self);
  for (guint i = 0; i < self->n_columns; i++)
    {
      const char *cell = ended ? NULL : va_arg (arguments, const char *);

      ended = cell == NULL;
      cells[i] = g_strdup (ended ? "" : cell);
    }
  va_end (arguments);
  cmd_table_take_row (self, cells);
}

static guint
text_width (const char *text)
{
  guint width = 0;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      width += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
    }
  return width;
}

void
cmd_table_print (const CmdTable *self, int indent)
{
  g_autofree guint *widths = g_new0 (guint, self->n_columns);

  for (guint r = 0; r < self->rows->len; r++)
    for (guint c = 0; c < self->n_columns; c++)
      widths[c] = MAX (widths[c], text_width (((char **) self->rows->pdata[r])[c]));
  for (guint r = 0; r < self->rows->len; r++)
    {
      char **cells = self->rows->pdata[r];
      g_autoptr (GString) line = g_string_new (NULL);

      g_string_append_printf (line, "%*s", indent, "");
      for (guint c = 0; c < self->n_columns; c++)
        {
          int blanks = (int) (widths[c] - text_width (cells[c]));

          g_string_append_printf (line, "%*s%s%*s  ", self->align[c] == 'r' ? blanks : 0, "",
                                  cells[c], self->align[c] == 'r' ? 0 : blanks, "");
        }
      puts (g_strchomp (line->str));
    }
}

const char *
cmd_text_number (double value, char buffer[CMD_TEXT_SIZE])
{
  if (isnan (value))
    return "missing";
  return g_ascii_formatd (buffer, CMD_TEXT_SIZE, "%.6g", value);
}

const char *
cmd_text_change (double value, char buffer[CMD_TEXT_SIZE])
{
  if (isnan (value))
    return "missing";
  return g_ascii_formatd (buffer, CMD_TEXT_SIZE, "%+.6g", value);
}

const char *
cmd_text_percent (double share, char buffer[CMD_TEXT_SIZE])
{
  if (isnan (share))
    return "missing";
  g_ascii_formatd (buffer, CMD_TEXT_SIZE - 2, "%.2f", 100.0 * share);
  return strcat (buffer, " %");
}
