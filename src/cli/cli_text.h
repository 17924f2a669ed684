/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Text for people: aligned tables on stdout and short numbers. */
typedef struct _CmdTable CmdTable;

/* align: a letter a column, 'l' or 'r'. */
CmdTable *cmd_table_new (const char *align);
/* As many cells as columns; strings are copied. NULL is an empty cell. */
void cmd_table_row (CmdTable *self, ...) G_GNUC_NULL_TERMINATED;
/* Takes a g_strdupv'able row of exactly as many strings as columns. */
void cmd_table_take_row (CmdTable *self, char **cells);
/* Prints with two blanks between columns and `indent` before the first; no blanks at line ends. */
void cmd_table_print (const CmdTable *self, int indent);
void cmd_table_free (CmdTable *self);

#define CMD_TEXT_SIZE 32

/* At most 6 significant digits, C locale; "missing" for NaN. */
const char *cmd_text_number (double value, char buffer[CMD_TEXT_SIZE]);
/* The same with its sign always shown. */
const char *cmd_text_change (double value, char buffer[CMD_TEXT_SIZE]);
/* A share as "93.4 %". */
const char *cmd_text_percent (double share, char buffer[CMD_TEXT_SIZE]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CmdTable, cmd_table_free)

G_END_DECLS
