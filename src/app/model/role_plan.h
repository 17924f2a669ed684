/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/load.h"

G_BEGIN_DECLS

/* What a person chooses roles from: the columns and arrays of a file, its first rows, and what is
 * guessed. Made in any thread, then read only but for the roles. */
typedef struct
{
  char *path;
  AyLoadOptions *roles; /* as guessed; in the forced form, "col:NAME" or "file:PATH:KEY" */
  GPtrArray *names;     /* of char*: columns, then arrays, as a person knows them */
  GPtrArray *sources;   /* of char*: the same as SOURCEs */
  guint n_columns;      /* of names, columns of a table; the others are arrays */
  GPtrArray *cells;     /* of char*: the first rows of the table, row by row, n_columns each */
  guint n_rows;         /* shown in cells */
} AssayRolePlan;

/* A role that one source can have. */
typedef struct
{
  const char *title, *subtitle;
  gsize offset; /* of its char* in AyLoadOptions */
} AssayRole;

extern const AssayRole assay_roles[];
extern const guint assay_n_roles;

/* Reads a data file or image folder. Errors are those of ay_source_open(). */
AssayRolePlan *assay_role_plan_read (const char *path, AyJob *job, GError **error);
/* These roles (transfer full) instead of the guessed ones; files of their own become choices. */
void assay_role_plan_take (AssayRolePlan *self, AyLoadOptions *roles);
/* One more file to choose. (transfer none): its source. */
const char *assay_role_plan_add_file (AssayRolePlan *self, const char *path);
void assay_role_plan_free (AssayRolePlan *self);
/* (nullable) (transfer none): the source that has the role. */
const char *assay_role_plan_get (const AssayRolePlan *self, guint role);
/* Label and target exclude each other: giving one takes the other away. */
void assay_role_plan_set (AssayRolePlan *self, guint role, const char *source);
/* Place of a source among the sources, -1 when it is none of them. */
int assay_role_plan_find (const AssayRolePlan *self, const char *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayRolePlan, assay_role_plan_free)

G_END_DECLS
