/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/select/budget.h"
#include "core/work/work_history.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* assay-cli budget: what more labels would buy. */

static struct
{
  gint more;
  gdouble target, price;
} given;

static const GOptionEntry options[] = {
  { "more", 0, 0, G_OPTION_ARG_INT, &given.more, "What so many more labels would buy", "N" },
  { "target", 0, 0, G_OPTION_ARG_DOUBLE, &given.target,
    "How many labels this accuracy would take", "SHARE" },
  { "price", 0, 0, G_OPTION_ARG_DOUBLE, &given.price, "Of one label, in any currency", "X" },
  { NULL },
};

/* Histories of that name, or "NAME: ..."; without one those of random, simulated. */
static GPtrArray *
read_runs (AyWork *work, const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = ay_work_history_names (work, error);
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_history_unref);
  g_autofree char *prefix = name != NULL ? g_strconcat (name, ": ", NULL)
                                         : g_strdup ("simulated random ");

  for (guint i = 0; names != NULL && i < names->len; i++)
    if (g_strcmp0 (names->pdata[i], name) == 0 || g_str_has_prefix (names->pdata[i], prefix))
      {
        AyHistory *history = ay_work_history (work, names->pdata[i], error);

        if (history == NULL)
          return NULL;
        g_ptr_array_add (runs, history);
      }
  if (names == NULL)
    return NULL;
  if (runs->len > 0)
    return g_steal_pointer (&runs);
  if (name != NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "no history called \"%s\"; history list names "
                 "them", name);
  else
    g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                         "no learning curve at random yet, make some by assay-cli simulate");
  return NULL;
}

static void
add_labels (JsonObject *object, const char *name, double value)
{
  ay_json_put_number (object, name, isinf (value) ? NAN : value);
}

static void
add_money (JsonObject *object, const char *name, double labels)
{
  ay_json_put_number (object, name, given.price > 0.0 && isfinite (labels) ? labels * given.price
                                                                           : NAN);
}

static JsonObject *
describe (const AyBudgetFit *fit)
{
  const AyBudget *told = ay_budget_get (fit);
  JsonObject *object = json_object_new (), *weights, *one;

  cmd_json_count (object, "n_runs", told->n_runs);
  ay_json_put_number (object, "labels", told->last);
  weights = cmd_json_object (object, "curves");
  for (guint m = 0; m < AY_BUDGET_MODELS; m++)
    ay_json_put_number (weights, ay_budget_models[m], told->weight[m]);
  ay_json_put_number (object, "factor", told->factor);
  cmd_json_count (object, "n_hidden", told->n_hidden);
  ay_json_put_number (object, "coverage", told->coverage);
  ay_json_put_number (object, "backtest_error", told->backtest_error);
  ay_json_put_number (object, "backtest_bias", told->backtest_bias);
  cmd_json_text (object, "refused", told->why);
  if (!told->refused && given.more > 0)
    {
      AyBudgetPoint now = ay_budget_at (fit, told->last);
      AyBudgetPoint then = ay_budget_at (fit, told->last + given.more);

      one = cmd_json_object (object, "more");
      cmd_json_count (one, "labels", (gsize) given.more);
      ay_json_put_number (one, "accuracy_now", 1.0 - now.error);
      ay_json_put_number (one, "accuracy", 1.0 - then.error);
      ay_json_put_number (one, "low", 1.0 - then.high);
      ay_json_put_number (one, "high", 1.0 - then.low);
      add_money (one, "money", given.more);
    }
  if (!told->refused && given.target > 0.0)
    {
      double labels, low, high;

      ay_budget_labels_to (fit, 1.0 - given.target, &labels, &low, &high);
      one = cmd_json_object (object, "to_target");
      ay_json_put_number (one, "target", given.target);
      add_labels (one, "labels", labels);
      add_labels (one, "low", low);
      add_labels (one, "high", high);
      add_money (one, "money", labels - told->last > 0.0 ? labels - told->last : 0.0);
    }
  return object;
}

static void
print_money (JsonObject *one)
{
  if (!isnan (ay_json_number_of (one, "money")))
    printf (", for %.2f", ay_json_number_of (one, "money"));
  puts ("");
}

static const char *
labels_text (double labels, char buffer[CMD_TEXT_SIZE])
{
  if (isnan (labels))
    return "never, as far as the curve tells";
  g_snprintf (buffer, CMD_TEXT_SIZE, "%.0f labels", labels);
  return buffer;
}

static void
print_text (JsonObject *object)
{
  char a[CMD_TEXT_SIZE], b[CMD_TEXT_SIZE], c[CMD_TEXT_SIZE];

  printf ("Learning curves of %" G_GINT64_FORMAT " runs up to %.0f labels. Back-test on the last "
          "third: the 90 %% band held %.1f %% of %" G_GINT64_FORMAT " points, mean error %.4f\n",
          json_object_get_int_member (object, "n_runs"), ay_json_number_of (object, "labels"),
          100.0 * ay_json_number_of (object, "coverage"),
           json_object_get_int_member (object, "n_hidden"),
          ay_json_number_of (object, "backtest_error"));
  if (!json_object_get_null_member (object, "refused"))
    printf ("No prediction: %s\n", json_object_get_string_member (object, "refused"));
  if (json_object_has_member (object, "more"))
    {
      JsonObject *one = json_object_get_object_member (object, "more");

      printf ("%" G_GINT64_FORMAT " more labels: accuracy %s (90 %%: %s to %s), from %.1f %% now",
              json_object_get_int_member (one, "labels"),
              cmd_text_percent (ay_json_number_of (one, "accuracy"), a),
              cmd_text_percent (ay_json_number_of (one, "low"), b),
              cmd_text_percent (ay_json_number_of (one, "high"), c),
              100.0 * ay_json_number_of (one, "accuracy_now"));
      print_money (one);
    }
  if (json_object_has_member (object, "to_target"))
    {
      JsonObject *one = json_object_get_object_member (object, "to_target");

      printf ("%s accuracy: %s (90 %%: ", cmd_text_percent (ay_json_number_of (one, "target"), a),
              labels_text (ay_json_number_of (one, "labels"), b));
      printf ("%s to ", labels_text (ay_json_number_of (one, "low"), b));
      printf ("%s)", labels_text (ay_json_number_of (one, "high"), b));
      print_money (one);
    }
}

static gboolean
run_budget (CmdRun *run, GError **error)
{
  g_autoptr (AyWork) work = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (AyBudgetFit) fit = NULL;
  g_autoptr (JsonObject) object = NULL;

  if (given.more < 0 || given.target < 0.0 || given.target >= 1.0 || given.price < 0.0)
    return cmd_usage_error (error, "budget: --more, --price above 0; --target between 0 and 1");
  work = cmd_open (run, run->args[0], AY_WORKSPACE_READ, error);
  runs = work != NULL ? read_runs (work, run->n_args > 1 ? run->args[1] : NULL, error) : NULL;
  fit = runs != NULL ? ay_budget_fit_histories (runs, error) : NULL;
  if (fit == NULL)
    return FALSE;
  object = describe (fit);
  cmd_print_answer (run, object, print_text);
  return TRUE;
}

const Cmd cmd_budget = {
  .name = "budget",
  .operands = "WORK [HISTORY]",
  .summary = "Predict what more labels would buy, with a band that was back-tested",
  .min_args = 1,
  .max_args = 2,
  .options = options,
  .run = run_budget,
};
