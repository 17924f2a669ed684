/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another rule for what stays, on groups that were found: what it keeps is what the rule says, and
 * what a new search by that rule keeps; rules that the data cannot have are refused. */
#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/work/work_redundancy.h"
#include "folders.h"

#include <math.h>

#define N 90
#define D 8
#define THRESHOLD 0.999

/* Rows in threes that point the same way up to noise; the column `mine` has holes. */
static AyWork *
make (const char *folder, double mine[N])
{
  g_autoptr (AyLoadOptions) options = ay_load_options_new ();
  g_autofree char *csv = g_build_filename (folder, "copies.csv", NULL);
  g_autofree char *assay = g_build_filename (folder, "copies.assay", NULL);
  const char *const inputs[] = { csv, NULL };
  g_autoptr (GString) text = g_string_new ("label,split,mine,a,b,c,d,e,f,g,h\n");
  g_autoptr (GError) error = NULL;
  double x[D] = { 0 };
  AyRng rng;
  AyWork *work;

  ay_rng_init (&rng, 7, 0);
  for (int i = 0; i < N; i++)
    {
      mine[i] = i % 7 == 0 ? NAN : ay_rng_normal (&rng);
      g_string_append_printf (text, "%c,%s,", 'a' + i % 2, i % 9 == 0 ? "valid" : "train");
      if (!isnan (mine[i]))
        g_string_append_printf (text, "%.17g", mine[i]);
      for (int k = 0; k < D; k++)
        {
          x[k] = i % 3 == 0 ? ay_rng_normal (&rng) : x[k];
          g_string_append_printf (text, ",%.6f", x[k] + 1e-3 * ay_rng_normal (&rng));
        }
      g_string_append_c (text, '\n');
    }
  put_file (folder, "copies.csv", text->str, text->len);
  g_strfreev (options->inputs);
  options->inputs = g_strdupv ((char **) inputs);
  options->features = g_strdup ("a,b,c,d,e,f,g,h");
  options->label = g_strdup ("label");
  options->split = g_strdup ("split");
  work = ay_work_new (assay, options, NULL, &error);
  g_assert_no_error (error);
  return work;
}

static AyRedundancy *
find (AyWork *work, AyKeepRule keep, const char *score)
{
  AyRedundancyOptions options = AY_REDUNDANCY_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyRedundancy *found;

  options.threshold = THRESHOLD;
  options.keep = keep;
  options.keep_score = score;
  options.standardise = 0;
  found = ay_work_redundancy (work, &options, NULL, &error);
  g_assert_no_error (error);
  return found;
}

/* The row of a group that the rule names, among its training rows. */
static guint32
wanted (const AyRedundancy *found, const AyNearGroups *groups, gsize group, AyKeepRule keep,
        const double mine[N])
{
  guint32 best = G_MAXUINT32;

  for (gsize m = groups->start[group]; m < groups->start[group + 1]; m++)
    {
      guint32 row = groups->members[m];

      if (found->data->split[row] != AY_SPLIT_TRAIN)
        continue;
      if (best == G_MAXUINT32
          || (keep == AY_KEEP_SCORE && !isnan (mine[row])
              && (isnan (mine[best]) || mine[row] > mine[best])))
        best = row;
    }
  return best;
}

static void
check (AyWork *work, AyRedundancy *found, AyKeepRule keep, const double mine[N])
{
  const char *score = keep == AY_KEEP_SCORE ? "mine" : NULL;
  AyRedundancyOptions options = { .keep = keep, .keep_score = score };
  g_autoptr (GError) error = NULL;
  g_autoptr (AyRedundancy) kept = ay_work_redundancy_keeping (work, found, &options, &error);
  g_autoptr (AyRedundancy) anew = find (work, keep, score);
  g_autoptr (AyRedundancyCut) a = NULL;
  g_autoptr (AyRedundancyCut) b = NULL;

  g_assert_no_error (error);
  a = ay_redundancy_cut (kept, THRESHOLD);
  b = ay_redundancy_cut (anew, THRESHOLD);
  g_assert_cmpuint (a->groups->n_groups, ==, N / 3);
  g_assert_cmpmem (a->groups->members, N * sizeof (guint32), b->groups->members,
                   N * sizeof (guint32));
  g_assert_cmpmem (a->representative, N / 3 * sizeof (guint32), b->representative,
                   N / 3 * sizeof (guint32));
  g_assert_cmpmem (a->redundant, N, b->redundant, N);
  g_assert_cmpint (kept->options.keep, ==, keep);
  for (gsize g = 0; g < a->groups->n_groups && keep != AY_KEEP_CENTRAL; g++)
    g_assert_cmpuint (a->representative[g], ==, wanted (kept, a->groups, g, keep, mine));
}

static void
test_keeping (void)
{
  g_autofree char *folder = make_folder ();
  double mine[N];
  g_autoptr (AyWork) work = make (folder, mine);
  g_autoptr (AyRedundancy) found = find (work, AY_KEEP_CENTRAL, NULL);

  check (work, found, AY_KEEP_FIRST, mine);
  check (work, found, AY_KEEP_SCORE, mine);
  check (work, found, AY_KEEP_CENTRAL, mine);
  drop_folder (folder);
}

/* One rule on top of another, after the first search was let go. */
static void
test_chain (void)
{
  g_autofree char *folder = make_folder ();
  double mine[N];
  g_autoptr (AyWork) work = make (folder, mine);
  AyRedundancyOptions options = { .keep = AY_KEEP_FIRST };
  AyRedundancy *found = find (work, AY_KEEP_CENTRAL, NULL);
  g_autoptr (AyRedundancy) first = ay_work_redundancy_keeping (work, found, &options, NULL);

  ay_redundancy_unref (found);
  check (work, first, AY_KEEP_SCORE, mine);
  check (work, first, AY_KEEP_CENTRAL, mine);
  drop_folder (folder);
}

static void
refuse (AyWork *work, AyRedundancy *found, AyKeepRule keep, const char *score)
{
  AyRedundancyOptions options = { .keep = keep, .keep_score = score };
  g_autoptr (GError) error = NULL;
  AyRedundancy *kept = ay_work_redundancy_keeping (work, found, &options, &error);

  g_assert_null (kept);
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
}

static void
test_refused (void)
{
  g_autofree char *folder = make_folder ();
  double mine[N];
  g_autoptr (AyWork) work = make (folder, mine);
  g_autoptr (AyRedundancy) found = find (work, AY_KEEP_FIRST, NULL);

  refuse (work, found, AY_KEEP_NEWEST, NULL);
  refuse (work, found, AY_KEEP_LONGEST, NULL);
  refuse (work, found, AY_KEEP_SCORE, "nobody");
  drop_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keep/found", test_keeping);
  g_test_add_func ("/keep/chain", test_chain);
  g_test_add_func ("/keep/refused", test_refused);
  return g_test_run ();
}
