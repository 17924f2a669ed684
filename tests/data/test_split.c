/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/data/content.h"
#include "core/data/split.h"
#include "core/data/times.h"

#include <math.h>
#include <string.h>

/* A made data set: labels of uneven classes, units of chosen sizes, some rows without a label. */
typedef struct
{
  gsize n;
  guint n_classes;
  gint32 *label;
  guint32 *unit;
  guint8 *split;
} Made;

static Made
made_new (gsize n, guint n_classes, guint max_unit, guint64 seed)
{
  Made made = { n, n_classes, g_new (gint32, n), g_new (guint32, n), g_new (guint8, n) };
  AyRng rng;
  gsize left = 0;

  ay_rng_init (&rng, seed, 7);
  for (gsize i = 0; i < n; i++)
    {
      double u = ay_rng_uniform (&rng);

      made.label[i] = (gint32) (u * u * n_classes);
      if (left == 0)
        left = 1 + ay_rng_below (&rng, max_unit);
      made.unit[i] = i > 0 && left < max_unit && made.unit[i - 1] + max_unit > i
                             && ay_rng_below (&rng, max_unit) > 0
                         ? made.unit[i - 1]
                         : (guint32) i;
      left--;
      if (ay_rng_below (&rng, 20) == 0)
        made.label[i] = AY_LABEL_MISSING;
      made.split[i] = made.label[i] == AY_LABEL_MISSING ? AY_SPLIT_POOL : AY_SPLIT_TRAIN;
    }
  return made;
}

static void
made_clear (Made *made)
{
  g_free (made->label);
  g_free (made->unit);
  g_free (made->split);
}

static AySplitDraw
draw_of (const Made *made, guint64 seed)
{
  return (AySplitDraw) { .n = made->n, .label = made->label, .n_classes = made->n_classes,
                         .unit = made->unit, .fraction = 0.2, .seed = seed };
}

static void
count_parts (const Made *made, gint32 class_, gsize counts[4])
{
  memset (counts, 0, 4 * sizeof *counts);
  for (gsize i = 0; i < made->n; i++)
    counts[made->split[i]] += class_ < 0 || made->label[i] == class_;
}

/* Single rows: the formula of DESIGN 1 to the row, for every class. */
static void
test_counts (void)
{
  for (guint64 seed = 0; seed < 20; seed++)
    {
      Made made = made_new (40 + 37 * seed, 1 + seed % 6, 1, seed);
      AySplitDraw draw = draw_of (&made, seed);

      ay_split_draw (&draw, made.split);
      for (guint c = 0; c < made.n_classes; c++)
        {
          gsize counts[4], n_c, drawn;

          count_parts (&made, (gint32) c, counts);
          n_c = counts[0] + counts[1] + counts[2];
          drawn = (gsize) floor (0.2 * n_c + 0.5);
          if (n_c > 0)
            drawn = MIN (drawn, n_c - 1);
          g_assert_cmpuint (counts[AY_SPLIT_VALID], ==, drawn / 2);
          g_assert_cmpuint (counts[AY_SPLIT_TEST], ==, drawn - drawn / 2);
          g_assert_cmpuint (counts[AY_SPLIT_POOL], ==, 0);
        }
      for (gsize i = 0; i < made.n; i++)
        g_assert_true ((made.split[i] == AY_SPLIT_POOL) == (made.label[i] == AY_LABEL_MISSING));
      made_clear (&made);
    }
}

/* A large share never takes a class's last row, and a class of one row is never drawn. */
static void
test_last_row (void)
{
  gint32 label[] = { 0, 0, 0, 1, 2, 2 };
  guint32 unit[] = { 0, 1, 2, 3, 4, 5 };

  for (int by_time = 0; by_time < 2; by_time++)
    {
      double time[] = { 1, 2, 3, 9, 7, 8 };
      guint8 split[6] = { 0 };
      AySplitDraw draw = { .n = 6, .label = label, .n_classes = 3, .unit = unit, .fraction = 0.99,
                           .time = by_time ? time : NULL };
      gsize left[3] = { 0 };

      ay_split_draw (&draw, split);
      for (gsize i = 0; i < 6; i++)
        left[label[i]] += split[i] == AY_SPLIT_TRAIN;
      for (int c = 0; c < 3; c++)
        g_assert_cmpuint (left[c], ==, 1);
    }
}

static void
test_whole_units (void)
{
  for (guint64 seed = 0; seed < 10; seed++)
    {
      Made made = made_new (3000, 5, 4, seed);
      AySplitDraw draw = draw_of (&made, seed);

      ay_split_draw (&draw, made.split);
      for (gsize i = 0; i < made.n; i++)
        for (gsize j = made.unit[i]; j < i; j++)
          if (made.unit[j] == made.unit[i] && made.label[i] >= 0 && made.label[j] >= 0)
            g_assert_cmpuint (made.split[i], ==, made.split[j]);
      /* Small units fill the counts of every class to within a unit. */
      for (guint c = 0; c < made.n_classes; c++)
        {
          gsize counts[4], n_c;

          count_parts (&made, (gint32) c, counts);
          n_c = counts[0] + counts[1] + counts[2];
          g_assert_cmpfloat (fabs (counts[1] + counts[2] - floor (0.2 * n_c + 0.5)), <=, 1);
          g_assert_cmpfloat (fabs ((double) counts[1] - (double) counts[2]), <=, 4);
        }
      made_clear (&made);
    }
}

/* Ten units of ten rows of one class: 20 wanted, two units drawn, one to each part. */
static void
test_big_units (void)
{
  for (guint64 seed = 0; seed < 10; seed++)
    {
      Made made = made_new (100, 1, 1, 0);
      AySplitDraw draw = draw_of (&made, seed);
      gsize counts[4];

      for (gsize i = 0; i < 100; i++)
        {
          made.label[i] = 0;
          made.split[i] = AY_SPLIT_TRAIN;
          made.unit[i] = (guint32) (i / 10 * 10);
        }
      ay_split_draw (&draw, made.split);
      count_parts (&made, -1, counts);
      g_assert_cmpuint (counts[AY_SPLIT_VALID], ==, 10);
      g_assert_cmpuint (counts[AY_SPLIT_TEST], ==, 10);
      made_clear (&made);
    }
}

/* Every row is drawn about as often as every other, whatever its unit's size. */
static void
test_uniform (void)
{
  gsize drawn[60] = { 0 };

  for (guint64 seed = 0; seed < 2000; seed++)
    {
      Made made = made_new (60, 1, 1, 0);
      AySplitDraw draw = draw_of (&made, seed);

      for (gsize i = 0; i < 60; i++)
        {
          made.label[i] = 0;
          made.split[i] = AY_SPLIT_TRAIN;
        }
      ay_split_draw (&draw, made.split);
      for (gsize i = 0; i < 60; i++)
        drawn[i] += made.split[i] != AY_SPLIT_TRAIN;
      made_clear (&made);
    }
  for (gsize i = 0; i < 60; i++) /* 400 expected, standard deviation 18 */
    g_assert_cmpfloat (fabs (drawn[i] - 400.0), <, 90);
}

static void
test_determinism (void)
{
  Made a = made_new (500, 4, 3, 1), b = made_new (500, 4, 3, 1), c = made_new (500, 4, 3, 1);
  AySplitDraw draw_a = draw_of (&a, 5), draw_b = draw_of (&b, 5), draw_c = draw_of (&c, 6);

  ay_split_draw (&draw_a, a.split);
  ay_split_draw (&draw_b, b.split);
  ay_split_draw (&draw_c, c.split);
  g_assert_cmpmem (a.split, 500, b.split, 500);
  g_assert_cmpint (memcmp (a.split, c.split, 500), !=, 0);
  made_clear (&a);
  made_clear (&b);
  made_clear (&c);
}

/* With times: everything drawn is later than everything kept, test is the later half. */
static void
test_time (void)
{
  Made made = made_new (1000, 3, 1, 3);
  g_autofree double *time = g_new (double, 1000);
  AySplitDraw draw = draw_of (&made, 0);
  double last_train = -INFINITY, first_valid = INFINITY, last_valid = -INFINITY;
  double first_test = INFINITY;
  gsize counts[4], expected = 0;
  AyRng rng;

  ay_rng_init (&rng, 1, 1);
  for (gsize i = 0; i < 1000; i++)
    time[i] = ay_rng_uniform (&rng);
  draw.time = time;
  ay_split_draw (&draw, made.split);
  for (gsize i = 0; i < 1000; i++)
    switch (made.split[i])
      {
      case AY_SPLIT_TRAIN: last_train = MAX (last_train, time[i]); break;
      case AY_SPLIT_VALID:
        first_valid = MIN (first_valid, time[i]);
        last_valid = MAX (last_valid, time[i]);
        break;
      case AY_SPLIT_TEST: first_test = MIN (first_test, time[i]); break;
      default: break;
      }
  g_assert_cmpfloat (last_train, <, first_valid);
  g_assert_cmpfloat (last_valid, <, first_test);
  for (gint32 c = 0; c < 3; c++)
    {
      count_parts (&made, c, counts);
      expected += (gsize) floor (0.2 * (counts[0] + counts[1] + counts[2]) + 0.5);
    }
  count_parts (&made, -1, counts);
  g_assert_cmpuint (counts[AY_SPLIT_VALID] + counts[AY_SPLIT_TEST], ==, expected);
  g_assert_cmpuint (counts[AY_SPLIT_VALID], ==, expected / 2);
  made_clear (&made);
}

/* Test given: only valid is drawn, and nothing that shares a unit with the test part. */
static void
test_valid_only (void)
{
  Made made = made_new (400, 2, 3, 9);
  AySplitDraw draw = draw_of (&made, 0);
  gsize counts[4];

  for (gsize i = 300; i < 400; i++)
    if (made.label[i] >= 0)
      made.split[i] = AY_SPLIT_TEST;
  made.unit[10] = made.unit[11] = 10;
  made.label[10] = made.label[11] = 0;
  made.split[10] = AY_SPLIT_TRAIN;
  made.split[11] = AY_SPLIT_TEST;
  draw.valid_only = TRUE;
  ay_split_draw (&draw, made.split);
  count_parts (&made, -1, counts);
  g_assert_cmpuint (counts[AY_SPLIT_VALID], >, 40);
  g_assert_cmpuint (counts[AY_SPLIT_VALID], <, 70);
  g_assert_cmpuint (made.split[10], ==, AY_SPLIT_TRAIN);
  for (gsize i = 300; i < 400; i++)
    g_assert_cmpuint (made.split[i], >=, AY_SPLIT_TEST);
  made_clear (&made);
}

static AyColumn *
category (const char *name, gsize n, const char *const *values)
{
  guint32 *codes = g_new (guint32, n);
  GPtrArray *names = g_ptr_array_new ();

  for (gsize i = 0; i < n; i++)
    {
      codes[i] = values[i] != NULL ? (guint32) names->len : AY_CODE_MISSING;
      if (values[i] != NULL)
        g_ptr_array_add (names, g_strdup (values[i]));
    }
  g_ptr_array_add (names, NULL);
  return ay_column_take_category (name, n, codes, (char **) g_ptr_array_free (names, FALSE));
}

static void
test_given (void)
{
  const char *names[] = { "Train", "dev", "TEST", "val", NULL, "training" };
  const char *bad[] = { "train", "fold3" };
  gint32 label[] = { 0, 1, 0, 1, AY_LABEL_MISSING, AY_LABEL_MISSING };
  g_autoptr (AyColumn) column = category ("split", 6, names);
  g_autoptr (AyColumn) wrong = category ("split", 2, bad);
  g_autoptr (GError) error = NULL;
  guint8 split[6];
  const guint8 expected[] = { AY_SPLIT_TRAIN, AY_SPLIT_VALID, AY_SPLIT_TEST, AY_SPLIT_VALID,
                              AY_SPLIT_POOL, AY_SPLIT_POOL };

  g_assert_true (ay_split_of_column (column, label, split, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (split, 6, expected, 6);
  g_assert_false (ay_split_of_column (wrong, label, split, &error));
  g_assert_cmpstr (error->message, ==,
                   "split column \"split\", row 1: \"fold3\" is none of train, valid, test, pool");
}

static void
test_units (void)
{
  float *x = g_new (float, 12);
  const char *groups[] = { "a", "b", NULL, NULL, "b", "c" };
  g_autoptr (AyMatrix) matrix = NULL;
  g_autoptr (AyColumn) group = category ("group", 6, groups);
  g_autofree guint32 *first = NULL, *units = NULL, *constant = NULL;
  gsize n_constant;
  const guint32 expected_first[] = { 0, 1, 2, 0, 4, 2 };
  const guint32 expected_units[] = { 0, 1, 2, 0, 1, 2 };

  for (int i = 0; i < 6; i++)
    {
      x[2 * i] = expected_first[i];
      x[2 * i + 1] = 5;
    }
  /* "b" occurs as two dictionary entries with the same text: its codes are made equal here. */
  ((guint32 *) ay_column_codes (group))[4] = ay_column_codes (group)[1];
  matrix = ay_matrix_take_f32 (6, 2, x);
  first = ay_content_first (&(AyContent) { matrix, NULL, 0 }, 6, NULL, NULL, NULL);
  g_assert_cmpmem (first, sizeof expected_first, expected_first, sizeof expected_first);
  units = ay_content_units (first, NULL, 6, group, NULL);
  g_assert_cmpmem (units, sizeof expected_units, expected_units, sizeof expected_units);
  constant = ay_content_constant_columns (matrix, &n_constant);
  g_assert_cmpuint (n_constant, ==, 1);
  g_assert_cmpuint (constant[0], ==, 1);
}

static void
check_time (const char *text, double expected)
{
  g_autoptr (AyColumn) column = category ("t", 1, &text);
  g_autoptr (GError) error = NULL;
  g_autofree double *time = ay_times_parse (column, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (*time, expected, 1e-6);
}

static void
test_times (void)
{
  const char *ambiguous[] = { "1/2/2011", "3/4/2011" };
  const char *months_first[] = { "1/2/2011 0:00", "12/31/2011 23:59" };
  const char *nonsense[] = { "2011-01-01", "soon" };
  g_autoptr (AyColumn) a = category ("t", 2, ambiguous);
  g_autoptr (AyColumn) b = category ("t", 2, months_first);
  g_autoptr (AyColumn) c = category ("t", 2, nonsense);
  g_autoptr (GError) error = NULL;
  g_autofree double *time = NULL;

  check_time ("1970-01-01", 0);
  check_time ("2011-01-01T00:00:00", 1293840000);
  check_time ("2012-02-29 23:59:59.5Z", 1330559999.5);
  check_time ("2012-02-29T23:59:59+01:00", 1330556399);
  check_time ("2012-02-29T23:59-0130", 1330565340);
  check_time ("1969-12-31", -86400);
  check_time ("2000/3/1", 951868800);
  check_time ("31.12.2011", 1325289600);
  g_assert_null (ay_times_parse (a, &error));
  g_assert_cmpstr (error->message, ==, "column \"t\", row 0: \"1/2/2011\" may be day/month or "
                   "month/day: write times as ISO 8601");
  g_clear_error (&error);
  time = ay_times_parse (b, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (time[0], ==, 1293926400);
  g_assert_cmpfloat (time[1], ==, 1325375940);
  g_assert_null (ay_times_parse (c, &error));
  g_assert_cmpstr (error->message, ==,
                   "column \"t\", row 1: \"soon\" is not a time (ISO 8601, or a number)");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/split/counts", test_counts);
  g_test_add_func ("/split/last-row", test_last_row);
  g_test_add_func ("/split/whole-units", test_whole_units);
  g_test_add_func ("/split/big-units", test_big_units);
  g_test_add_func ("/split/uniform", test_uniform);
  g_test_add_func ("/split/determinism", test_determinism);
  g_test_add_func ("/split/time", test_time);
  g_test_add_func ("/split/valid-only", test_valid_only);
  g_test_add_func ("/split/given", test_given);
  g_test_add_func ("/split/units", test_units);
  g_test_add_func ("/split/times", test_times);
  return g_test_run ();
}
