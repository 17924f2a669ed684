/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Names for label codes, of a file: one name a line (line i, from 0, names code i), a JSON array
 * (the same), or a JSON object code -> name (name -> code is understood when the values are
 * numbers). */
typedef struct
{
  char *path;   /* of the file */
  gsize n;
  char **codes; /* n texts; NULL-terminated */
  char **names; /* n; NULL-terminated; distinct */
  gboolean is_list; /* codes are 0, 1, 2, ... */
} AyClassNames;

/* Errors: AY_ERROR_INPUT "FILE: what" (no name, a name twice, not UTF-8, JSON of another kind),
 * AY_ERROR_IO. (transfer full) */
AyClassNames *ay_class_names_read (const char *path, GError **error);
void ay_class_names_free (AyClassNames *self);
/* The name of a code; NULL when the file has none. (transfer none) */
const char *ay_class_names_find (const AyClassNames *self, const char *code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyClassNames, ay_class_names_free)

G_END_DECLS
