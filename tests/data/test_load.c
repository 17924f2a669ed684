/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/data/load.h"
#include "core/data/source_name.h"
#include "data/load_place.h"

#include <math.h>

/* "name,a,b" and rows of two numbers that differ everywhere, with a label of `classes` values. */
static char *
table_text (gsize rows, guint classes)
{
  GString *text = g_string_new ("a,b,label\n");

  for (gsize i = 0; i < rows; i++)
    g_string_append_printf (text, "%g,%g,c%u\n", i * 0.5, (double) (i * i % 97),
                            (guint) (i % classes));
  return g_string_free (text, FALSE);
}

static void
test_table (Place *place, gconstpointer data)
{
  g_autoptr (AyLoadOptions) options = options_of (WORDS ("t.csv"));
  g_autoptr (AyDataset) set = NULL;
  g_autofree char *label = NULL;

  write_text ("t.csv", "id,size,label,split,height\n"
                       "r1,1,b,train,10\nr2,2,a,train,20\nr3,3,b,valid,30\nr4,4,a,valid,40\n"
                       "r5,5,b,test,50\nr6,6,a,train,60\nr7,7,,train,70\n");
  set = load (options);
  g_assert_cmpuint (set->n, ==, 7);
  g_assert_cmpuint (set->n_classes, ==, 2);
  g_assert_cmpstr (set->class_names[0], ==, "a");
  g_assert_cmpint (set->label[0], ==, 1);
  g_assert_cmpint (set->label[6], ==, AY_LABEL_MISSING);
  g_assert_cmpuint (set->split[6], ==, AY_SPLIT_POOL);
  g_assert_cmpuint (count (set, AY_SPLIT_TRAIN), ==, 3);
  g_assert_cmpuint (count (set, AY_SPLIT_VALID), ==, 2);
  g_assert_cmpuint (count (set, AY_SPLIT_POOL), ==, 1);
  g_assert_true (set->has_test && !set->test_drawn);
  g_assert_cmpuint (ay_matrix_cols (set->features), ==, 2);
  g_assert_cmpstr (set->feature_names[1], ==, "height");
  g_assert_cmpfloat (ay_matrix_value (set->features, 3, 1), ==, 40);
  label = ay_dataset_dup_label (set, 2);
  g_assert_cmpstr (label, ==, "b");
  g_assert_cmpstr (options->label, ==, "col:label");
  g_assert_cmpstr (options->id, ==, "col:id");
  g_assert_cmpstr (options->split, ==, "col:split");
  g_assert_cmpstr (options->features, ==, "col:size,col:height");
  assert_said (set, "role-guessed", NULL);
}

/* A lone NPY is the features, mapped as it lies in the file; labels from another file. */
static void
test_matrix (Place *place, gconstpointer data)
{
  g_autoptr (AyDataset) set = NULL, again = NULL;

  write_pair ("x.npy", "y.npy", 200, 5, 1);
  set = load_words (WORDS ("features=x.npy", "label=y.npy"));
  g_assert_cmpuint (set->n, ==, 200);
  g_assert_nonnull (ay_matrix_peek_f32 (set->features, 0, 200));
  g_assert_null (set->feature_names);
  g_assert_cmpstr (set->features_from, ==, "5 columns of x.npy");
  g_assert_cmpuint (count (set, AY_SPLIT_VALID), ==, 20);
  g_assert_cmpuint (count (set, AY_SPLIT_TEST), ==, 20);
  g_assert_cmpfloat (ay_column_numbers (set->id)[7], ==, 7);
  assert_said (set, "parts-drawn", NULL);
  assert_said (set, "features-saw-labels", NULL);
  assert_not_said (set, "row-order");
  again = load_words (WORDS ("x.npy", "label=file:y.npy"));
  g_assert_cmpmem (set->split, 200, again->split, 200);
}

static void
test_reopen (Place *place, gconstpointer data)
{
  g_autofree char *text = table_text (60, 3), *json = NULL;
  g_autoptr (AyLoadOptions) options = options_of (WORDS ("t.csv")), stored = NULL;
  g_autoptr (AyDataset) set = NULL, again = NULL;

  write_text ("t.csv", text);
  set = load (options);
  json = ay_load_options_to_json (options);
  stored = ay_load_options_from_json (json, NULL);
  write_text ("label", "a file that is called as the column is\n");
  again = load (stored);
  g_assert_cmpmem (set->split, 60, again->split, 60);
  g_assert_cmpmem (set->label, 60 * sizeof (gint32), again->label, 60 * sizeof (gint32));
  g_assert_cmpuint (ay_matrix_cols (again->features), ==, 2);
  assert_not_said (again, "role-guessed");
}

static void
test_lengths (Place *place, gconstpointer data)
{
  write_pair ("x.npy", "other.npy", 100, 3, 1);
  write_pair ("x2.npy", "y.npy", 99, 3, 1);
  write_pair ("x3.npy", "y3.npy", 100, 4, 1);
  write_pair ("x4.npy", "y4.npy", 200, 4, 1);
  write_text ("t.csv", "label,a\nu,1\nv,2\n");
  assert_words_fail (WORDS ("features=x.npy", "label=y.npy"), "x.npy has 100 rows, y.npy has 99");
  assert_words_fail (WORDS ("t.csv", "features=x.npy"), "t.csv has 2 rows, x.npy has 100");
  assert_words_fail (WORDS ("x.npy", "label=other.npy", "split=y.npy"),
                     "x.npy has 100 rows, y.npy has 99");
  assert_words_fail (WORDS ("x.npy", "x3.npy", "label=y4.npy"),
                     "x.npy has 3 columns, x3.npy has 4");
  assert_words_fail (WORDS ("x.npy", "label=other.npy", "valid_features=x3.npy",
                            "valid_label=y3.npy"),
                     "x.npy has 3 columns, x3.npy has 4");
  assert_words_fail (WORDS ("x.npy", "label=other.npy", "valid_features=x2.npy",
                            "valid_label=other.npy"),
                     "x2.npy has 99 rows, other.npy has 100");
  assert_words_fail (WORDS ("x.npy", "label=x2.npy"), "x2.npy has 3 columns, a label has one");
}

static void
test_ids (Place *place, gconstpointer data)
{
  write_text ("a.csv", "id,a,label\nr1,1,u\nr2,2,v\nr1,3,u\n");
  write_text ("b.csv", "id,a,label\n7,1,u\n8,2,v\n9,3,u\n");
  write_text ("c.csv", "id,a,label\n17,1,u\n8,2,v\n19,3,u\n");
  write_text ("d.csv", "id,a,label\nr1,1,u\n,2,v\nr3,3,u\n");
  write_text ("e.csv", "key,a,label\n1.5,1,u\n2,2,v\n3,3,u\n");
  assert_words_fail (WORDS ("a.csv"),
                     "a.csv: row 0 and row 2 have the same id \"r1\" in column \"id\"");
  assert_words_fail (WORDS ("b.csv", "c.csv"), "b.csv, c.csv: b.csv row 1 and c.csv row 1 have the "
                     "same id \"8\" in column \"id\"");
  assert_words_fail (WORDS ("d.csv"), "d.csv: row 1 has no id in column \"id\"");
  assert_words_fail (WORDS ("e.csv", "id=key"),
                     "e.csv: id column \"key\": ids are whole numbers or texts");
}

/* Parts and times that cannot be read; ids of a validation file that were there before. */
static void
test_roles_faults (Place *place, gconstpointer data)
{
  write_text ("t.csv", "id,a,when,label,part\n1,1,soon,u,train\n2,2,2020-01-01,v,fold7\n"
                       "3,3,2020-01-01,u,train\n");
  write_text ("v.csv", "id,a,label\n9,1,u\n3,2,v\n");
  assert_words_fail (WORDS ("t.csv", "label=label", "split=part"),
                     "t.csv: split column \"part\", row 1: \"fold7\" is none of train, valid, "
                     "test, pool");
  assert_words_fail (WORDS ("t.csv", "label=label", "time=when"), "t.csv: column \"when\", row 0: "
                     "\"soon\" is not a time (ISO 8601, or a number)");
  assert_words_fail (WORDS ("t.csv", "label=label", "features=a", "valid_features=v.csv"),
                     "t.csv: row 2 and v.csv row 1 have the same id \"3\" in column \"id\"");
}

static void
test_classes (Place *place, gconstpointer data)
{
  g_autoptr (AyDataset) set = NULL;

  write_text ("one.csv", "a,label\n1,u\n2,u\n3,u\n");
  write_text ("train.csv", "a,label,split\n1,u,train\n2,u,train\n3,v,valid\n4,u,valid\n");
  write_text ("few.csv", "a,label,split\n1,u,train\n2,v,train\n3,w,valid\n4,x,valid\n");
  write_text ("absent.csv", "a,label,split\n1,u,train\n2,v,train\n3,w,valid\n4,u,valid\n"
                             "5,u,train\n");
  write_text ("tiny.csv", "a,label\n1,u\n2,v\n3,u\n");
  assert_words_fail (WORDS ("one.csv", "label=label"),
                     "one.csv: label column \"label\": all 3 labelled rows are of one class, "
                     "\"u\"");
  assert_words_fail (WORDS ("train.csv"), "train.csv: all 2 training rows are of one class, \"u\"");
  assert_words_fail (WORDS ("few.csv", "label=label"),
                     "few.csv: 2 training rows for 4 classes: fewer rows than classes");
  assert_words_fail (WORDS ("tiny.csv"), "tiny.csv: no labelled row in the validation part (3 rows "
                     "of 2 classes are too few to draw from; name parts with --split)");
  set = load_words (WORDS ("absent.csv", "label=label"));
  g_assert_cmpuint (set->n_classes, ==, 3);
  assert_said (set, "class-absent-train", "1 class has no training row, so that 1 validation rows "
               "cannot be right: \"w\"");
  assert_said (set, "class-absent-valid", "1 class has no validation row, so that nothing is known "
               "of how well they are told: \"v\"");
  assert_said (set, "no-test", NULL);
  g_assert_false (set->has_test);
}

static void
test_columns (Place *place, gconstpointer data)
{
  g_autoptr (AyDataset) set = NULL, some = NULL;

  write_text ("t.csv", "c,x_1,x_2,kind,label\n5,1,2,red,u\n5,2,4,blue,v\n5,3,6,red,u\n5,4,8,red,v\n"
                       "5,5,1,red,u\n5,6,2,blue,v\n5,7,3,red,u\n5,8,4,red,v\n5,9,7,blue,u\n"
                       "5,10,2,red,v\n5,11,4,blue,u\n5,12,1,blue,v\n5,13,9,blue,u\n5,14,5,red,v\n"
                       "5,15,4,red,u\n5,16,3,blue,v\n");
  set = load_words (WORDS ("t.csv"));
  assert_said (set, "constant-column",
               "1 feature is the same in every row and of no use: c");
  g_assert_cmpuint (ay_matrix_cols (set->features), ==, 5); /* and kind=blue, kind=red */
  some = load_words (WORDS ("t.csv", "features=x_*,col:kind"));
  g_assert_cmpuint (ay_matrix_cols (some->features), ==, 4);
  g_assert_cmpstr (some->feature_names[2], ==, "kind=blue");
  g_assert_cmpstr (some->feature_names[3], ==, "kind=red");
  g_assert_cmpfloat (ay_matrix_value (some->features, 1, 2), ==, 1);
  g_assert_cmpfloat (ay_matrix_value (some->features, 1, 3), ==, 0);
  assert_words_fail (WORDS ("t.csv", "features=nope*"),
                     "features \"nope*\": neither a file nor columns of t.csv");
  assert_words_fail (WORDS ("t.csv", "features=label", "label=label"),
                     "column \"label\" is what is to be predicted, it cannot be a feature");
  assert_words_fail (WORDS ("t.csv", "label=nope"), "label \"nope\": neither a file nor a column "
                     "of t.csv (columns: c, x_1, x_2, kind, label)");
}

static void
test_missing (Place *place, gconstpointer data)
{
  g_autoptr (AyLoadOptions) drop = NULL, refuse = NULL;
  g_autoptr (AyDataset) imputed = NULL, dropped = NULL;

  write_text ("t.csv", "x,kind,label,split\n1,red,u,train\n2,blue,v,train\n,red,u,train\n"
                       "6,,v,train\n100,blue,u,valid\n200,blue,v,valid\n300,blue,v,valid\n"
                       ",blue,u,valid\n");
  imputed = load_words (WORDS ("t.csv", "features=x,kind", "label=label"));
  g_assert_cmpuint (ay_matrix_cols (imputed->features), ==, 5);
  g_assert_cmpstr (imputed->feature_names[1], ==, "x missing");
  g_assert_cmpfloat (ay_matrix_value (imputed->features, 2, 0), ==, 2); /* median of train */
  g_assert_cmpfloat (ay_matrix_value (imputed->features, 2, 1), ==, 1);
  g_assert_cmpfloat (ay_matrix_value (imputed->features, 7, 0), ==, 2);
  g_assert_cmpfloat (ay_matrix_value (imputed->features, 1, 1), ==, 0);
  g_assert_cmpstr (imputed->feature_names[3], ==, "kind=red");
  g_assert_cmpfloat (ay_matrix_value (imputed->features, 3, 3), ==, 1); /* most frequent in train */
  g_assert_cmpfloat (ay_matrix_value (imputed->features, 3, 4), ==, 1);
  assert_said (imputed, "imputed", "column \"x\": 2 missing values set to the median of the "
               "training rows, 2, and marked in \"x missing\"");

  drop = options_of (WORDS ("t.csv", "features=x,kind", "label=label"));
  drop->missing = AY_MISSING_DROP;
  dropped = load (drop);
  g_assert_cmpuint (dropped->n, ==, 5);
  g_assert_cmpfloat (ay_column_numbers (dropped->id)[2], ==, 4); /* ids stay row numbers */
  g_assert_cmpuint (ay_table_rows (dropped->table), ==, 5);
  assert_said (dropped, "rows-dropped", "3 rows with a missing feature are left out");

  refuse = options_of (WORDS ("t.csv", "features=x,kind", "label=label"));
  refuse->missing = AY_MISSING_REFUSE;
  assert_fails (refuse, "t.csv: row 2, column \"x\": missing value");
}

static void
test_target (Place *place, gconstpointer data)
{
  g_autoptr (AyLoadOptions) options = options_of (WORDS ("t.csv"));
  g_autoptr (AyDataset) set = NULL;
  g_autoptr (GString) text = g_string_new ("x,y\n");

  for (int i = 0; i < 50; i++)
    g_string_append_printf (text, "%d,%g\n", i, i * 0.25);
  write_text ("t.csv", text->str);
  write_text ("same.csv", "x,y,split\n1,3,train\n2,3,train\n3,4,valid\n");
  write_text ("words.csv", "x,y\n1,3\n2,two\n3,4\n");
  set = load (options);
  g_assert_cmpuint (set->n_classes, ==, 0);
  g_assert_null (set->label);
  g_assert_cmpstr (options->target, ==, "col:y");
  g_assert_cmpfloat (set->target[9], ==, 2.25);
  g_assert_cmpuint (count (set, AY_SPLIT_VALID) + count (set, AY_SPLIT_TEST), ==, 10);
  assert_words_fail (WORDS ("same.csv", "target=y"),
                     "same.csv: the target is 3 in all training rows: there is nothing to predict");
  assert_words_fail (WORDS ("words.csv", "target=y"), "words.csv: target column \"y\" is not all "
                     "numbers (row 0: \"3\"); classes are named with --label");
  assert_words_fail (WORDS ("t.csv", "target=y", "label=y"),
                     "exactly one of label and target is wanted");
}

static void
test_inputs (Place *place, gconstpointer data)
{
  g_autoptr (AyDataset) set = NULL;
  g_autofree char *text = table_text (30, 2);

  write_text ("a.csv", text);
  write_text ("b.csv", "label,a,b\nc0,1000,1\nc1,2000,1\n");
  write_text ("c.csv", "label,a,z\nc0,1000,1\nc1,2000,1\n");
  set = load_words (WORDS ("a.csv", "b.csv"));
  g_assert_cmpuint (set->n, ==, 32);
  g_assert_cmpfloat (ay_matrix_value (set->features, 31, 0), ==, 2000);
  assert_words_fail (WORDS ("a.csv", "c.csv"), "c.csv: column \"z\" is not in the first file");
}

static void
test_valid_files (Place *place, gconstpointer data)
{
  g_autoptr (AyDataset) matrix = NULL, table = NULL;
  g_autofree char *text = table_text (30, 2);

  write_pair ("x.npy", "y.npy", 100, 3, 1);
  write_pair ("vx.npy", "vy.npy", 20, 3, 2);
  matrix = load_words (WORDS ("x.npy", "label=y.npy", "valid_features=vx.npy",
                              "valid_label=vy.npy"));
  g_assert_cmpuint (matrix->n, ==, 120);
  g_assert_cmpuint (count (matrix, AY_SPLIT_TRAIN), ==, 100);
  g_assert_cmpuint (count (matrix, AY_SPLIT_VALID), ==, 20);
  g_assert_false (matrix->has_test);
  g_assert_nonnull (ay_matrix_peek_f32 (matrix->features, 100, 20));
  g_assert_cmpint (matrix->label[101], ==, 1);
  assert_said (matrix, "no-test", NULL);

  write_text ("a.csv", text);
  write_text ("v.csv", "a,b,label\n7.25,2,c1\n8.25,5,c0\n");
  table = load_words (WORDS ("a.csv", "valid_features=v.csv", "valid_label=label"));
  g_assert_cmpuint (table->n, ==, 32);
  g_assert_cmpfloat (ay_matrix_value (table->features, 30, 0), ==, 7.25);
  g_assert_cmpuint (table->split[31], ==, AY_SPLIT_VALID);
  assert_words_fail (WORDS ("a.csv", "valid_features=vx.npy", "valid_label=vy.npy"),
                     "vx.npy: does not hold what the features are made of (columns of a table)");
  assert_words_fail (WORDS ("x.npy", "label=y.npy", "valid_features=vx.npy"),
                     "vx.npy: no labels for the validation rows: name them with --valid-label");
}

/* Time, groups and exact copies decide what is drawn. */
static void
test_drawn (Place *place, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new ("x,timestamp,label\n");
  g_autoptr (GString) groups = g_string_new ("x,z,group,label\n");
  g_autoptr (GString) copies = g_string_new ("x,z,label\n");
  g_autoptr (AyDataset) timed = NULL, grouped = NULL, copied = NULL;

  for (int i = 0; i < 100; i++)
    {
      g_string_append_printf (text, "%d,2020-01-%02dT%02d:00:00,%c\n", i, 1 + (i * 7) % 25,
                              (i * 7) / 25 % 24, i % 3 ? 'u' : 'v');
      g_string_append_printf (groups, "%d,%d,g%d,%c\n", i, i * i, i / 4, i % 2 ? 'u' : 'v');
      g_string_append_printf (copies, "%d,%d,%c\n", i / 2, i / 2 % 7, i / 2 % 2 ? 'u' : 'v');
    }
  write_text ("t.csv", text->str);
  write_text ("g.csv", groups->str);
  write_text ("c.csv", copies->str);
  timed = load_words (WORDS ("t.csv"));
  for (gsize i = 0; i < 100; i++)
    for (gsize j = 0; j < 100; j++)
      if (timed->split[i] == AY_SPLIT_TRAIN && timed->split[j] != AY_SPLIT_TRAIN)
        {
          g_autofree char *a = ay_column_dup_text (timed->time, i);
          g_autofree char *b = ay_column_dup_text (timed->time, j);

          g_assert_cmpstr (a, <=, b);
        }
  grouped = load_words (WORDS ("g.csv"));
  g_assert_nonnull (grouped->group);
  for (gsize i = 0; i < 100; i++)
    g_assert_cmpuint (grouped->split[i], ==, grouped->split[i / 4 * 4]);
  g_assert_cmpuint (count (grouped, AY_SPLIT_VALID) + count (grouped, AY_SPLIT_TEST), ==, 20);
  copied = load_words (WORDS ("c.csv"));
  for (gsize i = 0; i < 100; i += 2)
    g_assert_cmpuint (copied->split[i], ==, copied->split[i + 1]);
  assert_not_said (copied, "leak");
}

static void
test_leak (Place *place, gconstpointer data)
{
  g_autoptr (AyDataset) set = NULL;

  write_text ("t.csv", "x,label,split\n1,u,train\n2,v,train\n3,u,train\n2,v,valid\n5,u,valid\n");
  set = load_words (WORDS ("t.csv", "label=label"));
  assert_said (set, "leak", "1 validation or test row has exactly the features of a training row "
               "(the first: row 3): what is measured there is too good");
}

static void
test_order_of_rows (Place *place, gconstpointer data)
{
  g_autofree gint64 *y = g_new (gint64, 400);
  g_autoptr (AyDataset) good = NULL, bad = NULL;
  AyRng rng;

  write_pair ("x.npy", "y.npy", 400, 4, 3);
  ay_rng_init (&rng, 8, 0);
  for (int i = 0; i < 400; i++)
    y[i] = (gint64) ay_rng_below (&rng, 2);
  write_npy ("shuffled.npy", "<i8", 400, 0, y);
  good = load_words (WORDS ("features=x.npy", "label=y.npy"));
  assert_not_said (good, "row-order");
  bad = load_words (WORDS ("features=x.npy", "label=shuffled.npy"));
  assert_said (bad, "row-order", NULL);
  g_assert_nonnull (strstr (ay_diagnostics_find (bad->diagnostics, "row-order")->text,
                            "features and labels look unrelated: same row order?"));
}

/* Probabilities of 200 rows: p(label) = `train` where the row is train, `valid` elsewhere. */
static void
write_probabilities (const AyDataset *data, double train, double valid)
{
  g_autofree double *p = g_new (double, 2 * data->n);
  gsize seen[4] = { 0 };

  for (gsize i = 0; i < data->n; i++)
    {
      double right = data->split[i] == AY_SPLIT_TRAIN ? train : valid;

      /* every tenth row of a part is wrong, so that accuracy stays below 1 */
      right = seen[data->split[i]]++ % 10 == 0 ? 1.0 - right : right;
      p[2 * i + data->label[i]] = right;
      p[2 * i + 1 - data->label[i]] = 1.0 - right;
    }
  write_npy ("p.npy", "<f8", data->n, 2, p);
}

static void
test_probabilities (Place *place, gconstpointer data)
{
  g_autoptr (AyDataset) plain = NULL, out = NULL, in = NULL, perfect = NULL, alone = NULL;
  g_autofree double *p = g_new0 (double, 400);

  write_pair ("x.npy", "y.npy", 200, 3, 1);
  plain = load_words (WORDS ("x.npy", "label=y.npy"));
  write_probabilities (plain, 0.8, 0.78);
  out = load_words (WORDS ("x.npy", "label=y.npy", "probabilities=p.npy"));
  g_assert_cmpuint (ay_matrix_cols (out->probabilities), ==, 2);
  assert_not_said (out, "in-sample-probabilities");
  assert_said (out, "probabilities-out-of-sample", NULL);
  write_probabilities (plain, 0.95, 0.7);
  in = load_words (WORDS ("x.npy", "label=y.npy", "probabilities=p.npy"));
  assert_said (in, "in-sample-probabilities", NULL);
  for (gsize i = 0; i < 200; i++)
    {
      p[2 * i + (i % 2)] = 0.7;
      p[2 * i + 1 - i % 2] = 0.3;
    }
  write_npy ("p.npy", "<f8", 200, 2, p);
  perfect = load_words (WORDS ("x.npy", "label=y.npy", "probabilities=p.npy"));
  assert_said (perfect, "in-sample-probabilities", NULL);
  alone = load_words (WORDS ("y.npy", "label=col:y", "probabilities=p.npy"));
  assert_said (alone, "probabilities-as-features", NULL);
  assert_said (alone, "copies-split", NULL); /* two different rows in all */
  g_assert_cmpuint (count (alone, AY_SPLIT_VALID), ==, 20);

  write_npy ("q.npy", "<f8", 100, 4, p);
  assert_words_fail (WORDS ("x.npy", "label=y.npy", "probabilities=q.npy"),
                     "x.npy has 200 rows, q.npy has 100");
  p[0] = 0.4;
  write_npy ("p.npy", "<f8", 200, 2, p);
  assert_words_fail (WORDS ("x.npy", "label=y.npy", "probabilities=p.npy"),
                     "probabilities p.npy: row 0 sums to 0.7, not 1");
  p[1] = -0.1;
  write_npy ("p.npy", "<f8", 200, 2, p);
  assert_words_fail (WORDS ("x.npy", "label=y.npy", "probabilities=p.npy"),
                     "probabilities p.npy: row 0, class 1: -0.1 is not a probability");
}

static void
test_finite (Place *place, gconstpointer data)
{
  float x[] = { 1, 2, 3, 4, 5, NAN, 7, 8 };
  gint64 y[] = { 0, 1, 0, 1 };

  write_npy ("x.npy", "<f4", 4, 2, x);
  write_npy ("y.npy", "<i8", 4, 0, y);
  assert_words_fail (WORDS ("features=x.npy", "label=y.npy"), "x.npy: row 2, column 1: nan");
  assert_words_fail (WORDS ("x.npy", "label=y.npy"), "x.npy: row 2, column 1: nan");
}

/* Rows of a table file find theirs by id, in whatever order they come. */
static void
test_join (Place *place, gconstpointer data)
{
  g_autoptr (GString) inputs = g_string_new ("id,a\n"), labels = g_string_new ("label,id\n");
  g_autoptr (GString) vectors = g_string_new ("id,v1,v2\n");
  g_autoptr (AyDataset) set = NULL, joined = NULL;

  for (int i = 0; i < 40; i++)
    g_string_append_printf (inputs, "r%d,%d\n", i, i * 3 % 11);
  for (int i = 39; i >= 0; i--)
    {
      if (i != 5)
        g_string_append_printf (labels, "%c,r%d\n", i % 4 ? 'u' : 'v', i);
      g_string_append_printf (vectors, "r%d,%d,%d\n", i, i, i * i);
    }
  g_string_append (labels, "u,r99\n");
  write_text ("in.csv", inputs->str);
  write_text ("labels.csv", labels->str);
  write_text ("vectors.csv", vectors->str);
  set = load_words (WORDS ("in.csv", "label=labels.csv"));
  for (gsize i = 0; i < 40; i++)
    g_assert_cmpint (set->label[i], ==, i == 5 ? AY_LABEL_MISSING : i % 4 ? 0 : 1);
  assert_said (set, "joined-by-id", "label of labels.csv is joined by id: 1 rows without, 1 "
               "surplus");
  g_assert_cmpuint (set->split[5], ==, AY_SPLIT_POOL);
  joined = load_words (WORDS ("in.csv", "label=labels.csv", "features=vectors.csv,a"));
  g_assert_cmpuint (ay_matrix_cols (joined->features), ==, 3);
  g_assert_cmpfloat (ay_matrix_value (joined->features, 6, 1), ==, 36);
  g_assert_cmpfloat (ay_matrix_value (joined->features, 6, 2), ==, 18 % 11);
  write_text ("vectors.csv", "id,v1\nr0,1\nr2,2\n");
  assert_words_fail (WORDS ("in.csv", "label=labels.csv", "features=vectors.csv"),
                     "vectors.csv has no row with the id \"r1\" (row 1 of in.csv)");
  write_text ("vectors.csv", "id,v1\nr0,1\nr0,2\n");
  assert_words_fail (WORDS ("in.csv", "label=labels.csv", "features=vectors.csv"),
                     "vectors.csv: rows 0 and 1 have the same id \"r0\"");
}

static void
test_class_names (Place *place, gconstpointer data)
{
  g_autoptr (AyDataset) set = NULL;

  write_pair ("x.npy", "y.npy", 40, 3, 1);
  write_text ("names.txt", "cat\ndog\nemu\n");
  set = load_words (WORDS ("x.npy", "label=y.npy", "class_names=names.txt"));
  g_assert_cmpstr (set->class_names[1], ==, "dog");
  assert_said (set, "class-unused", "1 of the 3 class names have no row");
  write_text ("names.txt", "cat\n");
  assert_words_fail (WORDS ("x.npy", "label=y.npy", "class_names=names.txt"),
                     "y.npy: label column \"y\": names.txt has no class name for \"1\"");
}

static void
test_weights (Place *place, gconstpointer data)
{
  g_autoptr (AyDataset) set = NULL;

  write_text ("t.csv", "x,label,split,sample_weight\n1,u,train,2\n2,v,train,0\n3,v,train,1\n"
                       "5,u,valid,1\n");
  write_text ("bad.csv", "x,label,split,w\n1,u,train,2\n2,v,train,-1\n3,v,train,1\n5,u,valid,1\n");
  set = load_words (WORDS ("t.csv", "label=label"));
  g_assert_cmpfloat (set->weight[0], ==, 2);
  g_assert_cmpuint (ay_matrix_cols (set->features), ==, 1);
  assert_words_fail (WORDS ("bad.csv", "label=label", "weight=w"),
                     "bad.csv: weight column \"w\", row 1: \"-1\" is not a weight");
}

/* Texts without other features: made of words, learnt from train alone, the same with any threads
 * and any wording of the test rows. */
static void
test_text (Place *place, gconstpointer data)
{
  static const char *const words[2][4]
      = { { "refund", "money", "charged", "fee" }, { "card", "arrived", "delivery", "post" } };
  g_autoptr (GString) text = g_string_new ("text,label\n");
  g_autoptr (AyDataset) one = NULL, two = NULL;
  g_autofree float *x = NULL, *y = NULL;
  gsize d;
  AyRng rng;

  ay_rng_init (&rng, 1, 0);
  for (int i = 0; i < 120; i++)
    {
      for (int k = 0; k < 5; k++)
        g_string_append_printf (text, "%s ", words[i % 2][ay_rng_below (&rng, 4)]);
      g_string_append_printf (text, "number %d,%s\n", i, i % 2 ? "card" : "money");
    }
  write_text ("t.csv", text->str);
  ay_set_threads (1);
  one = load_words (WORDS ("t.csv"));
  ay_set_threads (2);
  two = load_words (WORDS ("t.csv"));
  ay_set_threads (0);
  g_assert_nonnull (one->text);
  d = ay_matrix_cols (one->features);
  g_assert_cmpuint (d, >, 10);
  g_assert_true (g_str_has_prefix (one->features_from, "text of column \"text\""));
  x = g_new (float, one->n * d);
  y = g_new (float, one->n * d);
  ay_matrix_get_f32 (one->features, 0, one->n, x);
  ay_matrix_get_f32 (two->features, 0, two->n, y);
  g_assert_cmpmem (x, one->n * d * sizeof (float), y, one->n * d * sizeof (float));
}

static void
test_nothing (Place *place, gconstpointer data)
{
  g_autoptr (AyLoadOptions) share = options_of (WORDS ("t.csv"));
  g_autofree char *text = table_text (30, 2);

  write_text ("t.csv", text);
  write_text ("only.csv", "label\nu\nv\nu\nv\n");
  share->valid_fraction = 1.5;
  assert_words_fail (WORDS ("label=y.npy"), "no INPUT and no features");
  assert_words_fail (WORDS ("features=nowhere.npy", "label=y.npy"),
                     "features \"nowhere.npy\": no such file");
  assert_words_fail (WORDS ("only.csv", "label=label"), "only.csv: no features: no column "
                     "of numbers or kinds without a role, no text and no image; name them with "
                     "--features");
  assert_fails (share, "share of validation and test rows: 1.5 is not between 0 and 1");
}

static void
test_cancel (Place *place, gconstpointer data)
{
  g_autoptr (AyLoadOptions) options = options_of (WORDS ("x.npy", "label=y.npy"));
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (GError) error = NULL;

  write_pair ("x.npy", "y.npy", 100, 3, 1);
  ay_job_cancel (job);
  g_assert_null (ay_dataset_load (options, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
}

static void
test_source_names (Place *place, gconstpointer data)
{
  static const struct { const char *source, *path, *key, *column; } cases[] = {
    { "x.npz", "x.npz", NULL, NULL }, { "x.npz:a:b", "x.npz", "a:b", NULL },
    { "label", NULL, NULL, "label" }, { "col:x.npz", NULL, NULL, "x.npz" },
    { "file:gone.npz:emb", "gone.npz", "emb", NULL }, { "file:a/b.npy", "a/b.npy", NULL, NULL },
    { "odd:name.csv", "odd:name.csv", NULL, NULL }, { "nope:key", NULL, NULL, "nope:key" },
  };

  write_text ("x.npz", "");
  write_text ("odd:name.csv", "");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (AySourceName) name = { NULL, NULL, NULL };

      ay_source_name_parse (cases[i].source, &name);
      g_assert_cmpstr (name.path, ==, cases[i].path);
      g_assert_cmpstr (name.key, ==, cases[i].key);
      g_assert_cmpstr (name.column, ==, cases[i].column);
    }
}

#define ADD(NAME, FUNC) g_test_add ("/load/" NAME, Place, NULL, place_set_up, FUNC, place_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("table", test_table);
  ADD ("matrix", test_matrix);
  ADD ("reopen", test_reopen);
  ADD ("lengths", test_lengths);
  ADD ("ids", test_ids);
  ADD ("roles-faults", test_roles_faults);
  ADD ("classes", test_classes);
  ADD ("columns", test_columns);
  ADD ("missing", test_missing);
  ADD ("target", test_target);
  ADD ("inputs", test_inputs);
  ADD ("valid-files", test_valid_files);
  ADD ("drawn", test_drawn);
  ADD ("leak", test_leak);
  ADD ("order-of-rows", test_order_of_rows);
  ADD ("probabilities", test_probabilities);
  ADD ("finite", test_finite);
  ADD ("join", test_join);
  ADD ("class-names", test_class_names);
  ADD ("weights", test_weights);
  ADD ("text", test_text);
  ADD ("nothing", test_nothing);
  ADD ("cancel", test_cancel);
  ADD ("source-names", test_source_names);
  return g_test_run ();
}
