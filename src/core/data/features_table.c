/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables to features: numbers as they are, categories one-hot, gaps filled and marked.
 *
 * What is learnt (medians, most frequent values, the list of categories) comes from the fitted rows
 * alone. A plan of output columns is made first; blocks of rows are then filled on all cores. */
#include "core/data/features_table.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/data/labels.h"
#include "core/shim/number.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define BLOCK_ROWS 1024
#define NO_OUTPUT G_MAXUINT32

/* One input column: where its outputs begin and what fills its gaps. */
typedef struct
{
  const AyColumn *column;
  guint32 first;     /* output of a number */
  guint32 indicator; /* output that marks gaps, or NO_OUTPUT */
  double fill;       /* for a number */
  guint32 fill_code; /* for a category: output of the most frequent value, or NO_OUTPUT */
  guint32 *output;   /* for a category: code -> output, or NO_OUTPUT */
  char *filled;      /* (nullable) what its gaps are set to, in words */
} Plan;

typedef struct
{
  Plan *plans;
  guint n_plans;
  GPtrArray *names; /* of char*, one an output */
  gsize n;
  float *out;
} Work;

static void
work_clear (Work *self)
{
  for (guint c = 0; c < self->n_plans; c++)
    {
      g_free (self->plans[c].output);
      g_free (self->plans[c].filled);
    }
  g_free (self->plans);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_free (self->out);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static guint32
add_output (Work *work, char *name)
{
  g_ptr_array_add (work->names, name);
  return work->names->len - 1;
}

static void
say_filled (const Plan *plan, AyDiagnostics *diagnostics)
{
  const char *name = ay_column_name (plan->column);
  gsize n = ay_column_count_missing (plan->column);
  gboolean number = plan->output == NULL;

  ay_diagnostics_add (
      diagnostics, "imputed",
      n == 1 ? (number ? N_ ("column \"%s\": %zu missing value set to the median of the training "
                             "rows, %s, and marked in \"%s missing\"")
                       : N_ ("column \"%s\": %zu missing value set to the most frequent value of "
                             "the training rows, %s, and marked in \"%s missing\""))
             : (number ? N_ ("column \"%s\": %zu missing values set to the median of the training "
                             "rows, %s, and marked in \"%s missing\"")
                       : N_ ("column \"%s\": %zu missing values set to the most frequent value of "
                             "the training rows, %s, and marked in \"%s missing\"")),
      name, n, plan->filled, name);
}

/* Each column whose gaps are filled while they are few, else one line for all. */
static void
say_imputed (const Work *work, AyDiagnostics *diagnostics)
{
  g_autoptr (GString) list = g_string_new (NULL);
  guint count = 0;
  gsize gaps = 0;

  for (guint c = 0; c < work->n_plans; c++)
    if (work->plans[c].filled != NULL)
      {
        ay_diagnostic_list_name (list, count++, ay_column_name (work->plans[c].column));
        gaps += ay_column_count_missing (work->plans[c].column);
      }
  for (guint c = 0; c < work->n_plans && count <= AY_DIAGNOSTIC_NAMES; c++)
    if (work->plans[c].filled != NULL)
      say_filled (work->plans + c, diagnostics);
  if (count > AY_DIAGNOSTIC_NAMES)
    ay_diagnostics_add (diagnostics, "imputed",
                        N_ ("missing values of %u columns (%s) set to the median or the most "
                            "frequent value of the training rows, and marked in a column of their "
                            "own each: %zu"),
                        count, list->str, gaps);
}

/* What is inf, or is in single precision. */
static gboolean
check_range (const AyColumn *column, gsize n, GError **error)
{
  const double *values = ay_column_numbers (column);
  char text[AY_NUMBER_SIZE];

  for (gsize i = 0; i < n; i++)
    if (fabs (values[i]) > FLT_MAX)
      {
        ay_number_format (values[i], text);
        g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                     N_ ("row %zu, column \"%s\": %s is no feature%s"),
                     i, ay_column_name (column), text,
                     isinf (values[i]) ? "" : N_ (", it is beyond single precision"));
        return FALSE;
      }
  return TRUE;
}

static void
plan_number (Work *work, Plan *plan, const guint8 *fit, AyDiagnostics *diagnostics)
{
  const double *values = ay_column_numbers (plan->column);
  const char *name = ay_column_name (plan->column);
  gsize n_missing = ay_column_count_missing (plan->column), k = 0;
  g_autofree double *fitted = NULL;
  char text[AY_NUMBER_SIZE];

  plan->first = add_output (work, g_strdup (name));
  if (n_missing == 0)
    return;
  fitted = g_new (double, work->n);
  for (gsize i = 0; i < work->n; i++)
    if (fit[i] && !isnan (values[i]))
      fitted[k++] = values[i];
  plan->fill = k > 0 ? ay_quantile (fitted, k, 0.5) : 0.0;
  if (k == 0)
    {
      ay_diagnostics_add (diagnostics, "empty-column",
                          N_ ("column \"%s\" has no value in the training rows and is of no use"),
                          name);
      return;
    }
  plan->indicator = add_output (work, g_strconcat (name, " missing", NULL));
  ay_number_format (plan->fill, text);
  plan->filled = g_strdup (text);
}

/* Names of the fitted rows' categories, sorted. (transfer container) */
static char **
fitted_categories (const Plan *plan, const gsize *count, guint n_names, gsize *n_kept)
{
  const char *const *all = ay_column_categories (plan->column, NULL);
  char **kept = g_new0 (char *, n_names + 1);

  *n_kept = 0;
  for (guint c = 0; c < n_names; c++)
    if (count[c] > 0)
      kept[(*n_kept)++] = (char *) all[c];
  ay_sort_names (kept, *n_kept);
  return kept;
}

static gboolean
plan_category (Work *work, Plan *plan, const guint8 *fit, AyDiagnostics *diagnostics,
               GError **error)
{
  guint n_names;
  const char *const *all = ay_column_categories (plan->column, &n_names);
  const guint32 *codes = ay_column_codes (plan->column);
  const char *name = ay_column_name (plan->column);
  g_autofree gsize *count = g_new0 (gsize, n_names + 1);
  g_autoptr (GHashTable) output_of = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char **kept = NULL;
  gsize n_kept, n_missing = ay_column_count_missing (plan->column), most = 0;

  for (gsize i = 0; i < work->n; i++)
    if (fit[i] && codes[i] != AY_CODE_MISSING)
      count[codes[i]]++;
  kept = fitted_categories (plan, count, n_names, &n_kept);
  if (n_kept > AY_MAX_ONE_HOT)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("column \"%s\" has %zu different values, too many for one-hot features (at "
                       "most %d)"),
                   name, n_kept, AY_MAX_ONE_HOT);
      return FALSE;
    }
  for (gsize k = 0; k < n_kept; k++)
    g_hash_table_insert (output_of, kept[k],
                         GUINT_TO_POINTER (add_output (work, g_strconcat (name, "=", kept[k], NULL))
                                           + 1));
  plan->output = g_new (guint32, n_names + 1);
  for (guint c = 0; c < n_names; c++)
    {
      plan->output[c] = GPOINTER_TO_UINT (g_hash_table_lookup (output_of, all[c])) - 1;
      if (count[c] > count[most])
        most = c;
    }
  if (n_missing == 0)
    return TRUE;
  if (n_kept == 0)
    {
      ay_diagnostics_add (diagnostics, "empty-column",
                          N_ ("column \"%s\" has no value in the training rows and is of no use"),
                          name);
      return TRUE;
    }
  plan->fill_code = plan->output[most];
  plan->indicator = add_output (work, g_strconcat (name, " missing", NULL));
  plan->filled = g_strdup (all[most]);
  return TRUE;
}

static void
fill_block (gsize block, guint worker, gpointer data)
{
  const Work *work = data;
  gsize d = work->names->len;

  for (gsize i = block * BLOCK_ROWS; i < MIN ((block + 1) * BLOCK_ROWS, work->n); i++)
    for (guint c = 0; c < work->n_plans; c++)
      {
        const Plan *plan = &work->plans[c];
        float *row = work->out + i * d;
        gboolean missing = ay_column_is_missing (plan->column, i);

        if (plan->output == NULL)
          row[plan->first]
              = (float) (missing ? plan->fill : ay_column_numbers (plan->column)[i]);
        else
          {
            guint32 at = missing ? plan->fill_code
                                 : plan->output[ay_column_codes (plan->column)[i]];

            if (at != NO_OUTPUT)
              row[at] = 1.0f;
          }
        if (missing && plan->indicator != NO_OUTPUT)
          row[plan->indicator] = 1.0f;
      }
}

AyMatrix *
ay_table_features (AyColumn *const *columns, guint n_columns, const guint8 *fit, char ***names,
                   AyDiagnostics *diagnostics, AyJob *job, GError **error)
{
  g_auto (Work) work = { .plans = g_new0 (Plan, n_columns + 1), .n_plans = n_columns,
                         .names = g_ptr_array_new_with_free_func (g_free),
                         .n = n_columns > 0 ? ay_column_rows (columns[0]) : 0 };
  gsize d;

  for (guint c = 0; c < n_columns; c++)
    work.plans[c] = (Plan) { columns[c], 0, NO_OUTPUT, 0.0, NO_OUTPUT, NULL, NULL };
  for (guint c = 0; c < n_columns; c++)
    if (ay_column_type (columns[c]) == AY_COLUMN_NUMBER)
      {
        if (!check_range (columns[c], work.n, error))
          return NULL;
        plan_number (&work, &work.plans[c], fit, diagnostics);
      }
    else if (!plan_category (&work, &work.plans[c], fit, diagnostics, error))
      return NULL;
  say_imputed (&work, diagnostics);
  d = work.names->len;
  work.out = ay_try_alloc (MAX (work.n, 1), MAX (d, 1) * sizeof (float), "the features", error);
  if (work.out == NULL
      || !ay_parallel_for (ay_n_blocks (work.n, BLOCK_ROWS), fill_block, &work, job, error))
    return NULL;
  if (names != NULL)
    {
      g_ptr_array_add (work.names, NULL);
      *names = (char **) g_ptr_array_steal (work.names, NULL);
    }
  return ay_matrix_take_f32 (work.n, d, g_steal_pointer (&work.out));
}

guint32 *
ay_table_complete_rows (AyColumn *const *columns, guint n_columns, gsize n, gsize *count)
{
  guint32 *rows = g_new (guint32, MAX (n, 1));

  *count = 0;
  for (gsize i = 0; i < n; i++)
    {
      gboolean complete = TRUE;

      for (guint c = 0; c < n_columns && complete; c++)
        complete = !ay_column_is_missing (columns[c], i);
      if (complete)
        rows[(*count)++] = (guint32) i;
    }
  return rows;
}

gboolean
ay_table_refuse_missing (AyColumn *const *columns, guint n_columns, gsize n, const char *where,
                         GError **error)
{
  for (gsize i = 0; i < n; i++)
    for (guint c = 0; c < n_columns; c++)
      if (ay_column_is_missing (columns[c], i))
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("%s: row %zu, column \"%s\": missing value"), where, i,
                       ay_column_name (columns[c]));
          return FALSE;
        }
  return TRUE;
}
