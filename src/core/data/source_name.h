/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A SOURCE of the command line taken apart: an existing file FILE or FILE:KEY, else a column;
 * "file:" and "col:" force it. */
typedef struct
{
  char *path;   /* a file; NULL for a column */
  char *key;    /* (nullable) array or column of the file */
  char *column; /* column name or glob; NULL for a file */
} AySourceName;

/* Never fails: a "file:" that does not exist is a path still. Fill-and-clear. */
void ay_source_name_parse (const char *source, AySourceName *name);
void ay_source_name_clear (AySourceName *name);
/* The forced form, "file:PATH", "file:PATH:KEY" or "col:NAME". (transfer full) */
char *ay_source_name_to_string (const AySourceName *name);

/* The elements of a list by commas; a list that is as a whole an existing file is one element.
 * (transfer full) */
char **ay_source_list_split (const char *sources);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AySourceName, ay_source_name_clear)

G_END_DECLS
