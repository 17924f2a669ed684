/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/curate/recipe.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/shim/number.h"

#include <math.h>
#include <string.h>

static const AyStepParameter duplicates_parameters[] = {
  { "threshold", "0.99", TRUE, N_ ("least cosine of two copies, or their largest distance") },
  { "metric", "cosine", FALSE, N_ ("cosine or euclidean") },
  { "linkage", "single", FALSE, N_ ("single or complete") },
  { "keep", "central", FALSE, N_ ("which of a group stays: central, score, first, newest or "
                                  "longest") },
  { "score", "", FALSE, N_ ("keep=score: the column whose highest value stays") },
  { NULL, NULL, FALSE, NULL },
};

static const AyStepParameter issue_parameters[] = {
  { "most", "", TRUE, N_ ("at most so many rows, those of least self_confidence first") },
  { "follow", "finding", FALSE,
    N_ ("finding: takes no row where label_issue makes no finding; ranking: takes them all the "
        "same") },
  { NULL, NULL, FALSE, NULL },
};

static const AyStepParameter flagged_parameters[] = {
  { "flag", "redundant", FALSE, N_ ("a column that is 1 for the rows that go: outdated, trivial "
                                    "...") },
  { NULL, NULL, FALSE, NULL },
};

static const AyStepParameter score_parameters[] = {
  { "score", "influence", FALSE, N_ ("a column of numbers") },
  { "below", "", TRUE, N_ ("rows whose value is below it go") },
  { "above", "", TRUE, N_ ("rows whose value is above it go") },
  { NULL, NULL, FALSE, NULL },
};

static const AyStepParameter where_parameters[] = {
  { "where", "", FALSE, N_ ("the rows, as an SQL condition") },
  { "rows", "drop", FALSE, N_ ("drop: those rows go; keep: all others go") },
  { NULL, NULL, FALSE, NULL },
};

#define ORDER_PARAMETER                                                                           \
  { "by", "random", FALSE, N_ ("random, or a column of numbers whose highest values stay") }
#define STAY_PARAMETER                                                                            \
  { "stay", "highest", FALSE,                                                                     \
    N_ ("highest or lowest: which values of the column stay, the best row of each class among "   \
        "them") }

static const AyStepParameter balance_parameters[] = {
  { "ratio", "1", TRUE,
    N_ ("the largest class has at most so many times the rows of the smallest") },
  ORDER_PARAMETER,
  { NULL, NULL, FALSE, NULL },
};

static const AyStepParameter budget_parameters[] = {
  { "rows", "", TRUE, N_ ("so many training rows stay") },
  { "by", "random", FALSE,
    N_ ("random; facility (facility location: the rows that represent all rows best); k_center, "
        "also called coverage (each row that stays is the one farthest from those before); "
        "maxherding, typiclust or probcover; or a column of numbers whose highest values stay") },
  STAY_PARAMETER,
  { NULL, NULL, FALSE, NULL },
};

static const AyStepParameter no_parameters[] = { { NULL, NULL, FALSE, NULL } };

static const AyStepType types[] = {
  [AY_STEP_DROP_DUPLICATES]
  = { "drop_duplicates", N_ ("Near copies"),
      N_ ("Drops all but one row of each group of near copies."),
      duplicates_parameters },
  [AY_STEP_DROP_LABEL_ISSUES]
  = { "drop_label_issues", N_ ("Likely label errors"),
      N_ ("Drops the rows that label_issue takes for mislabelled."), issue_parameters },
  [AY_STEP_RELABEL_ISSUES]
  = { "relabel_label_issues", N_ ("New labels"),
      N_ ("Gives the rows that label_issue takes for mislabelled the class that a head which has "
          "not seen them thinks likeliest."), issue_parameters },
  [AY_STEP_DROP_FLAGGED]
  = { "drop_flagged", N_ ("Flagged rows"),
      N_ ("Drops the rows that a flag names, such as outdated or trivial."), flagged_parameters },
  [AY_STEP_DROP_SCORE]
  = { "drop_score", N_ ("By a score"),
      N_ ("Drops the rows on one side of a threshold of a score; a missing value never goes."),
      score_parameters },
  [AY_STEP_DROP_WHERE]
  = { "drop_where", N_ ("By a condition"),
      N_ ("Drops the rows that a condition names, or all others."),
      where_parameters },
  [AY_STEP_BALANCE]
  = { "balance", N_ ("Balance of the classes"), N_ ("Drops rows of the larger classes."),
      balance_parameters },
  [AY_STEP_BUDGET]
  = { "budget", N_ ("Budget"), N_ ("Keeps so many rows."), budget_parameters },
  [AY_STEP_DECISIONS]
  = { "decisions", N_ ("Decisions"),
      N_ ("Drops and relabels as was decided; while it is on, no step takes a row that was decided "
          "to be kept."), no_parameters },
};

const AyStepType *
ay_step_types (guint *n)
{
  *n = G_N_ELEMENTS (types);
  return types;
}

static void
step_free (AyStep *self)
{
  g_free (self->why);
  g_hash_table_unref (self->parameters);
  g_clear_pointer (&self->took, g_ptr_array_unref);
  g_clear_pointer (&self->relabelled, g_ptr_array_unref);
  g_clear_pointer (&self->labels, g_ptr_array_unref);
  g_free (self);
}

AyRecipe *
ay_recipe_new (void)
{
  AyRecipe *self = g_new0 (AyRecipe, 1);

  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) step_free);
  return self;
}

AyRecipe *
ay_recipe_new_default (void)
{
  AyRecipe *self = ay_recipe_new ();

  ay_recipe_add (self, AY_STEP_DECISIONS);
  ay_recipe_add (self, AY_STEP_DROP_DUPLICATES);
  ay_recipe_add (self, AY_STEP_DROP_LABEL_ISSUES);
  return self;
}

void
ay_recipe_free (AyRecipe *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->steps);
  g_clear_pointer (&self->applied, json_node_unref);
  g_free (self);
}

AyStep *
ay_recipe_add (AyRecipe *self, AyStepKind kind)
{
  AyStep *step = g_new0 (AyStep, 1);

  step->kind = kind;
  step->on = TRUE;
  step->parameters = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  for (const AyStepParameter *p = types[kind].parameters; p->name != NULL; p++)
    g_hash_table_insert (step->parameters, (gpointer) p->name, g_strdup (p->fallback));
  g_ptr_array_add (self->steps, step);
  return step;
}

const AyStepType *
ay_step_type (const AyStep *self)
{
  return &types[self->kind];
}

const char *
ay_step_text (const AyStep *self, const char *parameter)
{
  const char *value = g_hash_table_lookup (self->parameters, parameter);

  g_return_val_if_fail (value != NULL, "");
  return value;
}

double
ay_step_number (const AyStep *self, const char *parameter)
{
  const char *text = ay_step_text (self, parameter);
  double value;

  return ay_number_parse (text, strlen (text), &value) ? value : NAN;
}

gboolean
ay_step_set (AyStep *self, const char *parameter, const char *value, GError **error)
{
  const AyStepType *type = ay_step_type (self);
  const AyStepParameter *p = type->parameters;
  double number;

  while (p->name != NULL && strcmp (p->name, parameter) != 0)
    p++;
  if (p->name == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s has no parameter \"%s\""), type->id,
                   parameter);
      return FALSE;
    }
  if (p->is_number && *value != '\0'
      && !(ay_number_parse (value, strlen (value), &number) && isfinite (number)))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: %s \"%s\" is not a number"), type->id,
                   parameter, value);
      return FALSE;
    }
  g_hash_table_insert (self->parameters, (gpointer) p->name, g_strdup (value));
  return TRUE;
}

/* The last budget that is on; NULL: none. */
static AyStep *
budget_of (const AyRecipe *self)
{
  for (guint i = self->steps->len; i > 0; i--)
    {
      AyStep *step = self->steps->pdata[i - 1];

      if (step->kind == AY_STEP_BUDGET && step->on)
        return step;
    }
  return NULL;
}

void
ay_recipe_set_budget (AyRecipe *self, gsize rows, const char *by, gboolean lowest)
{
  AyStep *step = budget_of (self);
  g_autofree char *text = g_strdup_printf ("%" G_GSIZE_FORMAT, rows);

  if (step == NULL)
    step = ay_recipe_add (self, AY_STEP_BUDGET);
  ay_step_set (step, "rows", text, NULL);
  ay_step_set (step, "by", by, NULL);
  ay_step_set (step, "stay", lowest ? "lowest" : "highest", NULL);
}

gsize
ay_recipe_budget (const AyRecipe *self, const char *by, gboolean lowest)
{
  const AyStep *step = budget_of (self);
  double rows = step != NULL && strcmp (ay_step_text (step, "by"), by) == 0
                        && strcmp (ay_step_text (step, "stay"), lowest ? "lowest" : "highest") == 0
                    ? ay_step_number (step, "rows") : NAN;

  return rows >= 1.0 ? (gsize) rows : 0;
}

void
ay_recipe_forget (AyRecipe *self)
{
  for (guint i = 0; i < self->steps->len; i++)
    {
      AyStep *step = self->steps->pdata[i];

      g_clear_pointer (&step->took, g_ptr_array_unref);
      g_clear_pointer (&step->relabelled, g_ptr_array_unref);
      g_clear_pointer (&step->labels, g_ptr_array_unref);
    }
  g_clear_pointer (&self->applied, json_node_unref);
}
