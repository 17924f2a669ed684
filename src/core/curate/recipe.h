/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A recipe: the ordered steps that turn a data set into the curated subset, as a person wrote them,
 * and, once it was applied, the ids that each step took. JSON, "assay_recipe": the version. */

#define AY_RECIPE_VERSION 1

typedef enum
{
  AY_STEP_DROP_DUPLICATES,
  AY_STEP_DROP_LABEL_ISSUES,
  AY_STEP_RELABEL_ISSUES,
  AY_STEP_DROP_FLAGGED,
  AY_STEP_DROP_SCORE,
  AY_STEP_DROP_WHERE,
  AY_STEP_BALANCE,
  AY_STEP_BUDGET,
  AY_STEP_DECISIONS,
} AyStepKind;

typedef struct
{
  const char *name;
  const char *fallback; /* as text; "" = not given */
  gboolean is_number;   /* "" or a finite number */
  const char *sentence;
} AyStepParameter;

typedef struct
{
  const char *id;    /* "drop_duplicates" ... */
  const char *title;
  const char *sentence;
  const AyStepParameter *parameters; /* ends with a NULL name */
} AyStepType;

/* By kind. */
const AyStepType *ay_step_types (guint *n);

typedef struct
{
  AyStepKind kind;
  gboolean on;
  char *why;               /* (nullable) the reason, free text */
  GHashTable *parameters;  /* name -> text; every parameter of the type is there */
  GPtrArray *took;         /* (nullable) of char*: ids it dropped, in file order */
  GPtrArray *relabelled;   /* (nullable) of char*: ids it relabelled, in file order */
  GPtrArray *labels;       /* (nullable) of char*: their new labels */
} AyStep;

typedef struct
{
  GPtrArray *steps;        /* of AyStep, in order */
  gboolean keep_representatives; /* of classes, clusters and outlier regions that would vanish */
  guint64 seed;            /* of what is drawn */
  JsonNode *applied;       /* (nullable) what it was applied to: "load" (the roles), "files" (path,
                              size, sha256), "rows", "left" */
} AyRecipe;

AyRecipe *ay_recipe_new (void);
/* Near copies at .99, rows that are likely mislabelled, and what was decided. */
AyRecipe *ay_recipe_new_default (void);
AyRecipe *ay_recipe_copy (const AyRecipe *self);
void ay_recipe_free (AyRecipe *self);
/* With the defaults of its kind. (transfer none) */
AyStep *ay_recipe_add (AyRecipe *self, AyStepKind kind);
const AyStepType *ay_step_type (const AyStep *self);
const char *ay_step_text (const AyStep *self, const char *parameter);
/* NaN where it is not given. */
double ay_step_number (const AyStep *self, const char *parameter);
/* AY_ERROR_INPUT: no such parameter of this kind, or no number where one is asked for. */
gboolean ay_step_set (AyStep *self, const char *parameter, const char *value, GError **error);
/* The last budget that is on, or one that is added, keeps so many rows, the highest or lowest of a
 * column. */
void ay_recipe_set_budget (AyRecipe *self, gsize rows, const char *by, gboolean lowest);
/* How many rows that budget keeps of this column and end; 0: there is none. */
gsize ay_recipe_budget (const AyRecipe *self, const char *by, gboolean lowest);
/* Forgets what the steps took and from what. */
void ay_recipe_forget (AyRecipe *self);

/* Errors are AY_ERROR_INPUT "FILE: ..." naming step and member; AY_ERROR_UNSUPPORTED for a recipe
 * of a newer version or a step that this one does not know; AY_ERROR_IO. (transfer full) */
AyRecipe *ay_recipe_read (const char *path, GError **error);
AyRecipe *ay_recipe_parse (const char *json, const char *path, GError **error);
/* Indented JSON; the same recipe gives the same bytes. (transfer full) */
char *ay_recipe_to_text (const AyRecipe *self);
/* On the disk, to be committed with the files that it belongs to. (transfer full) */
AyOutput *ay_recipe_prepare (const AyRecipe *self, const char *path, GError **error);
/* Whole or not at all. */
gboolean ay_recipe_write (const AyRecipe *self, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyRecipe, ay_recipe_free)

G_END_DECLS
