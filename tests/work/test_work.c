/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/work/work.h"
#include "folders.h"

#include <math.h>
#include <string.h>

/* A folder with data.csv: 120 rows of three classes, well apart, ids r0.. in file order. */
typedef struct
{
  char *folder, *csv, *assay;
} Place;

static void
place_set_up (Place *place, gconstpointer unused)
{
  GString *text = g_string_new ("id,label,split,x,y,influence\n");
  AyRng rng;

  ay_rng_init (&rng, 11, 0);
  for (int i = 0; i < 120; i++)
    {
      const char *part = i % 6 == 0 ? "valid" : i % 6 == 1 ? "test" : "train";

      g_string_append_printf (text, "r%d,%c,%s,%.6f,%.6f,%d\n", i, 'a' + i % 3, part,
                              (i % 3) * 3.0 + ay_rng_normal (&rng),
                              (i % 3 == 1) * 3.0 + ay_rng_normal (&rng), i);
    }
  place->folder = make_folder ();
  place->csv = g_build_filename (place->folder, "data.csv", NULL);
  place->assay = g_build_filename (place->folder, "w.assay", NULL);
  put_file (place->folder, "data.csv", text->str, text->len);
  g_string_free (text, TRUE);
}

static void
place_tear_down (Place *place, gconstpointer unused)
{
  drop_folder (place->folder);
  g_free (place->folder);
  g_free (place->csv);
  g_free (place->assay);
}

/* label: of the classes, or a number to predict. */
static AyWork *
make_of (Place *place, const char *label, gboolean classes)
{
  g_autoptr (AyLoadOptions) options = ay_load_options_new ();
  const char *const inputs[] = { place->csv, NULL };
  g_autoptr (GError) error = NULL;
  AyWork *work;

  g_strfreev (options->inputs);
  options->inputs = g_strdupv ((char **) inputs);
  options->features = g_strdup (classes ? "x,y" : "x");
  *(classes ? &options->label : &options->target) = g_strdup (label);
  work = ay_work_new (place->assay, options, NULL, &error);
  g_assert_no_error (error);
  return work;
}

static AyWork *
make (Place *place)
{
  return make_of (place, "label", TRUE);
}

static gsize
count (AyWork *work, const char *where)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AyBitset) rows = ay_work_select (work, where, NULL, &error);

  g_assert_no_error (error);
  return ay_bitset_count (rows);
}

static void
score (AyWork *work, const char *id)
{
  const char *const ids[] = { id, NULL };
  g_autoptr (GError) error = NULL;

  ay_work_score (work, ids, NULL, 0, NULL, &error);
  g_assert_no_error (error);
}

/* Ours come first and keep their names; an input column of a score's name gives way to it. */
static void
test_columns (Place *place, gconstpointer unused)
{
  g_autoptr (AyWork) work = make (place);
  g_autoptr (AyTable) before = ay_work_columns (work, NULL);
  g_autoptr (AyTable) after = NULL;

  g_assert_cmpstr (ay_column_name (ay_table_column (before, 0)), ==, "id");
  g_assert_cmpstr (ay_column_name (ay_table_column (before, 1)), ==, "split");
  g_assert_cmpstr (ay_column_name (ay_table_column (before, 2)), ==, "label");
  g_assert_cmpuint (count (work, "influence = 7"), ==, 1);
  score (work, "influence");
  after = ay_work_columns (work, NULL);
  g_assert_cmpuint (count (work, "influence_input = 7"), ==, 1);
  g_assert_cmpuint (count (work, "influence IS NULL"), ==, 40); /* valid and test rows */
  g_assert_cmpuint (count (work, "split = 'train' AND influence IS NOT NULL"), ==, 80);
  g_assert_nonnull (ay_table_find (after, "decision"));
}

/* What was done is there after opening again; values are the same to the bit. */
static void
test_reopen (Place *place, gconstpointer unused)
{
  AyWork *work = make (place);
  g_autoptr (AyBitset) rows = NULL;
  g_autoptr (AyWork) again = NULL;
  g_autofree double *before = NULL;
  g_autofree double *after = NULL;
  g_autoptr (GError) error = NULL;

  score (work, "influence");
  before = ay_work_score_values (work, "influence", NULL);
  rows = ay_work_select (work, "label = 'b'", NULL, NULL);
  g_assert_true (ay_work_decide (
      work, &(AyDecision) { AY_DECISION_DROP, rows, NULL, "a test" }, NULL));
  g_assert_cmpuint (count (work, "decision = 'drop'"), ==, 40);
  g_assert_true (ay_work_undo (work, NULL));
  g_assert_cmpuint (count (work, "decision = 'drop'"), ==, 0);
  g_assert_true (ay_work_redo (work, NULL));
  ay_work_unref (work);

  again = ay_work_open (place->assay, AY_WORKSPACE_WRITE, NULL, NULL, &error);
  g_assert_no_error (error);
  after = ay_work_score_values (again, "influence", NULL);
  g_assert_cmpmem (before, 120 * sizeof (double), after, 120 * sizeof (double));
  g_assert_cmpuint (count (again, "decision = 'drop' AND label = 'b'"), ==, 40);
}

/* A new label is one that the data set knows; anything else changes nothing. */
static void
test_relabel (Place *place, gconstpointer unused)
{
  g_autoptr (AyWork) work = make (place);
  g_autoptr (AyBitset) rows = ay_work_select (work, "id = 'r7'", NULL, NULL);
  AyDecision decision = { AY_DECISION_RELABEL, rows, "d", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_false (ay_work_decide (work, &decision, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_assert_cmpstr (error->message, ==, "no class called \"d\"; there are a, b, c");
  g_assert_cmpuint (ay_journal_n_entries (ay_work_journal (work)), ==, 0);
  decision.value = "c";
  g_assert_true (ay_work_decide (work, &decision, NULL));
  g_assert_cmpuint (count (work, "new_label = 'c'"), ==, 1);
}

static void
test_relabel_number (Place *place, gconstpointer unused)
{
  g_autoptr (AyWork) work = make_of (place, "y", FALSE);
  g_autoptr (AyBitset) rows = ay_work_select (work, "id = 'r7'", NULL, NULL);
  const char *const wrong[] = { "many", "nan", "inf", "1,5", "" };
  AyDecision decision = { AY_DECISION_RELABEL, rows, NULL, NULL };

  for (gsize k = 0; k < G_N_ELEMENTS (wrong); k++)
    {
      g_autoptr (GError) error = NULL;

      decision.value = wrong[k];
      g_assert_false (ay_work_decide (work, &decision, &error));
      g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
    }
  decision.value = "-1.5e3";
  g_assert_true (ay_work_decide (work, &decision, NULL));
  g_assert_cmpuint (count (work, "new_label IS NOT NULL"), ==, 1);
}

/* The share of doubted labels is that of valid until a label score has left rows out; then it is
 * remembered, for the head it was found of. */
static void
test_doubts (Place *place, gconstpointer unused)
{
  g_autoptr (GHashTable) parameters = g_hash_table_new (g_str_hash, g_str_equal);
  AyWork *work = make (place);
  double share;

  g_assert_cmpuint (ay_work_fitness (work, NULL, NULL)->flagged_rows, ==, 0); /* 20: too few */
  score (work, "label_issue");
  g_assert_cmpuint (ay_work_fitness (work, NULL, NULL)->flagged_rows, ==, 100);
  share = ay_work_fitness (work, NULL, NULL)->flagged;
  ay_work_unref (work);

  work = ay_work_open (place->assay, AY_WORKSPACE_WRITE, NULL, NULL, NULL);
  g_assert_cmpuint (ay_work_fitness (work, NULL, NULL)->flagged_rows, ==, 100);
  g_assert_cmpfloat (ay_work_fitness (work, NULL, NULL)->flagged, ==, share);
  g_hash_table_insert (parameters, (char *) "lambda_mean", (char *) "0.1");
  g_assert_true (ay_work_set_parameters (work, parameters, NULL));
  g_assert_cmpuint (ay_work_fitness (work, NULL, NULL)->flagged_rows, ==, 0);
  ay_work_unref (work);
}

/* A changed file is refused with the reason, a missing one is asked for, a moved one is found. */
static void
test_files (Place *place, gconstpointer unused)
{
  g_autofree char *elsewhere = g_build_filename (place->folder, "moved.csv", NULL);
  g_autoptr (GHashTable) moved = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *text = NULL;
  gsize length;
  AyWork *work = make (place);
  GError *error = NULL;

  ay_work_unref (work);
  g_assert_cmpint (g_rename (place->csv, elsewhere), ==, 0);
  g_assert_null (ay_work_open (place->assay, AY_WORKSPACE_WRITE, NULL, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "data.csv: not found"));
  g_clear_error (&error);
  g_hash_table_insert (moved, place->csv, elsewhere);
  work = ay_work_open (place->assay, AY_WORKSPACE_WRITE, moved, NULL, &error);
  g_assert_no_error (error);
  ay_work_unref (work);
  work = ay_work_open (place->assay, AY_WORKSPACE_WRITE, NULL, NULL, &error);
  g_assert_no_error (error); /* the new place was remembered */
  ay_work_unref (work);

  g_assert_true (g_file_get_contents (elsewhere, &text, &length, NULL));
  text[length - 3] ^= 1; /* the same size, one bit of one value */
  g_assert_true (g_file_set_contents (elsewhere, text, (gssize) length, NULL));
  g_assert_null (ay_work_open (place->assay, AY_WORKSPACE_WRITE, NULL, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CHANGED);
  g_clear_error (&error);
}

/* By id in any order; missing and surplus ids are listed, a missing one has no value. */
static void
test_import (Place *place, gconstpointer unused)
{
  g_autoptr (AyWork) work = make (place);
  g_autofree char *path = g_build_filename (place->folder, "mine.csv", NULL);
  AyImportOptions options = { .direction = AY_DIRECTION_HIGH_GOOD, .name = (char *) "mine" };
  AyImportReport report;
  g_autoptr (GError) error = NULL;
  g_autofree double *values = NULL;
  GString *text = g_string_new ("id,worth\n");

  for (int i = 118; i >= 0; i--)
    g_string_append_printf (text, "r%d,%d\n", i, i * 10);
  g_string_append (text, "stranger,5\n");
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
  g_string_free (text, TRUE);
  g_assert_true (ay_work_import (work, path, &options, &report, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (report.n_matched, ==, 119);
  g_assert_cmpuint (report.n_missing, ==, 1);
  g_assert_cmpstr (report.missing->pdata[0], ==, "r119");
  g_assert_cmpuint (report.n_surplus, ==, 1);
  g_assert_cmpstr (report.surplus->pdata[0], ==, "stranger");
  ay_import_report_clear (&report);
  values = ay_work_score_values (work, "mine", NULL);
  g_assert_cmpfloat (values[7], ==, 70.0);
  g_assert_true (isnan (values[119]));

  options.by_row = TRUE; /* the file has 120 rows too: in file order now, and replaced */
  g_assert_true (ay_work_import (work, path, &options, &report, NULL, &error));
  g_assert_cmpuint (report.n_matched, ==, 120);
  ay_import_report_clear (&report);
  g_free (values);
  values = ay_work_score_values (work, "mine", NULL);
  g_assert_cmpfloat (values[0], ==, 1180.0);

  g_assert_true (ay_work_undo (work, &error)); /* the first import is back, then nothing */
  g_free (values);
  values = ay_work_score_values (work, "mine", NULL);
  g_assert_cmpfloat (values[7], ==, 70.0);
  g_assert_true (isnan (values[119]));
  g_assert_true (ay_work_undo (work, &error));
  g_assert_null (ay_work_score_values (work, "mine", NULL));
  g_assert_false (ay_work_undo (work, &error));
  g_clear_error (&error);
  g_assert_true (ay_work_redo (work, &error) && ay_work_redo (work, &error));
  g_free (values);
  values = ay_work_score_values (work, "mine", NULL);
  g_assert_cmpfloat (values[0], ==, 1180.0);
}

/* The refit of a what-if is the loss of a head fitted without those rows, found another way. */
static void
test_whatif (Place *place, gconstpointer unused)
{
  g_autoptr (AyWork) work = make (place);
  g_autoptr (AyBitset) rows = ay_work_select (work, "row % 7 = 3", NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AyOwnedProblem) train = ay_problem_of_split (ay_work_data (work), AY_SPLIT_TRAIN);
  g_autoptr (AyOwnedProblem) valid = ay_problem_of_split (ay_work_data (work), AY_SPLIT_VALID);
  g_autofree double *weight = g_new (double, train->problem.n);
  g_autoptr (AyHead) without = NULL;
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyWhatIf what;
  AyFit fit;

  g_assert_true (ay_work_whatif (work, rows, TRUE, &what, NULL, &error));
  g_assert_no_error (error);
  for (gsize i = 0; i < train->problem.n; i++)
    weight[i] = ay_bitset_get (rows, train->problem.rows[i]) ? 0.0 : 1.0;
  train->problem.weight = weight;
  without = ay_head_fit (&train->problem, &options, ay_work_head (work, NULL, NULL), NULL, &error);
  g_assert_no_error (error);
  g_assert_true (ay_head_evaluate (without, &valid->problem, &fit, NULL, NULL));
  g_assert_cmpfloat_with_epsilon (what.valid.before.loss + what.valid.refit, fit.loss, 1e-7);
  g_assert_true (what.has_test);
  g_assert_cmpuint (what.test_openings, ==, 1);
  ay_what_if_clear (&what);
  g_assert_true (ay_work_whatif (work, rows, TRUE, &what, NULL, NULL));
  g_assert_cmpuint (what.test_openings, ==, 2); /* every look at the test part is counted */
  ay_what_if_clear (&what);
}

/* Other labels, and rows that count twice: the refit is a head fitted to such a problem, the
 * estimate is near it, and groups add up to the whole. */
static void
check_change (AyWork *work, const AyWhatIfOptions *change, const AyProblem *then)
{
  g_autoptr (AyBitset) rows = ay_work_select (work, "row % 9 = 2", NULL, NULL);
  g_autoptr (AyOwnedProblem) test = ay_problem_of_split (ay_work_data (work), AY_SPLIT_TEST);
  g_autoptr (AyHead) fitted = NULL;
  g_autoptr (GPtrArray) groups = NULL;
  g_autoptr (GError) error = NULL;
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  double loss = 0.0, right = 0.0, n = 0.0;
  AyWhatIf what;
  AyFit fit;

  fitted = ay_head_fit (then, &options, ay_work_head (work, NULL, NULL), NULL, &error);
  g_assert_no_error (error);
  g_assert_true (ay_work_whatif_of (work, rows, change, &what, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (ay_head_evaluate (fitted, &test->problem, &fit, NULL, NULL));
  g_assert_cmpfloat_with_epsilon (what.test.after.loss, fit.loss, 1e-6);
  g_assert_cmpfloat_with_epsilon (what.test.estimate, what.test.refit,
                                  0.1 * fabs (what.test.refit));
  g_assert_false (what.valid.rough);
  groups = ay_work_whatif_groups (work, &what, "label", NULL, &error);
  g_assert_no_error (error);
  for (guint k = 0; k < groups->len; k++)
    {
      const AyWhatIfGroup *group = g_ptr_array_index (groups, k);

      n += (double) group->n;
      loss += (double) group->n * group->loss_after;
      right += (double) group->n * group->accuracy_after;
    }
  g_assert_cmpfloat (n, ==, test->problem.n);
  g_assert_cmpfloat_with_epsilon (loss / n, what.test.after.loss, 1e-9);
  g_assert_cmpfloat_with_epsilon (right / n, what.test.after.accuracy, 1e-9);
  g_assert_null (ay_work_whatif_groups (work, &what, "nothing", NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  ay_what_if_clear (&what);
}

static void
test_changes (Place *place, gconstpointer unused)
{
  g_autoptr (AyWork) work = make (place);
  AyDataset *data = ay_work_data (work);
  g_autoptr (AyOwnedProblem) train = ay_problem_of_split (data, AY_SPLIT_TRAIN);
  AyProblem then = train->problem;
  g_autofree gint32 *label = g_memdup2 (then.label, then.n * sizeof *label);
  g_autofree double *weight = g_new (double, then.n);
  g_autoptr (AyBitset) rows = ay_work_select (work, "row % 9 = 2", NULL, NULL);
  AyWhatIfOptions change = AY_WHAT_IF_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyWhatIf what;

  for (gsize i = 0; i < then.n; i++)
    {
      gboolean chosen = ay_bitset_get (rows, then.rows[i]);

      label[i] = chosen ? 0 : label[i];
      weight[i] = chosen ? 2.0 : 1.0;
    }
  change.verify = TRUE;
  change.kind = AY_WHAT_IF_RELABEL;
  change.label = data->class_names[0];
  then.label = label;
  check_change (work, &change, &then);
  then.label = train->problem.label;
  then.weight = weight;
  change.kind = AY_WHAT_IF_DUPLICATE;
  check_change (work, &change, &then);
  change.kind = AY_WHAT_IF_RELABEL;
  change.label = "no such class";
  g_assert_false (ay_work_whatif_of (work, rows, &change, &what, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
}

/* A parameter that nothing knows, or of a bad value, changes nothing. */
static void
test_parameters (Place *place, gconstpointer unused)
{
  g_autoptr (AyWork) work = make (place);
  g_autoptr (GHashTable) parameters = g_hash_table_new (g_str_hash, g_str_equal);
  const char *const ids[] = { "influence", NULL };
  GError *error = NULL;

  g_hash_table_insert (parameters, (char *) "lambada", (char *) "1");
  g_assert_false (ay_work_score (work, ids, parameters, 0, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  g_hash_table_remove_all (parameters);
  g_hash_table_insert (parameters, (char *) "lambda_mean", (char *) "-1");
  g_assert_false (ay_work_score (work, ids, parameters, 0, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  g_assert_cmpfloat (ay_work_head_options (work)->lambda_mean, ==, 1e-3);
  g_hash_table_replace (parameters, (char *) "lambda_mean", (char *) "0.01");
  g_assert_true (ay_work_score (work, ids, parameters, 0, NULL, &error));
  g_clear_pointer (&work, ay_work_unref);
  work = ay_work_open (place->assay, AY_WORKSPACE_READ, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (ay_work_head_options (work)->lambda_mean, ==, 0.01);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/verbs/columns", Place, NULL, place_set_up, test_columns, place_tear_down);
  g_test_add ("/verbs/reopen", Place, NULL, place_set_up, test_reopen, place_tear_down);
  g_test_add ("/verbs/relabel", Place, NULL, place_set_up, test_relabel, place_tear_down);
  g_test_add ("/verbs/relabel/number", Place, NULL, place_set_up, test_relabel_number,
              place_tear_down);
  g_test_add ("/verbs/doubts", Place, NULL, place_set_up, test_doubts, place_tear_down);
  g_test_add ("/verbs/files", Place, NULL, place_set_up, test_files, place_tear_down);
  g_test_add ("/verbs/import", Place, NULL, place_set_up, test_import, place_tear_down);
  g_test_add ("/verbs/what-if", Place, NULL, place_set_up, test_whatif, place_tear_down);
  g_test_add ("/verbs/changes", Place, NULL, place_set_up, test_changes, place_tear_down);
  g_test_add ("/verbs/parameters", Place, NULL, place_set_up, test_parameters, place_tear_down);
  return g_test_run ();
}
